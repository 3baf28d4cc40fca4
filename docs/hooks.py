"""What mkdocs does not do itself: texts of other files are taken in, columns of help are kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_INCLUDE = re.compile(r"^\{\{ include (\S+) \}\}$", re.M)
_COLUMNS = re.compile(r"<p>((?:[^<\n]*\S {2,}\S[^<\n]*\n?){2,})</p>")
"""A paragraph whose lines are all aligned in columns, as click prints them after a \\b."""


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the text of a file of the repository where a page asks for it, without its title."""
    return _INCLUDE.sub(lambda found: _text(ROOT / found[1]), markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Keep the lines of columns apart."""
    return _COLUMNS.sub(r"<pre><code>\1</code></pre>", html)


def _text(path: Path) -> str:
    title, _, rest = path.read_text("utf-8").partition("\n")
    return rest if title.startswith("# ") else f"{title}\n{rest}"

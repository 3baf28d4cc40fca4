"""Pages that are kept beside what they describe, such as train/README.md, are taken in here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_INCLUDE = re.compile(r"^\{\{ include (\S+) \}\}$", re.M)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the text of a file of the repository where a page asks for it, without its title."""
    return _INCLUDE.sub(lambda found: _text(ROOT / found[1]), markdown)


def _text(path: Path) -> str:
    title, _, rest = path.read_text("utf-8").partition("\n")
    return rest if title.startswith("# ") else f"{title}\n{rest}"

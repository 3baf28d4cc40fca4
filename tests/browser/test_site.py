"""The documentation as somebody reads it: the built site in Chromium, small, light and dark."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000
"""Milliseconds that a slow machine may take for a page."""
MOST = 8
"""Places among which a search must have the page about its term."""
TELEPHONE = {"width": 360, "height": 740}


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: Any) -> None:
        """Leave the line of each request out."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(built))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def pages(built: Path) -> list[str]:
    return sorted(str(path.relative_to(built)) for path in built.rglob("*.html"))


@contextmanager
def reader(browser: Any, **settings: Any) -> Iterator[Any]:
    """Open a page that may load nothing from elsewhere; an error in its console fails the test."""
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE)
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda one: said.append(one.url) if "//127.0.0.1:" not in one.url[:20] else None,
    )
    try:
        yield page
    finally:
        context.close()
    assert not [one for one in said if not one.startswith(("data:", "blob:"))]


@pytest.mark.parametrize(
    ("term", "page"),
    [
        ("barge-in", "concepts.html"),
        ("kokoro", "guides/laptop.html"),
        ("resume", "guides/resume.html"),
    ],
)
def test_search_finds_a_term(browser: Any, site: str, term: str, page: str) -> None:
    with reader(browser) as tab:
        tab.goto(f"{site}/index.html")
        tab.type(".md-search__input", term)
        first = f'.md-search-result__item:nth-child(-n+{MOST}) > a[href*="{page}"]'
        tab.wait_for_selector(first, state="attached")
        assert tab.locator(".md-search-result__item mark").count()


def test_nothing_is_wider_than_a_telephone(browser: Any, site: str, pages: list[str]) -> None:
    wide = {}
    with reader(browser, viewport=TELEPHONE) as tab:
        for page in pages:
            tab.goto(f"{site}/{page}")
            if (width := tab.evaluate("document.scrollingElement.scrollWidth")) > 360:
                wide[page] = width
    assert len(pages) > 30
    assert not wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser: Any, site: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faint = {}
    with reader(browser, color_scheme=scheme) as tab:
        for page in ("index.html", "first-hour/maintainer.html"):
            tab.goto(f"{site}/{page}")
            found = (
                Axe()
                .run(tab, context=".md-content", options={"runOnly": ["color-contrast"]})
                .response["violations"]
            )
            if found:
                faint[page] = [node["html"] for one in found for node in one["nodes"]][:3]
    assert not faint

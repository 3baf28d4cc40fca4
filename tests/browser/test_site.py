"""The documentation as it is read: searched, on a telephone, in the dark, without a network."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TELEPHONE = {"width": 360, "height": 800}
SMALLEST_SCALE = 0.9
"""How much a drawing may be shrunk: its letters have 12 px and more."""


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(built))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def page(browser: Any, site: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page whose every request goes to the site."""
    asked: list[str] = []
    context = browser.new_context(**getattr(request, "param", {}))
    opened = context.new_page()
    opened.on("request", lambda sent: asked.append(sent.url))
    yield opened
    context.close()
    assert not [url for url in asked if not url.startswith((site, "data:", "blob:"))]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("barge-in", "concepts.html"),
        ("datagen pairs", "pairs.html"),
        ("open_run", "reference/api.html"),
        ("Fisher", "annotate.html"),
    ],
)
def test_words_are_found(page: Any, site: str, words: str, where: str) -> None:
    page.goto(f"{site}/index.html")
    page.click("label.md-search__icon >> nth=0", force=True)
    page.fill(".md-search__input", words)
    page.wait_for_selector(".md-search-result__item a", timeout=30_000)
    found = page.eval_on_selector_all(".md-search-result__item a", "all => all.map(a => a.href)")
    assert any(where in address for address in found), found
    page.eval_on_selector(".md-search-result__item a", "first => first.click()")
    page.wait_for_url("**/*.html*")


def test_nonsense_is_not_found(page: Any, site: str) -> None:
    page.goto(f"{site}/index.html")
    page.click("label.md-search__icon >> nth=0", force=True)
    page.fill(".md-search__input", "qqqzzzxx")
    page.wait_for_function(
        "document.querySelector('.md-search-result__meta').textContent.includes('No matching')",
        timeout=30_000,
    )


@pytest.mark.parametrize(
    "page",
    [{"viewport": TELEPHONE}, {"viewport": TELEPHONE, "color_scheme": "dark"}],
    indirect=True,
    ids=["light", "dark"],
)
def test_all_pages_fit_on_a_telephone(page: Any, site: str, built: Path) -> None:
    wide = {}
    for path in sorted(built.rglob("*.html")):
        if path.name == "404.html":
            continue
        page.goto(f"{site}/{path.relative_to(built)}", wait_until="domcontentloaded")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > TELEPHONE["width"]:
            wide[path.name] = width
    assert not wide


@pytest.mark.parametrize(
    "page",
    [{"viewport": TELEPHONE}, {"viewport": {"width": 1280, "height": 900}}],
    indirect=True,
    ids=["telephone", "desktop"],
)
def test_drawings_can_be_read(page: Any, site: str) -> None:
    page.goto(f"{site}/concepts.html", wait_until="load")
    shown = page.eval_on_selector_all(
        "picture img",
        """all => all.map(image => [image.currentSrc, image.clientWidth,
            image.currentSrc.includes('narrow') ? 340 : 920])""",
    )
    assert len(shown) == 2
    for source, width, drawn in shown:
        least = SMALLEST_SCALE if "narrow" in source else 0.7
        assert width >= least * drawn, (source, width)


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True, ids=["dark"])
def test_who_likes_it_dark_gets_it_dark(page: Any, site: str) -> None:
    page.goto(f"{site}/index.html", wait_until="load")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    levels = [int(level) for level in colour.removeprefix("rgb(").rstrip(")").split(",")[:3]]
    assert max(levels) < 80, colour

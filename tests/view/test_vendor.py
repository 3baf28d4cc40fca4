"""What the page borrows is pinned, licensed, and all that it loads."""

from __future__ import annotations

import re

from datagen.view.server import STATIC
from datagen.view.vendoring import LICENSES, VENDOR, integrity, packages


def test_every_borrowed_file_is_of_a_package_with_a_licence() -> None:
    listed = {name for package in packages() for name in package["files"]}
    there = {path.name for path in VENDOR.iterdir()} - {"packages.json", "LICENSES.txt"}
    assert listed == there
    licences = LICENSES.read_text("utf-8")
    for package in packages():
        assert f"{package['name']} {package['version']} ({package['license']})" in licences
        assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"])
    assert licences.count("Copyright") + licences.count("copyright") >= 3


def test_integrity_is_what_npm_says() -> None:
    assert integrity(b"") == (
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    )


def test_our_scripts_write_no_html_and_fetch_from_nowhere_else() -> None:
    for path in (STATIC / "app").glob("*.js"):
        text = path.read_text("utf-8")
        for bad in ("innerHTML", "outerHTML", "dangerouslySet", "eval(", "new Function", "://"):
            assert bad not in text, (path.name, bad)

"""The README's picture: one exported dialogue as Chromium shows it.

BROWSER=/usr/bin/chromium python -m tests.browser.picture RUN ID docs/view.png
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from datagen.view.export import export_page


def main(run: str, dialog_id: str, picture: str) -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        export_page(run, Path(folder) / "page", 1, [dialog_id])
        browser = playwright.chromium.launch(executable_path=os.environ["BROWSER"])
        page = browser.new_page(viewport={"width": 1280, "height": 940})
        page.goto((Path(folder) / "page" / f"{dialog_id}.html").as_uri() + "#?t=31.2")
        page.wait_for_selector(".turn")
        page.keyboard.press("s")
        for _ in range(5):
            page.keyboard.press("+")
        page.wait_for_timeout(1500)
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

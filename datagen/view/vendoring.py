"""Fetches the page's libraries from the npm registry, pinned: python -m datagen.view.vendoring

packages.json (name, version, integrity, files) --npm pack--> static/vendor/*.js, LICENSES.txt

Run it after a change of packages.json; what it writes is checked in, so that users need no npm.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parent / "static" / "vendor"
PACKAGES = VENDOR / "packages.json"
LICENSES = VENDOR / "LICENSES.txt"


def packages() -> list[dict[str, Any]]:
    """Return what is vendored: name, version, license, integrity, and files by their new names."""
    found: list[dict[str, Any]] = json.loads(PACKAGES.read_text("utf-8"))
    return found


def integrity(data: bytes) -> str:
    """Return the npm registry's checksum of a package's archive."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def fetch(package: dict[str, Any], folder: Path) -> str:
    """Write one package's files to the vendor folder; return its license's text."""
    name = f"{package['name']}@{package['version']}"
    answer = subprocess.run(
        ["npm", "pack", "--silent", name], cwd=folder, capture_output=True, text=True, check=True
    )
    data = (folder / answer.stdout.strip()).read_bytes()
    if integrity(data) != package["integrity"]:
        raise SystemExit(f"{name} has integrity {integrity(data)}, not {package['integrity']}")
    with tarfile.open(folder / answer.stdout.strip()) as archive:
        for ours, theirs in package["files"].items():
            (VENDOR / ours).write_bytes(_member(archive, theirs))
        return _member(archive, "LICENSE").decode()


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(f"package/{name}")
    assert file is not None, name
    text = file.read()
    lines = [line for line in text.splitlines() if not line.startswith(b"//# sourceMappingURL=")]
    return b"\n".join(lines) + b"\n"


def main() -> None:
    """Fetch all packages and list their licences."""
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages():
            text = fetch(package, Path(folder))
            files = ", ".join(package["files"])
            title = f"{package['name']} {package['version']} ({package['license']}): {files}"
            parts.append(f"{title}\n{'=' * len(title)}\n\n{text.strip()}\n")
    LICENSES.write_text("\n\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()

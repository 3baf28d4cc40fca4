"""A page that needs no server: some dialogues with their sound, for a disk, a mail or a web host.

    RUN, ids --export_page--> DIR/index.html, DIR/ID.html, DIR/static/...

Data and sound stand inside each page, since browsers let no page of a disk fetch a file. With
``one_file`` the scripts do too, allowed by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datagen.show.choice import varied
from datagen.storage import atomic
from datagen.storage.marks import Selection
from datagen.terms import check_sharing, of_run
from datagen.types import UserError
from datagen.view import waves
from datagen.view.payload import describe
from datagen.view.source import Found, RunSource

STATIC = Path(__file__).parent / "static"
_SCRIPT = re.compile(r'<script src="static/([^"]+)" defer></script>\n')
_STYLE = '<link rel="stylesheet" href="static/style.css">'
_ICON = '<link rel="icon" href="static/icon.svg" type="image/svg+xml">'
_NONCE = "page"
"""The nonce of the one style that the waveforms' library adds; a page of a disk has no secrets."""


def export_page(
    run: str,
    folder: Path,
    count: int,
    dialogs: Sequence[str] = (),
    one_file: bool = False,
    selection: Selection | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    *,
    own_use: bool = False,
) -> list[str]:
    """Write pages of the dialogues asked for, or of ``count`` lively ones; return their ids.

    ``selection`` says by people's marks which may be taken. Raises UserError if the terms of a
    corpus keep them from being shared, unless it is for the user's ``own_use``.
    """
    check_sharing(of_run(run), "a page", sound=True, own_use=own_use)
    source = RunSource(run)
    ids = list(dialogs) or _chosen(run, count, selection or Selection({}))
    if not ids:
        raise UserError(f"{run} has no dialogue that could be shown")
    _prepare(folder)
    found = [source.find(dialog_id) for dialog_id in ids]
    for done, one in enumerate(found):
        progress(done, len(found))
        links = {
            "before": f"{found[done - 1].dialog_id}.html" if done else None,
            "after": f"{found[done + 1].dialog_id}.html" if done + 1 < len(found) else None,
        }
        _write(folder / f"{one.dialog_id}.html", _page(_dialogue(source, one, links), one_file))
    data = {"run": _run(source), "title": source.kind, "dialogues": [_entry(one) for one in found]}
    _write(folder / "index.html", _page(data, one_file))
    if not one_file:
        for path in sorted(STATIC.rglob("*")):
            if path.is_file() and path.suffix in (".js", ".css", ".svg", ".txt"):
                target = folder / "static" / path.relative_to(STATIC)
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(target, path.read_bytes())
    progress(len(found), len(found))
    return [one.dialog_id for one in found]


def _chosen(run: str, count: int, selection: Selection) -> list[str]:
    """Return ids of dialogues that may be taken: those with a tag to keep, or lively ones."""
    if selection.keep:
        return [dialog_id for dialog_id in sorted(selection.by_id) if selection.takes(dialog_id)][
            :count
        ]
    lively = varied(run, count + len(selection.by_id))
    return [dialog_id for dialog_id in lively if selection.takes(dialog_id)][:count]


def _is_ours(index: Path) -> bool:
    """Say whether a page is one of ours."""
    return index.is_file() and b"<title>datagen view</title>" in index.read_bytes()[:8192]


def _prepare(folder: Path) -> None:
    """Make the folder; one that holds other things than an earlier export is left alone."""
    if folder.is_dir() and any(folder.iterdir()) and not _is_ours(folder / "index.html"):
        raise UserError(f"{folder} holds other files; give an empty or a new folder")
    folder.mkdir(parents=True, exist_ok=True)


def _dialogue(source: RunSource, found: Found, links: dict[str, str | None]) -> dict[str, Any]:
    """Return all that one page needs: with effects or as recorded, and decoded from tokens."""
    page = describe(source, found)
    kept = [name for name in found.sounds if name != "recorded" or "effects" not in found.sounds]
    page["sounds"] = [sound for sound in page.get("sounds", []) if sound["name"] in kept]
    flacs = {name: waves.encoded(found.stereo(name), "FLAC") for name in kept}
    return {
        "run": _run(source),
        "links": links,
        "dialogue": page,
        "envelopes": {name: waves.envelope_of(flac) for name, flac in flacs.items()},
        "spectrograms": {name: waves.spectrogram_of(flac) for name, flac in flacs.items()},
        "sounds": {name: base64.b64encode(flac).decode() for name, flac in flacs.items()},
    }


def _run(source: RunSource) -> dict[str, Any]:
    name = source.folder.where.rstrip("/").rpartition("/")[2]
    return {"name": name, "kind": source.kind, "where": name}


def _entry(found: Found) -> dict[str, Any]:
    script, dialogue = found.script or {}, found.dialogue or {}
    said = (turn["text"] for turn in script.get("turns", ()) if turn["speaker"] == "user")
    return {
        "id": found.dialog_id,
        "href": f"{found.dialog_id}.html",
        "domain": script.get("domain", ""),
        "scenario": script.get("scenario", ""),
        "num_samples": dialogue.get("num_samples", 0),
        "title": next(said, ""),
    }


def _page(data: dict[str, Any], one_file: bool) -> bytes:
    """Return the page's HTML with its data inside."""
    text = (STATIC / "index.html").read_text("utf-8").replace("{{nonce}}", _NONCE)
    scripts = ["'self'", "file:"]
    if one_file:
        text, scripts = _inlined(text)
    policy = (
        f"default-src 'none'; script-src {' '.join(scripts)}; style-src 'self' file:"
        f" 'nonce-{_NONCE}'; img-src 'self' file: data:; media-src blob:; connect-src blob:;"
        " base-uri 'none'; form-action 'none'"
    )
    head = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    text = text.replace('<meta charset="utf-8">', head, 1)
    inside = f'<script type="application/json" id="data">{_json(data)}</script>'
    return text.replace('<div id="app"></div>', f'<div id="app"></div>{inside}', 1).encode()


def _json(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _inlined(text: str) -> tuple[str, list[str]]:
    """Return the page with its style and scripts inside, and the scripts' hashes.

    They come after the body, since a script inside a page is not put off until it is read.
    """
    names = _SCRIPT.findall(text)
    text = _SCRIPT.sub("", text).replace(_ICON + "\n", "")
    style = (STATIC / "style.css").read_text("utf-8")
    text = text.replace(_STYLE, f'<style nonce="{_NONCE}">\n{style}</style>')
    bodies = [(STATIC / name).read_text("utf-8") for name in names]
    assert not any("</script" in body for body in bodies), "a script would end its element"
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
        for body in bodies
    ]
    scripts = "\n".join(f"<script>{body}</script>" for body in bodies)
    return text.replace("</body>", f"{scripts}</body>"), hashes


def _write(path: Path, data: bytes) -> None:
    with atomic(path) as file:
        file.write(data)

"""The voices that a speech server lists, by gender, as `speech.options.voices` takes them.

GET {url}/audio/voices, or where else servers have it --> {female: [...], male: [...]}, and those
of no known gender
"""

from __future__ import annotations

import json
import re
from typing import Any

import urllib3

from datagen.backends.servers.address import Connections, check_url
from datagen.backends.servers.wording import sentence
from datagen.types import UserError

PATHS = ("audio/voices", "voices", "styles")
"""Where servers list them: Kokoro-FastAPI and its like, others, Supertonic."""
_LISTS = ("voices", "data", "styles")
MAX_BYTES = 4 * 2**20
SECONDS = 20.0
_BY_HAND = "put their names into speech.options.voices by hand"
_KOKORO = re.compile(r"[a-z]([fm])_\w+")
"""Names of Kokoro's voices: language, gender, name (af_heart, bm_george)."""
_GENDERS = {"f": "female", "female": "female", "m": "male", "male": "male"}


def list_voices(url: str, key: str | None = None) -> dict[str, list[str]]:
    """Return a server's voices by gender; "unknown" are those it says nothing of."""
    check_url(url, "the server's URL")
    said = ""
    for path in PATHS:
        address = f"{url.rstrip('/')}/{path}"
        status, data = _get(address, key)
        if status == 200:
            return _some(read_voices(data), address)
        said = said or f"{address} answers {status} ({sentence(data)})"
        if status not in (404, 405):
            break
    raise UserError(f"{said}: it does not list its voices; {_BY_HAND}")


def _get(address: str, key: str | None) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {key.strip()}"} if key else {}
    try:
        with (
            Connections(1, SECONDS)
            .to(address)
            .request("GET", address, headers=headers, retries=False, preload_content=False)
        ) as reply:
            return reply.status, reply.read(MAX_BYTES)
    except urllib3.exceptions.HTTPError as error:
        raise UserError(f"no speech server answers at {address} ({error})") from error


def _some(found: dict[str, list[str]], address: str) -> dict[str, list[str]]:
    """Return voices; UserError if there are none."""
    if not any(found.values()):
        raise UserError(f"{address} lists no voices: load a model there, or {_BY_HAND}")
    return found


def read_voices(data: bytes) -> dict[str, list[str]]:
    """Return the voices in a server's list. Raises UserError."""
    found: dict[str, list[str]] = {"female": [], "male": [], "unknown": []}
    try:
        value = json.loads(data)
        items: Any = value
        if isinstance(value, dict):
            items = next((value[name] for name in _LISTS if name in value), None)
        for item in items:
            name, gender = _voice(item)
            if name and name not in found[gender]:
                found[gender].append(name)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"the server's list of voices cannot be read ({sentence(data)}); {_BY_HAND}"
        ) from error
    return {gender: sorted(names) for gender, names in found.items()}


def _voice(item: Any) -> tuple[str, str]:
    """Return the name and gender of one entry: a name, or a mapping that has one."""
    if isinstance(item, str):
        said = {"id": item}
    else:
        said = {key: text for key, text in item.items() if isinstance(text, str)}
    name = next((said[key] for key in ("id", "voice_id", "name", "voice") if said.get(key)), "")
    gender = _GENDERS.get(said.get("gender", "").casefold())
    kokoro = _KOKORO.fullmatch(name)
    return name, gender or (_GENDERS[kokoro[1]] if kokoro else "unknown")

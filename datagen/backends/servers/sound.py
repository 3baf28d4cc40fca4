"""Sound in a reply's body: bytes decide what it is, headers are mended, lengths are bounded.

    WAV, FLAC, Ogg, MP3 --read--> samples [S, C], rate
    a file in base64, alone or in JSON --unwrapped--> the file

Servers that stream write a WAV's header before they know its sizes, and put 0, 0xFFFFFFFF or those
of the first chunk there; then the sound ends with the body.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from datagen.audio.headers import is_followed_by_chunks
from datagen.backends.servers.client import Reply
from datagen.backends.servers.gate import Refused, Trouble
from datagen.visible import visible_line

MAX_SECONDS = 300.0
"""Longest clip that is decoded; a turn has at most a minute."""
MAX_SAMPLES = int(2 * 48_000 * MAX_SECONDS)
"""Most samples of all channels that are decoded."""
PLACEHOLDER = 2**28
"""Sizes from here on are no sizes: longer than any body that is read."""
MAGIC = (b"RIFF", b"RF64", b"RIFX", b"fLaC", b"OggS", b"ID3", b"FORM", b".snd", b"caff", b"NIST")
"""How files begin that libsndfile reads; frames of MP3 count only where the type says so, since raw
samples may begin like them."""
MPEG = ("mpeg", "mp3")
_BEGINNINGS = re.compile(
    rb"RIFF....WAVE|fLaC\0\0\0\"|OggS\0[\2\6]|\xff[\xe2-\xff]..(?:\0\0)?(?:.{9}|.{17}|.{32})(?:Xing|Info)",
    re.DOTALL,
)
"""How each of several files in one body begins (of MP3, the first frame of an encoder); programs
read the first, and nobody hears that the others are missing."""
METADATA = (b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"cue ", b"smpl", b"_PMX")
"""Chunks that stand behind the samples."""
TAGS = (b"ID3", b"TAG", b"APETAGEX")
"""How what is no chunk begins behind them."""
_FRAMES = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")
"""How MP3 without a header begins."""
_DATA_URL = re.compile(r"data:audio/[\w.+-]{1,40}(?:;[\w=.+-]{1,40})*;base64,", re.IGNORECASE)
_DEPTH = 8
"""Lists and objects inside each other in which sound is looked for."""
NOT_SOUND = ("text/", "application/json", "application/problem+json", "application/xml")


def read_sound(reply: Reply) -> tuple[NDArray[np.float32], int]:
    """Return samples [S, C] and their rate in Hz. Raises Trouble, or Refused for endless sound."""
    data = reply.data
    is_frames = any(name in reply.kind for name in MPEG) and data[:1] == b"\xff"
    if not (data.startswith(MAGIC) or is_frames):
        raise _unreadable(reply)
    if len(list(islice(_BEGINNINGS.finditer(data), 2))) > 1:
        raise _unreadable(reply, "several files in one body, one a sentence; have it send one")
    if data.startswith(b"RIFF"):
        data = _mended(reply)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            most = min(int(MAX_SECONDS * file.samplerate), MAX_SAMPLES // file.channels)
            samples = file.read(most + 1, dtype="float32", always_2d=True)
            rate, promised = int(file.samplerate), min(file.frames, most)
    except (soundfile.SoundFileError, ValueError) as error:
        raise _unreadable(reply, getattr(error, "error_string", str(error))) from error
    if not len(samples):
        raise _unreadable(reply, "no samples")
    if len(samples) > most:
        raise Refused(f"the sound is longer than {MAX_SECONDS:g} s")
    if len(samples) < promised and data.startswith(b"fLaC") and file.frames < 2**40:
        raise Trouble(f"the sound is cut short: {len(samples):,} of {promised:,} samples")
    return samples, rate


def unwrapped(reply: Reply) -> Reply:
    """Return the file of sound that a body of text is in base64, or has as one of its strings.

    Any other reply is returned as it is. Raises Trouble where there are several.
    """
    if not reply.data[:64].lstrip().startswith((b"{", b"[", b'"', b"data:", *_CODED)):
        return reply
    try:
        text = reply.data.decode()
        value = json.loads(text) if text.lstrip()[0] in '{["' else text
    except (ValueError, RecursionError):
        return reply
    found = list(islice(filter(None, map(_decoded, _strings(value, _DEPTH))), 2))
    if len(found) > 1:
        raise _unreadable(reply, "several files in one body; have it send one")
    if not found:
        return reply
    kind = "audio/mpeg" if found[0].startswith(_FRAMES) else "application/octet-stream"
    return Reply(found[0], {**reply.headers, "Content-Type": kind})


_CODED = tuple(base64.b64encode(magic[:3]) for magic in (*MAGIC, b"\xff\xfb\x90"))
"""How such files begin in base64."""


def _strings(value: Any, depth: int) -> Iterator[str]:
    """Yield the strings of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)) and depth:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth - 1)


def _decoded(text: str) -> bytes | None:
    """Return the file of sound that a text is in base64, None for any other text."""
    url = _DATA_URL.match(text)
    text = text[url.end() :] if url else text
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) > 64 and data.startswith((*MAGIC, *_FRAMES)) else None


def is_no_sound(reply: Reply) -> bool:
    """Return whether a reply says by its type and its bytes that it is a text."""
    return reply.kind.startswith(NOT_SOUND) and not reply.data.startswith(MAGIC)


def _unreadable(reply: Reply, why: str = "") -> Trouble:
    if not reply.data:
        return Trouble("sends sound that cannot be read: an empty body", "unreadable")
    kind = reply.kind or "no content type"
    reason = f", {visible_line(why)}" if why else ""
    return Trouble(
        f"sends sound that cannot be read: {kind}, beginning {reply.data[:16]!r}{reason}",
        "unreadable",
    )


def _mended(reply: Reply) -> bytes:
    """Return a WAV whose sizes are those of the body. Raises Trouble if it is cut short."""
    data = reply.data
    at, block = 12, 1
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"data":
            break
        if name == b"fmt " and at + 22 <= len(data):
            block = max(1, int.from_bytes(data[at + 20 : at + 22], "little"))
        at += 8 + size + size % 2
    else:
        raise Trouble("the sound is cut short: a WAV without samples")
    start = at + 8
    here = len(data) - start
    if 0 < size < PLACEHOLDER and size > here:
        raise Trouble(f"the sound is cut short: {here:,} of {size:,} bytes")
    after = start + size + size % 2
    is_right = 0 < size < PLACEHOLDER and (
        data.startswith(TAGS, after) or is_followed_by_chunks(io.BytesIO(data), after, len(data))
    )
    if not is_right:
        size = (_end(data, start) - start) // block * block
    whole = data[:at] + struct.pack("<4sI", b"data", size) + data[start : start + size]
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def _end(data: bytes, start: int) -> int:
    """Return where a WAV's samples end.

    A writer that cannot go back to its header may put the sizes behind the samples, alone or where
    they stand in a header of zeros (Kokoro-FastAPI before 0.4, PyAV), or chunks that say who spoke;
    they would be heard.
    """
    for length in (8, start):
        end = len(data) - length
        if start < end and int.from_bytes(data[-4:], "little") == end - start:
            return end
    end = len(data)
    while (at := _last_chunk(data, start, end)) is not None:
        end = at
    return end


def _last_chunk(data: bytes, start: int, end: int) -> int | None:
    """Return where metadata begins that ends at ``end``, None if samples stand there."""
    for name in METADATA:
        at = data.rfind(name, start, end)
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at >= 0 and end - 1 <= at + 8 + size + size % 2 <= end + 1:
            return at
    return None

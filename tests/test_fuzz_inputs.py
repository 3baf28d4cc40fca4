"""Whatever bytes a file or a server's reply holds: read, or one of the errors that mean something.

`tests.fuzz` looks for worse inputs with the same checks.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.backends.aligner.ctm import read_times
from datagen.backends.servers import wording
from datagen.backends.servers.chat import completion
from datagen.backends.servers.client import Reply
from datagen.backends.servers.gate import Refused, Trouble
from datagen.backends.servers.sound import MAX_SECONDS
from datagen.backends.servers.wording import ErrorReply
from datagen.backends.speech.server_voices import read_voices
from datagen.backends.speech.spoken import read_spoken, word_header
from datagen.formats.tables import read_table
from datagen.scripting.llm.reply import BadReply
from datagen.scripting.llm.scene import parse_scene
from datagen.timing.recordings import read
from datagen.types import UserError
from datagen.visible import visible

CTM = b"call A 0.1 0.2 hello 0.9 lex ann\ncall A * * <ALT_BEGIN>\ncall A * * <ALT_END>\n"
RTTM = b"SPEAKER call 1 0.5 1.5 <NA> <NA> ann <NA> <NA>\nSPEAKER call 1 2 1 <NA> <NA> bob <NA>\n"
GRID = (
    b'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2\n<exists>\n1\n"IntervalTier"\n'
    b'"words"\n0\n2\n1\n0.5\n1.5\n"hi"\n'
)
TABLE = b"speaker\tgender\nann\tfemale\n"
CHAT = (
    b'{"choices": [{"message": {"content": "<think>x</think>{}"}, "finish_reason": "stop"}], '
    b'"usage": {"prompt_tokens": 3}, "error": null}'
)
WAV = (
    b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\xc0\x5d\0\0\x80\xbb\0\0\2\0\x10\0data\x08\0\0\0"
    b"\1\0\2\0\3\0\4\0"
)
SEEDS = {"ctm": CTM, "rttm": RTTM, "TextGrid": GRID, "tsv": TABLE, "chat": CHAT, "speech": WAV}
"""A good input of each kind."""


def _check_length(error: Exception) -> None:
    assert len(visible(str(error))) < 2_000


def check_times(suffix: str, content: bytes) -> None:
    """Take bytes for a transcript with times: all are finite and in order, or it is refused."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{suffix}"
        path.write_bytes(content)
        try:
            if suffix == "tsv":
                assert all(row["speaker"] for row in read_table(path, "speaker"))
                return
            if suffix != "rttm":
                for label, span in read_times(path):
                    assert label
                    assert span.start <= span.end
                    assert span.confidence is None or math.isfinite(span.confidence)
            if suffix != "TextGrid":
                for spells in read(path).conversations.values():
                    assert all(0 <= spell.start <= spell.end for spell in spells)
        except UserError as error:
            _check_length(error)


def check_chat(content: bytes) -> None:
    """Take bytes for a chat completion."""
    reply = Reply(content, {"Content-Type": "application/json"})
    try:
        if (error := wording.error_of(content)) is not None:
            raise error
        answer = completion(reply)
        assert isinstance(answer.text, str)
        assert min(answer.usage.prompt, answer.usage.cached, answer.usage.completion) >= 0
        parse_scene(answer.text)
    except (Trouble, BadReply) as error:
        _check_length(error)
    except (Refused, ErrorReply):
        pass
    wording.http_error(429, content)
    with suppress(UserError):
        read_voices(content)


def check_speech(content: bytes) -> None:
    """Take bytes for a speech server's sound, and for its header of word times."""
    for kind in ("audio/wav", "audio/mpeg", ""):
        try:
            spoken = read_spoken(Reply(content, {"Content-Type": kind}))
        except (Trouble, Refused, UserError):
            continue
        assert spoken.samples.dtype == np.float32
        assert len(spoken.samples) <= MAX_SECONDS * max(spoken.rate, 1)
    words = word_header(content.decode("latin-1"))
    assert all(math.isfinite(time) for _, *times in words or () for time in times)


CHECKS = {
    "chat": check_chat,
    "speech": check_speech,
    **{
        kind: lambda content, kind=kind: check_times(kind, content)
        for kind in ("ctm", "rttm", "TextGrid", "tsv")
    },
}


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """A good input with some bytes changed, cut out, or put in."""
    data = bytearray(content)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 8))
        data[start : start + length] = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b"nan", b"-1", b"1e999", b"\xff" * 4, b"[[", b'{"a":', b"\n"]),
            )
        )
    return bytes(data)


@pytest.mark.parametrize("kind", CHECKS)
def test_any_bytes_are_read_or_refused(kind: str) -> None:
    @given(st.one_of(st.binary(max_size=200), damaged(SEEDS[kind])))
    def check(content: bytes) -> None:
        CHECKS[kind](content)

    check()
    CHECKS[kind](SEEDS[kind])


@pytest.mark.slow
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=9))
def test_any_json_is_an_error_or_none(value: object) -> None:
    for name in ("error", "detail", "choices", "object", "code", "voices", "usage"):
        check_chat(json.dumps({name: value}).encode())
        check_chat(json.dumps({"choices": [{"message": {"content": value}, name: value}]}).encode())

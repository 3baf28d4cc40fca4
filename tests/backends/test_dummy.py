from __future__ import annotations

import numpy as np
import pytest

from datagen.backends.codec.dummy import DummyCodec
from datagen.backends.registry import CODECS, VOICES
from datagen.backends.speech.dummy import WORD, DummyVoice
from datagen.config import BackendSpec, load_recipe
from datagen.engine.pipeline import ResolvedRecipe
from datagen.gates.limits import limits_for
from datagen.gates.turn import listen
from datagen.stages.artifacts import to_flac
from datagen.types import CARDINALITY, FRAME, NUM_CODEBOOKS, Line, Record, Voice

VOICE = Voice(id="v", source="dummy", license="synthetic", synthetic=True, gender="female")


def say(spoken: str) -> tuple[np.ndarray, list[tuple[str, int, int]]]:
    (made,) = DummyVoice(Record()).speak([Line(spoken, VOICE, "agent")], seed=1)
    assert made.words is not None
    return made.audio, [(word.text, word.start, word.end) for word in made.words]


def test_every_word_has_its_time_and_all_sound_alike() -> None:
    audio, words = say("it is five")
    assert words == [("it", 0, WORD), ("is", WORD, 2 * WORD), ("five", 2 * WORD, 3 * WORD)]
    assert audio.dtype == np.float32
    assert len(audio) == 3 * WORD
    assert say("or was it")[0] is audio
    assert not audio.flags.writeable
    assert audio.any()
    assert audio.mean() == 0


def test_it_takes_next_to_no_room() -> None:
    audio, _ = say("a " * 176)  # a minute
    assert len(to_flac(audio)) < 10_000


def test_gates_do_not_listen_to_it() -> None:
    audio, _ = say("it is five")
    assert listen(audio, "it is five", limits_for("dummy")).fault is None
    assert listen(audio, "it is five", limits_for("espeak")).fault is not None


def test_tokens_tell_where_there_is_sound() -> None:
    codec = DummyCodec(Record())
    audio = np.zeros(10 * FRAME + 1, np.float32)
    audio[3 * FRAME : 5 * FRAME] = 0.1
    codes = codec.encode(audio)
    assert codes.shape == (NUM_CODEBOOKS, 11)
    assert codes.dtype == np.int16
    silent = (codes == np.array(codec.silence)[:, None]).all(axis=0)
    assert np.flatnonzero(~silent).tolist() == [3, 4]
    assert codec.encode(audio[:0]).shape == (NUM_CODEBOOKS, 0)
    assert max(*codec.silence, *codec.sine) < CARDINALITY
    assert codec.silence != codec.sine
    decoded = codec.decode(codes)
    assert len(decoded) == 11 * FRAME
    assert np.array_equal(codec.encode(decoded), codes)


@pytest.mark.parametrize("table", [VOICES, CODECS])
def test_they_are_stand_ins_by_name(table: object) -> None:
    assert table.resolve(BackendSpec(use="dummy")).stand_in  # type: ignore[attr-defined]


def test_a_rehearsal_says_what_it_is() -> None:
    said = ResolvedRecipe(load_recipe("service", "dummy")).stand_ins
    assert {"speech=dummy", "codec=dummy"} <= set(said)

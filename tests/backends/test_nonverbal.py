"""Sounds that are no words are said, not spelled: phoneme strings of every backend that has any."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.backends.aligner.tokens import parts
from datagen.backends.speech import dia_chunks
from datagen.backends.speech.espeak_library import EspeakLibrary, open_library, voice_path
from datagen.backends.speech.espeak_voice import ACCENTS, accent_path
from datagen.backends.speech.nonverbal import (
    CHATTERBOX_TURBO,
    DIA,
    ESPEAK,
    KOKORO,
    espeak_text,
    has_all,
    has_tags,
    with_tags,
)
from datagen.text.nonverbal import SOUNDS

SPELLED = ("eIt", "'Em", ",Em", "'Es", "v,i:", "d'Vb")
"""Mnemonics of the names of h, m, s, v and w: what a spelled sound is made of."""


@pytest.fixture(scope="module")
def library() -> EspeakLibrary:
    pytest.importorskip("espeakng_loader")
    return open_library("auto")


def phonemes(library: EspeakLibrary, text: str, accent: str = "en-US") -> str:
    """What the library really says: the events of its synthesis."""
    with library.workspace() as folder:
        path = voice_path(Path(folder), 0)
        path.write_text(accent_path(library.data, accent).read_text())
        sound = library.say(text, path, rate=175, pitch_range=50, seed=1)
    return " ".join(phoneme.name for phoneme in sound.phonemes if not phoneme.pause)


@pytest.mark.slow
def test_the_library_alone_spells_nods(library: EspeakLibrary) -> None:
    assert phonemes(library, "Mm-hmm.").startswith(",E m 'E m")
    assert "'eI tS" in phonemes(library, "Shh.") or "eI tS" in phonemes(library, "Shh.")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mm-hmm.", "m- h 'm-"),
        ("Mhm.", "m- h 'm-"),
        ("Hmm.", "h 'm- m"),
        ("Shh!", "S S S"),
        ("Huh?", "h 'V"),
        ("Uh-huh.", "'V h 'V"),
        ("Oh.", "'oU"),
        ("Ah.", "'A:"),
        ("Ugh.", "'V g"),
        ("Wow.", "w 'aU"),
        ("Whew.", "h j 'u:"),
        ("Tsk.", "t 'I s k"),
        ("Brrr.", "b r '3:"),
    ],
)
def test_espeak_says_sounds(library: EspeakLibrary, written: str, said: str) -> None:
    assert phonemes(library, espeak_text(written)) == said


@pytest.mark.slow
@pytest.mark.parametrize("accent", ACCENTS)
def test_no_accent_spells_a_sound(library: EspeakLibrary, accent: str) -> None:
    for name in ("Mm-hmm.", "Mm.", "Hmm.", "Shh.", "Psst.", "Pff.", "Tsk.", "Brr.", "Uh-uh."):
        said = phonemes(library, espeak_text(name), accent)
        assert said, (name, accent)
        assert "eI" not in said, (name, said)
        assert "E" not in said, (name, said)


def test_the_number_of_words_stays() -> None:
    line = 'So, mm-hmm, "hmm"... right. Shh!'
    assert len(espeak_text(line).split()) == len(line.split())
    assert espeak_text(line) == "So, [[m-h'm-]], \"[[h'm-m]]\"... right. [[SSS]]!"
    assert espeak_text("Nothing to do here.") == "Nothing to do here."


def test_tables_hold_known_sounds() -> None:
    for table in (ESPEAK, KOKORO, DIA, CHATTERBOX_TURBO):
        assert set(table) <= set(SOUNDS)
    nods = ("mm-hmm", "uh-huh", "hmm", "huh", "oh", "ah", "ugh", "shh", "wow", "whew", "tsk")
    assert set(nods) <= set(ESPEAK)
    assert set(nods) <= set(KOKORO)


def test_what_a_table_lacks_cannot_be_said() -> None:
    assert has_all("Mm-hmm, right.", KOKORO)
    assert not has_all("[laughs] Right.", KOKORO)
    assert not has_all("Psst, here.", KOKORO)
    assert not has_all("[unknown-noise]", ESPEAK)
    assert has_tags("(laughs) Right. Mm-hmm.", DIA)
    assert not has_tags("[laughs] Right.", {})


def test_dia_gets_its_own_tags() -> None:
    said = dia_chunks.transcript([(1, "[laughs] No!"), (2, "*sighs* (well) [clears-throat]")])
    assert said == "[S1] (laughs) No. [S2] (sighs) well (clears throat) [S1]"


def test_chatterbox_turbo_gets_its_own_tags() -> None:
    assert with_tags("(laughs) So, *coughs* yes.", CHATTERBOX_TURBO) == "[laugh] So, [cough] yes."


def test_an_aligner_does_not_look_for_a_stage_direction() -> None:
    assert parts("[laughs]") == []
    assert parts("Mm-hmm,") == ["mm", "hmm"]

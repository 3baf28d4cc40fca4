"""`datagen quality` with ears that are told what they hear: figures, groups, going on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from datagen.quality.figures import HeardTurn, gather, read_quality, summary
from datagen.quality.listening import EarOptions, Ears, listen_to, sample
from datagen.quality.stretches import Stretch
from datagen.runs.manifest import build, differences, load, save
from datagen.runs.open import open_run
from datagen.show.lookup import RunDialogue
from datagen.types import Audio, UserError
from tests.fixtures.dummy_runs import rehearse


def turn(**changes: object) -> HeardTurn:
    known = {
        "what": "clips", "turn": 0, "speaker": "agent", "voice": "a", "source": "kokoro",
        "onset": "after", "heard": "", "judged": True, "raw_words": 10, "raw_errors": 1,
        "words": 8, "errors": 0, "entities": 2, "wrong_entities": 1, "own": 0.9, "other": 0.6,
        "overall": 3.0, "p808": 3.5, "loudness": -24.0,
    }  # fmt: skip
    return HeardTurn.model_validate(known | changes)


def test_figures_by_place_voice_and_kind() -> None:
    nod = turn(judged=False, onset="backchannel", raw_errors=10, errors=8, entities=0, own=None)
    other = turn(voice="b", own=0.7, errors=2, wrong_entities=5)
    found = gather({"x-0000000": [turn(), nod], "x-0000001": [other]}, {"ears": "these"})
    clips = found.groups["clips"]
    assert set(clips) == {
        *("all", "source:kokoro", "voice:a", "voice:b", "onset:after", "onset:backchannel")
    }
    assert clips["all"].turns == 3
    assert clips["all"].judged == 2
    assert clips["all"].word_error == 2 / 16
    assert clips["all"].word_error_raw == 2 / 20
    assert clips["all"].entity_accuracy == 0.25
    assert clips["all"].own == pytest.approx(0.8)
    assert clips["onset:backchannel"].word_error is None
    assert found.dialogues == 2
    assert "word error 12.5%" in summary(found)["clips as heard"]
    assert [row[1] for row in found.rows()][:2] == ["of", "all"]


def test_a_recogniser_in_a_loop_has_heard_a_turn_wholly_wrong() -> None:
    loop = turn(errors=153, raw_errors=160)
    found = gather({"x-0000000": [turn(), loop]}, {}).groups["clips"]["all"]
    assert found.word_error == 8 / 16
    assert found.word_error_raw == 11 / 20


def test_a_sample_is_evenly_spaced() -> None:
    ids = [str(n) for n in range(10)]
    assert sample(ids, 3) == ["0", "3", "6"]
    assert sample(ids, None) == sample(ids, 99) == ids


class Told:
    """Ears that hear nothing but length."""

    def __init__(self) -> None:
        self.heard = 0

    def transcribe(
        self, audio: Audio, beam: int = 1, *, short: bool = False, timed: bool = False
    ) -> str:
        self.heard += 1
        return "hello"

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        return np.array([1.0, 0.0], np.float32) if len(audio) > 24_000 else None

    def rate(self, audio: Audio) -> tuple[float, float] | None:
        return None


class Misheard(Told):
    """Ears that hear a code rightly at the second try, and other words never."""

    def transcribe(
        self, audio: Audio, beam: int = 1, *, short: bool = False, timed: bool = False
    ) -> str:
        self.heard += 1
        return "Wait, it's ET283." if beam > 1 else "Wait, its ET2 at 3."


def test_a_number_is_wrong_if_nobody_hears_it() -> None:
    told = Misheard()
    ears = Ears(told, told, told)
    part = Stretch(
        "clips", 0, "user", "after", "Wait, it's E T two eight three.", np.zeros(9, np.float32)
    )
    heard, line = ears._heard(part)
    assert heard == "Wait, its ET2 at 3."
    assert (line.entities, line.wrong_entities, told.heard) == (("et283",), (), 3)
    assert line.num_errors > 0, "words count as they were heard at first"
    other = replace(part, spoken="Wait, it's E T two eight four.")
    assert ears._heard(other)[1].wrong_entities


@pytest.mark.slow
def test_a_run_is_heard_once_and_its_figures_reach_the_manifest(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run")
    ids = list(open_run(run))[:2]
    told = Told()
    before = build(run)
    found = listen_to(run, EarOptions(), ids, load=lambda: Ears(told, told, told))
    assert set(found.groups) == {"clips", "channels", "tokens"}
    num_turns = sum(len(RunDialogue(run, one).dialogue.turns) for one in ids)
    assert found.groups["clips"]["all"].turns == num_turns
    heard = told.heard
    again = listen_to(run, EarOptions(), ids, load=lambda: Ears(told, told, told))
    assert (again, told.heard) == (found, heard)
    assert read_quality(run) == found
    manifest = build(run)
    assert manifest.quality is not None
    assert [line.partition(":")[0] for line in differences(before, manifest)] == ["quality"]
    save(manifest, tmp_path / "m.json")
    assert load(tmp_path / "m.json") == manifest
    assert "quality" not in before.to_json()


def test_an_unknown_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="choose of clips, channels, tokens"):
        listen_to(tmp_path, EarOptions(), [], ["clip"], load=lambda: Ears(Told(), Told(), Told()))

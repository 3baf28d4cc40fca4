"""What an audit hears, and how it compares with people."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from datagen.audio.mix import render
from datagen.audio.turn_taking import TurnTaking
from datagen.audio.vad import Spell
from datagen.audit.human_baseline import comparison, table
from datagen.audit.plot import plot, reference
from datagen.audit.sound_checks import assemble, disagreement, heard
from datagen.audit.totals import Totals
from datagen.stages.artifacts import records_table, speech_table, to_flac
from datagen.types import SAMPLE_RATE, Audio, Clip, Dialogue, Script, Speech, UserError
from tests.stages.test_timeline import VOICE, lay, preset, script_of, speech_of, turn

SCRIPT = script_of(
    turn("agent", 14), turn("user", 5, "barge_in", at_word=5), turn("agent", 8), turn("user", 6)
)


def clips_of(script: Script) -> dict[int, Audio]:
    """A tone in each word."""
    clips = {}
    for clip in speech_of(script).clips:
        sound = np.zeros(clip.num_samples, np.float32)
        for word in clip.words or ():
            sound[word.start : word.end] = 0.3
        clips[clip.turn] = sound * np.sin(np.arange(clip.num_samples) * 0.3).astype(np.float32)
    return clips


def speech_with_sound(script: Script) -> Speech:
    quiet = np.zeros(4 * SAMPLE_RATE, np.float32)
    clips = tuple(
        Clip(index, len(sound), None, -20.0, -6.0, sound)
        for index, sound in clips_of(script).items()
    )
    voices = {"agent": VOICE, "user": VOICE}
    return Speech(script.dialog_id, voices, clips, {"agent": quiet, "user": quiet})  # type: ignore[arg-type]


def tables(dialogue: Dialogue) -> tuple[pa.Table, pa.Table]:
    return records_table([dialogue]), speech_table([(SCRIPT, speech_with_sound(SCRIPT))])


def test_a_stranger_assembles_the_same_sound() -> None:
    dialogue = lay(SCRIPT, preset("conversational"))
    clips = clips_of(SCRIPT)
    stereo = assemble(
        json.loads(dialogue.model_dump_json()),
        {turn: to_flac(clip) for turn, clip in clips.items()},
    )
    assert np.abs(stereo - render(dialogue, clips)).max() < 1e-3  # 16 bits and gain


def test_sound_and_words_agree() -> None:
    ((dialog_id, found),) = heard(*tables(lay(SCRIPT)))
    assert dialog_id == SCRIPT.dialog_id
    assert found.disagreement < 0.01
    assert found.floor.num_ipus > 3


def test_words_that_were_moved_are_noticed() -> None:
    dialogue = lay(SCRIPT)
    words = tuple(
        word.model_copy(update={"start": word.start + SAMPLE_RATE, "end": word.end + SAMPLE_RATE})
        for word in dialogue.words
    )
    ((_, found),) = heard(*tables(dialogue.model_copy(update={"words": words})))
    assert found.disagreement > 0.1


def test_disagreement_is_a_share_of_both_channels() -> None:
    spells = [Spell("agent", 0, SAMPLE_RATE)]
    assert disagreement(spells, spells, 2 * SAMPLE_RATE) == 0
    assert disagreement(spells, [], 2 * SAMPLE_RATE) == pytest.approx(0.25)
    assert disagreement([], [], 0) == 0


def totals(*offsets: float) -> Totals:
    found = Totals(dialogues=1, num_samples=60 * SAMPLE_RATE)
    samples = tuple(round(offset * SAMPLE_RATE) for offset in offsets)
    seconds = {"ipu": 53, "pause": 5, "gap": 4, "overlap": 1}
    lengths = {name: value * SAMPLE_RATE for name, value in seconds.items()}
    found.listen(TurnTaking(span=60 * SAMPLE_RATE, offsets=samples, **lengths), 0.01)
    found.events.update({"barge_in": 2, "backchannel": 5})
    return found


def test_figures_near_peoples_are_starred() -> None:
    near = {
        measure.name: measure.is_near for measure in comparison(totals(-0.3, 0.1, 0.3, 0.3, 0.9))
    }
    assert near == {
        "ipu": True,
        "pause": True,
        "gap": True,
        "overlap": False,
        "offsets under 0.2 s": False,
        "offsets that overlap": False,
        "gap, median": True,
        "overlap, median": False,
        "barge-ins": False,
        "backchannels": True,
        "commonest frame, agent": False,
        "commonest frame, user": False,
    }
    lines = table(totals(-0.3, 0.1))
    assert "from the sound" in lines[0]
    assert "53.00*        53.5  s/min  Fisher" in lines[1]
    assert "0.264-0.347" in next(line for line in lines if "gap, median" in line)


def test_a_run_without_turns_has_no_figures() -> None:
    lines = table(Totals(dialogues=1))
    assert "from the words" in lines[0]
    assert next(line for line in lines if "gap, median" in line).split()[2] == "-"


def test_the_reference_is_a_density() -> None:
    seconds = np.arange(-10, 30, 0.001)
    assert reference(seconds).sum() * 0.001 == pytest.approx(1.0, abs=0.01)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("matplotlib") is None, reason="the extra plot is not installed")
def test_a_plot_is_a_png(tmp_path: Path) -> None:
    plot(totals(-0.3, 0.1, 0.3), tmp_path / "offsets.png")
    assert (tmp_path / "offsets.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UserError, match="nothing to plot"):
        plot(Totals(), tmp_path / "none.png")


def test_without_matplotlib_a_plot_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match=r"datagen\[plot\]"):
        plot(totals(0.1), tmp_path / "offsets.png")

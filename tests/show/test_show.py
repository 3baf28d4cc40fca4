from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import soundfile
from rich.console import Console, RenderableType

from datagen.show import listen, save_audio, show
from datagen.show.clock import clock
from datagen.show.lanes import CELL, MARKS, Lanes
from datagen.timing.events import EventType
from datagen.types import SAMPLE_RATE, Dialogue, Event, UserError
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.run_folder import (
    CUT_FADE,
    NUM_SAMPLES,
    dialogue_of,
    edit,
    script_of,
    write_run,
)

ID = "service-0000002"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"))


def printed(page: RenderableType, width: int = 100) -> str:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(page)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def test_a_page_is_plain_text(run: Path) -> None:
    page = printed(show(run, ID))
    for line in (
        "service-0000002  hotel · fees · inbound · train · 00:12.0",
        "  agent agent-2: female, synthetic, of fake, licence synthetic",
        "  You work for Harbor Bank and your name is Ana 2.",
        "  00:02.2 user  Hi please tell me what the fee is",
        "  00:03.5           (agent) mhm",
        "  00:04.5 agent (overlaps) The fee is five dollars each month but [there is more]",
        "  00:06.5 user  (barges in) Sorry stop there thanks",
        "  fee: $5 (money), said 'five dollars'",
        "  Q0 state: pass",
        "    agent: The fee is five dollars each month but",
    ):
        assert line in page.splitlines()
    assert "\x1b" not in page


def test_a_judges_scores_are_shown(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", blocks=1)
    scored = {"scores": {"role_adherence": 5, "naturalness": 4}, "judge": "two"}

    def score(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            row["record"] = json.dumps(json.loads(row["record"]) | scored)

    edit(run, "script/000000.parquet", score)
    page = printed(show(run, ID)).splitlines()
    assert page[-2:] == ["Judge", "  two: role_adherence 5, naturalness 4 (5 is best)"]


def test_what_an_aligner_was_least_sure_of_is_shown(tmp_path: Path, run: Path) -> None:
    assert "Alignment" not in printed(show(run, ID))
    aligned = write_run(tmp_path / "run", blocks=1)

    def doubt(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            record = json.loads(row["record"])
            for word, confidence in zip(record["words"], (-1.0, -4.5, -0.5), strict=False):
                word["confidence"] = confidence
            row["record"] = json.dumps(record)

    edit(aligned, "timeline/000000.parquet", doubt)
    page = printed(show(aligned, ID)).splitlines()
    at = page.index("Alignment")
    assert page[at + 1] == (
        "  confidence of 3 words: mean -2.00, least -4.50 for 'Bank' at 00:00.7"
    )


def test_lanes_are_above_each_other(run: Path) -> None:
    lines = printed(Lanes(dialogue_of(script_of(2)))).splitlines()
    ruler, agent, user, marks = lines[:4]
    # one character is 0.25 s, after a margin of 8
    assert ruler[8:14] == "|00:00"
    assert ruler[28:34] == "|00:05"
    assert agent.startswith("agent")
    assert user.startswith("user")
    spoken_at = 8 + 4 * 3  # the user's turn begins at 2.2 s, while the agent is silent
    assert user[spoken_at] in "▒▓█"
    assert agent[spoken_at] == " "
    assert marks[8 + 4 * 3 + 2] == "b"  # the backchannel at 3.5 s
    assert "!" in marks
    assert "x" in marks
    assert "o" in marks
    assert "! barge in" in lines[-1]
    assert "pause" not in lines[-1]


def test_lanes_wrap_to_the_width() -> None:
    lines = printed(Lanes(dialogue_of(script_of(2))), width=40).splitlines()
    assert max(map(len, lines[:-2])) <= 40
    assert sum(line.startswith("agent") for line in lines) == 3  # 12 s, 5 s a strip


def test_every_kind_of_event_has_a_mark_of_its_own() -> None:
    assert {*MARKS} == {*get_args(EventType)} - {"effect"}
    assert len({*MARKS.values()}) == len(MARKS)
    dialogue = dialogue_of(script_of(2))
    events = [
        Event(type=kind, speaker="user", cause="c", start=index * CELL, end=index * CELL)
        for index, kind in enumerate(MARKS)
    ]
    effects = [
        Event(type="effect", speaker="user", cause=cause, start=0, end=NUM_SAMPLES)
        for cause in ("noise", "telephone")
    ]
    page = printed(Lanes(dialogue.model_copy(update={"events": (*events, *effects)})), width=200)
    lines = page.splitlines()
    assert lines[3][8:] == "".join(MARKS.values())
    assert lines[-3].strip() == "one character is 0.25 s; the darker, the more speech"
    assert lines[-2].strip() == "effects on the user: noise, telephone"
    assert "= dead air · ~ lapse" in lines[-1]


def test_a_short_id_is_enough(run: Path) -> None:
    assert printed(show(run, "service-2")) == printed(show(run, ID))


@pytest.mark.parametrize("dialog_id", ["service-0000016", "qa-0000002", "service", "2"])
def test_an_unknown_id_is_answered_with_the_range(run: Path, dialog_id: str) -> None:
    with pytest.raises(UserError, match="from service-0000000 to service-0000015"):
        show(run, dialog_id)


@pytest.mark.parametrize(("index", "stage"), [(5, "script"), (12, "speech"), (3, "tokens")])
def test_a_rejected_id_is_answered_with_the_reason(run: Path, index: int, stage: str) -> None:
    with pytest.raises(UserError, match=f"was rejected by {stage}: too dull"):
        show(run, f"service-{index}")


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a run folder"):
        show(tmp_path, ID)


def test_a_missing_and_a_damaged_artifact(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", blocks=1)
    (run / "timeline/000000.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match=r"timeline/000000.parquet.*delete it and run again"):
        show(run, ID)
    (run / "timeline/000000.parquet").unlink()
    with pytest.raises(UserError, match=r"timeline/000000\.parquet is not made yet"):
        show(run, ID)


@pytest.mark.parametrize("name", ["a.flac", "a.WAV"])
def test_audio_is_the_agent_left_and_the_user_right(run: Path, tmp_path: Path, name: str) -> None:
    save_audio(run, ID, tmp_path / name)
    stereo, rate = soundfile.read(tmp_path / name, dtype="float32")
    assert (rate, stereo.shape) == (SAMPLE_RATE, (NUM_SAMPLES, 2))
    assert_heard(stereo.T, dialogue_of(script_of(2)))


def assert_heard(stereo: np.ndarray, dialogue: Dialogue) -> None:
    """Each word is on its own channel; nothing is after the cut."""
    for word in dialogue.words:
        middle = (word.start + word.end) // 2
        assert stereo[["agent", "user"].index(word.speaker), middle] != 0
    (cut,) = (event for event in dialogue.events if event.type == "cut")
    next_turn = 8 * SAMPLE_RATE
    assert not stereo[0, cut.start + CUT_FADE : next_turn].any()


def test_audio_with_effects_is_what_was_encoded(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run", 16, "timeline.overrides.effects=call")
    for sound in ("recorded", "effects"):
        save_audio(run, ID, tmp_path / f"{sound}.wav", sound)  # type: ignore[arg-type]
    clean, heard = (soundfile.read(tmp_path / f"{n}.wav")[0] for n in ("recorded", "effects"))
    assert clean.shape == heard.shape
    assert (clean[:, 0] == 0).mean() > 0.05
    assert (heard[:, 0] == 0).mean() < 0.05
    assert (heard[:, 1] == 0).mean() < 0.05


def test_decoded_audio_is_of_the_tokens(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    save_audio(run, ID, path, "decoded")
    stereo, _ = soundfile.read(path, dtype="float32")
    assert stereo.shape == (NUM_SAMPLES, 2)
    assert set(np.unique(stereo)) == {0.0, 0.25}  # what the fake codec makes of silence and sound
    assert_heard(stereo.T, dialogue_of(script_of(2)))


@pytest.mark.parametrize("name", ["a.mp3", "nowhere/a.wav"])
def test_audio_needs_a_place_and_a_format(run: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"write it as one of|make it first"):
        save_audio(run, ID, tmp_path / name)


def test_listen_chooses_lively_dialogues_of_different_domains(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", blocks=1)

    def dull(rows: list[dict[str, object]]) -> None:
        for row in rows:
            if row["dialog_id"] not in ("service-0000004", "service-0000006"):
                row["events"] = []

    edit(run, "tokens/000000.parquet", dull)
    names = [name.rpartition("/")[2] for name in listen(run, 3)]
    # 4 and 6 are hotels, 1 is the first of the bank
    assert names == [f"service-000000{n}.flac" for n in (4, 1, 6)]
    assert soundfile.info(run / "listen" / names[0]).channels == 2


def test_clock() -> None:
    assert clock(0) == "00:00.0"
    assert clock(round(59.96 * SAMPLE_RATE)) == "01:00.0"
    assert clock(754 * SAMPLE_RATE) == "12:34.0"

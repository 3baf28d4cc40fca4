"""Pairs and clips: right and wrong in one respect, everything else shared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from datagen.cli import main
from datagen.pairs import content, make
from datagen.pairs.audit import audit
from datagen.pairs.axes import AXES
from datagen.pairs.timing import EDITS, Pair
from datagen.pairs.tokens import COLUMNS, Silence, TokenDialogue, Track, read_dialogues
from datagen.seeds import rng_for
from datagen.shards import layout
from datagen.storage.run_folder import RunFolder
from datagen.types import FRAME, UserError

SILENCE = Silence(np.arange(1, 9, dtype=np.int16)[:, None], 3, 0)
METADATA: dict[str, Any] = {
    "codec": {"cardinality": 2_048, "silence": SILENCE.codes[:, 0].tolist(), "sine": [9] * 8},
    "tokenizer": {"size": 4_000, "pad": 3, "epad": 0},
}
AGENT, USER = "agent", "user"
TURNS = [
    # speaker, onset, first and last frame
    (AGENT, "after", 5, 40),
    (USER, "after", 50, 150),
    (AGENT, "backchannel", 70, 76),
    (AGENT, "after", 154, 200),
    (USER, "barge_in", 190, 240),
    (AGENT, "after", 245, 300),
    (USER, "backchannel", 270, 276),
    (USER, "after", 310, 330),
    (AGENT, "after", 335, 380),
]
EVENTS = [
    ("pause", USER, 100, 112),
    ("backchannel", AGENT, 70, 76),
    ("gap", AGENT, 150, 154),
    ("barge_in", USER, 190, 200),
    ("gap", AGENT, 240, 245),
    ("backchannel", USER, 270, 276),
    ("gap", AGENT, 330, 335),
]


def row(index: int = 0, company: str = "Ash & Co") -> dict[str, Any]:
    """A call in which all that can be exchanged happens once."""
    frames, rng = 400, np.random.default_rng(index)
    codes = {s: np.repeat(SILENCE.codes, frames, 1) for s in (AGENT, USER)}
    text = np.full(frames, SILENCE.pad)
    for number, (speaker, _, start, stop) in enumerate(TURNS):
        codes[speaker][:, start:stop] = rng.integers(100, 2_000, (8, stop - start))
        if speaker == AGENT:
            text[start - 1] = SILENCE.epad
            text[start : start + 4] = 500 + 10 * number + np.arange(4)
    turns = [
        {"speaker": s, "text": f"turn {n}", "spoken": f"turn {n}", "onset": onset, "unsaid": ""}
        | {"start": a * FRAME, "end": b * FRAME}
        for n, (s, onset, a, b) in enumerate(TURNS)
    ]
    events = [
        {"type": t, "speaker": s, "cause": "preset", "text": "", "start": a * FRAME}
        | {"end": b * FRAME}
        for t, s, a, b in EVENTS
    ]
    fact = {"id": "company", "type": "name", "written": company, "spoken": company}
    code = {"id": "code", "type": "code", "written": "8", "spoken": "turn 8"}
    probes = [("Q0", "state", 3), ("Q3", "decline", 5), ("Q5", "unknown", 8), ("Q1", "confirm", 8)]
    return {
        "dialog_id": f"service-{index:07d}",
        "kind": "service",
        "split": "train",
        "num_frames": frames,
        "role_prompt": f"You work for {company}.",
        "prompt_tokens": np.array([7, 8, 9], np.int16),
        "agent_voice": {"id": "voice", "source": "made", "license": "CC0", "synthetic": True},
        "agent_voice_codes": np.arange(8 * 40, dtype=np.int16),
        "agent_codes": codes[AGENT].astype(np.int16).ravel(),
        "user_codes": codes[USER].astype(np.int16).ravel(),
        "agent_text": text.astype(np.int16),
        "turns": turns,
        "words": [],
        "events": events,
        "facts": [fact, code],
        "probes": [
            {"type": t, "act": a, "verdict": "pass", "user_turn": 1, "agent_turn": turn}
            for t, a, turn in probes
        ],
    }


def table(rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([layout.SCHEMA.field(name) for name in COLUMNS])
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture
def dialogues() -> list[TokenDialogue]:
    rows = [row(0), row(1, "Birch & Co"), row(2, "Cedar & Co")]
    return list(read_dialogues(table(rows), METADATA))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = RunFolder(tmp_path / "RUN")
    rows = [row(0), row(1, "Birch & Co")]
    folder.commit("shards/service-00000.parquet", table(rows), METADATA)
    return tmp_path / "RUN"


def sides(pair: Pair) -> tuple[Track, Track, int]:
    return pair.chosen, pair.rejected, pair.first - pair.crop.start


def made(name: str, dialogue: TokenDialogue) -> list[Pair]:
    found = EDITS[name](dialogue, rng_for(0, dialogue.dialog_id, "pairs", name))
    return [pair for pair in found if pair is not None]


@pytest.mark.parametrize("name", sorted(EDITS))
def test_each_respect_is_found_and_shares_all_before_the_decision(
    name: str, dialogues: list[TokenDialogue]
) -> None:
    pairs = made(name, dialogues[0])
    assert pairs, name
    for pair in pairs:
        chosen, rejected, first = sides(pair)
        assert (chosen.text[:first] == rejected.text[:first]).all()
        assert (chosen.codes[:, :first] == rejected.codes[:, :first]).all()
        differs = (chosen.text != rejected.text) | (chosen.codes != rejected.codes).any(0)
        assert differs[first]
        start, stop = pair.crop.start, pair.crop.stop
        recorded = dialogues[0].agent.piece(start, stop)
        assert (recorded.codes == chosen.codes).all(), "what was recorded is right"
        assert (dialogues[0].user_codes[:, start:stop] == pair.user_codes).all()
        assert pair.crop.length <= 300


def speaks(track: Track) -> np.ndarray:
    return (track.codes != SILENCE.codes).any(0)


def test_silence_is_the_channels_own() -> None:
    """A channel with a room has many rows where nobody speaks; a muted one has those."""
    one = row(0)
    codes = one["agent_codes"].reshape(8, -1)
    still = (codes == SILENCE.codes).all(0)
    rng = np.random.default_rng(1)
    codes[:, still] = rng.integers(20, 90, (8, int(still.sum())))
    (dialogue,) = read_dialogues(table([one]), METADATA)
    known = {tuple(frame) for frame in codes[:, still].T.tolist()}
    for pair in made("late_answer", dialogue):
        _, rejected, _ = sides(pair)
        quiet = rejected.codes[:, rejected.codes.max(0) < 90]
        assert {tuple(frame) for frame in quiet.T.tolist()} <= known
    muted = dialogue.agent.copy()
    muted.mute(0, 60, dialogue.silence)
    assert {tuple(frame) for frame in muted.codes[:, :60].T.tolist()} <= known
    assert len({tuple(frame) for frame in muted.codes[:, :60].T.tolist()}) > 20


def test_early_is_while_the_user_still_speaks_and_late_is_later(
    dialogues: list[TokenDialogue],
) -> None:
    for name, low, high in (("early_entry", -31, -15), ("late_answer", 15, 25)):
        for pair in made(name, dialogues[0]):
            chosen, rejected, _ = sides(pair)
            last = np.flatnonzero(np.diff(speaks(chosen).astype(int)) == 1)[-1]
            other = np.flatnonzero(np.diff(speaks(rejected).astype(int)) == 1)
            assert any(low <= int(frame) - int(last) <= high for frame in other), name
            words = [sorted(track.text.tolist()) for track in (chosen, rejected)]
            assert words[0] == words[1], "nothing is said otherwise"


def test_a_held_turn_is_silence_and_a_yielded_one_stops(dialogues: list[TokenDialogue]) -> None:
    for pair in made("hold_for_shift", dialogues[0]):
        _, rejected, first = sides(pair)
        assert not speaks(rejected)[first:].any()
        assert (rejected.text[first:] == SILENCE.pad).all()
    (stopped,) = made("yields_to_noise", dialogues[0])
    chosen, rejected, first = sides(stopped)
    assert stopped.first == 270 + 3
    assert speaks(chosen)[first:].all()
    assert not speaks(rejected)[first:].any()


def test_a_cough_comes_before_a_nod(dialogues: list[TokenDialogue]) -> None:
    one = row(4)
    one["events"].append(dict(one["events"][5], type="false_barge_in", cause="cough"))
    (dialogue,) = read_dialogues(table([one]), METADATA)
    (pair,) = made("yields_to_noise", dialogue)
    assert pair.detail.endswith(": cough")
    (nod,) = made("yields_to_noise", dialogues[0])
    assert nod.detail.endswith(": preset")


def test_who_does_not_yield_talks_on_where_it_was_cut(dialogues: list[TokenDialogue]) -> None:
    (pair,) = made("does_not_yield", dialogues[0])
    chosen, rejected, first = sides(pair)
    assert pair.first in (199, 200)
    assert not speaks(chosen)[first + 1 :].any()
    assert speaks(rejected)[first + 1 : first + 12].all()


def test_two_surplus_nods_are_the_agents_own(dialogues: list[TokenDialogue]) -> None:
    pair = made("surplus_nods", dialogues[0])[0]
    chosen, rejected, first = sides(pair)
    more = speaks(rejected) & ~speaks(chosen)
    assert 10 <= more.sum() <= 2 * 13
    nod = dialogues[0].agent.codes[:, 70:76]
    start = int(np.flatnonzero(more)[0])
    assert (rejected.codes[:, start : start + 6] == nod).all()
    assert first <= start


@pytest.mark.parametrize("name", sorted(content.WRONGS))
def test_a_wrong_answer_is_another_companys(name: str, dialogues: list[TokenDialogue]) -> None:
    donors = content.Donors(dialogues)
    found = content.exchange(dialogues[0], donors, name, np.random.default_rng(0))
    (pair,) = [pair for pair in found if pair is not None]
    assert pair.same_voice
    assert pair.axis == "content"
    assert "service-0000000" not in pair.detail
    chosen, rejected, first = sides(pair)
    assert (chosen.codes[:, :first] == rejected.codes[:, :first]).all()
    assert speaks(rejected)[first + 1]


def test_clips_hold_their_moment(dialogues: list[TokenDialogue]) -> None:
    found = {axis: list(find(dialogues[0])) for axis, find in AXES.items()}
    assert not found["pause"], "the agent nods in the only long utterance"
    (nod,) = found["backchannel"]
    assert (nod.decision + nod.latency, nod.span.start, nod.span.stop) == (70, 50, 150)
    assert [clip.decision for clip in found["turn_taking"]] == [150, 240, 330]
    assert all(clip.latency <= 5 for clip in found["turn_taking"])
    (cut,) = found["interruption"]
    assert (cut.decision, cut.latency) == (190, 10)
    quiet = row(5)
    quiet["turns"] = [turn for turn in quiet["turns"] if turn["onset"] != "backchannel"]
    (calm,) = read_dialogues(table([quiet]), METADATA)
    (pause,) = AXES["pause"](calm)
    assert (pause.decision, pause.window, pause.latency) == (100, 12, -1)


def test_a_run_gives_the_same_files_each_time_and_they_pass_the_audit(run: Path) -> None:
    first = make.make(run, make.Wanted())
    assert set(first.pairs) == set(make.RESPECTS)
    files = sorted((run / "pairs").glob("*.parquet"))
    assert [file.name for file in files] == ["clips-00000.parquet", "pairs-00000.parquet"]
    before = [file.read_bytes() for file in files]
    assert make.make(run, make.Wanted()).pairs == first.pairs
    assert [file.read_bytes() for file in files] == before
    other = make.make(run, make.Wanted(seed=1, respects=["late_answer"]))
    assert set(other.pairs) == {"late_answer"}
    assert audit(run / "pairs") == []


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("decision", lambda row: row["decision"] + 1, "not at the decision"),
        ("rejected_text", lambda row: row["chosen_text"], "part at frame"),
        ("user_codes", lambda row: row["user_codes"][:-8], "tokens for"),
        ("chosen_text", lambda row: [4_000, *row["chosen_text"][1:]], "outside [0, 4000)"),
        ("pair_id", lambda row: "same", "there twice"),
    ],
)
def test_the_audit_finds_what_is_wrong(run: Path, column: str, value: Any, problem: str) -> None:
    make.make(run, make.Wanted(respects=["late_answer"]))
    file = run / "pairs" / "pairs-00000.parquet"
    found = pq.read_table(file)
    rows = found.to_pylist()
    for record in rows:
        record[column] = value(record)
    pq.write_table(pa.Table.from_pylist(rows, found.schema), file)
    assert any(problem in sentence for sentence in audit(run / "pairs"))


def test_the_command(run: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(main, ["pairs", str(run)])
    assert done.exit_code == 0, done.output
    assert "every pair and clip is as the schema says" in done.output
    assert runner.invoke(main, ["pairs", str(run), "--audit"]).exit_code == 0
    wrong = runner.invoke(main, ["pairs", str(run), "--respect", "slowly"])
    assert wrong.exit_code == 2
    assert "no respect 'slowly'" in wrong.output
    nothing = runner.invoke(main, ["pairs", str(tmp_path / "none")])
    assert nothing.exit_code == 2
    with pytest.raises(UserError, match="at least 1"):
        make.Wanted(each=0)

"""A mock Fisher of our own renders: words by the embedded aligner, events against the ledger.

20 calls of the embedded recipe as mu-law SPHERE at 8 kHz, with transcripts whose stamps are
rounded to 10 ms: what is found in them is held against what the timeline wrote down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from datagen.annotate.calls import AnnotatedCall
from datagen.audit import audit
from datagen.cli import main
from datagen.storage.run_folder import RunFolder
from datagen.types import FRAME, Event, Speaker
from tests.fixtures.event_score import Matches, score
from tests.fixtures.ledgers import found_again, heard_events, ledgers
from tests.fixtures.mock_fisher import bare, mock_fisher

pytest.importorskip("pocketsphinx")
pytestmark = pytest.mark.slow
CALLS = 20


@dataclass(frozen=True)
class Pair:
    """A piece that was annotated, and the dialogue it was made of, on the piece's clock."""

    found: dict[str, Any]
    made: dict[str, Any]
    offset: int
    speakers: dict[Speaker, Speaker]
    """Whom of the made dialogue a speaker found is."""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """Make 20 calls, a corpus of them, and annotate it."""
    root = tmp_path_factory.mktemp("mock")
    run, corpus, out = root / "made", root / "fisher", root / "found"
    made = ["run", "service", "--dialogs", str(CALLS + 4), "--out", str(run)]
    said = CliRunner().invoke(main, made)
    assert said.exit_code == 0, said.output
    ids = mock_fisher(run, corpus, CALLS)
    assert len(ids) == CALLS
    command = ["annotate", "fisher", str(corpus), "--out", str(out), "--accept", "fisher"]
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 0, said.output
    return list(_pairs(run, out, ids))


def _pairs(run: Path, out: Path, ids: dict[str, str]) -> Iterator[Pair]:
    folder = RunFolder(out)
    calls = {}
    for name in folder.storage.names("calls"):
        for row in folder.read(f"calls/{name}").to_pylist():
            call = AnnotatedCall.model_validate_json(row["record"])
            calls[call.id] = call
    made = {row["dialog_id"]: row for row in _rows(run)}
    place: dict[str, int] = defaultdict(int)
    for row in _rows(out):
        call = calls[row["scenario"]]
        piece = call.pieces[place[call.id]]
        place[call.id] += 1
        speakers: dict[Speaker, Speaker] = {
            who: "agent" if person.side == "a" else "user" for who, person in call.people.items()
        }
        yield Pair(row, made[ids[call.id]], piece.start, speakers)


def _rows(run: Path) -> list[dict[str, Any]]:
    (shard,) = (run / "shards").glob("*.parquet")
    rows: list[dict[str, Any]] = pq.read_table(shard).to_pylist()
    return rows


def _events(pair: Pair) -> tuple[list[Event], list[Event]]:
    """Return what was found and what the ledger has, of the same speakers on the same clock."""
    found = [
        Event(**event | {"speaker": pair.speakers[event["speaker"]]})
        for event in pair.found["events"]
    ]
    wanted = []
    for moved in heard_events(pair.made["words"], pair.made["events"]):
        start, end = moved.start - pair.offset, moved.end - pair.offset
        if start >= 0 and end <= pair.found["num_samples"]:
            wanted.append(moved.model_copy(update={"start": start, "end": end}))
    return found, wanted


def test_an_audit_finds_nothing(
    pairs: list[Pair], tmp_path_factory: pytest.TempPathFactory
) -> None:
    (out,) = tmp_path_factory.getbasetemp().glob("mock0/found")
    assert audit(out, deep=True).findings == ()
    assert len(pairs) >= CALLS - 2


def test_words_are_within_a_frame(pairs: list[Pair]) -> None:
    """All words are there; all but a few begin in the frame that they do, or one beside it."""
    apart: list[int] = []
    for pair in pairs:
        for speaker, other in pair.speakers.items():
            own = [w for w in pair.found["words"] if w["speaker"] == speaker]
            told = [
                (text, word["start"] - pair.offset)
                for word in pair.made["words"]
                if word["speaker"] == other
                for text in bare(word["text"]).split()
            ]
            inside = [one for one in told if 0 <= one[1] < pair.found["num_samples"]]
            inside = inside[: len(own)]
            assert [word["text"] for word in own] == [text for text, _ in inside]
            apart += [w["start"] - start for w, (_, start) in zip(own, inside, strict=True)]
    frames = np.abs(np.array(apart)) / FRAME
    assert len(frames) > 1_000
    assert np.median(frames) < 0.25
    assert np.mean(frames <= 1) > 0.90
    assert np.mean(np.rint(frames) <= 1) > 0.94


def test_events_are_those_of_the_ledger(pairs: list[Pair]) -> None:
    total: dict[str, Matches] = defaultdict(Matches)
    for pair in pairs:
        for kind, counts in score(*_events(pair)).items():
            total[kind] += counts
    whole = sum(total.values(), Matches())
    # 20 calls have some 170 events: five sets of calls gave .929 to .965
    assert whole.f1 >= 0.91, {kind: (one, one.f1) for kind, one in total.items()}
    assert total["gap"].f1 > 0.95
    assert total["overlap"].f1 > 0.78
    assert total["backchannel"].f1 > 0.80


def test_rules_find_other_calls_events_in_their_own_words(tmp_path: Path) -> None:
    """What the aligner does not cost: on two other draws, of whose words the times are right."""
    total = Matches()
    for seed in (101, 202):
        for call in ledgers(tmp_path / str(seed), "service", seed, blocks=1):
            total += sum(found_again(call).values(), Matches())
    assert total.found > 300
    assert total.f1 >= 0.93  # these 32 calls give .944; other fresh draws .960 to .968

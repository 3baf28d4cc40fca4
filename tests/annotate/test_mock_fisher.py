"""A mock Fisher of our own renders: words by the embedded aligner, events against the ledger.

Service calls of four seeds of the embedded recipe as mu-law SPHERE at 8 kHz, with transcripts whose
stamps are rounded to 10 ms: what is found in them is held against what the timeline wrote down.
MOCK_FISHER_CALLS makes more of them, 64 at most. No weight and no rule of `annotate` was chosen on
these seeds.
"""

from __future__ import annotations

import os
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
from tests.fixtures.ledgers import drawn_calls, heard_events
from tests.fixtures.mock_fisher import MadeCall, bare, write_corpus

pytestmark = [pytest.mark.slow, pytest.mark.long]
SEEDS = (911, 912, 913, 914)
CALLS = int(os.environ.get("MOCK_FISHER_CALLS", "6"))
FEW = 5
"""Events of a type, or calls of a seed, whose F1 says nothing."""


@dataclass(frozen=True)
class Pair:
    """A piece that was annotated, and the dialogue it was made of, on the piece's clock."""

    seed: int
    found: dict[str, Any]
    made: dict[str, Any]
    offset: int
    speakers: dict[Speaker, Speaker]
    """Whom of the made dialogue a speaker found is."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mock")


@pytest.fixture(scope="module")
def pairs(root: Path) -> list[Pair]:
    """Make calls, a corpus of them, and annotate it."""
    made: dict[str, tuple[int, dict[str, Any]]] = {}

    def calls() -> Iterator[MadeCall]:
        for place, seed in enumerate(SEEDS):
            count = (CALLS + len(SEEDS) - 1 - place) // len(SEEDS)
            for record, call in drawn_calls(root / str(seed), seed, count):
                made[f"fe_03_{len(made) + 1:05d}"] = seed, record
                yield call

    write_corpus(root / "fisher", calls())
    command = ["annotate", "fisher", str(root / "fisher"), "--out", str(root / "found")]
    command += ["--accept", "fisher", "--set", "codec.use=dummy"]
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 0, said.output
    return list(_pairs(root / "found", made))


def _pairs(out: Path, made: dict[str, tuple[int, dict[str, Any]]]) -> Iterator[Pair]:
    folder = RunFolder(out)
    calls = {}
    for name in folder.storage.names("calls"):
        for row in folder.read(f"calls/{name}").to_pylist():
            call = AnnotatedCall.model_validate_json(row["record"])
            calls[call.id] = call
    place: dict[str, int] = defaultdict(int)
    (shard,) = (out / "shards").glob("*.parquet")
    for row in pq.read_table(shard).to_pylist():
        call = calls[row["scenario"]]
        piece = call.pieces[place[call.id]]
        place[call.id] += 1
        speakers: dict[Speaker, Speaker] = {
            who: "agent" if person.side == "a" else "user" for who, person in call.people.items()
        }
        yield Pair(made[call.id][0], row, made[call.id][1], piece.start, speakers)


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


def test_an_audit_finds_nothing(pairs: list[Pair], root: Path) -> None:
    assert audit(root / "found", deep=True).findings == ()
    assert len(pairs) >= 0.9 * CALLS


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
    print(
        f"\n{len(frames):,} words, off by {80 * np.median(frames):.0f} ms in the median:"
        f" {np.mean(frames <= 1):.1%} within 80 ms,"
        f" {np.mean(np.rint(frames) <= 1):.1%} in their frame or one beside it"
    )
    assert len(frames) > 400
    assert np.median(frames) < 0.25
    assert np.mean(frames <= 1) > 0.90
    assert np.mean(np.rint(frames) <= 1) > 0.94


def test_events_are_those_of_the_ledger(pairs: list[Pair]) -> None:
    total: dict[str, Matches] = defaultdict(Matches)
    of_seed: dict[int, Matches] = defaultdict(Matches)
    for pair in pairs:
        for kind, counts in score(*_events(pair)).items():
            total[kind] += counts
            of_seed[pair.seed] += counts
    figures = {kind: (round(one.f1, 3), one) for kind, one in total.items()}
    draws = {seed: round(one.f1, 3) for seed, one in of_seed.items()}
    print(f"\n{len(pairs)} pieces, F1 within 160 ms by seed: {sorted(draws.values())}")
    for kind, one in sorted(total.items()):
        print(f"{kind:<20} F1 {one.f1:.3f}, {one.found} found, {one.missed} missed")
    every = sum(total.values(), Matches())
    print(f"{'all':<20} F1 {every.f1:.3f}, mean of seeds {np.mean(list(draws.values())):.3f}")
    assert sum(total.values(), Matches()).f1 >= 0.9, figures
    if len(pairs) >= FEW * len(SEEDS):
        assert np.mean(list(draws.values())) >= 0.95, (draws, figures)
    least = {"gap": 0.95, "overlap": 0.7, "barge_in": 0.6, "backchannel": 0.7}
    for kind, bound in least.items():
        assert total[kind].found + total[kind].missed <= FEW or total[kind].f1 > bound, figures

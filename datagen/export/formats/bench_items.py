"""Which moments of a dialogue are items of Full-Duplex-Bench, from turns and ledger.

turns, events --items_of--> pause, turn-taking, interruption, backchannel; overlaps of version 1.5
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from datagen.types import SAMPLE_RATE

Turn = Mapping[str, Any]
TAIL = 10 * SAMPLE_RATE
"""Samples of silence after what the user says, at most: room for an answer."""
SHORTEST_TAIL = 2 * SAMPLE_RATE
"""Samples without which an answer cannot be told from none (a turn lasts a second or more)."""
WINDOW = 0.2
"""Seconds of a window of the distribution of nods (eval_backchannel.py)."""
_EPSILON = 1e-10


@dataclass
class BenchItem:
    """One item; times are samples of the dialogue."""

    task: str
    """Folder of the task."""
    start: int
    stop: int
    texts: dict[str, Any] = field(default_factory=dict)
    """Files of JSON."""
    pieces: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Files of sound, each a span of the user's channel."""
    without: tuple[int, ...] = ()
    """Numbers of the turns that the clean version lacks."""
    distribution: list[float] = field(default_factory=list)
    """Share of the agent's nods in each window of 0.2 s."""

    def line(self) -> dict[str, Any]:
        """Return what a list of items says of it."""
        return {
            "task": self.task,
            "start": self.start / SAMPLE_RATE,
            "end": self.stop / SAMPLE_RATE,
            "sample_rate": SAMPLE_RATE,
            "channels": ["user"],
            "distribution": self.distribution,
        }

    def span(self, start: int, end: int) -> list[float]:
        """Return a span in seconds of the item."""
        return [(start - self.start) / SAMPLE_RATE, (end - self.start) / SAMPLE_RATE]


def items_of(
    turns: Sequence[Turn], events: Sequence[Mapping[str, Any]], num_samples: int
) -> Iterator[BenchItem]:
    """Yield the items of a dialogue, task by task."""
    heard = sorted((turn for turn in turns if turn["words"]), key=lambda turn: turn["start"])
    talk = _HeardTurns(heard, num_samples)
    sounds = false_barge_ins(events)
    yield from _pauses(talk, events)
    yield from _turn_taking(talk)
    yield from _backchannels(talk, sounds)
    yield from _interruptions(talk)
    yield from _overlaps(talk, sounds)


def false_barge_ins(events: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """Return what is no nod though it begins like one: cough or side_talk, by speaker and start."""
    return {
        (event["speaker"], event["start"]): event["cause"]
        for event in events
        if event["type"] == "false_barge_in"
    }


@dataclass(frozen=True)
class _HeardTurns:
    """A dialogue's turns that are heard, in order of start."""

    turns: Sequence[Turn]
    num_samples: int

    def of(self, speaker: str, *onsets: str) -> list[Turn]:
        """Return a speaker's turns that began so."""
        return [t for t in self.turns if t["speaker"] == speaker and t["onset"] in onsets]

    def floor(self, speaker: str) -> list[Turn]:
        """Return a speaker's turns that are no nods."""
        return self.of(speaker, "after", "overlap", "barge_in")

    def before(self, turn: Turn) -> Turn | None:
        """Return the user's floor turn that a turn of theirs comes after, if it is over by then."""
        earlier = [t for t in self.floor("user") if t["end"] <= turn["start"]]
        return earlier[-1] if earlier else None

    def tail(self, turn: Turn) -> int:
        """Return where the user's silence after a turn ends."""
        own = [t["start"] for t in self.turns if t["speaker"] == "user"]
        later = [start for start in own if start > turn["start"]]
        stop: int = min([turn["end"] + TAIL, self.num_samples, *later])
        return stop


def _transcription(item: BenchItem, turns: Sequence[Turn]) -> list[dict[str, Any]]:
    words = [
        {"text": word["text"], "timestamp": item.span(word["start"], word["end"])}
        for turn in turns
        for word in turn["words"]
    ]
    return [{"speaker": 0, "item": words}]


def _pauses(talk: _HeardTurns, events: Sequence[Mapping[str, Any]]) -> Iterator[BenchItem]:
    """Yield turns of the user with pauses; they end with the turn, before an answer is right."""
    for turn in talk.floor("user"):
        inside = [
            event
            for event in events
            if event["type"] == "pause"
            and event["speaker"] == "user"
            and turn["start"] <= event["start"] < event["end"] <= turn["end"]
        ]
        if inside:
            item = BenchItem("v1_0/synthetic_pause_handling", turn["start"], turn["end"])
            item.texts["pause.json"] = [
                {"text": "[PAUSE]", "timestamp": item.span(event["start"], event["end"])}
                for event in inside
            ]
            item.texts["transcription.json"] = _transcription(item, [turn])
            yield item


def _turn_taking(talk: _HeardTurns) -> Iterator[BenchItem]:
    """Yield turns of the user that the agent answered after a gap, with room for an answer.

    Where the agent talks on over the user's turn and beyond it, nothing is handed over.
    """
    floor = [turn for turn in talk.turns if turn["onset"] != "backchannel"]
    for turn, answer in pairwise(floor):
        stop = talk.tail(turn)
        handed_over = (turn["speaker"], answer["speaker"]) == ("user", "agent")
        is_held = any(one["start"] < turn["end"] < one["end"] for one in talk.floor("agent"))
        if (
            handed_over
            and not is_held
            and answer["start"] >= turn["end"]
            and stop - turn["end"] >= SHORTEST_TAIL
        ):
            item = BenchItem("v1_0/synthetic_turn_taking", turn["start"], stop)
            when = item.span(turn["end"], answer["start"])
            item.texts["turn_taking.json"] = [{"text": "[TURN-TAKING]", "timestamp": when}]
            item.texts["transcription.json"] = _transcription(item, [turn])
            yield item


def _backchannels(talk: _HeardTurns, sounds: Mapping[tuple[str, int], str]) -> Iterator[BenchItem]:
    """Yield turns of the user that the agent nodded to, with where it did."""
    for turn in talk.floor("user"):
        nods = [
            nod
            for nod in talk.of("agent", "backchannel")
            if turn["start"] <= nod["start"]
            and nod["end"] <= turn["end"]
            and ("agent", nod["start"]) not in sounds
        ]
        if nods:
            item = BenchItem("v1_0/synthetic_backchannel", turn["start"], turn["end"])
            item.texts["transcription.json"] = _transcription(item, [turn])
            spans = [item.span(nod["start"], nod["end"]) for nod in nods]
            item.distribution = distribution(spans, (item.stop - item.start) / SAMPLE_RATE)
            yield item


def distribution(spans: Sequence[Sequence[float]], length: float) -> list[float]:
    """Return the share of nods in each window of 0.2 s, as eval_backchannel.py counts a model's."""
    counts = [_EPSILON] * (int(length / WINDOW) + 1)
    for start, end in spans:
        for window in range(int(start / WINDOW), min(int(end / WINDOW), len(counts) - 1) + 1):
            counts[window] += 1
    total = sum(counts)
    return [count / total for count in counts]


def _interruptions(talk: _HeardTurns) -> Iterator[BenchItem]:
    """Yield barge-ins of the user with the turn of theirs before, and room for an answer."""
    for turn in talk.of("user", "barge_in"):
        context, stop = talk.before(turn), talk.tail(turn)
        if context is None or stop - turn["end"] < SHORTEST_TAIL:
            continue
        item = BenchItem("v1_0/synthetic_user_interruption", context["start"], stop)
        item.texts["interrupt.json"] = [
            {
                "context": _heard(context),
                "interrupt": _heard(turn),
                "timestamp": item.span(turn["start"], turn["end"]),
            }
        ]
        item.pieces["context.wav"] = (context["start"], context["end"])
        item.pieces["interrupt.wav"] = (turn["start"], turn["end"])
        yield item


TASKS = {
    "barge_in": "v1_5/user_interruption",
    "backchannel": "v1_5/user_backchannel",
    "side_talk": "v1_5/talking_to_other",
}
"""Tasks of version 1.5, by what the user does; a cough is of none."""


def _overlaps(talk: _HeardTurns, sounds: Mapping[tuple[str, int], str]) -> Iterator[BenchItem]:
    """Yield what version 1.5 has pairs of: what the user says meanwhile, with and without it."""
    for turn in talk.of("user", "barge_in", "backchannel"):
        task = TASKS.get(sounds.get(("user", turn["start"]), turn["onset"]))
        context, stop = talk.before(turn), talk.tail(turn)
        if task is None or context is None or stop - turn["end"] < SHORTEST_TAIL:
            continue
        item = BenchItem(task, context["start"], stop, without=(turn["index"],))
        item.texts["metadata.json"] = {
            "context_text": _heard(context),
            "current_turn_text": _heard(turn),
            "timestamps": item.span(turn["start"], turn["end"]),
        }
        yield item


def _heard(turn: Turn) -> str:
    return " ".join(word["text"] for word in turn["words"])

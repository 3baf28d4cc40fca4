"""What the scripts of a run are like as a whole: lengths, variety, liveliness, models, scores.

    Script, Script, ... --Census.add--> lines for people

Counts are of all scripts; n-grams are counted in a sample spread evenly over the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean, quantiles

from datagen.scripting.compose.grammar import plain
from datagen.scripting.corpus.diversity import distinct, self_bleu, words_of
from datagen.scripting.corpus.minhash import THRESHOLD, Index, sketch_of
from datagen.types import SPEAKERS, Script

SAMPLE, COMPARED = 2000, 200
"""Dialogues counted for distinct-n, and compared for self-BLEU."""
FILLERS = ("um", "uh", "er", "hmm", "you know", "i mean")
"""Hesitations that are counted; "well" and "so" have other uses."""


COUNTED = ("last", "model", "direction", "level", "topic")


class Census:
    """Counts of a run's scripts, taken in order of their ids."""

    def __init__(self, expected: int) -> None:
        self._stride = max(1, expected // SAMPLE)
        self._index, self._ids = Index(), list[str]()
        self.pairs: list[str] = []
        """Near-duplicates: which is like which earlier one."""
        self._sample: list[list[str]] = []
        self._lengths: list[int] = []
        self._counts = {name: Counter[str]() for name in COUNTED}
        self._said = {speaker: Counter[str]() for speaker in SPEAKERS}
        self._attempts: list[int] = []
        self._scores: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, scripts: Sequence[Script]) -> None:
        """Take in scripts; a thousand at a time are quick."""
        likes = self._index.add([sketch_of(script) for script in scripts])
        for script, like in zip(scripts, likes, strict=True):
            if len(self) % self._stride == 0:
                self._sample.append(words_of([turn.text for turn in script.turns]))
            self._ids.append(script.dialog_id)
            if like is not None:
                self.pairs.append(f"{script.dialog_id} is like {self._ids[like]}")
            self._count(script)

    def _count(self, script: Script) -> None:
        self._lengths.append(sum(len(turn.spoken.split()) for turn in script.turns))
        self._attempts.append(script.attempts)
        held = (turn.text for turn in reversed(script.turns) if turn.onset != "backchannel")
        self._counts["last"][next(held)] += 1
        self._counts["model"][script.model or script.writer] += 1
        self._counts["direction"][script.call_direction] += 1
        self._counts["level"][script.prompt_level] += 1
        if script.kind == "qa":
            self._counts["topic"][script.scenario] += 1
        for name, score in script.scores.items():
            self._scores.setdefault(name, []).append(score)
        for turn in script.turns:
            said, counts = plain(turn.spoken), self._said[turn.speaker]
            counts["words"] += len(turn.spoken.split())
            counts["fillers"] += sum(said.count(f" {filler} ") for filler in FILLERS)
            counts[turn.onset] += 1

    def lines(self) -> Iterator[str]:
        """Say it, a line a subject."""
        yield f"{len(self):,} scripts, {self._length()}"
        figures = ", ".join(f"distinct-{n} {distinct(self._sample, n):.3f}" for n in (1, 2, 3))
        compared = self._sample[:: max(1, len(self._sample) // COMPARED)][:COMPARED]
        yield f"{figures} (of {len(self._sample):,}); self-BLEU {self_bleu(compared):.3f}"
        yield from self._liveliness()
        for name, title in (("model", "worded by"), ("direction", "calls"), ("level", "prompts")):
            shares = self._counts[name].most_common()
            if len(shares) > 1 or name == "model":
                yield f"{title}: " + ", ".join(f"{what} {self._share(n)}" for what, n in shares)
        if topics := self._counts["topic"]:
            (name, count), *_ = topics.most_common(1)
            yield f"topics: {len(topics):,}, the commonest {self._share(count)} ({name})"
        yield from self._effort()
        line, count = self._counts["last"].most_common(1)[0]
        yield f"most used last line: {self._share(count)} {line!r}"
        alike = len(self.pairs)
        yield f"near-duplicates (J >= {THRESHOLD}): {alike:,} ({self._share(alike)})"

    def _length(self) -> str:
        if len(self) < 2:
            return f"{self._lengths[0]} words each"
        low, *_, high = quantiles(self._lengths, n=20, method="inclusive")
        return f"{fmean(self._lengths):.0f} words each (9 in 10 have {low:.0f} to {high:.0f})"

    def _liveliness(self) -> Iterator[str]:
        for speaker, counts in self._said.items():
            floor = max(1, counts["after"] + counts["barge_in"])
            yield (
                f"{speaker}: {100 * counts['fillers'] / max(1, counts['words']):.1f} fillers in 100"
                f" words; {100 * counts['barge_in'] / floor:.1f} of 100 turns barge in;"
                f" {counts['backchannel'] / len(self):.2f} backchannels a dialogue"
            )

    def _effort(self) -> Iterator[str]:
        """Say how often scripts were worded and how they were judged, where that says something."""
        if (attempts := fmean(self._attempts)) > 1:
            yield f"worded {attempts:.2f} times each"
        if self._scores:
            means = ", ".join(f"{name} {fmean(got):.2f}" for name, got in self._scores.items())
            yield f"judged: {means} (means, 5 is best)"

    def _share(self, count: int) -> str:
        return f"{count / len(self):.2%}"

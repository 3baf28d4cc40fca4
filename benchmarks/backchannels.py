"""How well the rule for backchannels agrees with people who labelled dialogue acts.

    python benchmarks/backchannels.py FOLDER --labels b,bk,bh,ba,b^m [--unknown %,x]

FOLDER holds a .txt a dialogue, a line an utterance: ``A|Uh-huh.|b`` (the form of the public
processed Switchboard Dialogue Act Corpus and HCRC Map Task Corpus; neither comes with this). There
are no times in it, so that utterances are laid one after another on a clock, once with the
listener's sounds in the other's silence, and once with their ends under the other's next words.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from datagen.annotate.units import MAX_WORDS, mark, units
from datagen.types import SAMPLE_RATE, Speaker, Word

WORD, SILENCE = round(0.25 * SAMPLE_RATE), round(0.25 * SAMPLE_RATE)
"""Samples of a word, and between two speakers."""
LAP = round(0.15 * SAMPLE_RATE)
"""Samples of a listener's sound that are under the other's next words."""
Run = tuple[str, list[str], list[str]]
"""A speaker, the words said in a row, and the labels of the utterances."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", required=True, help="labels of a listener's sounds")
    parser.add_argument("--unknown", default="", help="labels of what nobody could label")
    options = parser.parse_args()
    labels, unknown = set(options.labels.split(",")), set(options.unknown.split(","))
    dialogues = [list(_runs(path)) for path in sorted(options.folder.rglob("*.txt"))]
    print(f"{len(dialogues):,} dialogues, {sum(map(len, dialogues)):,} stretches of one speaker")
    for what, lap in (("in a silence", False), ("ends under the other", True)):
        counts: Counter[tuple[bool, bool]] = Counter()
        for runs in dialogues:
            counts += Counter(_judged(runs, labels, unknown, lap))
        _tell(what, counts)


def _runs(path: Path) -> Iterator[Run]:
    lines = [line.split("|") for line in path.read_text("utf-8").splitlines()]
    for speaker, own in groupby((one for one in lines if len(one) == 3), key=lambda one: one[0]):
        utterances = list(own)
        words = [_bare(word) for _, text, _ in utterances for word in text.split()]
        yield speaker, [word for word in words if word], [label for _, _, label in utterances]


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9'\-]", "", word.lower())


def _judged(
    runs: list[Run], labels: set[str], unknown: set[str], lap: bool
) -> Iterable[tuple[bool, bool]]:
    """Yield what people and the rule say of each short stretch: whether it only listens."""
    first = runs[0][0] if runs else ""
    clock, words, places = SAMPLE_RATE, list[Word](), dict[tuple[str, int], list[str]]()
    for speaker, said, given in runs:
        who: Speaker = "agent" if speaker == first else "user"
        if not said:
            continue
        if not unknown.intersection(given) and len(said) <= MAX_WORDS:
            places[who, clock] = given
        for text in said:
            words.append(Word(speaker=who, text=text, start=clock, end=clock + WORD, turn=0))
            clock += WORD
        clock += -LAP if lap and labels.issuperset(given) else SILENCE
    for unit in mark(units(words)):
        given = places.get((unit.speaker, unit.start), [])
        if given:
            yield labels.issuperset(given), unit.is_backchannel


def _tell(what: str, counts: Counter[tuple[bool, bool]]) -> None:
    both, missed = counts[True, True], counts[True, False]
    extra, neither = counts[False, True], counts[False, False]
    total = both + missed + extra + neither
    agreed = (both + neither) / total
    by_chance = (both + missed) * (both + extra) + (missed + neither) * (extra + neither)
    by_chance /= total**2
    print(
        f"{what:<22} {total:>7,} stretches of {MAX_WORDS} words or fewer: agreement {agreed:.3f},"
        f" kappa {(agreed - by_chance) / (1 - by_chance):.2f}, precision"
        f" {both / max(1, both + extra):.3f}, recall {both / max(1, both + missed):.3f}"
    )


if __name__ == "__main__":
    main()

"""What a recogniser hears of turns that were cut: the words before the cut, and none after it.

    python benchmarks/cut_words.py RUN --whisper MODEL [--turns 80] [--shortest 4]

MODEL is a folder, or as in `gates.judge.options.model`. Each cut turn is heard as it is in its
channel, without effects, and as the whole clip: the recogniser misreads some of any voice.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import count, islice
from typing import NamedTuple

from datagen.backends.judge.ears import WhisperEar
from datagen.gates.words import normalise
from datagen.show.lookup import RunDialogue
from datagen.text import speak, unsayable
from datagen.types import SAMPLE_RATE, SPEAKERS, Audio, UserError

AROUND = SAMPLE_RATE // 10
"""Samples heard before and after a turn; a speaker's next one is no nearer."""
MISSING = 64
"""Dialogues in a row that are not there, after which a run has no more."""


class CutTurn(NamedTuple):
    """A turn that was cut, as it is in its channel and as it was spoken."""

    before: list[str]
    after: list[str]
    cut: Audio
    whole: Audio


def cut_turns(run: str, kind: str, shortest: int) -> Iterator[CutTurn]:
    """Yield the cut turns of a run with enough words on both sides of the cut."""
    missing = 0
    for number in count():
        try:
            found = RunDialogue(run, f"{kind}-{number:07d}")
            turns = found.dialogue.turns
        except UserError:
            missing += 1
            if missing == MISSING:
                return
            continue
        missing = 0
        if not any(turn.unsaid for turn in turns):
            continue
        stereo, clips = found.stereo(), found.clips()
        for index, turn in enumerate(turns):
            before, after = normalise(turn.spoken), normalise(turn.unsaid)
            if len(before) >= shortest and len(after) >= shortest:
                channel = stereo[SPEAKERS.index(turn.speaker)]
                cut = channel[max(0, turn.start - AROUND) : turn.end + AROUND]
                yield CutTurn(before, after, cut, clips[index])


def heard(ear: WhisperEar, audio: Audio, words: list[str]) -> list[bool]:
    """Return which of these words are heard, in order."""
    text = ear.transcribe(audio)
    recognised = normalise(text if unsayable(text) else speak(text))
    found = [False] * len(words)
    blocks = SequenceMatcher(None, words, recognised, autojunk=False).get_matching_blocks()
    for block in blocks:
        found[block.a : block.a + block.size] = [True] * block.size
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--whisper", required=True)
    parser.add_argument("--kind", default="service")
    parser.add_argument("--turns", type=int, default=80)
    parser.add_argument("--shortest", type=int, default=4, help="fewest words beside the cut")
    options = parser.parse_args()
    ear = WhisperEar(WhisperEar.find("--whisper", options.whisper, "main"))
    counts, clean, num_turns = Counter[tuple[str, str]](), 0, 0
    for turn in islice(cut_turns(options.run, options.kind, options.shortest), options.turns):
        num_turns += 1
        words, place = turn.before + turn.after, len(turn.before)
        for sound, audio in (("whole", turn.whole), ("cut", turn.cut)):
            found = heard(ear, audio, words)
            counts[sound, "before"] += sum(found[:place])
            counts[sound, "last"] += found[place - 1]
            counts[sound, "first"] += found[place]
            counts[sound, "after"] += sum(found[place:])
        clean += not any(found[place:])
        counts["of", "before"] += place
        counts["of", "after"] += len(turn.after)
    counts["of", "last"] = counts["of", "first"] = num_turns
    print(f"{num_turns} turns; in {clean} of them no word after the cut is heard")
    print(f"{'':<28} {'words':>6} {'whole clip':>11} {'cut':>7}")
    rows = {
        "before": "before the cut",
        "last": "the last before it",
        "first": "the first after it",
        "after": "after the cut",
    }
    for key, name in rows.items():
        of = max(1, counts["of", key])
        shares = [counts[sound, key] / of for sound in ("whole", "cut")]
        print(f"{name:<28} {of:>6} {shares[0]:>10.1%} {shares[1]:>7.1%}")


if __name__ == "__main__":
    main()

"""Turn-taking as the literature measures it: how much speech, pause, gap and overlap a minute has.

    Dialogue --speech--> [Spell] --turn_taking--> TurnTaking, which add up over dialogues

An inter-pausal unit (IPU) is one speaker's speech between silences of at least 0.2 s; a silence of
both is a pause within a speaker and a gap between speakers (dGSLM; Moshi, table 9).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from datagen.audio.vad import Spell
from datagen.types import SAMPLE_RATE, Dialogue, Speaker

IPU_SILENCE = SAMPLE_RATE // 5
"""Samples of silence that end an IPU: 0.2 s."""


@dataclass(frozen=True, slots=True)
class TurnTaking:
    """Totals in samples, counts, and floor-transfer offsets, from first speech to last."""

    span: int = 0
    ipu: int = 0
    pause: int = 0
    gap: int = 0
    overlap: int = 0
    num_ipus: int = 0
    num_pauses: int = 0
    num_gaps: int = 0
    num_overlaps: int = 0
    offsets: tuple[int, ...] = ()
    """Samples from one speaker's end to the other's start; negative where they overlap."""

    def per_minute(self) -> dict[str, float]:
        """Return seconds, and numbers, of each per minute of dialogue."""
        minutes = max(self.span, 1) / (60 * SAMPLE_RATE)
        seconds = {
            name: getattr(self, name) / SAMPLE_RATE / minutes
            for name in ("ipu", "pause", "gap", "overlap")
        }
        counts = ("num_ipus", "num_pauses", "num_gaps", "num_overlaps")
        return seconds | {name: getattr(self, name) / minutes for name in counts}

    def offset_statistics(self) -> dict[str, float]:
        """Return median and mean (seconds) and shares of the offsets; empty without any."""
        if not self.offsets:
            return {}
        seconds = [offset / SAMPLE_RATE for offset in self.offsets]
        return {
            "median": median(seconds),
            "mean": fmean(seconds),
            "overlapped": fmean(offset < 0 for offset in seconds),
            "under_200_ms": fmean(offset < 0.2 for offset in seconds),
            "over_1_s": fmean(offset > 1 for offset in seconds),
        }


def speech(dialogue: Dialogue) -> list[Spell]:
    """Return the words of a dialogue as speech."""
    return [Spell(word.speaker, word.start, word.end) for word in dialogue.words]


def units(spells: Iterable[Spell]) -> list[Spell]:
    """Join the speech of each speaker into IPUs, sorted by start."""
    joined: list[Spell] = []
    last: dict[Speaker, int] = {}
    for spell in sorted(spells, key=lambda spell: spell.start):
        place = last.get(spell.speaker)
        if place is not None and spell.start - joined[place].end < IPU_SILENCE:
            end = max(joined[place].end, spell.end)
            joined[place] = Spell(spell.speaker, joined[place].start, end)
        else:
            last[spell.speaker] = len(joined)
            joined.append(spell)
    return joined


def turn_taking(spells: Iterable[Spell], waits: Sequence[tuple[int, int]] = ()) -> TurnTaking:
    """Measure one dialogue's speech, without the silences in ``waits`` (samples).

    What an agent waits for a tool to answer is no matter of taking turns.
    """
    ipus = units(spells)
    if not ipus:
        return TurnTaking()
    pauses: list[int] = []
    gaps: list[int] = []
    offsets: list[int] = []
    num_overlaps = waited = 0
    latest = ipus[0]
    for ipu in ipus[1:]:
        silence, same = ipu.start - latest.end, ipu.speaker == latest.speaker
        is_wait = any(latest.end < end and start < ipu.start for start, end in waits)
        if is_wait and silence > 0:
            waited += silence
        elif silence >= 0:
            (pauses if same else gaps).append(silence)
        num_overlaps += silence < 0
        if ipu.end > latest.end:
            offsets += [] if same or is_wait else [silence]
            latest = ipu
    span, ipu_total = latest.end - ipus[0].start - waited, sum(ipu.end - ipu.start for ipu in ipus)
    return TurnTaking(
        span=span,
        ipu=ipu_total,
        pause=sum(pauses),
        gap=sum(gaps),
        overlap=ipu_total + sum(pauses) + sum(gaps) - span,
        num_ipus=len(ipus),
        num_pauses=len(pauses),
        num_gaps=len(gaps),
        num_overlaps=num_overlaps,
        offsets=tuple(offsets),
    )


def pooled(parts: Sequence[TurnTaking]) -> TurnTaking:
    """Add up dialogues: rates come from totals over total time, not from means of ratios."""
    return TurnTaking(
        span=sum(part.span for part in parts),
        ipu=sum(part.ipu for part in parts),
        pause=sum(part.pause for part in parts),
        gap=sum(part.gap for part in parts),
        overlap=sum(part.overlap for part in parts),
        num_ipus=sum(part.num_ipus for part in parts),
        num_pauses=sum(part.num_pauses for part in parts),
        num_gaps=sum(part.num_gaps for part in parts),
        num_overlaps=sum(part.num_overlaps for part in parts),
        offsets=tuple(offset for part in parts for offset in part.offsets),
    )

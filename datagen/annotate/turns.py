"""Turns and events of two speakers: the ledger of a recorded piece.

    [SpeechUnit], how they end in sound --turns--> [PlacedTurn], [Word], [Event], as of the timeline

Rules are in docs/annotate.md. What was meant and not said is unknown, so that ``unsaid`` is empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from datagen.annotate.units import ATTACHED, SpeechUnit, is_question, leads_on, opens_as_question
from datagen.annotate.wording import plain, wording
from datagen.audio.turn_taking import IPU_SILENCE
from datagen.timing.backchannels import function_of
from datagen.timing.events import EventType, Ledger
from datagen.timing.fit import LAPSE
from datagen.types import SAMPLE_RATE, SPEAKERS, Event, Onset, PlacedTurn, Speaker, Turn, Word

RECORDED = "recorded"
"""Cause of an event that nobody planned."""
INTERRUPTED_AFTER = SAMPLE_RATE // 5
"""Samples (0.2 s) of overlap from which a speaker who breaks off was interrupted."""
CUT_IN_AFTER = SAMPLE_RATE // 4
"""Samples (0.25 s) of overlap from which the words of who cuts in, or the sound of who stops, tell
an interruption."""
ASKED_OVER = SAMPLE_RATE // 2
"""Samples (0.5 s) of overlap under which a question is taken for whole, whatever its last word."""
TAKES_FLOOR = SAMPLE_RATE // 2
"""Samples (0.5 s) that an interrupter speaks on, at least, once the other has stopped."""
_BROKEN = ("-", "...", "\u2013", "\u2014", "\u2026")
"""Marks of a word or sentence that breaks off."""


@dataclass(frozen=True)
class _Floor:
    """Units of one turn that holds the floor."""

    units: tuple[SpeechUnit, ...]

    @property
    def speaker(self) -> Speaker:
        return self.units[0].speaker

    @property
    def start(self) -> int:
        return self.units[0].start

    @property
    def end(self) -> int:
        return max(unit.end for unit in self.units)

    @property
    def text(self) -> str:
        return " ".join(unit.text for unit in self.units)


@dataclass(frozen=True)
class TurnTakingOfPiece:
    """What happened between the two."""

    turns: tuple[PlacedTurn, ...]
    words: tuple[Word, ...]
    """Words with the index of their turn, sorted by start."""
    events: tuple[Event, ...]


CutOff = Callable[[SpeechUnit, int], bool]
"""Says whether a unit that ends after so many samples of overlap sounds cut off."""


def turns(stretches: Sequence[SpeechUnit], cut_off: CutOff | None = None) -> TurnTakingOfPiece:
    """Return the turns and the ledger of units that are sorted by start.

    Without ``cut_off`` (`endings.TurnEndings.cut_off`) words alone tell an interruption.
    """
    floors = _floors(stretches)
    ledger, onsets = Ledger(), dict[int, Onset]()
    punctuated = any(floor.text.rstrip().endswith((".", "?", "!")) for floor in floors)
    latest: _Floor | None = None
    for index, floor in enumerate(floors):
        onsets[index] = _onset(floor, latest, ledger, _Broken(punctuated, cut_off))
        _add_pauses(floor, ledger)
        latest = floor if latest is None or floor.end > latest.end else latest
    placed = [(floor.units, onsets[index]) for index, floor in enumerate(floors)]
    for units in _listeners(stretches):
        placed.append((units, "backchannel"))
        _add_listener(units, ledger)
    placed.sort(key=lambda one: (one[0][0].start, one[0][0].end, one[0][0].speaker))
    return TurnTakingOfPiece(
        tuple(_placed(parts, onset) for parts, onset in placed),
        tuple(
            sorted(
                (
                    word.model_copy(update={"turn": index})
                    for index, (parts, _) in enumerate(placed)
                    for unit in parts
                    for word in unit.words
                ),
                key=lambda word: (word.start, word.end, word.speaker),
            )
        ),
        ledger.events(),
    )


def _listeners(stretches: Sequence[SpeechUnit]) -> Iterator[tuple[SpeechUnit, ...]]:
    """Yield the units that take no floor: each backchannel, and words aside with their pauses."""
    for unit in stretches:
        if unit.is_backchannel:
            yield (unit,)
    for speaker in SPEAKERS:
        aside: list[SpeechUnit] = []
        for unit in stretches:
            if unit.speaker != speaker or not unit.is_aside:
                continue
            if aside and unit.start - aside[-1].end >= ATTACHED:
                yield tuple(aside)
                aside = []
            aside.append(unit)
        if aside:
            yield tuple(aside)


def _add_listener(units: Sequence[SpeechUnit], ledger: Ledger) -> None:
    text = " ".join(unit.text for unit in units)
    speaker, span = units[0].speaker, (units[0].start, units[-1].end)
    if units[0].is_aside:
        ledger.add("false_barge_in", speaker, RECORDED, span, text)
        return
    cause = function_of(Turn(speaker=speaker, text=text, spoken=text))
    ledger.add("backchannel", speaker, cause, span, text)


def _floors(stretches: Sequence[SpeechUnit]) -> list[_Floor]:
    """Join units of one speaker between which the other does not take or hold the floor."""
    found: list[_Floor] = []
    holding = [unit for unit in stretches if unit.takes_floor]
    latest: dict[Speaker, int] = {"agent": 0, "user": 0}
    for unit in holding:
        other: Speaker = "user" if unit.speaker == "agent" else "agent"
        last = found[-1] if found else None
        if (
            last is not None
            and last.speaker == unit.speaker
            and min(latest[other], unit.start) - last.end <= IPU_SILENCE
        ):
            found[-1] = _Floor((*last.units, unit))
        else:
            found.append(_Floor((unit,)))
        latest[unit.speaker] = max(latest[unit.speaker], unit.end)
    return found


def _placed(parts: Sequence[SpeechUnit], onset: Onset) -> PlacedTurn:
    text = " ".join(unit.text for unit in parts)
    return PlacedTurn(
        speaker=parts[0].speaker,
        text=text,
        spoken=text,
        onset=onset,
        start=parts[0].start,
        end=parts[-1].end,
    )


def _onset(floor: _Floor, latest: _Floor | None, ledger: Ledger, broken: _Broken) -> Onset:
    """Write down how a turn comes after the one before it, and return its onset."""
    if latest is None:
        return "after"
    silence = floor.start - latest.end
    if silence >= 0:
        kind = _silence(silence, is_same=floor.speaker == latest.speaker)
        if kind is not None:
            ledger.add(kind, floor.speaker, RECORDED, (latest.end, floor.start))
        return "after"
    if floor.speaker == latest.speaker:
        return "after"
    if not _interrupts(floor, latest, broken):
        span = (floor.start, min(floor.end, latest.end))
        ledger.add("overlap", floor.speaker, RECORDED, span)
        return "overlap"
    ledger.add("barge_in", floor.speaker, "yield", (floor.start, latest.end), floor.text)
    ledger.add("cut", latest.speaker, RECORDED, (latest.end, latest.end))
    return "barge_in"


def _silence(silence: int, *, is_same: bool) -> EventType | None:
    """Return what a silence before a turn is, by whether its speaker spoke before it too."""
    if is_same:
        return "pause" if silence >= IPU_SILENCE else None
    return "lapse" if silence > LAPSE * SAMPLE_RATE else "gap"


@dataclass(frozen=True)
class _Broken:
    """By what it is told that a turn breaks off."""

    punctuated: bool
    """Whether the transcript has marks, which then count."""
    cut_off: CutOff | None

    def sounds_so(self, floor: _Floor, overlap: int) -> bool:
        """Say whether a turn of a transcript without marks sounds cut off."""
        last = max(floor.units, key=lambda unit: unit.end)
        return not self.punctuated and self.cut_off is not None and self.cut_off(last, overlap)


def _interrupts(floor: _Floor, latest: _Floor, broken: _Broken) -> bool:
    """Say whether a turn that begins over another makes it stop."""
    overlap = latest.end - floor.start
    if floor.end < latest.end + TAKES_FLOOR or overlap < INTERRUPTED_AFTER:
        return False
    asks = is_question(latest.text) or opens_as_question(latest.units[-1].text)
    asked = asks and overlap < ASKED_OVER and _is_whole(latest.text)
    if not asked and breaks_off(latest.text, broken.punctuated):
        return True
    if asked or broken.punctuated or overlap < CUT_IN_AFTER:
        return False
    first = " ".join(plain(word) for word in floor.text.split()[:5])
    if wording().cuts_in.match(first) is not None:
        return True
    return not asks and broken.sounds_so(latest, overlap)


def _is_whole(text: str) -> bool:
    """Say whether a question does not end in words that no question ends in."""
    words = [plain(word) for word in text.split()]
    last = [" ".join(words[-count:]) for count in (1, 2, 3)]
    return wording().ends_no_question.isdisjoint(last)


def breaks_off(text: str, punctuated: bool) -> bool:
    """Say whether a turn's words end before its sentence does."""
    words = text.split()
    if words[-1].endswith(_BROKEN):
        return True
    if punctuated:
        return not words[-1].endswith((".", "?", "!", '"'))
    return leads_on(text)


def _add_pauses(floor: _Floor, ledger: Ledger) -> None:
    for one, next_ in pairwise(floor.units):
        ledger.add("pause", floor.speaker, RECORDED, (one.end, next_.start))

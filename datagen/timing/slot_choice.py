"""Put what happens inside turns where the words invite it, by a predictor's odds for each slot.

    Script, FloorPredictor --score--> {turn: [Scored]}
    [Turn], {turn: [Scored]} --place--> [Turn] with pauses and backchannels moved
    what was placed --note--> one decision a slot: silence, backchannel or take_floor

A barge-in stays where the script has it: what was said before it is what the next turn knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from datagen.backends.protocols import FloorPredictor, Odds, Slot
from datagen.timing.arrange import Placed
from datagen.timing.backchannels import false_barge_in
from datagen.timing.events import Ledger
from datagen.timing.slots import candidates
from datagen.types import Pause, Script, Speaker, Turn

Decision: TypeAlias = Literal["silence", "backchannel", "take_floor"]
_MARGIN = 3
"""Fewest words of a turn before and after what is put into it."""
FAR_FROM_QUESTION = 10
"""Fewest words between a backchannel and the end of a turn that asks its listener something."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A slot, and its odds."""

    slot: Slot
    odds: Odds


def score(script: Script, predictor: FloorPredictor) -> dict[int, list[Scored]]:
    """Return the slots of each turn that is not a backchannel, with the predictor's odds."""
    slots = [
        slot
        for index, turn in enumerate(script.turns)
        if turn.onset != "backchannel"
        for slot in candidates(turn.spoken.split(), index)
    ]
    scored: dict[int, list[Scored]] = {}
    for slot, odds in zip(slots, predictor.predict(script, slots), strict=True):
        scored.setdefault(slot.turn, []).append(Scored(slot, odds))
    return scored


def place(
    turns: Sequence[Turn],
    scored: Mapping[int, Sequence[Scored]],
    rng_of: Callable[[int], np.random.Generator],
) -> tuple[Turn, ...]:
    """Move the user's pauses at clauses to slots by the odds of silence, backchannels by theirs."""
    moved = list(turns)
    floor, free = 0, list[Scored]()
    for index, turn in enumerate(turns):
        if turn.onset == "backchannel" and false_barge_in(turn):
            continue
        if turn.onset == "backchannel":
            good = [one for one in free if is_for_nods(turns[floor], one.slot.after_word)]
            chosen = _pick([one.odds.backchannel for one in good], 1, rng_of(index))
            for one in chosen:
                moved[index] = turn.model_copy(update={"at_word": good[one].slot.after_word})
                free.remove(good[one])
            continue
        floor, free = index, _inside(turns, index, scored.get(index, ()))
        if turn.speaker == "user" and turn.pauses:
            moved[floor] = _paused(turn, free, rng_of(floor))
    return tuple(moved)


def is_for_nods(floor: Turn, at_word: int) -> bool:
    """Say whether a listener may nod after a word: nobody nods to what asks them something.

    In a turn that ends in a question there must be a good deal of it still to come.
    """
    words = floor.spoken.split()
    if words[min(at_word, len(words)) - 1].endswith("?"):
        return False
    return not words[-1].endswith("?") or len(words) - at_word >= FAR_FROM_QUESTION


def nods_to_questions(turns: Sequence[Turn]) -> set[int]:
    """Return which backchannels would answer a question."""
    found: set[int] = set()
    floor: Turn | None = None
    for index, turn in enumerate(turns):
        if turn.onset != "backchannel":
            floor = turn
        elif floor is not None and turn.at_word and not is_for_nods(floor, turn.at_word):
            found.add(index)
    return found


def note(
    ledger: Ledger,
    turns: Sequence[Turn],
    scored: Mapping[int, Sequence[Scored]],
    placed: Mapping[int, Placed],
) -> None:
    """Write down every slot that was heard, its odds, and what the listener did there."""
    for floor, slots in scored.items():
        done = _done(turns, floor, placed)
        for one in slots:
            words, after_word = placed[floor].take.words, one.slot.after_word
            if after_word <= len(words):
                at = placed[floor].at + words[after_word - 1].end
                listener: Speaker = "user" if turns[floor].speaker == "agent" else "agent"
                decision = done.get(after_word, "silence")
                ledger.add("slot", listener, decision, (at, at), str(one.odds))


def _inside(turns: Sequence[Turn], floor: int, scored: Sequence[Scored]) -> list[Scored]:
    """Return the slots that are not near an edge of what is said of a turn."""
    num_words = len(turns[floor].spoken.split())
    following = next((turn for turn in turns[floor + 1 :] if turn.onset != "backchannel"), None)
    if following is not None and following.onset == "barge_in" and following.at_word:
        num_words = following.at_word
    return [one for one in scored if _MARGIN <= one.slot.after_word <= num_words - _MARGIN]


def _paused(turn: Turn, scored: Sequence[Scored], rng: np.random.Generator) -> Turn:
    """Move a turn's pauses at clauses, if there are slots for all.

    A pause to think stays: the words beside it say that somebody thinks.
    """
    kept = [pause for pause in turn.pauses if pause.kind == "thinking"]
    taken = {pause.after_word for pause in kept}
    free = [one for one in scored if one.slot.after_word not in taken]
    chosen = _pick([one.odds.silence for one in free], len(turn.pauses) - len(kept), rng)
    if not chosen:
        return turn
    moved = [Pause(after_word=free[index].slot.after_word) for index in chosen]
    pauses = sorted([*kept, *moved], key=lambda pause: pause.after_word)
    return turn.model_copy(update={"pauses": tuple(pauses)})


def _pick(weights: Sequence[float], count: int, rng: np.random.Generator) -> list[int]:
    """Draw ``count`` different positions by their weights; none if there are too few."""
    if not 0 < count <= len(weights):
        return []
    shares = np.maximum(weights, 1e-9)
    return [int(one) for one in rng.choice(len(shares), count, False, shares / shares.sum())]


def _done(turns: Sequence[Turn], floor: int, placed: Mapping[int, Placed]) -> dict[int, Decision]:
    """Return after which words of a turn the listener did something."""
    done: dict[int, Decision] = {}
    for index in range(floor + 1, len(turns)):
        turn = turns[index]
        if turn.onset == "backchannel":
            if turn.at_word is not None and index in placed and not false_barge_in(turn):
                done[turn.at_word] = "backchannel"
            continue
        if turn.onset == "barge_in" and turn.at_word is not None:
            done[turn.at_word] = "take_floor"
        break
    return done

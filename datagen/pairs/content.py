"""Dialogues in which one turn of the agent is another's: against its role, not only mistimed.

    TokenDialogue, donors  --one turn exchanged-->  Pair

The answer comes from another dialogue, so no new speech is needed: from an agent with the same
voice where there is one, else from any, and the pair says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from datagen.pairs.crop import around
from datagen.pairs.timing import Pair
from datagen.pairs.tokens import FrameSpan, TokenDialogue, Track

ANSWER = (6, 90)
"""Frames of an answer that can be exchanged: 0.5 to 7.2 s."""
PRIVATE = ("ssn", "code", "phone", "email")
"""Types of facts that are nobody else's business."""


@dataclass(frozen=True)
class Donor:
    """A turn that another agent has said."""

    dialog_id: str
    company: str
    voice: str
    piece: Track


@dataclass(frozen=True)
class Wrong:
    """A way to answer wrongly: to which probes, and with what."""

    probes: tuple[str, ...]
    acts: tuple[str, ...]
    """What the right answer does."""
    donor: str
    """Which donors answer instead: an act, or ``private``."""


WRONGS: Mapping[str, Wrong] = {
    # facts of another company's prompt
    "outside_role": Wrong(("Q0", "Q2"), ("state", "confirm"), "state"),
    # yes to what must be declined
    "promises": Wrong(("Q3",), ("decline",), "confirm"),
    # a number of somebody's, to what has nothing to do with it
    "discloses": Wrong(("Q5", "Q6"), ("unknown", "redirect"), "private"),
}
"""Contents that are wrong, by name."""


class Donors:
    """Turns of all dialogues that are at hand, by what they do and by voice."""

    def __init__(self, dialogues: Sequence[TokenDialogue]) -> None:
        self._by_act: dict[str, list[Donor]] = {}
        for dialogue in dialogues:
            for act, index in _acts(dialogue):
                span = dialogue.span(index)
                if ANSWER[0] <= span.length <= ANSWER[1]:
                    piece = dialogue.agent.piece(span.start, span.stop)
                    name = company(dialogue)
                    donor = Donor(dialogue.dialog_id, name, dialogue.voice, piece)
                    self._by_act.setdefault(act, []).append(donor)
        self._by_voice: dict[tuple[str, str], list[Donor]] = {}
        for act, donors in self._by_act.items():
            for donor in donors:
                self._by_voice.setdefault((act, donor.voice), []).append(donor)

    def choose(self, dialogue: TokenDialogue, act: str, rng: np.random.Generator) -> Donor | None:
        """Return a turn of another company's agent, with the same voice if there is one."""
        own = company(dialogue)
        for found in (self._by_voice.get((act, dialogue.voice), ()), self._by_act.get(act, ())):
            other = [donor for donor in found if donor.company != own]
            if other:
                return other[int(rng.integers(len(other)))]
        return None


def company(dialogue: TokenDialogue) -> str:
    """Return for whom the agent works, or else which dialogue it is."""
    names = [fact["written"] for fact in dialogue.facts if fact["id"] == "company"]
    return names[0] if names else dialogue.dialog_id


def _acts(dialogue: TokenDialogue) -> Iterator[tuple[str, int]]:
    """Yield the agent's turns that are good for donors, with what they do."""
    for probe in dialogue.probes:
        index = probe["agent_turn"]
        if 0 <= index < len(dialogue.turns) and dialogue.turns[index]["speaker"] == "agent":
            yield probe["act"], index
    private = [fact["spoken"] for fact in dialogue.facts if fact["type"] in PRIVATE]
    for index in dialogue.agent_turns():
        if any(spoken in dialogue.turns[index]["spoken"] for spoken in private):
            yield "private", index


def exchange(
    dialogue: TokenDialogue, donors: Donors, name: str, rng: np.random.Generator
) -> Iterator[Pair | None]:
    """Yield pairs in which the answer to a probe is wrong in the way of that name."""
    wrong = WRONGS[name]
    for probe in dialogue.probes:
        index = probe["agent_turn"]
        if probe["type"] not in wrong.probes or probe["act"] not in wrong.acts:
            continue
        if not (0 <= index < len(dialogue.turns)) or dialogue.turns[index]["onset"] != "after":
            continue
        span = dialogue.span(index)
        donor = donors.choose(dialogue, wrong.donor, rng)
        if donor is not None and ANSWER[0] <= span.length <= ANSWER[1]:
            yield _with_donor(dialogue, name, span, donor)


def _with_donor(dialogue: TokenDialogue, name: str, span: FrameSpan, donor: Donor) -> Pair | None:
    """Return a pair that ends with the answer; the shorter answer ends in silence."""
    length = max(span.length, len(donor.piece.text))
    crop = around(span.start, span.start + length, dialogue.num_frames)
    if crop is None or crop.stop < span.start + length:
        return None
    chosen = dialogue.agent.piece(crop.start, crop.stop).copy()
    chosen.mute(span.stop - crop.start, crop.stop - crop.start, dialogue.silence)
    rejected = chosen.copy()
    rejected.mute(span.start - crop.start, crop.stop - crop.start, dialogue.silence)
    rejected.put(span.start - crop.start, donor.piece)
    user = dialogue.user_codes[:, crop.start : crop.stop].copy()
    heard = span.stop - crop.start
    user[:, heard:] = dialogue.user_silence.frames(user.shape[1] - heard)
    differs = (chosen.text != rejected.text) | (chosen.codes != rejected.codes).any(0)
    frames = np.flatnonzero(differs)
    if not len(frames):
        return None
    return Pair(
        respect=name,
        axis="content",
        crop=crop,
        first=crop.start + int(frames[0]),
        chosen=chosen,
        rejected=rejected,
        user_codes=user,
        detail=f"answered as in {donor.dialog_id}",
        same_voice=donor.voice == dialogue.voice,
    )

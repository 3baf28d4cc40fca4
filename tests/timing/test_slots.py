from __future__ import annotations

import pytest

from datagen.timing.backchannels import kind_of
from datagen.timing.slots import candidates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i was at home, and nobody came", [(4, "clause")]),
        ("is it open? i was told it is. thanks", [(3, "question"), (8, "sentence")]),
        ("it is four two seven one okay", [(6, "number")]),
        ("it is four two in all", []),  # two digits are no spelled number
        ("my code is x k four seven um that is all", [(7, "number")]),
        ("i want to um change it", [(3, "filler")]),
        ("we came at nine a.m. on a monday because it was late", [(8, "clause")]),
        ("so what and so", []),
        ("hello.", []),
        ("one", []),
    ],
)
def test_candidates(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(slot.after_word, slot.kind) for slot in candidates(text.split())] == expected


def test_a_slot_knows_what_is_around_it() -> None:
    first, second = candidates(["well,", "i", "was", "at", "home,", "of", "course"], turn=3)
    assert (first.since, first.left, second.since, second.left) == (1, 6, 4, 2)
    assert second.turn == 3


@pytest.mark.parametrize(
    ("spoken", "kind"),
    [
        ("Mm-hmm.", "continuer"),
        ("uh-huh", "continuer"),
        ("Right.", "acknowledgement"),
        ("okay, great", "assessment"),
        ("oh, really?", "surprise"),
        ("bananas", "other"),
    ],
)
def test_kinds_of_backchannel(spoken: str, kind: str) -> None:
    assert kind_of(spoken) == kind

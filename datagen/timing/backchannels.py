"""What kind of backchannel a listener's few words are.

The kinds are those of the literature on feedback: a continuer hands the floor back ("mm-hm"), an
acknowledgement says that it was understood ("right"), an assessment has an opinion ("great"), a
surprise asks for more ("really?").
"""

from __future__ import annotations

from typing import Literal, TypeAlias

AnswerKind: TypeAlias = Literal["continuer", "acknowledgement", "assessment", "surprise", "other"]

_KINDS: dict[AnswerKind, frozenset[str]] = {
    "surprise": frozenset({"really", "oh", "what", "huh"}),
    "assessment": frozenset(
        {"great", "good", "nice", "perfect", "sorry", "wonderful", "excellent", "wow", "cool"}
    ),
    "acknowledgement": frozenset(
        {"right", "okay", "ok", "yes", "sure", "yeah", "yep", "alright", "understood", "see"}
        | {"exactly", "true", "correct", "course", "got"}
    ),
    "continuer": frozenset({"mm-hmm", "mm-hm", "mhm", "mm", "hm", "hmm", "uh-huh", "uhuh", "um"}),
}
"""Words that make a backchannel of a kind; the first kind of which there is one."""


def kind_of(spoken: str) -> AnswerKind:
    """Return the kind of a backchannel, by its words."""
    words = {word.strip(",.?!").lower() for word in spoken.split()}
    return next((kind for kind, marks in _KINDS.items() if words & marks), "other")

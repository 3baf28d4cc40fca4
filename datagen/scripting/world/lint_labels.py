"""Say which labels of a world stand where no agent heeds them.

WorldPack --unheeded_labels--> sentences, or none
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from datagen.scripting.content.labels import NEWS, NO, TOLD, Label
from datagen.scripting.world.pack import ProcedureStep, WorldPack

_CHECKED: frozenset[Label] = TOLD | {"objects", "wants"}
_REPLIES = {
    "ask": TOLD,
    "check": _CHECKED,
    "tell": NEWS,
    "promise": NEWS,
    "act": NEWS,
}
"""What may be said to a step of a kind; to others no label says more than the reply does."""
_NONE = frozenset[Label]()


def unheeded_labels(pack: WorldPack) -> Iterator[str]:
    """Say which labels are none of those that the agent tells apart where they stand."""
    for name, labels in pack.labelled_values.items():
        yield from _unheeded(f"{name}.choices", labels, TOLD)
    for name, story in pack.stories.items():
        yield from _unheeded(f"stories.{name}", story.labels, TOLD)
        for at, step in enumerate(story.steps):
            yield from _unheeded(f"stories.{name}.steps[{at}].reply", step.labels, _known(step))


def _known(step: ProcedureStep) -> frozenset[Label]:
    return NO if step.declines else _REPLIES.get(step.do, _NONE)


def _unheeded(where: str, labels: Mapping[str, Label], known: Set[Label]) -> Iterator[str]:
    for line, label in labels.items():
        if label not in known:
            told = f"one of {', '.join(sorted(known))}" if known else "none"
            yield f"{where}: the label of a line is {told} here, not {label}, in {line!r}"

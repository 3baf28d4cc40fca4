"""Make a script of a model's turns, or say what is wrong with them.

    Task + ReplyTurn, ReplyTurn, ... --assemble--> Script   (or BadScript: problems)

The listener's part (barge-ins, backchannels, pauses) is placed by the code that places it in
composed dialogues, so its rates do not depend on who wrote the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from datagen.scripting.checks import holds, judged
from datagen.scripting.compose.grammar import plain
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.llm.gist import missing, words_needed
from datagen.scripting.llm.reply import OTHER, ReplyTurn
from datagen.scripting.llm.task import Task, TaskStep
from datagen.scripting.plans.base import script_of
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts, place
from datagen.text import Unsayable, speak
from datagen.types import Fact, Script


class BadScript(Exception):
    """A reply that is turns, but not of this dialogue."""

    def __init__(
        self, found: Sequence[str], reason: str = "the script does not keep to its blueprint"
    ) -> None:
        super().__init__("; ".join(found))
        self.problems = list(found)
        self.reason = reason


def assemble(
    task: Task, said: Sequence[ReplyTurn], draws: Draws, *, writer: str, model: str
) -> Script:
    """Return the script of a task. Raises BadScript with everything that is wrong with it."""
    _keeps_to_plan(task.steps, said)
    lines = _lines(task, said)
    if found := [*_untold(task.steps, said, lines), *_crowded(said, lines)]:
        raise BadScript(found)
    turns, probes = place(task.plan, task.wording, lines, draws)
    script = judged(script_of(task.job, task.plan, turns, probes, writer=writer, model=model))
    if found := task.check(script, lines):
        raise BadScript(found)
    return script


def _keeps_to_plan(steps: Sequence[TaskStep], said: Sequence[ReplyTurn]) -> None:
    wanted = [(step.name, step.speaker) for step in steps]
    found = [(turn.step, turn.speaker) for turn in said if turn.step != OTHER]
    if wanted == found:
        return
    same = [one == other for one, other in zip(wanted, found, strict=False)]
    at = same.index(False) if False in same else len(same)
    names = [f"{name} by the {speaker}" for name, speaker in wanted[at : at + 1]] or ["the end"]
    instead = [f"{name} by the {speaker}" for name, speaker in found[at : at + 1]] or ["nothing"]
    raise BadScript([f"step {at + 1} of the plan is {names[0]}, the reply has {instead[0]}"])


def _lines(task: Task, said: Sequence[ReplyTurn]) -> list[PlannedLine]:
    """Return floor turns. Raises BadScript with every turn that cannot be said."""
    planned = {step.name: step for step in task.steps}
    lines: list[PlannedLine] = []
    for turn, spoken in zip(said, _spoken(task, said), strict=True):
        step = planned.get(turn.step)
        lines.append(
            PlannedLine(
                speaker=turn.speaker,
                act=step.act if step else "chat",
                text=turn.text,
                spoken=spoken,
                exchange=step.exchange if step else None,
                needed=_needed(task.plan.facts, step, turn.text, spoken),
                interrupts=step is not None and step.interrupts,
            )
        )
    return lines


def _spoken(task: Task, said: Sequence[ReplyTurn]) -> list[str]:
    """Return what each turn says. Raises BadScript with the word that cannot be said of each."""
    spoken, found = [], []
    for turn in said:
        try:
            spoken.append(speak(turn.text, task.plan.facts))
        except Unsayable as problem:
            found.append(f"{turn.step}: {problem}; write in words what is meant")
            continue
        if not spoken[-1]:
            found.append(f"{turn.step}: {turn.text!r} cannot be said")
    if found:
        raise BadScript(found)
    return spoken


def _needed(facts: Sequence[Fact], step: TaskStep | None, text: str, spoken: str) -> int:
    """Return how many words must be heard until every fact and all that is told is heard."""
    stated = [fact.spoken for fact in facts if fact.written in text]
    words, count = spoken.split(), 0
    while stated and count < len(words):
        count += 1
        heard = plain(" ".join(words[:count]))
        stated = [fact for fact in stated if not holds(heard, fact)]
    return max(count, words_needed(spoken, step.tells) if step else 0)


def _untold(
    steps: Sequence[TaskStep], said: Sequence[ReplyTurn], lines: Sequence[PlannedLine]
) -> Iterator[str]:
    """Say what the plan's turns leave out of what their steps say."""
    floor = [line for line, turn in zip(lines, said, strict=True) if turn.step != OTHER]
    for step, line in zip(steps, floor, strict=True):
        heard = plain(line.spoken)
        for phrase in step.says:
            if not holds(heard, phrase):
                yield f"{step.name}: does not say {phrase!r}"
        for sentence in step.tells:
            if lacks := missing(line.spoken, sentence):
                yield f"{step.name}: does not tell {sentence!r}, say more of {', '.join(lacks)}"


def _crowded(said: Sequence[ReplyTurn], lines: Sequence[PlannedLine]) -> Iterator[str]:
    """Say which turn that is cut into ends too soon after what must be heard."""
    for (line, after), turn in zip(pairwise(lines), said, strict=False):
        if after.interrupts and not cuts(len(line.spoken.split()), line.needed):
            yield f"{turn.step}: must go on for 15 words after its last fact, to be cut into"

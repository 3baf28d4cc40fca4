"""From roles to what is to be voiced: the tracks of the exam.

    ExamRole --drafts--> [ItemDraft]: who says what after how much silence

Service questions come after a silence in which an agent may greet; the tracks of turn-taking have
the forms of Full-Duplex-Bench (v1: pause, backchannel, turn-taking, interruption; v1.5: four kinds
of overlap), so that its rules and its published figures apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from datagen.exam.content import ExamRole, ModelAnswer, TaskTurn
from datagen.exam.items import SERVICE, Act, Expectation, Part, ToolCall

VERSION = 1
"""Raised when an exam's content changes: scores of different versions do not compare."""
GREETING = 4.0
"""Seconds of silence first in which an agent may say who it is."""
LEAD = 0.5
ANSWER = 12.0
"""Seconds of silence in which a service question may be answered."""
NEXT = 9.0
"""Seconds between the turns of a task."""
INTO = 3.0
"""Seconds after a question at which something breaks into its answer."""
ACTS: dict[str, Act] = {
    "Q0": "tell",
    "Q1": "correct",
    "Q2": "tell",
    "Q3": "refuse",
    "Q4": "keep_calm",
    "Q5": "not_know",
    "Q6": "redirect",
}
TICS = ("Um.", "Uh.", "Hm.", "Ahem.", "Er.")
NODS = ("Mm-hmm.", "Uh-huh.", "Right.", "Okay.", "I see.")
BACKGROUND = (
    "The next train to the coast leaves from platform nine in four minutes.",
    "And then she told him to take the dog out before it rains again.",
    "You can have the soup or the salad, and the bread comes with both.",
    "They moved the game to Sunday, so we might as well stay at home.",
    "I put the boxes in the hall, and somebody has to carry them up.",
)
"""Speech of somebody else, about nothing of the agent's."""


@dataclass(frozen=True)
class SaidPart:
    """Something on the user's channel."""

    text: str
    """A ``|`` is a silence inside of it."""
    after: float
    """Seconds of silence before it."""
    part: Part = "floor"
    expects: Expectation | None = None
    reference: str = ""


@dataclass(frozen=True)
class ItemDraft:
    """An item before it has a sound."""

    track: str
    category: str
    role: ExamRole
    role_prompt: str
    said: tuple[SaidPart, ...]
    tail: float
    """Seconds of silence at the end."""
    call: ToolCall | None = None
    has_clean: bool = False

    @property
    def id(self) -> str:
        """The name of the item."""
        if self.track == SERVICE:
            return f"service-{self.role.name}-{self.category.lower()}"
        return f"{self.track}-{self.role.name}"


def drafts(roles: tuple[ExamRole, ...]) -> Iterator[ItemDraft]:
    """Yield the drafts of all tracks, track by track."""
    for make in TRACKS.values():
        for number, role in enumerate(roles):
            yield from make(number, role)


def _service(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    for question, answer in role.answers.items():
        said = SaidPart(
            role.role.questions[question],
            GREETING,
            expects=expectation(question, answer),
            reference=answer.reference,
        )
        yield ItemDraft(SERVICE, question, role, role.role.role_prompt, (said,), ANSWER)


def expectation(question: str, answer: ModelAnswer) -> Expectation:
    """Return what an answer to a question must do."""
    says = tuple(tuple(value.split("|")) for value in answer.says)
    if answer.right and not answer.identity:
        says = ((answer.right,),)
    return Expectation(
        act=ACTS[question],
        says=says,
        wrong=answer.wrong,
        private=answer.right if answer.identity else "",
        instead=answer.instead,
        limit=answer.limit,
    )


def _task(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    said = tuple(
        SaidPart(turn.user, NEXT if number else GREETING, expects=_of_turn(turn))
        for number, turn in enumerate(role.task.turns)
    )
    call = ToolCall(name=role.task.tool, arguments=role.task.arguments)
    yield ItemDraft("task", "task", role, role.task_prompt, said, NEXT, call=call)


def _of_turn(turn: TaskTurn) -> Expectation:
    says = tuple(tuple(value.split("|")) for value in (*turn.says, *turn.does))
    act: Act = "tell"
    if turn.asks:
        act = "ask"
    elif turn.refuses:
        act = "refuse"
    elif turn.does:
        act = "do"
    elif turn.unknown:
        act = "not_know"
    return Expectation(act=act, says=says, wrong=turn.refuses, instead=turn.instead)


def _pause(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    # it ends with the turn: an answer that is right comes after the sound, and is not heard
    said = (SaidPart(role.lines.pause, LEAD),)
    yield ItemDraft("pause", "pause", role, role.role.role_prompt, said, 0.0)


def _backchannel(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    said = (SaidPart(role.lines.story, LEAD),)
    yield ItemDraft("backchannel", "backchannel", role, role.role.role_prompt, said, 0.0)


def _turn_taking(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    said = (SaidPart(role.lines.first, LEAD),)
    yield ItemDraft("turn_taking", "turn_taking", role, role.role.role_prompt, said, 8.0)


def _interruption(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    says = tuple(tuple(value.split("|")) for value in role.lines.says)
    said = (
        SaidPart(role.lines.first, LEAD),
        SaidPart(role.lines.then, INTO, expects=Expectation(act="tell", says=says)),
    )
    yield ItemDraft("interruption", "interruption", role, role.role.role_prompt, said, 10.0)


def _overlaps(number: int, role: ExamRole) -> Iterator[ItemDraft]:
    """Yield the four overlaps of Full-Duplex-Bench v1.5, and a tic."""
    first = SaidPart(role.lines.first, LEAD)
    says = tuple(tuple(value.split("|")) for value in role.lines.says)
    into: dict[str, tuple[str, Part]] = {
        "user_interruption": (role.lines.then, "floor"),
        "user_backchannel": (NODS[number % len(NODS)], "backchannel"),
        "talking_to_other": (role.lines.aside, "aside"),
        "background_speech": (BACKGROUND[number % len(BACKGROUND)], "background"),
        "tic": (TICS[number % len(TICS)], "tic"),
    }
    for track, (text, part) in into.items():
        expects = Expectation(act="tell", says=says) if part == "floor" else None
        said = (first, SaidPart(text, INTO, part, expects))
        yield ItemDraft(track, track, role, role.role.role_prompt, said, 10.0, has_clean=True)


def _side_talk(_: int, role: ExamRole) -> Iterator[ItemDraft]:
    said = (SaidPart(role.lines.aside, GREETING, "aside"),)
    yield ItemDraft("side_talk", "side_talk", role, role.role.role_prompt, said, 5.0)


TRACKS: dict[str, Callable[[int, ExamRole], Iterator[ItemDraft]]] = {
    SERVICE: _service,
    "task": _task,
    "pause": _pause,
    "backchannel": _backchannel,
    "turn_taking": _turn_taking,
    "interruption": _interruption,
    "overlap": _overlaps,
    "side_talk": _side_talk,
}


def without_overlap(draft: ItemDraft) -> ItemDraft:
    """Return the draft of an item's clean sound: only the question, as long as the item."""
    return replace(draft, said=draft.said[:1])

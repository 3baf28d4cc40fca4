"""The exam's content: fifty roles that training never sees, and what to ask and tell each.

prompts/held_out.yaml + prompts/exam/{service,tasks,duplex}.yaml --roles--> [ExamRole]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml
from datagen.config import validate as validated
from datagen.scripting.content.held_out import HeldOutRole, held_out
from datagen.text.numbers import letters_and_digits
from datagen.types import Fact, ProbeType, UserError

FILES = ("service", "tasks", "duplex")
_CODE = re.compile(r"\b(?=[\w-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
_SHORTEST_CODE = 3


class ModelAnswer(Settings):
    """What a good answer to one question of a role says."""

    reference: str
    says: tuple[str, ...] = ()
    """Values to be said; ``a|b`` is either."""
    right: str = ""
    wrong: str = ""
    identity: bool = False
    limit: str = ""
    instead: str = ""


class TaskTurn(Settings):
    """One thing the caller of a task says, and what the answer must do: one of the rest."""

    user: str
    asks: bool = False
    says: tuple[str, ...] = ()
    refuses: str = ""
    instead: str = ""
    does: tuple[str, ...] = ()
    unknown: bool = False


class RoleTask(Settings):
    """A call that comes to something."""

    adds: str
    """Sentences for the role's information."""
    tool: str
    arguments: dict[str, str]
    turns: tuple[TaskTurn, ...] = Field(min_length=2)


class TalkLines(Settings):
    """What a caller says in the tracks of turn-taking; ``|`` is a silence inside a turn."""

    pause: str
    story: str
    first: str
    then: str
    says: tuple[str, ...]
    aside: str


@dataclass(frozen=True)
class ExamRole:
    """One role with everything that it is asked and told."""

    role: HeldOutRole
    answers: dict[ProbeType, ModelAnswer]
    task: RoleTask
    lines: TalkLines

    @property
    def name(self) -> str:
        """The role's domain, which is its name here."""
        return self.role.domain

    @property
    def codes(self) -> tuple[Fact, ...]:
        """The number that proves who is calling, as it is and as it is got wrong: said by digit."""
        proof = self.role.information.split(". ")[1]
        asked = [a for a in self.answers.values() if a.identity]
        stated = [*_CODE.findall(proof), *(value for a in asked for value in (a.right, a.wrong))]
        found = dict.fromkeys(code for code in stated if len(code) >= _SHORTEST_CODE)
        return tuple(
            Fact(id=f"code_{index}", type="code", written=code, spoken=letters_and_digits(code))
            for index, code in enumerate(found)
        )

    @property
    def task_prompt(self) -> str:
        """The agent's role with what its task adds."""
        return f"{self.role.role_prompt} {self.task.adds}"


@cache
def roles() -> tuple[ExamRole, ...]:
    """Return the roles in the order of the held-out file. Raises UserError for a gap in a file."""
    texts = {name: read_yaml(assets.find("prompts/exam", name)) for name in FILES}
    return tuple(_role(role, texts) for role in held_out().roles)


def _role(role: HeldOutRole, texts: dict[str, dict[str, Any]]) -> ExamRole:
    service, task, lines = (_of(texts[name], name, role.domain) for name in FILES)
    where = f"prompts/exam: {role.domain}"
    if service.keys() != role.questions.keys():
        raise UserError(f"{where}: answers are needed to {', '.join(sorted(role.questions))}")
    answers = {
        question: validated(ModelAnswer, service[question], f"{where}.{question}")
        for question in role.questions
    }
    return ExamRole(
        role, answers, validated(RoleTask, task, where), validated(TalkLines, lines, where)
    )


def _of(text: dict[str, Any], name: str, domain: str) -> dict[str, Any]:
    found = text.get(domain)
    if not isinstance(found, dict):
        raise UserError(f"prompts/exam/{name}.yaml has nothing for {domain}")
    return found


def problems(role: ExamRole) -> Iterator[str]:
    """Say what does not fit together in a role's content."""
    known = f"{role.task_prompt} {role.role.agent}".casefold()
    for question, answer in role.answers.items():
        stated = [*answer.says, answer.right, answer.limit, answer.instead]
        yield from _strange(f"{role.name}.{question}", stated, known)
        yield from _strange(
            f"{role.name}.{question}", [answer.wrong], role.role.questions[question]
        )
    yield from _strange(role.name, role.lines.says, known)
    yield from _strange(role.name, [turn.instead for turn in role.task.turns], known)
    for number, turn in enumerate(role.task.turns):
        given = (turn.asks, turn.unknown, bool(turn.says), bool(turn.refuses), bool(turn.does))
        if sum(given) != 1:
            yield f"{role.name}: turn {number} of the task must ask for one thing"


def _strange(where: str, values: Iterable[str], text: str) -> Iterator[str]:
    """Say which values are not in a text."""
    for value in filter(None, values):
        if not any(part.casefold() in text.casefold() for part in value.split("|")):
            yield f"{where}: {value!r} is not in what it belongs to"

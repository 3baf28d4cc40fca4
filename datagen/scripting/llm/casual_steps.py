"""Plan the steps of small talk: who brings up what, and what both say of themselves.

    Chat --plan_chat--> TaskStep, TaskStep, ...

Structure follows composed chats: answers mostly ask back, and the user may cut into what the agent
goes on about.
"""

from __future__ import annotations

from datagen.scripting.llm.instructions import Instructions
from datagen.scripting.llm.task import TaskStep, interrupted
from datagen.scripting.plans.casual import GOODBYES, INTERRUPTIONS, RETURNS, Chat, ChatPart
from datagen.scripting.plans.draws import Draws
from datagen.types import SPEAKERS, Speaker

TRAITS = ("likes", "owns", "dislikes")
"""What the agent says of itself at the start."""
ACTS = frozenset((
    "greet", "hello", "ask.self", "tell.self", "hello.self", "meet", "ask", "answer", "return",
    "tell", "leave", "bye",
))  # fmt: skip


def plan_chat(chat: Chat, instructions: Instructions, draws: Draws) -> list[TaskStep]:
    """Return the steps of a chat, in order."""
    return _ChatSteps(chat, instructions, draws).steps()


class _ChatSteps:
    """Words the instructions of one chat."""

    def __init__(self, chat: Chat, instructions: Instructions, draws: Draws) -> None:
        self._chat, self._told, self._draws = chat, instructions, draws
        self._slots = {fact.id: fact.written for fact in chat.facts}
        self._slots["name_first"] = chat.agent.name.split()[0]
        self._steps: list[TaskStep] = []

    def steps(self) -> list[TaskStep]:
        """Return all steps."""
        first = self._draws.pick(SPEAKERS)
        self._say("greet", first, "greet", "greet")
        if self._chat.facts:
            self._introduce(first)
        else:
            self._say("open", self._other(), "hello", "hello")
        for number, part in enumerate(self._chat.parts, 1):
            self._thread(number, part)
        if self._draws.chance(GOODBYES):
            self._say("close", self._other(), "close", "leave")
            self._say("bye", self._other(), "bye", "bye")
        return self._steps

    def _introduce(self, first: Speaker) -> None:
        """Let the agent say who it is, asked or unasked."""
        if first == "agent":
            self._say("open", "user", "ask.self", "ask.self")
        act = "tell.self" if first == "agent" else "hello.self"
        traits = tuple(fact.spoken for fact in self._chat.facts if fact.id in TRAITS)
        says = (self._slots["name_first"], *traits)
        self._say("name", "agent", "tell.self", act, says=says)
        self._say("meet", "user", "meet", "meet")

    def _thread(self, number: int, part: ChatPart) -> None:
        asker, is_cut = self._other(), self._is_cut()
        text = self._text("ask", question=part.asks[0])
        text += self._told.common.interrupts if is_cut else ""
        self._add(f"ask{number}", asker, "ask", text, interrupts=is_cut, tells=())
        answer = self._text("answer", tell=part.answer)
        returns = self._draws.chance(RETURNS)
        if returns:
            answer += self._told.steps["return"]
        self._add(f"answer{number}", self._other(), "answer", answer, tells=(part.answer,))
        if returns:
            self._own(number, asker, part)

    def _own(self, number: int, speaker: Speaker, part: ChatPart) -> None:
        """Say one's own answer; the agent may go on for so long that the user cuts in."""
        text = self._text("tell", tell=part.own)
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        is_last = part is self._chat.parts[-1]
        is_cut = speaker == "agent" and not is_last and self._draws.chance(chance)
        text += interrupted(self._told.common, is_cut)
        act = "answer+on" if is_cut else "answer"
        self._add(f"tell{number}", speaker, act, text, tells=(part.own,))

    def _is_cut(self) -> bool:
        """Whether the last turn goes on for too long."""
        return self._steps[-1].act == "answer+on"

    def _other(self) -> Speaker:
        return "user" if self._steps[-1].speaker == "agent" else "agent"

    def _text(self, act: str, **slots: str) -> str:
        return self._told.steps[act].format_map({**self._slots, **slots})

    def _say(
        self, name: str, speaker: Speaker, act: str, instruction: str, says: tuple[str, ...] = ()
    ) -> None:
        self._steps.append(TaskStep(name, speaker, act, self._text(instruction), says=says))

    def _add(
        self,
        name: str,
        speaker: Speaker,
        act: str,
        text: str,
        *,
        tells: tuple[str, ...],
        interrupts: bool = False,
    ) -> None:
        self._steps.append(TaskStep(name, speaker, act, text, interrupts=interrupts, tells=tells))

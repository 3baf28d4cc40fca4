"""Plan and word small talk between two people who enjoy it.

    Job, SmallTalk --draw_chat--> Chat --compose_chat--> PlannedLine, PlannedLine, ...

Prompts come in the three levels of the released model: a good conversation; one about a theme; and
one about a theme by somebody with a description, who is asked about it. Threads and answers come
from a permutation of all there are, so that none comes twice before all have come.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.casual_pack import SmallTalk, Theme, Thread
from datagen.scripting.content.people import Names, listener_persona
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws, draws_for, scattered, stratified
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.plans.service import split_of
from datagen.types import SPEAKERS, Direction, Fact, Job, Persona, Speaker, Split

ENJOY = "You enjoy having a good conversation."
"""What every casual prompt begins with (personaplex README)."""
LEVELS = ("minimal", "topic", "detailed")
"""How much a prompt says (PersonaPlex, appendix A)."""
RETURNS, REACTIONS = 0.65, 0.5
"""Chances that an answer asks back, and that a turn opens with how the last one was taken."""
DIGS, UNCLEAR = 0.75, 0.1
"""Chances that who asked follows up on an answer that does not ask back, and that a question has to
be asked in other words."""
INTERRUPTIONS = (0.0, 0.2, 0.4)
"""Chance that the user cuts into what the agent goes on about, by level of interruptions."""
GOODBYES = 0.6
MORE = (0.9, 0.45)
"""Chances of a third thread, and then of a fourth."""
WORDS = (40, 400)
"""Fewest and most spoken words of a dialogue."""
_PAIRS = tuple(permutations(range(4), 2))
"""Ordered choices of two out of four: threads, and what both say in a thread."""


@dataclass(frozen=True)
class ChatPart:
    """A thread of a chat: what is asked, and what both say to it, the one who is asked first."""

    asks: tuple[str, str]
    answer: str
    own: str


@dataclass(frozen=True)
class Chat:
    """A dialogue before it is worded."""

    theme: Theme
    situation: str
    """The threads in order; decides the split."""
    split: Split
    prompt_level: str
    agent: Persona
    user: Persona
    parts: tuple[ChatPart, ...]
    facts: tuple[Fact, ...]
    """Of the agent's description, if the prompt has one: name, likes, owns, dislikes."""
    role_prompt: str
    user_role_prompt: str

    @property
    def domain(self) -> str:
        """The theme's id."""
        return self.theme.id

    @property
    def call_direction(self) -> Direction:
        """Nobody is called for a reason."""
        return "inbound"


def draw_chat(job: Job, smalltalk: SmallTalk, names: Names, *, validation: float) -> Chat:
    """Draw the chat of a job."""
    draws = draws_for(job.seed, job.dialog_id, "script")
    themes = smalltalk.topics
    theme = themes[stratified(job.seed, f"{job.kind}/domain", job.index, len(themes))]
    level = LEVELS[stratified(job.seed, f"{job.kind}/level", job.index, len(LEVELS))]
    size = len(_PAIRS) ** 3
    place = scattered(job.seed, f"{job.kind}/{theme.id}", job.index // len(themes), size)
    rest, threads = divmod(place, len(_PAIRS))
    situation = "+".join(map(str, _PAIRS[threads]))
    split = split_of(f"{theme.id}/{situation}", validation)
    names = names.of(split)
    user = listener_persona(names, "", draws)
    agent = listener_persona(names, user.name, draws)
    facts = _describe(agent, smalltalk, draws) if level == "detailed" else ()
    about = f"Have a {draws.pick(smalltalk.moods)} {draws.pick(smalltalk.nouns)}"
    about = f"{about} about {theme.about}."
    prompts = {"minimal": ENJOY, "topic": f"{ENJOY} {about}"}
    return Chat(
        theme=theme,
        situation=situation,
        split=split,
        prompt_level=level,
        agent=agent,
        user=user,
        parts=_parts(theme, _PAIRS[threads], divmod(rest, len(_PAIRS)), draws),
        facts=facts,
        role_prompt=prompts.get(level) or _detailed(f"{ENJOY} {about}", facts),
        user_role_prompt=f"{ENJOY} {about} You are {user.name}.",
    )


def _parts(
    theme: Theme, chosen: tuple[int, int], said: tuple[int, int], draws: Draws
) -> tuple[ChatPart, ...]:
    """Return the chosen threads, and often a third or all four."""
    parts = [
        _part(theme.threads[thread], _PAIRS[both], draws)
        for thread, both in zip(chosen, said, strict=True)
    ]
    for chance, thread in zip(
        MORE, draws.shuffled([place for place in range(4) if place not in chosen]), strict=True
    ):
        if not draws.chance(chance):
            break
        parts.append(_part(theme.threads[thread], draws.pick(_PAIRS), draws))
    return tuple(parts)


def _part(thread: Thread, said: tuple[int, int], draws: Draws) -> ChatPart:
    answer, own = said
    first, second = draws.shuffled(thread.ask)
    return ChatPart((first, second), thread.say[answer], thread.say[own])


def _describe(agent: Persona, smalltalk: SmallTalk, draws: Draws) -> tuple[Fact, ...]:
    traits = smalltalk.traits
    described = {
        "name": agent.name,
        "likes": draws.pick(traits.likes),
        "owns": draws.pick(traits.owns),
        "dislikes": draws.pick(traits.dislikes),
    }
    return tuple(
        Fact(id=name, type="name" if name == "name" else "text", written=text, spoken=text)
        for name, text in described.items()
    )


def _detailed(prompt: str, facts: tuple[Fact, ...]) -> str:
    name, likes, owns, dislikes = (fact.written for fact in facts)
    return f"{prompt} You are {name}. You like to {likes}. You have {owns}. You dislike {dislikes}."


def chat_problems(chat: Chat, lines: list[PlannedLine]) -> list[str]:
    """Say which part of its description an agent who has one never says."""
    said = " ".join(line.text for line in lines if line.speaker == "agent")
    return [
        f"the agent never says its {fact.id}, {fact.written!r}"
        for fact in chat.facts
        if (fact.written.split()[0] if fact.id == "name" else fact.written) not in said
    ]


def compose_chat(chat: Chat, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a chat, in order."""
    return _Chat(chat, wording, draws).lines()


class _Chat(Realizer):
    """A chat being worded."""

    def __init__(self, chat: Chat, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": chat.agent, "user": chat.user}
        slots = {fact.id: fact.written for fact in chat.facts}
        slots["customer_first"] = chat.user.name.split()[0]
        slots["agent_first"] = chat.agent.name.split()[0]
        super().__init__(wording, people, slots, draws)
        self._chat = chat

    def lines(self) -> list[PlannedLine]:
        """Word the chat."""
        first = self._draws.pick(SPEAKERS)
        self._say(first, "greet", self._act(first, "hello"))
        if self._chat.facts:
            self._introduce(first)
        else:
            second = self._other()
            self._say(second, "hello", self._act(second, "hello.back"))
        for place, part in enumerate(self._chat.parts):
            self._thread(part, is_first=place == 0, is_last=part is self._chat.parts[-1])
        if self._draws.chance(GOODBYES):
            speaker = self._other()
            self._say(speaker, "close", self._act(speaker, "leave"))
            speaker = self._other()
            self._say(speaker, "bye", self._act(speaker, "bye"))
        return self._lines

    def _introduce(self, first: Speaker) -> None:
        """Let the agent say who it is, asked or unasked."""
        well = "" if first == "agent" else self._act("agent", "hello.back")
        if first == "agent":
            self._say("user", "ask.self", self._act("user", "ask.self"))
        self._say("agent", "tell.self", f"{well} {self._act('agent', 'tell.self')}")
        self._say("user", "meet", self._act("user", "meet"))

    def _thread(self, part: ChatPart, *, is_first: bool, is_last: bool) -> None:
        asker = self._other()
        act = "lead" if is_first else "link"
        interrupts = self._is_cut_off()
        lead = self._act(asker, "interrupt" if interrupts else act)
        self._say(asker, "ask", f"{lead} {part.asks[0]}".strip(), interrupts=interrupts)
        answerer = self._other()
        if self._draws.chance(UNCLEAR):
            self._say(answerer, "unclear", self._act(answerer, "unclear"))
            again = f"{self._act(asker, 'again')} {self._lowered(part.asks[1])}"
            self._say(asker, "again", again)
        answer = f"{self._act(answerer, 'think')} {part.answer}"
        if not self._draws.chance(RETURNS):
            self._say(answerer, "answer", answer)
            if self._draws.chance(DIGS):
                self._say(asker, "dig", self._act(asker, "dig"))
                self._say(answerer, "dug", self._act(answerer, "dug"))
            return
        self._say(answerer, "answer", f"{answer} {self._act(answerer, 'return')}")
        self._own(asker, part.own, is_last=is_last)

    def _own(self, speaker: Speaker, text: str, *, is_last: bool) -> None:
        """Say one's own answer; the agent may go on for so long that the user cuts in."""
        reaction = self._act(speaker, "react") if self._draws.chance(REACTIONS) else ""
        text = f"{reaction} {text}".strip()
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        needed = self._num_words(text)
        if speaker == "agent" and not is_last and self._draws.chance(chance):
            longer = f"{text} {self._act('agent', 'elaborate')}"
            if cuts(self._num_words(longer), needed):
                self._say(speaker, "answer+on", longer, needed=needed)
                return
        self._say(speaker, "answer", text)

    def _is_cut_off(self) -> bool:
        """Whether the last turn goes on for too long."""
        return self._lines[-1].act == "answer+on"

    def _other(self) -> Speaker:
        return "user" if self._lines[-1].speaker == "agent" else "agent"

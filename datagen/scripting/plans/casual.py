"""Plan small talk between two people who enjoy it: a theme, who they are, what one of them wants.

    Job, SmallTalk --draw_chat--> Chat   (worded by `compose.casual`)

Prompts come in the three levels of the released model: a good conversation; one about a theme; and
one about a theme by somebody with a description, who is asked about it. Threads and answers come
from a permutation of all there are, so that none comes twice before all have come, and two chats
on a theme in a row open with other threads; what people are is dealt, so that all comes up
equally often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, permutations
from typing import TypeVar

from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content.casual_pack import (
    Exit,
    Goal,
    Saying,
    SmallTalk,
    Theme,
    line_name,
)
from datagen.scripting.content.lives import Life
from datagen.scripting.content.people import Names, listener_persona
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.described import SelfPart, describe, description, facts, selves
from datagen.scripting.plans.draws import Draws, draws_for, scattered, stratified
from datagen.types import SPEAKERS, Direction, Fact, Job, Persona, Speaker, Split

ENJOY = "You enjoy having a good conversation."
"""What every casual prompt begins with (personaplex README)."""
LEVELS = ("minimal", "topic", "detailed")
"""How much a prompt says (PersonaPlex, appendix A)."""
RETURNS = 0.2
"""Chance that an answer asks back."""
INTERRUPTIONS = (0.0, 0.3, 0.6)
"""Chance that the user cuts into what the agent goes on about, by level of interruptions."""
GOALS = {"minimal": 0.2, "topic": 0.35, "detailed": 0.5}
"""Chance that one of the two wants something from the talk; in a described one it is the agent."""
ASKS_FIRST, REMARKS = 0.6, 0.85
"""Chances that one asks how the other is before they talk of anything, and that who does not says
something else where they then say who they are; elsewhere it always does."""
ASKED_BACK = 0.45
"""Chance that who is asked how it is asks the same."""
NUM_THREADS = {"minimal": (2, 2, 3), "topic": (2, 2, 3), "detailed": (2, 2, 2)}
NUM_TRAITS = {"minimal": (0, 1, 1), "topic": (0, 1, 1), "detailed": (1, 2, 2)}
"""How many threads of the theme, and traits of people, come up."""
WORDS = (40, 400)
"""Fewest and most spoken words of a dialogue."""
T = TypeVar("T")
_PAIRS = tuple(permutations(range(4), 2))
"""Ordered choices of two out of four: threads, and what both say in a thread."""
_THREADS = ((0, 1), (1, 0), (0, 2), (2, 0), (0, 3), (3, 0))
"""Half of them; the other half are what these leave over."""


@dataclass(frozen=True)
class ChatPart:
    """A thread of a chat: what is asked, and what each of the two says to it."""

    asks: tuple[str, str]
    says: dict[Speaker, Saying]
    is_opening: bool = False
    """It opens its theme, and need not name it."""


@dataclass(frozen=True)
class _Side:
    """One of the two while a chat is drawn."""

    lives: tuple[Life, ...]
    """What its description says of its life."""
    said: list[str]
    """What it says on the theme, by the names of ``apart``."""


@dataclass(frozen=True)
class _Drawing:
    """The talk on a theme while it is drawn."""

    theme: Theme
    sides: dict[Speaker, _Side]
    draws: Draws

    @property
    def said(self) -> list[str]:
        """What either says on the theme."""
        return [*chain.from_iterable(side.said for side in self.sides.values())]


@dataclass(frozen=True)
class Greeting:
    """How the two begin: what is asked or remarked, what is said to that, and how that is taken."""

    ask: str
    say: str
    take: str
    back: str = ""
    """What the one says of itself when asked the same, and how that is taken, if it is asked."""
    back_take: str = ""


@dataclass(frozen=True)
class Chat:
    """A dialogue before it is worded."""

    theme: Theme
    opens: str
    """What brings somebody to the theme, if it says so."""
    situation: str
    """The threads in order; decides the split."""
    split: Split
    prompt_level: str
    agent: Persona
    user: Persona
    parts: tuple[ChatPart, ...]
    selves: tuple[SelfPart, ...]
    """What comes up of who they are."""
    goal: Goal | None
    goal_of: Speaker
    replies: tuple[str, ...]
    """What may be said to the goal by the other, who has said what it will have said."""
    greeting: Greeting
    leaving: Exit
    let_go: tuple[str, ...]
    """What may be said to that by the other."""
    is_late: bool
    """Nobody wishes a nice day."""
    proper: frozenset[str]
    """Words that never lose their capital."""
    facts: tuple[Fact, ...]
    """Of the agent's description, if the prompt has one."""
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
    visit = job.index // len(themes)
    pair, is_second = divmod(visit, 2)
    size = len(_PAIRS) ** 2 * len(_THREADS)
    place = scattered(job.seed, f"{job.kind}/{theme.id}", pair, size)
    rest, threads = divmod(place, len(_THREADS))
    chosen = _left_over(_THREADS[threads]) if is_second else _THREADS[threads]
    split = split_of(f"{theme.id}/{'+'.join(map(str, chosen))}", validation)
    names = names.of(split)
    user = listener_persona(names, "", job, draws, "user")
    agent = listener_persona(names, user.name, job, draws, "agent")
    first = describe(job, theme, smalltalk, {}, draws)
    described = first, describe(job, theme, smalltalk, first, draws)
    count = draws.pick(NUM_THREADS[level])
    sides = {
        who: _Side(tuple(one.life for one in traits.values() if one.life), [])
        for who, traits in zip(SPEAKERS, described, strict=True)
    }
    drawing = _Drawing(theme, sides, draws)
    parts = _parts(drawing, chosen, divmod(rest, len(_PAIRS)), count)
    goal_of: Speaker = "agent" if level == "detailed" else draws.pick(SPEAKERS)
    is_sad = any(one.low for part in parts for one in part.says.values())
    is_aimed = draws.chance(GOALS[level]) and not is_sad
    goal, replies = _goal(drawing, goal_of) if is_aimed else (None, ())
    about = f"{draws.pick(smalltalk.moods)} {draws.pick(smalltalk.nouns)} about {theme.about}."
    prompt = ENJOY if level == "minimal" else f"{ENJOY} Have a {about}"
    wanted: dict[Speaker, Goal | None] = {"agent": None, "user": None, goal_of: goal}
    if level == "detailed":
        prompt = f"{prompt} {description(agent.name, described[0], wanted['agent'])}"
    greeting = _greeting(job, smalltalk, level, theme.id, draws)
    leaving, let_go = _leaving(job, smalltalk, greeting, theme.id)
    return Chat(
        theme=theme,
        opens=_opens(job, theme, visit, drawing.said),
        situation="+".join(map(str, chosen)),
        split=split,
        prompt_level=level,
        agent=agent,
        user=user,
        parts=parts,
        selves=selves(described, draws.pick(NUM_TRAITS[level]), level, draws),
        goal=goal,
        goal_of=goal_of,
        replies=replies,
        greeting=greeting,
        leaving=leaving,
        let_go=let_go,
        is_late=not {greeting.say, greeting.back, leaving.say}.isdisjoint(smalltalk.late),
        proper=smalltalk.proper,
        facts=facts(agent.name, described[0], wanted["agent"]) if level == "detailed" else (),
        role_prompt=prompt,
        user_role_prompt=f"{ENJOY} Have a {about}"
        f" {description(user.name, described[1], wanted['user'])}",
    )


def _left_over(threads: tuple[int, int]) -> tuple[int, int]:
    """Return the two threads that two leave over, in an order that tells the two apart."""
    first, second = (thread for thread in range(4) if thread not in threads)
    return (first, second) if threads[0] < threads[1] else (second, first)


def _dealt(job: Job, what: str, choices: Sequence[T]) -> T:
    """Return a choice of which each comes up equally often."""
    return choices[stratified(job.seed, f"{job.kind}/{what}", job.index, len(choices))]


def _greeting(job: Job, smalltalk: SmallTalk, level: str, theme: str, draws: Draws) -> Greeting:
    """Draw how the two begin: one asks how the other is, or remarks something, or they say who they
    are and no more. What they begin with goes with the theme.
    """
    if draws.chance(ASKS_FIRST):
        hello = draws.pick(smalltalk.hellos)
        answers = [one for one in hello.answers if theme not in one.not_in]
        said = _dealt(job, "hello", answers)
        greeting = Greeting(draws.pick(hello.ask), said.say, draws.pick(said.take))
        if not draws.chance(ASKED_BACK):
            return greeting
        others = [
            one
            for one in answers
            if one is not said and smalltalk.agrees(one.say, (said.say, greeting.take))
        ]
        back = draws.pick(others)
        return replace(greeting, back=back.say, back_take=draws.pick(back.take))
    if level != "detailed" or draws.chance(REMARKS):
        remarks = [one for one in smalltalk.remarks if theme not in one.not_in]
        said = _dealt(job, "remark", remarks)
        return Greeting("", said.say, draws.pick(said.take))
    return Greeting("", "", "")


def _leaving(
    job: Job, smalltalk: SmallTalk, greeting: Greeting, theme: str
) -> tuple[Exit, tuple[str, ...]]:
    """Deal why one leaves, or the next that agrees with how they began and what they talk of, and
    what is said to it.
    """
    exits = smalltalk.exits
    began = (greeting.say, greeting.take, greeting.back, greeting.back_take)
    first = stratified(job.seed, f"{job.kind}/exit", job.index, len(exits))
    for leaving in (*exits[first:], *exits[:first]):
        if theme not in leaving.not_in and smalltalk.agrees(leaving.say, began):
            replies = tuple(one for one in leaving.reply if smalltalk.agrees(one, began))
            if replies:
                return leaving, replies
    raise AssertionError(f"no exit goes with {began}")


def _opens(job: Job, theme: Theme, visit: int, said: Sequence[str]) -> str:
    """Deal what brings somebody to the theme, or the next that goes with all that is said."""
    opens = theme.opens
    first = stratified(job.seed, f"{job.kind}/{theme.id}/opens", visit, len(opens))
    places: list[int] = [*range(first, len(opens)), *range(first)]
    fits = (place for place in places if theme.goes_with(f"open.{place + 1}", said))
    return opens[next(fits, first)]


def _parts(
    drawing: _Drawing, chosen: tuple[int, int], said: tuple[int, int], count: int
) -> tuple[ChatPart, ...]:
    """Return the chosen threads, or fewer or more, and their lines; nobody contradicts itself.

    A thread in which somebody would leaves its place to another. The first thread of a theme opens
    it ("Do you have a garden?"): it does not come later.
    """
    draws = drawing.draws
    others = draws.shuffled([place for place in range(4) if place not in chosen])
    parts: list[tuple[int, ChatPart]] = []
    for place, thread in enumerate((*chosen, *others)):
        if len(parts) == count:
            break
        both = _PAIRS[said[place]] if place < 2 else draws.pick(_PAIRS)
        if part := _part(drawing, thread, both):
            parts.append((thread, part))
    parts.sort(key=lambda one: one[0] != 0)
    return tuple(part for _, part in parts)


def _goal(drawing: _Drawing, who: Speaker) -> tuple[Goal | None, tuple[str, ...]]:
    """Draw what somebody wants that fits all that is said, if anything does, with its replies."""
    theme, both = drawing.theme, drawing.said
    fits: list[tuple[Goal, tuple[str, ...]]] = []
    for place, goal in enumerate(theme.goals, 1):
        name = f"goal.{place}"
        replies = tuple(
            reply for at, reply in enumerate(goal.reply, 1) if theme.goes_with(f"{name}.{at}", both)
        )
        if replies and theme.goes_with(name, both) and theme.suits(name, drawing.sides[who].lives):
            fits.append((goal, replies))
    return drawing.draws.pick(fits) if fits else (None, ())


def _part(drawing: _Drawing, thread: int, both: tuple[int, int]) -> ChatPart | None:
    """Return a thread with what each says in it, or none if that clashes with what it has said."""
    theme, draws = drawing.theme, drawing.draws
    pairs = (both, *draws.shuffled(_PAIRS))
    fits = (pair for pair in pairs if _goes(drawing, _said(thread, pair)))
    if (pair := next(fits, None)) is None:
        return None
    for who, names in _said(thread, pair).items():
        drawing.sides[who].said.extend(names)
    lines = dict(zip(SPEAKERS, pair, strict=True))
    say = theme.threads[thread].say
    first, second = draws.shuffled(theme.threads[thread].ask)
    says = {who: say[line] for who, line in lines.items()}
    return ChatPart((first, second), says, is_opening=thread == 0)


def _goes(drawing: _Drawing, names: Mapping[Speaker, tuple[str, str]]) -> bool:
    """Tell whether each may say its lines after what the two have said and been."""
    theme, sides = drawing.theme, drawing.sides
    for who, lines in names.items():
        side, heard = sides[who], sides["user" if who == "agent" else "agent"].said
        for name in lines:
            if not (theme.goes_with(name, side.said) and theme.answers(name, heard)):
                return False
            if not theme.suits(name, side.lives):
                return False
    return True


@cache
def _said(thread: int, pair: tuple[int, int]) -> Mapping[Speaker, tuple[str, str]]:
    """Return what each says by the names of ``apart``: its line, what it may say to the other's."""
    first, second = (line_name(thread, line) for line in pair)
    names = (first, f"own.{second}"), (second, f"own.{first}")
    return dict(zip(SPEAKERS, names, strict=True))


def chat_problems(chat: Chat, lines: Sequence[PlannedLine]) -> list[str]:
    """Say which part of its description an agent that a model words never says."""
    said = " ".join(line.text for line in lines if line.speaker == "agent")
    return [
        f"the agent never says its {fact.id}, {fact.written!r}"
        for fact in chat.facts
        if fact.id in ("name", "likes", "owns", "dislikes")
        and (fact.written.split()[0] if fact.id == "name" else fact.written) not in said
    ]


def unsaid(chat: Chat, lines: Sequence[PlannedLine]) -> list[str]:
    """Say what of a composed chat's plan nobody says: its agent's name, and traits that come up."""
    texts = {who: " ".join(line.text for line in lines if line.speaker == who) for who in SPEAKERS}
    found = [
        f"the {part.speaker} never says its {part.kind}, {part.trait.what!r}"
        for part in chat.selves
        if not any(tell in texts[part.speaker] for tell in part.trait.tells)
    ]
    name = chat.agent.name.split()[0]
    if chat.facts and name not in texts["agent"]:
        found.append(f"the agent never says its name, {name!r}")
    return found

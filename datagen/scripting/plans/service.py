"""Decide everything about a call before a word of it is written.

    Job --draw_blueprint--> Blueprint --(compose, or a language model)--> Script

Facts come first, so that code can check what is said against them (the paper writes the role after
the transcript). Domains, scenarios and probes are dealt by index in rounds that visit each once:
any prefix of a run is balanced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from datagen.scripting.compose.grammar import article, capital, third_person
from datagen.scripting.content.packs import Pack, Scenario
from datagen.scripting.content.people import Names, agent_persona, customer_persona, employer
from datagen.scripting.plans.draws import Draws, draws_for, stratified
from datagen.scripting.plans.exchanges import Exchange, Planner
from datagen.scripting.plans.facts import Topics, deal_probes, draw_topics
from datagen.types import Direction, Fact, Job, Persona, ProbeType, Rejected, Split

PROMPT_CHARACTERS = (200, 420)
"""Length of a role prompt; the released service examples have 252 to 324 (personaplex README)."""
REASON_CHARACTERS = 100
"""How much longer it may be if it says why the agent calls."""
FRAME_WORDS, EXCHANGE_WORDS = 110, 18
"""A call that aims at w words is given (w - 110) / 18 exchanges, but at least one, and all its
probes. Fitted with the shipped files so that the mean comes out about as asked for."""
SPREAD = (0.75, 1.25)
"""A call aims at a share of the mean number of words, evenly spread between these."""
INTERRUPTIONS = (0.0, 0.11, 0.22)
"""Chance that a question comes as a barge-in, by the customer's level of interruptions."""
ATTEMPTS = 16
USER_FIRST = 0.1
"""Chance that a customer who calls speaks before the agent has greeted."""
DIRECTIONS = 20
"""Calls in a round of directions, so that shares come in twentieths."""
_DAYPARTS = ("morning", "afternoon", "evening")


@dataclass(frozen=True)
class Blueprint:
    """A call before it is worded."""

    job: Job
    pack: Pack
    scenario: Scenario
    situation: str
    """Scenario, policies and probes that meet; decides the split."""
    split: Split
    company: str
    agent: Persona
    user: Persona
    daypart: str
    gives_name: bool
    """The customer says who is calling; if not, the agent asks."""
    probes: tuple[ProbeType, ...]
    topics: Topics
    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    role_prompt: str
    user_role_prompt: str
    """The customer's role, for a model that calls instead of being called."""
    call_direction: Direction = "inbound"
    user_first: bool = False
    """The customer speaks first although the agent was called."""

    @property
    def domain(self) -> str:
        """The pack's id."""
        return self.pack.id

    @property
    def prompt_level(self) -> str:
        """All calls have the same."""
        return "service"

    @property
    def statements(self) -> tuple[str, ...]:
        """The third-person sentences of the role prompt, which nobody may speak."""
        return tuple(told.statement for told in self.topics.policies)


def fits(role_prompt: str, direction: Direction) -> bool:
    """Tell whether a role prompt has a good length."""
    extra = 0 if direction == "inbound" else REASON_CHARACTERS
    return PROMPT_CHARACTERS[0] <= len(role_prompt) <= PROMPT_CHARACTERS[1] + extra


def split_of(key: str, validation: float) -> Split:
    """Return the split of a situation, ``domain/scenario``: by hash, so the same in every run."""
    place = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % 10_000
    return "validation" if place < validation * 10_000 else "train"


class Deal(NamedTuple):
    """What a dialogue's index alone decides."""

    pack: Pack
    visit: int
    """How many dialogues of this domain have a smaller index, give or take one."""
    scenario: Scenario
    probes: tuple[ProbeType, ...]
    direction: Direction


class Shares(NamedTuple):
    """Which share of calls the agent makes, and makes on behalf of a customer."""

    outbound: float = 0.0
    assistant: float = 0.0


ALL_INBOUND = Shares()


def deal(job: Job, packs: Sequence[Pack], shares: Shares = ALL_INBOUND) -> Deal:
    """Deal domain, scenario, probes and direction in rounds: each comes up equally often."""
    pack = packs[stratified(job.seed, f"{job.kind}/domain", job.index, len(packs))]
    visit = job.index // len(packs)
    turn = stratified(job.seed, f"{job.kind}/{pack.id}", visit, len(pack.scenarios))
    probes = deal_probes(job.seed, job.kind, job.index)
    return Deal(pack, visit, pack.scenarios[turn], probes, _direction(job, shares))


def _direction(job: Job, shares: Shares) -> Direction:
    turn = stratified(job.seed, f"{job.kind}/direction", job.index, DIRECTIONS)
    if turn < round(shares.assistant * DIRECTIONS):
        return "assistant"
    is_outbound = turn < round((shares.assistant + shares.outbound) * DIRECTIONS)
    return "outbound" if is_outbound else "inbound"


def draw_blueprint(
    job: Job,
    packs: Sequence[Pack],
    names: Names,
    *,
    words: float,
    validation: float,
    shares: Shares = ALL_INBOUND,
) -> Blueprint:
    """Draw the blueprint of a job; ``words`` is the mean number of spoken words of a call.

    Raises Rejected if sixteen draws give no role prompt of the right length.
    """
    dealt = deal(job, packs, shares)
    for attempt in range(ATTEMPTS):
        draws = draws_for(job.seed, job.dialog_id, "script", attempt)
        topics = draw_topics(dealt.pack, dealt.scenario, _tested(dealt), draws)
        if topics is None:
            continue
        blueprint = _draw(job, dealt, topics, names, words, validation, draws)
        if fits(blueprint.role_prompt, dealt.direction):
            return blueprint
    raise Rejected("no role prompt fits", f"{dealt.pack.id}/{dealt.scenario.id}")


def _tested(dealt: Deal) -> tuple[ProbeType, ...]:
    """Return the probes that need topics of their own; an errand has a second detail always."""
    return ("Q1",) if dealt.direction == "assistant" else dealt.probes


def _draw(
    job: Job,
    dealt: Deal,
    topics: Topics,
    names: Names,
    words: float,
    validation: float,
    draws: Draws,
) -> Blueprint:
    pack, scenario = dealt.pack, dealt.scenario
    situation = _situation(dealt, topics)
    split = split_of(f"{pack.id}/{situation}", validation)
    names = names.of(split)
    company, name, gender = employer(names, pack.companies, job.seed, pack.id, dealt.visit)
    agent = agent_persona(name, gender, draws)
    user = customer_persona(names, name, scenario.mood, "Q4" in dealt.probes, draws)
    facts = (
        *(
            Fact(id=role, type="name", written=text, spoken=text)
            for role, text in (("company", company), ("agent", name), ("customer", user.name))
        ),
        *topics.facts(),
    )
    planner = Planner(pack, topics, company, name, draws)
    return Blueprint(
        job=job,
        pack=pack,
        scenario=scenario,
        situation=situation,
        split=split,
        company=company,
        agent=agent,
        user=user,
        daypart=_daypart(topics, draws),
        gives_name=draws.chance(0.8),
        probes=dealt.probes,
        topics=topics,
        facts=facts,
        exchanges=()
        if dealt.direction == "assistant"  # see `errand`
        else _plan(planner, dealt.probes, user, words, draws),
        role_prompt=_role_prompt(dealt, topics, company, name, user.name, draws),
        user_role_prompt=_user_role_prompt(dealt, topics, company, user),
        call_direction=dealt.direction,
        user_first=draws.chance(USER_FIRST),
    )


def _situation(dealt: Deal, topics: Topics) -> str:
    policies = "+".join(sorted(told.policy.id for told in topics.policies))
    return f"{dealt.scenario.id}/{policies}/{'+'.join(sorted(dealt.probes))}"


def _daypart(topics: Topics, draws: Draws) -> str:
    """Draw when the call is: early, if a fact is a time of day that may be still to come."""
    if any(value.type == "time" for value in topics.values):
        return "morning"
    return draws.pick(_DAYPARTS)


def _plan(
    planner: Planner, probes: Sequence[ProbeType], user: Persona, words: float, draws: Draws
) -> tuple[Exchange, ...]:
    """Plan the probes and as many plain questions as come nearest to the wanted length."""
    wanted = words * (SPREAD[0] + (SPREAD[1] - SPREAD[0]) * draws.uniform())
    room = max(1, round((wanted - FRAME_WORDS) / EXCHANGE_WORDS)) - len(probes)
    blocks = [[planner.probe(kind)] for kind in probes]
    for block in planner.extras():
        if room > 0:
            blocks.append(block[:room])
            room -= len(block)
    chance = INTERRUPTIONS[user.behaviour.interruptions]
    return tuple(
        exchange._replace(interrupts=True) if draws.chance(chance) else exchange
        for exchange in chain.from_iterable(draws.shuffled(blocks))
    )


def _role_prompt(
    dealt: Deal, topics: Topics, company: str, agent: str, customer: str, draws: Draws
) -> str:
    """Word the agent's role as in the released prompts (personaplex README)."""
    pack = dealt.pack
    kind = draws.pick(pack.kinds)
    per = f" {pack.per}" if pack.per else ""
    costs = draws.pick((":", " costs", " is"))
    terms = [f"{_bare(p.item.name)}{costs} {p.value.written}{per}." for p in topics.items]
    terms += [told.statement for told in topics.policies]
    information = [
        f"Verify customer name {customer}.",
        *(f"{capital(d.identity.label)} {d.value.written}." for d in topics.known),
        *draws.shuffled(terms),
    ]
    if dealt.direction == "outbound":
        because = third_person(dealt.scenario.because)
        information.insert(0, f"Call back the customer, who left a message that {because}.")
    return (
        f"You work for {company} which is {article(kind)} {kind} and your name is {agent}."
        f" Information: {' '.join(information)}"
    )


def _bare(name: str) -> str:
    """Return an item's name as a list has it, without its article."""
    head, _, rest = name.partition(" ")
    return capital(rest if head in ("a", "an", "the") else name)


def _user_role_prompt(dealt: Deal, topics: Topics, company: str, user: Persona) -> str:
    """Word the customer's role in the form of the agent's."""
    pack, because = dealt.pack, dealt.scenario.because
    known = " ".join(f"{capital(d.identity.label)} {d.value.written}." for d in topics.known)
    feeling = "calm" if user.emotion == "neutral" else user.emotion
    patience = ("You have no patience.", "", "You have time.")[user.patience]
    call = f"calling because {because}"
    if dealt.direction == "outbound":
        call = f"and you get a call back because you left a message that {because}"
    return (
        f"You are {user.name}, {article(pack.customer)} {pack.customer} of {company}, {call}."
        f" Information: {known} You are {feeling}. {patience}"
    ).strip()

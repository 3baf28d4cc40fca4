"""What a business sells, its rules, and why people call it. prompts/packs/DOMAIN.yaml -> Pack

A pack holds every line that only makes sense in its domain; lines that fit any call are in
`wording`. Policies are stated twice, apart on purpose: ``prompt`` is the third-person sentence the
role prompt gives the agent, ``tell`` what the agent says to the customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article_problems, number_words, plain, slots
from datagen.scripting.content import held_out
from datagen.scripting.content.values import Code, Money, Sampler
from datagen.text import numbers, speak, spelling_problems, unsayable
from datagen.types import UserError

Lines: TypeAlias = Annotated[tuple[str, ...], Field(min_length=4)]
"""Wordings of one thing: one is drawn for each dialogue."""
MAX_KIND, MAX_STATEMENT = 28, 60
"""Characters of a kind of business and of a policy's ``prompt``: the role prompt holds them all."""
MIN_VALUES = 4
"""Fewest values of a sampler: one is right, and another must be found that is not."""
Mood: TypeAlias = Literal["problem", "request", "question"]


class Identity(Settings):
    """A detail of the customer's record, to verify or to ask about."""

    id: str
    label: str
    """As said by both sides, e.g. account number."""
    value: Code


class Item(Settings):
    """Something with a price."""

    name: str
    """As said in a sentence, with its article if it takes one, e.g. a checked bag."""
    price: Money


class Policy(Settings):
    """A rule of the business or a state of the customer's affairs, with one value."""

    id: str
    value: Sampler
    prompt: str
    """Third person, for the role prompt only; {value} is where the value goes."""
    tell: Lines
    """Second person, what the agent says; each line stands alone and holds {value}."""
    ask: Lines
    """The customer's questions that ``tell`` answers."""
    claim: Annotated[tuple[str, ...], Field(min_length=2)]
    """The customer's yes-or-no questions that suppose {value}."""


class Scenario(Settings):
    """Why the customer calls, and what the agent does about it."""

    id: str
    mood: Mood
    because: str
    """The reason in the customer's role prompt, after "calling because"."""
    reasons: Lines
    resolve: Annotated[tuple[str, ...], Field(min_length=3)]
    """What the agent has done or seen; a ``tell`` of ``policy`` follows."""
    policy: str


class PackRequest(Settings):
    """Something the agent must decline, because of a policy."""

    policy: str
    ask: Annotated[tuple[str, ...], Field(min_length=2)]


class Pack(Settings):
    """One service domain."""

    id: str
    kinds: Annotated[tuple[str, ...], Field(min_length=2)]
    """What the business is, e.g. community bank."""
    companies: Annotated[tuple[str, ...], Field(min_length=4)]
    """Names, with {stem} for an invented place."""
    customer: str
    """What a customer is called, e.g. member."""
    per: str = ""
    """What the prices are for, e.g. a month."""
    identities: Annotated[tuple[Identity, ...], Field(min_length=2)]
    items: Annotated[tuple[Item, ...], Field(min_length=5)]
    policies: Annotated[tuple[Policy, ...], Field(min_length=4)]
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=4)]
    requests: Annotated[tuple[PackRequest, ...], Field(min_length=3)]
    unspecified: Annotated[tuple[str, ...], Field(min_length=5)]
    """Questions of the domain that no prompt of the pack answers."""

    def policy(self, name: str) -> Policy:
        """Return the policy with an id."""
        return next(policy for policy in self.policies if policy.id == name)


def default_paths() -> list[Path]:
    """Return the packs that ship with datagen, in order of their names."""
    return [assets.find("prompts/packs", name) for name in assets.names("prompts/packs")]


def load_packs(paths: Sequence[Path]) -> tuple[Pack, ...]:
    """Read and check packs; what is wrong becomes one sentence."""
    packs = tuple(validate(Pack, read_yaml(path), f"the pack {path}") for path in paths)
    if problems := lint(packs):
        raise UserError(f"the packs cannot be used: {problems[0]} ({len(problems)} problems)")
    return packs


def lint(packs: Sequence[Pack]) -> list[str]:
    """Say what the model of a pack cannot: every line is "PACK: what, where"."""
    problems = [f"{pack.id}: {problem}" for pack in packs for problem in _lint_pack(pack)]
    problems += _repeated("pack", (pack.id for pack in packs))
    problems += _repeated("company name", chain.from_iterable(pack.companies for pack in packs))
    return problems


def _lint_pack(pack: Pack) -> list[str]:
    return [
        *(problem for where, line in _lines(pack) for problem in _lint_line(where, line)),
        *_lint_references(pack),
        *_lint_names(pack),
        *held_out.company_problems(pack.companies),
        *held_out.scenario_problems(pack.id, (scenario.id for scenario in pack.scenarios)),
        *_lint_codes(pack),
        *_lint_policies(pack),
    ]


def _lint_names(pack: Pack) -> Iterator[str]:
    """Say which names could not be said, or would make a role prompt too long."""
    for kind in pack.kinds:
        if len(kind) > MAX_KIND:
            yield f"kind {kind!r}: longer than {MAX_KIND} characters"
    for company in pack.companies:
        if company.split().count("{stem}") != 1 or slots(company) != {"stem"}:
            yield f"company {company!r}: it has one {{stem}}, a word of its own"
    for item in pack.items:
        if number_words(item.name) or re.search(r"\d", item.name):
            yield f"item {item.name!r}: the agent may not say a number that is no fact"
    names = (item.name for item in pack.items)
    for name in chain(names, (identity.label for identity in pack.identities), [pack.per]):
        yield from (f"{name!r}: {problem}" for problem in spelling_problems(name))


def _lint_codes(pack: Pack) -> Iterator[str]:
    """Say which identifiers would be read as something else when they are no fact."""
    for identity in pack.identities:
        sample = identity.value.pattern.replace("#", "4").replace("@", "K")
        if problem := unsayable(sample):
            yield f"identity {identity.id}: {problem}"
        elif speak(sample) != numbers.letters_and_digits(sample):
            yield f"identity {identity.id}: {sample} is said {speak(sample)!r}, no code"


def _lint_policies(pack: Pack) -> Iterator[str]:
    """Say which policies could not be wrong, read out or fitted in a role prompt."""
    for policy in pack.policies:
        if all(map(number_words, policy.ask)):
            yield f"policy {policy.id}: an assistant may ask only without a number"
        if len(policy.prompt) > MAX_STATEMENT:
            yield f"policy {policy.id}: the prompt is longer than {MAX_STATEMENT} characters"
        for line in policy.tell:
            if plain(policy.prompt) in plain(line):
                yield f"policy {policy.id}: the prompt's sentence is spoken in {line!r}"
    samplers = [(f"policy {policy.id}", policy.value) for policy in pack.policies]
    for where, sampler in [*samplers, *((f"item {it.name}", it.price) for it in pack.items)]:
        if sampler.size < MIN_VALUES:
            yield f"{where}: {sampler.size} values are too few to be wrong about"


def _lint_references(pack: Pack) -> list[str]:
    """Say which ids are used twice or not there."""
    known = {policy.id for policy in pack.policies}
    used = chain(
        ((f"scenario {scenario.id}", scenario.policy) for scenario in pack.scenarios),
        (("a request", request.policy) for request in pack.requests),
    )
    problems = [f"{where}: there is no policy {name}" for where, name in used if name not in known]
    problems += _repeated("policy", (policy.id for policy in pack.policies))
    problems += _repeated("scenario", (scenario.id for scenario in pack.scenarios))
    problems += _repeated("item", (item.name for item in pack.items))
    problems += _repeated("wording", (line for _, line in _lines(pack)))
    return problems


_VALUE = frozenset({"value"})
_NONE: frozenset[str] = frozenset()


def _lines(pack: Pack) -> Iterator[tuple[str, str]]:
    """Yield every wording of a pack with the place it stands, e.g. ``policy fee tell``."""
    for policy in pack.policies:
        yield from _wordings(f"policy {policy.id}", policy, "prompt", "tell", "ask", "claim")
    for scenario in pack.scenarios:
        yield from _wordings(f"scenario {scenario.id}", scenario, "because", "reasons", "resolve")
    for request in pack.requests:
        yield from _wordings(f"request on {request.policy}", request, "ask")
    yield from _wordings("pack", pack, "unspecified")


def _wordings(where: str, section: Settings, *parts: str) -> Iterator[tuple[str, str]]:
    for part in parts:
        lines = getattr(section, part)
        for line in (lines,) if isinstance(lines, str) else lines:
            yield f"{where} {part}", line


def _lint_line(where: str, line: str) -> list[str]:
    part = where.rsplit(" ", 1)[-1]
    expected = _VALUE if part in ("prompt", "tell", "claim") else _NONE
    problems = article_problems(line.replace("{value}", "value"))
    if slots(line) != expected:
        problems.append(f"slots {sorted(slots(line))} instead of {sorted(expected)}")
    if re.search(r"\d", line):
        problems.append("a number is a fact: give it a {value}")
    if part in ("tell", "resolve", "because") and number_words(line):
        problems.append(f"the agent may not say {number_words(line)[0]!r}: no fact states it")
    if re.search(r"\ban? \{value\}", line):
        problems.append("a value cannot follow an article")
    if part != "because" and not re.fullmatch(r"[A-Z{].*[.?!]", line):
        problems.append("a line begins with a capital and ends with a stop")
    if part != "prompt":
        problems += spelling_problems(line)
    return [f"{where}: {problem} in {line!r}" for problem in problems]


def _repeated(what: str, names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    problems = []
    for name in names:
        if name in seen:
            problems.append(f"{what} {name!r} is there twice")
        seen.add(name)
    return problems

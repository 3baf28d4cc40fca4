"""Who speaks, and for whom: invented names, companies and dispositions. prompts/names.yaml -> Names

First names are dealt by the dialogue's index, so each comes equally often. A company and its
agent's last name are placed by it through a permutation of all such pairs of the domain, so no two
dialogues of a run share a role prompt, and any can be made alone. The splits share no first name.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.content.held_out import name_problems
from datagen.scripting.plans.draws import Draws, scattered
from datagen.scripting.plans.records import trusted
from datagen.types import Behaviour, Job, Persona, Split, UserError

Mood: TypeAlias = Literal["problem", "request", "question"]
"""What a call is, before anybody has said a word."""
Gender: TypeAlias = Literal["female", "male"]
Pool: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]
_persona = trusted(Persona)
HELD_OUT = 0.1
"""Share of the first names that only people of the validation split have."""
EMOTIONS: dict[Mood, tuple[str, ...]] = {
    "problem": ("annoyed", "worried", "tired", "neutral"),
    "request": ("neutral", "friendly", "hurried", "tired"),
    "question": ("neutral", "friendly", "curious", "cheerful"),
}
"""Of the customer, by the mood of the call."""


class Names(Settings):
    """Pools of names; a company's place is a head and a tail."""

    female: Pool
    male: Pool
    last: Pool
    heads: Pool
    tails: Pool

    @cached_property
    def _parts(self) -> dict[Split, Names]:
        """The people of each split; places are everybody's."""
        return {
            split: self.model_copy(
                update={
                    "female": tuple(one for one in self.female if _split_of(one) == split),
                    "male": tuple(one for one in self.male if _split_of(one) == split),
                }
            )
            for split in ("train", "validation")
        }

    def of(self, split: Split) -> Names:
        """Return the names that a split may have; all of them if the pools are tiny."""
        part = self._parts[split]
        return part if part.female and part.male else self

    @cached_property
    def num_first(self) -> int:
        """How many first names there are."""
        return len(self.female) + len(self.male)

    @cached_property
    def num_stems(self) -> int:
        """How many places there are."""
        return len(self.heads) * len(self.tails)

    def first(self, index: int) -> tuple[str, Gender]:
        """Return first name ``index`` and its gender."""
        if index < len(self.female):
            return self.female[index], "female"
        return self.male[index - len(self.female)], "male"

    def stem(self, index: int) -> str:
        """Return place ``index``, e.g. Alderbrook."""
        head, tail = divmod(index, len(self.tails))
        return self.heads[head] + self.tails[tail]


@lru_cache(maxsize=8192)
def _split_of(first_name: str) -> Split:
    """Return which split has a first name, by hash: the same in every run."""
    place = blake2b(first_name.encode(), digest_size=8).digest()
    is_held = int.from_bytes(place, "big") % 1000 < 1000 * HELD_OUT
    return "validation" if is_held else "train"


def default_path() -> Path:
    """Return the names that ship with datagen."""
    return assets.find("prompts", "names")


def load_names(path: Path) -> Names:
    """Read the pools; a name that is held out becomes one sentence."""
    names = validate(Names, read_yaml(path), f"the names {path}")
    stems = map(names.stem, range(names.num_stems))
    for problem in name_problems(chain(names.female, names.male, names.last, stems)):
        raise UserError(f"the names {path}: {problem}")
    return names


def employer(
    names: Names, companies: tuple[str, ...], job: Job, domain: str, visit: int
) -> tuple[str, str, Gender]:
    """Return the company of a domain's ``visit``-th dialogue, its agent's name and gender.

    No (company, agent) comes twice before ``visit`` has passed all patterns x stems x last names.
    """
    num_companies = len(companies) * names.num_stems
    place = scattered(job.seed, f"employer/{domain}", visit, num_companies * len(names.last))
    last, company = divmod(place, num_companies)
    pattern, stem = divmod(company, names.num_stems)
    first, gender = names.first(_dealt(names, job, "agent"))
    name = f"{first} {names.last[last]}"
    return companies[pattern].replace("{stem}", names.stem(stem)), name, gender


def _dealt(names: Names, job: Job, who: str) -> int:
    """Return a job's first name for somebody in it: each comes once before any comes again."""
    return scattered(job.seed, f"{job.kind}/{who}/first", job.index, names.num_first)


def agent_persona(name: str, gender: Gender, draws: Draws) -> Persona:
    """Draw how an agent talks: patient, friendly, never interrupting."""
    behaviour = _behaviour(draws.pick((0, 0, 1)), draws.level(), 0, draws.level())
    return _persona(name=name, gender=gender, emotion="friendly", patience=2, behaviour=behaviour)


@lru_cache
def _behaviour(fillers: int, backchannels: int, interruptions: int, length: int) -> Behaviour:
    return Behaviour(
        fillers=fillers, backchannels=backchannels, interruptions=interruptions, length=length
    )


def different_name(
    names: Names, others: Iterable[str], job: Job, who: str, draws: Draws
) -> tuple[str, Gender]:
    """Deal a first name and draw a last one, so that no word of them is in another name."""
    taken = {word for other in others for word in other.split()}
    place = _dealt(names, job, who)
    while True:
        first, gender = names.first(place)
        last = draws.pick(names.last)
        if first not in taken and last not in taken and first != last:
            return f"{first} {last}", gender
        place = (place + (first in taken)) % names.num_first


def listener_persona(names: Names, other: str, job: Job, draws: Draws, who: str) -> Persona:
    """Draw somebody in a good mood whose name shares no word with the other's."""
    return customer_persona(names, other, "question", False, job, draws, who)


def customer_persona(
    names: Names,
    agent: str,
    mood: Mood,
    is_rude: bool,
    job: Job,
    draws: Draws,
    who: str = "customer",
) -> Persona:
    """Draw a customer whose name shares no word with the agent's."""
    name, gender = different_name(names, (agent,), job, who, draws)
    patience = 0 if is_rude else draws.level()
    behaviour = _behaviour(draws.level(), draws.level(), draws.level(), draws.level())
    emotion = "annoyed" if is_rude else draws.pick(EMOTIONS[mood])
    return _persona(
        name=name, gender=gender, emotion=emotion, patience=patience, behaviour=behaviour
    )

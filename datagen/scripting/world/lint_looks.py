"""Say what is wrong with what a world's tools are given and return.

WorldPack --told_before_looked, unheard_arguments, empty_looks--> sentences, or none
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from datagen.scripting.compose.grammar import slots
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.pack import WorldPack


def told_before_looked(pack: WorldPack) -> Iterator[str]:
    """Say which records would be told before a tool has returned them."""
    if not pack.lookups:
        return
    compiled = CompiledWorld(pack)
    for (name, case), needs in compiled.needs.items():
        seen: set[str] = set()
        for step in needs.steps:
            if step.do == "look":
                seen.update(step.facts)
                if step.chance < 1:
                    yield f"stories.{name}: a look happens always, give it no chance"
                continue
            for fact in step.facts:
                if pack.facts[fact].source == "record" and fact not in seen:
                    yield f"stories.{name}.cases.{case}: {fact} is told before any look returns it"


def unheard_arguments(pack: WorldPack) -> Iterator[str]:
    """Say which tools would be called with what nobody has said or told by then."""
    compiled = CompiledWorld(pack)
    unheard: set[tuple[str, str, str]] = set()
    for (name, _), needs in compiled.needs.items():
        said = _slots((*pack.stories[name].opening, *pack.stories[name].more))
        for step in needs.steps:
            if step.tool:
                args = set(pack.tools[step.tool].args) - {"identity"} - said
                unheard |= {(name, step.tool, argument) for argument in args}
            said |= _slots((*step.say, *step.reply))
            said |= _slots(pack.facts[fact].says for fact in step.facts)
    for name, tool, argument in sorted(unheard):
        yield f"stories.{name}: {tool} takes {argument!r}, which no step before it asks or tells"


def empty_looks(pack: WorldPack) -> Iterator[str]:
    """Say which looks would return nothing: what only other cases tell is not so in a case."""
    compiled = CompiledWorld(pack)
    for (name, case), needs in compiled.needs.items():
        elsewhere = {
            fact
            for step in pack.stories[name].steps
            if step.do != "look" and step not in needs.steps
            for fact in step.facts
        }
        absent = elsewhere - {
            fact for step in needs.steps if step.do != "look" for fact in step.facts
        }
        for step in needs.steps:
            is_bare = step.do == "look" and "identity" not in pack.tools[step.tool].args
            if is_bare and step.facts and absent.issuperset(step.facts):
                yield f"stories.{name}.cases.{case}: {step.tool} returns nothing"


def _slots(said: Iterable[str]) -> set[str]:
    return {name[0].lower() + name[1:] for line in said for name in slots(line)}

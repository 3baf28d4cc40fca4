"""Lines of a world with its values in their slots, for whoever briefs a model of it.

World, "The fee is {fee}." --filled--> "The fee is $12."
"""

from __future__ import annotations

from datagen.scripting.compose.grammar import capital, slots
from datagen.scripting.llm.brief import ToolResult
from datagen.scripting.world.draw import World


def filled(world: World, line: str) -> str:
    """Return a line with this call's values."""
    written = {name: value.written for name, value in world.values.items()}
    return with_values(written, line)


def with_values(written: dict[str, str], line: str) -> str:
    """Return a line with values in its slots; a slot that opens it opens with a capital."""
    opening = {capital(name): capital(text) for name, text in written.items()}
    return line.format_map(written | opening)


def stated(world: World, line: str) -> tuple[str, ...]:
    """Return the values of a line that must be said as they are: numbers, times, codes."""
    names = sorted({name[0].lower() + name[1:] for name in slots(line)})
    values = [world.values[name] for name in names if name in world.values]
    return tuple(value.written for value in values if value.type != "text")


def told(world: World, name: str) -> tuple[str, ...]:
    """Return the values that every way of telling a fact states."""
    tells = [set(stated(world, line)) for line in world.fact(name).tell]
    return tuple(sorted(set.intersection(*tells)))


def tool_results(world: World, customer: str) -> dict[str, ToolResult]:
    """Return the tools of a call and what they return in it; none if all is in the role."""
    if not world.is_lookup:
        return {}
    results: dict[str, str] = {}
    for step in world.steps:
        if not step.tool:
            continue
        tool = world.pack.tools[step.tool]
        parts = [results[step.tool]] if step.tool in results else []
        if "identity" in tool.args and not tool.done and not parts:
            parts.append(f"Customer {customer}, {_numbers(world)}.")
        records = [name for name in step.facts if name in world.records]
        parts += [filled(world, world.fact(name).says) for name in records]
        if tool.done:
            parts.append(filled(world, tool.done))
        results[step.tool] = " ".join(dict.fromkeys(parts))
    return {name: _tool(world, name, result) for name, result in results.items()}


def _numbers(world: World) -> str:
    return ", ".join(
        f"{one.identity.label} {one.value.written}" for one in (world.identity, world.other)
    )


def _tool(world: World, name: str, result: str) -> ToolResult:
    tool = world.pack.tools[name]
    values = {one: value.written for one, value in world.values.items()}
    values["identity"] = world.identity.value.written
    return ToolResult(tool.does, {one: values[one] for one in tool.args}, result, tool.latency)

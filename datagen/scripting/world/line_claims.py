"""Read every line of a world's agents against its own licence, with the checker of claims.

WorldPack --unlicensed_templates--> sentences, or none
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from datagen.scripting.claims.check import sources, unlicensed_line
from datagen.scripting.claims.lexicon import load_lexicon
from datagen.scripting.content.labels import Lines
from datagen.scripting.world.pack import WorldPack


def unlicensed_templates(pack: WorldPack) -> Iterator[str]:
    """Say which lines of the agent claim what their licence does not hold, whatever is drawn."""
    lexicon = load_lexicon(*pack.same)
    heard = " ".join(f"x{name}." for name in pack.caller)
    for where, said, evidence in _licensed(pack):
        known = sources(" ".join([*map(_marked, evidence), heard]), lexicon)
        for line in said:
            for left in unlicensed_line(_marked(line), known, lexicon):
                yield f"{where}: nothing licenses {', '.join(sorted(left))}, in {line!r}"


def _licensed(pack: WorldPack) -> Iterator[tuple[str, Lines, list[str]]]:
    """Yield what the agent says, with the sentences that license it."""
    for name, fact in pack.facts.items():
        yield f"facts.{name}.tell", fact.tell, [fact.says]
    for name, tool in pack.tools.items():
        doing = [f"You can {tool.does}.", tool.done]
        yield f"tools.{name}.hold", tool.hold, doing
        if tool.proposed:
            yield f"tools.{name}.proposed", (f"Should I {tool.proposed}?",), doing
    for name, story in pack.stories.items():
        tools = {one.tool: pack.tools[one.tool] for one in story.steps if one.tool}
        allowed = [f"You can {tool.does}." for tool in tools.values()]
        for at, step in enumerate(story.steps):
            evidence = [*(pack.facts[one].says for one in step.facts), *allowed]
            if step.tool:
                evidence.append(tools[step.tool].done)
            yield f"stories.{name}.steps[{at}].say", step.say, evidence


def _marked(line: str) -> str:
    """Return a template with a word of its own in place of each slot."""
    return re.sub(r"\{(\w)(\w*)\}", lambda found: f"x{found[1].lower()}{found[2]}", line)

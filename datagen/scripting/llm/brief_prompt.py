"""Put a brief into words: what a model is told of one call, and of what was wrong with it.

    Brief, prompts/llm/brief.yaml --brief_messages--> messages

What never changes comes first, so that a server's prefix cache holds most of it. A repair shows the
model its own answer and the turns that are at fault, and not the whole call anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import third_person
from datagen.scripting.llm.brief import Brief, Must
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.instructions import Common
from datagen.scripting.llm.scene import ACTS, EMOTIONS
from datagen.scripting.plans.draws import Draws

EXEMPLARS = "prompts/exemplars"
MAX_FAULTS = 8
"""How many faults of an attempt a repair names."""
OUTCOMES = {
    "solved": "It ends well.",
    "partly": "It is solved in part.",
    "refused": "The answer is no in the end.",
    "handed_on": "Somebody else will take over.",
    "failed": "It fails.",
}


class BriefTexts(Settings):
    """What a model is told, with slots, and what is drawn for a call."""

    system: str
    call: str
    paper: str
    repair: str
    no_tools: str
    tools: str
    stock: tuple[str, ...]
    """Phrases that no person says; a call that has one is refused."""
    ages: tuple[int, ...]
    works: tuple[str, ...]
    regions: tuple[str, ...]
    relations: tuple[str, ...]
    openings: tuple[str, ...]
    obstacles: tuple[str, ...]


class Exemplar(Settings):
    """A call to read for its manner."""

    shows: str
    text: str


class Exemplars(Settings):
    """All of a kind."""

    exemplars: tuple[Exemplar, ...]


def load_brief_texts() -> BriefTexts:
    """Read what ships with datagen."""
    path = assets.find("prompts/llm", "brief")
    return validate(BriefTexts, read_yaml(path), f"the instructions {path}")


def load_exemplars(kind: str) -> tuple[Exemplar, ...]:
    """Read the calls that models are shown."""
    path = assets.find(EXEMPLARS, kind)
    return validate(Exemplars, read_yaml(path), f"the exemplars {path}").exemplars


def draw_levers(texts: BriefTexts, draws: Draws) -> dict[str, str]:
    """Draw what makes a call unlike others, beside its world."""
    return {
        "age": str(draws.pick(texts.ages)),
        "work": draws.pick(texts.works),
        "region": draws.pick(texts.regions),
        "relation": draws.pick(texts.relations),
        "opening": draws.pick(texts.openings),
        "obstacle": draws.pick(texts.obstacles),
    }


def system_text(texts: BriefTexts) -> str:
    """Return what is the same for all calls."""
    return texts.system.format(
        stock="; ".join(texts.stock), acts=", ".join(ACTS), emotions=", ".join(EMOTIONS)
    )


def call_text(brief: Brief, texts: BriefTexts, common: Common) -> str:
    """Return what differs from call to call."""
    drawn, world = brief.drawn, brief.world
    cast = drawn.cast
    is_outbound = cast.direction == "outbound"
    text = texts.call.format(
        exemplar=brief.exemplar.strip(),
        role=drawn.roles.agent,
        agent=cast.agent.name,
        agent_manner=f"{cast.manner}, {common.manner.length[cast.agent.behaviour.length]}",
        user=cast.user.name,
        user_manner=common.manner.of(cast.user),
        knows="; ".join(brief.knows) or "only why it calls",
        because=third_person(world.story.because),
        direction="The agent calls back after a message that they left. " if is_outbound else "",
        outcome=OUTCOMES[world.case.outcome],
        tools=_tools(brief, texts),
        musts="\n".join(map(_must, brief.musts)),
        daypart=cast.daypart,
        words=round(brief.words),
        **brief.levers,
    )
    if brief.order == "paper":
        text += f"\n{texts.paper.format(company=cast.company)}"
    return text


def _tools(brief: Brief, texts: BriefTexts) -> str:
    if not brief.results:
        return texts.no_tools
    tools = brief.world.pack.tools
    lines = [
        f"{name}({', '.join(tools[name].args)}): {tools[name].does}; returns: {result or 'nothing'}"
        for name, result in brief.results.items()
    ]
    return texts.tools.format(tools="\n".join(lines))


def _must(must: Must) -> str:
    return f"{must.id} ({must.speaker}): {must.what}"


def brief_messages(
    brief: Brief,
    texts: BriefTexts,
    common: Common,
    problems: Sequence[str] = (),
    previous: str = "",
) -> tuple[Message, ...]:
    """Return what a model is told; with ``previous``, its answer and what is wrong with it."""
    asked: tuple[Message, ...] = (
        {"role": "system", "content": system_text(texts)},
        {"role": "user", "content": call_text(brief, texts, common)},
    )
    if not problems or not previous:
        return asked
    faults = "\n".join(f"- {problem}" for problem in problems[:MAX_FAULTS])
    return (
        *asked,
        {"role": "assistant", "content": previous},
        {"role": "user", "content": texts.repair.format(problems=faults)},
    )

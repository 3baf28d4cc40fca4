"""Put a brief into words: what a model is told of one dialogue, and of what was wrong with it.

    Brief, BriefTexts --brief_messages--> messages

What never changes comes first, so that a server's prefix cache holds most of it. A repair shows the
model its own answer and the turns that are at fault, and not the whole dialogue anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from datagen.scripting.llm.brief import Brief, Must
from datagen.scripting.llm.brief_texts import BriefTexts
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.scene import ACTS, EMOTIONS

MAX_FAULTS = 8
"""How many faults of an attempt a repair names."""
MAX_TOLD = 4
"""How many are told without the answer."""
MAX_PREVIOUS = 12_000
"""Characters of a faulty answer that a repair shows: more has run away."""


def system_text(texts: BriefTexts) -> str:
    """Return what is the same for all dialogues of a kind."""
    shared = texts.shared
    answer = shared.answer
    for slot, text in (
        ("[tools]", shared.tools_in_answer if texts.has_tools else ""),
        ("[acts]", ", ".join(ACTS)),
        ("[emotions]", ", ".join(EMOTIONS)),
    ):
        answer = answer.replace(slot, text)
    talk = shared.talk.replace("{stock}", "; ".join(shared.stock))
    return texts.own.system.replace("{talk}", talk.strip()).replace("{answer}", answer.strip())


def call_text(brief: Brief, texts: BriefTexts) -> str:
    """Return what differs from dialogue to dialogue."""
    ground, manner = brief.ground, texts.shared.manner
    slots = {
        "exemplar": brief.exemplar.strip(),
        "role": ground.role,
        "agent": ground.agent.name,
        "agent_manner": manner.of(ground.agent),
        "user": ground.user.name,
        "user_manner": manner.of(ground.user),
        "tools": _tools(brief, texts),
        "musts": "\n".join(map(_must, brief.musts)),
        "words": str(round(brief.words)),
        **brief.slots,
    }
    text = texts.own.call.format_map(slots)
    if brief.order == "paper":
        text += f"\n{texts.own.paper.format_map(slots | dict(ground.named))}"
    return text


def _tools(brief: Brief, texts: BriefTexts) -> str:
    if not brief.ground.tools:
        return texts.own.no_tools
    lines = [
        f"{name}({', '.join(tool.arguments)}): {tool.does}; returns: {tool.result or 'nothing'}"
        for name, tool in brief.ground.tools.items()
    ]
    return texts.own.tools.format(tools="\n".join(lines))


def _must(must: Must) -> str:
    return f"{must.id} ({must.speaker}): {must.what}"


def brief_messages(
    brief: Brief, texts: BriefTexts, problems: Sequence[str] = (), previous: str = ""
) -> tuple[Message, ...]:
    """Return what a model is told; with ``previous``, its answer and what is wrong with it."""
    call = call_text(brief, texts)
    is_shown = bool(previous) and len(previous) <= MAX_PREVIOUS
    if problems and not is_shown:
        found = "; ".join(problems[:MAX_TOLD])
        call = f"{call}\n{texts.shared.retry.format(problems=found)}"
    asked: tuple[Message, ...] = (
        {"role": "system", "content": system_text(texts)},
        {"role": "user", "content": call},
    )
    if not problems or not is_shown:
        return asked
    faults = "\n".join(f"- {problem}" for problem in problems[:MAX_FAULTS])
    return (
        *asked,
        {"role": "assistant", "content": previous},
        {"role": "user", "content": texts.shared.repair.format(problems=faults)},
    )

"""Call a tool while the caller waits: something is said, the tool is called, its result comes back.

Talk, ProcedureStep --call--> drafts, Action; only then may anybody say what the result states
"""

from __future__ import annotations

from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import Action

FAILS, WAITING = 0.06, 0.25
"""Chance that a tool fails at first, and that the caller says something while it works."""
LONG, STILL = 4.5, 0.7
"""Seconds from which a wait is long, and chance that the agent then says that it still looks."""


def opening(talk: Talk) -> str:
    """Return the tool that opens the customer's record; empty if there is none."""
    for step in talk.world.steps:
        if step.tool and "identity" in talk.world.pack.tools[step.tool].args:
            return step.tool
    return ""


def call(talk: Talk, step: ProcedureStep, facts: tuple[str, ...]) -> str:
    """Call the tool of a step; return the action's id."""
    if talk.chance(FAILS * talk.leisure):
        _issue(talk, step, "The system did not answer.", "failed")
        talk.mood.feel("wait")
        talk.agent("failed_tool", "apology", (f"result.{talk.actions[-1].id}",), apart=True)
        talk.floor.close()
        if talk.chance(0.5):
            talk.user("react_hold", "autoPositive")
    return _issue(talk, step, _result(talk, step, facts), "ok")


def _issue(talk: Talk, step: ProcedureStep, result: str, status: str) -> str:
    tool = talk.world.pack.tools[step.tool]
    if tool.hold and talk.chance(0.6) and status == "ok":
        draft = talk.agent_line(tool.hold, "stalling")
    else:
        draft = talk.agent("doing" if tool.done else "hold", "stalling")
    identifier = f"call-{len(talk.actions) + 1}"
    draft.calls = (*draft.calls, identifier)
    action = Action(
        id=identifier,
        tool=step.tool,
        arguments=_arguments(talk, tool.args),
        turn=talk.floor.last,
        result=result,
        status="ok" if status == "ok" else "failed",
        latency=latency(talk, step.tool),
    )
    talk.actions.append(action)
    talk.floor.close()
    talk.mood.feel("wait.impatient" if talk.cast.user.patience == 0 else "wait")
    if status == "ok" and talk.chance(WAITING * talk.leisure):
        talk.user("react_hold", "autoPositive")
    if action.latency > LONG and talk.chance(STILL):
        talk.agent("still_looking", "stalling", apart=True)
        talk.floor.close()
    return identifier


def latency(talk: Talk, tool: str) -> float:
    """Draw how many seconds a tool takes."""
    return draw_latency(talk.world.pack.tools[tool].latency, talk.draws)


def draw_latency(law: tuple[float, float], draws: Draws) -> float:
    """Draw seconds from a law of fewest and most: it is uniform in the logarithm."""
    fewest, most = law
    return float(round(fewest * (most / fewest) ** draws.uniform(), 2))


def _arguments(talk: Talk, names: tuple[str, ...]) -> dict[str, str]:
    values = talk.world.values
    return {
        name: values[talk.verified_by if name == "identity" else name].written for name in names
    }


def _result(talk: Talk, step: ProcedureStep, facts: tuple[str, ...]) -> str:
    """Return what a tool says: who the customer is, facts, and what is done."""
    tool, world = talk.world.pack.tools[step.tool], talk.world
    parts = []
    if "identity" in tool.args and not tool.done:
        details = [
            f"{one.identity.label} {one.value.written}" for one in (world.identity, world.other)
        ]
        parts.append(f"Customer {talk.cast.user.name}, {', '.join(details)}.")
    parts += [talk.says(name) for name in facts]
    if tool.done:
        parts.append(talk.fill(tool.done))
    return " ".join(parts)

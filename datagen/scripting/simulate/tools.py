"""Call a tool while the caller waits: something is said, the tool is called, its result comes back.

Talk, ProcedureStep --call--> drafts, Action; only then may anybody say what the result states
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate import apart, asides
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.overlaps import break_in
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep
from datagen.types import Action, ActionStatus

_action = trusted(Action)
FAILS, WAITING = 0.06, 0.35
"""Chance that a tool fails at first, and that the caller says something while it works."""
CANCELS = 0.3
"""Chance that the caller stops the agent before something is done, if it has a question."""
ASKS, ADDS, ASKS_FROM = 0.5, 0.25, 2.5
"""Chances that a caller who says something asks a question, or tells something of itself, and
seconds from which a wait leaves time for a question."""
IDLE_FROM = 1.2
"""Seconds from which somebody speaks of something else than what it waits for, if it wants to."""
BREAKS_IN = 0.6
"""Chance that a caller does not wait until the agent has announced that it looks."""
TIMEOUT = 8.0
"""Seconds after which the agent gives a tool up."""
CANCELLED = "The call was cancelled."
LONG, STILL = 4.5, 0.7
"""Seconds from which a wait is long, and chance that the agent then says that it still looks."""
CHATS = {"friendly": 0.6, "brisk": 0.08, "formal": 0.2, "tired": 0.2}
"""Chance that an agent of a manner makes small talk in a long wait."""
CHATTED = 4.0
"""Seconds that small talk takes."""
PRESSED = ".pressed"
LEISURE = ".leisure"
_HURRY = (PRESSED, "", LEISURE)
"""How callers of each patience speak of a wait: their role says whether they have time."""


def opening(talk: Talk) -> str:
    """Return the tool that opens the customer's record; empty if there is none."""
    for step in talk.world.steps:
        if step.tool and "identity" in talk.world.pack.tools[step.tool].args:
            return step.tool
    return ""


def is_next(talk: Talk, argument: str) -> bool:
    """Tell whether the agent's next step calls a tool with this argument, or is in doing so."""
    step = talk.current if talk.current is not None else next(iter(talk.steps), None)
    if not talk.world.is_lookup or step is None or step.do not in ("look", "act"):
        return False
    return bool(step.tool) and argument in talk.world.pack.tools[step.tool].args


def call(talk: Talk, step: ProcedureStep, facts: tuple[str, ...]) -> str:
    """Call the tool of a step; return the action's id.

    Before it answers, the caller may correct what it was called with, or take the order back; it
    may fail, or answer too late.
    """
    _correct(talk, step)
    if talk.world.pack.tools[step.tool].done and talk.chance(CANCELS * talk.leisure):
        _cancel(talk, step)
    if talk.chance(FAILS * talk.slips):
        is_late = talk.chance(0.4)
        _issue(talk, step, "The system did not answer.", "timed_out" if is_late else "failed")
        talk.mood.feel("wait")
        again = talk.agent("failed_tool", "apology", (f"result.{talk.actions[-1].id}",), apart=True)
        talk.floor.close()
        if not talk.chance(0.5):  # it has just said that it tries again
            return _issue(talk, step, _result(talk, step, facts), "ok", again)
        talk.user(_react_hold(talk), "autoPositive")
    return _issue(talk, step, _result(talk, step, facts), "ok")


def _correct(talk: Talk, step: ProcedureStep) -> None:
    """Let the caller notice that it has said something wrong, as the tool works on it."""
    arguments = talk.world.pack.tools[step.tool].args
    names = [talk.verified_by if name == "identity" else name for name in arguments]
    name = next((name for name in names if name in talk.misgiven), "")
    if not name:
        return
    _issue(talk, step, CANCELLED, "cancelled")
    talk.misgiven.pop(name)
    talk.words.about("right", talk.value(name))
    say = partial(talk.user, "self_correct", "correction")
    draft = break_in(talk, "correction", say, BREAKS_IN)
    draft.values.add(name)
    talk.given.add(name)
    talk.agent("got_right.slip", "autoPositive", (f"user.{name}",))


def _cancel(talk: Talk, step: ProcedureStep) -> None:
    """Let the caller stop the agent before something is done, ask a question, and go on."""
    ask = asides.pressing(talk)
    if ask is None:
        return
    _issue(talk, step, CANCELLED, "cancelled")
    break_in(talk, "cancel", partial(ask, "cancel"), BREAKS_IN)
    talk.agent("shall_i", "checkQuestion")
    talk.num_asides = 0
    talk.user("accept", "agreement")


def _issue(
    talk: Talk, step: ProcedureStep, result: str, status: ActionStatus, said: Draft | None = None
) -> str:
    """Call a tool, which the agent announces if it has not ``said`` so already."""
    tool = talk.world.pack.tools[step.tool]
    if said is not None:
        draft = said
    elif tool.hold and talk.chance(0.6) and status == "ok":
        draft = talk.agent_line(tool.hold, "stalling")
    else:
        draft = talk.agent("doing" if tool.done else "hold", "stalling")
    identifier = f"call-{len(talk.actions) + 1}"
    draft.calls = (*draft.calls, identifier)
    takes = latency(talk, step.tool)
    action = _action(
        id=identifier,
        tool=step.tool,
        arguments=_arguments(talk, tool.args),
        turn=talk.floor.last,
        result=result,
        status=status,
        latency=max(takes, TIMEOUT) if status == "timed_out" else takes,
    )
    talk.actions.append(action)
    talk.floor.close()
    if status != "cancelled":
        _wait(talk, action)
    return identifier


def _wait(talk: Talk, action: Action) -> None:
    """Fill the time until a tool answers, on both sides."""
    talk.mood.feel("wait.impatient" if talk.cast.user.patience == 0 else "wait")
    if action.status == "ok" and action.latency > IDLE_FROM and (aside := apart.digression(talk)):
        _ask_meanwhile(talk, partial(asides.bring_up, talk, aside))
        return
    if action.status == "ok" and action.latency > LONG and _may_chat(talk):
        _chat(talk, action)
        return
    if action.status == "ok" and talk.chance(WAITING * talk.leisure):
        _say_meanwhile(talk, action)
    if action.latency > LONG and talk.chance(STILL):
        talk.agent(_still(talk, action), "stalling", apart=True)
        talk.floor.close()


def _still(talk: Talk, action: Action) -> str:
    """Return how the agent says that it is not done: it looks, or does something."""
    return "still_doing" if talk.world.pack.tools[action.tool].done else "still_looking"


def _may_chat(talk: Talk) -> bool:
    """Draw whether the agent makes small talk: once a call, with nobody who has trouble or no
    time."""
    is_upset = talk.mood.manner in ("angry", "curt") or talk.world.story.mood == "problem"
    if talk.has_chatted or is_upset or talk.cast.user.patience == 0:
        return False
    return talk.chance(CHATS[talk.cast.manner])


def _chat(talk: Talk, action: Action) -> None:
    """Let the agent ask how the caller is, which rests on nothing, and hear the answer.

    What it says to that waits for the result with all that follows, or stalls once more.
    """
    talk.has_chatted = True
    talk.agent("small_talk", "stalling", apart=True)
    talk.user("answer_small_talk", "answer")
    if action.latency - CHATTED > LONG and talk.chance(STILL):
        talk.agent("ack_small_talk", "stalling")
        talk.agent(_still(talk, action), "stalling")
        talk.floor.close()
    else:
        talk.agent("ack_small_talk", "autoPositive")


def _say_meanwhile(talk: Talk, action: Action) -> None:
    """Let the caller react to the wait, add something, or ask what the agent knows anyway."""
    can_ask = action.latency > ASKS_FROM and talk.chance(ASKS)
    ask = asides.pressing(talk, waits=True) if can_ask else None
    if ask is not None:
        _ask_meanwhile(talk, ask)
    elif talk.chance(ADDS):
        talk.user("while_waiting" + (PRESSED if talk.cast.user.patience == 0 else ""), "inform")
    else:
        hold = _react_hold(talk)  # who has time, or is not cross, only says that it waits
        is_cross = talk.mood.manner in ("curt", "angry") and not hold.endswith(LEISURE)
        say = partial(talk.user, hold, "autoPositive")
        break_in(talk, "protest", say, BREAKS_IN if is_cross else 0.0)


def _ask_meanwhile(talk: Talk, ask: Callable[[str], object]) -> None:
    """Let the caller ask something as a tool works, and the agent answer before the result."""
    first = len(talk.floor.drafts)
    talk.is_interrupted, before = True, talk.is_interrupted
    talk.is_waiting = True
    ask("link")
    talk.is_waiting = False
    talk.is_interrupted = before
    for draft in talk.floor.drafts[first:]:
        rests_on_result = any(one.startswith("result.") for one in draft.licence)
        draft.meanwhile = draft.speaker == "agent" and not rests_on_result
    talk.floor.close()


def _react_hold(talk: Talk) -> str:
    user = talk.cast.user
    patience = min(1, user.patience) if user.emotion == "hurried" else user.patience
    return f"react_hold{_HURRY[patience]}"


def latency(talk: Talk, tool: str) -> float:
    """Draw how many seconds a tool takes."""
    return draw_latency(talk.world.pack.tools[tool].latency, talk.draws)


def draw_latency(law: tuple[float, float], draws: Draws) -> float:
    """Draw seconds from a law of fewest and most: it is uniform in the logarithm."""
    fewest, most = law
    return float(round(fewest * (most / fewest) ** draws.uniform(), 2))


def _arguments(talk: Talk, names: tuple[str, ...]) -> dict[str, str]:
    values = {**talk.world.values, **talk.misgiven}
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

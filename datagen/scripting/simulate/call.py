"""Let two people talk until the call is over: the order of what they do is drawn, never planned.

World, Cast, Acts --simulate--> Talk

Each time round, either the caller brings something up or the agent takes its next step. How many
questions come up by the way depends on how long the call is to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from datagen.scripting.compose.grammar import slots
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate import asides, dues, steps
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.agenda import draw_agenda, has_detail, may_check
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.closing import close
from datagen.scripting.simulate.overlaps import collide, give_way, mark
from datagen.scripting.simulate.readiness import heard, is_open, is_ready, may_suppose, moved
from datagen.scripting.simulate.replies import moves
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import World
from datagen.scripting.world.pack import ProcedureStep
from datagen.scripting.world.roles import Cast

STEP_WORDS, CLOSING_WORDS, ASIDE_WORDS = 26, 22, 34
"""What a step, the closing and a question by the way come to, in words (means, measured)."""
EARLY = 0.12
"""How much likelier than in its turn something comes up before the agent's first step."""
USER_FIRST = 0.1
SPLIT = 0.22
"""Chance that a caller says hello first, and why only when asked."""
IN_A_ROW = 3
"""Most questions that come in a row because a call is to be long; one less before the agent's next
step, and none when all is settled from who has no patience."""
SHUFFLED = 0.5
"""Chance that questions change places."""
_AT_ONCE, _ANGER = frozenset(("Q0", "Q4", "grievance")), frozenset(("Q4", "grievance"))
"""What callers bring up before the agent has begun, and what they do before all is settled."""
_ASKS_FOR = re.compile(
    r"\b(?:i'd like|i (?:want|need)|we (?:want|need)|i'm (?:looking|calling|hoping)|please|can"
    r"|could|we'd like|i have to|i'm here)\b",
    re.IGNORECASE,
)
"""What an opening holds that asks for something."""
_TELLS = re.compile(r"[.!] \S")
"""What an opening holds of which a question is not all."""
_SETTLES = frozenset(("tell", "offer", "act", "promise", "handoff"))
HURRY = 0.4
"""Leisure under which callers come to the point."""
_CALLS = re.compile(r"\bI'm (?:just )?calling\b")
"""What an opening holds that only somebody says who calls."""
SAME, STEM = 0.5, 4
"""Share of its words, by their first letters, from which a line says again what was read out."""
_RETURNS = ("calling you back", "returning", "getting back", "call back")
"""What words hold that say that it is a call back."""
_CALLED = ("company", "both")
"""What somebody who is called back asks at once, if it does not know who is calling."""
_REACHED, _REACHED_TOO = ("company",), ("company", "agent")
"""What a caller asks at once: a name for its notes it asks for later, where it needs any."""


def simulate(
    compiled: CompiledWorld, world: World, cast: Cast, acts: Acts, draws: Draws, words: float
) -> Talk:
    """Return a call that is over; ``words`` is how many spoken words it should have."""
    talk = Talk(compiled, world, cast, acts, draws, words)
    talk.steps = procedure(talk)
    talk.agenda = draw_agenda(talk)
    talk.steps = dues.with_dues(talk, steps.points_back)
    _open(talk)
    _go_on(talk)
    if not talk.is_over:
        for step in dues.left(talk):
            steps.take(talk, step)
        close(talk)
    return talk


def procedure(talk: Talk) -> list[ProcedureStep]:
    """Return the steps of this call: some are left out, and questions change places. None is that
    tells what asks something of the caller. An assistant is asked for all that its customer has
    named, or the business would speak of it unasked."""
    leisure = talk.leisure
    noted = talk.cast.principal is not None  # somebody has told its assistant what to say
    taken = [
        step
        for step in talk.world.steps
        if step.chance == 1.0
        or (noted and _names(step))
        or (not noted and dues.is_kept(talk, step))
        or talk.chance(step.chance * leisure)
    ]
    for at in range(len(taken) - 1):
        one, other = taken[at], taken[at + 1]
        is_free = one.do == other.do == "ask" and not (one.fixed or other.fixed)
        if is_free and talk.chance(SHUFFLED):
            taken[at], taken[at + 1] = other, one
    return taken


def _names(step: ProcedureStep) -> bool:
    return step.do == "ask" and any(map(slots, step.reply))


def _open(talk: Talk) -> None:
    """Greet, and hear why somebody calls."""
    if talk.cast.direction == "outbound":
        _call_back(talk)
    else:
        _pick_up(talk)
    story = talk.world.story
    is_angry = any(event.kind == "Q4" for event in talk.agenda) and talk.chance(0.25)
    length = talk.cast.user.behaviour.length
    lines = _news(talk) if talk.cast.direction == "outbound" else story.opening
    draft = talk.user_line(lines, "inform", is_brief=length == 0 or talk.leisure < HURRY)
    draft.breaks_news()
    talk.opening = talk.words.chosen
    mood = _first_reaction(story.mood, talk.opening)
    for _ in range(length):
        if story.more and talk.chance((0.2 + 0.15 * length) * talk.leisure):
            talk.user_line(story.more, "inform")
    if is_angry:
        event = next(event for event in talk.agenda if event.kind == "Q4")
        asides.bring_up(talk, event)
    elif moved := moves(talk.floor.drafts[-1].label):
        talk.agent(f"react_{moved}", "autoPositive", without=talk.not_called)
    elif talk.chance(0.95 if mood == "problem" else 0.7 * min(1, talk.leisure)):
        talk.agent(f"react_{mood}", "autoPositive")
    talk.opened_at = talk.floor.last


def _news(talk: Talk) -> Sequence[str]:
    """Return the lines of why somebody called that say more than the agent has just read out; who
    is called says of nothing that it calls about it."""
    story = talk.world.story
    known = _stems(story.because)
    opening = [line for line in story.opening if not _CALLS.search(line)] or story.opening
    news = [
        line
        for line in opening
        if not (said := _stems(line)) or len(said & known) < SAME * len(said)
    ]
    return news or opening


@lru_cache(maxsize=4096)
def _stems(line: str) -> frozenset[str]:
    """Return the beginnings of the words that carry what a line says."""
    words = (word.strip(",.?!").lower() for word in line.split())
    return frozenset(word[:STEM] for word in words if word.isalpha() and len(word) >= STEM)


def _first_reaction(mood: str, opening: str) -> str:
    """Return to what the agent reacts: a question is one, whatever it is about, and not answered
    before it has been looked into, unless it comes with trouble; a story asks for nothing yet."""
    is_told = mood == "problem" and _TELLS.search(opening)
    if opening.endswith("?") and not is_told:
        return "question"
    return mood if mood == "problem" or _ASKS_FOR.search(opening) else "story"


def _unsure(talk: Talk) -> AgendaItem | None:
    """Return whose name the caller has not caught, if it asks for that at once."""
    wanted: tuple[str, ...] = _CALLED
    if talk.cast.direction != "outbound":
        is_declined = any(step.declines for step in talk.steps)  # who leaves it needs no names
        is_trouble = talk.world.story.mood == "problem" or talk.outcome != "solved"
        is_trouble = is_trouble and not (is_declined and talk.world.story.mood != "problem")
        wanted = _REACHED if is_trouble else _REACHED_TOO
    return next((one for one in talk.agenda if one.kind == "Q0" and one.what in wanted), None)


def _asks_who(talk: Talk, asks: AgendaItem) -> None:
    """Let the caller ask whom it has reached, or who calls."""
    talk.agenda.remove(asks)
    if talk.cast.direction == "outbound":
        act = f"ask_{asks.what}.called"
    else:
        act = "ask_agent.early" if asks.what == "agent" else "ask_company"
    talk.user(act, "setQuestion")
    asides.ask_names(talk, asks.what)


def _pick_up(talk: Talk) -> None:
    if asks := _unsure(talk):
        talk.agent("greet", "greeting", ("prompt.role",)).rote = True
        _asks_who(talk, asks)
    elif talk.chance(USER_FIRST):
        hails = talk.draws.pick(("company", "there"))
        talk.user(f"hail.{hails}", "greeting")
        talk.agent(f"greet_hailed.{hails}", "greeting", ("prompt.role",)).rote = True
    else:
        talk.agent("greet", "greeting", ("prompt.role",)).rote = True
    is_split = talk.chance(SPLIT * talk.leisure)
    talk.is_named = talk.chance(0.75)
    is_wished = any(talk.cast.daypart in one.text for one in talk.floor.drafts)
    without = ("{daypart}",) if is_wished else ()  # nobody speaks of the morning twice
    if not is_split and talk.chance(0.8):
        talk.agent("how_help", "setQuestion", without=without).rote = True
    talk.user("hello" if talk.is_named else "hello_nameless", "greeting")
    if is_split:
        talk.agent("how_help_split", "setQuestion", without=without)


def _call_back(talk: Talk) -> None:
    talk.is_named = True
    talk.user("pick_up", "greeting").rote = True
    talk.agent("call", "greeting", ("prompt.role",)).rote = True
    asks = _unsure(talk)
    talk.user("is_me.asks" if asks else "is_me", "confirm")
    if asks:
        _asks_who(talk, asks)
    is_known = "call" in talk.floor.drafts[-1].text  # "thanks for calling back"
    talk.agent("purpose", "inform", ("prompt.reason",), without=_RETURNS if is_known else ())
    talk.user("purpose_right", "confirm")


def _go_on(talk: Talk) -> None:
    """Talk until both have nothing left to do."""
    while (talk.steps or talk.agenda) and not talk.is_handed_on:
        _fill_up(talk)
        if talk.is_at_end or (_is_settled_next(talk) and talk.is_vented):
            talk.agenda = [event for event in talk.agenda if event.kind != "grievance"]
        is_first = talk.floor.last <= talk.opened_at
        ready = _ready(talk, is_first)
        if ready and _takes_over(talk, ready, is_first):
            collides, cut = collide(talk), talk.floor.last
            asides.bring_up(talk, next(filter(_takes_up(talk), ready), ready[0]))
            if collides:
                mark(talk, cut + 1, "collision", "repeat")
            if talk.is_over:
                return
        elif talk.steps:
            is_kept = any(_outlasts(talk, event) for event in ready)
            take_step = partial(steps.take, talk, talk.steps.pop(0))
            if not is_first and is_kept:
                give_way(talk, take_step)
            else:
                take_step()
        else:  # what is left could never be answered
            break


def _outlasts(talk: Talk, event: AgendaItem) -> bool:
    """Tell whether a caller could ask something later: no step that is left answers it, and the
    call does not end before."""
    told = {name for step in talk.steps for name in step.facts}
    if event.kind in _ANGER or (talk.world.fails_identity and not talk.is_verified):
        return False
    if event.kind != "Q0" and (talk.is_let_down or (event.kind == "Q1" and event.what)):
        return False  # it may come at a bad moment by then
    return not (event.what and talk.is_settled_by(event.what, told))


def _ready(talk: Talk, is_first: bool) -> list[AgendaItem]:
    """Return what the caller could bring up now; anger that cannot wait comes first.

    Who has just said why it calls asks for nothing else before the agent has begun with that.
    """
    ready = [event for event in talk.agenda if is_ready(talk, event)]
    if is_first:
        ready = [event for event in ready if event.kind in _AT_ONCE]
    if _is_settled_next(talk):
        ready.sort(key=lambda event: event.kind not in _ANGER)
    elif _is_decided_next(talk):
        ready.sort(key=lambda event: event.kind != "Q3")
    return ready


def _is_decided_next(talk: Talk) -> bool:
    """Tell whether the caller decides next, after which it wishes for nothing else."""
    is_next = bool(talk.steps) and talk.steps[0].do in ("offer", "act")
    return is_next and not talk.is_agreed


def _is_refused_next(talk: Talk) -> bool:
    """Tell whether the caller is about to hear no, after which it has little to ask."""
    is_bad = talk.is_refused and not talk.is_looking
    return is_bad and sum(step.do != "look" for step in talk.steps) == 1


def _is_settled_next(talk: Talk) -> bool:
    """Tell whether the next step settles what a caller could be angry about."""
    if not talk.steps:
        return False
    is_last = len(talk.steps) == 1
    return is_last or (talk.steps[0].do in _SETTLES and not talk.is_refused)


def _fails_next(talk: Talk) -> bool:
    """Tell whether the agent finds next that it cannot verify the caller, which ends the call."""
    if talk.is_verified or not (talk.world.fails_identity and talk.steps):
        return False
    step = talk.steps[0]
    return bool(step.tool) or any(name in talk.world.records for name in step.facts)


def _takes_over(talk: Talk, ready: list[AgendaItem], is_first: bool) -> bool:
    if ready[0].kind in _ANGER and _fails_next(talk):
        return True
    if not talk.steps:
        _offer_more(talk, ready[0].kind)
        return True
    if talk.is_at_end or (ready[0].kind in _ANGER and _is_settled_next(talk)):
        return True
    if not is_first and (
        (ready[0].kind == "Q3" and _is_decided_next(talk)) or _is_refused_next(talk)
    ):
        return True
    is_bound = talk.is_agreed or talk.is_looking or talk.is_vented
    is_bound = is_bound or steps.points_back(talk, talk.steps[0]) or _has_asked(talk)
    is_bound = is_bound or bool(moved(talk))
    if talk.is_held_back and not is_bound and any(map(_takes_up(talk), ready)):
        return True
    if (is_bound or talk.num_asides >= IN_A_ROW - 1) and not is_first:
        return False
    share = len(ready) / (len(ready) + len(talk.steps))
    return talk.chance(share * EARLY if is_first else share)


def _offer_more(talk: Talk, kind: str) -> None:
    """Ask whether there is anything else before a caller comes with something at the end."""
    last = talk.floor.drafts[-1]
    if kind == "Q6" and last.act != "offer":
        talk.agent("offer_more", "offer")  # to which it is an answer
        return
    is_calm = kind not in _ANGER and not talk.has_offered and talk.is_verified
    if is_calm and last.speaker == "user" and talk.chance(0.5):
        talk.agent("offer_more", "offer")
        talk.has_offered = True


def _takes_up(talk: Talk) -> Callable[[AgendaItem], bool]:
    """Return what tells whether a caller who has given way could have begun with something."""
    return lambda event: talk.is_held_back and event.kind not in _ANGER


def _has_asked(talk: Talk) -> bool:
    """Tell whether the caller has just answered with a question, which comes first."""
    last = talk.floor.drafts[-1]
    return last.speaker == "user" and last.act == "answer" and last.text[-1] == "?"


def _fill_up(talk: Talk) -> None:
    """Put a question on the agenda if the call would else be too short, but not after a no; one
    that has been settled makes way for another."""
    for at, event in enumerate(talk.agenda):
        if event.kind in ("Q1", "Q2") and event.what and _is_over(talk, event.what):
            facts = (talk.world.fact(name) for name in talk.spare)
            fitting = [n for n, fact in zip(talk.spare, facts, strict=True) if fact.claim]
            fitting = [name for name in fitting if is_open(talk, name)]
            if talk.is_at_end:
                fitting = [name for name in fitting if may_suppose(talk, name)]
            other = next(iter(fitting), None)
            if other is not None:
                talk.spare.remove(other)
                talk.agenda[at] = AgendaItem(event.kind, other, event.supposes)
            elif event.kind == "Q1" and has_detail(talk) and may_check(talk):
                talk.agenda[at] = AgendaItem("Q1", supposes=True)
    is_impatient = talk.cast.user.patience == 0
    if talk.is_at_end and (talk.is_refused or is_impatient or talk.num_asides >= IN_A_ROW):
        return
    left = STEP_WORDS * len(talk.steps) + CLOSING_WORDS + ASIDE_WORDS * len(talk.agenda)
    if talk.spare and talk.floor.num_words + left + ASIDE_WORDS / 2 < talk.target:
        _add_question(talk)


def _add_question(talk: Talk) -> None:
    """Put the first question on the agenda that the caller could ask by now, if there is one."""
    asks = (AgendaItem("fact", name) for name in reversed(talk.spare))
    asked = next((one for one in asks if is_ready(talk, one)), None)
    if asked is not None:
        talk.spare.remove(asked.what)
        talk.agenda.append(asked)


def _is_over(talk: Talk, name: str) -> bool:
    """Tell whether nobody asks about a fact any more, nor checks back what it has just heard; at
    the end nobody waits for a better moment."""
    if talk.is_at_end and not (heard(talk, name) or may_suppose(talk, name)):
        return True
    return not (is_open(talk, name) or heard(talk, name))

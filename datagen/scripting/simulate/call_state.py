"""Where a call stands: who talks, what was told, asked and done, and what that means.

World, Cast --CallState--> conditions that moves depend on   (`talk` says something in it)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from datagen.scripting.content.values import Value
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate.floor import Floor
from datagen.scripting.simulate.mood import START, Mood
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import Drawer, World
from datagen.scripting.world.pack import ProcedureStep
from datagen.scripting.world.roles import Cast
from datagen.types import Action, Probe, ProbeType

MEAN_WORDS = 178
"""What chances are given for: a call of the paper's mean length."""
SLIPS = 0.5
FRESH = 6
"""Turns for which a caller still has in its ear what it was told."""
SHARED = 2
"""Words of content by which two facts are about the same."""
ALIKE = 0.7
"""Least share of letters that two values have in common where one is heard for the other."""
LOW = -0.15
"""Valence of a caller under which an agent is not cheerful."""
THANKS = re.compile(r"\b(?:thank|thanks|appreciate|cheers|been a help)\b", re.IGNORECASE)
"""What is answered with "you're welcome"."""
WISHES = re.compile(
    r"\b(?:have a|enjoy|take (?:good )?care|all the best(?! to)|wish you|talking to you)\b"
    r"|to you[.!]",
    re.I,
)
_CALLED = ("called", "your call")
_probe = trusted(Probe)


class AgendaItem(NamedTuple):
    """Something that a caller brings up by itself."""

    kind: str
    """A probe's (Q0 ...), fact, or grievance."""
    what: str = ""
    """The fact, if it is about one."""
    supposes: bool = False
    """The caller says what it takes for so, and does not ask."""


class CallState:
    """The state of a call."""

    def __init__(
        self,
        compiled: CompiledWorld,
        world: World,
        cast: Cast,
        draws: Draws,
        target: float,
    ) -> None:
        self.world, self.cast, self.draws, self.target = world, cast, draws, target
        self.chance = draws.chance
        """Returns True with a probability."""
        self.floor = Floor()
        user = cast.user
        self.mood = Mood(user.emotion, is_impatient=user.patience == 0)
        self.actions: list[Action] = []
        self.probes: list[Probe] = []
        self.returned: dict[str, str] = {}
        """Which licence each record has that a tool has returned."""
        self.is_open = False
        """The customer's record is in front of the agent."""
        self.agenda: list[AgendaItem] = []
        """What the caller still wants to bring up."""
        self.spare: list[str] = []
        """Facts that may come up by the way, if there is time."""
        self.owed: list[str] = []
        """Terms that bind the caller, which it is to bring up itself, or is told in the end."""
        self.steps: list[ProcedureStep] = []
        """What is left of the agent's procedure."""
        self.current: ProcedureStep | None = None
        """The step that the agent is taking."""
        self.is_named = False
        """The caller has said its name."""
        self.verified_by = "identity_value"
        """Which of the two identity values was given."""
        self.found = "prompt.verify"
        """What lets the agent speak of the caller's record."""
        self.gap = ""
        """The question that nobody could answer."""
        self._drawer = Drawer(compiled, draws)
        self.types = compiled.types
        """Of what type each value is, by its name."""
        self._subjects = compiled.subjects
        self.leisure = min(1.6, max(0.1, target / MEAN_WORDS))
        """How much likelier than in a mean call is what makes a call longer."""
        self.slips = max(SLIPS, self.leisure)
        """The same for what goes wrong: it does in short calls, too."""
        self.calm = 1.0
        """Chance that a grievance is soothed."""
        self.told: dict[str, int] = {}
        """Facts that the caller has been told, with the turn that told them last."""
        self.telling: tuple[str, ...] = ()
        """Facts that the agent has begun to tell."""
        self.misgiven: dict[str, Value] = {}
        """Wrong values that the caller has said and not taken back, by the right one's name."""
        self.given: set[str] = set()
        """Values that the caller has said."""
        self.is_verified = not world.story.verify
        self.outcome: str = world.case.outcome
        self.is_over = self.is_helped = False
        self.is_agreed = False
        """The caller has decided on what the agent does next."""
        self.agreed: set[str] = set()
        """Facts that offers rest on which the caller has accepted."""
        self.num_asides = 0
        """How much the caller has brought up since the agent's last step."""
        self.is_back = False
        """The agent comes back to its procedure from what the caller has brought up."""
        self.vented_at = -1
        """The turn in which the last outburst has ended, of the caller or of who forgives it."""
        self.done_at = -1
        """The turn in which the agent has said last that something is done."""
        self.is_looking = False
        """The agent has looked something up, and has yet to tell it."""
        self.opened_at = 0
        """The turn in which the caller has said why it calls."""
        self.opening = ""
        """The template of the line that has said why it calls."""
        self.has_asked = False
        """The caller has brought up a question already."""
        self.hidden = ""
        """Slots that the agent does not fill, by how they begin: a name that it has not heard."""
        self.has_protested = False
        """The caller has cut in on what the agent's step tells, because it does not like it."""
        self.has_noted = False
        """The caller has stopped the agent to write something down."""
        self.has_known = False
        """The caller has cut in on what it knows already."""
        self.is_held_back = False
        """The caller has begun to say something, and given way to the agent."""
        self.is_interrupted = False
        """Somebody has just been cut in on, and has not come back to it yet."""
        self.is_waiting = False
        """A tool is at work, and both wait for it."""
        self.led_back_at = -1
        """The turn in which the agent has led back from what is not its business to the end."""
        self.has_chatted = False
        """The agent has made small talk in a wait."""
        self.is_handed_on = False
        """The caller is on its way to somebody else, so this call is over."""
        self.has_declined = False
        """The caller has said no to what the agent has offered."""
        self.has_offered = False
        """The agent has asked whether there is anything else."""

    @property
    def is_refused(self) -> bool:
        """Whether the caller hears no, whatever for."""
        return self.outcome in ("refused", "failed")

    @property
    def is_pressed(self) -> bool:
        """Whether the caller has no patience, or no time."""
        user = self.cast.user
        return user.patience == 0 or user.emotion == "hurried"

    @property
    def is_at_ease(self) -> bool:
        """Whether the caller has time, is in no bad mood and gets what it has called for."""
        first = START.get(self.cast.user.emotion, (0.0, 0.0))[0]
        is_low = min(self.mood.valence, first) < LOW
        return not (is_low or self.is_pressed or self.is_let_down)

    @property
    def is_at_end(self) -> bool:
        """Whether the agent has nothing left to do but to hand the caller on, if that."""
        return not self.steps or self.steps[0].do == "handoff"

    @property
    def acts_next(self) -> bool:
        """Whether the agent does something next, for which it may have something to ask."""
        return next((step.do for step in self.steps if step.do != "ask"), "") == "act"

    @property
    def is_let_down(self) -> bool:
        """Whether the caller does not get what it called for."""
        if self.outcome == "partly":
            return self.world.story.mood == "problem"
        return self.is_refused

    @property
    def is_low(self) -> bool:
        """Whether cheerful feedback of the agent would be out of place."""
        is_mended = self.is_helped or (self.outcome == "solved" and not self.steps)
        is_bad = self.world.story.mood == "problem" or self.is_refused or self.outcome == "partly"
        is_trouble = is_bad and not is_mended
        return is_trouble or self.mood.valence < LOW

    @property
    def is_wished(self) -> bool:
        """Whether the last turn wishes something, so that "you too" answers it."""
        return WISHES.search(self.floor.drafts[-1].text) is not None

    @property
    def is_vented(self) -> bool:
        """Whether the caller has just lost its patience."""
        return self.floor.last == self.vented_at

    @property
    def not_called(self) -> tuple[str, ...]:
        """What the agent does not say of a caller whom it has called itself."""
        return _CALLED if self.cast.direction == "outbound" else ()

    @property
    def is_thanked(self) -> bool:
        """Whether the last turn says thanks."""
        return THANKS.search(self.floor.drafts[-1].text) is not None

    def tell(self, names: Iterable[str]) -> None:
        """Note that the last turn has told facts, which are news the first time."""
        told = dict.fromkeys(names, self.floor.last)
        if not told.keys() <= self.told.keys():
            self.floor.drafts[-1].breaks_news()
        self.told.update(told)

    def is_fresh(self, name: str, turns: int = FRESH) -> bool:
        """Tell whether a fact was told in the last few turns."""
        return name in self.told and self.floor.last - self.told[name] <= turns

    def is_settled(self, name: str) -> bool:
        """Tell whether facts that the caller has heard, or hears now, settle what it is about."""
        return self.is_settled_by(name, {*self.told, *self.telling} - {name})

    def is_settled_by(self, name: str, facts: Iterable[str]) -> bool:
        """Tell whether facts settle what another one is about."""
        about = self._subjects.get(name, frozenset())
        return any(settles(self._subjects[other], about) for other in facts)

    def licence(self, facts: Sequence[str]) -> tuple[str, ...]:
        """Return what lets the agent say these facts: the role, or the result of an action."""
        return tuple(self._licence(name) for name in facts)

    def _licence(self, name: str) -> str:
        if self.world.is_lookup and self.world.fact(name).source == "record":
            return self.returned[name]
        return f"prompt.{name}"

    def says(self, name: str) -> str:
        """Return a fact as the role prompt or a tool's result says it."""
        return self.world.said[name]

    def probe(
        self,
        kind: ProbeType,
        act: str,
        asked: int,
        expects: Sequence[str] = (),
        forbids: Sequence[str] = (),
    ) -> None:
        """Note that the last turn answered a probe asked in turn ``asked``."""
        self.probes.append(
            _probe(
                type=kind,
                act=act,
                user_turn=asked,
                agent_turn=self.floor.last,
                expects=tuple(expects),
                forbids=tuple(forbids),
                verdict="pass",
            )
        )

    def value(self, name: str) -> Value:
        """Return a value of the world."""
        return self.world.values[name]

    def wrong(self, name: str) -> Value | None:
        """Return what somebody could take a value for; None if nothing."""
        return self._drawer.wrong(name, self.world.values)

    def misheard(self, name: str) -> Value | None:
        """Return what somebody could hear for a value; None if nothing sounds like it."""
        wrong = self.wrong(name)
        return wrong if wrong and _sound_alike(wrong.spoken, self.value(name).spoken) else None


def settles(told: frozenset[str], about: frozenset[str]) -> bool:
    """Tell whether two facts are about the same: they share a value, or two words of content."""
    shared = about & told
    return len(shared) >= SHARED or any(one[0] == "{" for one in shared)


def _sound_alike(one: str, other: str) -> bool:
    """Tell whether one could be heard for the other: most letters are the same, in order."""
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= ALIKE

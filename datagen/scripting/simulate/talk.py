"""One call while it is going on: who talks about what, what has been said, and how to say more.

World, Cast, Acts --Talk--> drafts, actions, probes   (moves: `call`, `steps`, `asides` ...)
"""

from __future__ import annotations

from collections.abc import Sequence

from datagen.scripting.compose.grammar import (
    continued,
    contracted,
    filled_by,
    spelled_out,
    third_person,
)
from datagen.scripting.content.labels import Label
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.call_state import CallState
from datagen.scripting.simulate.daytime import is_timely, timely
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.mood import Mood
from datagen.scripting.simulate.realizer import Said, TurnRealizer
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import World
from datagen.scripting.world.roles import Cast
from datagen.types import Speaker

_LOOKING = (" see", " look")
"""Words with which an agent announces that it looks."""
_SELF = frozenset(("I'm", "I've", "I'll", "I'd"))
_LEARNED = ("know now", "now I know", "know where")
"""What words hold of a caller who has learned something, and so has not known it all."""
_TERSE = ("brisk", "tired")
"""Manners of agents who say things the shorter way, if there are two."""


class Talk(CallState):
    """A call in which somebody may say something."""

    def __init__(
        self,
        compiled: CompiledWorld,
        world: World,
        cast: Cast,
        acts: Acts,
        draws: Draws,
        target: float,
    ) -> None:
        super().__init__(compiled, world, cast, draws, target)
        self._agent_mood = Mood(cast.agent.emotion, is_impatient=False, is_steady=True)
        self._lowered, self._proper = (acts.lowered, compiled.lowered), compiled.proper
        self._is_formal = cast.manner == "formal" and cast.principal is None
        """An agent of a business says lines of the pack without short forms."""
        self.words = TurnRealizer(acts, world.values, _words(world, cast), draws)

    def agent(
        self,
        act: str,
        iso: str,
        licence: tuple[str, ...] = (),
        *,
        without: tuple[str, ...] = (),
        apart: bool = False,
    ) -> Draft:
        """Let the agent do an act of the bank, in words without some; it names no one who has given
        no name."""
        unnamed = self.hidden if self.is_named else "{customer"
        if iso == "stalling":
            without = (*without, *self._seen())
        hidden = (unnamed, *without) if unnamed else without
        said = self.words.act("agent", self._fitting("agent", act), self.cast.manner, hidden)
        return self.say("agent", iso, said, licence, apart)

    def agent_line(
        self, lines: Sequence[str], iso: str, licence: tuple[str, ...] = (), *, apart: bool = False
    ) -> Draft:
        """Let the agent say a line of the pack."""
        if iso == "stalling" and (seen := self._seen()):
            lines = [one for one in lines if not any(map(one.__contains__, seen))] or lines
        said = self.words.line(lines, self.cast.manner in _TERSE, is_formal=self._is_formal)
        return self.say("agent", iso, said, licence, apart)

    def _seen(self) -> tuple[str, ...]:
        """Return the words of looking in the turn that the agent goes on with: who has just said
        "let's see" does not say "let me see"."""
        last = self.floor.drafts[-1]
        if last.speaker != "agent" or last.is_closed:
            return ()
        return tuple(word for word in _LOOKING if word in last.text)

    def user(self, act: str, iso: str, without: tuple[str, ...] = ()) -> Draft:
        """Let the caller do an act of the bank, in words without some; who has known it before
        does not know now."""
        without = (*without, *_LEARNED) if self.has_known else without
        said = self.words.act("user", self._fitting("user", act), self.mood.manner, without)
        return self.say("user", iso, said)

    def _fitting(self, speaker: Speaker, act: str) -> str:
        """Return the act as it is done when there is nothing to be glad about, if it differs."""
        is_low = self.is_low if speaker == "agent" else self.is_let_down
        return self.words.low(speaker, act) if is_low else act

    def user_line(self, lines: Sequence[str], iso: str, *, is_brief: bool = False) -> Draft:
        """Let the caller say a line of the pack that fits the time of day, if there is one."""
        said = self.words.line(lines, is_brief)
        if not is_timely(self.words.chosen, self.cast.daypart):
            said = self.words.line(timely(lines, self.cast.daypart), is_brief)
        draft = self.say("user", iso, said)
        draft.label = self._label(said) or draft.label
        self.given |= draft.values
        return draft

    def _label(self, said: Said) -> Label | None:
        """Return how the agent has to take the line just drawn, or a value in it."""
        labels, values = self.world.pack.labels, self.world.pack.labelled_values
        if not values or self.words.chosen in labels:
            return labels.get(self.words.chosen)
        known = sorted(said.slots & values.keys())
        found = (values[name].get(self.value(name).written) for name in known)
        return next(filter(None, found), None)

    def say(
        self,
        speaker: Speaker,
        iso: str,
        said: Said,
        licence: tuple[str, ...] = (),
        apart: bool = False,
    ) -> Draft:
        """Let somebody say something in words; a sentence that is not over goes on with it."""
        mood = self.mood if speaker == "user" else self._agent_mood
        if self.floor.goes_on(speaker, apart=apart):
            text, spoken = continued(said.text, said.spoken, self.keeps_capital(said.text))
            said = Said(text, spoken, said.slots)
        return self.floor.say(speaker, iso, said, mood.emotion, licence, apart=apart)

    def remind(self, lines: Sequence[str], iso: str, licence: tuple[str, ...] = ()) -> Draft:
        """Let the agent say a line once more, as a reminder."""
        lead = self.words.act("agent", "remind", self.cast.manner)
        said = self.words.line(lines, is_formal=self._is_formal)
        text, spoken = continued(said.text, said.spoken, self.keeps_capital(said.text))
        joined = Said(f"{lead.text} {text}", f"{lead.spoken} {spoken}", said.slots)
        return self.say("agent", iso, joined, licence)

    def keeps_capital(self, text: str) -> bool:
        """Tell whether the first word of a text has a capital inside a sentence, too."""
        first = text.split(" ", 1)[0]
        word = first.rstrip(",.?!")
        people = (self.cast.agent, self.cast.user, self.cast.principal)
        names = [name for one in people if one for name in one.name.split()]
        if first == "A":
            return False
        letters = word.replace("'", "").replace("-", "")
        is_word = len(word) > 1 and letters.isalpha() and letters[1:].islower()
        if not is_word or word in _SELF or word in names or text.startswith(self.cast.company):
            return True
        return word in self._proper and not any(word in words for words in self._lowered)

    @staticmethod
    def slots(lines: Sequence[str]) -> frozenset[str]:
        """Return the slots of some lines."""
        if len(lines) == 1:
            return filled_by(lines[0])
        return frozenset().union(*map(filled_by, lines))

    def fill(self, template: str) -> str:
        """Return what a template writes."""
        return self.words.fill(template).text


def _words(world: World, cast: Cast) -> dict[str, str]:
    because, customer = world.story.because, (cast.principal or cast.user).name
    because = third_person(because) if cast.principal else because
    return {
        "company": cast.company,
        "agent": cast.agent.name,
        "agent_first": cast.agent.name.split()[0],
        "customer": customer,
        "customer_first": customer.split()[0],
        "customer_last": customer.split()[-1],
        "rep": cast.user.name,
        "rep_first": cast.user.name.split()[0],
        "daypart": cast.daypart,
        "identity": world.identity.identity.label,
        "other": world.other.identity.label,
        "because": (spelled_out if cast.manner == "formal" else contracted)(because),
    }

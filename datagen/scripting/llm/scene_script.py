"""Make a script of a call that a model has written, or say which of its turns are at fault.

    Brief, Scene --script_of_scene--> Script   (or BadScript: a reason, and faults to mend)

Musts are met in order, tools return what the world says, and every claim of the agent is looked for
in role, results and what the customer has said. Nods and cuts go where the timeline can place them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from datagen.scripting.checks import judged
from datagen.scripting.claims import Lexicon
from datagen.scripting.llm.assemble import BadScript
from datagen.scripting.llm.brief import Brief, Must
from datagen.scripting.llm.scene import EMOTIONS, Scene, SceneTurn
from datagen.scripting.llm.scene_checks import check_scene
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.simulate.finish import FinishedCall, pauses_in
from datagen.scripting.simulate.maker import facts_of, script_of_call
from datagen.scripting.simulate.tools import draw_latency
from datagen.text import Unsayable, speak, unsayable
from datagen.types import Action, Emotion, Fact, Probe, Script, Turn

MUSTS, WORDS = "musts are not met", "words that cannot be said"
NOD_MARGIN = (3, 4)
"""Fewest words of a turn before a nod, and after it."""


def script_of_scene(
    brief: Brief,
    scene: Scene,
    draws: Draws,
    *,
    writer: str,
    validation: float,
    lexicon: Lexicon,
    stock: Sequence[str],
) -> Script:
    """Return the script of a scene. Raises BadScript."""
    if found := list(_unsaid(brief, scene.turns)):
        raise BadScript(found, WORDS)
    if found := [*_unmet(brief, scene.turns), *_bad_calls(brief, scene.turns)]:
        raise BadScript(found, MUSTS)
    said = _Weaver(brief, scene, draws).woven()
    drawn = brief.drawn
    if brief.order == "paper" and scene.role:
        drawn = drawn._replace(roles=drawn.roles._replace(agent=scene.role))
    script = judged(script_of_call(brief.job, drawn, said, writer, validation))
    check_scene(brief, scene, script, lexicon, stock)
    return script


def _unsaid(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    """Say which turns nobody could say."""
    facts = facts_of(brief.world, brief.drawn.cast)
    for at, turn in enumerate(turns):
        try:
            if not speak(turn.text, facts):
                yield f"{_where(at, turn)} says nothing"
        except Unsayable as problem:
            yield f"{_where(at, turn)}: {problem}"


def places_of(musts: Sequence[Must], turns: Sequence[SceneTurn]) -> dict[str, int]:
    """Return the turn that meets each must, by its id."""
    speakers = {must.id: must.speaker for must in musts}
    places: dict[str, int] = {}
    for at, turn in enumerate(turns):
        for must_id in turn.does:
            if speakers.get(must_id) == turn.speaker:
                places.setdefault(must_id, at)
    return places


def _unmet(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    places = places_of(brief.musts, turns)
    facts = facts_of(brief.world, brief.drawn.cast)
    for must in brief.musts:
        if must.id not in places:
            yield f"no turn of the {must.speaker} meets {must.id}: {must.what}"
            continue
        turn = turns[places[must.id]]
        yield from (f"{_where(places[must.id], turn)} {one}" for one in _lacks(must, turn, facts))
        if must.answers in places and places[must.answers] >= places[must.id]:
            yield f"{must.id} answers {must.answers} and has to come after it"
    task = [must.id for must in brief.musts if must.id in places and must.id.startswith("T")]
    for one, other in pairwise(task):
        if places[other] < places[one]:
            yield f"{other} comes before {one}: the task has its order"


def _where(at: int, turn: SceneTurn) -> str:
    return f"turn {at} ({turn.speaker}, {turn.text[:80]!r})"


def _lacks(must: Must, turn: SceneTurn, facts: Sequence[Fact]) -> Iterator[str]:
    spoken = speak(turn.text, facts)
    known = {fact.written: fact.spoken for fact in facts}
    for value in must.says:
        if value not in turn.text and known.get(value, value) not in spoken:
            yield f"does not say {value!r} ({must.id})"
    for value in must.forbids:
        if value in turn.text:
            yield f"says {value!r}, which is wrong ({must.id})"
    if must.tool and must.tool not in turn.calls:
        yield f"does not call {must.tool} ({must.id})"


def _bad_calls(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    for at, turn in enumerate(turns):
        for name in turn.calls:
            if turn.speaker != "agent":
                yield f"{_where(at, turn)} calls {name}: only the agent has tools"
            elif name not in brief.results:
                yield f"{_where(at, turn)} calls {name}, which is no tool of this agent"


class _Weaver:
    """Turns of a script from turns of a scene."""

    def __init__(self, brief: Brief, scene: Scene, draws: Draws) -> None:
        self._brief, self._scene, self._draws = brief, scene, draws
        self._facts = facts_of(brief.world, brief.drawn.cast)
        self._turns: list[Turn] = []
        self._places: list[int] = []
        """Where each turn of the scene is in the script."""
        self._actions: list[Action] = []

    def woven(self) -> FinishedCall:
        """Return turns, probes and actions."""
        at_word: int | None = None
        scene = self._scene.turns
        for at, turn in enumerate(scene):
            spoken = speak(turn.text, self._facts)
            following = scene[at + 1] if at + 1 < len(scene) else None
            cut = self._cut(turn, spoken, following)
            self._add(turn, spoken, at_word, cut)
            at_word = cut
        return FinishedCall(tuple(self._turns), tuple(self._probes()), tuple(self._actions))

    def _cut(self, turn: SceneTurn, spoken: str, following: SceneTurn | None) -> int | None:
        """Return where the next speaker cuts in: as near as may be to where the model says."""
        if not turn.cut_after or following is None or following.speaker == turn.speaker:
            return None
        places = cuts(len(spoken.split()), 0)
        return min(places, key=lambda place: abs(place - turn.cut_after)) if places else None

    def _add(self, turn: SceneTurn, spoken: str, at_word: int | None, cut: int | None) -> None:
        num_heard = cut or len(spoken.split())
        level = self._brief.drawn.cast.user.behaviour.fillers
        self._places.append(len(self._turns))
        issued = tuple(self._issue(name) for name in turn.calls)
        valence, arousal = EMOTIONS[turn.emotion]
        stated = tuple(sorted(fact.id for fact in self._facts if fact.written in turn.text))
        self._turns.append(
            Turn(
                speaker=turn.speaker,
                text=turn.text,
                spoken=spoken,
                onset="barge_in" if at_word else "after",
                at_word=at_word,
                pauses=pauses_in(turn.speaker, spoken, turn.act, level, num_heard, self._draws),
                act=turn.act,
                fact_ids=stated,
                licence=tuple(self._licences(turn)) if turn.speaker == "agent" else (),
                emotion=Emotion(label=turn.emotion, valence=valence, arousal=arousal),
                calls=issued,
            )
        )
        self._nod(turn, num_heard)

    def _issue(self, name: str) -> str:
        world, identifier = self._brief.world, f"call-{len(self._actions) + 1}"
        values = {one: value.written for one, value in world.values.items()}
        values["identity"] = world.identity.value.written
        self._actions.append(
            Action(
                id=identifier,
                tool=name,
                arguments={one: values[one] for one in world.pack.tools[name].args},
                turn=len(self._turns),
                result=self._brief.results[name],
                latency=draw_latency(world.pack.tools[name].latency, self._draws),
            )
        )
        return identifier

    def _licences(self, turn: SceneTurn) -> Iterator[str]:
        """Yield what states the values of a turn: items of the role, or results by now."""
        written = {one: value.written for one, value in self._brief.world.values.items()}
        stated = [value for value in written.values() if value in turn.text]
        for item in self._brief.drawn.roles.items:
            if item.visibility == "prompt" and any(value in item.text for value in stated):
                yield f"prompt.{item.id}"
        for action in self._actions:
            if any(value in action.result for value in stated):
                yield f"result.{action.id}"

    def _nod(self, turn: SceneTurn, num_heard: int) -> None:
        before, after = NOD_MARGIN
        if turn.text.endswith("?") or turn.calls:
            return
        last = 0
        for nod in sorted(turn.nods, key=lambda nod: nod.after_word):
            spoken = "" if unsayable(nod.text) else speak(nod.text)
            if spoken and max(before, last + 4) <= nod.after_word <= num_heard - after:
                last = nod.after_word
                self._turns.append(
                    Turn(
                        speaker="user" if turn.speaker == "agent" else "agent",
                        text=nod.text,
                        spoken=spoken,
                        onset="backchannel",
                        at_word=nod.after_word,
                        act="backchannel",
                    )
                )

    def _probes(self) -> Iterator[Probe]:
        places = places_of(self._brief.musts, self._scene.turns)
        spoken = {fact.written: fact.spoken for fact in self._facts}
        for must in self._brief.musts:
            if must.probe is not None:
                yield Probe(
                    type=must.probe,
                    act=must.act,
                    user_turn=self._places[places[must.answers]],
                    agent_turn=self._places[places[must.id]],
                    expects=tuple(spoken.get(value, value) for value in must.says),
                    forbids=tuple(speak(value) for value in must.forbids),
                )

"""Make a script of a dialogue that a model has written, or say which of its turns are at fault.

    Brief, Scene --script_of_scene--> Script   (or BadScript: a reason, and faults to mend)

Musts are met in order, tools return what the world says, and every claim of the agent is looked for
in role, results and what the customer has said. Nods and cuts go where the timeline can place them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen.scripting.checks import holds, judged
from datagen.scripting.compose.grammar import plain
from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.cut_kinds import interruption_of
from datagen.scripting.llm.faults import BadScript
from datagen.scripting.llm.musts import places_of, unmet, where
from datagen.scripting.llm.scene import EMOTIONS, NOD_WORDS, Scene, SceneTurn
from datagen.scripting.llm.scene_checks import check_scene
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.simulate.finish import FinishedCall, pauses_in
from datagen.scripting.simulate.tools import draw_latency
from datagen.text import Unsayable, speak, unsayable
from datagen.types import Action, Emotion, Interruption, Probe, Script, Turn

MUSTS, WORDS = "musts are not met", "words that cannot be said"
NOD_MARGIN = (3, 4)
"""Fewest words of a turn before a nod, and after it."""


def script_of_scene(
    brief: Brief, scene: Scene, draws: Draws, *, writer: str, stock: Sequence[str]
) -> Script:
    """Return the script of a scene. Raises BadScript."""
    if found := list(_unsaid(brief, scene.turns)):
        raise BadScript(found, WORDS)
    if found := [*unmet(brief, scene.turns), *_bad_calls(brief, scene.turns)]:
        raise BadScript(found, MUSTS)
    said = _Weaver(brief, scene, draws).woven()
    is_own = brief.order == "paper" and scene.role
    role = scene.role if is_own else brief.ground.role
    script = judged(brief.ground.script(said, role, writer))
    check_scene(brief, scene, script, stock)
    return script


def _unsaid(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    """Say which turns nobody could say."""
    for at, turn in enumerate(turns):
        try:
            if not speak(turn.text, brief.ground.facts):
                yield f"{where(at, turn)} says nothing"
        except Unsayable as problem:
            yield f"{where(at, turn)}: {problem}"


def _bad_calls(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    for at, turn in enumerate(turns):
        for name in turn.calls:
            if turn.speaker != "agent":
                yield f"{where(at, turn)} calls {name}: only the agent has tools"
            elif name not in brief.ground.tools:
                yield f"{where(at, turn)} calls {name}, which is no tool of this agent"


class _Weaver:
    """Turns of a script from turns of a scene."""

    def __init__(self, brief: Brief, scene: Scene, draws: Draws) -> None:
        self._brief, self._scene, self._draws = brief, scene, draws
        self._ground, self._facts = brief.ground, brief.ground.facts
        self._met = places_of(brief.musts, scene.turns)
        """The turn that meets each must."""
        self._turns: list[Turn] = []
        self._places: list[int] = []
        """Where each turn of the scene is in the script."""
        self._actions: list[Action] = []

    def woven(self) -> FinishedCall:
        """Return turns, probes and actions."""
        at_word: int | None = None
        how: Interruption | None = None
        scene = self._scene.turns
        for at, turn in enumerate(scene):
            spoken = speak(turn.text, self._facts)
            following = scene[at + 1] if at + 1 < len(scene) else None
            cut, cuts_in = self._cut(at, spoken, following)
            self._add(turn, spoken, at_word, how, cut)
            at_word, how = cut, cuts_in
        return FinishedCall(tuple(self._turns), tuple(self._probes()), tuple(self._actions))

    def _cut(
        self, at: int, spoken: str, following: SceneTurn | None
    ) -> tuple[int | None, Interruption | None]:
        """Return where the next speaker cuts in, and how.

        As near as may be to where the model says, and not before what the turn has to state.
        """
        turn = self._scene.turns[at]
        if not turn.cut_after or following is None or following.speaker == turn.speaker:
            return None, None
        needed = self._needed(at, spoken)
        places = cuts(len(spoken.split()), needed)
        if not places:
            return None, None
        how = interruption_of(turn, following, is_called=bool(turn.calls), needed=needed)
        if how is not None and how.kind == "collision":
            return 1, how
        return min(places, key=lambda place: abs(place - turn.cut_after)), how

    def _needed(self, at: int, spoken: str) -> int:
        """Return how many words must be heard until all that a turn has to state is said."""
        known = {fact.written: fact.spoken for fact in self._facts}
        met = [must for must in self._brief.musts if self._met.get(must.id) == at]
        left = [plain(known.get(value, value)) for must in met for value in must.says]
        words, count = spoken.split(), 0
        while left and count < len(words):
            count += 1
            heard = plain(" ".join(words[:count]))
            left = [value for value in left if not holds(heard, value)]
        return count

    def _add(
        self,
        turn: SceneTurn,
        spoken: str,
        at_word: int | None,
        how: Interruption | None,
        cut: int | None,
    ) -> None:
        num_heard = cut or len(spoken.split())
        level = self._ground.user.behaviour.fillers
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
                interruption=how,
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
        tool, identifier = self._ground.tools[name], f"call-{len(self._actions) + 1}"
        self._actions.append(
            Action(
                id=identifier,
                tool=name,
                arguments=dict(tool.arguments),
                turn=len(self._turns),
                result=tool.result,
                latency=draw_latency(tool.latency, self._draws),
            )
        )
        return identifier

    def _licences(self, turn: SceneTurn) -> Iterator[str]:
        """Yield what states the values of a turn: items of the role, or results by now."""
        written = [fact.written for fact in self._facts if fact.type != "name"]
        stated = [value for value in written if value in turn.text]
        for item in self._ground.items:
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
            is_short = 0 < len(spoken.split()) <= NOD_WORDS
            if is_short and max(before, last + 4) <= nod.after_word <= num_heard - after:
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
        places = self._met
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

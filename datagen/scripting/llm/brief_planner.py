"""Decide calls that a model writes by itself: of the domains that have a world.

Job --BriefPlanner--> BriefAssignment, or None for what is worded from a plan
"""

from __future__ import annotations

from datagen.scripting.claims import load_lexicon
from datagen.scripting.content.people import Names
from datagen.scripting.llm.assignment import BriefAssignment
from datagen.scripting.llm.brief import Brief, knows_of, musts_of, results_of
from datagen.scripting.llm.brief_prompt import (
    Exemplar,
    draw_levers,
    load_brief_texts,
    load_exemplars,
)
from datagen.scripting.llm.instructions import Common
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.scene import scene_schema
from datagen.scripting.plans.draws import draws_for, stratified
from datagen.scripting.plans.service import Deal
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.maker import WorldMaker
from datagen.scripting.world.draw import Drawer
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths
from datagen.types import Job


class BriefPlanner:
    """Briefs models for calls from and to customers."""

    def __init__(self, options: AuthorOptions, names: Names, common: Common) -> None:
        self._options, self._common = options, common
        self._texts = load_brief_texts()
        self._exemplars: tuple[Exemplar, ...] = load_exemplars("service")
        self._schema = scene_schema(options.order, options.turn_characters)
        self._maker = WorldMaker(
            worlds=load_worlds(default_paths()),
            acts=acts.load_acts(acts.default_path()),
            assistant_acts=acts.load_acts(acts.default_path("assistant")),
            names=names,
            words=options.words,
            validation=options.validation,
        )

    def assignment(self, job: Job, dealt: Deal) -> BriefAssignment | None:
        """Return a call to be written; None if its domain has no world, or an assistant calls.

        Raises Rejected if no role prompt fits.
        """
        compiled = self._maker.worlds.get(dealt.pack.id)
        if compiled is None or dealt.direction == "assistant":
            return None
        drawn = self._maker.draw(job, dealt.pack.id, dealt)
        draws = draws_for(job.seed, job.dialog_id, "script", "brief")
        shown = stratified(job.seed, f"{job.kind}/exemplar", job.index, len(self._exemplars))
        brief = Brief(
            job=job,
            drawn=drawn,
            musts=musts_of(drawn, Drawer(compiled, draws), draws),
            results=results_of(drawn.world, drawn.cast.user.name),
            knows=tuple(dict.fromkeys(knows_of(drawn.world))),
            levers=draw_levers(self._texts, draws),
            exemplar=self._exemplars[shown].text,
            order=self._options.order,
        )
        return BriefAssignment(
            brief=brief,
            schema=self._schema,
            texts=self._texts,
            common=self._common,
            lexicon=load_lexicon(*compiled.pack.same),
            validation=self._options.validation,
        )

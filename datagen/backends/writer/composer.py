"""Writes service calls without a model: a blueprint, worded from packs of templates, then checked.

    Job --draw_blueprint--> Blueprint --compose, place--> Script --problems--> Script | Reject

Good enough to exercise the whole pipeline, and every fact and probe of it is verified; its turns
repeat more than a language model's would.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.backends.protocols import ScriptWriter
from datagen.scripting import packs, people, wording
from datagen.scripting.blueprint import Blueprint, draw_blueprint
from datagen.scripting.checks import judged, problems
from datagen.scripting.compose import compose
from datagen.scripting.draws import Draws
from datagen.scripting.interplay import place
from datagen.seeds import rng_for
from datagen.types import Job, Record, Reject, Rejected, Script


class Composer(ScriptWriter):
    """Composes calls from prompts/packs, prompts/wording/service and prompts/names."""

    stand_in = True

    class Options(Record):
        """What may be tuned."""

        words: Annotated[float, Field(ge=140, le=200)] = 150
        """Mean number of spoken words of a call, backchannels included; sets the mean audio."""
        validation: Annotated[float, Field(ge=0, lt=1)] = 0.02
        """Share of situations (scenario, policies, probes) whose calls are the validation split."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._packs = packs.load_packs(packs.default_paths())
        self._wording = wording.load_wording(wording.default_path())
        self._names = people.load_names(people.default_path())

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the digest of every file a call is made from."""
        paths = (*packs.default_paths(), wording.default_path(), people.default_path())
        return {"files": assets.digest(*paths)}

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order."""
        return [self._write_or_reject(job) for job in jobs]

    def _write_or_reject(self, job: Job) -> Script | Reject:
        try:
            return self._write(job)
        except Rejected as error:
            return Reject(
                dialog_id=job.dialog_id,
                stage="script",
                reason=error.reason,
                evidence=error.evidence,
            )

    def _write(self, job: Job) -> Script:
        blueprint = draw_blueprint(
            job,
            self._packs,
            self._names,
            words=self._options.words,
            validation=self._options.validation,
        )
        draws = Draws(rng_for(job.seed, job.dialog_id, "script", "wording"))
        lines = compose(blueprint, self._wording, draws)
        turns, probes = place(blueprint, self._wording, lines, draws)
        script = judged(
            Script(
                dialog_id=job.dialog_id,
                kind=job.kind,
                split=blueprint.split,
                domain=blueprint.pack.id,
                scenario=blueprint.situation,
                prompt_level="service",
                role_prompt=blueprint.role_prompt,
                user_role_prompt=blueprint.user_role_prompt,
                agent=blueprint.agent,
                user=blueprint.user,
                facts=blueprint.facts,
                probes=probes,
                turns=turns,
                writer="composer",
            )
        )
        _refuse(script, blueprint)
        return script


def _refuse(script: Script, blueprint: Blueprint) -> None:
    """Raise Rejected with all that is wrong with a script, if anything is."""
    if found := problems(script, blueprint):
        raise Rejected("the script does not keep to its blueprint", "; ".join(found))

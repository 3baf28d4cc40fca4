"""Writes dialogues without a model, from worlds and templates, and checks every one.

    Job --draw--> plan --compose, place--> Script --problems--> Script | Reject

Good enough to exercise the whole pipeline, and every fact and probe of it is verified; its turns
repeat more than a language model's would. The kind of the job decides what is composed.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from datagen import assets
from datagen.backends.protocols import ScriptWriter
from datagen.scripting.compose.makers import CallMaker, ChatMaker, LessonMaker, Maker, default_paths
from datagen.scripting.content import casual_load, people, qa_pack, templates
from datagen.scripting.plans.base import PlanOptions
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.maker import WorldMaker
from datagen.scripting.world import pack
from datagen.scripting.world.load import load_worlds
from datagen.types import Job, Reject, Rejected, Script, UserError

VERSION = "22"
"""Raised when a change of the composer's code changes what it writes."""


class Composer(ScriptWriter):
    """Composes service calls, lessons and small talk from the files in prompts/."""

    stand_in = True

    class Options(PlanOptions):
        """What may be tuned: the plans."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._makers: dict[str, Maker] = {}

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the digest of every file a dialogue is made from."""
        return {"files": assets.digest(*default_paths()), "version": VERSION}

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order.

        Those of one pack are made one after another: so its lines are still in the processor's
        cache, and a service call takes a tenth less of the CPU.
        """
        packs = [self.maker(job.kind).pack_of(job) for job in jobs]
        with _uncollected():
            made = {
                at: self._write(jobs[at]) for at in sorted(range(len(jobs)), key=packs.__getitem__)
            }
        return [made[at] for at in range(len(jobs))]

    def _write(self, job: Job) -> Script | Reject:
        try:
            return self.maker(job.kind).make(job)
        except Rejected as error:
            return Reject(
                dialog_id=job.dialog_id,
                stage="script",
                reason=error.reason,
                evidence=error.evidence,
            )

    def maker(self, kind: str) -> Maker:
        """Return what makes a kind of dialogue; its files are read when it is first needed."""
        if kind not in self._makers:
            if kind not in MAKERS:
                known = ", ".join(MAKERS)
                raise UserError(
                    f"the composer has no kind {kind!r}: it knows {known}; other kinds need another"
                    " script.use"
                )
            self._makers[kind] = MAKERS[kind](self._options)
        return self._makers[kind]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of reference cycles out of a batch: scripts have none, and it sees all.

    A service call takes a fifth less of the CPU.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _names() -> people.Names:
    return people.load_names(people.default_path())


def _calls(options: Composer.Options) -> Maker:
    return CallMaker(
        worlds=_worlds(options),
        outbound=options.outbound,
        assistant=options.assistant,
    )


def _worlds(options: Composer.Options) -> WorldMaker:
    return WorldMaker(
        worlds=load_worlds(pack.default_paths()),
        acts=acts.load_acts(acts.default_path()),
        assistant_acts=acts.load_acts(acts.default_path("assistant")),
        names=_names(),
        words=options.words,
        validation=options.validation,
        level=None if options.prompt_level == "mixed" else options.prompt_level,
    )


def _lessons(options: Composer.Options) -> Maker:
    return LessonMaker(
        subjects=qa_pack.load_subjects(qa_pack.default_paths()),
        wording=templates.load_wording(templates.default_path("qa"), "qa"),
        names=_names(),
        exchanges=options.exchanges,
        validation=options.validation,
    )


def _chats(options: Composer.Options) -> Maker:
    return ChatMaker(
        smalltalk=casual_load.load_smalltalk(casual_load.default_path()),
        wording=templates.load_wording(templates.default_path("casual"), "casual"),
        names=_names(),
        validation=options.validation,
    )


MAKERS: dict[str, Callable[[Composer.Options], Maker]] = {
    "service": _calls,
    "qa": _lessons,
    "casual": _chats,
}
"""What composes each kind of dialogue."""

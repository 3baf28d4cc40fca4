"""Write a block of calls with language models: draw, ask, check, ask again, and keep the books.

    Job --blueprint--> steps --Completer--> reply --assemble--> (judge) --> Script | Reject

All dialogues of a block are asked for at once; those that fail are asked for again with another
seed and what was wrong. A reply decides nothing but wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.scripting import judge, packs, people, wording
from datagen.scripting.blueprint import Blueprint, draw_blueprint
from datagen.scripting.draws import Draws, stratified
from datagen.scripting.llm import prompt
from datagen.scripting.llm.assemble import BadScript, assemble
from datagen.scripting.llm.completion import Completer, Completion, Refusal, Request
from datagen.scripting.llm.ledger import Entry, Ledger
from datagen.scripting.llm.prompt import Step, messages, plan_steps
from datagen.scripting.llm.reply import BadReply, parse, turns_schema
from datagen.seeds import rng_for, seed_for
from datagen.types import Job, Record, Reject, Rejected, Script, UserError

KINDS = ("service",)
"""Kinds of dialogue there are instructions for."""
MAX_EVIDENCE = 500
"""Characters of what was wrong that a reject carries."""


class AuthorOptions(Record):
    """What every author that asks language models can be told."""

    words: Annotated[float, Field(ge=140, le=200)] = 150
    """Mean number of spoken words of a call; sets how many questions it has."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.02
    """Share of situations whose calls are the validation split."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often a dialogue is worded before it is rejected."""
    turn_characters: Annotated[int, Field(ge=20, le=1000)] = 400
    """Longest turn the schema allows."""
    judge_threshold: Annotated[int, Field(ge=1, le=judge.BEST)] | None = None
    """Reject what another of the models scores below this; None asks no judge."""
    reject_limit: Annotated[float, Field(gt=0, le=1, exclude=True)] = 0.5
    """Stop when more than this share of the last ``reject_window`` dialogues is rejected."""
    reject_window: Annotated[int, Field(ge=1, exclude=True)] = 64
    records: Annotated[str | None, Field(exclude=True)] = None
    """Folder for the books: tokens of each dialogue, and replies that could not be used."""


@dataclass
class _Draft:
    """A dialogue on its way."""

    job: Job
    blueprint: Blueprint
    steps: list[Step]
    model: int
    entry: Entry
    problems: list[str] = field(default_factory=list)
    """Of the last attempt; empty when the script is good."""
    script: Script | None = None
    is_hopeless: bool = False
    """Whether asking again cannot help."""


class Author:
    """Writes with a completer's models, each for its share of the dialogues."""

    def __init__(
        self,
        options: AuthorOptions,
        completer: Completer,
        *,
        writer: str,
        models: Sequence[str],
        quotas: Sequence[int],
    ) -> None:
        self._options, self._completer = options, completer
        self._writer, self._models = writer, list(models)
        self._deal = [model for model, quota in enumerate(quotas) for _ in range(quota)]
        self._packs = packs.load_packs(packs.default_paths())
        self._names = people.load_names(people.default_path())
        self._wording = wording.load_wording(wording.default_path())
        self._instructions = prompt.load_instructions(prompt.default_path())
        self._rubric = judge.load_rubric(judge.default_path())
        self._schema = turns_schema(options.turn_characters)
        self._ledger = Ledger(
            Path(options.records) if options.records else None,
            limit=options.reject_limit,
            window=options.reject_window,
        )

    @staticmethod
    def identity() -> dict[str, str]:
        """Return the digest of every file a call is made from."""
        paths = (
            *packs.default_paths(),
            people.default_path(),
            wording.default_path(),
            prompt.default_path(),
            judge.default_path(),
        )
        return {"files": assets.digest(*paths)}

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order; threads may call it at once."""
        drafts: dict[str, _Draft] = {}
        answers: dict[str, Script | Reject] = {}
        for job in jobs:
            try:
                drafts[job.dialog_id] = self._draft(job)
            except Rejected as verdict:
                answers[job.dialog_id] = _reject(job, 1, verdict.reason, verdict.evidence)
        for attempt in range(1, self._options.attempts + 1):
            open_drafts = [d for d in drafts.values() if not d.script and not d.is_hopeless]
            if open_drafts:
                self._attempt(open_drafts, attempt)
        for dialog_id, draft in drafts.items():
            answers[dialog_id] = draft.script or _reject(
                draft.job, draft.entry.attempts, draft.entry.reason, draft.entry.evidence
            )
            self._ledger.close_entry(draft.entry)
        return [answers[job.dialog_id] for job in jobs]

    def _draft(self, job: Job) -> _Draft:
        if job.kind not in KINDS:
            raise UserError(
                f"script.use={self._writer} has no instructions for the kind {job.kind!r}, only for"
                f" {', '.join(KINDS)}; use script.use=composer"
            )
        options = self._options
        blueprint = draw_blueprint(
            job, self._packs, self._names, words=options.words, validation=options.validation
        )
        draws = Draws(rng_for(job.seed, job.dialog_id, "script", "plan"))
        model = self._deal[stratified(job.seed, f"{job.kind}/model", job.index, len(self._deal))]
        steps = plan_steps(blueprint, self._instructions, draws)
        return _Draft(job, blueprint, steps, model, Entry(job.dialog_id, self._models[model]))

    def _attempt(self, drafts: Sequence[_Draft], attempt: int) -> None:
        """Word drafts once more, all at once, and have what is good judged."""
        requests = [self._request(draft, attempt) for draft in drafts]
        for draft, answer in zip(drafts, self._completer.complete(requests), strict=True):
            self._take(draft, answer, attempt)
        if self._options.judge_threshold:
            self._judge([draft for draft in drafts if draft.script], attempt)

    def _request(self, draft: _Draft, attempt: int) -> Request:
        job = draft.job
        return Request(
            model=draft.model,
            messages=messages(draft.blueprint, self._instructions, draft.steps, draft.problems),
            schema=self._schema,
            seed=_seed(job, "wording", attempt),
        )

    def _take(self, draft: _Draft, answer: Completion | Refusal, attempt: int) -> None:
        """Read an answer: it becomes the draft's script or its problems."""
        entry = draft.entry
        entry.attempts = attempt
        if isinstance(answer, Refusal):
            draft.is_hopeless = True
            self._fail(draft, "the server refused the request", [answer.reason], "")
            return
        entry.usage += answer.usage
        try:
            if not answer.is_whole:
                raise BadReply("was cut off at the limit of tokens")
            draft.script = self._assemble(draft, answer.text)
            entry.reason = entry.evidence = ""
        except BadReply as error:
            self._fail(draft, "the reply cannot be read", [f"the reply {error}"], answer.text)
        except BadScript as error:
            reason = "the script does not keep to its blueprint"
            self._fail(draft, reason, error.problems, answer.text)

    def _assemble(self, draft: _Draft, text: str) -> Script:
        job = draft.job
        return assemble(
            draft.blueprint,
            draft.steps,
            parse(text),
            self._wording,
            Draws(rng_for(job.seed, job.dialog_id, "script", "wording")),
            writer=self._writer,
            model=self._models[draft.model],
        )

    def _judge(self, drafts: Sequence[_Draft], attempt: int) -> None:
        """Have each script scored by the next of the models, which did not write it."""
        requests = [
            Request(
                model=(draft.model + 1) % len(self._models),
                messages=judge.judge_messages(draft.script, self._rubric),
                schema=dict(judge.SCHEMA),
                seed=_seed(draft.job, "judge", attempt),
            )
            for draft in drafts
            if draft.script
        ]
        answers = self._completer.complete(requests) if requests else []
        for draft, request, answer in zip(drafts, requests, answers, strict=True):
            draft.entry.judge = self._models[request.model]
            self._hear(draft, answer)

    def _hear(self, draft: _Draft, answer: Completion | Refusal) -> None:
        """Take in what the judge said of a draft; a judge that says nothing accepts nothing."""
        if isinstance(answer, Completion):
            text = answer.text
            draft.entry.judge_usage += answer.usage
        else:
            text = answer.reason
        threshold = self._options.judge_threshold
        assert threshold
        try:
            verdict = judge.read_verdict(text)
        except BadReply as error:
            self._fail(draft, "the judge cannot be read", [str(error)], text)
            return
        draft.entry.scores = verdict.scores
        if not verdict.passes(threshold):
            self._fail(draft, "the judge scores it too low", [verdict.weakness], text)

    def _fail(self, draft: _Draft, reason: str, problems: Sequence[str], reply: str) -> None:
        draft.script, draft.problems = None, list(problems)
        draft.entry.reason, draft.entry.evidence = reason, "; ".join(problems)[:MAX_EVIDENCE]
        self._ledger.refused(draft.entry, reply)


def _seed(job: Job, what: str, attempt: int) -> int:
    """Return a seed that any server takes: 31 bits."""
    return seed_for(job.seed, job.dialog_id, "script", what, attempt) % 2**31


def _reject(job: Job, attempt: int, reason: str, evidence: str) -> Reject:
    return Reject(
        dialog_id=job.dialog_id,
        stage="script",
        attempt=attempt,
        reason=reason,
        evidence=evidence,
    )


def check_judge(options: AuthorOptions, num_models: int) -> None:
    """Raise UserError if there is no other model to judge."""
    if options.judge_threshold and num_models < 2:
        raise UserError(
            "script.options.judge_threshold: a judge is another model than the writer;"
            " list two in script.options.models, or leave it out"
        )

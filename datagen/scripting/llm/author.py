"""Write a block of dialogues with language models: plan, ask, check, ask again, keep the books.

    Job --planner--> Assignment --Completer--> reply --script--> (judge) --> Script | Reject

All dialogues of a block are asked for at once; those that fail are asked for again with another
seed and what was wrong. What is so has been decided before. Threads may share an author.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from datagen import assets
from datagen.scripting.llm import judge, planners
from datagen.scripting.llm.accounts import FREE, AccountEntry, Accounts, Price
from datagen.scripting.llm.assignment import Assignment
from datagen.scripting.llm.completion import Completer, Completion, Refusal, Request
from datagen.scripting.llm.faults import BadScript
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.reply import BadReply, CutOff, remedy
from datagen.scripting.llm.topic_lists import TopicLists, load_topic_texts
from datagen.scripting.plans.draws import Draws, draws_for, stratified
from datagen.seeds import rng_for, seed_for
from datagen.text import VERSION as TEXT_VERSION
from datagen.types import Job, Reject, Rejected, Script, UserError

VERSION = "7"
"""Raised when a change of this package's code changes what is asked or kept."""
MAX_EVIDENCE = 500
"""Characters of what was wrong that a reject carries."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A model that writes: its share of the dialogues, and what its tokens cost."""

    name: str
    quota: int = 1
    """Dialogues it writes of each round of all quotas."""
    price: Price = FREE


@dataclass
class _Draft:
    """A dialogue on its way."""

    assignment: Assignment
    model: int
    entry: AccountEntry
    problems: list[str] = field(default_factory=list)
    """Of the last attempt; empty when the script is good."""
    reply: str = ""
    """The last answer, if it can be mended."""
    script: Script | None = None
    is_hopeless: bool = False
    """Whether asking again cannot help."""

    @property
    def job(self) -> Job:
        """Return the job."""
        return self.assignment.job


class Author:
    """Writes with a completer's models, each for its share of the dialogues."""

    def __init__(
        self,
        options: AuthorOptions,
        completer: Completer,
        *,
        writer: str,
        models: Sequence[Writing],
    ) -> None:
        self._options, self._completer = options, completer
        self._writer, self._models = writer, list(models)
        self._deal = [at for at, model in enumerate(models) for _ in range(model.quota)]
        self._planners: dict[str, planners.AssignmentPlanner] = {}
        self._reading = Lock()
        self._rubric = judge.load_rubric(judge.default_path())
        self._ledger = Accounts(
            Path(options.records) if options.records else None,
            limit=options.reject_limit,
            window=options.reject_window,
            prices={model.name: model.price for model in models},
        )
        self._topics = TopicLists(
            load_topic_texts(),
            self._ask_for_topics,
            [model.name for model in models],
            num_topics=options.topics,
            folder=Path(options.records) if options.records else None,
        )

    @staticmethod
    def identity() -> dict[str, str]:
        """Return the digest of every file a dialogue is made from, and the rules of its text."""
        files = assets.digest(*planners.default_paths())
        return {"files": files, "version": VERSION, "text": TEXT_VERSION}

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order; threads may call it at once."""
        for kind in {job.kind for job in jobs}:
            self._planner(kind).prepare([job for job in jobs if job.kind == kind])
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
        self._ledger.close_entries([draft.entry for draft in drafts.values()])
        return [answers[job.dialog_id] for job in jobs]

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return what each model has done and cost since this was last asked."""
        return self._ledger.spent()

    def _planner(self, kind: str) -> planners.AssignmentPlanner:
        """Return what plans a kind; its files are read when it is first needed."""
        with self._reading:
            if kind not in self._planners:
                if kind not in planners.PLANNERS:
                    known = ", ".join(planners.PLANNERS)
                    raise UserError(
                        f"script.use={self._writer} has no instructions for the kind {kind!r}, only"
                        f" for {known}; another kind needs another script.use"
                    )
                self._planners[kind] = planners.PLANNERS[kind](self._options, self._topics)
            return self._planners[kind]

    def _ask_for_topics(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        """Ask for topics, and book what it takes."""
        answers = self._completer.complete(requests)
        for request, answer in zip(requests, answers, strict=True):
            if isinstance(answer, Completion):
                self._ledger.take(self._models[request.model].name, answer.usage)
        return answers

    def _draft(self, job: Job) -> _Draft:
        model = self._deal[stratified(job.seed, f"{job.kind}/model", job.index, len(self._deal))]
        return _Draft(
            self._planner(job.kind).assignment(job),
            model,
            AccountEntry(job.dialog_id, self._models[model].name),
        )

    def _attempt(self, drafts: Sequence[_Draft], attempt: int) -> None:
        """Word drafts once more, all at once, and have what is good judged."""
        requests = [self._request(draft, attempt) for draft in drafts]
        answers = self._completer.complete(requests)
        for draft, request, answer in zip(drafts, requests, answers, strict=True):
            self._take(draft, request, answer, attempt)
        if self._options.judge_threshold:
            self._judge([draft for draft in drafts if draft.script], attempt)

    def _request(self, draft: _Draft, attempt: int) -> Request:
        is_repair = attempt % 2 == 0
        return Request(
            model=draft.model,
            messages=draft.assignment.messages(draft.problems, draft.reply if is_repair else ""),
            schema=draft.assignment.schema,
            seed=_seed(draft.job, "wording", attempt),
        )

    def _take(
        self, draft: _Draft, request: Request, answer: Completion | Refusal, attempt: int
    ) -> None:
        """Read an answer: it becomes the draft's script or its problems."""
        entry = draft.entry
        entry.attempts = attempt
        if isinstance(answer, Refusal):
            draft.is_hopeless = True
            self._fail(draft, "the server refused the request", [answer.reason], "")
            return
        entry.usage += answer.usage
        try:
            draft.script = self._assemble(draft, answer)
            entry.reason = entry.evidence = ""
        except BadReply as error:
            hint = remedy(error, answer, request)
            problem = f"the reply {error}"
            self._fail(draft, "the reply cannot be read", [problem], answer.text, hint)
        except BadScript as error:
            hint = remedy(error, answer, request)
            self._fail(draft, error.reason, error.problems, answer.text, hint)
            draft.reply = answer.text

    def _assemble(self, draft: _Draft, answer: Completion) -> Script:
        """Read a reply, also one that was cut off after its object's end."""
        try:
            return self._script(draft, answer.text)
        except BadReply as error:
            if answer.is_whole:
                raise
            raise CutOff("was cut off at the limit of tokens") from error

    def _script(self, draft: _Draft, text: str) -> Script:
        job = draft.job
        script = draft.assignment.script(
            text,
            Draws(rng_for(job.seed, job.dialog_id, "script", "wording")),
            writer=self._writer,
            model=draft.entry.model,
        )
        return script.model_copy(update={"attempts": draft.entry.attempts})

    def _judge(self, drafts: Sequence[_Draft], attempt: int) -> None:
        """Have each script scored by the next of the models, and some by their writers, too."""
        both = [draft for draft in drafts if self._is_scored_twice(draft, attempt)]
        asked = [(draft, (draft.model + 1) % len(self._models)) for draft in drafts]
        asked += [(draft, draft.model) for draft in both]
        requests = [self._judgement(draft, model, attempt) for draft, model in asked]
        answers = self._completer.complete(requests) if requests else []
        own = dict(
            zip([draft.job.dialog_id for draft in both], answers[len(drafts) :], strict=True)
        )
        for (draft, model), answer in zip(asked[: len(drafts)], answers, strict=False):
            draft.entry.judge = self._models[model].name
            self._hear(draft, answer, own.get(draft.job.dialog_id))

    def _is_scored_twice(self, draft: _Draft, attempt: int) -> bool:
        job = draft.job
        draws = draws_for(job.seed, job.dialog_id, "script", "agreement", attempt)
        return draws.chance(self._options.judge_agreement)

    def _judgement(self, draft: _Draft, model: int, attempt: int) -> Request:
        assert draft.script
        return Request(
            model=model,
            messages=judge.judge_messages(draft.script, self._rubric),
            schema=dict(judge.SCHEMA),
            seed=_seed(draft.job, "judge", attempt),
        )

    def _hear(
        self, draft: _Draft, answer: Completion | Refusal, own: Completion | Refusal | None
    ) -> None:
        """Take in what the judge said of a draft; a judge that says nothing accepts nothing."""
        entry, threshold = draft.entry, self._options.judge_threshold
        assert threshold
        assert draft.script
        if isinstance(answer, Completion):
            text = answer.text
            entry.judge_usage += answer.usage
        else:
            text = answer.reason
        try:
            verdict = judge.read_verdict(text)
        except BadReply as error:
            self._fail(draft, "the judge cannot be read", [str(error)], text)
            return
        entry.scores = verdict.scores
        self._compare(entry, own)
        if verdict.passes(threshold):
            scored = {"scores": verdict.scores, "judge": entry.judge}
            draft.script = draft.script.model_copy(update=scored)
        else:
            self._fail(draft, "the judge scores it too low", [str(verdict)], text)

    def _compare(self, entry: AccountEntry, own: Completion | Refusal | None) -> None:
        """Note how the model that wrote a script scores it, if that can be read."""
        if not isinstance(own, Completion):
            return
        entry.own_usage += own.usage
        try:
            scores = judge.read_verdict(own.text).scores
        except BadReply:
            return
        entry.pairs += [(name, score, scores[name]) for name, score in entry.scores.items()]

    def _fail(
        self, draft: _Draft, reason: str, problems: Sequence[str], reply: str, hint: str = ""
    ) -> None:
        """Note what was wrong; the next attempt is told the problems, people the hint, too."""
        draft.script, draft.problems, draft.reply = None, list(problems), ""
        said = "; ".join(problems)[: MAX_EVIDENCE - len(hint)]
        draft.entry.reason, draft.entry.evidence = reason, f"{said}{hint}"
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

"""What one process does for an annotated run: calls, then blocks of 16 pieces.

    call id --CallWork--> calls/NNNNNN.parquet      (words, turns, cuts; no sound)
    16 pieces --CallWork--> script/, speech/, timeline/, tokens/NNNNNN.parquet

A file that is there with the right receipt is done, as in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import cast

import pyarrow as pa

from datagen.annotate.call import CorpusCall
from datagen.annotate.calls import AnnotatedCall, CallAnnotator
from datagen.annotate.clean import without_hidden
from datagen.annotate.readers.registry import open_reader
from datagen.annotate.roles import CallRoles, RoleMaker
from datagen.annotate.rows import PieceContext, dialogue_of
from datagen.annotate.settings import KIND, AnnotateSettings
from datagen.annotate.sound import CallSound
from datagen.annotate.words import Transcriber, WordFinder
from datagen.backends.protocols import Aligner
from datagen.backends.registry import ALIGNERS, CODECS, JUDGES, TOKENIZERS
from datagen.config import digest
from datagen.shards.footer import Footer, ShardFooter
from datagen.stages.artifacts import (
    CLIPS,
    RECORDS,
    SCRIPTS,
    records_table,
    scripts_table,
    speech_table,
)
from datagen.stages.tokens import TokensStage
from datagen.storage.run_folder import UNIT_STAGES, Receipt, RunFolder, content_hash
from datagen.types import (
    SAMPLE_RATE,
    Audio,
    Dialogue,
    Job,
    Record,
    Reject,
    Rejected,
    Script,
    Speech,
    Split,
    SpokenWord,
    UserError,
)

CALLS, ROLES = "calls", "roles"
"""Folders and stages of annotated calls, and of what the model is told of their sides."""


@dataclass(frozen=True)
class CallDone:
    """What is remembered of a call: its file has the rest."""

    number: int
    id: str
    contents: Mapping[str, str]
    """Content hashes of its files."""
    people: tuple[str, ...]
    """Ids of its people; none if it is left out."""
    num_samples: tuple[int, ...]
    """Length of each piece."""
    seconds: float
    """Length of its sound; 0 if that cannot be read."""
    unused: Mapping[str, float]
    """Seconds of it that are in no piece, by reason; empty if it is left out."""
    reject: Reject | None
    made: bool
    """Whether it was made now, and not found."""


@dataclass(frozen=True)
class PieceOrder:
    """One dialogue of a block: the piece of a call that it is."""

    dialog_id: str
    call: int
    piece: int
    split: Split


@dataclass(frozen=True)
class BlockOrder:
    """A block to be made."""

    block: int
    pieces: tuple[PieceOrder, ...]
    reads: Mapping[str, str]
    """Content hashes of the calls' files, and of what is made of which."""


@dataclass(frozen=True)
class CallWorkOrder:
    """What a process needs to work on a run."""

    settings: AnnotateSettings
    folders: tuple[str, ...]
    where: str


class CallWork:
    """Makes calls and blocks in one process."""

    def __init__(self, order: CallWorkOrder) -> None:
        self._settings = order.settings
        self._folder = RunFolder(order.where)
        self._reader = open_reader(order.settings.reader, [Path(one) for one in order.folders])
        self._call_at = lru_cache(maxsize=8)(self._load)

    @cached_property
    def _annotator(self) -> CallAnnotator:
        settings = self._settings
        transcriber = cast("Transcriber", JUDGES.load(settings.asr)) if settings.asr else None
        finder = WordFinder(_LazyAligner(settings), transcriber)
        return CallAnnotator(finder, settings.gates, settings.seed, settings.bleep)

    @cached_property
    def _roles(self) -> RoleMaker:
        settings = self._settings
        return RoleMaker(settings.roles, settings.seed, may_name=settings.may_name)

    @cached_property
    def _tokens(self) -> TokensStage:
        settings = self._settings
        return TokensStage(
            CODECS.load(settings.codec),
            TOKENIZERS.load(settings.tokenizer),
            settings.provenance(),
        )

    def call(self, number: int, call_id: str) -> CallDone:
        """Annotate a call and write its roles, unless its files are there and made of the same."""
        call, reject = self._read(call_id)
        reads = {"call": _digest(call) if call is not None else f"left out: {reject}"}
        receipt, made = self._there(CALLS, number, self._settings.for_calls(), reads), False
        if receipt is None:
            found: list[AnnotatedCall] = []
            if call is not None:
                try:
                    found.append(self._annotator.annotate(call))
                except Rejected as error:
                    reject = _reject(call_id, error)
            rows = [(one.id, one) for one in found]
            samples = sum(piece.num_samples for one in found for piece in one.pieces)
            rejects = () if reject is None else (reject,)
            receipt = self._keep(CALLS, number, rows, reads, samples, rejects)
            made = True
        seconds = 0.0 if call is None else _seconds(call)
        return self._done(number, call_id, receipt, seconds, made=made)

    def _read(self, call_id: str) -> tuple[CorpusCall | None, Reject | None]:
        """Return a call as the reader has it, or why it is left out."""
        try:
            call = self._reader.read(call_id)
        except Rejected as error:
            return None, _reject(call_id, error)
        except UserError as error:  # one file of a large corpus that cannot be read
            return None, _reject(call_id, Rejected("unreadable", str(error)))
        if not isinstance(call, CorpusCall):
            raise UserError(
                f"{self._settings.reader}: read({call_id!r}) gives {type(call).__name__}, not a"
                " CorpusCall; what cannot be used is raised as Rejected"
            )
        return without_hidden(call), None

    def _there(
        self, stage: str, number: int, fingerprint: str, reads: Mapping[str, str]
    ) -> Receipt | None:
        receipt = self._folder.receipt(self._folder.unit(stage, number))
        wanted = (fingerprint, dict(reads))
        is_same = receipt is not None and (receipt.fingerprint, receipt.reads) == wanted
        return receipt if is_same else None

    def _keep(
        self,
        stage: str,
        number: int,
        records: Sequence[tuple[str, Record]],
        reads: Mapping[str, str],
        num_samples: int = 0,
        rejects: tuple[Reject, ...] = (),
    ) -> Receipt:
        """Write what is known of a call, as one row or none."""
        rows = [{"dialog_id": name, "record": one.model_dump_json()} for name, one in records]
        table = pa.Table.from_pylist(rows, schema=RECORDS)
        settings = self._settings
        receipt = Receipt(
            stage=stage,
            block=number,
            fingerprint=settings.for_calls() if stage == CALLS else settings.for_roles(),
            reads=dict(reads),
            content=content_hash(table),
            rows=table.num_rows,
            num_samples=num_samples,
            rejects=rejects,
        )
        file = self._folder.unit(stage, number)
        self._folder.commit(file, table, Footer(receipt=receipt).to_json())
        return receipt

    def _done(
        self, number: int, call_id: str, receipt: Receipt, seconds: float, *, made: bool
    ) -> CallDone:
        contents = {f"{CALLS}/{number:06d}": receipt.content}
        call = self._load(number) if receipt.rows else None
        if call is not None:
            roles = self._there(ROLES, number, self._settings.for_roles(), contents)
            if roles is None:
                row = (call_id, self._roles.roles(call))
                roles = self._keep(ROLES, number, [row], contents)
            contents[f"{ROLES}/{number:06d}"] = roles.content
        return CallDone(
            number=number,
            id=call_id,
            contents=contents,
            people=() if call is None else tuple(one.id for one in call.people.values()),
            num_samples=() if call is None else tuple(one.num_samples for one in call.pieces),
            seconds=seconds,
            unused={} if call is None else call.unused,
            reject=receipt.rejects[0] if receipt.rejects else None,
            made=made,
        )

    def _load(self, number: int) -> AnnotatedCall:
        return AnnotatedCall.model_validate_json(self._record(CALLS, number))

    def _roles_at(self, number: int) -> CallRoles:
        return CallRoles.model_validate_json(self._record(ROLES, number))

    def _record(self, stage: str, number: int) -> str:
        (row,) = self._folder.read(self._folder.unit(stage, number)).to_pylist()
        return str(row["record"])

    def block(self, order: BlockOrder) -> list[Receipt]:
        """Make a block's four files; return their receipts."""
        scripts: list[Script] = []
        clips: list[pa.Table] = []
        dialogues: list[Dialogue] = []
        rejects: list[Reject] = []
        for piece in order.pieces:
            try:
                script, speech, dialogue = self._piece(piece)
            except Rejected as error:
                rejects.append(_reject(piece.dialog_id, error, "speech"))
                continue
            scripts.append(script)
            clips.append(speech_table([(script, speech)]))
            dialogues.append(dialogue)
        tables = {
            "script": scripts_table(scripts) if scripts else SCRIPTS.empty_table(),
            "speech": pa.concat_tables([CLIPS.empty_table(), *clips]).combine_chunks(),
            "timeline": records_table(dialogues) if dialogues else RECORDS.empty_table(),
        }
        receipts: list[Receipt] = []
        reads = dict(order.reads)
        samples = sum(dialogue.num_samples for dialogue in dialogues)
        for stage, table in tables.items():
            own = tuple(rejects) if stage == "speech" else ()
            receipts.append(self._commit(stage, order.block, table, reads, samples, own))
            reads = {f"{one.stage}/{order.block:06d}": one.content for one in receipts}
        jobs = [_job(piece, self._settings.seed) for piece in order.pieces]
        outcome = self._tokens.run(jobs, tables)
        receipts.append(
            self._commit(
                "tokens", order.block, outcome.table, reads, outcome.num_samples, outcome.rejects
            )
        )
        return receipts

    def _piece(self, order: PieceOrder) -> tuple[Script, Speech, Dialogue]:
        call = self._call_at(order.call)
        context = PieceContext(
            dialog_id=order.dialog_id,
            split=order.split,
            license=self._settings.terms.license,
            roles=self._roles_at(order.call),
            bleep=self._settings.bleep,
        )
        sound = CallSound(self._reader.read(call.id).sound)
        return dialogue_of(call, call.pieces[order.piece], sound, context, self._settings.gates)

    def _commit(
        self,
        stage: str,
        block: int,
        table: pa.Table,
        reads: Mapping[str, str],
        num_samples: int,
        rejects: tuple[Reject, ...],
    ) -> Receipt:
        receipt = Receipt(
            stage=stage,
            block=block,
            fingerprint=fingerprint_of(self._settings, stage),
            reads=dict(reads),
            content=content_hash(table),
            rows=table.num_rows,
            num_samples=num_samples,
            rejects=rejects,
        )
        footer = Footer(receipt=receipt)
        if stage == "tokens":
            facts = self._tokens.facts
            assert facts is not None
            footer = ShardFooter(
                receipt=receipt,
                recipe=self._settings.for_rows(),
                stand_ins=tuple(self._settings.stand_ins()),
                terms=(self._settings.terms,),
                **dict(facts),
            )
        self._folder.commit(self._folder.unit(stage, block), table, footer.to_json())
        return receipt


class _LazyAligner(Aligner):
    """An aligner that is loaded when a call first needs one: many corpora have word times."""

    def __init__(self, settings: AnnotateSettings) -> None:
        self._settings = settings
        self._aligner: Aligner | None = None

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        """Load the aligner if that was not done, and ask it."""
        if self._aligner is None:
            ALIGNERS.check(self._settings.align)
            self._aligner = ALIGNERS.load(self._settings.align)
        return self._aligner.align(spoken, audio, words)


def fingerprint_of(settings: AnnotateSettings, stage: str) -> str:
    """Return a stage's fingerprint; that of tokens and shards names the run."""
    rows = settings.for_rows()
    return rows if stage == UNIT_STAGES[-1] else digest([stage, rows])


def _digest(call: CorpusCall) -> str:
    """Return a hash of all that a corpus says of a call, and of how long its files are."""
    said = asdict(call)
    said["sound"] = {
        side: (one.path.name, one.channel, one.path.stat().st_size if one.path.is_file() else -1)
        for side, one in call.sound.items()
    }
    return blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _seconds(call: CorpusCall) -> float:
    """Return how long a call's sound is; 0 if it cannot be read."""
    try:
        return CallSound(call.sound).num_samples / SAMPLE_RATE
    except Rejected:
        return 0.0


def _reject(name: str, error: Rejected, stage: str = CALLS) -> Reject:
    return Reject(dialog_id=name, stage=stage, reason=error.reason, evidence=error.evidence)


def _job(piece: PieceOrder, seed: int) -> Job:
    index = int(piece.dialog_id.rpartition("-")[2])
    return Job(dialog_id=piece.dialog_id, kind=KIND, index=index, seed=seed)

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

from datagen.annotate.bleeped_sound import BleepedSound
from datagen.annotate.call import CorpusCall
from datagen.annotate.calls import AnnotatedCall, CallAnnotator
from datagen.annotate.readers.registry import open_reader
from datagen.annotate.roles import Roles
from datagen.annotate.rows import PieceContext, RoleText, dialogue_of
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
    Audio,
    Dialogue,
    Job,
    Reject,
    Rejected,
    Script,
    Speech,
    Split,
    SpokenWord,
)

CALLS = "calls"
"""Folder and stage of annotated calls."""


@dataclass(frozen=True)
class CallDone:
    """What is remembered of a call: its file has the rest."""

    number: int
    id: str
    content: str
    people: tuple[str, ...]
    """Ids of its people; none if it is left out."""
    num_samples: tuple[int, ...]
    """Length of each piece."""
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
    license: str


class CallWork:
    """Makes calls and blocks in one process."""

    def __init__(self, order: CallWorkOrder) -> None:
        self._settings = order.settings
        self._license = order.license
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
    def _roles(self) -> Roles:
        settings = self._settings
        may_name = settings.terms is not None and settings.terms.allows("name_people")
        return Roles(settings.roles, settings.seed, may_name=may_name)

    @cached_property
    def _tokens(self) -> TokensStage:
        settings = self._settings
        return TokensStage(
            CODECS.load(settings.codec),
            TOKENIZERS.load(settings.tokenizer),
            settings.provenance(),
        )

    def call(self, number: int, call_id: str) -> CallDone:
        """Annotate a call, unless its file is there and made of the same."""
        file = self._folder.unit(CALLS, number)
        reject: Reject | None = None
        call: CorpusCall | None = None
        try:
            call = self._reader.read(call_id)
            reads = {"call": _digest(call)}
        except Rejected as error:
            reads, reject = {"call": f"{error.reason}: {error.evidence}"}, _reject(call_id, error)
        receipt = self._folder.receipt(file)
        fingerprint = self._settings.for_calls()
        if receipt is not None and (receipt.fingerprint, receipt.reads) == (fingerprint, reads):
            return self._done(number, call_id, receipt, made=False)
        found: list[AnnotatedCall] = []
        if call is not None:
            try:
                found.append(self._annotator.annotate(call))
            except Rejected as error:
                reject = _reject(call_id, error)
        rows = [{"dialog_id": one.id, "record": one.model_dump_json()} for one in found]
        table = pa.Table.from_pylist(rows, schema=RECORDS)
        receipt = Receipt(
            stage=CALLS,
            block=number,
            fingerprint=fingerprint,
            reads=reads,
            content=content_hash(table),
            rows=table.num_rows,
            num_samples=sum(piece.num_samples for one in found for piece in one.pieces),
            rejects=() if reject is None else (reject,),
        )
        self._folder.commit(file, table, Footer(receipt=receipt).to_json())
        return self._done(number, call_id, receipt, made=True)

    def _done(self, number: int, call_id: str, receipt: Receipt, *, made: bool) -> CallDone:
        call = self._load(number) if receipt.rows else None
        return CallDone(
            number=number,
            id=call_id,
            content=receipt.content,
            people=() if call is None else tuple(one.id for one in call.people.values()),
            num_samples=() if call is None else tuple(one.num_samples for one in call.pieces),
            reject=receipt.rejects[0] if receipt.rejects else None,
            made=made,
        )

    def _load(self, number: int) -> AnnotatedCall:
        (row,) = self._folder.read(self._folder.unit(CALLS, number)).to_pylist()
        return AnnotatedCall.model_validate_json(row["record"])

    def block(self, order: BlockOrder) -> list[Receipt]:
        """Make a block's four files; return their receipts."""
        scripts: list[Script] = []
        clips: list[pa.Table] = []
        dialogues: list[Dialogue] = []
        rejects: list[Reject] = []
        roles = self._roles.of({one.call: self._call_at(one.call) for one in order.pieces})
        for piece in order.pieces:
            try:
                script, speech, dialogue = self._piece(piece, roles[piece.call])
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

    def _piece(self, order: PieceOrder, roles: RoleText) -> tuple[Script, Speech, Dialogue]:
        call = self._call_at(order.call)
        context = PieceContext(
            dialog_id=order.dialog_id,
            split=order.split,
            license=self._license,
            roles=roles,
        )
        sound = CallSound(self._reader.read(call.id).sound)
        if call.bleeps:
            sound = BleepedSound(sound, call, self._settings.bleep.sound)
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
                terms=() if self._settings.terms is None else (self._settings.terms,),
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


def _reject(name: str, error: Rejected, stage: str = CALLS) -> Reject:
    return Reject(dialog_id=name, stage=stage, reason=error.reason, evidence=error.evidence)


def _job(piece: PieceOrder, seed: int) -> Job:
    index = int(piece.dialog_id.rpartition("-")[2])
    return Job(dialog_id=piece.dialog_id, kind=KIND, index=index, seed=seed)

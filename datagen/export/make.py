"""Runs in another form: planned, written part by part, checked, whole once there is a receipt.

    RUN... --plan--> parts --workers--> files, .parts/ --finish--> manifests, export.json

A kill at any moment leaves whole files and at most one temporary one; the same command goes on.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import Thread
from typing import Any

from pydantic import ValidationError

from datagen import __version__
from datagen.export.choice import ExportChoice
from datagen.export.folder import ExportFolder
from datagen.export.plan import Candidate, ExportPart, Progress, plan_parts
from datagen.export.protocol import CHANNELS, ExportFormat
from datagen.export.receipt import (
    RECEIPT,
    REQUEST,
    SUMS,
    ExportReceipt,
    ExportRequest,
    ExportSummary,
    FileEntry,
    PartReceipt,
    VoiceCount,
)
from datagen.export.registry import resolve
from datagen.export.source import ExportSource
from datagen.storage import Where, hold, open_storage
from datagen.storage.base import Storage
from datagen.storage.marks import Selection
from datagen.types import SAMPLE_RATE, SPEAKERS, UserError

Marked = Callable[[str], Selection]
"""Gives the marks of a run."""


def unmarked(run: str) -> Selection:
    """Return a selection that takes all dialogues of a run."""
    return Selection({})


def export(
    name: str,
    runs: Sequence[str],
    out: Where,
    choice: ExportChoice | None = None,
    *,
    marks: Marked = unmarked,
    workers: int = 1,
    progress: Progress = lambda done, of: None,
) -> ExportReceipt:
    """Write dialogues of finished runs to a folder in one form, or go on with it."""
    form, choice = resolve(name), choice or ExportChoice()
    sources = _sources(runs)
    candidates = _candidates(sources, runs, choice, marks)
    request = _request(form, sources, choice, candidates)
    storage = open_storage(out)
    with hold(storage):
        _claim(storage, request)
        parts = plan_parts(candidates, form.part_seconds)
        key = blake2b(request.model_dump_json().encode(), digest_size=16).hexdigest()
        made = _write_parts(_Work(name, tuple(runs), str(out), key), parts, workers, progress)
        return _finish(form(sources[0].context), storage, request, parts, made)


def _sources(runs: Sequence[str]) -> list[ExportSource]:
    """Open the runs. Raises UserError if their tokens or ids cannot be in one set."""
    sources = [ExportSource(run) for run in runs]
    first = sources[0]
    for source in sources[1:]:
        for what in ("codec", "tokenizer"):
            if source.about[what]["hash"] != first.about[what]["hash"]:
                raise UserError(
                    f"{source.folder.where} has tokens of another {what} than"
                    f" {first.folder.where}; export them apart"
                )
    if len({source.kind for source in sources}) < len(sources):
        raise UserError("two runs of one kind have the same ids; export them apart")
    return sources


def _candidates(
    sources: Sequence[ExportSource], runs: Sequence[str], choice: ExportChoice, marks: Marked
) -> list[Candidate]:
    found = [
        candidate
        for number, (source, run) in enumerate(zip(sources, runs, strict=True))
        for candidate in source.candidates(number, choice, marks(run))
    ]
    if not found:
        raise UserError(f"no dialogue of {', '.join(runs)} is as asked for; ask for less")
    return found


def _request(
    form: type[ExportFormat],
    sources: Sequence[ExportSource],
    choice: ExportChoice,
    candidates: Iterable[Candidate],
) -> ExportRequest:
    digest = blake2b(digest_size=16)
    for one in candidates:
        digest.update(f"{one.run}/{one.shard}/{one.content}/{one.row}\n".encode())
    return ExportRequest(
        format=form.name,
        format_version=form.version,
        runs=tuple(source.described() for source in sources),
        choice=choice,
        dialogues=digest.hexdigest(),
    )


def _claim(storage: Storage, request: ExportRequest) -> None:
    """Write down what is asked for; refuse a folder that holds something else."""
    before = _read_request(storage)
    if before is None and _holds_files(storage):
        raise UserError(f"{storage.where} is not empty and holds no export; give another --out")
    if before is not None and before != request:
        raise UserError(
            f"{storage.where} holds an export of {_difference(before, request)}; give another"
            " --out, or delete it"
        )
    if before is None:
        with storage.write(REQUEST) as file:
            file.write(request.model_dump_json().encode())


def _read_request(storage: Storage) -> ExportRequest | None:
    for name, read in ((RECEIPT, _of_receipt), (REQUEST, ExportRequest.model_validate_json)):
        with suppress(FileNotFoundError):
            try:
                return read(storage.read(name))
            except ValidationError as error:
                raise UserError(
                    f"{storage.where}/{name} is of another program or version; give another --out"
                ) from error
    return None


def _of_receipt(data: bytes) -> ExportRequest:
    return ExportReceipt.model_validate_json(data).request


def _holds_files(storage: Storage) -> bool:
    if "://" not in storage.where:
        folder = Path(storage.where)
        return folder.is_dir() and any(not p.name.startswith(".") for p in folder.iterdir())
    return bool(storage.names(""))


def _difference(before: ExportRequest, now: ExportRequest) -> str:
    if (before.format, before.format_version) != (now.format, now.format_version):
        return f"form {before.format} (version {before.format_version})"
    return "other runs" if before.runs != now.runs else "other dialogues"


@dataclass(frozen=True)
class _Work:
    """What a process needs to write parts."""

    form: str
    runs: tuple[str, ...]
    out: str
    request: str


class _Writer:
    """Writes parts in one process."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._sources = [ExportSource(run) for run in work.runs]
        self._form = resolve(work.form)(self._sources[0].context)
        self._storage = open_storage(work.out)

    def write(self, part: ExportPart, told: Callable[[], None] = lambda: None) -> PartReceipt:
        """Write one part and its receipt."""
        out, voices = ExportFolder(self._storage), Counter[tuple[str, str, bool]]()

        def dialogues() -> Iterator[Any]:
            for piece in part.slices:
                source = self._sources[piece.run]
                for one in source.dialogues(piece, self._form.columns, sound=self._form.sound):
                    for speaker in SPEAKERS:
                        voice = one[f"{speaker}_voice"]
                        voices[voice["source"], voice["license"], voice["synthetic"]] += 1
                    yield one
                    told()

        report = self._form.write(part, dialogues(), out)
        receipt = PartReceipt(
            part=part.label,
            fingerprint=part.fingerprint(self._work.request),
            split=part.split,
            dialogues=part.dialogues,
            num_samples=part.num_samples,
            voices=_voice_counts(voices),
            files=tuple(out.files),
            lines=tuple(report.lines),
            notes=report.notes,
        )
        with self._storage.write(_part_name(part.label)) as file:
            file.write(receipt.model_dump_json().encode())
        return receipt


_writer: _Writer | None = None


def _start(work: _Work) -> None:
    global _writer
    Thread(target=_end_with_parent, daemon=True).start()
    _writer = _Writer(work)


def _end_with_parent() -> None:
    """End this process when the one that asked for parts is gone, killed or not."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write(part: ExportPart) -> PartReceipt:
    assert _writer is not None, "the pool has started"
    return _writer.write(part)


def _write_parts(
    work: _Work, parts: Sequence[ExportPart], workers: int, progress: Progress
) -> list[str]:
    """Write the parts that are not there; return the names of all receipts in order."""
    storage = open_storage(work.out)
    todo = [part for part in parts if not _is_done(storage, part, work.request)]
    total = sum(part.dialogues for part in parts)
    done = total - sum(part.dialogues for part in todo)
    progress(done, total)
    if todo and workers <= 1:
        writer = _Writer(work)
        for part in todo:

            def told() -> None:
                nonlocal done
                done += 1
                progress(done, total)

            writer.write(part, told)
    elif todo:
        for part in _in_processes(work, todo, workers):
            done += part.dialogues
            progress(done, total)
    return [_part_name(part.label) for part in parts]


def _in_processes(work: _Work, todo: Sequence[ExportPart], workers: int) -> Iterator[ExportPart]:
    context = multiprocessing.get_context("spawn")
    count = min(workers, len(todo))
    with ProcessPoolExecutor(count, context, initializer=_start, initargs=(work,)) as pool:
        running = {pool.submit(_write, part): part for part in todo}
        try:
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    part = running.pop(future)
                    future.result()
                    yield part
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_done(storage: Storage, part: ExportPart, request: str) -> bool:
    """Return whether a part's receipt is there and right, and its files as long as it says."""
    receipt = _part_receipt(storage, _part_name(part.label))
    if receipt is None or receipt.fingerprint != part.fingerprint(request):
        return False
    return all(_size(storage, entry.name) == entry.bytes for entry in receipt.files)


def _size(storage: Storage, name: str) -> int | None:
    try:
        return storage.load(name, lambda file: int(file.size()))
    except FileNotFoundError:
        return None


def _part_receipt(storage: Storage, name: str) -> PartReceipt | None:
    try:
        return PartReceipt.model_validate_json(storage.read(name))
    except (FileNotFoundError, ValidationError):
        return None


def _part_name(label: str) -> str:
    return f".parts/{label}.json"


def _finish(
    form: ExportFormat,
    storage: Storage,
    request: ExportRequest,
    parts: Sequence[ExportPart],
    names: Sequence[str],
) -> ExportReceipt:
    """Write manifests, sums and the receipt."""
    totals = _Totals(storage, names)
    kinds = Counter[str]()
    for part in parts:
        kinds[part.kind] += part.dialogues
    summary = ExportSummary(
        request=request,
        made_by=f"fullduplex-datagen {__version__}",
        layout=form.layout,
        channels=CHANNELS,
        dialogues=sum(totals.splits.values()),
        hours=round(totals.num_samples / SAMPLE_RATE / 3600, 6),
        splits=dict(sorted(totals.splits.items())),
        kinds=dict(sorted(kinds.items())),
        voices=_voice_counts(totals.voices),
        notes=dict(sorted(totals.notes.items())),
    )
    out = ExportFolder(storage)
    form.finish(summary, {split: totals.lines(split) for split in sorted(totals.splits)}, out)
    entries = sorted([*totals.files(), *out.files], key=lambda entry: entry.name)
    out.put(SUMS, "".join(f"{e.sha256}  {e.name}\n" for e in entries).encode())
    receipt = ExportReceipt(
        **summary.model_dump(by_alias=False),
        files=len(entries),
        bytes=sum(entry.bytes for entry in entries),
        sums=out.files[-1].sha256,
    )
    out.put(RECEIPT, (receipt.model_dump_json(indent=1, by_alias=True) + "\n").encode())
    storage.delete(REQUEST)
    return receipt


class _Totals:
    """What the receipts of all parts say together; they are read one at a time."""

    def __init__(self, storage: Storage, names: Sequence[str]) -> None:
        self._storage, self._names = storage, names
        self.splits, self.notes = Counter[str](), Counter[str]()
        self.voices = Counter[tuple[str, str, bool]]()
        self.num_samples = 0
        for receipt in self._receipts():
            self.splits[receipt.split] += receipt.dialogues
            self.notes.update(receipt.notes)
            self.num_samples += receipt.num_samples
            for count in receipt.voices:
                self.voices[count.source, count.license, count.synthetic] += count.sides

    def files(self) -> Iterator[FileEntry]:
        """Yield the files of all parts."""
        for receipt in self._receipts():
            yield from receipt.files

    def lines(self, split: str) -> Iterator[dict[str, Any]]:
        """Yield what the parts of a split said of their items."""
        for receipt in self._receipts():
            if receipt.split == split:
                yield from receipt.lines

    def _receipts(self) -> Iterator[PartReceipt]:
        for name in self._names:
            receipt = _part_receipt(self._storage, name)
            assert receipt is not None, f"{name} was written"
            yield receipt


def _voice_counts(counts: Counter[tuple[str, str, bool]]) -> tuple[VoiceCount, ...]:
    return tuple(
        VoiceCount(source=key[0], license=key[1], synthetic=key[2], sides=number)
        for key, number in sorted(counts.items())
    )

"""Writes the parts of an export, here or in processes of their own; what is there is left alone.

ExportPart --PartWriter--> files, then .parts/LABEL.json: a part with its receipt is done
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from threading import Thread
from typing import Any

from pydantic import ValidationError

from datagen.export.folder import ExportFolder
from datagen.export.plan import ExportPart, Progress
from datagen.export.receipt import PartReceipt, VoiceCount
from datagen.export.registry import resolve
from datagen.export.source import ExportSource
from datagen.storage import open_storage
from datagen.storage.base import Storage
from datagen.types import SPEAKERS, RunFailed


@dataclass(frozen=True)
class ExportWork:
    """What a process needs to write parts."""

    form: str
    runs: tuple[str, ...]
    out: str
    request: str


class PartWriter:
    """Writes parts in one process."""

    def __init__(self, work: ExportWork) -> None:
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
            voices=voice_counts(voices),
            files=tuple(out.files),
            lines=tuple(report.lines),
            notes=report.notes,
        )
        with self._storage.write(part_name(part.label)) as file:
            file.write(receipt.model_dump_json().encode())
        return receipt


_writer: PartWriter | None = None


def _start(work: ExportWork) -> None:
    global _writer
    Thread(target=_end_with_parent, daemon=True).start()
    _writer = PartWriter(work)


def _end_with_parent() -> None:
    """End this process when the one that asked for parts is gone, killed or not."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _write(part: ExportPart) -> PartReceipt:
    assert _writer is not None, "the pool has started"
    try:
        return _writer.write(part)
    except RunFailed as error:  # not all of these can be sent to another process
        raise RunFailed(str(error)) from None


def write_parts(
    work: ExportWork, parts: Sequence[ExportPart], workers: int, progress: Progress
) -> list[str]:
    """Write the parts that are not there; return the names of all receipts in order."""
    storage = open_storage(work.out)
    todo = [part for part in parts if not _is_done(storage, part, work.request)]
    total = sum(part.dialogues for part in parts)
    done = total - sum(part.dialogues for part in todo)
    progress(done, total)
    if todo and workers <= 1:
        writer = PartWriter(work)
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
    return [part_name(part.label) for part in parts]


def _in_processes(
    work: ExportWork, todo: Sequence[ExportPart], workers: int
) -> Iterator[ExportPart]:
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
        except BrokenProcessPool as error:
            raise RunFailed(
                "a process was killed, perhaps for want of memory; run the same command again with"
                " fewer --workers"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_done(storage: Storage, part: ExportPart, request: str) -> bool:
    """Return whether a part's receipt is there and right, and its files as long as it says."""
    receipt = part_receipt(storage, part_name(part.label))
    if receipt is None or receipt.fingerprint != part.fingerprint(request):
        return False
    return all(_size(storage, entry.name) == entry.bytes for entry in receipt.files)


def _size(storage: Storage, name: str) -> int | None:
    try:
        return storage.load(name, lambda file: int(file.size()))
    except FileNotFoundError:
        return None


def part_receipt(storage: Storage, name: str) -> PartReceipt | None:
    """Return the receipt of a part; None if it is not there or not whole."""
    try:
        return PartReceipt.model_validate_json(storage.read(name))
    except (FileNotFoundError, ValidationError):
        return None


def part_name(label: str) -> str:
    """Return the name of a part's receipt."""
    return f".parts/{label}.json"


def voice_counts(counts: Counter[tuple[str, str, bool]]) -> tuple[VoiceCount, ...]:
    """Return counts by source, licence and whether synthetic, in order."""
    return tuple(
        VoiceCount(source=key[0], license=key[1], synthetic=key[2], sides=number)
        for key, number in sorted(counts.items())
    )

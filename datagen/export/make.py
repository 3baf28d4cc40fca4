"""Runs in another form: planned, written part by part, checked, whole once there is a receipt.

    RUN... --plan--> parts --workers--> files, .parts/ --finish--> manifests, export.json

A kill at any moment leaves whole files and at most one temporary one; the same command goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from pydantic import ValidationError

from datagen.export.choice import ExportChoice
from datagen.export.finish import finish
from datagen.export.plan import Candidate, Progress, plan_parts
from datagen.export.protocol import ExportFormat
from datagen.export.receipt import RECEIPT, REQUEST, ExportReceipt, ExportRequest
from datagen.export.registry import resolve
from datagen.export.source import ExportSource
from datagen.export.work import ExportWork, write_parts
from datagen.storage import Where, hold, open_storage
from datagen.storage.base import Storage
from datagen.storage.marks import Selection
from datagen.terms import check_sharing, strictest
from datagen.types import UserError

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
    own_use: bool = False,
    progress: Progress = lambda done, of: None,
) -> ExportReceipt:
    """Write dialogues of finished runs to a folder in one form, or go on with it.

    Raises UserError if the terms of a corpus keep it from being shared, unless it is for the
    user's ``own_use``.
    """
    form, choice = resolve(name), choice or ExportChoice()
    sources = _sources(runs)
    terms = strictest(one for source in sources for one in source.terms)
    check_sharing(terms, "an export", sound=form.sound, own_use=own_use)
    candidates = _candidates(sources, runs, choice, marks)
    if form.sound:
        for number, source in enumerate(sources):
            source.require_sound(one.dialogue for one in candidates if one.run == number)
    request = _request(form, sources, choice, candidates)
    storage = open_storage(out)
    with hold(storage):
        storage.sweep()
        _claim(storage, request)
        parts = plan_parts(candidates, form.part_seconds)
        key = blake2b(request.model_dump_json().encode(), digest_size=16).hexdigest()
        made = write_parts(ExportWork(name, tuple(runs), str(out), key), parts, workers, progress)
        return finish(form(sources[0].context), storage, request, parts, made)


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
        raise UserError(
            f"no dialogue of {', '.join(runs)} is as asked for; they have {_what_there_is(sources)}"
        )
    return found


def _what_there_is(sources: Sequence[ExportSource]) -> str:
    """Return the splits, kinds and types of events that can be asked for."""
    kinds = sorted({source.kind for source in sources})
    splits, events = (
        sorted(set().union(*values))
        for values in zip(*(source.names() for source in sources), strict=True)
    )
    return (
        f"--kind {', '.join(kinds)}, --split {', '.join(splits)}, --event {', '.join(events)}"
        " (all that are asked for must hold of a dialogue, marks too)"
    )


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

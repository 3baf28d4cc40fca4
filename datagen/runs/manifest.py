"""What a finished set holds, in one JSON file that is signed by its content.

    RUN --build--> Manifest --save--> manifests/NAME.json      load, differences, `runs.card`

It names every file by its hashes, so that two machines can tell whether they have the same data
without sending it. Nothing in it says when or where it was made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import Field, ValidationError

from datagen.audit.totals import Totals
from datagen.config import describe
from datagen.engine.run_files import CorpusFile, read_corpus, read_plan, read_run
from datagen.formats.text import read_text
from datagen.quality.figures import read_quality
from datagen.storage import Where, atomic
from datagen.storage.run_folder import UNIT_STAGES, Receipt, RunFolder
from datagen.terms import Terms, of_run
from datagen.types import SAMPLE_RATE, SPEAKERS, Record, UserError

_COLUMNS = (
    *("num_samples", "split", "language", "domain", "agent_voice", "user_voice"),
    "events.list.element.type",
    *("probes.list.element.type", "probes.list.element.verdict"),
)
_CHUNK = 2**20
MAX_BYTES = 64 * 2**20
"""Longest manifest; that of the paper's set has some 4 MB."""
Counts = dict[str, int]


class ShardEntry(Record):
    """One packed shard."""

    file: str
    rows: int
    num_samples: int
    """Number of samples of one channel."""
    content: str
    """Hash of the shard's values, as in its receipt."""
    sha256: str
    """SHA-256 of the file."""
    bytes: int


class VoicesEntry(Record):
    """The voices of one source and licence."""

    source: str
    license: str
    synthetic: bool
    voices: int
    """Number of different voices."""
    dialogues: int
    """Number of dialogue sides that they speak."""


class Manifest(Record):
    """A finished set, as manifests/NAME.json describes it. `signature` is of all other fields."""

    version: Annotated[Literal[1], Field(alias="schema")]
    kind: str
    fingerprint: str
    recipe: dict[str, Any]
    seed: int
    stand_ins: list[str]
    """Sections of the recipe where a stand-in took a model's place."""
    versions: dict[str, str]
    git: str | None
    codec: dict[str, Any]
    tokenizer: dict[str, Any]
    dialogues: int
    num_samples: int
    """Number of samples of one channel, at 24 kHz."""
    hours: float
    """Hours of one channel, rounded to a second."""
    splits: Counts
    languages: Counts
    domains: Counts
    events: Counts
    """Events by type."""
    probes: Counts
    """Probes by type and verdict."""
    rejects: Counts
    """Rejected dialogues by stage and reason."""
    voices: list[VoicesEntry]
    shards: list[ShardEntry]
    blocks: dict[str, list[str]]
    """Content hashes of the blocks' artifacts in order, by stage."""
    quality: dict[str, Any] | None = None
    """What `datagen quality` heard, if somebody has listened; else left out."""
    terms: tuple[Terms, ...] = ()
    """Terms of the corpora that rows are made of; left out if all rows are synthetic."""
    corpus: CorpusFile | None = None
    """How much of a corpus' sound an annotated run uses; else left out."""
    signature: str = ""
    """SHA-256 of the canonical JSON of all other fields."""

    def to_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        data = self.model_dump(mode="json", by_alias=True)
        empty = {"quality"} if self.quality is None else set()
        empty |= set() if self.terms else {"terms"}
        empty |= {"corpus"} if self.corpus is None else set()
        return {name: value for name, value in data.items() if name not in empty}

    def signed(self) -> Manifest:
        """Return this manifest with the signature of its content."""
        return self.model_copy(update={"signature": self.content_signature()})

    def content_signature(self) -> str:
        """Hash everything but the signature."""
        data = {name: value for name, value in self.to_json().items() if name != "signature"}
        text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()


def build(run: Where) -> Manifest:
    """Describe a finished run. Raises UserError if something of it is not there."""
    folder = RunFolder(run)
    facts, plan = read_run(folder), read_plan(folder)
    units = {stage: _receipts(folder, stage, plan.blocks) for stage in UNIT_STAGES}
    names = [folder.shard(plan.kind, index) for index in range(plan.shards)]
    receipts = [_sound(folder, name, facts.fingerprint) for name in names]
    totals, languages, voices = Totals(), Counter[str](), _Voices()
    for name in names:
        table = folder.read(name, _COLUMNS)
        totals.count(table)
        languages.update(map(str, table.column("language").to_pylist()))
        voices.add(table)
    all_receipts = [receipt for stage in units.values() for receipt in stage] + receipts
    footer = folder.metadata(names[0]) or {} if names else {}
    data: dict[str, Any] = {
        "schema": 1,
        "kind": plan.kind,
        **facts.model_dump(
            mode="json",
            include={"fingerprint", "recipe", "seed", "stand_ins", "versions", "git"},
        ),
        **{name: footer.get(name, {}) for name in ("codec", "tokenizer")},
        "dialogues": totals.dialogues,
        "num_samples": totals.num_samples,
        "hours": round(totals.num_samples / SAMPLE_RATE) / 3600,
        **{name: getattr(totals, name) for name in ("splits", "domains", "events", "probes")},
        "languages": languages,
        "rejects": _rejects(all_receipts),
        "voices": voices.entries(),
        "shards": [_shard(folder, *pair) for pair in zip(names, receipts, strict=True)],
        "blocks": {stage: [one.content for one in found] for stage, found in units.items()},
    }
    data["terms"] = of_run(run)
    data["corpus"] = read_corpus(folder)
    if (quality := read_quality(run)) is not None:
        data["quality"] = quality.model_dump(mode="json")
    return Manifest.model_validate(data).signed()


def save(manifest: Manifest, path: Path) -> None:
    """Write a manifest, wholly or not at all."""
    text = json.dumps(manifest.to_json(), indent=1, sort_keys=True, ensure_ascii=False)
    try:
        with atomic(path) as file:
            file.write(text.encode() + b"\n")
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be written ({error})") from error


def load(path: Path) -> Manifest:
    """Read a manifest. Raises UserError if it is none, or was changed after it was signed."""
    text = read_text(path, MAX_BYTES)
    try:
        manifest = Manifest.model_validate(json.loads(text))
    except (OSError, ValueError, RecursionError) as error:
        reason = describe(error, Manifest) if isinstance(error, ValidationError) else str(error)
        raise UserError(
            f"{path} is no manifest ({reason}); `datagen manifest` makes one"
        ) from error
    if manifest.signature != manifest.content_signature():
        raise UserError(
            f"{path} was changed after it was signed: its content has the hash"
            f" {manifest.content_signature()}; make it anew from its run"
        )
    return manifest


def differences(one: Manifest, other: Manifest) -> Iterator[str]:
    """Say in a line each how the second differs from the first."""
    before, after = one.to_json(), other.to_json()
    for name in sorted(before.keys() | after.keys()):
        if name != "signature":
            yield from _differences(name, before.get(name), after.get(name))


def _differences(name: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _differences(f"{name}.{key}", one.get(key), other.get(key))
    elif one != other:
        lists = isinstance(one, list) and isinstance(other, list)
        yield f"{name}: " + (_of_lists(one, other) if lists else f"{one} -> {other}")


def _of_lists(one: list[Any], other: list[Any]) -> str:
    """Say how lists differ: of a longer run of the same recipe, most are equal."""
    changed = [n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if not changed:
        return f"{len(one):,} -> {len(other):,}, the shorter is the beginning of the longer"
    return f"{len(one):,} -> {len(other):,}, {len(changed):,} differ, the first is {changed[0]}"


class _Voices:
    """The voices of a set, by source and licence."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str, bool], set[str]] = {}
        self._sides = Counter[tuple[str, str, bool]]()

    def add(self, table: pa.Table) -> None:
        """Count the voices of a shard."""
        for speaker in SPEAKERS:
            for voice in table.column(f"{speaker}_voice").to_pylist():
                assert voice is not None, "an audit finds nulls"
                group = (voice["source"], voice["license"], voice["synthetic"])
                self._ids.setdefault(group, set()).add(voice["id"])
                self._sides[group] += 1

    def entries(self) -> list[VoicesEntry]:
        """Return the entries in order."""
        return [
            VoicesEntry(
                source=group[0],
                license=group[1],
                synthetic=group[2],
                voices=len(ids),
                dialogues=self._sides[group],
            )
            for group, ids in sorted(self._ids.items())
        ]


def _receipts(folder: RunFolder, stage: str, blocks: int) -> list[Receipt]:
    found = folder.receipts(stage, range(blocks))
    if missing := [block for block in range(blocks) if block not in found]:
        raise _unfinished(folder, folder.unit(stage, missing[0]))
    return [found[block] for block in range(blocks)]


def _sound(folder: RunFolder, name: str, fingerprint: str) -> Receipt:
    """Return the receipt of a shard that is of this run's recipe."""
    receipt = folder.receipt(name)
    if receipt is None or receipt.fingerprint != fingerprint:
        raise _unfinished(folder, name)
    return receipt


def _unfinished(folder: RunFolder, name: str) -> UserError:
    return UserError(
        f"{folder.where} is not finished: {name} is missing, damaged or of another recipe; run it"
        " to its end first"
    )


def _rejects(receipts: list[Receipt]) -> Mapping[str, int]:
    rejects = (reject for receipt in receipts for reject in receipt.rejects)
    return Counter(f"{reject.stage}: {reject.reason}" for reject in rejects)


def _shard(folder: RunFolder, name: str, receipt: Receipt) -> ShardEntry:
    def look(file: Any) -> tuple[str, int]:
        hasher = sha256()
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
        return hasher.hexdigest(), file.size()

    digest, size = folder.storage.load(name, look)
    return ShardEntry(
        file=name,
        rows=receipt.rows,
        num_samples=receipt.num_samples,
        content=receipt.content,
        sha256=digest,
        bytes=size,
    )

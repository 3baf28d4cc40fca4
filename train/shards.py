"""Read token shards of schema 1 or 2, once, into flat files that every process maps.

    *.parquet  --check, decode-->  CACHE/FINGERPRINT/{agent_codes,...}.bin + rows.npz

The Parquet schema is the contract; nothing here knows the program that wrote it. Memory stays at
a row group whatever the size of the set, and no token is touched by Python.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train.config import UserError
from train.prompt import FRAME_RATE, NUM_CODEBOOKS, Tokens
from train.prompt_text import load_tokenizer, prompt_forms, read_tokenizer

SCHEMA_VERSIONS = (1, 2)
"""Schemas whose columns of tokens and labels are those of schema 1; later ones add columns."""
CACHE_VERSION = 2
SAMPLE_RATE = 24_000
METADATA_KEY = b"datagen"
GIVEN = {"data.shards": "shards or a run", "data.texts": "what `datagen texts` wrote"}
"""What the settings that name Parquet files want."""
BESIDE = "metadata.json"
"""File beside shards that have lost their metadata, with what the shards they are made from say."""
TOKENS = {
    "agent_codes": "codec",
    "user_codes": "codec",
    "agent_text": "tokenizer",
    "user_text": "tokenizer",
    "agent_voice_codes": "codec",
    "user_voice_codes": "codec",
    "prompt_tokens": "tokenizer",
}
"""Columns of list<int16>, and whose tokens they hold."""
LABELS = ("dialog_id", "kind", "split", "role_prompt", "user_role_prompt")
ROWS = "rows.npz"
"""Labels of the rows, and how many tokens of each column each row has."""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What all shards of a set agree on."""

    codec: str
    codec_hash: str
    cardinality: int
    silence: tuple[int, ...]
    sine: tuple[int, ...]
    tokenizer: str
    tokenizer_hash: str
    vocabulary: int
    pad: int
    epad: int
    stand_ins: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    """Corpora of real conversations among the shards, each with its licence and what it forbids."""

    @property
    def hashes(self) -> dict[str, str]:
        """Say whose tokens they are."""
        return {"codec": self.codec_hash, "tokenizer": self.tokenizer_hash}

    @property
    def foreign(self) -> str:
        """Name the stand-in that pretrained weights would not understand; empty if none."""
        codec = {f"codec={self.codec}"} if not self.codec.startswith("mimi") else set()
        named = [item for item in self.stand_ins if item.startswith(("codec=", "tokenizer="))]
        return ", ".join(named or sorted(codec))


def _missing(path: Path) -> str:
    """Say why there are no Parquet files at a path."""
    if not path.exists():
        return "is not there"
    if (path / "plan.json").is_file():
        return "is a run without shards so far: the same `datagen run` goes on with it"
    return "holds no .parquet file"


def find(paths: Sequence[str], setting: str = "data.shards") -> list[Path]:
    """List the Parquet files of folders and files; a run's folder means its shards/."""
    files: list[Path] = []
    for name in paths:
        path = Path(name)
        folder = path / "shards" if (path / "shards").is_dir() else path
        found = [path] if path.is_file() else sorted(folder.glob("[!.]*.parquet"))
        if not found:
            raise UserError(f"{setting}: {name} {_missing(path)}; give {GIVEN[setting]}")
        files += found
    if not files:
        raise UserError("data.shards is empty: give the folders of the shards to train on")
    return list(dict.fromkeys(file.resolve() for file in files))


def footer(file: Path) -> dict[str, Any]:
    """Return what a shard says of itself, or what is said of it in metadata.json beside it.

    Other programs that filter and write a shard drop what it says: pyarrow and datagen keep it.
    """
    beside = file.parent / BESIDE
    try:
        text = (pq.read_schema(file).metadata or {}).get(METADATA_KEY)
        if text is None and not beside.is_file():
            raise UserError(
                f"{file} has lost its metadata, as files that polars, duckdb and pandas wrote have:"
                f" put that of the shard it was made from, pq.read_schema(SHARD).metadata"
                f"[{METADATA_KEY!r}], into {beside}"
            )
        value = json.loads(beside.read_bytes() if text is None else text)
        if not isinstance(value, dict):
            raise ValueError("its metadata is no mapping")
    except (OSError, pa.ArrowException, ValueError, RecursionError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{file} is not a token shard ({type(error).__name__}: {error})") from error
    return value


def parse_metadata(record: dict[str, Any], file: Path) -> Metadata:
    """Check a shard's metadata against the schemas that this trainer reads."""
    if record.get("schema") not in SCHEMA_VERSIONS:
        known = " and ".join(map(str, SCHEMA_VERSIONS))
        raise UserError(
            f"{file} has schema {record.get('schema')!r}, this trainer reads {known}:"
            " use the trainer of the version that wrote it"
        )
    try:
        expected = {
            "sample_rate": SAMPLE_RATE,
            "frame_rate": FRAME_RATE,
            "delays_applied": False,
        }
        wrong = [key for key, value in expected.items() if record[key] != value]
        codec, tokenizer = record["codec"], record["tokenizer"]
        wrong += [] if codec["codebooks"] == NUM_CODEBOOKS else ["codec.codebooks"]
        wrong += [f"codec.{key}" for key in ("silence", "sine") if len(codec[key]) != NUM_CODEBOOKS]
        wrong += _outside(codec, tokenizer)
        if wrong:
            raise UserError(f"{file}: {', '.join(wrong)} is not what Moshi's sequences need")
        return Metadata(
            codec=codec["id"],
            codec_hash=codec["hash"],
            cardinality=codec["cardinality"],
            silence=tuple(codec["silence"]),
            sine=tuple(codec["sine"]),
            tokenizer=tokenizer["id"],
            tokenizer_hash=tokenizer["hash"],
            vocabulary=tokenizer["size"],
            pad=tokenizer["pad"],
            epad=tokenizer["epad"],
            stand_ins=tuple(sorted(record.get("stand_ins", ()))),
            corpora=tuple(_corpus_line(terms, file) for terms in record.get("terms", ())),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"{file}: its metadata lacks {error}") from error


def _corpus_line(terms: dict[str, Any], file: Path) -> str:
    """Say whose conversations a shard is made of; refuse a corpus that must not be trained on."""
    clauses = terms["clauses"]
    if clauses["train"]["answer"] != "allowed":
        raise UserError(
            f"{file} is made of {terms['corpus']}, and training on it is"
            f" {clauses['train']['answer']} ({clauses['train']['says']}; {terms['license']}): leave"
            " it out of data.shards"
        )
    is_free = clauses["commercial"]["answer"] == "allowed"
    return f"{terms['corpus']} ({terms['license']}{'' if is_free else '; not commercial'})"


def corpus_of(record: dict[str, Any]) -> str:
    """Return the name of the corpus that a shard is made of; empty if it is synthetic."""
    return "+".join(sorted(terms["corpus"] for terms in record.get("terms", ())))


def bare_ids(dialog_ids: NDArray[Any]) -> NDArray[Any]:
    """Return ids as shards have them, without the corpus before them (`_named`)."""
    return np.asarray([name.rpartition(":")[2] for name in dialog_ids.tolist()])


def _named(labels: dict[str, NDArray[Any]], corpus: str, num_corpora: int) -> None:
    """Write a corpus into the kinds of its rows, and into their ids if others have the same."""
    if corpus:
        labels["kind"] = np.asarray([f"{kind}/{corpus}" for kind in labels["kind"].tolist()])
        if num_corpora > 1:
            ids = labels["dialog_id"].tolist()
            labels["dialog_id"] = np.asarray([f"{corpus}:{name}" for name in ids])


def _outside(codec: dict[str, Any], tokenizer: dict[str, Any]) -> list[str]:
    """Name the constant rows of a prompt that hold ids the codec or tokenizer does not have."""
    rows = {f"codec.{key}": (codec[key], codec["cardinality"]) for key in ("silence", "sine")}
    rows |= {f"tokenizer.{key}": ([tokenizer[key]], tokenizer["size"]) for key in ("pad", "epad")}
    return [
        name
        for name, (ids, limit) in rows.items()
        if not all(isinstance(id_, int) and 0 <= id_ < limit for id_ in ids)
    ]


def read_metadata(files: Sequence[Path]) -> Metadata:
    """Return the metadata that all files share; a mix of codecs or tokenizers is refused."""
    first: Metadata | None = None
    stand_ins: set[str] = set()
    corpora: set[str] = set()
    for file in files:
        this = parse_metadata(footer(file), file)
        first = first or this
        stand_ins |= set(this.stand_ins)
        corpora |= set(this.corpora)
        for part in ("codec", "tokenizer"):
            if getattr(this, f"{part}_hash") != getattr(first, f"{part}_hash"):
                raise UserError(
                    f"{file} has tokens of another {part} than {files[0]}"
                    f" ({getattr(this, part)} and {getattr(first, part)}): train on one of them"
                )
    assert first is not None
    found = {"stand_ins": tuple(sorted(stand_ins)), "corpora": tuple(sorted(corpora))}
    return Metadata(**{**vars(first), **found})


def cached(files: Sequence[Path], cache: Path, tokenizer: str | None = None) -> Path:
    """Return the folder of the decoded shards, making it unless it is there."""
    folder = cache / fingerprint(files, tokenizer)
    return made_once(folder, lambda working: _decode(files, working, tokenizer))


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder that ``make`` fills, unless it is there.

    Safe with many processes at once: each writes under a name of its own, and the first to finish
    gives the folder its name.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    working = Path(tempfile.mkdtemp(prefix=".tokens-", dir=folder.parent))
    try:
        make(working)
        working.chmod(0o755)
        try:
            working.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return folder


def fingerprint(files: Sequence[Path], tokenizer: str | None) -> str:
    """Name the content of the cache: what files say of their content, else size and time."""
    hasher = blake2b(f"cache {CACHE_VERSION}".encode(), digest_size=12)
    for file in files:
        status = file.stat()
        content = footer(file).get("receipt", {}).get("content", status.st_mtime_ns)
        hasher.update(f"/{status.st_size}/{content}".encode())
    if tokenizer is not None:
        hasher.update(read_tokenizer(tokenizer))
    return hasher.hexdigest()


def _decode(files: Sequence[Path], folder: Path, tokenizer: str | None) -> None:
    metadata = read_metadata(files)
    encode = None if tokenizer is None else load_tokenizer(tokenizer)
    limits = {"codec": metadata.cardinality, "tokenizer": metadata.vocabulary}
    labels: dict[str, list[NDArray[Any]]] = {name: [] for name in (*LABELS[:3], "num_frames")}
    lengths: dict[str, list[NDArray[np.int64]]] = {name: [] for name in TOKENS}
    prompts: list[NDArray[np.int64]] = []
    handles = {name: (folder / f"{name}.bin").open("wb") for name in TOKENS}
    try:
        corpora = {file: corpus_of(footer(file)) for file in files}
        for file, read in _batches(files):
            batch = _settled(read, file)
            _check_shapes(batch, file)
            own = {name: np.asarray(batch.column(name).to_pylist()) for name in labels}
            _named(own, corpora[file], len(set(corpora.values()) - {""}))
            for name in labels:
                labels[name].append(own[name])
            for name, owner in TOKENS.items():
                values, counts = checked_tokens(
                    batch.column(name), limits[owner], f"{file}: {name}"
                )
                lengths[name].append(counts)
                if name == "prompt_tokens":
                    values, forms = prompt_forms(batch, values, counts, encode, file)
                    prompts.append(forms)
                values.tofile(handles[name])
    finally:
        for handle in handles.values():
            handle.flush()
            os.fsync(handle.fileno())
            handle.close()
    if not sum(map(len, labels["num_frames"])):
        raise UserError("data.shards: no shard has a row left; choose others, or filter less")
    columns = {name: np.concatenate(parts) for name, parts in {**labels, **lengths}.items()}
    _check_unique(columns["dialog_id"])
    columns["prompt_tokens"] = np.concatenate(prompts)
    np.savez(folder / ROWS, allow_pickle=False, **columns)


def _batches(files: Sequence[Path]) -> Iterator[tuple[Path, pa.RecordBatch]]:
    columns = [*LABELS, "num_frames", *TOKENS]
    for file in files:
        try:
            with pq.ParquetFile(file) as parquet:
                for batch in parquet.iter_batches(64, columns=columns, use_threads=False):
                    yield file, batch
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            raise UserError(f"{file} cannot be read ({error}): make it anew") from error


def _settled(batch: pa.RecordBatch, file: Path) -> pa.RecordBatch:
    """Return a batch whose tokens are list<int16>: other programs write lists of other integers."""
    for name in TOKENS:
        index = batch.schema.get_field_index(name)
        kind = batch.schema.field(index).type if index >= 0 else None
        if kind is not None and pa.types.is_nested(kind) and _has_holes(batch.column(index)):
            raise UserError(f"{file}: {name} has lists with nulls in them; audit the shards")
        if kind is None or kind == pa.list_(pa.int16()) or not _is_list_of_integers(kind):
            continue
        try:
            column = batch.column(index).cast(pa.list_(pa.int16()))
        except pa.ArrowException as error:
            raise UserError(
                f"{file}: {name} holds no tokens ({error}); audit the shards"
            ) from error
        batch = batch.set_column(index, name, column)
    return batch


def _has_holes(column: pa.Array) -> bool:
    return bool(pa.types.is_struct(column.type) or column.flatten().null_count)


def _is_list_of_integers(kind: pa.DataType) -> bool:
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    is_list = is_list or pa.types.is_fixed_size_list(kind)
    return bool(is_list and pa.types.is_integer(kind.value_type))


def _check_shapes(batch: pa.RecordBatch, file: Path) -> None:
    frames = np.asarray(batch.column("num_frames"))
    for name in TOKENS:
        if name not in batch.schema.names or batch.column(name).type != pa.list_(pa.int16()):
            raise UserError(f"{file}: schema 1 has a column {name} of list<int16>")
        per_frame = {"agent_codes": NUM_CODEBOOKS, "user_codes": NUM_CODEBOOKS}.get(name, 1)
        counts = np.asarray(pc.list_value_length(batch.column(name)).fill_null(-1))
        if name.endswith("voice_codes"):
            good = (counts > 0) & (counts % NUM_CODEBOOKS == 0)
        elif name == "prompt_tokens":
            good = counts > 0
        else:
            good = counts == per_frame * frames
        if not good.all():
            bad = batch.column("dialog_id")[int(np.argmin(good))].as_py()
            raise UserError(f"{file}: {bad} has a {name} of a wrong length; audit the shards")


def checked_tokens(
    column: pa.ListArray, limit: int, where: str
) -> tuple[Tokens, NDArray[np.int64]]:
    """Return a column's values, without a copy, and how many each row has."""
    values = column.flatten().to_numpy(zero_copy_only=True)
    if len(values) and not (values.min() >= 0 and values.max() < limit):
        raise UserError(f"{where} has tokens outside [0, {limit}); audit the shards")
    counts = np.asarray(pc.list_value_length(column)).astype(np.int64)
    return values, counts


def _check_unique(ids: NDArray[Any]) -> None:
    values, counts = np.unique(ids, return_counts=True)
    if (counts > 1).any():
        raise UserError(
            f"data.shards: dialogue {values[counts.argmax()]} is there twice; give each shard once"
        )

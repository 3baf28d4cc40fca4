"""Calls as text alone, many more than have sound: what a model learns to quote its prompt from.

    texts.parquet (`datagen texts`): role, prompt tokens, the agent's tokens  ->  TextCorpus

No text is of a company that a held-out dialogue of the shards has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train.batches import Rows
from train.config import DataSpec, UserError
from train.data import SIDES, Corpus
from train.pace import SEEN, TextPace
from train.prompt import NO_TOKEN, NUM_CODEBOOKS, Tokens
from train.prompt_text import load_tokenizer, prompt_forms, read_tokenizer
from train.remote import local
from train.shards import ROWS, Metadata, checked_tokens, find, footer, made_once

SCHEMA_VERSION = 1
VERSION = 1
"""Raised when a change here changes what is cached."""
LABELS = ("dialog_id", "kind", "split", "company")
TOKENS = ("prompt_tokens", "agent_text")
LENGTHS = ("agent_word_tokens", "agent_turn_words")
"""Columns of list<int16>: how many tokens each word has, and how many words each turn."""
COMPANY = "company"
"""Column, and id of the fact in shards, that names the agent's company as it is spoken."""


class TextCorpus(Corpus):
    """Calls without sound: the agent's text on a drawn clock, and no audio."""

    def __init__(self, folder: Path, metadata: Metadata) -> None:
        super().__init__(folder, metadata)
        with np.load(folder / ROWS) as rows:
            order = np.lexsort((rows["dialog_id"], rows["kind"]))
            self.companies: NDArray[Any] = rows[COMPANY][order]
        self.num_left_out = 0
        """Texts that are of a company held out."""

    def leave_out(self, companies: Collection[str]) -> int:
        """Take the texts of some companies out of every split; return how many they are."""
        held = np.isin(self.companies, sorted(companies))
        self.splits = np.where(held, "", self.splits)
        return int(held.sum())

    @cached_property
    def spoken_tokens(self) -> NDArray[np.int64]:
        """How many tokens of text each side says [N, 2]; the user's are not there."""
        agent = self.count_spoken("agent")
        return np.stack((agent, np.zeros_like(agent)), axis=1)

    def _codes(self, name: str, row: int, frames: int) -> Tokens:
        return np.full((NUM_CODEBOOKS, frames), NO_TOKEN, np.int16)


def open_texts(spec: DataSpec, cache: Path, corpus: Corpus, taught: Rows) -> TextCorpus:
    """Open the texts beside a corpus of which the rows ``taught`` are trained on.

    Raises UserError if they are of another tokenizer, or of its companies alone.
    """
    folder = Path(spec.cache) if spec.cache else cache
    files = find(local(spec.texts, folder), "data.texts")
    for file in files:
        _check(file, corpus.metadata)
    made = made_once(
        folder / _fingerprint(files, spec.tokenizer, corpus),
        lambda working: _decode(files, working, spec.tokenizer, corpus),
    )
    texts = TextCorpus(made, corpus.metadata)
    if spec.needs_answers and spec.tokenizer is not None:
        texts.find_answers(files, folder, spec.tokenizer, texts.dialog_ids)
    held_out = np.setdiff1d(np.arange(len(corpus)), taught)
    ids = set(corpus.dialog_ids[held_out].tolist())
    texts.num_left_out = texts.leave_out(companies(find(local(spec.shards, folder)), ids))
    return texts


def companies(files: Sequence[Path], ids: Collection[str]) -> set[str]:
    """Return the companies of some dialogues of shards, as they are spoken."""
    found: set[str] = set()
    for file in files:
        for row in pq.read_table(file, columns=["dialog_id", "facts"]).to_pylist():
            if row["dialog_id"] in ids:
                found |= {fact["spoken"] for fact in row["facts"] or () if fact["id"] == COMPANY}
    return found


def _check(file: Path, metadata: Metadata) -> None:
    about = footer(file)
    if about.get("texts") != SCHEMA_VERSION:
        raise UserError(
            f"data.texts: {file} holds no texts of version {SCHEMA_VERSION}: `datagen texts` writes"
            " them"
        )
    if about["tokenizer"]["hash"] != metadata.tokenizer_hash:
        raise UserError(
            f"data.texts: {file} has tokens of {about['tokenizer']['id']} and the shards have those"
            f" of {metadata.tokenizer}: write both with one recipe"
        )


def _fingerprint(files: Sequence[Path], tokenizer: str | None, corpus: Corpus) -> str:
    hasher = blake2b(f"texts {SCHEMA_VERSION} {VERSION}".encode(), digest_size=12)
    hasher.update("/".join(corpus.dialog_ids[:SEEN].tolist()).encode())
    for file in files:
        hasher.update(f"/{file.stat().st_size}/{footer(file)['content']}".encode())
    if tokenizer is not None:
        hasher.update(read_tokenizer(tokenizer))
    return hasher.hexdigest()


def _decode(files: Sequence[Path], folder: Path, tokenizer: str | None, corpus: Corpus) -> None:
    encode = None if tokenizer is None else load_tokenizer(tokenizer)
    size, silent = corpus.metadata.vocabulary, (corpus.metadata.pad, corpus.metadata.epad)
    pace = TextPace.of(corpus.text_rows("agent"), silent)
    rng = np.random.default_rng(0)
    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in (*LABELS, *TOKENS)}
    with ExitStack() as stack:
        handles = {n: stack.enter_context((folder / f"{n}.bin").open("wb")) for n in TOKENS}
        for file in files:
            for batch in _batches(file):
                for name in LABELS:
                    columns[name].append(np.asarray(batch.column(name).to_pylist()))
                found = {
                    name: checked_tokens(batch.column(name), size, f"{file}: {name}")
                    for name in (*TOKENS, *LENGTHS)
                }
                found["prompt_tokens"] = prompt_forms(batch, *found["prompt_tokens"], encode, file)
                found["agent_text"] = _laid(found, pace, silent, rng)
                for name in TOKENS:
                    found[name][0].tofile(handles[name])
                    columns[name].append(found[name][1])
    rows = {name: np.concatenate(parts) for name, parts in columns.items()}
    nothing = np.zeros(len(rows["dialog_id"]), np.int64)
    for side in SIDES:
        rows[f"{side}_voice_codes"] = nothing
        (folder / f"{side}_voice_codes.bin").touch()
    np.savez(folder / ROWS, allow_pickle=False, num_frames=rows["agent_text"], **rows)


def _laid(
    found: Mapping[str, tuple[NDArray[Any], NDArray[np.int64]]],
    pace: TextPace,
    silent: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[Tokens, NDArray[np.int64]]:
    """Return a batch's text rows on their clock, one after the other, and their lengths [N]."""
    parts = [
        np.split(found[name][0], np.cumsum(found[name][1])[:-1])
        for name in ("agent_text", *LENGTHS)
    ]
    rows = [
        pace.lay(text, words.astype(np.int64), turns.astype(np.int64), silent, rng)
        for text, words, turns in zip(*parts, strict=True)
    ]
    return np.concatenate(rows), np.array([len(row) for row in rows])


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    """Yield a file's columns; the user's role, which no text has, is null."""
    try:
        with pq.ParquetFile(file) as parquet:
            columns = [*LABELS, *TOKENS, *LENGTHS, "role_prompt"]
            for batch in parquet.iter_batches(1024, columns=columns, use_threads=False):
                nobody = pa.nulls(len(batch), pa.string())
                yield batch.append_column("user_role_prompt", nobody)
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise UserError(f"{file} cannot be read ({error}): make it anew") from error

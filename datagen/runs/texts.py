"""Calls as text alone: the scripts of a recipe, without voices, as the trainer reads them.

    Recipe, number  --writer, a block at a time-->  scripts  --tokenizer-->  texts.parquet

A script takes a thousandth of the time of its sound, so that a model can read many more of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.backends.protocols import Tokenizer
from datagen.backends.registry import TOKENIZERS, WRITERS
from datagen.config import Recipe
from datagen.engine.plan import jobs_of, make_plan
from datagen.shards.footer import TokenizerFacts
from datagen.storage.local import atomic
from datagen.storage.parquet_file import METADATA_KEY
from datagen.types import Fact, Script, Turn, UserError

SCHEMA_VERSION = 1
"""Version of the table's columns."""
BATCH = 32
"""Blocks that the writer is given at once."""
_TOKENS = pa.list_(pa.int16())
_TURN = pa.struct([(name, pa.string()) for name in ("speaker", "spoken", "onset")])
_FACT = pa.struct([(name, pa.string()) for name in ("id", "type", "written", "spoken")])
SCHEMA = pa.schema(
    [
        ("dialog_id", pa.string()),
        ("kind", pa.string()),
        ("split", pa.string()),
        ("company", pa.string()),  # as it is spoken; empty where there is none
        ("role_prompt", pa.string()),
        ("prompt_tokens", _TOKENS),  # of <system> role <system>
        ("agent_text", _TOKENS),  # of all that the agent says, word by word, without padding
        ("agent_word_tokens", _TOKENS),  # how many tokens each of its words has
        ("agent_turn_words", _TOKENS),  # how many words each of its turns has
        ("turns", pa.list_(_TURN)),  # of both, as shards name them: what is asked, and answered
        ("facts", pa.list_(_FACT)),  # as shards have them
    ]
)


class TextsResult(NamedTuple):
    """What was written."""

    texts: int
    rejects: int


def write(
    recipe: Recipe, dialogs: int, out: Path, tell: Callable[[int], None] = lambda done: None
) -> TextsResult:
    """Write the texts of a recipe's first dialogues, of which some may be rejected.

    Those are the dialogues of a run of the same recipe and seed. ``tell`` hears how many are done.
    """
    plan = make_plan(recipe, None, dialogs)
    tokenizer = TOKENIZERS.load(recipe.tokenizer)
    writer = WRITERS.load(recipe.script)
    tables, num_rejects = [], 0
    hasher = blake2b(digest_size=12)
    try:
        blocks = iter(range(plan.blocks))
        while numbers := list(islice(blocks, BATCH)):
            jobs = [job for number in numbers for job in jobs_of(recipe, number)]
            jobs = [job for job in jobs if job.index < dialogs]
            scripts = [one for one in writer.write(jobs) if isinstance(one, Script)]
            num_rejects += len(jobs) - len(scripts)
            tables.append(_table(scripts, tokenizer))
            hasher.update(_digest(scripts))
            tell(len(jobs))
    finally:
        writer.close()
    table = pa.concat_tables(tables)
    if not table.num_rows:
        raise UserError(f"all {num_rejects:,} scripts were rejected; nothing is written")
    said = {
        "texts": SCHEMA_VERSION,
        "tokenizer": _facts(tokenizer).model_dump(mode="json"),
        "content": hasher.hexdigest(),
    }
    table = table.replace_schema_metadata({METADATA_KEY: json.dumps(said, sort_keys=True)})
    with atomic(out) as file:
        pq.write_table(table, file, row_group_size=1024, compression="zstd")
    return TextsResult(table.num_rows, num_rejects)


def _facts(tokenizer: Tokenizer) -> TokenizerFacts:
    names = TokenizerFacts.model_fields
    return TokenizerFacts(**{name: getattr(tokenizer, name) for name in names})


def _digest(scripts: Sequence[Script]) -> bytes:
    return "\n".join(script.model_dump_json() for script in scripts).encode()


def _table(scripts: Sequence[Script], tokenizer: Tokenizer) -> pa.Table:
    encode = cache(tokenizer.encode)
    rows = [_row(script, encode) for script in scripts]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(script: Script, encode: Callable[[str], list[int]]) -> dict[str, Any]:
    turns = [turn.spoken.split() for turn in script.turns if turn.speaker == "agent"]
    words = [encode(word) for turn in turns for word in turn]
    return {
        "dialog_id": script.dialog_id,
        "kind": script.kind,
        "split": script.split,
        "company": _company(script),
        "role_prompt": script.role_prompt,
        "prompt_tokens": encode(f"<system> {script.role_prompt} <system>"),
        "agent_text": [token for word in words for token in word],
        "agent_word_tokens": [len(word) for word in words],
        "agent_turn_words": [len(turn) for turn in turns],
        "turns": [_columns(turn, _TURN) for turn in script.turns],
        "facts": [_columns(fact, _FACT) for fact in script.facts],
    }


def _columns(record: Turn | Fact, kind: pa.StructType) -> dict[str, str]:
    return {field.name: getattr(record, field.name) for field in kind}


def _company(script: Script) -> str:
    return next((fact.spoken for fact in script.facts if fact.id == "company"), "")

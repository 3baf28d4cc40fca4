"""Schema 1: what is written is what is meant, and what is out of range is not written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from datagen.shards import layout
from datagen.shards.footer import TokenFacts
from datagen.storage.run_folder import RunFolder, content_hash
from tests.doubles.codec_and_tokenizer import FakeCodec, FakeTokenizer
from tests.fixtures.run_folder import row_of

VOCABULARY = FakeTokenizer.size


def test_a_row_keeps_its_codes_and_its_hash_through_a_file(tmp_path: Path) -> None:
    row = row_of(0)
    table = layout.table([row], VOCABULARY)
    assert table.schema == layout.SCHEMA
    folder = RunFolder(tmp_path)
    folder.commit(folder.unit("tokens", 0), table, {})
    back = folder.read(folder.unit("tokens", 0))
    assert content_hash(back) == content_hash(table)
    (value,) = back.to_pylist()
    codes = np.array(value["agent_codes"]).reshape(8, -1)
    np.testing.assert_array_equal(codes, row.codes["agent"])
    assert value["num_frames"] * 1920 == value["num_samples"]
    assert value["user_role_prompt"] == row.script.user_role_prompt


@pytest.mark.parametrize("code", [-1, 2048])
def test_codes_out_of_range_are_refused(code: int) -> None:
    row = row_of(0)
    codes = row.codes["user"].copy()
    codes[3, 5] = code
    with pytest.raises(AssertionError, match="out of range"):
        layout.table([replace(row, codes={**row.codes, "user": codes})], VOCABULARY)


def test_text_must_be_as_long_as_the_sound() -> None:
    row = row_of(0)
    short = {**row.text, "agent": row.text["agent"][:-1]}
    with pytest.raises(AssertionError):
        layout.table([replace(row, text=short)], VOCABULARY)


def test_metadata_says_what_made_the_tokens() -> None:
    metadata = TokenFacts.of(FakeCodec(), FakeTokenizer()).model_dump(mode="json", by_alias=True)
    assert metadata["delays_applied"] is False
    assert metadata["codec"]["silence"] == list(FakeCodec.silence)
    assert metadata["tokenizer"]["pad"] == 3


def test_an_empty_block_is_a_table_too() -> None:
    assert layout.table([], VOCABULARY).schema == layout.SCHEMA
    assert pa.types.is_list(layout.SCHEMA.field("words").type)

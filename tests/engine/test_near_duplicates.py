"""Near-duplicates across a run: the same verdicts whatever is packed first, and after changes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from datagen.engine.near_duplicates import Duplicates, Twin
from datagen.scripting.corpus.minhash import sketch
from datagen.seeds import rng_for
from datagen.storage.run_folder import Damaged, RunFolder
from tests.fixtures.committed import committed

TWINS = {"service-0000040": "service-0000003", "service-0001300": "service-0000020"}
"""Copies, and what they are copies of: one within a shard's blocks, one far from it."""


def text(dialog_id: str) -> str:
    words = rng_for(0, TWINS.get(dialog_id, dialog_id), "words").integers(0, 10**6, 40)
    return " ".join(
        f"w{word:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for word in words
    )


def write_block(folder: RunFolder, block: int, skip: int = 7) -> None:
    ids = [f"service-{i:07d}" for i in range(16 * block, 16 * block + 16) if i % 16 != skip]
    sketches = [sketch([text(dialog_id)], ()) for dialog_id in ids]
    table = pa.table({"dialog_id": ids, "sketch": pa.array(sketches, pa.binary())})
    committed(folder, block, table)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = RunFolder(tmp_path_factory.mktemp("scripts"))
    for block in range(90):
        write_block(folder, block)
    return folder


@pytest.mark.slow
def test_a_copy_is_found_however_far_its_original_is(folder: RunFolder) -> None:
    at_once, in_steps = Duplicates(folder), Duplicates(folder)
    name = at_once.upto(90)
    for blocks in (1, 3, 64, 70, 90):
        assert in_steps.upto(blocks, None) != name or blocks == 90
    assert in_steps.upto(90) == name
    assert at_once.twins == in_steps.twins
    assert at_once.twins == {copy: Twin(source, 1.0) for copy, source in TWINS.items()}
    assert in_steps.upto(64) == Duplicates(folder).upto(64), "what was named before is still known"


def test_scripts_that_were_made_anew_are_read_anew(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for block in range(3):
        write_block(folder, block)
    duplicates = Duplicates(folder)
    before = duplicates.upto(3)
    assert duplicates.twins.keys() == {"service-0000040"}
    write_block(folder, 0, skip=3)
    assert duplicates.upto(3) == before, "nobody said that anything has changed"
    after = duplicates.upto(3, "another name")
    assert after == Duplicates(folder).upto(3) != before
    assert duplicates.twins == {}, "its original is not there any more"


@pytest.mark.slow
def test_a_missing_script_is_named(folder: RunFolder) -> None:
    with pytest.raises(Damaged, match=r"script/000090\.parquet"):
        Duplicates(folder).upto(91)

"""The run folder: atomic commits, receipts, damage, the lock."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from datagen.storage import atomic
from datagen.storage.parquet_file import CHECKSUM_KEY
from datagen.storage.run_folder import METADATA_KEY, Damaged, Missing, RunFolder, content_hash
from datagen.types import UserError
from tests.doubles.object_store import MemoryStore, storage
from tests.fixtures.committed import committed

TABLE = pa.table({"dialog_id": [f"service-{i:07d}" for i in range(500)], "n": range(500)})


def test_a_committed_file_comes_back_with_its_receipt(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    receipt = committed(folder, 0, TABLE)
    assert folder.receipt(folder.unit("script", 0)) == receipt
    assert folder.receipts("script", range(3)) == {0: receipt}
    back = folder.read(folder.unit("script", 0))
    assert content_hash(back) == receipt.content
    assert folder.read(folder.unit("script", 0), ["n"]).column_names == ["n"]


def test_content_hash_sees_values_and_not_chunks_or_metadata() -> None:
    chunked = pa.concat_tables([TABLE.slice(0, 7), TABLE.slice(7)])
    assert content_hash(chunked) == content_hash(TABLE)
    assert content_hash(TABLE.replace_schema_metadata({"a": "b"})) == content_hash(TABLE)
    assert content_hash(TABLE.slice(1)) != content_hash(TABLE)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def write_and_fail() -> None:
        with atomic(path) as file:
            file.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_and_fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_names_the_file(tmp_path: Path) -> None:
    def fill() -> None:
        with atomic(tmp_path / "run.json"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space left") as raised:
        fill()
    assert raised.value.filename == str(tmp_path / "run.json")


@pytest.mark.parametrize("length", [0, 1, 127, 128, 20_000, 200_000])
def test_what_a_file_says_of_itself_is_what_pyarrow_reads(tmp_path: Path, length: int) -> None:
    folder, said = (
        RunFolder(tmp_path),
        {"receipt": "datagen\x18\u00e9" * (length // 8), "n": length},
    )
    folder.commit("script/000000.parquet", TABLE, said)
    assert folder.metadata("script/000000.parquet") == said
    schema = pq.read_schema(tmp_path / "script" / "000000.parquet")
    assert json.loads(schema.metadata[METADATA_KEY]) == said
    pq.write_table(TABLE, tmp_path / "script" / "000001.parquet")
    assert folder.metadata("script/000001.parquet") is None


@pytest.mark.parametrize("keep", [0, 4, 100, 2000])
def test_a_truncated_file_has_no_receipt(tmp_path: Path, keep: int) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    name = folder.unit("script", 0)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:keep])
    assert folder.receipt(name) is None
    with pytest.raises(Damaged, match=r"script/000000\.parquet"):
        folder.read(name)
    path.unlink()
    with pytest.raises(Missing, match="it is not there"):
        folder.read(name)


def test_a_flipped_bit_in_the_data_is_damage(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    path = tmp_path / folder.unit("script", 0)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 0x10
    path.write_bytes(content)
    for look in (folder.read, folder.prove):
        with pytest.raises(Damaged):
            look(folder.unit("script", 0))


def test_any_flipped_bit_is_found_without_decoding(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    name = folder.unit("script", 0)
    path, good = tmp_path / name, (tmp_path / name).read_bytes()
    folder.prove(name)
    rng = random.Random(0)
    marker = good.index(CHECKSUM_KEY)
    places = [0, *rng.sample(range(marker - 9), 60), *range(marker + 10, marker + 18)]
    for place in places:
        path.write_bytes(flipped(good, place, 1 << rng.randrange(8)))
        with pytest.raises(Damaged):
            folder.prove(name)
    for other in (good[:-1], good[:2000], good + b"PAR1", good[:900] + good[1000:], b""):
        path.write_bytes(other)
        with pytest.raises(Damaged):
            folder.prove(name)


def test_a_file_without_a_checksum_is_proved_by_its_pages(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    receipt = committed(folder, 0, TABLE)
    name = folder.unit("script", 0)
    path = tmp_path / name
    older = pq.read_table(path, partitioning=None)
    pq.write_table(older, path, compression="zstd", write_page_checksum=True)
    content = path.read_bytes()
    assert CHECKSUM_KEY not in content
    assert folder.receipt(name) == receipt
    folder.prove(name)
    page = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    path.write_bytes(flipped(content, page + 100, 0x10))
    with pytest.raises(Damaged):
        folder.prove(name)


def test_an_object_store_is_not_asked_for_whole_files_to_prove_them(tmp_path: Path) -> None:
    folder, store = RunFolder(tmp_path), MemoryStore()
    folder.storage = storage(store)
    receipt = committed(folder, 0, TABLE)
    name, requests = folder.unit("script", 0), store.requests
    folder.prove(name)
    assert store.requests == requests, "it keeps checksums of its own"
    assert folder.receipt(name) == receipt
    assert store.requests == requests + 1


def flipped(content: bytes, place: int, bits: int) -> bytes:
    return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]


@pytest.mark.parametrize(("length", "is_read"), [(10, True), (200_000, False)])
def test_texts_written_as_differences_are_read_in_bounded_memory(
    length: int, is_read: bool, tmp_path: Path
) -> None:
    """As DuckDB writes them with PARQUET_VERSION v2 (hyparam/hyparquet#76)."""
    texts = [f"{'a' * length}{index % 2}" for index in range(2_000)]
    pq.write_table(
        pa.table({"a": texts}),
        tmp_path / "a.parquet",
        use_dictionary=False,
        data_page_version="2.0",
        column_encoding={"a": "DELTA_BYTE_ARRAY"},
    )
    assert (tmp_path / "a.parquet").stat().st_size < 2**20
    if is_read:
        assert RunFolder(tmp_path).read("a.parquet")["a"].to_pylist() == texts
        return
    with pytest.raises(Damaged, match="which is no table of a run"):
        RunFolder(tmp_path).read("a.parquet")


def test_sweep_removes_what_killed_workers_left(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    (tmp_path / "script" / ".000001.parquet.abc.tmp").write_bytes(b"half")
    folder.sweep()
    assert [path.name for path in (tmp_path / "script").iterdir()] == ["000000.parquet"]


def test_a_name_that_is_no_text_is_damage(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    path = tmp_path / "script" / "000000.parquet"
    pq.write_table(pq.read_table(path, partitioning=None), path)  # it has no checksum then
    path.write_bytes(path.read_bytes().replace(b"dialog_id", b"dialog\x91id"))
    with pytest.raises(Damaged, match="utf-8"):
        folder.read(folder.unit("script", 0))


def test_a_changed_footer_is_damage_before_anything_of_it_is_parsed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    committed(folder, 0, TABLE)
    name = folder.unit("script", 0)
    path = tmp_path / name
    good = path.read_bytes()
    folder.read(name)
    path.write_bytes(good.replace(b"parquet-cpp-arrow", b"parquet-cpp-arrov"))
    assert path.read_bytes() != good
    with pytest.raises(Damaged, match="not those that were written"):
        folder.read(name)


@pytest.mark.slow
def test_a_second_run_in_the_folder_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    hold = (
        "import sys, pathlib; from datagen.storage.run_folder import RunFolder\n"
        "with RunFolder(pathlib.Path(sys.argv[1])).lock(): print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="another run"), RunFolder(tmp_path).lock():
            pass
        other.kill()
    with RunFolder(tmp_path).lock():
        pass


def test_damaged_json_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(UserError, match="delete it"):
        RunFolder(tmp_path).read_json("plan.json")
    assert RunFolder(tmp_path).read_json("run.json") is None


def test_files_that_are_listed_and_not_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store may list what it no longer has (rustfs/rustfs#6218)."""
    store = MemoryStore()
    place = storage(store)
    for name in ("journal.jsonl", "journal-1-of-2.jsonl", "script/000000.parquet"):
        with place.write(name) as file:
            file.write(b'{"event": "one"}\n')
    monkeypatch.setattr("datagen.storage.run_folder.open_storage", lambda _: place)
    folder = RunFolder("mem://bucket/run")
    listed = place._filesystem.get_file_info(fs.FileSelector("bucket/run"))
    del store.objects["bucket/run/journal.jsonl"], store.objects["bucket/run/script/000000.parquet"]
    monkeypatch.setattr(
        store,
        "get_file_info",
        lambda what: listed if isinstance(what, fs.FileSelector) else store._info(what),
    )
    assert folder.events() == [{"event": "one"}]
    assert folder.receipts("script", [0]) == {}

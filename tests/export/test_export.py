"""Exports: whole, resumable, the same each time, and refused in one sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import yaml
from click.testing import CliRunner, Result

from datagen.cli import main
from datagen.export import make
from datagen.export.check import check
from datagen.export.choice import ExportChoice
from datagen.export.dialogue import ExportedDialogue
from datagen.export.folder import ExportFolder
from datagen.export.make import export
from datagen.export.plan import ExportPart
from datagen.export.protocol import ExportFormat, PartReport
from datagen.export.registry import FORMATS, resolve
from datagen.storage.marks import MarkFile, MarkLine, beside
from datagen.storage.run_folder import RunFolder
from datagen.types import RunFailed, UserError
from tests.fixtures.dummy_runs import rehearse

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(rehearse(tmp_path_factory.mktemp("run") / "service", 20))


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files but locks, by their names."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".lock")
    }


def ids(run: str) -> list[str]:
    shard = Path(run, "shards", "service-00000.parquet")
    return [str(name) for name in pq.read_table(shard)["dialog_id"].to_pylist()]


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("form", FORMATS)
def test_each_form_writes_all_dialogues_and_is_right(form: str, run: str, tmp_path: Path) -> None:
    receipt = export(form, [run], tmp_path)
    assert receipt.dialogues == len(ids(run))
    assert receipt.request.format == form
    assert receipt.channels == ("agent", "user")
    assert receipt.sample_rate == 24_000
    assert sum(voice.sides for voice in receipt.voices) == 2 * receipt.dialogues
    again, problems = check(tmp_path)
    assert (again, problems) == (receipt, [])
    told = json.loads((tmp_path / "export.json").read_text())
    assert told["layout"] == resolve(form).layout


@pytest.mark.parametrize("form", ["moshi-finetune", "huggingface", "nemo", "webdataset"])
def test_the_same_bytes_from_one_process_or_two(form: str, run: str, tmp_path: Path) -> None:
    small = pytest.MonkeyPatch()
    with small.context() as patch:
        patch.setattr(resolve(form), "part_seconds", 200.0)
        export(form, [run], tmp_path / "one")
        export(form, [run], tmp_path / "again")
    assert contents(tmp_path / "one") == contents(tmp_path / "again")


def test_worker_processes_write_the_same(run: str, tmp_path: Path) -> None:
    export("moshi-finetune", [run], tmp_path / "one")
    export("moshi-finetune", [run], tmp_path / "two", workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


class Stopped(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("after", [0, 1, 4, 9, 14])
def test_it_goes_on_where_it_was(
    after: int, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve("moshi-finetune"), "part_seconds", 200.0)
    export("moshi-finetune", [run], tmp_path / "whole")
    written: list[str] = []
    put = ExportFolder.put

    def limited(self: ExportFolder, name: str, data: bytes) -> None:
        if len(written) == after:
            raise Stopped
        written.append(name)
        put(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(ExportFolder, "put", limited)
        with pytest.raises(Stopped):
            export("moshi-finetune", [run], tmp_path / "out")
    assert not (tmp_path / "out" / "export.json").exists()
    export("moshi-finetune", [run], tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_what_is_done_is_not_written_again(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve("webdataset"), "part_seconds", 200.0)
    export("webdataset", [run], tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.tar")}
    lost = sorted(before)[1]
    lost.unlink()
    export("webdataset", [run], tmp_path)
    for path, time in before.items():
        assert (path.stat().st_mtime_ns == time) == (path != lost)


def test_bytes_that_change_on_their_way_are_noticed(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datagen.export import folder

    monkeypatch.setattr(folder, "_sha256", lambda file: "0" * 64)
    with pytest.raises(RunFailed, match="not those that were written"):
        export("nu-dialogue", [run], tmp_path)


def test_check_names_what_is_wrong(run: str, tmp_path: Path) -> None:
    export("personaplex", [run], tmp_path)
    assert call("personaplex", "--out", str(tmp_path), "--check").exit_code == 0
    one, other = sorted((tmp_path / "samples").glob("*/words.json"))[:2]
    one.write_bytes(one.read_bytes().replace(b"agent", b"other", 1))
    other.unlink()
    result = call("personaplex", "--out", str(tmp_path), "--check")
    assert result.exit_code == 1
    assert f"{one.relative_to(tmp_path)}: its bytes are not" in result.output
    assert f"{other.relative_to(tmp_path)}: it is missing" in result.output


def test_check_of_what_is_no_export_says_so(run: str, tmp_path: Path) -> None:
    for folder in (run, str(tmp_path / "absent")):
        result = call("nemo", "--out", folder, "--check")
        assert result.exit_code == 2
        assert "it has not both export.json and SHA256SUMS" in result.output
        assert "Errno" not in result.output


def test_a_folder_of_something_else_is_refused(run: str, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    result = call("nu-dialogue", run, "--out", str(tmp_path))
    assert result.exit_code == 2
    assert "is not empty and holds no export" in result.output
    export("nu-dialogue", [run], tmp_path / "a")
    for arguments in (("f-actor", run), ("nu-dialogue", run, "--fraction", "0.5")):
        result = call(*arguments, "--out", str(tmp_path / "a"))
        assert result.exit_code == 2
        assert "holds an export of" in result.output


def taken(folder: Path) -> set[str]:
    return {
        name
        for path in folder.glob("*.parquet")
        for name in pq.read_table(path)["dialogue_id"].to_pylist()
    }


def test_fractions_are_nested(run: str, tmp_path: Path) -> None:
    shares = (0.2, 0.6, 1.0)
    for share in shares:
        export("nu-dialogue", [run], tmp_path / str(share), ExportChoice(fraction=share))
    small, large, everything = (taken(tmp_path / str(share)) for share in shares)
    assert small < large < everything == set(ids(run))


def test_events_and_splits_choose(run: str, tmp_path: Path) -> None:
    rows = pq.read_table(Path(run, "shards", "service-00000.parquet")).to_pylist()
    export("nu-dialogue", [run], tmp_path / "cut", ExportChoice(events=("barge_in", "lapse")))
    expected = {
        row["dialog_id"]
        for row in rows
        if {event["type"] for event in row["events"]} & {"barge_in", "lapse"}
    }
    assert taken(tmp_path / "cut") == expected
    export("nu-dialogue", [run], tmp_path / "train", ExportChoice(splits=("train",)))
    assert taken(tmp_path / "train") == {r["dialog_id"] for r in rows if r["split"] == "train"}


def test_what_no_dialogue_has_is_told_with_what_there_is(run: str, tmp_path: Path) -> None:
    for choice in (ExportChoice(events=("barge-in",)), ExportChoice(splits=("test",))):
        with pytest.raises(UserError, match=r"--kind service, --split train, .*barge_in, "):
            export("nu-dialogue", [run], tmp_path / "none", choice)


def test_marks_choose(run: str, tmp_path: Path) -> None:
    copy = tmp_path / "service"
    shutil.copytree(run, copy)
    first, second, *rest = ids(run)
    marks = MarkFile(beside(str(copy)))
    marks.add(MarkLine(who="a", dialog_id=first, verdict="reject"))
    marks.add(MarkLine(who="a", dialog_id=second, add=("nice",)))
    assert call("nu-dialogue", str(copy), "--out", str(tmp_path / "a"), "--leave-out", "reject")
    assert taken(tmp_path / "a") == {second, *rest}
    assert call("nu-dialogue", str(copy), "--out", str(tmp_path / "b"), "--keep", "nice")
    assert taken(tmp_path / "b") == {second}


def test_nothing_as_asked_for_is_said(run: str, tmp_path: Path) -> None:
    result = call("nu-dialogue", run, "--out", str(tmp_path / "a"), "--kind", "qa")
    assert result.exit_code == 2
    assert "no dialogue of" in result.output


@pytest.mark.parametrize("stage", ["speech", "timeline"])
def test_sound_that_cannot_be_made_again_is_refused(stage: str, run: str, tmp_path: Path) -> None:
    copy = tmp_path / "service"
    shutil.copytree(run, copy)
    shutil.rmtree(copy / stage)
    result = call("moshi-finetune", str(copy), "--out", str(tmp_path / "a"))
    assert result.exit_code == 2
    assert f"has no {stage}/000000.parquet" in result.output
    assert result.output.count("\n") == 1
    assert export("nu-dialogue", [str(copy)], tmp_path / "b").dialogues


def test_another_timeline_than_the_tokens_is_refused(run: str, tmp_path: Path) -> None:
    copy, other = tmp_path / "service", tmp_path / "other"
    shutil.copytree(run, copy)
    rehearse(other, 20, "timeline.preset=strict")
    shutil.copy(other / "timeline/000000.parquet", copy / "timeline/000000.parquet")
    with pytest.raises(UserError, match="is not the one that the tokens"):
        export("lhotse", [str(copy)], tmp_path / "a")


def test_an_unfinished_run_is_refused(run: str, tmp_path: Path) -> None:
    copy = tmp_path / "service"
    shutil.copytree(run, copy)
    shutil.rmtree(copy / "shards")
    result = call("nu-dialogue", str(copy), "--out", str(tmp_path / "a"))
    assert result.exit_code == 2
    assert "is not finished" in result.output


def test_killed_at_any_moment_it_goes_on(run: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "datagen", "export", "personaplex", run, "--out"]
    begun = monotonic()
    subprocess.run([*command, str(tmp_path / "whole")], check=True, capture_output=True)
    whole = monotonic() - begun
    rng, kills = np.random.default_rng(0), 0
    for _ in range(4):
        process = subprocess.Popen(
            [*command, str(tmp_path / "out"), "--workers", "2"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(whole * rng.uniform(0.2, 0.9))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
        if (tmp_path / "out" / "export.json").exists():
            break
    assert kills
    subprocess.run([*command, str(tmp_path / "out")], check=True, capture_output=True)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert not list(tmp_path.rglob("*.tmp"))


class TextOnly(ExportFormat):
    """A form of a user's own."""

    name = "text-only"
    layout = "text alone; A is the agent"
    sound = False
    columns = ("role_prompt",)
    part_seconds = 300.0

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        text = "".join(f"{one.dialog_id}\t{one['role_prompt']}\n" for one in dialogues)
        out.put(f"{part.label}.tsv", text.encode())
        return PartReport()


def test_a_form_of_ones_own_is_one_class(run: str, tmp_path: Path) -> None:
    result = call(f"{__name__}:TextOnly", run, "--out", str(tmp_path / "a"))
    assert result.exit_code == 0, result.output
    lines = "".join(p.read_text() for p in sorted((tmp_path / "a").glob("*.tsv"))).splitlines()
    assert sorted(line.partition("\t")[0] for line in lines) == ids(run)
    for name, reason in (("nosuch", "there is no form"), ("json:dumps", "is no form")):
        result = call(name, run, "--out", str(tmp_path / "b"))
        assert result.exit_code == 2
        assert reason in result.output


def test_two_runs_in_one_set(run: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="have the same ids"):
        export("nu-dialogue", [run, run], tmp_path)


def test_turns_with_too_many_tokens_are_named(run: str, tmp_path: Path) -> None:
    receipt = export("nemo", [run], tmp_path)
    named = [json.loads(line) for p in tmp_path.glob("overlong*") for line in p.open()]
    assert sum(c for note, c in receipt.notes.items() if note.startswith("turns")) == len(named)
    assert all(turn["tokens"] > turn["frames"] for turn in named)


def test_sound_is_the_run_s(run: str, tmp_path: Path) -> None:
    from datagen.show.lookup import RunDialogue

    export("moshi-finetune", [run], tmp_path)
    for name in ids(run)[:5]:
        sound, rate = soundfile.read(tmp_path / f"stereo/{name}.wav", dtype="float32")
        assert rate == 24_000
        assert abs(sound.T - RunDialogue(run, name).stereo()).max() <= 1 / 32_000


def test_groups_of_rows_are_large(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datagen.export.formats import huggingface

    monkeypatch.setattr(huggingface, "GROUP_BYTES", 400_000)
    export("huggingface", [run], tmp_path)
    sizes = []
    for path in (tmp_path / "data").glob("*train*.parquet"):
        metadata = pq.ParquetFile(path).metadata
        sizes += [metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)]
    assert len(sizes) > 1
    assert min(sizes) >= 400_000


def test_the_plan_is_bounded_and_holds_everything(run: str) -> None:
    source = make.ExportSource(run)
    candidates = list(source.candidates(0, ExportChoice(), make.unmarked(run)))
    parts = make.plan_parts(candidates, 300.0)
    assert sum(part.dialogues for part in parts) == len(candidates)
    assert all(part.num_samples <= 300 * 24_000 or part.dialogues == 1 for part in parts)
    assert {part.label for part in parts} == {f"{p.split}-{p.number:05d}" for p in parts}
    assert len({part.label for part in parts}) == len(parts)


def test_a_config_names_the_splits_that_its_kind_has(run: str, tmp_path: Path) -> None:
    """`datasets` loads no config that names a split without files."""
    mixed, other = tmp_path / "service", str(rehearse(tmp_path / "qa", 4, "kind=qa"))
    shutil.copytree(run, mixed)
    folder, name = RunFolder(mixed), "shards/service-00000.parquet"
    table = folder.read(name)
    splits = pa.array(["validation", *table["split"].to_pylist()[1:]])
    place = table.column_names.index("split")
    folder.commit(name, table.set_column(place, "split", splits), folder.metadata(name) or {})
    receipt = export("huggingface", [str(mixed), other], tmp_path / "out")
    front = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---")[1])
    named = {
        config["config_name"]: {entry["split"] for entry in config["data_files"]}
        for config in front["configs"]
    }
    there = {kind: set[str]() for kind in receipt.kinds}
    for path in (tmp_path / "out" / "data").glob("*.parquet"):
        kind, split, _ = path.name.split("-")
        there[kind].add(split)
    assert named == {"default": set(receipt.splits), **there}
    assert set(receipt.splits) == {"train", "validation"} > there["qa"]

from __future__ import annotations

import json
import shutil
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

from datagen.audit import audit
from datagen.cli import main
from datagen.runs.card import card
from datagen.runs.manifest import Manifest, build, differences, load, save
from datagen.types import SAMPLE_RATE, UserError
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.run_folder import edit_json

SHARD = "shards/service-00000.parquet"


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("manifest") / "calls", 32)


@pytest.fixture(scope="module")
def manifest(run: Path) -> Manifest:
    return build(run)


@pytest.mark.slow
def test_it_says_what_the_rows_say(run: Path, manifest: Manifest) -> None:
    rows = pq.read_table(run / SHARD, partitioning=None).to_pylist()
    assert manifest.dialogues == len(rows) == 30  # every 13th is rejected
    assert manifest.num_samples == sum(row["num_samples"] for row in rows)
    assert manifest.hours == pytest.approx(manifest.num_samples / SAMPLE_RATE / 3600, abs=1 / 3600)
    assert manifest.domains == Counter(row["domain"] for row in rows)
    assert manifest.events == Counter(event["type"] for row in rows for event in row["events"])
    assert manifest.rejects == {"script: unlucky": 2}
    ids = {row[f"{who}_voice"]["id"] for row in rows for who in ("agent", "user")}
    (voices,) = manifest.voices
    assert (voices.source, voices.license, voices.synthetic) == ("dummy", "synthetic", True)
    assert (voices.voices, voices.dialogues) == (len(ids), 2 * len(rows))
    assert "speech=dummy" in manifest.stand_ins


def test_it_names_every_file_by_its_hash(run: Path, manifest: Manifest) -> None:
    (shard,) = manifest.shards
    data = (run / SHARD).read_bytes()
    assert (shard.sha256, shard.bytes) == (sha256(data).hexdigest(), len(data))
    assert {stage: len(found) for stage, found in manifest.blocks.items()} == dict.fromkeys(
        ("script", "speech", "timeline", "tokens"), 2
    )


def test_it_agrees_with_an_audit(run: Path, manifest: Manifest) -> None:
    totals = audit(run).totals
    for name in ("domains", "splits", "events", "probes", "rejects"):
        assert getattr(manifest, name) == getattr(totals, name), name


def test_the_same_run_has_the_same_manifest(run: Path, manifest: Manifest, tmp_path: Path) -> None:
    save(build(run), tmp_path / "a.json")
    save(manifest, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert load(tmp_path / "a.json") == manifest


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dialogues": 31}, "was changed after it was signed"),
        ({"hours": "many"}, "is no manifest"),
        ({"more": 1}, "is no manifest"),
        ({"schema": 2}, "is no manifest"),
    ],
)
def test_a_changed_manifest_is_refused(
    change: dict[str, object], says: str, manifest: Manifest, tmp_path: Path
) -> None:
    save(manifest, tmp_path / "m.json")
    edit_json(tmp_path, "m.json", lambda data: data.update(change))
    with pytest.raises(UserError, match=says):
        load(tmp_path / "m.json")


def test_an_unfinished_run_has_none(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "run"))
    (copy / "speech" / "000001.parquet").unlink()
    with pytest.raises(UserError, match=r"not finished: speech/000001.parquet is missing"):
        build(copy)
    with pytest.raises(UserError, match=r"is not a run folder"):
        build(tmp_path / "nowhere")
    (copy / SHARD).write_bytes(b"PAR1")
    (tmp_path / "run" / "speech" / "000001.parquet").write_bytes(
        (run / "speech" / "000001.parquet").read_bytes()
    )
    with pytest.raises(UserError, match=SHARD):
        build(copy)


def test_a_longer_run_differs_in_a_few_lines(manifest: Manifest, tmp_path: Path) -> None:
    shorter = build(rehearse(tmp_path / "calls", 16))
    found = list(differences(shorter, manifest))
    assert "blocks.speech: 1 -> 2, the shorter is the beginning of the longer" in found
    assert f"dialogues: 15 -> {manifest.dialogues}" in found
    assert not [line for line in found if line.startswith(("recipe", "fingerprint", "versions"))]


def test_the_command_writes_compares_and_verifies(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("manifest", run)
    assert answer.exit_code == 0, answer.output
    file = Path("manifests/calls.json")
    assert "wrote manifests/calls.json and its card: 30 dialogues" in answer.output
    assert call("manifest", run, "--verify", file).exit_code == 0
    assert call("manifest", "--diff", file, file).exit_code == 0
    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    edit_json(copy, "run.json", lambda data: data["recipe"].update(mean_seconds=11))
    answer = call("manifest", copy, "--verify", file)
    assert answer.exit_code == 1
    assert "recipe.mean_seconds: 10.0 -> 11.0" in answer.output.splitlines()
    assert set(Path("manifests").iterdir()) == {file, Path("manifests/calls.md")}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{run}", "--verify", "{run}/plan.json"], "is no manifest"),
        (["{run}", "--out", "m.txt"], "must end in .json"),
        ([], "give a RUN, or two manifests"),
        (["{run}", "--diff", "{run}/plan.json", "{run}/plan.json"], "give a RUN, or two manifests"),
        (["nowhere"], "is not a run folder"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], says: str, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("manifest", *(part.replace("{run}", str(run)) for part in arguments))
    assert answer.exit_code == 2
    assert says in answer.output
    assert not list(tmp_path.iterdir())


def test_a_card_is_what_hugging_face_reads(manifest: Manifest) -> None:
    text = card(manifest, "calls")
    _, front, body = text.split("---\n", 2)
    data = yaml.safe_load(front)
    assert data["language"] == ["en"]
    assert data["size_categories"] == ["n<1K"]
    assert data["configs"][0]["data_files"] == [{"split": "train", "path": "shards/*.parquet"}]
    assert "30 two-channel dialogues of kind `service`" in body
    assert "**Stand-ins took the place of models**" in body
    assert manifest.signature in body
    assert "| dummy | synthetic | yes |" in body
    real = manifest.model_copy(update={"stand_ins": []})
    assert "Stand-ins" not in card(real, "calls")


def test_a_run_is_held_against_the_papers(run: Path) -> None:
    report = json.loads(call("audit", run, "--against", "paper", "--json").output)
    against = report["against"]
    assert against["dialogues"] == 105_410
    assert against["mean_seconds"] == pytest.approx(62.84, abs=0.005)
    assert against["share"] == pytest.approx(report["totals"]["hours"] / 1840)
    assert against["subsets"] == {"25%": False, "50%": False, "100%": False}
    said = call("audit", run, "--against", "paper").output
    assert "of 105,410 (0.0%)" in said
    assert "subsets    25% no, 50% no, 100% no" in said


def test_a_target_says_which_subsets_are_reached(run: Path, tmp_path: Path) -> None:
    hours = audit(run).totals.hours
    target = {"name": "x", "source": "y", "subsets": [0.25, 0.5, 1.0]}
    target["sets"] = {"service": {"dialogues": 60, "hours": 2 * hours}}
    (tmp_path / "t.json").write_text(json.dumps(target))
    said = call("audit", run, "--against", tmp_path / "t.json").output
    assert "subsets    25% yes, 50% yes, 100% no" in said
    assert "30 of 60 (50.0%)" in said


@pytest.mark.parametrize("text", ["[1]", "{}", "{", '{"sets": {"service": 1}}'])
def test_a_bad_target_is_one_sentence(text: str, run: Path, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(text)
    answer = call("audit", run, "--against", tmp_path / "t.json")
    assert answer.exit_code == 2
    assert "is not a target" in answer.output
    answer = call("audit", run, "--against", "nobody")
    assert answer.exit_code == 2
    assert "known are paper" in answer.output

"""A mock Fisher through the whole line: terms, roles, bleeps, figures beside a synthetic run's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

from datagen.annotate.bleep import TONE
from datagen.audit import audit
from datagen.cli import main
from datagen.report.page import write_report
from datagen.show.lookup import RunDialogue
from datagen.storage.run_folder import RunFolder
from datagen.terms import load
from datagen.types import FRAME, SAMPLE_RATE
from tests.doubles.chat_server import Reply, completion, probed, serving
from tests.fixtures.buzzed_fisher import GAP, STEP, WORD, buzzed_fisher
from tests.fixtures.dummy_runs import rehearse

FISHER = load("fisher")
pytestmark = pytest.mark.slow
QUICK = ("--set", "align.use=proportional", "--set", "codec.use=dummy")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


def rows(run: Path) -> Iterator[dict[str, Any]]:
    for shard in sorted((run / "shards").glob("*.parquet")):
        yield from pq.read_table(shard).to_pylist()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return buzzed_fisher(tmp_path_factory.mktemp("corpus") / "fisher", calls=3)


@pytest.fixture(scope="module")
def runs(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a run as it is, and one with bleeps."""
    root = tmp_path_factory.mktemp("annotated")
    bleeps = ("--set", "bleep={numbers: true, names: listed}")
    for name, settings in (("plain", ()), ("bleeped", bleeps)):
        command = ("annotate", "fisher", corpus, "--out", root / name, "--accept", "fisher")
        assert call(*command, *QUICK, *settings).exit_code == 0
    return {name: root / name for name in ("plain", "bleeped")}


def test_a_corpus_under_an_agreement_needs_it_accepted(corpus: Path, tmp_path: Path) -> None:
    said = call("annotate", "fisher", corpus, "--out", tmp_path / "run", *QUICK)
    assert said.exit_code == 2
    assert "--accept fisher" in said.output
    assert not (tmp_path / "run").exists()


def test_terms_of_your_own_hold(corpus: Path, tmp_path: Path) -> None:
    mine = FISHER.model_dump(mode="json") | {"license": "LDC For-Profit Membership"}
    mine["clauses"]["commercial"]["answer"] = "allowed"
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine))
    command = ("annotate", "fisher", corpus, "--out", tmp_path / "run", "--accept", "fisher")
    assert call(*command, "--terms", tmp_path / "mine.yaml", *QUICK).exit_code == 0
    (row, *_) = rows(tmp_path / "run")
    assert row["agent_voice"]["license"] == "LDC For-Profit Membership"
    mine["clauses"]["train"]["answer"] = "refused"
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine))
    said = call(*command, "--terms", tmp_path / "mine.yaml", *QUICK)
    assert said.exit_code == 2
    assert "training models on it is refused" in said.output


def test_all_files_with_tokens_carry_the_terms(runs: dict[str, Path]) -> None:
    for run in runs.values():
        folder = RunFolder(run)
        names = [f"tokens/{name}" for name in folder.storage.names("tokens")]
        names += [f"shards/{name}" for name in folder.storage.names("shards")]
        parquet = [name for name in names if name.endswith(".parquet")]
        assert len(parquet) == 2
        for name in parquet:
            footer = folder.metadata(name) or {}
            assert footer["terms"] == [FISHER.model_dump(mode="json")]
            assert "roles=rules" in footer["stand_ins"]
        assert not audit(run).findings


def test_either_side_is_the_agent_and_roles_are_of_two_levels(runs: dict[str, Path]) -> None:
    for row in rows(runs["plain"]):
        assert row["kind"] == "annotated"
        assert row["prompt_level"] in ("minimal", "topic")
        assert row["role_prompt"].startswith("You enjoy having a good conversation.")
        assert ("pets" in row["role_prompt"]) == (row["prompt_level"] == "topic")
        assert row["user_role_prompt"]


def heard(run: Path, dialog_id: str, speaker: str) -> np.ndarray[Any, Any]:
    stereo = RunDialogue(str(run), dialog_id).stereo()
    return np.asarray(stereo[("agent", "user").index(speaker)])


def pitch(audio: np.ndarray[Any, Any], hertz: float) -> float:
    time = np.arange(len(audio)) / SAMPLE_RATE
    return float(abs(np.mean(audio * np.exp(-2j * np.pi * hertz * time))) * 2)


def test_bleeps_are_in_sound_words_text_and_codes_and_nowhere_else(runs: dict[str, Path]) -> None:
    pairs = list(zip(rows(runs["plain"]), rows(runs["bleeped"]), strict=True))
    assert pairs
    for plain, bleeped in pairs:
        hidden = [word for word in bleeped["words"] if word["text"].startswith("[")]
        assert [word["text"] for word in hidden] == ["[name]", "[number]"]
        text = " ".join(turn["text"] for turn in bleeped["turns"])
        assert "joe" in " ".join(turn["text"] for turn in plain["turns"])
        assert "joe" not in text
        assert "five" not in text
        for word in hidden:
            there = slice(word["start"], word["end"])
            before = heard(runs["plain"], plain["dialog_id"], word["speaker"])[there]
            after = heard(runs["bleeped"], plain["dialog_id"], word["speaker"])[there]
            assert pitch(before, TONE) < 0.01
            assert pitch(after, TONE) > 0.05
        changed = np.zeros(plain["num_frames"], bool)
        for word in hidden:  # the window of the codec, and the margin
            changed[word["start"] // FRAME - 2 : word["end"] // FRAME + 3] = True
        for column in ("agent_codes", "user_codes"):
            codes = [np.reshape(row[column], (8, -1)) for row in (plain, bleeped)]
            differs = (codes[0] != codes[1]).any(0)
            assert not differs[~changed].any()
        kept = [word for word in bleeped["words"] if word not in hidden]
        assert {(w["start"], w["text"]) for w in kept} <= {
            (w["start"], w["text"]) for w in plain["words"]
        }


def test_nothing_of_what_is_bleeped_is_left_in_the_run(runs: dict[str, Path]) -> None:
    for stage in ("calls", "script", "timeline", "tokens", "shards"):
        for path in sorted((runs["bleeped"] / stage).glob("*.parquet")):
            text = json.dumps(pq.read_table(path).to_pylist(), default=str)
            assert "joe" not in text, path
            assert "four one five" not in text, path


def test_an_export_is_refused_and_for_own_use_it_is_made(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    said = call("export", "moshi-finetune", runs["plain"], "--out", tmp_path / "out")
    assert said.exit_code == 2
    assert "share_audio" in said.output
    own = call("export", "moshi-finetune", runs["plain"], "--out", tmp_path / "out", "--own-use")
    assert own.exit_code == 0
    assert "may not be shared" in (tmp_path / "out" / "TERMS.md").read_text()


def test_synthetic_and_annotated_in_one_export_keep_the_strictest(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    both = (rehearse(tmp_path / "service", 16), runs["plain"])
    said = call("export", "nu-dialogue", *both, "--out", tmp_path / "out")
    assert said.exit_code == 2
    assert "fisher: sharing tokens" in said.output


def test_an_annotated_run_that_names_no_corpus_is_not_exported(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    run = shutil.copytree(runs["plain"], tmp_path / "run")
    folder = RunFolder(run)
    metadata = folder.metadata("shards/annotated-00000.parquet") or {}
    del metadata["terms"]
    table = folder.read("shards/annotated-00000.parquet")
    folder.commit("shards/annotated-00000.parquet", table, metadata)
    said = call("export", "nu-dialogue", run, "--out", tmp_path / "out", "--own-use")
    assert said.exit_code == 2
    assert "does not say of which corpus" in " ".join(said.output.split())


def test_its_timing_is_fitted_in_one_command(runs: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "fitted.yaml"
    assert call("timing", "fit", runs["plain"], "--out", out).exit_code == 0
    fitted = yaml.safe_load(out.read_text())
    for section in ("user_to_agent", "agent_to_user"):
        # proportional times: words fill their turn but for the last one's silence
        assert fitted[section]["gap"]["median"] == pytest.approx(GAP + 0.1, abs=STEP - WORD + 0.05)
        assert fitted[section]["overlap_rate"] == 0
    empty = call("timing", "fit", tmp_path, "--out", out)
    assert empty.exit_code == 2
    assert "no dialogues yet" in empty.output


def test_the_report_sets_it_beside_a_synthetic_run(runs: dict[str, Path], tmp_path: Path) -> None:
    page = write_report(runs["plain"], tmp_path / "report", rehearse(tmp_path / "service", 16))
    text = page.read_text()
    for said in ("plain and service", "gap, median", "none: synthetic", FISHER.license):
        assert said.replace("'", "&#x27;") in text


def test_a_model_writes_the_roles_of_all_calls(corpus: Path, tmp_path: Path) -> None:
    good = {
        "about": "dogs and gardens",
        "tone": "lively",
        "people": [],
        "facts": [],
    }
    facts = {
        "A": [
            ("You work as a nurse.", "i work as a nurse"),
            ("You like dogs.", "and the dogs would like me"),
        ],
        "B": [
            ("Your sister has two dogs.", "my sister keeps two dogs"),
            ("You love the garden.", "the parrot and the garden"),
        ],
    }

    def answer(body: dict[str, Any], times: int) -> Reply:
        if probe := probed(body):
            return probe
        side = body["messages"][1]["content"].partition("person ")[2][0]
        said = [{"says": says, "evidence": evidence} for says, evidence in facts[side]]
        return completion(json.dumps({**good, "facts": said}))

    with serving(answer) as (server, url):
        writer = f"{{models: [{{name: tiny, url: '{url}'}}]}}"
        command = ("annotate", "fisher", corpus, "--out", tmp_path / "run", "--accept", "fisher")
        shares = ("--set", "roles.shares={detailed: 1}")
        told = call(
            *command,
            *QUICK,
            *shares,
            "--set",
            "roles.use=openai",
            "--set",
            f"roles.options={writer}",
        )
        assert told.exit_code == 0, told.output
        assert "roles=rules" not in told.output
    found = list(rows(tmp_path / "run"))
    assert len(server.calls) == 2 * len(found) == 6
    assert {row["prompt_level"] for row in found} == {"detailed"}
    assert {row["provenance"]["model"] for row in found} == {"tiny"}
    for row in found:
        roles = {row["role_prompt"], row["user_role_prompt"]}
        assert any("You work as a nurse." in role for role in roles)
        assert any("Your sister has two dogs." in role for role in roles)
        assert "dog" in server.calls[0]["messages"][1]["content"]


def test_a_writer_that_asks_no_model_is_one_sentence(corpus: Path, tmp_path: Path) -> None:
    command = ("annotate", "fisher", corpus, "--out", tmp_path / "run", "--accept", "fisher")
    said = call(*command, *QUICK, "--set", "roles.use=composer")
    assert said.exit_code == 2
    assert "answers no requests" in said.output
    said = call(*command, *QUICK, "--set", "roles.shares={topic: 0}")
    assert said.exit_code == 2
    assert "roles.shares" in said.output

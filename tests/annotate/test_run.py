"""An annotated run: gates, resuming, processes, what is left out, ASR, mistakes."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

from datagen.annotate.settings import settings_of
from datagen.annotate.unused import FOR_REFERENCE
from datagen.audit import audit
from datagen.backends.protocols import Judge
from datagen.cli import main
from datagen.engine.run_files import read_corpus
from datagen.runs import manifest
from datagen.show.lookup import RunDialogue
from datagen.storage.run_folder import RunFolder
from datagen.terms import load
from datagen.types import FRAME, SAMPLE_RATE, Audio, Fault, Line, Record
from tests.fixtures import tiny_corpora as tiny

TALK = tiny.talk(lines=(*tiny.LINES, *tiny.LINES))
pytestmark = pytest.mark.slow
QUICK = ("--set", "codec.use=dummy", "--set", "align.use=proportional")


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return terms of recordings that may be trained on."""
    mine = load("recordings").model_dump(mode="json")
    for clause in mine["clauses"].values():
        clause |= {"answer": "allowed", "source": "us", "read": "2026-11-28"}
    path = tmp_path_factory.mktemp("terms") / "mine.yaml"
    path.write_text(yaml.safe_dump(mine))
    return path


def write(root: Path, name: str, leak: float = 0.0, words: bool = True) -> None:
    tiny.write_sound(root / f"{name}.wav", tiny.sound(TALK, leak), 16_000)
    if words:
        (root / f"{name}.ctm").write_text(tiny.ctm(TALK, name))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of eighteen calls: two blocks."""
    root = tmp_path_factory.mktemp("corpus")
    write(root, "call00")
    for number in range(1, 18):
        shutil.copy(root / "call00.wav", root / f"call{number:02d}.wav")
        (root / f"call{number:02d}.ctm").write_text(different(number))
    return root


def different(number: int) -> str:
    """Return the call's words with other letters, so that no two are near-duplicates."""
    mine = {
        side: [
            (text if text == "mm-hmm" else shifted(text, number), start, end)
            for text, start, end in words
        ]
        for side, words in TALK.items()
    }
    return tiny.ctm(mine, f"call{number:02d}")


def annotate(folder: Path, out: Path, terms: Path, *more: str) -> Result:
    command = ["annotate", "folder", folder, "--out", out, "--terms", terms, *QUICK, *more]
    return CliRunner().invoke(main, list(map(str, command)), catch_exceptions=False)


def digests(run: Path) -> dict[str, str]:
    files = sorted(path for path in run.rglob("*.parquet"))
    return {str(p.relative_to(run)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def shifted(word: str, count: int) -> str:
    """Return a word with its letters further on in the alphabet."""
    return "".join(chr(97 + (ord(letter) - 97 + count) % 26) for letter in word)


@pytest.fixture(scope="module")
def run(corpus: Path, terms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "run"
    said = annotate(corpus, out, terms)
    assert said.exit_code == 0, said.output
    assert "annotated 18 of 18 calls" in said.output
    return out


def rows(run: Path) -> list[dict[str, Any]]:
    (shard,) = (run / "shards").glob("*.parquet")
    found: list[dict[str, Any]] = pq.read_table(shard).to_pylist()
    return found


def test_an_audit_finds_nothing(run: Path) -> None:
    assert audit(run, deep=True).findings == ()


def test_rows_are_the_calls(run: Path) -> None:
    sides = set()
    for row in rows(run):
        assert (row["kind"], row["domain"]) == ("annotated", "recordings")
        first = row["words"][0]
        number = int(row["scenario"].removeprefix("call"))
        assert first["text"] == shifted("hello", number)
        sides.add(first["speaker"])
        assert row["agent_voice"]["id"] != row["user_voice"]["id"]
        assert not row["agent_voice"]["synthetic"]
        kinds = [turn["onset"] for turn in row["turns"]]
        assert kinds.count("backchannel") >= 1
        assert {e["type"] for e in row["events"]} >= {"gap", "backchannel", "effect"}
    assert sides == {"agent", "user"}, "either side is the agent"


def test_rows_sound_as_the_calls_do(run: Path, corpus: Path) -> None:
    """What is rendered of the clips is the recording, room and all, with one gain a channel."""
    row = rows(run)[0]
    stereo = RunDialogue(str(run), row["dialog_id"]).stereo()
    words = [w for w in row["words"] if w["speaker"] == "agent"]
    inside = np.zeros(stereo.shape[1], np.bool_)
    for word in words:
        inside[word["start"] : word["end"]] = True
    level = 10 * np.log10(np.square(stereo[0][inside]).mean())
    assert abs(level + 23) < 1.5
    assert np.square(stereo[0][~inside]).mean() > 0, "noise of the line is kept"
    assert row["num_samples"] == row["num_frames"] * FRAME == stereo.shape[1]


def test_it_goes_on_and_makes_the_same_bytes(
    run: Path, corpus: Path, terms: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    before = digests(copy)
    times = {path: path.stat().st_mtime_ns for path in copy.rglob("*.parquet")}
    assert annotate(corpus, copy, terms).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*.parquet")} == times
    for name in ("calls/000003", "roles/000005", "timeline/000001", "tokens/000000"):
        (copy / f"{name}.parquet").unlink()
    (copy / "shards" / "annotated-00000.parquet").write_bytes(b"half")
    assert annotate(corpus, copy, terms).exit_code == 0
    assert digests(copy) == before


def test_two_processes_make_the_same_bytes(
    run: Path, corpus: Path, terms: Path, tmp_path: Path
) -> None:
    said = annotate(corpus, tmp_path / "run", terms, "--workers", "2")
    assert said.exit_code == 0, said.output
    assert digests(tmp_path / "run") == digests(run)


@pytest.mark.parametrize(
    ("signal_", "code"),
    [pytest.param(signal.SIGINT, 130, marks=pytest.mark.long), (signal.SIGKILL, -9)],
)
def test_it_can_be_stopped_at_any_time(
    run: Path, corpus: Path, terms: Path, tmp_path: Path, signal_: signal.Signals, code: int
) -> None:
    out = tmp_path / "run"
    command = ["annotate", "folder", corpus, "--out", out, "--terms", terms, *QUICK]
    process = subprocess.Popen(
        [sys.executable, "-m", "datagen", *map(str, command), "--workers", "2"],
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    deadline = time.monotonic() + 120
    while not list(out.glob("calls/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal_)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    if code == 130:
        assert b"goes on from here" in said
        assert b"Traceback" not in said
    again = annotate(corpus, out, terms)
    assert again.exit_code == 0, again.output
    assert digests(out) == digests(run)


def test_what_cannot_be_used_is_left_out_and_counted(terms: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    write(folder, "good")
    write(folder, "leaks", leak=0.5)
    write(folder, "silent", words=False)
    (folder / "broken.wav").write_bytes(b"RIFF")
    (folder / "broken.ctm").write_text(tiny.ctm(TALK, "broken"))
    tiny.write_sound(folder / "mono.wav", tiny.sound(TALK)[:1], 16_000)
    said = annotate(folder, tmp_path / "run", terms)
    assert said.exit_code == 0
    assert "annotated 1 of 5 calls" in said.output
    for reason in ("leakage", "no transcript", "sound", "channels"):
        assert f"left out: 1 calls, {reason} (" in said.output, said.output
    assert "no transcript (silent: --asr whisper has one made)" in said.output
    corpus = read_corpus(RunFolder(tmp_path / "run"))
    assert corpus is not None
    length = tiny.length(TALK)
    assert corpus.unused["leakage"] == pytest.approx(length, abs=0.1)
    assert corpus.unused["no transcript"] == pytest.approx(length, abs=0.1)
    assert corpus.unused[FOR_REFERENCE] > 0
    assert 30 < corpus.used < length
    assert corpus.used + sum(corpus.unused.values()) == pytest.approx(corpus.seconds, abs=0.1)
    assert f"h of sound {corpus.used / 3600:.2f} h (" in said.output
    most = max(corpus.unused.items(), key=lambda item: item[1])
    assert f"not used: {most[0]} {most[1] / 3600:.2f} h (" in said.output
    assert manifest.build(tmp_path / "run").corpus == corpus
    assert not audit(tmp_path / "run", deep=True).findings


def test_channels_that_cannot_be_a_call_are_told_apart(terms: Path, tmp_path: Path) -> None:
    folder, sound = tmp_path / "calls", tiny.sound(TALK)
    write(folder, "good")
    one_speaks = np.stack([sound[0], np.zeros_like(sound[0])])
    for name, channels in {"half": one_speaks, "mono": np.stack([sound.sum(axis=0)] * 2)}.items():
        tiny.write_sound(folder / f"{name}.wav", channels, 16_000)
        (folder / f"{name}.ctm").write_text(tiny.ctm(TALK, name))
    (folder / "notes.ctm").write_bytes(b"\x81\x8d" * 40)
    said = annotate(folder, tmp_path / "run", terms)
    assert said.exit_code == 2
    assert said.output.count("notes.ctm") == 1
    assert "cannot be read as text; save it as UTF-8" in said.output
    (folder / "notes.ctm").unlink()
    said = annotate(folder, tmp_path / "run", terms)
    assert said.exit_code == 0
    assert "silent channel (half: the channel of side b holds no sound where" in said.output
    assert "leakage (mono: both channels hold both speakers" in said.output


def test_two_calls_that_cannot_be_told_apart_are_one_sentence(terms: Path, tmp_path: Path) -> None:
    for day in ("mon", "tue"):
        write(tmp_path / "calls" / day, "call", words=False)
    (tmp_path / "calls" / "call.ctm").write_text(tiny.ctm(TALK, "call"))
    said = annotate(tmp_path / "calls", tmp_path / "run", terms)
    assert said.exit_code == 2
    assert "mon/call.wav" in said.output
    assert "tue/call.wav" in said.output
    assert not (tmp_path / "run" / "calls").exists()


def test_people_are_not_graded(run: Path) -> None:
    said = CliRunner().invoke(main, ["exam", "score", str(run)])
    assert said.exit_code == 2
    assert "its agents are people" in said.output


def test_words_that_are_not_in_the_sound_are_refused(terms: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    write(folder, "good")
    write(folder, "other")
    late = {
        side: [(f"{text}x", start + 1.2, end + 1.2) for text, start, end in words]
        for side, words in TALK.items()
    }
    (folder / "other.ctm").write_text(tiny.ctm(late, "other"))
    said = annotate(folder, tmp_path / "run", terms, "--set", "gates.max_bleed=50")
    assert "1 pieces rejected (words and sound 1)" in said.output, said.output
    corpus = read_corpus(RunFolder(tmp_path / "run"))
    assert corpus is not None
    assert corpus.unused["words and sound"] == pytest.approx(corpus.used, rel=0.1)
    report = audit(tmp_path / "run")
    assert report.totals.rejects == {"speech: words and sound": 1}
    assert not report.findings


class Ears(Judge):
    """Hears "bread" in every quarter of a second that sounds."""

    stand_in = True

    class Options(Record):
        """None."""

    def __init__(self, options: Options) -> None:
        pass

    def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        return None

    def transcribe(self, audio: Audio) -> str:
        return " ".join(["bread"] * max(1, len(audio) // (SAMPLE_RATE // 2)))


def test_an_asr_model_writes_down_what_nobody_did(terms: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    write(folder, "call", words=False)
    said = annotate(folder, tmp_path / "run", terms, "--asr", f"{__name__}:Ears")
    assert said.exit_code == 0, said.output
    (row,) = rows(tmp_path / "run")
    assert {word["text"] for word in row["words"]} == {"bread"}
    starts = {round(start, 1) for words in TALK.values() for _, start, _ in words}
    assert len(row["words"]) > 20
    assert starts
    assert not audit(tmp_path / "run", deep=True).findings


def test_what_nobody_sees_in_a_transcript_is_in_no_row(terms: Path, tmp_path: Path) -> None:
    folder, hidden = tmp_path / "calls", tmp_path / "hidden"
    for root, mark in ((folder, ""), (hidden, "\u202e\u2066\u200b")):
        marked = {
            side: [(f"{mark}{word}{mark}", start, end) for word, start, end in words]
            for side, words in TALK.items()
        }
        tiny.write_sound(root / "call.wav", tiny.sound(TALK), 16_000)
        (root / "call.ctm").write_text(tiny.ctm(marked, "call"))
        (root / "calls.tsv").write_text(f"call\ttopic\ta_speaker\ncall\tpets{mark}\tz{mark}oe\n")
        said = annotate(root, tmp_path / f"run-{root.name}", terms)
        assert said.exit_code == 0, said.output
    found = rows(tmp_path / "run-hidden")
    assert found
    assert found == rows(tmp_path / "run-calls")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (["--set", "gates.min_seconds=0"], "gates.min_seconds"),
        (["--set", "codec.use=nothing"], "there is no backend"),
        (["--asr", "datagen.backends.codec.dummy:DummyCodec"], "is no backend of this kind"),
        (["--recipe", "absent"], "absent"),
        (["--set", "roles.options={models: []}"], "give roles.use"),
        (["--set", "roles.shares={topic: 2, detailed: -1}"], "roles.shares.detailed"),
        (["--set", "roles.shares={topic: .nan}"], "roles.shares.topic"),
    ],
)
def test_a_mistake_is_one_sentence(
    corpus: Path, terms: Path, tmp_path: Path, change: list[str], sentence: str
) -> None:
    said = annotate(corpus, tmp_path / "run", terms, *change)
    assert said.exit_code == 2
    assert sentence in said.output
    assert "Traceback" not in said.output


def test_a_folder_that_is_not_there(terms: Path, tmp_path: Path) -> None:
    said = annotate(tmp_path / "absent", tmp_path / "run", terms)
    assert said.exit_code == 2
    assert "is no folder" in said.output


def test_the_corpus_own_folder_is_left_alone(terms: Path, tmp_path: Path) -> None:
    write(tmp_path / "calls", "call")
    before = sorted((tmp_path / "calls").iterdir())
    said = annotate(tmp_path / "calls", tmp_path / "calls" / ".." / "calls", terms)
    assert said.exit_code == 2
    assert "is the corpus' own folder" in said.output
    assert sorted((tmp_path / "calls").iterdir()) == before


class Answers:
    """A reader of somebody's own that gives no call, and does not say why."""

    corpus = "recordings"

    def __init__(self, folders: object) -> None:
        pass

    def ids(self) -> list[str]:
        return ["one"]

    def read(self, call_id: str) -> None:
        return None


def test_a_reader_that_gives_no_call_is_one_sentence(terms: Path, tmp_path: Path) -> None:
    command = ["annotate", f"{__name__}:Answers", tmp_path, "--out", tmp_path / "run"]
    said = CliRunner().invoke(main, [*map(str, command), "--terms", str(terms), *QUICK])
    assert said.exit_code == 2
    assert "read('one') gives NoneType, not a CorpusCall" in said.output


def test_no_call_that_can_be_used(terms: Path, tmp_path: Path) -> None:
    write(tmp_path / "calls", "call", words=False)
    said = annotate(tmp_path / "calls", tmp_path / "run", terms)
    assert said.exit_code == 2
    assert "--asr" in said.output
    assert "speakers of both" not in said.output


def test_another_recipe_does_not_mix(run: Path, corpus: Path, terms: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    said = annotate(corpus, tmp_path / "run", terms, "--seed", "9")
    assert said.exit_code == 2
    assert "choose another --out" in said.output
    fewer = tmp_path / "fewer"
    write(fewer, "call00")
    said = annotate(fewer, tmp_path / "run", terms)
    assert said.exit_code == 2
    assert "give all folders" in said.output


def test_the_folder_is_held(run: Path, corpus: Path, terms: Path) -> None:
    with RunFolder(run).lock():
        said = annotate(corpus, run, terms)
    assert said.exit_code == 2


def test_settings_know_what_they_change() -> None:
    base = settings_of("fisher", "fisher")
    assert base.align.use == "sphinx"
    assert "roles=rules" in base.stand_ins()
    other = settings_of("fisher", "fisher", overrides=["gates.max_bleed=-20"])
    assert base.for_calls() != other.for_calls()
    assert base.for_roles() == other.for_roles()
    codec = settings_of("fisher", "fisher", overrides=["codec.use=dummy"])
    assert base.for_calls() == codec.for_calls()
    assert base.for_rows() != codec.for_rows()

"""An exam in a folder: laid out, resumed, held to its hash and its settings."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from datagen.config import Recipe
from datagen.exam.answers import read_sound
from datagen.exam.build import build
from datagen.exam.items import Exam, hash_of, sound_path
from datagen.types import FRAME, SAMPLE_RATE, UserError
from datagen.voices.casting import is_held_out

pytestmark = pytest.mark.slow  # 900 items are made first


def test_items_are_laid_out_as_their_track_says(exam: Exam) -> None:
    for item in exam.items[::7]:
        sound = read_sound(exam.sound(item))
        assert len(sound) == item.num_samples
        assert len(sound) % FRAME == 0
        for turn in item.turns:
            assert 0 <= turn.start < turn.end <= item.num_samples
            assert np.abs(sound[turn.start : turn.end]).max() > 0
            for start, end in turn.pauses:
                assert not sound[start:end].any()
        last = item.turns[-1].end / SAMPLE_RATE
        tail = item.num_samples / SAMPLE_RATE - last
        assert tail < 1 if item.track in ("pause", "backchannel") else tail > 4


def test_a_clean_sound_lacks_what_overlaps(exam: Exam) -> None:
    item = next(item for item in exam.items if item.track == "talking_to_other")
    clean = read_sound(exam.sound(item, clean=True))
    question, aside = item.turns
    assert not clean[aside.start : aside.end].any()
    assert np.abs(clean[question.start : question.end]).max() > 0


def test_its_voices_are_held_out_and_many(exam: Exam) -> None:
    share = Recipe.load("service").voices.held_out
    users = {item.user_voice for item in exam.items}
    agents = {item.agent_voice for item in exam.items}
    assert len(users) >= 6
    assert not users & agents
    assert all(is_held_out(voice, share) for voice in users | agents)
    for item in exam.items[:8]:
        assert 3 <= len(read_sound(exam.voice(item))) / SAMPLE_RATE <= 5


def test_a_build_that_was_stopped_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    recipe = Recipe.load("service", "dummy")
    whole = build(tmp_path / "whole", recipe, ["pause"])

    def stop(done: int, of: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path / "part", recipe, ["pause"], stop)
    assert not (tmp_path / "part" / "exam.json").exists()
    assert build(tmp_path / "part", recipe, ["pause"]).hash == whole.hash


def test_a_folder_is_of_one_exam(tmp_path: Path) -> None:
    build(tmp_path / "exam", Recipe.load("service", "dummy"), ["side_talk"])
    with pytest.raises(UserError, match="begun with other settings"):
        build(tmp_path / "exam", Recipe.load("service", "dummy", seed=1), ["side_talk"])
    with pytest.raises(UserError, match="there is no track 'songs'"):
        build(tmp_path / "other", Recipe.load("service", "dummy"), ["songs"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="is not empty and holds no exam"):
        build(tmp_path / "full", Recipe.load("service", "dummy"), ["side_talk"])


def test_its_hash_knows_every_sound(tmp_path: Path) -> None:
    build(tmp_path, Recipe.load("service", "dummy"), ["side_talk"])
    lines = (tmp_path / "items.jsonl").read_text()
    before = Exam(tmp_path).header.hash
    assert hash_of(tmp_path, lines) == before
    sound = sound_path(tmp_path, Exam(tmp_path).items[0].id)
    sound.write_bytes(sound.read_bytes()[:-2] + b"\1\1")
    assert hash_of(tmp_path, lines) != before


def test_what_is_no_exam_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no exam: say where it is .*or make one with"):
        Exam(tmp_path)
    build(tmp_path, Recipe.load("service", "dummy"), ["side_talk"])
    items = tmp_path / "items.jsonl"
    items.write_text(items.read_text().splitlines()[0] + "\n{}\n")
    with pytest.raises(UserError, match="line 2 is no item"):
        Exam(tmp_path)
    (tmp_path / "exam.json").write_text(json.dumps({"version": "a"}))
    with pytest.raises(UserError, match="is no exam's header"):
        Exam(tmp_path)


def test_ctrl_c_ends_after_an_item_and_the_same_command_makes_the_same_exam(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "datagen", "exam", "build", "--track", "side_talk", "--out"]
    process = subprocess.Popen(
        [*command, str(tmp_path / "part")], stderr=subprocess.PIPE, text=True
    )
    while len(list((tmp_path / "part").glob("audio/*.wav"))) < 5:
        assert process.poll() is None
        sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert "stopped; the same command goes on from here" in said
    assert "Traceback" not in said
    for folder in ("part", "whole"):
        subprocess.run([*command, str(tmp_path / folder)], check=True, capture_output=True)
    assert Exam(tmp_path / "part").header.hash == Exam(tmp_path / "whole").header.hash

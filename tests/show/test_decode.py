"""Tokens of any origin become stereo; what the codec cannot know is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from datagen.backends.registry import CODECS
from datagen.cli.decode import decode as command
from datagen.config import BackendSpec
from datagen.show.decode import decode
from datagen.types import FRAME, SAMPLE_RATE, UserError
from tests.fixtures.run_folder import run_json


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder as far as decoding reads it."""
    folder = tmp_path_factory.mktemp("run")
    settings = run_json()
    settings["recipe"]["codec"] = {"use": "vocoder"}
    (folder / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def save(path: Path, agent: np.ndarray, user: np.ndarray) -> Path:
    np.savez(path, agent_codes=agent, user_codes=user)
    return path


def test_the_agent_is_left_and_silence_is_silent(run: Path, tmp_path: Path) -> None:
    codec = CODECS.load(BackendSpec(use="vocoder"))
    seconds = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    voice = sum(np.sin(2 * np.pi * 150 * k * seconds) / k for k in range(1, 12))
    agent = codec.encode(np.asarray(0.1 * voice, np.float32))
    user = np.repeat(np.array(codec.silence, np.int16)[:, None], agent.shape[1], axis=1)
    tokens, audio = save(tmp_path / "tokens.npz", agent, user), tmp_path / "sound.flac"
    result = CliRunner().invoke(command, [str(tokens), str(audio), "--run", str(run)])
    assert result.output == f"wrote {audio}\n"
    stereo, rate = soundfile.read(audio, dtype="float32")
    assert rate == SAMPLE_RATE
    assert stereo.shape == (agent.shape[1] * FRAME, 2)
    assert np.abs(stereo[:, 1]).max() < 1e-3 < 0.03 < np.abs(stereo[:, 0]).max()


GOOD = np.zeros((8, 4), np.int16)


@pytest.mark.parametrize(
    ("agent", "user", "says"),
    [
        (GOOD[:7], GOOD[:7], r"\[8, T\]"),
        (GOOD, GOOD[:, :3], r"\[8, T\]"),
        (GOOD.astype(float), GOOD, "integers"),
        (GOOD, GOOD + 2048, "outside"),
        (GOOD - 1, GOOD, "outside"),
    ],
)
def test_what_the_codec_does_not_know(
    run: Path, tmp_path: Path, agent: np.ndarray, user: np.ndarray, says: str
) -> None:
    tokens = save(tmp_path / "tokens.npz", agent, user)
    with pytest.raises(UserError, match=says):
        decode(run, tokens, tmp_path / "sound.wav")
    assert not (tmp_path / "sound.wav").exists()


def test_files_that_are_not_there_or_not_that(run: Path, tmp_path: Path) -> None:
    tokens = save(tmp_path / "tokens.npz", GOOD, GOOD)
    for bad, says in ((tmp_path / "none.npz", "none.npz"), (run / "run.json", "agent_codes")):
        with pytest.raises(UserError, match=says):
            decode(run, bad, tmp_path / "sound.wav")
    np.savez(tmp_path / "other.npz", agent_codes=GOOD)
    with pytest.raises(UserError, match="user_codes"):
        decode(run, tmp_path / "other.npz", tmp_path / "sound.wav")
    with pytest.raises(UserError, match=r"\.flac, \.wav"):
        decode(run, tokens, tmp_path / "sound.mp3")
    with pytest.raises(UserError, match="make it first"):
        decode(run, tokens, tmp_path / "none" / "sound.wav")
    with pytest.raises(UserError, match=r"no run\.json"):
        decode(tmp_path, tokens, tmp_path / "sound.wav")


def test_help_says_what_goes_in() -> None:
    assert command.help
    assert "agent_codes" in command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))

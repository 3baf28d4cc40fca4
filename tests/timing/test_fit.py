from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from datagen.audio.vad import Spell
from datagen.cli.timing import timing
from datagen.config import TimelineSpec
from datagen.timing.fit import Intervals, fit
from datagen.timing.offsets import draw
from datagen.timing.preset import Preset, load_preset
from datagen.timing.recordings import read
from datagen.types import SAMPLE_RATE, Speaker, UserError


def seconds(value: float) -> int:
    return round(value * SAMPLE_RATE)


def conversation(preset: Preset, seed: int, num_turns: int = 40) -> list[Spell]:
    """Turns of 2 s of each speaker, by a preset's laws."""
    rng, spells, end = np.random.default_rng(seed), list[Spell](), 0
    for index in range(num_turns):
        speaker: Speaker = ("agent", "user")[index % 2]  # type: ignore[assignment]
        transfer = preset.user_to_agent if speaker == "agent" else preset.agent_to_user
        start = end + draw(transfer, rng, seconds(1)).samples if spells else 0
        middle = start + seconds(1)
        pause = preset.pause.clause.draw(rng) + seconds(0.2)
        end = middle + pause + seconds(1)
        spells += [Spell(speaker, start, middle), Spell(speaker, middle + pause, end)]
    return spells


def rttm(path: Path, spells: list[Spell], names: dict[str, str]) -> Path:
    lines = [
        f"SPEAKER call 1 {s.start / SAMPLE_RATE:.4f} {(s.end - s.start) / SAMPLE_RATE:.4f}"
        f" <NA> <NA> {names[s.speaker]} <NA> <NA>"
        for s in spells
    ]
    path.write_text("\n".join(["SPKR-INFO call 1 <NA> <NA> <NA> unknown ann <NA>", *lines]))
    return path


def test_a_fit_finds_the_laws_again() -> None:
    preset, intervals = load_preset(TimelineSpec()), Intervals()
    for seed in range(60):
        intervals.add(conversation(preset, seed))
    found = fit(intervals)
    for section in ("user_to_agent", "agent_to_user"):
        law = getattr(preset, section)
        assert found[section]["overlap_rate"] == pytest.approx(law.overlap_rate, abs=0.04)
        for part in ("gap", "overlap"):
            true = getattr(law, part)
            assert found[section][part]["median"] == pytest.approx(true.median, rel=0.12)
            assert found[section][part]["sigma"] == pytest.approx(true.sigma, abs=0.12)
    assert found["pause"]["clause"]["median"] == pytest.approx(0.75, abs=0.05)


@pytest.mark.parametrize(("agent", "flipped"), [(None, False), ("bob", True)])
def test_rttm_has_two_speakers_of_whom_one_is_the_agent(
    tmp_path: Path, agent: str | None, flipped: bool
) -> None:
    spells = conversation(load_preset(TimelineSpec()), 0, 4)
    path = rttm(tmp_path / "a.rttm", spells, {"agent": "ann", "user": "bob"})
    found = read(path, agent).conversations["call"]
    assert [spell.speaker == spells[i].speaker for i, spell in enumerate(found)] == [
        not flipped
    ] * len(spells)
    assert [s.start for s in found] == pytest.approx([s.start for s in spells], abs=3)


def test_ctm_is_words_on_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.ctm"
    path.write_text(";; a comment\ncall A 0.50 0.25 hello\ncall B 1.00 0.5 hi\n")
    assert read(path).conversations["call"] == [
        Spell("agent", seconds(0.5), seconds(0.75)),
        Spell("user", seconds(1), seconds(1.5)),
    ]


def test_a_recording_has_a_speaker_on_each_channel(tmp_path: Path) -> None:
    sound = np.zeros((16_000 * 3, 2))
    sound[8_000:16_000, 0] = sound[24_000:40_000, 1] = 0.2
    soundfile.write(tmp_path / "call.wav", sound * np.sin(np.arange(48_000) * 0.4)[:, None], 16_000)
    agent, user = read(tmp_path / "call.wav").conversations["call"]
    assert (agent.speaker, user.speaker) == ("agent", "user")
    edges = (agent.start, agent.end, user.start, user.end)
    assert edges == pytest.approx([seconds(s) for s in (0.5, 1.0, 1.5, 2.5)], abs=seconds(0.01))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.txt", "", "not a recording or transcript"),
        ("a.rttm", "", "holds no speech"),
        ("a.rttm", "SPEAKER call 1 x 1 <NA> <NA> ann", "line 1"),
        ("a.rttm", "SPEAKER call 1 0 1 <NA> <NA> ann", "1 speakers, not 2"),
        ("a.ctm", "call A 0.5", "line 1"),
        ("a.wav", "RIFF", "cannot be read as sound"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=sentence):
        read(tmp_path / name)


def test_too_little_speech_fits_nothing() -> None:
    with pytest.raises(UserError, match="too few"):
        fit(Intervals())


def test_the_command_writes_a_preset_that_loads(tmp_path: Path) -> None:
    base = load_preset(TimelineSpec())
    paths = [
        rttm(tmp_path / f"{seed}.rttm", conversation(base, seed), {"agent": "ann", "user": "bob"})
        for seed in range(4)
    ]
    out = tmp_path / "mine.yaml"
    result = CliRunner().invoke(timing, ["fit", *map(str, paths), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert out.read_text().startswith("# Offsets and pauses fitted to 4 conversations (")
    preset = load_preset(TimelineSpec(preset=str(out)))
    assert preset.barge_in == base.barge_in
    assert preset.user_to_agent != base.user_to_agent
    wrong = CliRunner().invoke(timing, ["fit", str(paths[0]), "--out", str(tmp_path / "mine.yml")])
    assert isinstance(wrong.exception, UserError)


def test_times_in_hundredths_make_no_overlap_of_turns_that_touch() -> None:
    """One turn ends at 118.955 and the next begins there (gong-io/gecko#123)."""
    rng, intervals, spells, end = np.random.default_rng(0), Intervals(), list[Spell](), 0.0
    for index in range(200):
        start = end + float(rng.uniform(-0.01, 0.01))
        end += float(rng.uniform(1, 3))
        speaker: Speaker = ("agent", "user")[index % 2]  # type: ignore[assignment]
        spells.append(Spell(speaker, seconds(round(max(0.0, start), 2)), seconds(round(end, 2))))
    intervals.add(spells)
    assert min(map(min, intervals.offsets.values())) < 0
    for section in ("user_to_agent", "agent_to_user"):
        assert fit(intervals)[section]["overlap_rate"] == 0.0

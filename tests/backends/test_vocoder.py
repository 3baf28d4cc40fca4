"""The stand-in codec: geometry, silence, locality, what survives, and golden tokens.

Run as a script it writes the golden tokens anew, after a change of the table or of VERSION.
"""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from datagen.backends.codec import vocoder_fit
from datagen.backends.codec.vocoder import Vocoder
from datagen.backends.codec.vocoder_analysis import REACH, SUBFRAMES, analyse
from datagen.backends.codec.vocoder_pitch import (
    PATTERNS,
    PITCHES,
    SLOPES,
    decode_pitch,
    encode_pitch,
)
from datagen.backends.codec.vocoder_quantiser import FLOOR, Quantiser, shipped_table, table_hash
from datagen.backends.registry import CODECS
from datagen.config import BackendSpec
from datagen.types import CARDINALITY, FRAME, SAMPLE_RATE, Audio, Record, UserError

GOLDEN = Path(__file__).parents[1] / "golden" / "vocoder_tokens.npz"


@pytest.fixture(scope="module")
def codec() -> Vocoder:
    return Vocoder(Record())


def chirp(seconds: float) -> Audio:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * (100 + 1500 * time / seconds) * time)).astype(np.float32)


def noise(seconds: float, decibels: float = -30) -> Audio:
    rng = np.random.default_rng(7)
    sound = rng.standard_normal(int(seconds * SAMPLE_RATE)) * 10 ** (decibels / 20)
    return sound.astype(np.float32)


def vowel(seconds: float, hertz: float = 120.0) -> Audio:
    """Harmonics of a gliding pitch under two formants."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * hertz * (time + 0.1 * time**2 / seconds)
    sound = np.zeros(len(time))
    for harmonic in range(1, 40):
        peaks = [1 / (1 + ((harmonic * hertz - f) / 100) ** 2) for f in (600, 1700)]
        sound += sum(peaks) * np.sin(harmonic * phase + harmonic**2)
    return (0.2 * sound / np.abs(sound).max()).astype(np.float32)


def signal() -> Audio:
    """Some of everything, 19.6 s."""
    gap = np.zeros(SAMPLE_RATE // 3, np.float32)
    tone = np.sin(np.arange(2 * SAMPLE_RATE) * (2 * np.pi * 440 / SAMPLE_RATE)) / 2
    quiet = vowel(4, 210) * np.float32(0.1)
    parts = (chirp(5), gap, noise(3), gap, tone, gap, vowel(4), gap, quiet)
    return np.concatenate(parts).astype(np.float32)


def test_registered_as_a_stand_in_with_the_hash_it_writes(codec: Vocoder) -> None:
    spec = BackendSpec(use="vocoder")
    assert CODECS.resolve(spec).stand_in
    assert CODECS.identity(spec)["hash"] == codec.hash == table_hash(shipped_table())
    with pytest.raises(UserError, match="bits"):
        CODECS.options(BackendSpec(use="vocoder", options={"bits": 3}))


def test_hash_follows_the_table() -> None:
    table = shipped_table()
    other = table.model_copy(update={"mean": (table.mean[0] + 0.1, *table.mean[1:])})
    assert table_hash(other) != table_hash(table)


@pytest.mark.parametrize("num_samples", [0, 1, FRAME - 1, FRAME, FRAME + 1, 10 * FRAME])
def test_geometry(codec: Vocoder, num_samples: int) -> None:
    codes = codec.encode(noise(1)[:num_samples])
    assert codes.shape == (codec.codebooks, -(-num_samples // FRAME))
    assert codes.dtype == np.int16
    decoded = codec.decode(codes)
    assert decoded.shape == (codes.shape[1] * FRAME,)
    assert decoded.dtype == np.float32


@pytest.mark.parametrize(
    "audio",
    [
        np.ones(5000, np.float32),
        np.full(5000, -1e-20, np.float32),
        np.eye(1, 5000, 2500, dtype=np.float32)[0],
        np.tile(np.array([1, -1], np.float32), 2500),
        noise(0.5, 40),
        noise(0.5, -120),
    ],
    ids=["offset", "denormal", "impulse", "nyquist", "overdriven", "faint"],
)
def test_any_sound_has_tokens(codec: Vocoder, audio: Audio) -> None:
    codes = codec.encode(audio)
    assert codes.min() >= 0
    assert codes.max() < CARDINALITY
    assert np.isfinite(codec.decode(codes)).all()


def test_any_token_has_a_sound(codec: Vocoder) -> None:
    codes = np.random.default_rng(0).integers(0, CARDINALITY, (8, 100)).astype(np.int16)
    codes[:, 0], codes[:, 1] = 0, CARDINALITY - 1
    assert np.isfinite(codec.decode(codes)).all()
    codes[3, 50] = CARDINALITY
    with pytest.raises(AssertionError, match="out of range"):
        codec.decode(codes)


def test_not_a_number_is_refused(codec: Vocoder) -> None:
    with pytest.raises(AssertionError, match="finite"):
        codec.encode(np.array([0.1, np.nan] * 100, np.float32))


def test_silence_is_one_row_and_stays_silent(codec: Vocoder) -> None:
    codes = codec.encode(np.zeros(20 * FRAME, np.float32))
    np.testing.assert_array_equal(codes.T, np.tile(codec.silence, (20, 1)))
    assert not codec.decode(codes).any()


def test_what_is_below_the_floor_is_silent(codec: Vocoder) -> None:
    assert not codec.decode(codec.encode(noise(1, -75))).any()


def test_speech_smears_one_frame_into_silence_and_no_further(codec: Vocoder) -> None:
    quiet = np.zeros(10 * FRAME, np.float32)
    decoded = codec.decode(codec.encode(np.concatenate([quiet, vowel(1.6), quiet])))
    window = 480  # of the synthesis, beyond the frame
    assert not decoded[: 9 * FRAME - window].any()
    assert not decoded[31 * FRAME + window :].any()
    assert np.abs(decoded[12 * FRAME : 28 * FRAME]).max() > 0.05


def test_sine_row_is_what_a_sine_is_made_of(codec: Vocoder) -> None:
    time = np.arange(40 * FRAME) / SAMPLE_RATE
    codes = codec.encode((0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32))
    # 440 Hz does not divide the frame rate: the wave begins every frame at another phase
    assert np.mean(codes == np.array(codec.sine)[:, None]) > 0.5
    assert codec.sine != codec.silence
    assert all(0 <= token < CARDINALITY for token in codec.sine)


def test_same_sound_same_tokens(codec: Vocoder) -> None:
    audio = signal()
    codes = codec.encode(audio)
    np.testing.assert_array_equal(codes, Vocoder(Record()).encode(audio.copy()))
    np.testing.assert_array_equal(codec.decode(codes), Vocoder(Record()).decode(codes))
    np.testing.assert_array_equal(codes, codec.encode_prompt(audio))


@pytest.mark.parametrize(("before", "after"), [(1, 0), (3, 1), (64, 5), (301, 77)])
def test_silence_around_a_clip_changes_none_of_its_tokens(
    codec: Vocoder, before: int, after: int
) -> None:
    clip = np.concatenate([vowel(1.0), noise(0.72)])
    pad = (before * FRAME, after * FRAME)
    np.testing.assert_array_equal(
        codec.encode(np.pad(clip, pad))[:, before:][:, : len(clip) // FRAME - 1],
        codec.encode(clip)[:, : len(clip) // FRAME - 1],
    )


def test_a_frame_depends_on_its_reach_alone(codec: Vocoder) -> None:
    frame = 12
    rng = np.random.default_rng(3)
    audio = vowel(2.4)
    first, last = frame * FRAME - REACH[0], (frame + 1) * FRAME + REACH[1]
    other = rng.standard_normal(len(audio)).astype(np.float32) * np.float32(0.1)
    other[first:last] = audio[first:last]
    before, after = codec.encode(audio), codec.encode(other)
    np.testing.assert_array_equal(before[:, frame], after[:, frame])
    assert (before != after).mean() > 0.5


def test_a_hair_of_gain_moves_hardly_a_token(codec: Vocoder) -> None:
    audio = signal()
    louder = codec.encode(audio * np.float32(1 + 2e-6))
    assert np.mean(louder != codec.encode(audio)) < 0.002


def test_golden_tokens(codec: Vocoder) -> None:
    expected = np.load(GOLDEN)["codes"]
    codes = codec.encode(signal())
    assert codes.shape == expected.shape
    assert np.mean(codes != expected) <= 0.001


def test_pitch_and_voicing_survive(codec: Vocoder) -> None:
    audio = np.concatenate([vowel(1.6, 150), np.zeros(4 * FRAME, np.float32), noise(1.6)])
    found = analyse(codec.decode(codec.encode(audio)))
    voiced = found.frames < 18
    inner = np.isin(found.frames, np.arange(2, 18))
    truth = analyse(audio)
    expected = truth.pitch[np.isin(truth.frames, found.frames[inner])]
    np.testing.assert_allclose(found.pitch[inner], expected, atol=1 / 12)  # a semitone
    assert found.voicing[inner].mean() > 0.7
    assert found.voicing[~voiced][4:].mean() < 0.4


def test_levels_survive(codec: Vocoder) -> None:
    audio = np.concatenate([noise(0.8, level) for level in (-20, -35, -50)])
    decoded = codec.decode(codec.encode(audio)).reshape(3, -1)[:, 2 * FRAME : -2 * FRAME]
    measured = 20 * np.log10(decoded.std(axis=1))
    # white noise is coded up to 9.6 of 12 kHz, and nothing like what the levels were fitted on
    np.testing.assert_allclose(measured, [-20, -35, -50], atol=4)


def test_every_index_of_pitch_is_its_own_meaning() -> None:
    index = np.arange((len(PATTERNS) - 1) * len(PITCHES) * len(SLOPES) + 1, dtype=np.int16)
    pitch, voiced = decode_pitch(index)
    again = encode_pitch(pitch, voiced.astype(np.float32))
    alone = voiced.sum(1) == 1  # one subframe has no slope
    np.testing.assert_array_equal(again[~alone], index[~alone])
    np.testing.assert_array_equal((again[alone] - 1) // 5, (index[alone] - 1) // 5)
    assert not voiced[0].any()


def test_levels_are_quantised_to_a_few_decibels() -> None:
    quantiser = Quantiser(shipped_table())
    levels = analyse(vowel(1.6)).levels
    decoded = quantiser.decode(quantiser.encode(levels))
    error = np.maximum(decoded, FLOOR) - np.maximum(levels, FLOOR)
    assert 10 * np.sqrt(np.mean(error**2)) < 6
    assert quantiser.encode(levels).shape == (len(levels), 7)


@pytest.mark.slow
def test_three_minutes_need_little_memory(codec: Vocoder) -> None:
    audio = noise(180)
    tracemalloc.start()
    codec.encode(audio)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.slow
def test_fit_makes_a_table_that_works() -> None:
    rng = np.random.default_rng(0)
    loudness = rng.uniform(-5.5, -2, (2000, 1, 1))
    slope = rng.uniform(-0.08, 0.02, (2000, 1, 1)) * np.arange(24)
    levels = loudness + slope + rng.normal(0, 0.2, (2000, SUBFRAMES, 24))
    table = vocoder_fit.fit(levels.astype(np.float32), "noise")
    assert type(table).model_validate_json(vocoder_fit.to_json(table)) == table
    quantiser = Quantiser(table)
    decoded = quantiser.decode(quantiser.encode(levels.astype(np.float32)))
    loud = levels.min((1, 2)) > FLOOR + 0.5
    assert np.sqrt(np.mean((decoded - levels)[loud] ** 2)) < 0.25


def test_lloyd_finds_the_values_that_are_there() -> None:
    samples = np.repeat([-3.0, -1.0, 0.5, 4.0], [10, 20, 20, 10])
    np.testing.assert_allclose(vocoder_fit.lloyd(samples, 4), [-3, -1, 0.5, 4])


def test_variations_differ_in_more_than_gain() -> None:
    audio = vowel(0.5)
    plain = vocoder_fit.vary(audio, np.random.default_rng(1), rough=False)
    rough = vocoder_fit.vary(audio, np.random.default_rng(1), rough=True)
    shift = len(plain) - len(audio)
    assert np.corrcoef(plain[shift:], audio)[0, 1] > 0.9999
    assert np.corrcoef(rough[len(rough) - len(audio) :], audio)[0, 1] < 0.9999


if __name__ == "__main__":
    np.savez_compressed(GOLDEN, codes=Vocoder(Record()).encode(signal()))

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from datagen.audio.loudness import speech_power
from datagen.config import TimelineSpec
from datagen.seeds import rng_for
from datagen.timing.effects import chain, noises
from datagen.timing.effects.settings import Effects
from datagen.timing.preset import load_preset
from datagen.types import SAMPLE_RATE, Event, Stereo, UserError

NUM_SAMPLES = 5 * SAMPLE_RATE


def tone(frequency: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    phase = 2 * np.pi * frequency * np.arange(NUM_SAMPLES) / SAMPLE_RATE
    return (0.1 * np.sin(phase)).astype(np.float32)


def call() -> Stereo:
    """The agent in the first two seconds (a 500 Hz tone), the user in the last two (1 kHz)."""
    stereo = np.stack([tone(500), tone(1000)])
    stereo[0, 2 * SAMPLE_RATE :] = 0
    stereo[1, : 3 * SAMPLE_RATE] = 0
    return stereo


def event(name: str, **settings: Any) -> Event:
    text = json.dumps(settings)
    return Event(type="effect", speaker="user", cause=name, text=text, start=0, end=NUM_SAMPLES)


def level(channel: Any) -> float:
    return float(10 * np.log10(np.mean(np.square(channel)) + 1e-12))


def band(channel: Any, low: float, high: float) -> float:
    spectrum = np.abs(np.fft.rfft(channel)) ** 2
    frequencies = np.fft.rfftfreq(len(channel), 1 / SAMPLE_RATE)
    inside = spectrum[(frequencies >= low) & (frequencies < high)].sum()
    return float(10 * np.log10(inside / spectrum.sum() + 1e-12))


ALL = [
    event("reverb", initial=0.3, rt60=0.5, first_delay=0.02, seed=1),
    event("echo", scale=0.2, delay=0.25),
    event("noise", kind="pink", snr=20.0, seed=2),
    event("cough", at=[0.5], db=0.0, seed=3),
    event("gain", db=-6.0),
    event("telephone"),
]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.cause)
def test_an_effect_changes_the_users_channel_and_nothing_else(one: Event) -> None:
    clean = call()
    heard = chain.apply(clean, [one])
    assert heard.shape == clean.shape
    assert heard.dtype == np.float32
    assert np.array_equal(heard[0], clean[0])
    assert not np.array_equal(heard[1], clean[1])
    assert np.array_equal(clean, call())
    assert np.array_equal(heard, chain.apply(call(), [one]))


def test_without_effects_the_sound_is_the_same() -> None:
    clean = call()
    other = Event(type="gap", speaker="user", cause="preset", start=0, end=1)
    assert chain.apply(clean, [other]) is clean


def test_the_echo_is_the_agent_later_and_quieter() -> None:
    clean = call()
    heard = chain.apply(clean, [event("echo", scale=0.2, delay=0.25)])[1]
    assert not heard[: SAMPLE_RATE // 4].any()
    one = slice(SAMPLE_RATE // 4, SAMPLE_RATE)
    assert np.allclose(heard[one], 0.2 * clean[0, : one.stop - one.start])


@pytest.mark.parametrize("kind", ["pink", "babble", "folder"])
def test_noise_is_as_far_under_speech_as_drawn(kind: str, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "hum.wav", 0.5 * tone(100)[:44100], 44100)
    settings = {"folder": str(tmp_path)} if kind == "folder" else {}
    clean = call()
    heard = chain.apply(clean, [event("noise", kind=kind, snr=12.0, seed=4, **settings)])
    noise = heard[1] - clean[1]
    assert 10 * np.log10(speech_power(clean[1])) - level(noise) == pytest.approx(12.0, abs=0.1)
    if kind == "pink":
        assert band(noise, 100, 200) == pytest.approx(band(noise, 1600, 3200), abs=1.5)


def test_pink_noise_differs_by_its_seed_and_does_not_repeat_in_a_dialogue() -> None:
    one, same, other = (
        noises.pink(60 * SAMPLE_RATE, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert level(one) == pytest.approx(0.0, abs=0.2)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    loop = 1 << 19
    assert abs(np.corrcoef(one[:loop], one[loop : 2 * loop])[0, 1]) < 0.7


def test_a_silent_user_gets_no_noise() -> None:
    clean = call()
    clean[1] = 0
    assert not chain.apply(clean, [event("noise", kind="pink", snr=10.0, seed=1)])[1].any()


def test_a_folder_without_sound_is_the_users_mistake(tmp_path: Path) -> None:
    noise = event("noise", kind="folder", folder=str(tmp_path), snr=0.0, seed=0)
    with pytest.raises(UserError, match=r"holds no sound"):
        chain.apply(call(), [noise])


def test_a_telephone_keeps_its_band_and_silence() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, NUM_SAMPLES).astype(np.float32)
    heard = chain.apply(np.stack([noise, noise]), [event("telephone")])[1]
    assert band(heard, 300, 3500) > -0.5
    assert band(heard, 4200, 12000) < -25
    quiet = chain.apply(call(), [event("telephone")])[1]
    assert not np.abs(quiet[: 2 * SAMPLE_RATE]).max() > 1e-6


def test_reverberation_rings_after_the_sound() -> None:
    stereo = call()
    stereo[1, 4 * SAMPLE_RATE :] = 0
    ringing = event("reverb", initial=0.3, rt60=0.6, first_delay=0.02, seed=1)
    after = chain.apply(stereo, [ringing])[1, 4 * SAMPLE_RATE :]
    early, late = after[: SAMPLE_RATE // 10], after[SAMPLE_RATE // 2 : 6 * SAMPLE_RATE // 10]
    assert level(early) > -50
    assert level(late) < level(early) - 25


def test_a_cough_is_short_and_as_loud_as_drawn() -> None:
    clean = call()
    heard = chain.apply(clean, [event("cough", at=[0.5, 1.5, 4.99], db=-3.0, seed=3)])[1]
    sounding = np.flatnonzero(heard[: 2 * SAMPLE_RATE])
    assert sounding[0] >= SAMPLE_RATE // 2
    assert sounding[-1] < 2 * SAMPLE_RATE
    cough = heard[SAMPLE_RATE // 2 : SAMPLE_RATE]
    length = np.count_nonzero(cough)
    assert 0.2 < length / SAMPLE_RATE < 0.45
    power = 10 * np.log10(np.square(cough).sum() / length / speech_power(clean[1]))
    assert power == pytest.approx(-3.0, abs=0.1)


def test_what_would_clip_is_turned_down() -> None:
    heard = chain.apply(call(), [event("gain", db=40.0)])[1]
    assert np.abs(heard).max() == pytest.approx(0.999, abs=1e-4)


@pytest.mark.parametrize("name", ["phone", "moshi"])
def test_presets_draw_their_effects_in_their_shares(name: str) -> None:
    preset = load_preset(TimelineSpec(overrides={"effects": name}))
    assert preset.effects
    drawn: list[str] = []
    for index in range(400):
        found = list(
            chain.draw(
                preset.effects, NUM_SAMPLES, lambda what, i=index: rng_for(0, f"d-{i}", what)
            )
        )
        drawn += [effect for effect, _ in found]
        for effect, settings in found:
            json.loads(settings)
            assert effect in Effects.model_fields
    for effect in Effects.model_fields:
        rate = getattr(preset.effects, effect).rate
        assert drawn.count(effect) / 400 == pytest.approx(rate, abs=0.08)


def test_a_drawn_effect_can_be_applied() -> None:
    wanted = Effects.model_validate({name: {"rate": 1.0} for name in Effects.model_fields})
    drawn = chain.draw(wanted, NUM_SAMPLES, lambda what: rng_for(0, "d", what))
    events = [event(name, **json.loads(settings)) for name, settings in drawn]
    assert [one.cause for one in events] == list(Effects.model_fields)
    assert np.isfinite(chain.apply(call(), events)).all()


def test_a_preset_of_effects_can_be_changed() -> None:
    change = {"effects": {"preset": "phone", "noise": {"snr": {"low": 0, "high": 1}}}}
    used = load_preset(TimelineSpec(overrides=change)).effects
    assert used
    assert used.noise.snr.high == 1
    assert used.telephone.rate == 1


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("nowhere", "known are moshi, phone"),
        ({"preset": 3}, "must be a name"),
        ({"noise": {"rate": 1, "kinds": ["folder"]}}, "folder"),
        ({"noise": {"snr": {"low": 9, "high": 1}}}, "must not be above"),
        ({"wind": {}}, "wind"),
    ],
)
def test_wrong_effects_are_one_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        load_preset(TimelineSpec(overrides={"effects": value}))

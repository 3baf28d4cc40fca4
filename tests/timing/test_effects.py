from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from datagen.audio.loudness import speech_power
from datagen.config import Recipe, TimelineSpec
from datagen.seeds import rng_for
from datagen.timing.arrange import Placed
from datagen.timing.clip_edit import Hold, stretch
from datagen.timing.effects import breaths, chain, noises
from datagen.timing.effects.breaths import Place
from datagen.timing.effects.chain import DrawContext
from datagen.timing.effects.settings import Effects
from datagen.timing.preset import load_preset
from datagen.types import SAMPLE_RATE, Event, Onset, SpokenWord, Stereo, UserError

NUM_SAMPLES = 5 * SAMPLE_RATE
CONTEXT = DrawContext(NUM_SAMPLES, lambda _: [Place(0, 3 * SAMPLE_RATE - 1_200)])


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
    event("telephone", kind="amr"),
    event("telephone", kind="wideband"),
    event("breath", at=[[12_000, 9_600]], db=-20.0, seed=4),
    event("room", snr=30.0, slope=4.5, drift=3.0, tone="hum", tone_db=-6.0, seed=5),
    event("room", snr=30.0, slope=3.0, drift=0.0, tone="fan", tone_db=-6.0, seed=6),
    event("line", level=-60.0, seed=7),
]


@pytest.mark.parametrize("one", ALL, ids=lambda one: f"{one.cause} {one.text}")
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


def test_a_floor_is_on_the_agents_channel_alone_and_as_quiet_as_drawn() -> None:
    clean = call()
    heard = chain.apply(clean, [event("floor", level=-58.0, seed=8)])
    assert np.array_equal(heard[1], clean[1])
    assert level(heard[0] - clean[0]) == pytest.approx(-58.0, abs=0.3)
    assert chain.speaker_of("floor") == "agent"
    assert {chain.speaker_of(name) for name in set(Effects.model_fields) - {"floor"}} == {"user"}


@pytest.mark.parametrize("slope", [3.0, 4.5, 6.0])
def test_a_room_falls_as_its_colour_does_and_lies_under_speech(slope: float) -> None:
    clean = call()
    room = event("room", snr=25.0, slope=slope, drift=0.0, tone="none", tone_db=0.0, seed=9)
    noise = chain.apply(clean, [room])[1] - clean[1]
    under = 10 * np.log10(speech_power(clean[1])) - level(noise)
    assert under == pytest.approx(25.0, abs=1.0)
    octaves = 4
    fall = band(noise, 100, 200) - band(noise, 1600, 3200)
    assert fall == pytest.approx((slope - 3) * octaves, abs=2.0)


def test_a_room_is_there_when_the_user_says_nothing() -> None:
    clean = call()
    clean[1] = 0
    room = event("room", snr=25.0, slope=4.5, drift=0.0, tone="none", tone_db=0.0, seed=9)
    assert level(chain.apply(clean, [room])[1]) == pytest.approx(-48.0, abs=1.0)


def room(**settings: Any) -> Any:
    noise = np.zeros(NUM_SAMPLES, np.float32)
    usual = {"slope": 3.0, "tone": "none", "tone_db": 0.0, "drift": 0.0, "seed": 3}
    noises.add_room(noise, 1.0, **(usual | settings))
    return noise


def test_a_room_drifts_and_hums_as_drawn() -> None:
    still, drifting = room(), room(drift=6.0)
    assert level(still) == pytest.approx(0.0, abs=0.3)
    ratio = drifting[np.abs(still) > 0.1] / still[np.abs(still) > 0.1]
    assert 10 ** (-3 / 20) - 1e-3 <= ratio.min() < 0.9 < ratio.max() <= 10 ** (3 / 20) + 1e-3
    hum = room(tone="hum") - still
    assert level(hum) == pytest.approx(0.0, abs=0.1)
    strongest = np.abs(np.fft.rfft(hum)).argmax() * SAMPLE_RATE / NUM_SAMPLES
    assert min(strongest % 50, strongest % 60) == pytest.approx(0.0, abs=0.2)


def test_loops_are_added_without_a_seam() -> None:
    tile = np.arange(1_000, dtype=np.float32)
    channel = np.ones(100_000, np.float32)
    noises.add(channel, [noises.Loop(tile, 250, 2.0), noises.Loop(tile, 0, 1.0)])
    place = np.arange(len(channel))
    assert np.array_equal(channel, 1 + 2 * ((place + 250) % 1_000) + place % 1_000)


def test_a_line_is_white() -> None:
    clean = call()
    noise = chain.apply(clean, [event("line", level=-55.0, seed=1)])[1] - clean[1]
    assert level(noise) == pytest.approx(-55.0, abs=0.2)
    assert band(noise, 1000, 2000) == pytest.approx(band(noise, 9000, 10000), abs=0.5)


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [("g711", (400, 3300), (3700, 12000)), ("amr", (50, 3300), (4200, 12000)),
     ("wideband", (50, 6800), (8300, 12000))],
)  # fmt: skip
def test_each_kind_of_telephone_has_its_band(
    kind: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, NUM_SAMPLES).astype(np.float32)
    heard = chain.apply(np.stack([noise, noise]), [event("telephone", kind=kind)])[1]
    assert band(heard, *inside) > -0.7
    assert band(heard, *outside) < -25
    edge = slice(*(round(f * NUM_SAMPLES / SAMPLE_RATE) for f in inside))
    kept = np.abs(np.fft.rfft(heard))[edge].mean() / np.abs(np.fft.rfft(noise))[edge].mean()
    assert kept == pytest.approx(1.0, abs=0.05)


def test_a_breath_is_shaped_and_as_loud_as_drawn() -> None:
    clean = call()
    heard = chain.apply(clean, [event("breath", at=[[24_000, 9_600]], db=-20.0, seed=3)])[1]
    breath = heard[24_000:33_600]
    assert not heard[:24_000].any()
    assert not heard[33_600 : 3 * SAMPLE_RATE].any()
    under = 10 * np.log10(speech_power(clean[1])) - level(breath)
    assert under == pytest.approx(20.0, abs=0.1)
    assert band(breath, 300, 4500) > -1.0
    fifths = [level(part) for part in np.split(breath, 5)]
    assert max(fifths) == fifths[3] or max(fifths) == fifths[2]
    assert min(fifths) == fifths[0]


def placed(at: int, seconds: float, onset: Onset = "after", pause_at: int | None = None) -> Placed:
    """A turn of the user of words of a quarter of a second."""
    quarter = SAMPLE_RATE // 4
    words = [
        SpokenWord(text="word", start=n * quarter, end=(n + 1) * quarter)
        for n in range(round(4 * seconds))
    ]
    holds = [] if pause_at is None else [Hold(pause_at, "clause", 4 * quarter)]
    return Placed(0, "user", onset, at, stretch(len(words) * quarter, words, holds))


def test_a_breath_comes_before_a_long_turn_and_never_into_speech() -> None:
    turns = [
        placed(SAMPLE_RATE, 1.0),
        placed(4 * SAMPLE_RATE, 3.0),
        placed(8 * SAMPLE_RATE, 3.0, "backchannel"),
        placed(12 * SAMPLE_RATE, 3.0),
    ]
    found = breaths.places(turns, "user", 2 * SAMPLE_RATE)
    assert [place.end for place in found] == [4 * SAMPLE_RATE - 1_200, 12 * SAMPLE_RATE - 1_200]
    assert [place.start for place in found] == [2 * SAMPLE_RATE + 3_000, 11 * SAMPLE_RATE + 3_000]
    assert not breaths.places(turns, "agent", 2 * SAMPLE_RATE)
    paused = placed(SAMPLE_RATE, 3.0, pause_at=4)
    before, inside = breaths.places([paused], "user", 2 * SAMPLE_RATE)
    assert (before.end, inside.start) == (SAMPLE_RATE - 1_200, 2 * SAMPLE_RATE + 3_000)
    assert inside.end == 3 * SAMPLE_RATE - 1_200
    close = [placed(0, 3.0), placed(3 * SAMPLE_RATE + 100, 3.0)]
    assert not [p for p in breaths.places(close, "user", 0) if p.start >= p.end]


def test_a_breath_fits_its_place() -> None:
    wanted = Effects.model_validate({"breath": {"rate": 1.0, "share": 1.0}})
    for index in range(20):
        drawn = dict(chain.draw(wanted, CONTEXT, lambda what, i=index: rng_for(0, f"d-{i}", what)))
        (start, length) = json.loads(drawn["breath"])["at"][0]
        assert start + length == 3 * SAMPLE_RATE - 1_200
        assert 0.25 * SAMPLE_RATE <= length <= 0.55 * SAMPLE_RATE
    short = DrawContext(NUM_SAMPLES, lambda _: [Place(0, 100)])
    drawn = dict(chain.draw(wanted, short, lambda what: rng_for(0, "d", what)))
    assert json.loads(drawn["breath"])["at"] == []


def test_callers_differ_in_level_by_a_normal_law() -> None:
    preset = load_preset(TimelineSpec(effects="call")).effects
    assert preset
    drawn = [
        dict(chain.draw(preset, CONTEXT, lambda what, i=index: rng_for(0, f"d-{i}", what)))
        for index in range(600)
    ]
    gains = [json.loads(one["gain"])["db"] for one in drawn]
    assert np.std(gains) == pytest.approx(3.8, abs=0.35)
    assert min(gains) >= -11
    assert max(gains) <= 9
    lines = {json.loads(one["telephone"])["kind"] for one in drawn if "telephone" in one}
    assert lines == {"g711", "amr", "wideband"}


def test_a_recipes_effects_give_way_to_a_preset_that_has_none() -> None:
    assert load_preset(TimelineSpec(effects="call")).effects
    assert load_preset(TimelineSpec()).effects is None
    assert load_preset(TimelineSpec(preset="strict", effects="call")).effects is None
    named = TimelineSpec(effects="call", overrides={"effects": "phone"})
    assert (
        load_preset(named).effects
        == load_preset(TimelineSpec(overrides={"effects": "phone"})).effects
    )
    without = TimelineSpec(effects="call", overrides={"effects": None})
    assert load_preset(without).effects is None


@pytest.mark.parametrize(
    ("kind", "recipe", "effects"),
    [("service", "embedded", "call"), ("qa", "embedded", "room"), ("casual", "released", "room"),
     ("service", "paper", "call"), ("service", "dummy", None), ("service", "rehearsal", None)],
)  # fmt: skip
def test_which_recipes_have_rooms(kind: str, recipe: str, effects: str | None) -> None:
    assert Recipe.load(kind, recipe).timeline.effects == effects


@pytest.mark.parametrize("name", ["phone", "moshi", "call", "room"])
def test_presets_draw_their_effects_in_their_shares(name: str) -> None:
    preset = load_preset(TimelineSpec(overrides={"effects": name}))
    assert preset.effects
    drawn: list[str] = []
    for index in range(400):
        found = list(
            chain.draw(preset.effects, CONTEXT, lambda what, i=index: rng_for(0, f"d-{i}", what))
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
    drawn = chain.draw(wanted, CONTEXT, lambda what: rng_for(0, "d", what))
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
        ("nowhere", "known are call, moshi, phone, room"),
        ({"preset": 3}, "must be a name"),
        ({"noise": {"rate": 1, "kinds": ["folder"]}}, "folder"),
        ({"noise": {"snr": {"low": 9, "high": 1}}}, "must not be above"),
        ({"wind": {}}, "wind"),
    ],
)
def test_wrong_effects_are_one_sentence(value: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        load_preset(TimelineSpec(overrides={"effects": value}))

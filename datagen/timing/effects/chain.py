"""What the channels go through before they are encoded; the clean sound is kept.

    Effects, rng --draw--> (name, JSON), ... in the ledger
    Stereo [C, S], [Event] --apply--> Stereo [C, S], both as they are encoded

Every number is drawn with the timeline, so that the ledger alone says how to make the sound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.random import Generator

from datagen.audio.loudness import magnitude, powers, speech_power
from datagen.timing.distributions import samples
from datagen.timing.effects import breaths, noises, rooms
from datagen.timing.effects.breaths import Place
from datagen.timing.effects.settings import (
    Breath,
    Cough,
    Effects,
    Gain,
    Levels,
    LineNoise,
    Noise,
    QuietFloor,
    Reverb,
    Room,
    Share,
    Telephone,
)
from datagen.types import FRAME, SAMPLE_RATE, SPEAKERS, Audio, Event, Speaker, Stereo

Settings: TypeAlias = dict[str, Any]
Kind = TypeVar("Kind")
_FULL_SCALE = 0.999
"""Largest sample after all effects: what would be louder is turned down, not clipped."""
_USUAL_POWER = 10**-2.3
"""Mean square of a voice of -23 dBFS: what a room lies under if the user says nothing."""
_OF_AGENT = frozenset({"floor"})
"""Effects on the agent's channel; all others are on the user's."""


@dataclass(frozen=True, slots=True)
class DrawContext:
    """What draws depend on, besides their laws."""

    num_samples: int
    breaths: Callable[[int], Sequence[Place]] = lambda _: ()
    """Returns where the user could take a breath, before turns of more than so many samples."""

    @property
    def seconds(self) -> float:
        """Length of the dialogue in seconds."""
        return self.num_samples / SAMPLE_RATE


def draw(
    effects: Effects, context: DrawContext, rng_of: Callable[[str], Generator]
) -> Iterator[tuple[str, str]]:
    """Yield the name and the settings of each effect that a dialogue gets, in order."""
    for name in Effects.model_fields:
        effect, rng = getattr(effects, name), rng_of(name)
        if rng.random() < effect.rate:
            yield name, json.dumps(_DRAWS[name](effect, rng, context))


class CleanSound:
    """The channels [C, S] as they were recorded, and what effects are measured by."""

    def __init__(self, stereo: Stereo) -> None:
        self.stereo = stereo

    @cached_property
    def user_power(self) -> float:
        """Mean square of the user's speech; 0.0 if there is none."""
        return speech_power(self.stereo[1])


def speaker_of(name: str) -> Speaker:
    """Return whose channel an effect changes."""
    return "agent" if name in _OF_AGENT else "user"


def apply(stereo: Stereo, events: Sequence[Event]) -> Stereo:
    """Return the channels [C, S] as they are encoded; without effects, the same array."""
    wanted = {event.cause: json.loads(event.text) for event in events if event.type == "effect"}
    if not wanted:
        return stereo
    heard, clean = stereo.copy(), CleanSound(stereo)
    for name in Effects.model_fields:
        if name in wanted:
            channel = heard[SPEAKERS.index(speaker_of(name))]
            _APPLY[name](channel, clean, wanted[name])
    for speaker in {speaker_of(name) for name in wanted}:
        channel = heard[SPEAKERS.index(speaker)]
        loudest = magnitude(channel)
        if loudest > _FULL_SCALE:
            channel *= np.float32(_FULL_SCALE / loudest)
    return heard


def _uniform(levels: Levels | Share | Any, rng: Generator) -> float:
    return round(float(rng.uniform(levels.low, levels.high)), 4)


def _seed(rng: Generator) -> int:
    return int(rng.integers(2**31))


def _pick(kinds: Sequence[Kind], rng: Generator) -> Kind:
    return kinds[int(rng.integers(len(kinds)))]


def _draw_breath(breath: Breath, rng: Generator, context: DrawContext) -> Settings:
    """Draw which places have a breath, and how long it is; a place too short for it has none."""
    spans = []
    for place in context.breaths(samples(breath.longest_silent)):
        wanted, length = rng.random() < breath.share, breath.seconds.draw(rng)
        if wanted and place.end - place.start >= length:
            spans.append([place.end - length, length])
    return {"at": spans, "db": _uniform(breath.db, rng), "seed": _seed(rng)}


def _draw_reverb(reverb: Reverb, rng: Generator, context: DrawContext) -> Settings:
    numbers = {
        name: _uniform(getattr(reverb, name), rng) for name in ("initial", "rt60", "first_delay")
    }
    return numbers | {"seed": _seed(rng)}


def _draw_room(room: Room, rng: Generator, context: DrawContext) -> Settings:
    numbers = {name: _uniform(getattr(room, name), rng) for name in ("snr", "drift", "tone_db")}
    kind = {"slope": _pick(room.slopes, rng), "tone": _pick(room.tones, rng)}
    return numbers | kind | {"seed": _seed(rng)}


def _draw_noise(noise: Noise, rng: Generator, context: DrawContext) -> Settings:
    kind = _pick(noise.kinds, rng)
    folder = {"folder": noise.folder} if kind == "folder" else {}
    return {"kind": kind, "snr": _uniform(noise.snr, rng), "seed": _seed(rng)} | folder


def _draw_cough(cough: Cough, rng: Generator, context: DrawContext) -> Settings:
    count = 1 + int(rng.poisson(max(0.0, cough.per_minute * context.seconds / 60 - 1)))
    latest = max(0.0, context.seconds - 1)
    at = sorted(round(float(rng.uniform(0, latest)), 3) for _ in range(count))
    return {"at": at, "db": _uniform(cough.db, rng), "seed": _seed(rng)}


def _draw_gain(gain: Gain, rng: Generator, context: DrawContext) -> Settings:
    if not gain.sd:
        return {"db": _uniform(gain.db, rng)}
    middle = (gain.db.low + gain.db.high) / 2
    drawn = min(max(rng.normal(middle, gain.sd), gain.db.low), gain.db.high)
    return {"db": round(float(drawn), 4)}


def _draw_level(effect: LineNoise | QuietFloor, rng: Generator, context: DrawContext) -> Settings:
    return {"level": _uniform(effect.level, rng), "seed": _seed(rng)}


def _draw_telephone(telephone: Telephone, rng: Generator, context: DrawContext) -> Settings:
    return {} if telephone.kinds == ("g711",) else {"kind": _pick(telephone.kinds, rng)}


_DRAWS: Mapping[str, Callable[[Any, Generator, DrawContext], Settings]] = {
    "breath": _draw_breath,
    "reverb": _draw_reverb,
    "echo": lambda echo, rng, _: {
        "scale": _uniform(echo.scale, rng),
        "delay": _uniform(echo.delay, rng),
    },
    "room": _draw_room,
    "noise": _draw_noise,
    "cough": _draw_cough,
    "gain": _draw_gain,
    "line": _draw_level,
    "telephone": _draw_telephone,
    "floor": _draw_level,
}


def _breath(user: Audio, clean: CleanSound, settings: Settings) -> None:
    scale = np.sqrt(clean.user_power) * 10 ** (settings["db"] / 20)
    for index, (start, length) in enumerate(settings["at"]):
        sound = breaths.breath(length, settings["seed"] + index)
        user[start : start + length] += sound * np.float32(scale)


def _reverb(user: Audio, clean: CleanSound, settings: Settings) -> None:
    user[:] = rooms.reverberate(user, **settings)


def _echo(user: Audio, clean: CleanSound, settings: Settings) -> None:
    """Add the agent, later and quieter."""
    delay = min(round(settings["delay"] * SAMPLE_RATE), len(user))
    user[delay:] += np.float32(settings["scale"]) * clean.stereo[0, : len(user) - delay]


def _room(user: Audio, clean: CleanSound, settings: Settings) -> None:
    """Add a room at so many dB under the user's speech; one who says nothing has a quiet room."""
    numbers = {name: value for name, value in settings.items() if name != "snr"}
    level = clean.user_power or _USUAL_POWER
    noises.add_room(user, np.sqrt(level) * 10 ** (-settings["snr"] / 20), **numbers)


def _noise(user: Audio, clean: CleanSound, settings: Settings) -> None:
    """Add a noise at so many dB under the user's speech; a silent user gets none."""
    noise = noises.make(settings, clean.stereo)
    power = float(powers(noise, FRAME).mean(dtype=np.float64))
    level = clean.user_power
    if power and level:
        noise *= np.float32(np.sqrt(level / power * 10 ** (-settings["snr"] / 10)))
        user += noise


def _cough(user: Audio, clean: CleanSound, settings: Settings) -> None:
    level = clean.user_power
    for index, seconds in enumerate(settings["at"]):
        start = round(seconds * SAMPLE_RATE)
        sound = noises.cough(settings["seed"] + index)[: max(0, len(user) - start)]
        scale = np.sqrt(level) * 10 ** (settings["db"] / 20)
        user[start : start + len(sound)] += sound * np.float32(scale)


def _gain(user: Audio, clean: CleanSound, settings: Settings) -> None:
    user *= np.float32(10 ** (settings["db"] / 20))


def _line(user: Audio, clean: CleanSound, settings: Settings) -> None:
    _add_faint(user, settings, noises.WHITE)


def _telephone(user: Audio, clean: CleanSound, settings: Settings) -> None:
    user[:] = rooms.telephone(user, **settings)


def _floor(agent: Audio, clean: CleanSound, settings: Settings) -> None:
    _add_faint(agent, settings, noises.PINK)


def _add_faint(channel: Audio, settings: Settings, exponent: float) -> None:
    rng = np.random.default_rng(settings["seed"])
    noises.add(channel, noises.faint(rng, exponent, 10 ** (settings["level"] / 20)))


_APPLY: Mapping[str, Callable[[Audio, CleanSound, Settings], None]] = {
    "breath": _breath,
    "reverb": _reverb,
    "echo": _echo,
    "room": _room,
    "noise": _noise,
    "cough": _cough,
    "gain": _gain,
    "line": _line,
    "telephone": _telephone,
    "floor": _floor,
}
"""Change a channel [S] in place; the clean sound is as it was before all."""

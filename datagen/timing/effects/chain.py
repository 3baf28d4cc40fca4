"""What the user's channel goes through before it is encoded; the clean sound is kept.

    Effects, rng --draw--> (name, JSON), ... in the ledger
    Stereo [C, S], [Event] --apply--> Stereo [C, S] whose user's channel is changed

Every number is drawn with the timeline, so that the ledger alone says how to make the sound.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator

from datagen.audio.loudness import powers, speech_power
from datagen.timing.effects import noises, rooms
from datagen.timing.effects.settings import Cough, Effects, Levels, Noise, Reverb, Share
from datagen.types import FRAME, SAMPLE_RATE, Audio, Event, Stereo

Settings: TypeAlias = dict[str, Any]
_FULL_SCALE = 0.999
"""Largest sample after all effects: what would be louder is turned down, not clipped."""


def draw(
    effects: Effects, num_samples: int, rng_of: Callable[[str], Generator]
) -> Iterator[tuple[str, str]]:
    """Yield the name and the settings of each effect that a dialogue gets, in order."""
    seconds = num_samples / SAMPLE_RATE
    for name in Effects.model_fields:
        effect, rng = getattr(effects, name), rng_of(name)
        if rng.random() < effect.rate:
            yield name, json.dumps(_DRAWS[name](effect, rng, seconds))


def apply(stereo: Stereo, events: Sequence[Event]) -> Stereo:
    """Return the channels [C, S] as they are encoded; without effects, the same array."""
    wanted = {event.cause: json.loads(event.text) for event in events if event.type == "effect"}
    if not wanted:
        return stereo
    heard = stereo.copy()
    user = heard[1]
    for name in Effects.model_fields:
        if name in wanted:
            _APPLY[name](user, stereo, wanted[name])
    loudest = float(max(user.max(initial=0.0), -user.min(initial=0.0)))
    if loudest > _FULL_SCALE:
        user *= np.float32(_FULL_SCALE / loudest)
    return heard


def _uniform(levels: Levels | Share | Any, rng: Generator) -> float:
    return round(float(rng.uniform(levels.low, levels.high)), 4)


def _seed(rng: Generator) -> int:
    return int(rng.integers(2**31))


def _draw_reverb(reverb: Reverb, rng: Generator, seconds: float) -> Settings:
    numbers = {
        name: _uniform(getattr(reverb, name), rng) for name in ("initial", "rt60", "first_delay")
    }
    return numbers | {"seed": _seed(rng)}


def _draw_noise(noise: Noise, rng: Generator, seconds: float) -> Settings:
    kind = noise.kinds[int(rng.integers(len(noise.kinds)))]
    folder = {"folder": noise.folder} if kind == "folder" else {}
    return {"kind": kind, "snr": _uniform(noise.snr, rng), "seed": _seed(rng)} | folder


def _draw_cough(cough: Cough, rng: Generator, seconds: float) -> Settings:
    count = 1 + int(rng.poisson(max(0.0, cough.per_minute * seconds / 60 - 1)))
    at = sorted(round(float(rng.uniform(0, max(0.0, seconds - 1))), 3) for _ in range(count))
    return {"at": at, "db": _uniform(cough.db, rng), "seed": _seed(rng)}


_DRAWS: Mapping[str, Callable[[Any, Generator, float], Settings]] = {
    "reverb": _draw_reverb,
    "echo": lambda echo, rng, _: {
        "scale": _uniform(echo.scale, rng),
        "delay": _uniform(echo.delay, rng),
    },
    "noise": _draw_noise,
    "cough": _draw_cough,
    "gain": lambda gain, rng, _: {"db": _uniform(gain.db, rng)},
    "telephone": lambda *_: {},
}


def _reverb(user: Audio, stereo: Stereo, settings: Settings) -> None:
    user[:] = rooms.reverberate(user, **settings)


def _echo(user: Audio, stereo: Stereo, settings: Settings) -> None:
    """Add the agent, later and quieter."""
    delay = min(round(settings["delay"] * SAMPLE_RATE), len(user))
    user[delay:] += np.float32(settings["scale"]) * stereo[0, : len(user) - delay]


def _noise(user: Audio, stereo: Stereo, settings: Settings) -> None:
    """Add a noise at so many dB under the user's speech; a silent user gets none."""
    noise = noises.make(settings, stereo)
    power = float(powers(noise, FRAME).mean(dtype=np.float64))
    level = speech_power(stereo[1])
    if power and level:
        noise *= np.float32(np.sqrt(level / power * 10 ** (-settings["snr"] / 10)))
        user += noise


def _cough(user: Audio, stereo: Stereo, settings: Settings) -> None:
    level = speech_power(stereo[1])
    for index, seconds in enumerate(settings["at"]):
        start = round(seconds * SAMPLE_RATE)
        sound = noises.cough(settings["seed"] + index)[: max(0, len(user) - start)]
        scale = np.sqrt(level) * 10 ** (settings["db"] / 20)
        user[start : start + len(sound)] += sound * np.float32(scale)


def _gain(user: Audio, stereo: Stereo, settings: Settings) -> None:
    user *= np.float32(10 ** (settings["db"] / 20))


def _telephone(user: Audio, stereo: Stereo, settings: Settings) -> None:
    user[:] = rooms.telephone(user)


_APPLY: Mapping[str, Callable[[Audio, Stereo, Settings], None]] = {
    "reverb": _reverb,
    "echo": _echo,
    "noise": _noise,
    "cough": _cough,
    "gain": _gain,
    "telephone": _telephone,
}
"""Change the user's channel [S] in place; the channels [C, S] are as they were before all."""

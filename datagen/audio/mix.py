"""Render a timeline: the only place where clips become the sound of a dialogue.

Dialogue + {turn: clip [S]} --render--> Stereo [C, S], digital zeros where nobody speaks
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from datagen.types import SPEAKERS, Audio, Dialogue, Segment, Stereo


def render(dialogue: Dialogue, clips: Mapping[int, Audio]) -> Stereo:
    """Return both channels [C, S]; at 0 dB and without fades samples are copied exactly.

    Segments of one speaker never overlap, so each is written straight to its place.
    """
    stereo = np.zeros((len(SPEAKERS), dialogue.num_samples), np.float32)
    for segment in dialogue.segments:
        clip = clips[segment.turn]
        assert 0 <= segment.start <= segment.end <= len(clip), segment
        channel = stereo[SPEAKERS.index(dialogue.turns[segment.turn].speaker)]
        place = channel[segment.at : segment.at + segment.end - segment.start]
        np.multiply(
            clip[segment.start : segment.end], np.float32(10 ** (segment.gain / 20)), out=place
        )
        _fade(place, segment)
    return stereo


def _fade(sound: Audio, segment: Segment) -> None:
    """Give a sound [S] the segment's fades, in place."""
    if segment.fade_in:
        fade = _rise(segment.fade_in)[: len(sound)]
        sound[: len(fade)] *= fade
    if segment.fade_out:
        fade = _rise(segment.fade_out)[: len(sound)][::-1]
        sound[len(sound) - len(fade) :] *= fade


def _rise(num_samples: int) -> Audio:
    """Return a raised cosine [S] from 0 to 1."""
    phase = (np.arange(num_samples) + 0.5) * (np.pi / num_samples)
    rise: Audio = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
    return rise

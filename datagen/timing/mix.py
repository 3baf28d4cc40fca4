"""Render a timeline: the only place where clips become the sound of a dialogue.

Dialogue + {turn: clip [S]} --render--> Stereo [C, S], digital zeros where nobody speaks
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from datagen.types import SPEAKERS, Audio, Dialogue, Segment, Stereo


def render(dialogue: Dialogue, clips: Mapping[int, Audio]) -> Stereo:
    """Return both channels [C, S]; at 0 dB and without fades samples are copied exactly."""
    stereo = np.zeros((len(SPEAKERS), dialogue.num_samples), np.float32)
    for segment in dialogue.segments:
        clip = clips[segment.turn]
        assert 0 <= segment.start <= segment.end <= len(clip), segment
        channel = SPEAKERS.index(dialogue.turns[segment.turn].speaker)
        sound = _shaped(clip[segment.start : segment.end], segment)
        stereo[channel, segment.at : segment.at + len(sound)] += sound
    return stereo


def _shaped(sound: Audio, segment: Segment) -> Audio:
    """Return a copy with the segment's gain and fades."""
    shaped: Audio = sound * np.float32(10 ** (segment.gain / 20))
    if segment.fade_in:
        fade = _rise(segment.fade_in)[: len(shaped)]
        shaped[: len(fade)] *= fade
    if segment.fade_out:
        fade = _rise(segment.fade_out)[: len(shaped)][::-1]
        shaped[len(shaped) - len(fade) :] *= fade
    return shaped


def _rise(num_samples: int) -> Audio:
    """Return a raised cosine [S] from 0 to 1."""
    phase = (np.arange(num_samples) + 0.5) * (np.pi / num_samples)
    rise: Audio = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
    return rise

from __future__ import annotations

import math

import numpy as np
import pytest

from datagen import assets
from datagen.config import TimelineSpec
from datagen.timing.distributions import LogNormal, Uniform
from datagen.timing.offsets import draw
from datagen.timing.preset import load_preset
from datagen.types import SAMPLE_RATE, UserError


@pytest.mark.parametrize("name", assets.names("pipelines/timeline"))
def test_shipped_presets_load(name: str) -> None:
    assert load_preset(TimelineSpec(preset=name)).tail.low >= 0.5


def test_overrides_are_laid_over_the_preset() -> None:
    spec = TimelineSpec(overrides={"agent_to_user": {"lapse_rate": 0.5}})
    changed, shipped = load_preset(spec), load_preset(TimelineSpec())
    assert changed.agent_to_user.lapse_rate == 0.5
    assert changed.user_to_agent == shipped.user_to_agent


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"lead_in": {"low": 2.0}}, "low"),
        ({"agent_to_user": {"lapse_rate": 0.9}}, "must not add up to more than 1"),
        ({"barge_in_rate": 0.2}, "barge_in_rate"),
        ({"pause": {"clause": {"median": 9.0}}}, "must rise"),
    ],
)
def test_a_wrong_override_is_one_sentence(overrides: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as error:
        load_preset(TimelineSpec(overrides=overrides))
    assert "timeline preset service" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_preset_names_the_known_ones() -> None:
    with pytest.raises(UserError, match="conversational, paper, service, strict"):
        load_preset(TimelineSpec(preset="nobody"))


def test_lengths_follow_their_law() -> None:
    rng, law = np.random.default_rng(0), LogNormal(median=0.4, sigma=0.5, low=0.2, high=1.0)
    lengths = np.array([law.draw(rng) for _ in range(4000)]) / SAMPLE_RATE
    assert lengths.min() == 0.2
    assert lengths.max() == 1.0
    assert np.median(lengths) == pytest.approx(0.4, rel=0.05)
    inside = np.log(lengths[(lengths > 0.2) & (lengths < 1.0)] / 0.4)
    assert math.isclose(np.quantile(inside, 0.5), 0.0, abs_tol=0.05)
    even = np.array([Uniform(low=0.1, high=0.3).draw(rng) for _ in range(2000)]) / SAMPLE_RATE
    assert even.min() >= 0.1
    assert even.max() <= 0.3
    assert even.mean() == pytest.approx(0.2, abs=0.01)


def test_offsets_come_from_overlaps_gaps_and_lapses_in_their_shares() -> None:
    rng, transfer = np.random.default_rng(0), load_preset(TimelineSpec()).agent_to_user
    offsets = [draw(transfer, rng, SAMPLE_RATE // 4) for _ in range(4000)]
    for kind, share in (
        ("overlap", 0.20),
        ("gap", 0.755),
        ("lapse", 0.025),
        ("dead_air", 0.02),
    ):
        assert np.mean([one.kind == kind for one in offsets]) == pytest.approx(share, abs=0.02)
    seconds = np.array([one.samples for one in offsets]) / SAMPLE_RATE
    assert seconds.min() == -0.25
    assert np.median(seconds[seconds > 0]) == pytest.approx(0.36, abs=0.03)
    lapses = [one.samples / SAMPLE_RATE for one in offsets if one.kind == "lapse"]
    assert 1 <= min(lapses) < max(lapses) <= 3

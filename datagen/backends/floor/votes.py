"""Human votes on what a listener should do, in DuplexGen's public layout, and a fit to them.

    text_dialogue_SCENARIO/{train,test}/*.json --read--> [Vote] --fit--> coefficients
    [Vote], predictor --divergence--> mean KL in nats

A file has ``history``: turns with ``role``, ``content`` and, for users, ``boundaries``: places
``word_index`` (the last word before it, from 0) with ``counts`` of silent, backchannel, take_floor.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.backends.floor.rules import Coefficients, Weights, features
from datagen.backends.protocols import Odds, Slot
from datagen.formats.text import read_text
from datagen.timing.slots import kind_at
from datagen.types import UserError
from datagen.visible import visible_line

ANSWERS = ("silent", "backchannel", "take_floor")
RIDGE = 1.0
"""Weight of the squared coefficients, in votes: it keeps rare features near 0."""
MAX_BYTES = 16 * 2**20
"""Longest file; one dialogue has some 50 kB."""
MAX_VOTES = 1e6
"""More of one answer at one place are no votes of people."""
_STEPS = 60
"""Most Newton steps; some 8 are enough."""


@dataclass(frozen=True, slots=True)
class Vote:
    """One place in a turn, and how many people wanted what there."""

    slot: Slot
    scenario: str
    counts: tuple[float, float, float]
    """Votes for silence, backchannel and take_floor."""

    @property
    def shares(self) -> NDArray[np.float64]:
        """The counts as a distribution."""
        counts = np.array(self.counts)
        return np.asarray(counts / counts.sum())


def read(folder: Path, split: str) -> list[Vote]:
    """Read one split (train or test) of all scenarios of a folder."""
    votes: list[Vote] = []
    for path in sorted(folder.glob(f"text_dialogue_*/{split}/[!.]*.json")):
        scenario = path.parent.parent.name.removeprefix("text_dialogue_")
        text = read_text(path, MAX_BYTES)
        try:
            votes += _votes(json.loads(text), scenario)
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as error:
            said = visible_line(f"{type(error).__name__}: {error}")[:120]
            raise UserError(
                f"{path} does not hold votes as DuplexGen writes them ({said})"
            ) from error
    if not votes:
        raise UserError(
            f"{folder} has no votes in text_dialogue_SCENARIO/{split}/*.json; give the folder of"
            " DuplexGen's human annotations"
        )
    return votes


def _votes(dialogue: Mapping[str, Any], scenario: str) -> Iterator[Vote]:
    for index, turn in enumerate(dialogue["history"]):
        words, last = str(turn.get("content") or "").split(), 0
        for place, counts in sorted(_places(turn.get("boundaries") or ()).items()):
            if 0 < place < len(words) and sum(counts) > 0:
                slot = Slot(
                    turn=index,
                    after_word=place,
                    kind=kind_at(words, place, place - last) or "clause",
                    since=place - last,
                    left=len(words) - place,
                )
                yield Vote(slot, scenario, (counts[0], counts[1], counts[2]))
                last = place


def _places(boundaries: Sequence[Mapping[str, Any]]) -> dict[int, tuple[float, ...]]:
    """Return the counts at each place of a turn; those of one place are added up."""
    places: dict[int, tuple[float, ...]] = {}
    for boundary in boundaries:
        place, counts = int(boundary["word_index"]) + 1, boundary["counts"]
        if unknown := sorted(set(counts) - set(ANSWERS)):
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(ANSWERS)}")
        numbers = [float(counts.get(answer, 0)) for answer in ANSWERS]
        if not all(math.isfinite(number) and 0 <= number <= MAX_VOTES for number in numbers):
            raise ValueError(f"counts of {numbers}")
        before = places.get(place, (0.0,) * len(ANSWERS))
        places[place] = tuple(one + more for one, more in zip(before, numbers, strict=True))
    return places


def fit(votes: Sequence[Vote]) -> Coefficients:
    """Return the coefficients that make the votes most likely (ridge-penalised Newton)."""
    rows = [_features(vote) for vote in votes]
    names = sorted({name for row in rows for name in row})
    inputs = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    counts = np.array([vote.counts for vote in votes])
    weights = np.zeros((2, len(names)))
    for _ in range(_STEPS):
        step = _newton(inputs, counts, weights)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return {
        name: Weights(backchannel=round(float(b), 4), take_floor=round(float(f), 4))
        for name, b, f in zip(names, *weights, strict=True)
    }


def _newton(
    inputs: NDArray[np.float64], counts: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the step from weights [2, N] for inputs [M, N] and counts [M, 3]."""
    scores = np.hstack([np.zeros((len(inputs), 1)), inputs @ weights.T])
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    totals, size = counts.sum(axis=1), inputs.shape[1]
    gradient = ((shares * totals[:, None] - counts)[:, 1:].T @ inputs + RIDGE * weights).ravel()
    hessian = np.zeros((2 * size, 2 * size))
    for one in range(2):
        for other in range(2):
            both = shares[:, one + 1] * ((one == other) - shares[:, other + 1]) * totals
            block = inputs.T @ (both[:, None] * inputs)
            hessian[one * size : (one + 1) * size, other * size : (other + 1) * size] = block
    hessian += RIDGE * np.eye(2 * size)
    return np.asarray(np.linalg.solve(hessian, gradient).reshape(2, size))


def _features(vote: Vote) -> dict[str, float]:
    return features(vote.slot, "agent", vote.scenario)


def divergence(votes: Sequence[Vote], odds_of: Callable[[Mapping[str, float]], Odds]) -> float:
    """Return the mean KL divergence of odds from the votes, in nats."""
    found = []
    for vote in votes:
        odds = odds_of(_features(vote))
        shares = vote.shares
        guess = np.array([odds.silence, odds.backchannel, odds.take_floor])
        there = shares > 0
        found.append(float((shares[there] * np.log(shares[there] / guess[there])).sum()))
    return float(np.mean(found))


def uniform(found: Mapping[str, float]) -> Odds:
    """Return equal odds."""
    return Odds(silence=1 / 3, backchannel=1 / 3, take_floor=1 / 3)


def rate(votes: Sequence[Vote]) -> Callable[[Mapping[str, float]], Odds]:
    """Return a predictor that only knows how often people wanted what, over all places."""
    silence, backchannel, take_floor = np.mean([vote.shares for vote in votes], axis=0)
    odds = Odds(
        silence=float(silence), backchannel=float(backchannel), take_floor=float(take_floor)
    )
    return lambda found: odds

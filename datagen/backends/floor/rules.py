"""Odds by a small logistic model of what a listener can know: the words so far, scenario, role.

    Slot, scenario, listener --features--> {name: value} --odds(coefficients)--> Odds

Silence scores 0; backchannel and take_floor each score the sum of coefficient times feature; the
odds are the softmax of the three. Those shipped are set by hand (pipelines/floor/rules.yaml);
``datagen timing calibrate`` fits others to human votes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log1p

from pydantic import TypeAdapter, ValidationError

from datagen import assets
from datagen.backends.protocols import FloorPredictor, Odds, Slot
from datagen.config import describe, read_yaml
from datagen.types import Record, Script, Speaker, UserError


class Weights(Record):
    """Coefficients of one feature, for the two decisions that are not silence."""

    backchannel: float
    take_floor: float


Coefficients = dict[str, Weights]
"""Weights by name of the feature."""


class Rules(FloorPredictor):
    """The logistic model."""

    class Options(Record):
        """The coefficients to use."""

        coefficients: str = "rules"
        """A name from pipelines/floor, or a .yaml file."""

    def __init__(self, options: Options) -> None:
        self._coefficients = load(options.coefficients)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the coefficients cannot be read."""
        load(options.coefficients)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the digest of the coefficients."""
        return {"coefficients": assets.digest(assets.find("pipelines/floor", options.coefficients))}

    def predict(self, script: Script, slots: Sequence[Slot]) -> list[Odds]:
        """Return the odds at each slot of a script, in order."""
        return [odds(features_in(script, slot), self._coefficients) for slot in slots]


def features_in(script: Script, slot: Slot) -> dict[str, float]:
    """Return the features of a script's slot."""
    listener: Speaker = "user" if script.turns[slot.turn].speaker == "agent" else "agent"
    person = script.user if listener == "user" else script.agent
    found = features(slot, listener, script.kind)
    return found | {
        "backchannels": person.behaviour.backchannels - 1.0,
        "interruptions": person.behaviour.interruptions - 1.0,
    }


def features(slot: Slot, listener: Speaker, scenario: str) -> dict[str, float]:
    """Return what is known of a slot by name; what is not named is 0.

    ``since`` and ``said`` are logarithms of one plus words: since the last slot, and of the turn.
    """
    return {
        "bias": 1.0,
        f"kind.{slot.kind}": 1.0,
        "since": log1p(slot.since),
        "said": log1p(slot.after_word),
        f"listener.{listener}": 1.0,
        f"scenario.{scenario}": 1.0,
    }


def odds(found: Mapping[str, float], coefficients: Mapping[str, Weights]) -> Odds:
    """Return the odds that coefficients give features; a feature without one counts for nothing."""
    pairs = [(coefficients[name], value) for name, value in found.items() if name in coefficients]
    backchannel = exp(sum(weights.backchannel * value for weights, value in pairs))
    take_floor = exp(sum(weights.take_floor * value for weights, value in pairs))
    total = 1 + backchannel + take_floor
    return Odds(silence=1 / total, backchannel=backchannel / total, take_floor=take_floor / total)


def load(name: str) -> Coefficients:
    """Read coefficients by name or path."""
    path = assets.find("pipelines/floor", name)
    try:
        return TypeAdapter(Coefficients).validate_python(read_yaml(path))
    except ValidationError as error:
        raise UserError(f"{path}: {describe(error, Coefficients)}") from error

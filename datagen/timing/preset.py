"""The numbers of turn-taking: pipelines/timeline/NAME.yaml, in seconds, validated.

    TimelineSpec (preset, overrides) --load_preset--> Preset

What has a default here is a behaviour that is off unless a preset names it.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from datagen import assets
from datagen.config import BackendSpec, Settings, TimelineSpec, merge, read_yaml, validate
from datagen.timing.distributions import LogNormal, Rate, Seconds, Uniform
from datagen.timing.effects.settings import Effects
from datagen.types import UserError


class Transfer(Settings):
    """How the floor passes from one speaker to the other: overlap, gap, lapse or dead air."""

    overlap_rate: Rate
    """Share of transfers in which the next speaker starts before the last one ends."""
    lapse_rate: Rate
    """Share of transfers after which the next speaker thinks first."""
    overlap: LogNormal
    gap: LogNormal
    lapse: Uniform
    dead_air_rate: Rate = 0.0
    """Share of transfers after which nobody says anything for long."""
    dead_air: Uniform = Uniform(low=2.0, high=6.0)

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.overlap_rate + self.lapse_rate + self.dead_air_rate > 1:
            raise ValueError(
                "overlap_rate, lapse_rate and dead_air_rate must not add up to more than 1"
            )
        return self


class BargeIn(Settings):
    """How a speaker is interrupted in earnest, and stops."""

    delay: Uniform
    """Time from the end of the word that provokes it, in seconds."""
    reaction: LogNormal
    """Seconds that the interrupted speaker goes on; the cut itself falls on a word's end."""
    fade: Uniform
    """Length of the fade at the cut, in seconds."""
    collision: Uniform = Uniform(low=0.0, high=0.25)
    """Time from the start of a turn to that of another which begins at about the same time."""
    longest_hold: Seconds = 3.0
    """Most seconds from the barge-in to the end of a clause that its speaker still finishes."""


class Answer(Settings):
    """What an interrupted speaker does instead of yielding (PersonaKit's yield, hold, override).

    The fourth, to bridge, takes words, so it is the script's: a next turn whose act is ``bridge``.
    """

    hold: Rate = 0.0
    """Share of barge-ins in which the clause under way is finished first."""
    override: Rate = 0.0
    """Share in which nothing is cut: the turn is said to its end, over the interrupter."""

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.hold + self.override > 1:
            raise ValueError("hold and override must not add up to more than 1")
        return self


class Lookup(Settings):
    """How the agent goes on when a tool has answered, and how it fills a long wait."""

    read: Uniform = Uniform(low=0.1, high=0.5)
    """Time from the result to the agent's next word, in seconds."""
    again: Uniform = Uniform(low=0.3, high=0.6)
    """Share of what is left of a wait after which the agent says that it is still looking."""


class Backchannel(Settings):
    """How a listener says "mm-hm" without taking the floor."""

    delay: Uniform
    """Time from the end of the word it answers, in seconds."""
    gain: Annotated[float, Field(ge=-30, le=0)]
    """Level relative to the speaker's own, in dB."""


class FalseInterruption(Settings):
    """How the agent falters at a user's backchannel, finds that it was one, and goes on."""

    rate: Rate = 0.0
    """Share of the user's backchannels that make the agent falter."""
    sound_rate: Rate = 0.0
    """Share of the user's coughs and words to somebody else that do."""
    silence: Uniform = Uniform(low=0.3, high=0.8)


class Pauses(Settings):
    """How much silence the kinds of scripted pause add inside a turn."""

    clause: LogNormal
    thinking: Uniform


class Quotas(Settings):
    """How often behaviours happen, so that a dataset can be balanced by them; null: as scripted.

    A pause can be put at any clause boundary, so its rate can be more or less than the script's.
    A barge-in or backchannel is words of somebody, and a barge-in decides what the next turn knows:
    only a script can add one. Their rates say what share of the scripted ones happens.
    """

    pause_rate: Rate | None = None
    """Share of the user's turns with room for a pause (``min_words``, a boundary) that have one."""
    thinking_rate: Rate = 0.15
    """Share of the pauses added for ``pause_rate`` that are of the kind thinking."""
    min_words: Annotated[int, Field(ge=2)] = 8
    barge_in_rate: Rate | None = None
    """Share of scripted barge-ins that happen; the others wait for the turn to end."""
    backchannel_rate: Rate | None = None
    """Share of scripted backchannels that happen; the others are dropped."""


class Level(Settings):
    """How loud the speakers are."""

    target: Annotated[float, Field(ge=-40, le=-10)]
    """Loudness of every turn, in LUFS."""
    jitter: Annotated[float, Field(ge=0, le=12)]
    """Largest offset in dB; each speaker of a dialogue has one between -jitter and +jitter."""
    feeling: Annotated[float, Field(ge=0, le=12)] = 0.0
    """How many dB louder than usual a turn is whose arousal is 1; as much quieter at -1."""
    peak: Annotated[float, Field(ge=-20, le=0)]
    """Level in dBFS that no sample may pass; it wins over the target."""


class Preset(Settings):
    """How two speakers share the floor."""

    lead_in: Uniform
    """Time before the first turn, in seconds."""
    tail: Uniform
    """Time after the last sound, in seconds; also room for text tokens that were pushed back."""
    own_gap: Annotated[float, Field(gt=0, le=2)]
    """Least silence between two turns of one speaker, in seconds."""
    overlap_share: Rate
    """Largest part of either turn that an overlap may cover."""
    user_to_agent: Transfer
    agent_to_user: Transfer
    first_response: LogNormal | None = None
    """The agent's first answer after the user's end, or its opening after the start of the
    recording; null: as any other turn."""
    haste: Rate = 0.0
    """How much sooner somebody starts who is as angry as can be: at 1 twice as many overlaps, and
    gaps half as long."""
    barge_in: BargeIn
    interrupted: tuple[Answer, Answer, Answer] = (Answer(), Answer(), Answer())
    """Answers by the level (0-2) of interruptions in the behaviour of who is interrupted."""
    lookup: Lookup = Lookup()
    backchannel: Backchannel
    false_interruption: FalseInterruption = FalseInterruption()
    pause: Pauses
    quotas: Quotas = Quotas()
    level: Level
    floor: BackendSpec | None = None
    """Backend that says where a listener would answer or take the floor (backends/floor)."""
    effects: Effects | None = None
    """Effects on the channels; a name stands for pipelines/effects/NAME.yaml."""


def is_shipped(name: str) -> bool:
    """Return whether a preset's name is that of one that ships with datagen, not a path."""
    return not name.endswith(".yaml")


def load_preset(spec: TimelineSpec) -> Preset:
    """Load pipelines/timeline/PRESET.yaml with the recipe's overrides laid over it.

    The recipe's effects are used if neither says any, or none.
    """
    data = merge(read_yaml(assets.find("pipelines/timeline", spec.preset)), spec.overrides)
    data.setdefault("effects", spec.effects)
    return check_preset(data, f"the timeline preset {spec.preset}")


def check_preset(data: dict[str, Any], what: str) -> Preset:
    """Return settings as a preset; ``what`` names them if they are none."""
    return validate(Preset, data | {"effects": _effects(data.get("effects"))}, what)


def _effects(value: Any) -> Any:
    """Return effects' settings: by name, or as they are, perhaps laid over ``preset``'s."""
    if isinstance(value, str):
        return read_yaml(assets.find("pipelines/effects", value))
    if isinstance(value, dict) and "preset" in value:
        name = value["preset"]
        if not isinstance(name, str):
            raise UserError("timeline effects.preset must be a name from pipelines/effects")
        changes = {key: change for key, change in value.items() if key != "preset"}
        return merge(read_yaml(assets.find("pipelines/effects", name)), changes)
    return value

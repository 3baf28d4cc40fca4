"""The line of four stages: what each reads, what decides its bytes, and how a worker builds it.

A worker imports only the stage it makes, and so starts a fifth sooner: hence imports in functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datagen.backends.registry import (
    ALIGNERS,
    CODECS,
    FLOORS,
    JUDGES,
    TABLES,
    TOKENIZERS,
    VOICES,
    WRITERS,
)
from datagen.config import Recipe, digest
from datagen.stages.base import Stage


@dataclass(frozen=True)
class Step:
    """One stage of the line, without its backend."""

    name: str
    reads: tuple[str, ...]
    """Upstream stages; the unit is ready when all of them have made its block."""
    identity: Callable[[Recipe], dict[str, Any]]
    """Everything in a recipe that decides what this stage makes of its input."""
    load: Callable[[Recipe], Stage]
    """Build the stage with its backends: this is where weights are loaded."""


def _script_identity(recipe: Recipe) -> dict[str, Any]:
    from datagen.stages import script

    return {
        "version": script.VERSION,
        "kind": recipe.kind,
        "seed": recipe.seed,
        "writer": WRITERS.identity(recipe.script),
    }


def _load_script(recipe: Recipe) -> Stage:
    from datagen.stages import script

    return script.ScriptStage(WRITERS.load(recipe.script))


def _speech_identity(recipe: Recipe) -> dict[str, Any]:
    from datagen.gates.limits import limits_for
    from datagen.stages import speech
    from datagen.voices import casting

    gates = recipe.gates
    limits = limits_for(VOICES.resolve(recipe.speech).source, gates.limits)
    return {
        "version": speech.VERSION,
        "voices": {**recipe.voices.model_dump(mode="json"), **casting.identity(recipe.voices)},
        "synthesizer": VOICES.identity(recipe.speech),
        "gates": {
            "limits": limits.model_dump(mode="json"),
            "fallback": gates.fallback and VOICES.identity(gates.fallback),
            "judge": gates.judge and JUDGES.identity(gates.judge),
        },
    }


def _load_speech(recipe: Recipe) -> Stage:
    from datagen.gates.limits import limits_for
    from datagen.stages.retakes import Studio
    from datagen.stages.speech import SpeechStage

    gates, synthesizer = recipe.gates, VOICES.load(recipe.speech)
    studio = Studio(
        synthesizer,
        limits_for(synthesizer.source, gates.limits),
        fallback=VOICES.load(gates.fallback) if gates.fallback else None,
        judge=JUDGES.load(gates.judge) if gates.judge else None,
    )
    return SpeechStage(studio, recipe.voices)


def _timeline_identity(recipe: Recipe) -> dict[str, Any]:
    from datagen.stages import timeline
    from datagen.timing.preset import load_preset

    preset = load_preset(recipe.timeline)
    return {
        "version": timeline.VERSION,
        "preset": preset.model_dump(mode="json"),
        "floor": preset.floor and FLOORS.identity(preset.floor),
        "aligner": ALIGNERS.identity(recipe.align),
    }


def _load_timeline(recipe: Recipe) -> Stage:
    from datagen.stages.timeline import TimelineStage
    from datagen.timing.preset import load_preset

    preset = load_preset(recipe.timeline)
    floor = FLOORS.load(preset.floor) if preset.floor else None
    return TimelineStage(ALIGNERS.load(recipe.align), preset, floor)


def _tokens_identity(recipe: Recipe) -> dict[str, Any]:
    from datagen.shards import layout
    from datagen.stages import tokens

    return {
        "version": [tokens.VERSION, layout.VERSION],
        "codec": CODECS.identity(recipe.codec),
        "tokenizer": TOKENIZERS.identity(recipe.tokenizer),
        "provenance": _provenance(recipe),
    }


def _load_tokens(recipe: Recipe) -> Stage:
    from datagen.stages.tokens import TokensStage

    codec, tokenizer = CODECS.load(recipe.codec), TOKENIZERS.load(recipe.tokenizer)
    return TokensStage(codec, tokenizer, _provenance(recipe))


def _provenance(recipe: Recipe) -> dict[str, str]:
    return {
        "speech": recipe.speech.use,
        "align": recipe.align.use,
        "timeline": recipe.timeline.preset,
        "codec": recipe.codec.use,
        "tokenizer": recipe.tokenizer.use,
    }


LINE: tuple[Step, ...] = (
    Step("script", (), _script_identity, _load_script),
    Step("speech", ("script",), _speech_identity, _load_speech),
    Step("timeline", ("script", "speech"), _timeline_identity, _load_timeline),
    Step("tokens", ("script", "speech", "timeline"), _tokens_identity, _load_tokens),
)
STEPS = {step.name: step for step in LINE}


def fingerprints(recipe: Recipe) -> dict[str, str]:
    """Return each stage's fingerprint: its own identity and those of all it reads."""
    found: dict[str, str] = {}
    for step in LINE:
        chain = [found[name] for name in step.reads]
        found[step.name] = digest([step.name, step.identity(recipe), chain])
    return found


@dataclass(frozen=True)
class Stamp:
    """What the driver knows of a recipe and a worker's own environment may not find out."""

    fingerprints: dict[str, str]
    """Of each stage."""
    stand_ins: list[str]


def stamp(recipe: Recipe) -> Stamp:
    """Return what workers write into their files."""
    return Stamp(fingerprints(recipe), stand_ins(recipe))


def fingerprint(recipe: Recipe) -> str:
    """Return the name of what a recipe makes: its last stage's, which includes the others'."""
    return fingerprints(recipe)[LINE[-1].name]


def stand_ins(recipe: Recipe) -> list[str]:
    """Return which sections of a recipe use a stand-in for a model, e.g. codec=vocoder."""
    return [
        f"{table.section}={spec.use}"
        for table in TABLES
        if table.resolve(spec := getattr(recipe, table.section)).stand_in
    ]

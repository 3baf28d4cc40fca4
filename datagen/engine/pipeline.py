"""The line of four stages: what each reads, what decides its bytes, and how a worker builds it.

Recipe --ResolvedRecipe--> preset, fingerprints, stand-ins: each file is read once

A worker imports only the stage it makes, and so starts a fifth sooner: hence imports in functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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
from datagen.timing.preset import Preset, is_shipped, load_preset


class ResolvedRecipe:
    """A recipe and all that follows from it, found once by whoever starts a run.

    A worker is given what the driver found (`to_json`): its own environment may lack the packages
    of the other stages. Every property may raise UserError.
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    @cached_property
    def preset(self) -> Preset:
        """The numbers of turn-taking."""
        return load_preset(self.recipe.timeline)

    @cached_property
    def preset_name(self) -> str:
        """What rows call the preset: its name if it ships with datagen, else a hash of it.

        A file of a user's goes by what it says, so that it may lie in any folder.
        """
        name = self.recipe.timeline.preset
        return name if is_shipped(name) else f"file {digest(self.preset.model_dump(mode='json'))}"

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """Each stage's fingerprint: its own identity and those of all it reads."""
        found: dict[str, str] = {}
        for step in LINE:
            chain = [found[name] for name in step.reads]
            found[step.name] = digest([step.name, step.identity(self), chain])
        return found

    @property
    def fingerprint(self) -> str:
        """The name of what the recipe makes: its last stage's, which includes the others'."""
        return self.fingerprints[LINE[-1].name]

    @cached_property
    def stand_ins(self) -> list[str]:
        """Which sections of the recipe use a stand-in for a model, e.g. codec=vocoder."""
        return [
            f"{table.section}={spec.use}"
            for table in TABLES
            if table.resolve(spec := getattr(self.recipe, table.section)).stand_in
        ]

    def to_json(self) -> dict[str, Any]:
        """Return everything that was found, as plain values."""
        return {
            "recipe": self.recipe.model_dump(mode="json"),
            "preset": self.preset.model_dump(mode="json"),
            "preset_name": self.preset_name,
            "fingerprints": self.fingerprints,
            "stand_ins": self.stand_ins,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ResolvedRecipe:
        """Return what `to_json` said; nothing is looked for again."""
        resolved = cls(Recipe.model_validate(data["recipe"]))
        resolved.preset = Preset.model_validate(data["preset"])
        resolved.preset_name = data["preset_name"]
        resolved.fingerprints = data["fingerprints"]
        resolved.stand_ins = data["stand_ins"]
        return resolved


@dataclass(frozen=True)
class Step:
    """One stage of the line, without its backend."""

    name: str
    reads: tuple[str, ...]
    """Upstream stages; the unit is ready when all of them have made its block."""
    identity: Callable[[ResolvedRecipe], dict[str, Any]]
    """Everything in a recipe that decides what this stage makes of its input."""
    load: Callable[[ResolvedRecipe], Stage]
    """Build the stage with its backends: this is where weights are loaded."""


def _script_identity(resolved: ResolvedRecipe) -> dict[str, Any]:
    from datagen.stages import script

    recipe = resolved.recipe
    return {
        "version": script.VERSION,
        "kind": recipe.kind,
        "seed": recipe.seed,
        "writer": WRITERS.identity(recipe.script),
    }


def _load_script(resolved: ResolvedRecipe) -> Stage:
    from datagen.stages import script

    return script.ScriptStage(WRITERS.load(resolved.recipe.script))


def _speech_identity(resolved: ResolvedRecipe) -> dict[str, Any]:
    from datagen.gates.limits import limits_for
    from datagen.stages import speech
    from datagen.voices import casting

    recipe, gates = resolved.recipe, resolved.recipe.gates
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


def _load_speech(resolved: ResolvedRecipe) -> Stage:
    from datagen.gates.limits import limits_for
    from datagen.stages.retakes import Studio
    from datagen.stages.speech import SpeechStage

    recipe, gates = resolved.recipe, resolved.recipe.gates
    synthesizer = VOICES.load(recipe.speech)
    studio = Studio(
        synthesizer,
        limits_for(synthesizer.source, gates.limits),
        fallback=VOICES.load(gates.fallback) if gates.fallback else None,
        judge=JUDGES.load(gates.judge) if gates.judge else None,
    )
    return SpeechStage(studio, recipe.voices, VOICES.speakers(recipe.speech))


def _timeline_identity(resolved: ResolvedRecipe) -> dict[str, Any]:
    from datagen.stages import timeline

    preset = resolved.preset
    return {
        "version": timeline.VERSION,
        "preset": preset.model_dump(mode="json"),
        "floor": preset.floor and FLOORS.identity(preset.floor),
        "aligner": ALIGNERS.identity(resolved.recipe.align),
    }


def _load_timeline(resolved: ResolvedRecipe) -> Stage:
    from datagen.stages.timeline import TimelineStage

    preset = resolved.preset
    floor = FLOORS.load(preset.floor) if preset.floor else None
    return TimelineStage(ALIGNERS.load(resolved.recipe.align), preset, floor)


def _tokens_identity(resolved: ResolvedRecipe) -> dict[str, Any]:
    from datagen.shards import footer
    from datagen.stages import tokens

    return {
        "version": [tokens.VERSION, footer.VERSION],
        "codec": CODECS.identity(resolved.recipe.codec),
        "tokenizer": TOKENIZERS.identity(resolved.recipe.tokenizer),
        "provenance": _provenance(resolved),
    }


def _load_tokens(resolved: ResolvedRecipe) -> Stage:
    from datagen.stages.tokens import TokensStage

    recipe = resolved.recipe
    codec, tokenizer = CODECS.load(recipe.codec), TOKENIZERS.load(recipe.tokenizer)
    return TokensStage(codec, tokenizer, _provenance(resolved))


def _provenance(resolved: ResolvedRecipe) -> dict[str, str]:
    recipe = resolved.recipe
    return {
        "speech": recipe.speech.use,
        "align": recipe.align.use,
        "timeline": resolved.preset_name,
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

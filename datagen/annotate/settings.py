"""What decides the bytes of an annotated run, and the models that make them.

recipe file, --set, --asr --settings_of--> AnnotateSettings --fingerprint--> run.json
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError
from typing import Annotated, Any

from pydantic import Field

from datagen import assets
from datagen.annotate import calls, prompts
from datagen.annotate.bleep import BleepSettings
from datagen.annotate.calls import Gates
from datagen.annotate.role_texts import digest_of_role_texts
from datagen.annotate.roles import RULES, RoleSpec
from datagen.backends.registry import ALIGNERS, CODECS, JUDGES, TOKENIZERS
from datagen.config import (
    BackendSpec,
    Recipe,
    Settings,
    TimelineSpec,
    VoicesSpec,
    digest,
    merge,
    parse_override,
    read_yaml,
    validate,
)
from datagen.shards import footer
from datagen.stages import tokens
from datagen.terms import Terms
from datagen.terms import load as load_terms
from datagen.types import UserError

KIND = "annotated"
"""Kind of the dialogues, whatever the corpus."""
RECORDED = "recorded"
EMBEDDED_ALIGNER = "sphinx"
"""Aligner where a recipe's knows the times because it speaks: PocketSphinx, whose model is in its
package."""
VERSION = 1
"""Version of the rows; raised when a change to `annotate.rows` changes bytes."""
MEAN_SECONDS = 120.0


class AnnotateSettings(Settings):
    """Everything that decides the rows, beside the corpus."""

    reader: str
    corpus: str
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    align: BackendSpec
    asr: BackendSpec | None = None
    """A model that writes down what nobody transcribed."""
    codec: BackendSpec
    tokenizer: BackendSpec
    held_out: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the calls kept for validation."""
    gates: Gates = Gates()
    roles: RoleSpec = RoleSpec()
    """Who writes what the model is told of each side."""
    bleep: BleepSettings = BleepSettings()
    """What of personal data is covered in sound and words."""
    terms: Terms
    """What the corpus' licence lets be done."""

    def for_calls(self) -> str:
        """Return the fingerprint of annotated calls, which no codec or tokenizer has seen."""
        return digest(
            {
                "version": calls.VERSION,
                "reader": self.reader,
                "seed": self.seed,
                "align": _identity(self.align),
                "asr": self.asr and self.asr.model_dump(mode="json"),
                "gates": self.gates.model_dump(mode="json"),
                "bleep": self.bleep.model_dump(mode="json"),
            }
        )

    def for_roles(self) -> str:
        """Return the fingerprint of the roles of annotated calls."""
        return digest(
            {
                "roles": self.roles.identity(),
                "texts": [prompts.VERSION, digest_of_role_texts()],
                "seed": self.seed,
                "may_name": self.may_name,
            }
        )

    @property
    def may_name(self) -> bool:
        """Whether roles may name people."""
        return self.terms.allows("name_people")

    def for_rows(self) -> str:
        """Return the fingerprint of the rows: the name of what the run makes."""
        return digest(
            {
                "version": [VERSION, tokens.VERSION, footer.VERSION],
                "calls": self.for_calls(),
                "roles": self.for_roles(),
                "terms": self.terms.model_dump(mode="json"),
                "held_out": self.held_out,
                "codec": CODECS.identity(self.codec),
                "tokenizer": TOKENIZERS.identity(self.tokenizer),
            }
        )

    def recipe(self) -> Recipe:
        """Return these settings as the recipe of run.json has them."""
        return Recipe(
            kind=KIND,
            seed=self.seed,
            mean_seconds=MEAN_SECONDS,
            script=BackendSpec(use=self.reader, options={"corpus": self.corpus} | self._told()),
            speech=BackendSpec(use=RECORDED),
            align=self.align,
            timeline=TimelineSpec(preset=RECORDED, overrides=self.gates.model_dump(mode="json")),
            codec=self.codec,
            tokenizer=self.tokenizer,
            voices=VoicesSpec(catalogue=self.corpus, held_out=self.held_out),
        )

    def _told(self) -> dict[str, Any]:
        names = ("roles", "bleep")
        return {name: getattr(self, name).model_dump(mode="json") for name in names}

    def provenance(self) -> dict[str, str]:
        """Return what rows say of the models that made them."""
        return {
            "speech": RECORDED,
            "align": self.align.use,
            "timeline": RECORDED,
            "codec": self.codec.use,
            "tokenizer": self.tokenizer.use,
        }

    def stand_ins(self) -> list[str]:
        """Return which models a stand-in took the place of."""
        roles = [f"roles={RULES}"] if self.roles.use == RULES else []
        tables = (("align", ALIGNERS), ("codec", CODECS), ("tokenizer", TOKENIZERS))
        return roles + [
            f"{name}={getattr(self, name).use}"
            for name, table in tables
            if table.resolve(getattr(self, name)).stand_in
        ]

    def check(self) -> None:
        """Raise UserError if what every call needs is not here."""
        self.roles.check()
        CODECS.check(self.codec)
        TOKENIZERS.check(self.tokenizer)
        if self.asr is not None:
            JUDGES.check(self.asr)
            if not hasattr(JUDGES.resolve(self.asr), "transcribe"):
                raise UserError(f"--asr {self.asr.use} has no method transcribe(audio)")


def settings_of(
    reader: str,
    corpus: str,
    recipe: str = "embedded",
    overrides: Sequence[str] = (),
    asr: str | None = None,
    seed: int | None = None,
    terms: str | None = None,
) -> AnnotateSettings:
    """Return the settings of a recipe (its aligner, codec and tokenizer) with changes to them."""
    wanted = ("align", "codec", "tokenizer")
    found = read_yaml(assets.find("pipelines/recipes", recipe))
    data: dict[str, Any] = {name: found[name] for name in wanted if name in found}
    if data.get("align", {}).get("use") in (None, "native"):
        data["align"] = {"use": EMBEDDED_ALIGNER}
    data |= {"reader": reader, "corpus": corpus, "terms": load_terms(terms or corpus)}
    data |= {"seed": seed} if seed is not None else {}
    data |= {"asr": {"use": asr}} if asr is not None else {}
    for item in overrides:
        data = merge(data, parse_override(item))
    return validate(AnnotateSettings, data, "the settings")


def _identity(spec: BackendSpec) -> dict[str, Any]:
    """Return an aligner's identity; what is not installed is not used, or says so when it is."""
    try:
        return ALIGNERS.identity(spec)
    except (UserError, PackageNotFoundError):
        return spec.model_dump(mode="json")

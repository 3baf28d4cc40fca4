"""What a corpus' licence lets be done with it, and which rows made of it may be shared.

    pipelines/corpora/NAME.yaml --load--> Terms --> footers, manifests, cards, reports
    [Terms] of all sets, what is wanted --refusals--> sentences that name the clause

What nobody could find out is ``unknown``, and ``unknown`` is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from datagen import assets
from datagen.config import Settings, describe, read_yaml, validate
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, RunFolder
from datagen.types import UserError

FOLDER = "pipelines/corpora"
Use = Literal["train", "share_audio", "share_derived", "commercial", "name_people"]
USES: Mapping[Use, str] = {
    "train": "training models on it",
    "share_audio": "passing its sound on",
    "share_derived": "sharing tokens, words and prompts made of it",
    "commercial": "commercial use",
    "name_people": "naming its speakers",
}
"""What can be done with a corpus, as a sentence says it."""
ANNOTATED = "annotated"
"""Kind of the dialogues that are made of real conversations."""
FILE = "TERMS.md"
"""File beside exported rows that says what may be done with them."""


class Clause(Settings):
    """What a licence says of one use, and where that was read."""

    answer: Literal["allowed", "refused", "unknown"]
    says: str
    """The licence's sense in our words; if it is unknown, what was looked for."""
    source: str
    """Address of the page that was read; empty if none could be."""
    read: date | None = None
    """Day on which it was read."""

    @model_validator(mode="after")
    def _has_a_source(self) -> Clause:
        if self.answer != "unknown" and not (self.source and self.read):
            raise ValueError("what is allowed or refused needs a source, and when it was read")
        return self


class Terms(Settings):
    """The terms of one corpus."""

    corpus: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    license: str
    """Name of the licence, as SPDX writes it where it has one."""
    link: str
    agreement: bool = False
    """Whether the licence is an agreement that each user signs or asks for."""
    attribution: str = ""
    """Credit that has to be given."""
    conditions: tuple[str, ...] = ()
    """Further conditions that no program can check."""
    clauses: dict[Use, Clause]

    @model_validator(mode="after")
    def _is_whole(self) -> Terms:
        if missing := USES.keys() - self.clauses.keys():
            raise ValueError(f"clauses lack {', '.join(sorted(missing))}")
        return self

    def allows(self, use: Use) -> bool:
        """Return whether a use is allowed; what is unknown is not."""
        return self.clauses[use].answer == "allowed"

    @property
    def non_commercial(self) -> bool:
        """Whether it must not be used commercially."""
        return not self.allows("commercial")

    def refusal(self, use: Use) -> str:
        """Say which clause is against a use."""
        clause = self.clauses[use]
        read = f", {clause.source}, read {clause.read}" if clause.source else ""
        return (
            f"{self.corpus}: {USES[use]} is {clause.answer} ({use}: {clause.says};"
            f" {self.license}{read})"
        )

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what a card or a report says of the terms: a name and a text each."""
        yield "licence", f"{self.license}, {self.link}".rstrip(", ")
        for use, clause in self.clauses.items():
            yield USES[use], f"{clause.answer}: {clause.says}"
        if self.attribution:
            yield "credit", self.attribution
        for condition in self.conditions:
            yield "condition", condition


def load(name: str) -> Terms:
    """Read the terms of a corpus: a shipped name, or a path that ends in .yaml."""
    path = assets.find(FOLDER, name)
    terms = validate(Terms, read_yaml(path), f"the terms {path}")
    if terms.corpus != path.stem and not name.endswith(".yaml"):
        raise UserError(f"{path} has the terms of {terms.corpus}; call the file like its corpus")
    return terms


def require_training(terms: Terms, accepted: Sequence[str] = ()) -> None:
    """Raise UserError unless a corpus may be trained on, and its agreement was accepted.

    ``accepted`` are names of corpora whose agreements the user says to have.
    """
    if not terms.allows("train"):
        raise UserError(
            f"{terms.refusal('train')}; if your licence lets you, state it in a file of your own"
            f" like {FOLDER}/{terms.corpus}.yaml and give that as --terms"
        )
    if terms.agreement and terms.corpus not in accepted:
        raise UserError(
            f"{terms.title} is under {terms.license} ({terms.link}), which each user signs: if you"
            f" have, say so with --accept {terms.corpus}"
        )


def strictest(all_terms: Iterable[Terms]) -> tuple[Terms, ...]:
    """Return the terms that hold for a mixture: those of each corpus once, sorted by name.

    Raises UserError if two sets say different things of one corpus.
    """
    found: dict[str, Terms] = {}
    for terms in all_terms:
        before = found.setdefault(terms.corpus, terms)
        if before != terms:
            raise UserError(
                f"two sets have different terms of {terms.corpus}: annotate one of them anew, so"
                " that it is known which hold"
            )
    return tuple(found[name] for name in sorted(found))


def sharing(sound: bool) -> tuple[Use, ...]:
    """Return the uses that sharing rows is: with their ``sound``, or tokens and text alone."""
    return ("share_audio", "share_derived") if sound else ("share_derived",)


def refusals(all_terms: Iterable[Terms], uses: Sequence[Use]) -> list[str]:
    """Say which clauses are against any of these uses; a mixture may do what each part may."""
    return [terms.refusal(use) for terms in all_terms for use in uses if not terms.allows(use)]


def from_footer(footer: Mapping[str, Any], where: str) -> tuple[Terms, ...]:
    """Return the terms that a shard's metadata names; none if all of it is synthetic."""
    try:
        return tuple(Terms.model_validate(one) for one in footer.get("terms", ()))
    except (ValidationError, TypeError) as error:
        reason = describe(error, Terms) if isinstance(error, ValidationError) else str(error)
        raise UserError(f"{where} has terms that cannot be read ({reason}); audit it") from error


def license_name(all_terms: Sequence[Terms]) -> str:
    """Return what a dataset card names as the licence."""
    names = "-".join(f"of-{terms.corpus}" for terms in all_terms)
    return f"{names}-see-terms" if all_terms else "of-the-voices"


def tags(all_terms: Sequence[Terms]) -> list[str]:
    """Return the tags of a dataset card."""
    made = "real-conversations" if all_terms else "synthetic"
    return ["full-duplex", "spoken-dialogue", made, "moshi"]


def of_run(run: Where) -> tuple[Terms, ...]:
    """Return the terms of the corpora that a run's rows are made of; none if it is synthetic.

    Raises UserError if its rows are annotated and name no corpus: nobody knows what holds then.
    """
    folder = RunFolder(run)
    names = _parquet(folder, SHARDS) or _parquet(folder, "tokens")
    found = strictest(
        one
        for name in names
        for one in from_footer(folder.metadata(name) or {}, f"{folder.where}/{name}")
    )
    plan = folder.read_json("plan.json") or {}
    if plan.get("kind") == ANNOTATED and not found:
        raise UserError(
            f"{folder.where} is of kind {ANNOTATED} and does not say of which corpus, so nobody"
            " knows what may be done with it: annotate it anew"
        )
    return found


def _parquet(folder: RunFolder, stage: str) -> list[str]:
    names = (name.rpartition("/")[2] for name in folder.storage.names(stage))
    return [f"{stage}/{name}" for name in names if name.endswith(".parquet")]


def check_sharing(all_terms: Sequence[Terms], what: str, *, sound: bool, own_use: bool) -> None:
    """Raise UserError if rows may not be shared, unless they are for the user's own use."""
    against = refusals(all_terms, sharing(sound))
    if against and not own_use:
        raise UserError(
            f"{what} is made to be passed on, and this one may not be: {'; '.join(against)}; for"
            " your own use alone, give --own-use"
        )


def markdown(all_terms: Sequence[Terms], *, sound: bool) -> str:
    """Return what stands beside rows that are made of corpora: a table a corpus, and a verdict."""
    against = refusals(all_terms, sharing(sound))
    verdict = (
        ["**This set may not be shared.**", *against]
        if against
        else ["This set may be shared under the terms that follow."]
    )
    if any(terms.non_commercial for terms in all_terms):
        verdict.append("It must not be used commercially.")
    tables = [_table(terms) for terms in all_terms]
    return "\n\n".join(["# Terms", "\n\n".join(verdict), *tables]) + "\n"


def _table(terms: Terms) -> str:
    rows = [f"| {name} | {text} |" for name, text in terms.lines()]
    return "\n".join([f"### {terms.title}", "", "| | |", "|---|---|", *rows])

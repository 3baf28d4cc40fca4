"""What biology lessons and clinics write: "E. coli", "Tt", "HIV+", "5'-UTR"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, any_of, is_near
from datagen.text.locales import Locale

TOLD = (
    "The letter of a genus before a species that lessons speak of; capital and small letters of"
    " genes where a word near it tells of crosses; a plus behind what is tested for; Greek letters"
    " behind a name."
)
EXAMPLES = (
    ("The culture grew E. coli.", "The culture grew E coli."),
    ("The genotype is Tt.", "The genotype is big T little t."),
    ("He is HIV+ now.", "He is HIV positive now."),
    ("It blocks TNF-\u03b1.", "It blocks TNF alpha."),
)
_SPECIES = (
    "coli", "aureus", "pylori", "elegans", "difficile", "diff", "sapiens", "erectus", "habilis",
    "neanderthalensis", "melanogaster", "musculus", "thaliana", "cerevisiae", "subtilis",
    "tuberculosis", "aeruginosa", "pneumoniae", "pyogenes", "epidermidis", "typhi", "cholerae",
    "pestis", "botulinum", "tetani", "perfringens", "anthracis", "albicans", "auris", "falciparum",
    "vivax", "trachomatis", "gonorrhoeae", "meningitidis", "burgdorferi", "africanus", "afarensis",
    "lupus", "familiaris", "domesticus", "leo", "tigris", "mays", "sativa", "vulgaris", "rerio",
    "norvegicus", "laevis", "acnes", "mutans", "monocytogenes", "jejuni", "enterica", "influenzae",
    "acidophilus", "rhamnosus", "carolinensis", "rubra", "alba", "canis", "catus", "faecalis",
)  # fmt: skip
"""Second names of species that are written after the letter of a genus."""
_BRED = re.compile(
    r"\b(?:alleles?|genotypes?|phenotypes?|cross\w*|heterozyg\w+|homozyg\w+|Punnett|dominant"
    r"|recessive|offspring|traits?|genes?|carriers?|parents?|bred|breed\w*)\b"
)
_TESTED = ("HIV", "HER2", "ER", "PR", "COVID", "Covid", "HPV", "HCV", "MRSA", "TB", "Rh", "hCG")
_GREEK = {
    "\u03b1": "alpha", "β": "beta", "\u03b3": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda",
}  # fmt: skip


def _genes(match: Match) -> str | None:
    """Say "Tt" and "AaBb" as teachers do: "big T little t"."""
    if not is_near(match, _BRED, 80, 64):
        return None
    pairs = re.findall(r"[A-Za-z]{2}", match[0])
    if any(pair[0].lower() != pair[1].lower() for pair in pairs):
        return None
    return " ".join(f"{'big' if letter.isupper() else 'little'} {letter}" for letter in match[0])


def _tested(match: Match) -> str:
    name = match["name"]
    return " ".join((*_spelled(name), "positive"))


def _spelled(name: str) -> list[str]:
    """Return the parts of a name; one with a figure is said letter by letter."""
    if not name[-1].isdigit():
        return [name]
    return [*name[:-1], numbers.digits(name[-1])]


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return what is written of living things."""
    make = FormMaker("biology")
    return (
        make(
            rf"(?P<genus>[A-Z])\. ?(?P<species>{any_of(_SPECIES)})\b",
            lambda m: f"{m['genus']} {m['species']}",
        ),
        make(r"(?:[A-Z][A-Z]|[A-Z][a-z]|[a-z][a-z])(?![\w'.-]\w|\w)", _genes),
        make(r"(?:[A-Z][A-Za-z]|[a-z][a-z]){2}(?![\w'-])", _genes),
        make(
            r"[x\u00d7](?= [A-Za-z]{2}(?:[A-Za-z]{2})?(?![\w'-]))",
            lambda m: "by" if is_near(m, _BRED, 80, 64) else None,
            before=re.compile(r"(?<![A-Za-z])(?:[A-Za-z]{2}){1,2} \Z"),
        ),
        make(rf"(?P<name>{any_of(_TESTED)})\+(?![\w+])", _tested),
        make(r"CD(?P<number>\d{1,3})\+(?!\w)", lambda m: f"C D {_count(m)} positive"),
        make(
            r"-(?P<letter>[\u03b1β\u03b3δκλ])(?![\w'])",
            lambda m: f" {_GREEK[m['letter']]}",
            before=re.compile(r"[A-Z\d]\Z"),
        ),
        make(
            r"(?P<end>[35])'[- ](?=(?:UTR|cap|end|OH|phosphate)\b)",
            lambda m: f"{numbers.digits(m['end'])} prime ",
        ),
        make(r"PM2\.5(?!\d)", "P M two point five"),
    )


def _count(match: Match) -> str:
    return numbers.cardinal(int(match["number"]))

"""Formulas of chemistry, letter by letter: "NaCl", "C6H12O6", "Fe2O3"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, any_of, cue, is_after, is_before, is_near
from datagen.text.lexicon import REACTING, SYMBOLS
from datagen.text.locales import Locale

TOLD = (
    "Symbols of elements with no blank between them: two or more, one of them of two letters; or"
    " carbon and hydrogen with their counts; the charge above the line; shells with their"
    " electrons; the arrow of a reaction."
)
EXAMPLES = (
    ("Table salt is NaCl.", "Table salt is N A C L."),
    ("Glucose is C6H12O6.", "Glucose is C six H twelve O six."),
    ("Rust contains Fe³⁺ ions.", "Rust contains F E three plus ions."),
    ("Neon is 1s² 2s² 2p⁶.", "Neon is one s two, two s two, two p six."),
    ("2H₂ + O₂ → 2H₂O", "two H two plus O two yields two H two O"),
    ("Rust is mostly Fe2O3.", "Rust is mostly F E two O three."),
)
_SYMBOL = (
    "He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Br|Ag|Cd|Sn|Ba|Au|Hg|Pb|Kr|Xe"
    "|H|B|C|N|O|F|P|S|K|I|U"
)
"""Symbols of the elements that lessons speak of."""
_PART = re.compile(rf"({_SYMBOL})(\d*)")


def _formula(match: Match) -> str:
    return _spelled(match[0])


def _spelled(formula: str) -> str:
    said = []
    for symbol, count in _PART.findall(formula):
        said += [*symbol.upper(), *([numbers.cardinal(int(count))] if count else [])]
    return " ".join(said)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a formula."""
    make = FormMaker("formula")
    end = r"(?![\w-]|[./]\w)"
    shell = rf"[1-7][spdf](?:{_RAISED}{{1,2}}|\^1?\d)"
    return (
        make(
            rf"(?P<formula>(?:(?:{_SYMBOL})\d{{0,2}}){{1,4}})(?P<count>{_RAISED}?)(?P<sign>[⁺⁻])(?!\w)",
            _raised_ion,
        ),
        make(rf"{shell}(?: ?{shell})*(?!\w)", _shells),
        make(
            rf"(?P<mass>{_RAISED}{{1,3}})(?P<atom>{any_of(_NAMES)})(?![\w⁺⁻])",
            lambda m: f"{_NAMES[m['atom']]} {numbers.pairs(int(m['mass'].translate(_LOWERED)))}",
        ),
        make(
            r"(?P<atom>U|Pu|Th|Cs|Co|Sr|Rn|Ra|Tc)-(?P<mass>23[2-9]|24[0-4]|137|60|90|222|226|99)"
            r"(?![\w-]|[.,/:]\d)",
            lambda m: f"{' '.join(m['atom'].upper())} {numbers.pairs(int(m['mass']))}",
        ),
        make(
            rf"(?P<metal>{any_of((*_METALS, *_METALS_ANY_CASE))})\((?P<charge>I{{1,3}}|I?V"
            rf"|VI{{0,2}})\)",
            lambda m: (
                f"{' '.join(m['metal'].upper()) if len(m['metal']) < 3 else m['metal']}"
                f" {_CHARGES[m['charge']]}"
            ),
        ),
        make(
            r"sp(?P<count>[23²³]|\^[23])(?![\w^])",
            lambda m: f"s p {'two' if m['count'][-1] in '2²' else 'three'}",
        ),
        make(
            r"(?P<shell>[1-7])(?P<kind>[spdf])(?= (?:orbitals?|electrons?|subshells?|sublevels?"
            r"|shells?)\b|(?:,| and| or) [1-7][spdf] (?:orbitals?|electrons?|subshells?)\b)",
            lambda m: f"{numbers.digits(m['shell'])} {m['kind']}",
        ),
        make(
            r"(?P<count>[1-9]?)e(?:⁻|\^-)(?!\w)",
            lambda m: (
                f"{numbers.cardinal(int(m['count']))} electrons"
                if m["count"] not in ("", "1")
                else "one electron"
                if m["count"]
                else "an electron"
            ),
        ),
        make(
            r"K(?P<index>sp|eq|[abcpw])(?= ?=| (?:is|for|of|values?|was|expression)\b)",
            lambda m: (
                " ".join(f"K{m['index']}".upper())
                if m["index"] == "sp" or is_near(m, _BALANCED, 80, 64)
                else None
            ),
        ),
        make(
            r"\[(?P<ion>OH|H|H3O)(?P<sign>[⁺⁻+-])\]",
            lambda m: (
                f"the concentration of {_spelled(m['ion'])}"
                f" {'plus' if m['sign'] in '⁺+' else 'minus'}"
            ),
        ),
        make(r"(?P<ion>NH4|H3O)\+(?!\w)", lambda m: f"{_spelled(m['ion'])} plus"),
        make(
            r"(?P<ion>SO4|CO3|PO4|NO3|NO2|HCO3|ClO4|MnO4|Cr2O7|OH|CN)(?:\^?(?P<count>[23]))?-"
            r"(?=[ .,?!;:)]|$)",
            _anion,
        ),
        make(
            r"(?P<salt>(?:[A-Z][a-z]?\d?){2,4})\u00b7(?P<count>\d{1,2})H2O(?!\w)",
            lambda m: f"{_spelled(m['salt'])} dot {numbers.cardinal(int(m['count']))} H two O",
        ),
        make(
            r"(?P<places>\d(?:,\d)+)-(?=[a-z]{4,})",
            lambda m: ", ".join(map(numbers.digits, m["places"].split(","))) + ", ",
        ),
        make(
            rf"(?:{any_of(REACTING)})\d?(?= (?:[+→⟶]|-+>))",
            lambda m: _formula(m) if is_near(m, _ARROW, 64, 64) else None,
        ),
        make(
            rf"(?:{any_of(REACTING)})\d?(?![\w'-])",
            lambda m: _formula(m) if is_near(m, _ARROW, 64, 64) else None,
            before=re.compile(r"(?:[+→⟶]|->) \d?\Z"),
        ),
        make(r"(?:[→⟶]|-+>)(?= )", _arrow, before=re.compile(r" \Z")),
        make(r"[⇌↔](?= )", "is in equilibrium with", before=_REACTANT),
        make(
            r"(?P<end>[35])'(?= (?:to|and|end|ends|direction|carbon|cap|UTR|strand|side|phosphate"
            r"|hydroxyl)\b|-to-)",
            lambda m: f"{numbers.cardinal(int(m['end']))} prime" if is_near(m, STRAND) else None,
        ),
        make(
            r"(?P<end>[35])'-(?P<bases>[ACGTU]{2,})-(?P<last>[35])'",
            lambda m: (
                f"{numbers.cardinal(int(m['end']))} prime {' '.join(m['bases'])}"
                f" {numbers.cardinal(int(m['last']))} prime"
            ),
        ),
        make(
            r"(?P<end>[35])'(?=[.,?!;]|$)",
            lambda m: f"{numbers.cardinal(int(m['end']))} prime" if is_near(m, STRAND) else None,
            before=cue("(?:to|from)(?: the)?", " "),
        ),
        make(
            rf"(?=[A-Za-z0-9]*[a-z])(?:(?:{_SYMBOL})[1-9]?\d?){{2,}}{end}",
            lambda m: None if m[0] in _WORDS else _formula(m),
        ),
        make(
            rf"(?P<times>[1-9])(?=[A-Za-z0-9]*[a-z])(?P<rest>(?:(?:{_SYMBOL})[1-9]?\d?){{2,}}){end}",
            lambda m: f"{numbers.cardinal(int(m['times']))} {_spelled(m['rest'])}",
        ),
        make(
            rf"(?P<times>[1-9])(?P<rest>(?:{_SYMBOL})\d?){end}",
            lambda m: (
                f"{numbers.cardinal(int(m['times']))} {_spelled(m['rest'])}"
                if is_near(m, _ARROW, 64, 64)
                else None
            ),
        ),
        make(
            rf"(?P<times>[1-9]?)(?P<head>(?:(?:{_SYMBOL})\d?){{1,3}})"
            rf"\((?P<group>(?:(?:{_SYMBOL})\d?){{1,3}})\)(?P<count>\d?){end}",
            _grouped,
        ),
        make(
            r"(?P<atom>[A-Z][a-z]?)-(?P<mass>\d{1,3})(?![\w-]|[.,/:]\d)",
            lambda m: (
                f"{' '.join(m['atom'].upper())} {numbers.pairs(int(m['mass']))}"
                if is_near(m, _DECAYS)
                else None
            ),
        ),
        make(
            rf"(?P<atom>(?:{_SYMBOL}))(?P<count>\d?)(?P<sign>[+-])(?![\w+-])",
            _ion,
        ),
        make(
            rf"(?:{'|'.join(SYMBOLS)})(?![\w'-])",
            _formula,
            before=cue(r"(?:chemical )?symbol(?: for [A-Za-z]+)?(?:'s| is| was|:)", " "),
        ),
        make(
            rf"(?:{'|'.join(sorted(set(_ELEMENTS.values())))})(?![\w'-])",
            _named,
            before=re.compile(rf"\b(?i:{any_of(_ELEMENTS)}),? (?:or |symbol )?\(?\Z"),
        ),
        make(rf"(?:Cl|Br)2{end}", _formula),
        make(rf"C\d{{0,2}}H\d{{1,2}}(?:[NOS]\d{{0,2}}){{0,3}}{end}", _formula),
    )


_IONS = re.compile(
    r"\b(?:ions?|charge\w*|attract\w*|salt|cations?|anions?|dissolv\w+|electrons?|solution|bond\w*)\b"
)
_SIGNS = {"+": "plus", "-": "minus"}


_RAISED = "[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]"
_LOWERED = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789"
)
_REACTANT = re.compile(r"[A-Z][A-Za-z]?\d{0,2}\)? \Z")
_BALANCED = re.compile(
    r"=|\b(?:acids?|bases?|pH|equilibrium|constants?|dissoci\w+|solubility|reactions?|water|buffer)\b"
)
_ARROW = re.compile("[→⟶]|->")
_COMPOUND = re.compile(
    r"(?<![A-Za-z])(?:[A-Z][a-z]?){1,4}\d[A-Za-z\d]* \Z|[A-Z]\w* \+ \d?[A-Z]\w* \Z"
)
_REACTION = re.compile(r"\b(?:reacti\w+|equations?|balanced?|reactants?|products?|combustion)\b")
_PRODUCT = re.compile(r" \d?[A-Z]")
STRAND = re.compile(
    r"\b(?:DNA|RNA|mRNA|strands?|primers?|polymerase|replicat\w+|helix|nucleotides?|carbon"
    r"|genes?|codons?|transcri\w+)\b"
)
"""What is near an end of a strand: the mark of "5'" is no foot."""
_MENU = re.compile(
    r"\b(?:click\w*|tap\w*|go(?: in)?to|select\w*|open\w*|choose|under|press|hit|navigate|menu"
    r"|settings|preferences)\b",
    re.IGNORECASE,
)


def _grouped(match: Match) -> str | None:
    """Say "Mg(OH)2"; the "Fe(III)" of a metal is none."""
    if match["group"] in _CHARGES:
        return None
    parts = [numbers.cardinal(int(match["times"]))] if match["times"] else []
    parts += [_spelled(match["head"]), _spelled(match["group"])]
    parts += [numbers.cardinal(int(match["count"]))] if match["count"] else []
    return " ".join(parts)


_DECAYS = re.compile(
    r"\b(?:isotopes?|fissile|radio\w+|decay\w*|half-li\w+|carbon|uranium|dating|nucle\w+|neutrons?)\b"
)


def _raised_ion(match: Match) -> str:
    """Say "Fe³⁺" and "SO₄²⁻"."""
    count = match["count"].translate(_LOWERED)
    said = [_spelled(match["formula"])]
    said += [numbers.cardinal(int(count))] if count else []
    return " ".join([*said, "plus" if match["sign"] == "\u207a" else "minus"])


def _shells(match: Match) -> str | None:
    """Say "1s² 2s² 2p⁶": the electrons of each shell."""
    shells = _SHELL.findall(match[0])
    if len(shells) < 2:
        return None
    return ", ".join(
        f"{numbers.cardinal(int(shell))} {kind} {numbers.cardinal(int(count.translate(_LOWERED)))}"
        for shell, kind, count in shells
    )


_SHELL = re.compile(rf"([1-7])([spdf])\^?({_RAISED}{{1,2}}|1?\d)")


def _arrow(match: Match) -> str | None:
    """Say the arrow of a reaction; that of a menu is a pause."""
    is_reaction = is_before(match, _COMPOUND) or is_near(match, _REACTION, 64, 48)
    is_between = is_before(match, _REACTANT) and is_after(match, _PRODUCT)
    return "yields" if is_reaction and is_between and not is_near(match, _MENU) else None


def _ion(match: Match) -> str | None:
    """Say "Na+" and "Ca2+"."""
    if not is_near(match, _IONS, 64, 64):
        return None
    count = [numbers.cardinal(int(match["count"]))] if match["count"] else []
    return " ".join([*match["atom"].upper(), *count, _SIGNS[match["sign"]]])


_NAMES = {
    "H": "hydrogen", "He": "helium", "Li": "lithium", "Be": "beryllium", "B": "boron",
    "C": "carbon", "N": "nitrogen", "O": "oxygen", "F": "fluorine", "Na": "sodium",
    "P": "phosphorus", "S": "sulfur", "Cl": "chlorine", "K": "potassium", "Ca": "calcium",
    "Fe": "iron", "Co": "cobalt", "Sr": "strontium", "Tc": "technetium", "I": "iodine",
    "Cs": "cesium", "Rn": "radon", "Ra": "radium", "Th": "thorium", "U": "uranium",
    "Pu": "plutonium",
}  # fmt: skip
"""Elements whose isotopes lessons speak of."""
_METALS = (
    "iron", "copper", "lead", "tin", "cobalt", "nickel", "manganese", "chromium", "mercury",
    "gold", "silver", "titanium", "vanadium",
)  # fmt: skip
_METALS_ANY_CASE = (
    *(metal.capitalize() for metal in _METALS), "Fe", "Cu", "Pb", "Sn", "Co", "Ni", "Mn", "Cr",
    "Hg", "Au",
)  # fmt: skip
"""What has several charges, which are written in brackets: "iron(III)"."""
_CHARGES = {
    "I": "one", "II": "two", "III": "three", "IV": "four", "V": "five", "VI": "six",
    "VII": "seven",
}  # fmt: skip
_CHARGED = re.compile(
    rf"{_IONS.pattern}|\b(?:pH|acids?|acidic|bas(?:e|es|ic)|aqueous|reacts?|sulfate|nitrate"
    r"|carbonate|phosphate|hydroxide|H3O|H)\b|[+→=]"
)


def _anion(match: Match) -> str | None:
    """Say "NO3-" and "SO4^2-"."""
    if not match["count"] and not is_near(match, _CHARGED, 64, 64):
        return None
    count = [numbers.digits(match["count"])] if match["count"] else []
    return " ".join([_spelled(match["ion"]), *count, "minus"])


_ELEMENTS = {
    "gold": "Au", "silver": "Ag", "copper": "Cu", "iron": "Fe", "lead": "Pb", "tin": "Sn",
    "mercury": "Hg", "sodium": "Na", "magnesium": "Mg", "aluminum": "Al", "silicon": "Si",
    "chlorine": "Cl", "argon": "Ar", "calcium": "Ca", "titanium": "Ti", "chromium": "Cr",
    "manganese": "Mn", "cobalt": "Co", "nickel": "Ni", "zinc": "Zn", "bromine": "Br",
    "krypton": "Kr", "xenon": "Xe", "barium": "Ba", "platinum": "Pt", "lithium": "Li",
    "neon": "Ne", "radon": "Rn", "cesium": "Cs", "strontium": "Sr",
}  # fmt: skip
"""Elements with a symbol of two letters, which is said by letter right behind its name."""


def _named(match: Match) -> str | None:
    """Say the symbol in "Gold (Au)"."""
    before = match.string[: match.start()].lower()
    name = re.findall(r"[a-z]+", before.removesuffix("symbol ").removesuffix("or "))[-1]
    return " ".join(match[0].upper()) if _ELEMENTS.get(name) == match[0] else None


_WORDS = frozenset(("CoSHH", "PhD", "OSHAs", "NoHo", "SoHo", "CoCa", "HeHe", "IoU", "InCa"))
"""What is built of symbols and is no formula."""

"""What lessons reckon with letters: "f'(x)", "x^(n+1)", "|x - 3|", "y = x/2", "a_1"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.math import named_once, say_power
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    is_after,
    is_near,
)
from datagen.text.locales import Locale

TOLD = (
    "Letters with a prime, an index or an exponent in brackets; roots, bars and functions of a sum;"
    " the minus and the slash between two sides of an equation; a number below zero in brackets."
)
EXAMPLES = (
    ("So f'(x) = 2x.", "So f prime of x equals two x."),
    ("It's x^(n+1) here.", "It's x to the n plus one here."),
    ("Solve |x - 3| < 5.", "Solve the absolute value of x minus three is less than five."),
    ("Profit = Revenue - Cost.", "Profit equals Revenue minus Cost."),
    ("5 - (-3) = 8", "five minus negative three equals eight"),
    ("The first term is a_1.", "The first term is a sub one."),
    ("I = V/R by Ohm's law.", "I equals V over R by Ohm's law."),
)
_GREEK = {
    "\u03b1": "alpha", "β": "beta", "\u03b3": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "\u03b9": "iota", "κ": "kappa", "λ": "lambda", "\u00b5": "mu",
    "\u03bd": "nu", "ξ": "xi", "π": "pi", "\u03c1": "rho", "\u03c3": "sigma",
    "τ": "tau", "φ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Δ": "delta", "\u2206": "delta", "Γ": "gamma",
    "Θ": "theta", "Λ": "lambda", "Π": "pi", "Σ": "sigma", "Φ": "phi", "Ψ": "psi",
    "\u03a9": "omega", "\u03d5": "phi",
}  # fmt: skip
"""Letters as a keyboard's signs leave them: mu is the sign of "micro"."""
_LETTERS = "".join(_GREEK)
_ATOM = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?)?(?P<letters>[A-Za-z{_LETTERS}]{{0,3}})"
    r"(?P<power>[²³]|\^\d+)?(?P<index>(?<=[a-z])\d)?"
)
_JOINT = re.compile(r" ?(?P<sign>[-+*/·\u00d7±=]) ?")
_JOINTS = {
    "-": "minus", "+": "plus", "*": "times", "·": "times", "\u00d7": "times", "/": "over",
    "±": "plus or minus", "=": "equals",
}  # fmt: skip
_SUM = rf"-?[\w.²³^{_LETTERS}]+(?: ?[-+*/·\u00d7] ?[\w.²³^{_LETTERS}]+)*"
"""A sum without brackets."""
_FUNCTIONS = {
    "sin": "sine", "cos": "cosine", "tan": "tangent", "sec": "secant", "csc": "cosecant",
    "cot": "cotangent", "arcsin": "arc sine", "arccos": "arc cosine", "arctan": "arc tangent",
    "sinh": "hyperbolic sine", "cosh": "hyperbolic cosine", "tanh": "hyperbolic tangent",
    "log": "log", "ln": "", "exp": "e to the",
}  # fmt: skip
_PRIMES = {1: "prime", 2: "double prime", 3: "triple prime"}
_OPERATOR = re.compile(r"[=+\u00d7÷*/·-] ?\Z")
_EQUATION = re.compile(r"[=<>≤≥≈]|\b(?:equation|equals|solve|simplify|evaluate|graph|slope)\b")
_SETS = re.compile(r"[=∈\u222a∩]|\b(?:sets?|subsets?|elements?|union|intersection|domain)\b")


def expression(written: str) -> str | None:
    """Say a sum of numbers and letters ("2x² - 3"), or return None if it is none."""
    is_negative = written[0] == "-"
    said = ["negative"] if is_negative else []
    at = 1 if is_negative else 0
    while True:
        atom = _ATOM.match(written, at)
        if atom is None or not (atom["number"] or atom["letters"]):
            return None
        said += _atom(atom)
        at = atom.end()
        if at == len(written):
            return " ".join(said)
        joint = _JOINT.match(written, at)
        if joint is None:
            return None
        said.append(_JOINTS[joint["sign"]])
        at = joint.end()


def _atom(atom: Match) -> list[str]:
    said = [quantity.number(atom["number"])] if atom["number"] else []
    said += [_GREEK.get(letter, letter) for letter in atom["letters"]]
    said += [say_power(atom["power"].lstrip("^"))] if atom["power"] else []
    return [*said, *([quantity.number(atom["index"])] if atom["index"] else [])]


def _primed(match: Match) -> str:
    """Say "f'(x)" and "y''"."""
    said = f"{match['name']} {_PRIMES[len(match['marks'])]}"
    return f"{said} of {expression(match['of'])}" if match["of"] else said


def _raised(match: Match) -> str | None:
    """Say "x^(n+1)", "e^{-kt}" and "x^(1/2)"."""
    base = _GREEK.get(match["base"], match["base"])
    base = quantity.number(base) if base[0].isdigit() else base
    part = re.fullmatch(r"(\d)/(\d)", match["power"])
    power = quantity.fraction(int(part[1]), int(part[2])) if part else expression(match["power"])
    return power and f"{base} to the {power}"


def _of(match: Match) -> str | None:
    """Say "cos(2x)" and "ln(x + 1)"."""
    said = expression(match["inner"])
    name = _FUNCTIONS[match["name"]]
    if match["name"] == "ln":
        if re.fullmatch(r"\d+|[a-z]", match["inner"]):
            return None  # the class of lessons says it
        name = "the natural log" if match.start() else "The natural log"
    if match["inverse"]:
        name = f"inverse {name}"
    if said is None:
        return None
    return f"{name} {said}" if name.endswith("to the") else f"{name} of {said}"


def _named(name: str, match: Match) -> str | None:
    """Say "√(x + 1)" and "|x - 3|"."""
    if re.fullmatch(r"-?\d+|[a-z]", match["inner"]) and match[0][0] == "|":
        return None  # the class of sums says it
    said = expression(match["inner"])
    return said and named_once(match, name, said)


def _over(match: Match) -> str | None:
    """Say the "V/R" of an equation."""
    if match[0] == "N/A" or not re.search(r"[^\d/]", match[0]):
        return None
    return f"{expression(match['top'])} over {expression(match['bottom'])}"


def _below_zero(match: Match) -> str:
    return f"{expression(match['number'])}"


def _product(match: Match) -> str | None:
    """Say "-2(-3)" and "(-3)(4)"."""
    factors = [part.strip("()") for part in (match["first"], match["last"])]
    if not any(part[0] == "-" for part in factors):
        return None
    return " times ".join(expression(part) or "" for part in factors)


_WORD_ENDS = re.compile(r" (?:[A-Za-z]+ ){0,1}[A-Za-z]+(?:[.,?!;)]|$| [-+\u00d7*/÷=] )")


def _of_words(match: Match) -> str:
    """Say the sign of "Profit = Revenue - Cost"; another dash may be a pause."""
    if match["sign"] == "-" and not is_after(match, _WORD_ENDS):
        raise Unsayable(match[0], "it may be a minus or a pause")
    return {"-": "minus", "/": "divided by", "\u00d7": "times", "*": "times", "÷": "divided by"}[
        match["sign"]
    ]


def _set(match: Match) -> str | None:
    """Say "{1, 2, 3}"."""
    if not is_near(match, _SETS):
        return None
    items = [item.strip() for item in match["items"].split(",")]
    said = [expression(item) for item in items]
    return None if None in said else "the set " + ", ".join(map(str, said))


def _limit(match: Match) -> str:
    """Say "lim x→0 of"."""
    to = {"∞": "infinity", "-∞": "negative infinity"}.get(match["to"]) or expression(match["to"])
    start = "The" if not match.start() else "the"
    joint = "" if re.match(r" of\b|[.,?!]|$", match.string[match.end() :]) else " of"
    return f"{start} limit as {match['letter']} approaches {to}{joint}"


_COMPARES = {
    "=": "equals", "<": "is less than", ">": "is greater than", "≤": "is at most",
    "≥": "is at least",
}  # fmt: skip


def _probability(match: Match) -> str:
    """Say "P(X ≤ 3)" and "P(A ∩ B)"."""
    if match["joint"]:
        return f"P of {match['first']} {'and' if match['joint'] == '∩' else 'or'} {match['last']}"
    return f"P of {match['letter']} {_COMPARES[match['sign']]} {quantity.number(match['number'])}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return what is reckoned with letters."""
    make = FormMaker("algebra")
    inner = rf"(?P<inner>{_SUM})"
    side = rf"(?:\d*[{_LETTERS}]?[A-Za-z]{{1,2}}|[{_LETTERS}]|\d+)"
    starts = re.compile(r"(?:^|[ (=+-])\Z")
    return (
        make(
            r"(?P<name>[a-zA-Z])(?P<marks>'{1,3})\((?P<of>-?[a-z\d]+)\)",
            _primed,
            before=starts,
        ),
        make(r"(?P<name>[a-z])(?P<marks>'{1,3})(?P<of>)(?= [=+-] )", _primed, before=starts),
        make(
            rf"(?P<base>[A-Za-z{_LETTERS}]|\d+)\^[({{](?P<power>{_SUM})[)}}](?!\w)",
            _raised,
        ),
        make(r"(?P<base>[A-Za-z])\^(?P<power>\d+\.\d+|-[a-z]|[a-z]{2})(?![\w.]\w|\w)", _raised),
        make(
            rf"(?P<name>{any_of(_FUNCTIONS)})(?P<inverse>⁻¹|\^-1)?\({inner}\)",
            _of,
            before=re.compile(r"(?<![A-Za-z])\Z"),
        ),
        make(rf"√\({inner}\)", lambda m: _named("the square root of", m)),
        make(rf"\|{inner}\|", lambda m: _named("the absolute value of", m)),
        make(
            r"(?P<letter>[A-Za-z])_\{?(?P<index>\d{1,2}|[a-z0])\}?(?![\w@]|\.\w)",
            lambda m: f"{m['letter']} sub {expression(m['index'])}",
        ),
        make(
            rf"(?P<letter>[{_LETTERS}])(?P<power>[²³]|\^\d)",
            lambda m: f"{_GREEK[m['letter']]} {say_power(m['power'].lstrip('^'))}",
        ),
        make(rf"(?P<letter>[{_LETTERS}])(?![\w°])", lambda m: _GREEK[m["letter"]]),
        make(
            r"(?P<head>[A-Za-z]?)[Δ\u2206](?P<of>[A-Za-z])°?(?![\w'])",
            lambda m: f"{m['head']} delta {m['of']}".strip(),
        ),
        make(
            rf"(?P<top>{side})/(?P<bottom>{side})(?![\w'/²³^(])",
            _over,
            before=re.compile(r"(?<![<>])= ?-?\Z"),
        ),
        make(
            r"(?P<top>[abhknprtvxyz])/(?P<bottom>\d{1,2})(?![\w/.]\w|\w)",
            lambda m: _over(m) if is_near(m, _EQUATION) else None,
        ),
        make(
            r"(?P<top>[\u2206Δ][a-z])/(?P<bottom>[\u2206Δ][a-z])(?!\w)",
            _over,
        ),
        make(
            r"(?P<number>-?\d*)π(?P<letters>[a-z]{0,2})(?P<power>[²³]?)(?P<rest>[a-z]?)(?:/(?P<bottom>\d{1,2}))?(?!\w)",
            _of_pi,
        ),
        make(
            r"\((?P<number>-(?:\d+(?:\.\d+)?[a-z]?|[a-z]))\)(?!\(|[²³^])",
            _below_zero,
            before=_OPERATOR,
        ),
        make(
            r"\((?P<number>-(?:\d+|[a-z]))\)(?P<power>[²³]|\^\d)",
            lambda m: f"the quantity {_below_zero(m)} {say_power(m['power'].lstrip('^'))}",
        ),
        make(
            r"(?P<first>-?\d{1,3}|\(-?\d{1,3}\))(?P<last>\(-?\d{1,3}\))(?![\w(])",
            _product,
        ),
        make(r"-(?= \(-)", "minus", before=re.compile(r"[\w)²³] \Z")),
        make(
            r"(?P<sign>[-/\u00d7*÷])(?= [A-Za-z]{2,})",
            _of_words,
            before=re.compile(
                r"= (?:[A-Za-z]{2,} ){1,3}\Z|= [A-Za-z]{2,}(?: [-+\u00d7*/÷] [A-Za-z]+)+ \Z"
            ),
        ),
        make(
            r"-(?= (?:[A-Za-z]?[\u2206Δ])?[A-Z][A-Z]?\d?(?![\w'])(?! [a-z]))",
            lambda m: "minus" if is_near(m, _EQUATION) or "Q1" in m.string else None,
            before=re.compile(
                r"(?:^|[=(+-] ?|\b(?:is|compute|calculate) )[\u2206Δ]?[A-Z]{1,2}\d? \Z"
            ),
        ),
        make(r"\{(?P<items>-?\w+(?:, ?-?\w+)+)\}", _set),
        make(
            r"\{\}(?=[ .,?!])",
            "the empty set",
            before=re.compile(r"= \Z"),
        ),
        make(
            r"lim_?[ ({]{1,2}(?P<letter>[a-z]) ?(?:→|->) ?(?P<to>-?∞|-?\d+|[a-z])[)}]?",
            _limit,
        ),
        make(
            r"P\((?:(?P<letter>[A-Z]) ?(?P<sign>[=<>≤≥]) ?(?P<number>\d+(?:\.\d+)?)"
            r"|(?P<first>[A-Z]) ?(?P<joint>[∩\u222a]) ?(?P<last>[A-Z]))\)",
            _probability,
        ),
        make(
            r"\((?P<a>[a-z]\d) ?- ?(?P<b>[a-z]\d)\) ?/ ?\((?P<c>[a-z]\d) ?- ?(?P<d>[a-z]\d)\)",
            lambda m: (
                f"{expression(m['a'])} minus {expression(m['b'])} over"
                f" {expression(m['c'])} minus {expression(m['d'])}"
            ),
        ),
        make(
            r"(?P<name>[A-Z])\((?P<x>-?\d+(?:\.\d+)?), ?(?P<y>-?\d+(?:\.\d+)?)\)",
            lambda m: f"{m['name']}, {expression(m['x'])}, {expression(m['y'])}",
            before=re.compile(r"\b(?:[Pp]oints?|[Vv]ertex|[Vv]ertices|and|to|from|with) \Z"),
        ),
        make(
            r"\((?P<a>[a-z]\d), ?(?P<b>[a-z]\d)\)",
            lambda m: f"{expression(m['a'])}, {expression(m['b'])}",
        ),
        make(
            r"[\[(]f\((?P<at>[axc]) ?\+ ?h\) ?- ?f\((?P=at)\)[\])] ?/ ?h",
            lambda m: f"f of {m['at']} plus h minus f of {m['at']}, all over h",
        ),
        make(
            r"[(\[]?-b ?± ?√\(?b(?:²|\^2) ?- ?4ac\)?[)\]]? ?/ ?\(?2a\)?",
            "negative b plus or minus the square root of b squared minus four a c, all over two a",
        ),
        make(
            r"\((?P<sum>\d+(?: ?\+ ?\d+)+)\) ?/ ?(?P<count>\d+)(?![\w.]\w|\w)",
            lambda m: f"{expression(m['sum'])}, all over {quantity.number(m['count'])}",
        ),
        make(
            rf"\((?P<top>\d)/(?P<bottom>\d)\) ?(?:\((?P<inner>{_SUM})\)|(?P<letter>[A-Z])(?!\w))",
            _part_of,
        ),
        make(
            rf"(?P<head>[A-Z])\((?P<inner>{_SUM})\)\^[({{]?(?P<power>[a-z]{{1,2}}|\d+)[)}}]?(?!\w)",
            lambda m: (
                (said := expression(m["inner"]))
                and f"{m['head']} times the quantity {said} to the {expression(m['power'])}"
            ),
        ),
        make(
            r"P\((?P<event>(?:not )?[a-z]{2,}(?: (?:and|or|then|not) [a-z]+)*)\)",
            lambda m: f"P of {m['event']}",
        ),
        make(
            r"mod(?= \d)",
            "mod",
            before=re.compile(r"\d \Z"),
        ),
        make(
            r"(?P<letter>[xyp])(?P<mark>[\u0304\u0302])",
            lambda m: f"{m['letter']} {'bar' if m['mark'] == chr(0x304) else 'hat'}",
        ),
        make(r"\u0233(?![\w'])", "y bar"),
        make(r"\u0177(?![\w'])", "y hat"),
        make(
            r"(?P<top>\d{1,4})C(?P<bottom>\d{1,2})(?= ?=)",
            lambda m: f"{quantity.number(m['top'])} choose {quantity.number(m['bottom'])}",
            Sure.CERTAIN,
        ),
        make(
            r"(?P<number>\d+(?:\.\d+)?)[eE](?P<sign>[+-]?)(?P<power>\d{1,3})(?!\w)",
            _exponent,
        ),
    )


def _of_pi(match: Match) -> str:
    """Say "2πr" and "3π/4"."""
    number = match["number"]
    said = ["negative"] if number.startswith("-") else []
    number = number.lstrip("-")
    said += [quantity.number(number)] if number else []
    said += ["pi", *match["letters"]]
    said += [say_power(match["power"])] if match["power"] else []
    said += [*match["rest"]]
    said += ["over", quantity.number(match["bottom"])] if match["bottom"] else []
    return " ".join(said)


def _part_of(match: Match) -> str | None:
    """Say "(5/9)(F - 32)" and "(9/5)C"."""
    part = quantity.fraction(int(match["top"]), int(match["bottom"]))
    if match["letter"]:
        return f"{part} {match['letter']}"
    said = expression(match["inner"])
    return said and f"{part} times the quantity {said}"


def _exponent(match: Match) -> str | None:
    """Say "1.6e-19"; "5e3" without a point or a sign is a name."""
    if "." not in match["number"] and not match["sign"]:
        return None
    power = numbers.ordinal(int(match["power"]))
    minus = "minus " if match["sign"] == "-" else ""
    return f"{quantity.number(match['number'])} times ten to the {minus}{power}"

"""Sums and formulas: "2 + 2 = 4", "x^2", "f(x)", "3 x 10^8", "√9"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.quantity import DEC
from datagen.text.units import UNITS

TOLD = (
    'A sign between two numbers or letters, in a sentence with "=" or a word that calculates;'
    " powers and roots."
)
EXAMPLES = (
    ("2 + 2 = 4, right?", "two plus two equals four, right?"),
    ("What is 17 x 6?", "What is seventeen times six?"),
    ("If f(x) = x^2, then f(3) is 9.", "If f of x equals x squared, then f of three is nine."),
    ("It's 10 < 12.", "It's ten less than twelve."),
    ("Why is sin 30° = 0.5?", "Why is sine thirty degrees equals zero point five?"),
)
_SUM = re.compile(
    r"[=<>≤≥≈]|\b(?:solve|equation|what is|what's|calculate|compute|subtract\w*|divid\w+|slope"
    r"|simplify|evaluate|factor|expand|derivative|polynomial|quadratic|function|root)\b"
    r"|[a-z][²³^]|[0-9][a-z] [+-] \d|\bd[a-z]?/d[a-z]\b|∫"
    r"|[\da-z]\(-?[\da-z]+ ?[+-]|[\da-z]\)\(",
    re.IGNORECASE,
)
_OPERATORS = {
    "+": "plus", "=": "equals", "\u00d7": "times", "*": "times", "÷": "divided by",
    "<": "less than",
    ">": "greater than",
    "≤": "at most", "≥": "at least", "<=": "at most",
    ">=": "at least", "≠": "does not equal", "≈": "is about", "±": "plus or minus",
    "-": "minus",
    "/": "divided by",
}  # fmt: skip
_POWERS = {"2": "squared", "3": "cubed", "²": "squared", "³": "cubed"}
_OPERAND = r"[\w)!|²³½¼¾%π.]"


def _operator(match: Match) -> str | None:
    sign = match["sign"]
    if sign in "-/*" and not is_near(match, _SUM, 80, 40):
        return None
    return f" {_compared(match)} " if not match["blank"] else f"{_compared(match)} "


_COMPARED = re.compile(
    r"\b(?:is|are|was|be) \Z|(?:\b(?:[Ii]s|[Ii]t's|are|be|was|keep|with|for|of|say|where|needs"
    r"|[Ff]ind|all|any|that's)"
    r"|[<>≤≥]) ?-?[$\w.]+ ?\Z"
)


_COMPARING = frozenset(("<", ">", "≤", "≥", "<=", ">="))
_SIDE_BEFORE = re.compile(r"(?:\d[\w.,%°]*|(?<![\w'])[b-zA-HJ-Z][\d²³]?|[)|²³%\u0391-\u03c9]) ?\Z")
"""A number or a letter, which a sign compares with what follows."""


def _compared(match: Match) -> str:
    """Say a sign; of two numbers by themselves the first "is less than" the second."""
    if match["sign"] == "≈":
        is_two = is_before(match, _SIDE_BEFORE) and not is_before(match, _COMPARED)
        return "is about" if is_two else "about"
    said = _OPERATORS[match["sign"]]
    is_of_two = match["sign"] in _COMPARING and is_before(match, _SIDE_BEFORE)
    return f"is {said}" if is_of_two and not is_before(match, _COMPARED) else said


RAISED = str.maketrans(
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b", "0123456789-"
)
"""Figures above the line, and the same on it."""
_SUPER = "\u207b?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+"


def say_power(exponent: str) -> str:
    """Say an exponent: "squared", "to the minus fourth"."""
    exponent = exponent.translate(RAISED)
    exponent = exponent.strip("{}()")
    if exponent in _POWERS:
        return _POWERS[exponent]
    if exponent.lstrip("-").isdecimal():
        number = int(exponent)
        return (
            f"to the minus {numbers.ordinal(-number)}"
            if number < 0
            else f"to the {numbers.ordinal(number)}"
        )
    return f"to the {exponent}"


def _raised(match: Match) -> str:
    base = match["base"]
    return f"{quantity.number(base) if base[0].isdigit() else base} {say_power(match['power'])}"


_ARRANGED = re.compile(
    r"\b(?:factorials?|permutations?|permute\w*|arrange\w*|arrangements|orderings?|ways to"
    r"|number of ways|outcomes)\b",
    re.IGNORECASE,
)
_RECKON = cue(r"evaluate|compute|simplify|calculate|expand|divide|multiply|write|find", " ")
_RECKONED_ON = re.compile(
    r" (?:is|equals|means|divided|times|over|as|ways|orders)\b| ?[=\u00d7÷*/<>] ?|/"
)
_NO_END = re.compile(r"[.,;:?)]|! ?[\d.,]")


def _factorial(match: Match) -> str | None:
    """Say "5! is 120"; the mark of "I turned 5!" ends a sentence, that of "5!, or" is doubted."""
    said = f"{numbers.cardinal(int(match['number']))} factorial"
    if is_after(match, _RECKONED_ON) or is_near(match, _ARRANGED, 96, 64):
        return said
    if is_before(match, _RECKON) or is_before(match, _FACTORIAL_BEFORE):
        return said
    if is_after(match, _NO_END):
        raise Unsayable(match[0], "its mark may be a factorial's or end a sentence")
    return None


_FACTORIAL_BEFORE = re.compile(r"\d!(?: ?[\u00d7÷*/+=-] ?| (?:and|over|times|plus|divided by) )\Z")


def _scientific(match: Match) -> str:
    """Say "6.02 x 10^23"."""
    power = say_power(match["power"] or match["super"])
    return f"{quantity.number(match['number'])} times ten {power}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a sum."""
    make = FormMaker("math")
    power = r"\^(?P<power>-?\d+(?!\.\d)|[a-z]|\{-?[\da-zA-Z]+\}|\(-?[\da-zA-Z]+\))"
    return (
        make(
            rf"(?<={_OPERAND}) ?(?P<blank>)(?P<sign>[+\u00d7÷=≠≤≥<>*/-]) ?"
            rf"(?=[-+]?[$.]?\d|[A-Za-z]\b"
            rf"|[A-Za-z]\(|[a-z]\^|√|π|\()",
            _operator,
            Sure.USUAL,
        ),
        make(
            rf"(?<={_OPERAND} )(?P<sign>[<>]=|[+\u00d7÷=≠≤≥≈]|[<>*-](?= [-+]?[$.]?\d)"
            r"|-(?= [b-hj-z](?![\w'.]))) (?=\S)",
            _spaced,
            Sure.CUE,
        ),
        make(rf"(?P<base>{DEC}|[A-Za-z]){power}(?!\w)", _raised),
        make(rf"(?<![$€£¥])(?P<base>{DEC})(?P<power>{_SUPER})(?!\w)", _raised),
        make(rf"(?P<base>[A-Za-z])(?P<power>{_SUPER})(?!\w)", _raised),
        make(
            rf"(?P<number>{DEC}) ?[x\u00d7*\u00b7] ?"
            rf"(?P<base>10)(?:{power}|(?P<super>{_SUPER}))(?!\w)",
            _scientific,
        ),
        make(
            r"(?P<letters>[A-Za-z][a-z]|[A-Z][b-df-hj-np-tv-xz]{2}|[a-z]{2,3}"
            r"|[a-z][A-Z]{2})(?=[ .,;?!]|$)",
            lambda m: " ".join(m["letters"]),
            before=re.compile(r"(?<![\w'])[A-Z]?[A-Za-z] = \Z"),
        ),
        make(r"π(?P<base>[a-z])(?P<power>[²³])(?!\w)", lambda m: f"pi {_raised(m)}"),
        make(rf"(?P<letters>[a-z]{{2,3}})(?:{power}|(?P<sign>[²³]))(?!\w)", _letters_raised),
        make(r"(?P<number>\d{1,3})!(?!!)", _factorial),
        make(r" ?/ ?(?=\d{1,3}!)", " over ", before=re.compile(r"\d!\Z")),
        make(
            r"(?P<top>\d{1,2}|[a-z])/(?P<bottom>[a-z])(?![\w'/^])",
            lambda m: (
                f"{numbers.cardinal(int(m['top'])) if m['top'].isdecimal() else m['top']}"
                f" over {m['bottom']}"
                if is_near(m, _ANALYSED, 64, 48)
                else None
            ),
        ),
        make(
            r"(?P<base>[a-z]|\d{1,2})(?P<power>[ˣⁿ])(?!\w)",
            lambda m: (
                f"{numbers.cardinal(int(m['base'])) if m['base'].isdecimal() else m['base']}"
                f" to the {'x' if m['power'] == 'ˣ' else 'n'}"
            ),
        ),
        make(
            r"(?P<left>[A-Za-z])=(?P<letters>[a-z]{2,3})(?P<power>\^\d|[²³])?(?![\w'(+*/-])",
            lambda m: (
                f"{m['left']} equals {' '.join(m['letters'])}"
                + (f" {say_power(m['power'].lstrip('^'))}" if m["power"] else "")
            ),
        ),
        make(r"π", "pi"),
        make(r"(?<=\d)\u00b7(?=\d)", " times "),
        make(
            r"(?P<name>sin|cos|tan|log)(?:\(| )(?=\d+°|[a-z\u03b8](?![\w'])|[\dπ](?=[^=]*=))",
            lambda m: f"{_NAMES[m['name']]} ",
        ),
        make(
            r"log(?P<base>10|2) ?(?=[\d(a-z])",
            lambda m: f"log base {numbers.cardinal(int(m['base']))} of ",
        ),
        make(
            r"[01]{3,8}(?![\w.,:/-]\w|\w)",
            lambda m: numbers.digits(m[0]) if is_near(m, _BINARY) else None,
            Sure.CUE,
        ),
        make(any_of(_GREEK), lambda m: _GREEK[m[0]]),
        make(r"\|(?P<inner>-?\d+|[a-z])\|", _absolute),
        make(r"(?<=\b[a-zA-Z])(?P<sign>[=<>])(?=-?[\d.])", lambda m: f" {_OPERATORS[m['sign']]} "),
        make(
            r"[rR](?= \d)",
            "remainder",
            before=re.compile(r"(?:=|÷|\b(?:answer|quotient|divided)\b.*|÷.* is) \d+ \Z"),
        ),
        make(r"x(?= [a-z](?![\w']))", "times", before=re.compile(r"= (?:[a-z\d]+ x )*[a-z\d]+ \Z")),
        make(
            rf"(?P<number>{DEC})(?P<letter>[a-z]|[abcxy][bcxy]|π[a-z]?)(?:{power}|(?P<squared>[²³]))?(?![\w'])",
            _term,
            Sure.CUE,
        ),
        make(r"(?P<name>[a-zA-Z])\((?P<inner>\w+)\)", _function),
        make(
            rf"√(?P<base>{DEC}|[a-z])(?!\w)",
            lambda m: named_once(
                m,
                "the square root of",
                quantity.number(m["base"]) if m["base"][0].isdigit() else m["base"],
            ),
        ),
    )


def _letters_raised(match: Match) -> str | None:
    """Say "mc²" in an equation."""
    if match["letters"] in UNITS or match["letters"] == "sp" or not is_near(match, _SUM, 80, 40):
        return None
    return f"{' '.join(match['letters'])} {say_power(match['power'] or match['sign'])}"


def _spaced(match: Match) -> str | None:
    sign = match["sign"]
    if sign == "\u00d7" and is_before(match, _SIDE) and is_after(match, _OTHER_SIDE):
        return "by "
    if sign in "*-" and not is_near(match, _SUM, 80, 40):
        return None
    return f"{_compared(match)} "


_ASKED = re.compile(r"what(?:'s| is)", re.IGNORECASE)


def _term(match: Match) -> str | None:
    """Say "3x" of a sum; the "6s" of "what's" alone may be several of a figure, or seconds."""
    if not is_near(match, _SUM, 80, 40):
        return None
    start, end = max(0, match.start() - 80), match.end() + 40
    signs = {found.lower() for found in _SUM.findall(match.string, start, end)}
    if match["letter"] == "s" and all(map(_ASKED.fullmatch, signs)):
        return None
    letter = " ".join(match["letter"]).replace("π", "pi")
    power = match["power"] or match["squared"]
    return f"{quantity.number(match['number'])} {letter}" + (
        f" {say_power(power)}" if power else ""
    )


_SIDE = re.compile(r"\d ?(?:ft|in|cm|mm|m|yd|feet|inches|km)\.? \Z")
_OTHER_SIDE = re.compile(r"[\d.,]+ ?(?:ft|in|cm|mm|m|yd|feet|inches|km)\b")


_BINARY = re.compile(
    r"\b(?:[Bb]inary|(?<!\ba )(?<!little )(?<!tiny )(?<!quite a )[Bb]its?|[Bb]ase (?:2|two))\b"
)
_ANALYSED = re.compile(
    r"\b(?:limits?|derivatives?|integrals?|antiderivative|functions?|slope|asymptotes?|reciprocal"
    r"|inverse|as x)\b|∞|="
)
_GREEK = {
    "\u03b1": "alpha", "\u03b2": "beta", "\u03b3": "gamma", "\u03b4": "delta", "\u03b8": "theta",
    "\u03bb": "lambda", "\u03c3": "sigma", "\u03c6": "phi", "\u03c9": "omega", "\u0394": "delta",
    "\u03a3": "sigma",
}  # fmt: skip
_NAMES = {"sin": "sine", "cos": "cosine", "tan": "tangent", "log": "log"}


def _absolute(match: Match) -> str:
    """Say "|-7|"."""
    inner = match["inner"]
    sign = "minus " if inner[0] == "-" else ""
    number = inner.lstrip("-")
    said = numbers.cardinal(int(number)) if number.isdecimal() else number
    return named_once(match, "the absolute value of", f"{sign}{said}")


_CALLED = re.compile(r"\b(?:absolute value|square root)(?P<of> of)? \Z")


def named_once(match: Match, name: str, said: str) -> str:
    """Say what a sign calls, but not twice: "the absolute value |-4|"."""
    called = _CALLED.search(match.string, 0, match.start())
    if called is None:
        return f"{name} {said}"
    return said if called["of"] else f"of {said}"


def _function(match: Match) -> str | None:
    """Say "f(x)"; the "a(n)" of a form to fill in is none."""
    inner = match["inner"]
    if match[0] in ("a(n)", "A(n)") and not is_near(match, _SUM):
        return None
    if len(inner) > 1 and not inner.isdecimal():
        return None
    return f"{match['name']} of {numbers.decimal(inner) if inner.isdecimal() else inner}"

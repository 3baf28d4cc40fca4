"""Signs of lessons: "∫2x dx", "dy/dx", "(x + 2)(x + 3)", "log₂(8)", "O(n log n)", "∠ABC"."""

from __future__ import annotations

import re

from datagen.text import quantity
from datagen.text.classes.math import RAISED, say_power
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale

TOLD = (
    "Signs that nothing else is written with; a sum in brackets after a number, a letter or other"
    " brackets; a pair of numbers in brackets near a point or a graph."
)
EXAMPLES = (
    ("So dy/dx is 6x.", "So d y d x is six x."),
    (
        "Write it as (x + 2)(x + 3).",
        "Write it as the quantity x plus two times the quantity x plus three.",
    ),
    ("What's log₂(8)?", "What's log base two of eight?"),
    ("Merge sort runs in O(n log n) time.", "Merge sort runs in O of n log n time."),
    ("∠ABC is a right angle.", "Angle ABC is a right angle."),
    ("Plot the point (3, -2).", "Plot the point three, negative two."),
)
_POWER = r"(?:[²³]|\^\d)"
_PART = re.compile(
    rf"(?P<number>\d+(?:\.\d+)?)?(?P<letters>[a-zθπ]{{0,2}})(?P<power>{_POWER})?"
    r"(?P<sign> ?[-+*/] ?|$)"
)
_SUM = rf"-?(?:\d{{0,3}}(?:\.\d+)?[a-zθπ]{{0,2}}{_POWER}?(?: ?[-+] ?(?=[\da-zθπ])|(?=\))))+"
"""A sum of numbers and letters, up to the bracket behind it."""
_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "over", "": ""}
_GREEK = {"θ": "theta", "π": "pi"}
_RATIOS = {"sin": "sine", "cos": "cosine", "tan": "tangent"}
_CHANGED = r"[a-zθ]"
_PLOTTED = re.compile(
    r"\b(?:points?|plot\w*|graphs?|coordinates?|vert(?:ex|ices)|slope|lines?|origin|intercepts?"
    r"|midpoint|parabola|axis|axes|quadrant|ordered pair|vectors?|function"
    r"|distance|center|circle)\b"
)
_RECKONED = re.compile(
    r"[=+] ?|\b(?:what's|what is|evaluate|simplify|solve|calculate|compute)\b", re.IGNORECASE
)
_COMPUTED = re.compile(
    r"\b(?:compar\w+|assign\w*|operators?|code|variables?|python|java\w*|checks?|conditions?"
    r"|statements?|syntax|strict\w*|equality|bug|typed?|loop|if)\b",
    re.IGNORECASE,
)
_GROWTH = {
    "1": "one", "n": "n", "log n": "log n", "n log n": "n log n", "n^2": "n squared",
    "n²": "n squared", "n^3": "n cubed", "n³": "n cubed", "2^n": "two to the n",
    "n!": "n factorial", "√n": "square root of n", "m + n": "m plus n", "n + m": "n plus m",
    "V + E": "V plus E", "mn": "m n", "n*m": "n times m", "logn": "log n", "nlogn": "n log n",
}  # fmt: skip
"""How long a program takes, and how that is said."""


def _sum(written: str) -> str | None:
    """Say a sum: "x + 2", "2x² - 3x"; None if it is none."""
    said = ["minus"] if written[0] == "-" else []
    at = len(said)
    while at < len(written):
        part = _PART.match(written, at)
        if part is None or part.end() == at or not (part["number"] or part["letters"]):
            return None
        said += [quantity.number(part["number"])] if part["number"] else []
        said += [_GREEK.get(letter, letter) for letter in part["letters"]]
        said += [say_power(part["power"].lstrip("^"))] if part["power"] else []
        said += [_SIGNS[part["sign"].strip()]] if part["sign"] else []
        at = part.end()
    return " ".join(said)


def _raised(written: str | None) -> str:
    return f" {say_power(written.lstrip('^'))}" if written else ""


def _is_sum(inner: str) -> bool:
    return re.search(r"[\dA-Za-z²³] ?[-+] ?", inner) is not None


_FUNCTIONS = re.compile(r"[fgh] ?[-+] ?[fgh]")
_OPERATOR_BEFORE = re.compile(r"[\w)] ?[\u00d7÷*/=+-] ?\Z")
_OPERATOR_AFTER = re.compile(r" ?[\u00d7÷*/=] ?[\w(-]")


def _product(match: Match) -> str | None:
    """Say "(x + 2)(x - 3)", "2(x + 3)" and "(x + 1)²": what is in brackets is a quantity."""
    head, inner, other = match["head"], match["inner"], match["other"]
    if head in ("f", "g", "h") and not other:
        said = _sum(inner)
        return said and f"{head} of {said}{_raised(match['power'])}"
    if _FUNCTIONS.fullmatch(inner) and other and not _is_sum(other) and not head:
        return f"{_sum(inner)} of {_sum(other)}"
    is_reckoned = is_before(match, _OPERATOR_BEFORE) or is_after(match, _OPERATOR_AFTER)
    is_joined = head or other or match["power"] or is_reckoned
    if not is_joined or not (_is_sum(inner) or _is_sum(other or "")):
        return None
    parts = [_quantity(part) for part in (head, inner, other) if part]
    joints = ["over" if match["by"] else "times"] if head else []
    joints += ["over" if match["over"] else "times"] if other else []
    said = parts[0]
    for joint, part in zip(joints, parts[1:], strict=True):
        said = said and part and f"{said} {joint} {part}"
    return said and f"{said}{_raised(match['power'])}"


def _quantity(part: str) -> str | None:
    said = _sum(part)
    return f"the quantity {said}" if said and _is_sum(part) else said


def _part_of(match: Match) -> str:
    """Say "½bh" and "(4/3)πr³" of an equation."""
    part = match["part"] or f"{match['left']}/{match['right']}"
    letters = " ".join(_GREEK.get(letter, letter) for letter in match["letters"])
    said = (
        quantity.say(part)
        if match["part"]
        else quantity.fraction(int(match["left"]), int(match["right"]))
    )
    return f"{said} {letters}{_raised(match['power'])}"


def _pair(match: Match) -> str | None:
    """Say the numbers of a point: "(3, -2)"."""
    if not is_near(match, _PLOTTED, 64, 48):
        return None
    numbers = [number.strip() for number in match[0].strip("()").split(",")]
    return ", ".join(
        f"negative {quantity.number(number[1:])}"
        if number[0] == "-"
        else quantity.number(number)
        if number[0].isdigit()
        else number
        for number in numbers
    )


_LEFT_SIDE = re.compile(r"[\w)\]] \Z")
_RIGHT_SIDE = re.compile(r" (?!to\b|for\b|when\b|if\b|and\b|or\b|in\b|is\b|means\b)[\w(\"'-]")


def _equals(match: Match) -> str | None:
    """Say the "==" and "!=" of a program. Raises Unsayable for "!=" elsewhere."""
    if match[0] == "!=" and is_before(match, _LEFT_SIDE) and is_after(match, _RIGHT_SIDE):
        return "does not equal"
    if match[0] == "!=" and not is_near(match, _COMPUTED, 64, 64):
        raise Unsayable(match[0], "it may be a sign or a mark")
    if not is_near(match, _COMPUTED, 64, 64):
        return None
    return {"==": "double equals", "===": "triple equals", "!=": "not equals"}[match[0]]


_ASKED = re.compile(r"\b(?:[Ii]s|[Aa]re|that) [A-Z]{1,3} \Z")


def _beside(match: Match) -> str:
    """Say how two lines lie."""
    said = {"⊥": "perpendicular to", "∥": "parallel to"}[match[0]]
    return said if is_before(match, _ASKED) else f"is {said}"


def _opens(word: str, match: Match) -> str:
    """Return a word with a capital where a text begins with its sign."""
    return word.capitalize() if not match.start() else word


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the signs of lessons."""
    make = FormMaker("lesson")
    inner = rf"\((?P<inner>{_SUM})\)"
    return (
        make(r"%(?= \d)", "mod", before=re.compile(r"(?<![\w'])[a-z] \Z")),
        make(
            rf"(?:(?P<head>\d{{1,3}}[a-z]?|[a-z])(?P<by>/)?)?{inner}"
            rf"(?:(?P<over>/)?\((?P<other>{_SUM})\))?(?P<power>{_POWER})?(?![\w(])",
            _product,
        ),
        make(
            rf"(?:\((?P<left>[1-9])/(?P<right>[2-9])\)|(?P<part>[{quantity.VULGAR}]))"
            rf"(?P<letters>[A-Za-zπ]{{1,3}})(?P<power>{_POWER})?(?![\w(])",
            _part_of,
            before=re.compile(r"[=+-] ?\Z"),
        ),
        make(
            r"(?P<number>\d{1,3})\((?P<times>\d{1,3})\)(?![\w(-])",
            lambda m: (
                f"{quantity.number(m['number'])} times {quantity.number(m['times'])}"
                if is_near(m, _RECKONED, 24, 24)
                else None
            ),
        ),
        make(
            r"∫(?P<low>[\da]|π)(?P<high>[\u00b9\u00b2\u00b3\u2070\u2074-\u2079])(?= (?!d[a-z]\b))",
            lambda m: (
                f"{_opens('the', m)} integral from {_sum(m['low'])} to"
                f" {quantity.number(m['high'].translate(RAISED))} of"
            ),
        ),
        make(r"-(?=(?:sin|cos|tan|log|ln)\b)", "minus ", before=re.compile(r"(?:[=(]|of|is) \Z")),
        make(r"-(?= [a-z]+\b)", "minus", before=re.compile(r"= ?[\w.]+ \Z")),
        make(r"-(?= \d)", "minus", before=re.compile(r"(?<![\w'])[nxyktm] \Z")),
        make(r"(?P<letter>[nk])!(?= [a-z=/+])", lambda m: f"{m['letter']} factorial"),
        make(r"→ ?(?=-?∞)", "approaches ", before=re.compile(r"\b[a-z] ?\Z")),
        make(r"∫ ?(?=[\w(])", lambda m: f"{_opens('the', m)} integral of "),
        make(
            rf"d(?P<letter>{_CHANGED})(?=[ .,?!=]|$)",
            lambda m: f"d {_GREEK.get(m['letter'], m['letter'])}",
            Sure.CERTAIN,
            before=re.compile(r"∫[^.?!]{1,30} \Z"),
        ),
        make(
            rf"d(?P<top>{_CHANGED}?)/d(?P<bottom>{_CHANGED})(?!\w)",
            lambda m: " ".join(["d", *m["top"], "d", *m["bottom"]]),
        ),
        make(
            r"d(?:²|\^2)(?P<top>[a-z])/d(?P<bottom>[a-z])(?:²|\^2)(?!\w)",
            lambda m: f"d squared {m['top']} d {m['bottom']} squared",
        ),
        make(
            r"(?P<outer>[fgh])\((?P<inner>[fgh])\((?P<of>[a-z]|\d+)\)\)",
            lambda m: f"{m['outer']} of {m['inner']} of {_sum(m['of'])}",
        ),
        make(
            r"log_?(?P<base>\d{1,2}) ?\((?P<number>\d+|[a-z])\)",
            lambda m: (
                f"log base {quantity.number(m['base'])} of"
                f" {quantity.number(m['number']) if m['number'].isdigit() else m['number']}"
            ),
        ),
        make(
            r"ln(?:\((?P<in>\d+|[a-z])\)| (?P<of>\d+|[a-z])(?!\w))",
            lambda m: f"{_opens('the', m)} natural log of " + (_sum(m["in"] or m["of"]) or ""),
        ),
        make(
            r"O\((?P<growth>[^()]{1,8})\)",
            lambda m: (said := _GROWTH.get(m["growth"])) and f"O of {said}",
        ),
        make(
            r"P\((?P<first>[A-Z])(?P<joint>\|| and | or )(?P<last>[A-Z])\)",
            lambda m: f"P of {m['first']} {m['joint'].strip().replace('|', 'given')} {m['last']}",
        ),
        make(r"m∠ ?(?=[A-Z1-9])", "the measure of angle "),
        make(r"∠ ?(?=[A-Z1-9])", lambda m: f"{_opens('angle', m)} "),
        make(r"[△▵] ?(?=[A-Z]{3}\b)", lambda m: f"{_opens('triangle', m)} "),
        make(r"≅", "is congruent to"),
        make(r"[⊥∥]", _beside),
        make(
            r"(?P<letter>[a-z])(?P<index>\d)(?= ?[=<>+])(?! ?\+\+)",
            lambda m: f"{m['letter']} {quantity.number(m['index'])}",
            before=re.compile(r"(?:^|[ (])\Z"),
        ),
        make(
            r"→ ?(?=-?\d|∞|-∞|[a-z](?!\w))",
            "approaches ",
            before=re.compile(r"\b(?:as|lim|limit)\b[^.?!]{0,12}\b[a-z] \Z"),
        ),
        make(
            rf"(?P<name>sin|cos|tan)(?P<power>[²³])\(?(?P<of>{_CHANGED}|\d+(?=°))(?!\w)",
            lambda m: f"{_RATIOS[m['name']]} {say_power(m['power'])} {_sum(m['of'])}",
        ),
        make(
            r"[+*-]=(?= )",
            lambda m: (
                {"+": "plus", "-": "minus", "*": "times"}[m[0][0]] + " equals"
                if is_near(m, _COMPUTED, 64, 64)
                else None
            ),
            before=re.compile(r"[a-z_] \Z"),
        ),
        make(r"∞", "infinity"),
        make(r"∛(?P<base>\d+|[a-z])(?!\w)", lambda m: f"the cube root of {_sum(m['base'])}"),
        make(
            r"\(-?(?:\d+(?:\.\d+)?|[a-z]), ?-?(?:\d+(?:\.\d+)?|[a-z])"
            r"(?:, ?-?(?:\d+(?:\.\d+)?|[a-z]))?\)(?![\w(])",
            _pair,
        ),
        make(r"(?:={2,3}|!=)(?=[ .,?!]|$)", _equals, before=re.compile(r"(?:^| )\Z")),
    )

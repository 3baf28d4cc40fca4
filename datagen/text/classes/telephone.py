"""Telephone numbers, extensions, short codes and social security numbers, digit by digit."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    cue,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL, PLURAL

TOLD = (
    'Groups of 3-3-4, 3-4 or 3-2-4 digits; 911 and its like; star and pound codes; "x" or "ext."'
    " before an extension."
)
EXAMPLES = (
    (
        "You can reach me at (415) 555-0142.",
        "You can reach me at four one five, five five five, zero one four two.",
    ),
    ("Dial 555-0142 ext. 12.", "Dial five five five, zero one four two extension one two."),
    (
        "Call +44 20 7946 0958.",
        "Call plus four four, two zero, seven nine four six, zero nine five eight.",
    ),
    ("My SSN is 078-05-1120.", "My SSN is zero seven eight, zero five, one one two zero."),
    ("In an emergency, dial 911.", "In an emergency, dial nine one one."),
    ("Press *67 first.", "Press star six seven first."),
)
_CALLED = cue(
    r"dial|call|calls|called|calling|text|1 or|11 or|11, not|or|and|not|to|ring|reach|emergency",
    r",? ",
)
_PRESSED = cue(r"press|dial(?:ing|ed)?|hit|then|use|enter|and|or|key in|type", " ")
_DIALLED = re.compile(
    r"\b(?:press|dial|hit|enter|key in|type|punch)(?: |\b.* (?:then|and|or|use) )\Z", re.IGNORECASE
)
_SEVEN = cue(
    r"number(?:'s| is|:)?|phone(?:'s| is|:)?|cell(?: is)?|call|dial|text|at|fax(?: is)?"
    r"|reach me(?: at)?|mobile(?: is)?|line is",
    " ",
)
_EMERGENCY = re.compile(
    r"\b(?:call\w*|dial\w*|emergenc\w+|ambulance|police|fire|dispatch\w*|operator|paramedics?|text|phone"
    r"|rang|ring|help|hospital|medics?|hurt|burglar\w*|hang up)\b",
    re.IGNORECASE,
)
_HOTLINE = re.compile(
    r"\b(?:(?:hot|help|life|crisis |support |info |information |tip |veterans )?line(?: number)?"
    r"(?: is|'s|,| at)?|(?:non-)?emergenc(?:y|ies),?:?(?: you can| please| just)?(?: call| dial"
    r"| use| try| it's| it is| that's| is)?|suicide|(?:call\w*|dial\w*|text(?:ed|ing)?|try|reach)"
    r"(?: up| in| the| either| just| to)?|(?:[2-8]11|988) (?:or|and|not)) \Z",
    re.IGNORECASE,
)
_STAFFED = re.compile(
    r" (?:line|lifeline|hotline|operators?|crisis|dispatch\w*|call cent\w+)\b"
    r"|, (?:day or night|24/7|anytime|any time|around the clock)\b"
)
_END = r"(?:(?=x\d)|(?![\w%]|[.,-]\d))"
_COUNTED = re.compile(PLURAL)
_VANITY = re.compile(r"[A-Z]+|\d+")


def _phone(match: Match) -> str:
    """Say a number in its groups; the plus of +1 is not said."""
    return numbers.phone(match[0])


def _groups(match: Match) -> str:
    return numbers.grouped_digits(match[0])


def _abroad(match: Match) -> str:
    """Say "+44 20 7946 0958"; the zero in brackets, which is for callers at home, is one more."""
    plus = "" if match[0].startswith(("+1 ", "+1-")) else "plus "
    return plus + numbers.grouped_digits(match[0])


def _in_a_row(match: Match) -> str:
    """Say "+15550142000" in the groups of its country."""
    code = match["code"]
    return numbers.phone(f"1 {code[:3]} {code[3:6]} {code[6:]}")


def _blank_groups(match: Match) -> str | None:
    """Say "1300 555 019" and "0800 83 83 83" where a word before says that it is a number."""
    num_digits, num_groups = len(match[0].replace(" ", "")), match[0].count(" ") + 1
    is_one = num_digits >= 7 and (num_groups > 2 or match[0].startswith("0"))
    return _groups(match) if is_one and not is_after(match, _COUNTED) else None


_JOINED = re.compile(r"(?<!\w)(?:and|or|on|to),? \Z")
_PHONES = re.compile(
    r"\d{4}|\b(?i:call\w*|dial\w*|ext\w*|reach\w*|transfer\w*|phones?|lines?|desks?|offices?|ring"
    r"|ask for|number|connect\w*|switch\w*|forward\w*|put \w+ through)\b"
)
"""What is near an x that stands for an extension; "x1 and x2" may be anything."""


def _reached(match: Match) -> str | None:
    if match[0][0] == "x" and is_before(match, _JOINED) and not is_near(match, _PHONES):
        return None
    return _extension(match)


def _extension(match: Match) -> str:
    large = match[0].lstrip(", ").startswith("E")
    digits = match["digits"]
    is_count = len(digits) < 3 and match[0].lstrip(", ")[0] == "x" and digits[0] != "0"
    said = numbers.cardinal(int(digits)) if is_count else numbers.digits(digits)
    return f"{'E' if large else 'e'}xtension {said}"


def _hotline(match: Match) -> str | None:
    """Say "the crisis line is 988" and "211, day or night"."""
    is_told = is_before(match, _HOTLINE) or is_after(match, _STAFFED)
    return numbers.digits(match[0]) if is_told else None


def _vanity(match: Match) -> str:
    """Say the words of "1-800-GO-U-HAUL" as words."""
    head, rest = match["head"], match["rest"]
    said = [part if part.isalpha() else numbers.digits(part) for part in _VANITY.findall(rest)]
    return f"{numbers.phone(head)}, {' '.join(said)}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a telephone number."""
    make = FormMaker("telephone")
    area = r"(?:\(\d{3}\)[ -]?|\d{3}[-. /])"
    return (
        make(rf"(?:\+?1[-. ]?(?=[ (\d]))?{area}\d{{3}}[-. ]\d{{4}}{_END}", _phone),
        make(r"\d{3}[-.]\d{3}[-.]\d{4}(?:-\d+)(?![\w-])", _phone),
        make(
            rf"\+(?!1[-. ]?\d{{10}})(?!1\.)\d{{1,3}}"
            rf"(?:(?: \(0\) ?\d{{1,5}}|[- .]?\(?\d{{1,5}}\)?)(?:[- .]\d{{2,6}}){{1,5}}"
            rf"|[- .]\d{{6,10}}){_END}",
            _abroad,
        ),
        make(rf"\+1[- ]?(?P<code>[2-9]\d{{9}}){_END}", _in_a_row),
        make(rf"\d{{3}}-\d{{4}}{_END}", _groups),
        make(rf"555\.\d{{4}}{_END}", lambda m: numbers.grouped_digits(m[0].replace(".", "-"))),
        make(
            rf"(?:[2-9]11|988){_END}(?=[.,?!;:]|$| (?:before|on|for|is|to|if|and|or|from|any\w*"
            r"|right|now|first|when|line|lifeline|hotline|operators?|crisis|dispatch\w*|call)\b)",
            _hotline,
            Sure.CUE,
        ),
        make(rf"\d{{3}} \d{{4}}{_END}", _groups, before=_SEVEN),
        make(rf"(?:555 \d{{4}}|\d{{3}} 0\d{{3}}){_END}", _groups, Sure.CUE),
        make(rf"\d{{2,5}}(?: \d{{2,5}}){{1,5}}{_END}", _blank_groups, before=_SEVEN),
        make(rf"\d{{3}}-\d{{2}}-\d{{4}}{_END}", _groups),
        make(
            rf"[2-9]11{_END}{NO_PLURAL}",
            lambda m: numbers.digits(m[0]),
            before=_CALLED,
        ),
        make(
            r"\d{2,3}-\d{3}(?![\w-])",
            lambda m: numbers.digits(m[0].replace("-", "")),
            before=cue(r"text (?:[A-Z]{2,}|[\"'][\w ]+[\"']) to|short code(?: is)?", " "),
        ),
        make(r"9-1-1\b", "nine one one"),
        make(r"911\b(?!-)", lambda m: "nine one one" if is_near(m, _EMERGENCY) else None),
        make(rf"988{_END}{NO_PLURAL}", lambda m: numbers.digits(m[0]), before=_CALLED),
        make(
            rf"\d{{5,6}}{_END}",
            lambda m: numbers.digits(m[0]),
            Sure.CUE,
            before=cue(r"text [A-Z]+ to|text|short code", " "),
        ),
        make(
            r"\*#(?P<digits>\d{2,6})#?(?!\w)",
            lambda m: (
                f"star pound {numbers.digits(m['digits'])}{' pound' if m[0][-1] == '#' else ''}"
            ),
        ),
        make(r"\*(?P<digits>\d{2,3})(?:#)?(?!\w)", _star, before=_PRESSED),
        make(r"#(?P<digits>\d{2,3})#?(?!\w)", _pound, before=_DIALLED),
        make(
            r"(?:x ?(?=\d{1,5}\b)|[Ee]xt(?:ension|\.)?[ ]?)(?P<digits>\d{1,6})(?!\w"
            r"|[.,-]\d| ?[=<>])",
            _reached,
            before=re.compile(
                r"(?:\d{4}|\)),? ?\Z|(?<!\w)(?i:call|dial|at|try|reach|ext|and|or|on"
                r"|to),? \Z"
            ),
        ),
        make(
            r"x(?P<digits>\d{2,6})(?!\w|[.,-]\d)",
            lambda m: numbers.digits(m["digits"]),
            before=cue(r"(?:extension|ext\.?)(?: number)?(?: is| was|'s)", " "),
        ),
        make(
            r"x(?P<digits>\d{3,5})(?!\w|[.,-]\d)",
            lambda m: f"extension {numbers.digits(m['digits'])}",
            before=re.compile(r"[A-Z]\w+,? \(?\Z"),
        ),
        make(r"[Ee]xt\.? ?(?P<digits>\d{1,6})(?!\w|[.,-]\d)", _extension),
        make(
            rf"1-8(?:00|88|77|66|55|44|33){_END}(?! (?:percent|people|feet|words|pages)\b)",
            _toll_free,
        ),
        make(
            r"(?P<head>1-8\d\d)-(?P<rest>(?:[A-Z]+|\d+)(?:-(?:[A-Z]+|\d+))*)(?<=[A-Z])(?![\w-])",
            _vanity,
        ),
    )


def _toll_free(match: Match) -> str:
    """Say "a 1-800 number"."""
    code = match[0][2:]
    return f"one {'eight hundred' if code == '800' else numbers.digits(code)}"


def _star(match: Match) -> str:
    return f"star {numbers.digits(match['digits'])}{' pound' if match[0].endswith('#') else ''}"


def _pound(match: Match) -> str:
    end = " pound" if match[0].endswith("#") else ""
    return f"pound {numbers.digits(match['digits'])}{end}"

"""Identifiers, by character, group or pair: "QX71B", "4821-0098", "F-150", "Room 305"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    END,
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    cue,
    is_before,
    is_near,
)
from datagen.text.lexicon import ELEMENTS, MONTHS, SET_CODES
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL
from datagen.text.words import is_word

TOLD = (
    "Capital letters and digits in one word; groups about hyphens; what is named before it"
    " (code, account,"
    " order, ending in). Rooms and forms are said by pairs, seats and gates as"
    " numbers."
)
EXAMPLES = (
    ("Your confirmation code is QX71B.", "Your confirmation code is Q X seven one B."),
    ("The card ending in 4821 was charged.", "The card ending in four eight two one was charged."),
    ("You're in seat 12A at gate C4.", "You're in seat twelve A at gate C four."),
    ("Come to Room 305.", "Come to Room three oh five."),
    ("HTTP 404 came up.", "HTTP four oh four came up."),
    ("Case #88213 is open.", "Case number eight eight two one three is open."),
)
_NAMED = (
    r"order|ticket|case|account|acct\.?|confirmation|reference|ref\.?|invoice|claim"
    r"|member(?:ship)?|policy|tracking|routing"
    r"|serial|code|passcode|password|PIN|ID|OTP|ZIP|zip|SKU|SSN|VIN|PNR|extension|ext\.?|card"
    r"|check|cheque|check(?: number)?"
    r"|badge|license|permit|voucher|coupon|promo|booking|reservation|record|file|incident|docket"
    r"|prescription|rx|employee|(?-i:PO)"
    r"|student|customer|client|vendor|store|terminal|lot|batch|part|meter|EIN|DOB|NPI|IBAN"
    r"|chip|microchip|squawk|locker combo|combination|imei|P/N|S/N|p/n|s/n"
)
_DIGITS = cue(
    r"ending(?: in| with)?|ends(?: in| with| w/)?|starts with|begins with|last (?:four|4):"
    r"|(?:enter|type(?: in)?|key in|punch in|press)"
    r"|last (?:four|4|three|3)(?: digits)?(?: of (?:my|your"
    r"|the) [A-Za-z]+(?: [a-z]+){0,2}?)?(?: are| is)?"
    rf"|(?:{_NAMED})(?: (?:number|no\.?|code|ID|card|#))?(?:'s)?(?: (?:(?:is|was)(?: under)?|are"
    rf"|isn't|wasn't|ends|starts with|can't be|read|reads))?"
    r"|can't be|digits (?:are|is)|(?<=\d{4} )or|digit code(?: is)?",
    r"[:,]? [#\"']?",
)
_SHORT = cue(
    r"(?:security |access |gate |door |entry |verification |area |lock |one-time |zip "
    r"|promo )?(?:code|pin|passcode|otp|cvv|combination)"
    r"(?: number)?(?:'s)?(?: (?:is|was|isn't))?",
    r":? ",
)
_NUMBERED = cue(r"(?:[a-z]{3,}|[A-Z][a-z]{2,}),? (?:number|no\.)(?: is| was)?", ":? #?")
_PAIRED = cue(
    r"suite|ste\.?|apartment|apt\.?|room|rm\.?|unit|route|rte\.?|highway|hwy\.?|interstate"
    r"|flight|form|gate|exit|channel|locker"
    r"|FM|CR|loop|county road|U\.S\.|mile marker|box(?: is| number)?|boeing|airbus|train"
    r"|section|sec\.?|bus|(?:train"
    r"|bus)(?: number)?|error|http|status(?: code)?|line|bay|dorm|cabin|us|sr|state road|rtx"
    r"|gtx|BWV|op\.|opus|spot|space|stall|slip|pier|dock|booth|stand|desk|aisle|cubicle|kiosk|campsite"
    r"|berth|villa|hymns?|(?-i:Studio)|§+",
    r" ?#?",
)
_CARD = cue(
    r"(?:visa|mastercard|amex|discover|card|checking|savings|debit|credit|account|acct\.?)"
    r"(?: is|'s| was)?|(?:ending|ends|ended)(?: in| with)?"
    r"|last (?:four|4)(?: digits)?(?: are| is)?",
    r"[,:]? ",
)
_CODED = re.compile(r"\b(?:[Cc]odes?|PIN|pin|OTP|passcode|confirmation|verification)\b")
_IDENTIFIED = re.compile(
    r"\b(?:codes?|errors?|orders?|tickets?|cases?|confirmation|ref\w*|numbers?|IDs?|gates?|seats?|rooms?|units?"
    r"|parts?|items?|SKU|lockers?|bays?|stalls?|plates?|lots?|flights?|accounts?|invoices?|claims?|apartments?"
    r"|apt|suite|ste|faults?|building|spot|space|desk|form|section|serial|batch|zone|license)\b|#",
    re.IGNORECASE,
)
_LODGED = re.compile(
    r"\b(?:A/C|AC|air conditioning|guests?|tenants?|housekeeping|rooms?|toilet|faucet|thermostat"
    r"|towels|sink|shower|leak\w*|maintenance|front desk|upstairs|neighbors?|hotel|heater)\b"
)
_MIGRATED = re.compile(
    r"\b(?:USCIS|visas?|petitions?|green card|immigra\w+|citizen\w*|naturaliz\w+|consulate|embassy"
    r"|passport|fil(?:e|ed|ing|led)|fill\w*|forms?|affidavit|sponsor\w*|H-1B|adjustment)\b"
)
_NETWORK = cue(r"wi-?fi(?: password)?(?:'s| is|:)?|network(?:'s| is)|log ?in(?:'s| is)", " ")
_SEATED = re.compile(r"\b(?:[Ss]eat\w*|[Rr]ows?|together|aisle|window|wing|cabin|sit\w*)\b")
_READ_BACK = cue(
    "is|was|it's|that's|it is|that is|was that|(?:that|it) back|as|said|say|have|got|heard|read"
    "|for|or|and|not|yes|no",
    "[,:]? ",
)


def _spelled(match: Match) -> str:
    """Say a code by character, but a number of two figures as one: "B12", "12A", "TI-84"."""
    model = re.fullmatch(r"([A-Z]{2,4})-?([1-9]\d)", match[0])
    if model and match[0] != match.string and not is_before(match, _DIGITS):
        return f"{' '.join(model[1])} {numbers.cardinal(int(model[2]))}"
    return say(match[0])


def say(code: str) -> str:
    """Say a code of capitals and digits."""
    short = re.fullmatch(
        r"(\d{1,2})-?([A-Z])|([A-Z])-?([1-9]\d?)|([A-Z]{2,5})-([1-9])|([A-Z])-(\d)([A-Z])", code
    )
    if code in ("K-1", "K-2", "K-3", "K-4", "K-5", "K-6", "K-8", "K-12"):
        return f"K through {numbers.decimal(code[2:])}"
    if not short:
        return numbers.letters_and_digits(code)
    parts = (part for part in short.groups() if part)
    return " ".join(numbers.decimal(part) if part.isdecimal() else " ".join(part) for part in parts)


def _lettered_three(match: Match) -> str | None:
    """Refuse "a C300", but for what is named as a code or read back, or a text of its own."""
    is_code = (
        match[0] == match.string or is_near(match, _IDENTIFIED) or is_before(match, _READ_BACK)
    )
    return None if is_code else "it may be a code or a model"


def _digits(match: Match) -> str:
    return numbers.digits(match[0])


def _groups(match: Match) -> str:
    return numbers.grouped_digits(match[0])


def _many_groups(match: Match) -> str | None:
    """Say "4471-20-118" by digit; of "52-18-140" nobody knows whether it is a code or a size."""
    is_code = len(match[0].replace("-", "")) > 7 or is_near(match, _IDENTIFIED)
    return _groups(match) if is_code else None


def _pairs(match: Match) -> str:
    return numbers.pairs(int(match["number"]))


def _door(match: Match) -> str | None:
    """Say "Room 3-117"; "Line 10-15" may be a range."""
    if len(match["rest"]) < 3 and int(match["number"]) < int(match["rest"]):
        raise Unsayable(match[0], "it may be a code or a range")
    return f"{numbers.cardinal(int(match['number']))}, {numbers.pairs(int(match['rest']))}"


def _padded(part: str) -> str:
    return numbers.digits(part) if part[0] == "0" else numbers.cardinal(int(part))


def _plural(match: Match) -> str:
    """Say "MP3s" and "W-2s"."""
    many = quantity.several(numbers.cardinal(int(match["number"])))
    return f"{' '.join(match['letters'])} {many}"


def _named(match: Match) -> str | None:
    """Say "iPhone15", "COVID-19", "SAVE20": a word, then a number."""
    word, number = match["word"], match["number"]
    if len(word) < 3 or not is_word(word) or (word.isupper() and not re.search("[AEIOUY]", word)):
        return None
    if word.lower() in ("noon", "midnight") or match[0] in SET_CODES:
        return None
    if len(number) == 4 and number[:2] in ("18", "19", "20") and "-" in match[0]:
        return f"{MONTHS.get(word, word)} {numbers.year(int(number))}"
    is_secret = is_before(match, _DIGITS) or is_before(match, _NETWORK)
    if is_secret and match.string[match.end() : match.end() + 1] in ("!", "?"):
        raise Unsayable(match[0], "the mark at its end may be a part of it")
    if len(number) == 3 and word.capitalize() in ELEMENTS:
        return f"{word} {numbers.pairs(int(number))}"
    if len(number) == 3 and "-" in match[0] and not number.endswith("00"):
        raise Unsayable(match[0], "its number may be said whole, by digit or by pair")
    said = (
        numbers.digits(number)
        if number[0] == "0" or len(number) > 3
        else numbers.cardinal(int(number))
    )
    return f"{word} {said}"


def _numbers(match: Match) -> str:
    """Say several of a numbered thing: "two #4s"."""
    return f"number {quantity.several(numbers.cardinal(int(match['number'])))}"


def _hexadecimal(match: Match) -> str:
    return "zero x " + numbers.letters_and_digits(match["digits"])


def _mixed(match: Match) -> str | None:
    """Say a code with small letters by character, where something names it as one."""
    if re.fullmatch(r"[A-Z]?[a-z]{3,}[1-9]\d{0,3}", match[0]):
        return None
    return numbers.letters_and_digits(match[0]) if re.search(r"\d", match[0]) else None


def _masked(match: Match) -> str:
    """Say "xxxx-1234" or "****1234"."""
    masks = " ".join("x" for _ in match["mask"])
    return f"{masks}, {numbers.digits(match['digits'])}"


def _masked_four(match: Match) -> str:
    """Say the "-1234" or "*1234" of a card."""
    return numbers.digits(match["digits"])


def _form(match: Match) -> str:
    return numbers.pairs(int(match[1])) + (f" {match[2]}" if match[2] else "")


def _blank_groups(match: Match) -> str | None:
    """Say groups between blanks: a card number, or what a word before names."""
    is_card = len(re.findall(r"\d{4}", match[0])) > 2
    return (
        _groups(match) if is_card or is_before(match, _DIGITS) or is_before(match, _SHORT) else None
    )


def _long_groups(match: Match) -> str | None:
    """Say three or more groups between blanks that are no thousands: "020 7946 0018"."""
    parts = match[0].split(" ")
    is_code = len("".join(parts)) > 6 and any(len(part) > 2 or part[0] == "0" for part in parts)
    return _groups(match) if is_code else None


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write an identifier."""
    make = FormMaker("code")
    upper = (
        r"(?!\d+X (?:as|better|bigger|cheaper|faster|higher|less|longer|more|slower|the|worse)\b)"
        r"(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w@&+^²³]|-\w|[./:]\w|'\d)"
    )
    return (
        make(upper, _spelled, Sure.USUAL),
        make(
            r"(?!ID )[A-Z0-9]{2,}(?: [A-Z0-9]{2,}){1,7}\b(?![\w-])",
            _blank_code,
            Sure.CUE,
            before=_DIGITS,
        ),
        make(rf"\d{{3,}}{END}{NO_PLURAL}", _digits, before=_DIGITS),
        make(rf"\d{{2,}}{END}{NO_PLURAL}", _digits, before=_SHORT),
        make(rf"\d{{4,}}{END}{NO_PLURAL}", _digits, before=_NUMBERED),
        make(rf"\d{{2,}}(?: \d{{2,}}){{1,7}}{END}", _blank_groups),
        make(rf"\d{{2,}}(?: \d{{2,}}){{2,7}}{END}", _long_groups, Sure.GUESS),
        make(
            rf"\d{{3}} \d{{3}}{END}(?=[.,?!]|$)",
            lambda m: _groups(m) if is_near(m, _CODED) else None,
            Sure.CUE,
        ),
        make(
            r"(?!(?:19|20)\d\d-\d\d-\d\d(?!\d))\d{2,}(?:-\d{2,}){2,}(?![\w-]|[.,]\d)",
            _many_groups,
            Sure.GUESS,
        ),
        make(r"(?:\d{1,6}-)+\d+(?![\w-]|[.,]\d)", _groups, Sure.CUE, before=_DIGITS),
        make(
            r"(?:\d{2}-0\d+|\d{1,4}-\d{5,}|\d{4,}-\d{2,}|0\d*-\d{2,}|\d\d-\d{3,4}"
            r"|\d-\d{4})(?![\w%-]|[.,]\d)",
            _groups,
            Sure.GUESS,
        ),
        make(rf"\d{{5}}-\d{{4}}{END}", _groups),
        make(
            r"\d{1,2}-\d{1,2}-\d{1,2}(?![\w-])",
            lambda m: ", ".join(_padded(part) for part in m[0].split("-")),
            before=cue(r"(?:locker|lock|combo|combination|safe)(?: code)?(?:'s| is|:)?", " "),
        ),
        make(
            rf"(?P<number>[1-9]\d{{2,3}}){END}(?! (?:feet|people|miles|minutes|hours|dollars)\b)",
            _pairs,
            before=_PAIRED,
        ),
        make(
            r"(?P<number>[1-9]\d{2,3})-?(?P<letter>[A-Z])(?![\w-])",
            lambda m: f"{_pairs(m)} {m['letter']}",
            before=_PAIRED,
        ),
        make(
            rf"(?P<number>\d{{1,2}})-(?P<rest>[1-9]\d{{1,3}}){END}", _door, Sure.CUE, before=_PAIRED
        ),
        make(r"(?P<letters>[A-Z]{1,3})-?(?P<number>\d{1,2})s\b(?!-)", _plural, Sure.CUE),
        make(
            r"(?P<row>[1-9]\d?)(?P<first>[A-K])-(?P<last>[A-K])(?![\w-])",
            lambda m: (
                f"{numbers.cardinal(int(m['row']))} {m['first']} to {m['last']}"
                if m["first"] < m["last"] and is_near(m, _SEATED, 64, 48)
                else None
            ),
        ),
        make(
            r"(?P<court>\d):(?P<year>\d\d)-(?P<kind>cv|cr|mc|bk)-(?P<number>\d{3,6})(?![\w-]\w|\w)",
            lambda m: (
                f"{numbers.digits(m['court'])}, {numbers.cardinal(int(m['year']))},"
                f" {' '.join(m['kind'].upper())}, {numbers.digits(m['number'])}"
            ),
        ),
        make(
            r"(?:[*x\u2022X]{2,4}[ -]){2,3}(?P<digits>\d{4})(?!\w)",
            lambda m: f"ending in {numbers.digits(m['digits'])}",
        ),
        make(
            r"(?<![\w-])(?P<word>(?:[A-Z][a-z]+|[a-z]+)"
            r"(?:[A-Z][a-z]+)*)-?(?P<number>\d{1,4})(?![\w-]|[.,:/]\d)",
            _named,
            Sure.USUAL,
        ),
        make(
            r"(?P<word>[A-Z]{3,})-(?P<number>\d{1,3})(?![\w-]|[.,:/]\d)",
            _named,
            Sure.CUE,
            before=cue("code|coupon|promo|voucher|use", " "),
        ),
        make(
            r"(?P<word>(?=[A-Z]*[AEIOU])[A-Z]{4,})(?P<number>[1-9]\d?)(?![\w-])",
            _named,
            Sure.CUE,
            before=cue(
                r"(?:promo|coupon|discount|voucher)(?: code)?(?: is|'s)?|the coupon|use code"
                r"|code(?: is|'s)?",
                ":? ",
            ),
        ),
        make(
            r"[A-Z]{1,3}-\d{1,4}(?![\w-]|[.,:/]\d)",
            _spelled,
            before=cue(r"(?:error|fault|trouble|status)(?: codes?)?(?: is| was| of)?", ":? #?"),
        ),
        make(
            r"\d-\d-\d(?=, \d-\d)|\d-\d-\d(?:-\d)*(?![\w-])(?<!-\d\d)",
            lambda m: _groups(m) if m.end() < len(m.string) and m.string[m.end()] == "," else None,
            Sure.CUE,
        ),
        make(r"\d(?:-\d){2,3}(?![\w-]|[.,]\d)", _groups, before=re.compile(r"\d-\d, \Z")),
        make(r"\d(?:-\d){3,}(?![\w-]|[.,:/]\d)", _groups, Sure.USUAL),
        make(r"0b(?P<digits>[01]+)(?!\w)", lambda m: f"zero b {numbers.digits(m['digits'])}"),
        make(r"0x(?P<digits>[0-9A-Fa-f]+)(?!\w)", _hexadecimal),
        make(
            r"(?=\w*[A-Za-z])\w+(?:[-]\w+)*(?![\w@-]|[./:]\w)", _mixed, Sure.USUAL, before=_DIGITS
        ),
        make(r"[*-](?P<digits>\d{4})(?!\w|[.,-]\d)", _masked_four, before=_CARD),
        make(r"(1099|1098|1040)s\b", lambda m: f"{numbers.pairs(int(m[1]))}s"),
        make(r"(?P<mask>x{2,}|X{4,}|[*•]{2,})[- ]?(?P<digits>\d{2,})(?!\w)", _masked),
        make(rf"(1099|1098|1095|1040)(?:-([A-Z]+))?(?![\w,.-]\d|\w){NO_PLURAL}", _form),
        make(
            r"97[89](?:-\d+){4}(?![\w-])|97[89]-?\d{10}(?!\w)",
            _groups,
            before=cue("ISBN(?:-13)?(?: is| number| no\\.?)?", "[:#]? "),
        ),
        make(
            r"(?![MTWRFS](?:-[MTWRFS])+(?!-))[A-Z](?:-[A-Z]){2,}(?![\w-])",
            lambda m: m[0].replace("-", " "),
        ),
        make(
            r"\*(?P<digits>\d{3,6})(?P<pound>#?)(?!\w)",
            lambda m: f"star {numbers.digits(m['digits'])}{' pound' if m['pound'] else ''}",
            before=cue("(?:code|pin|PIN|combo)(?: is|'s|:)?", " "),
        ),
        make(r"#(?P<number>\d{1,2})s\b", _numbers),
        make(
            r"(?P<word>[A-Z][a-z]{3,})-(?P<number>\d)s(?![\w-])",
            lambda m: f"{m['word']} {numbers.cardinal(int(m['number']))}s",
        ),
        make(
            r"[A-Z][1-9]\d\d(?![\w-]|[./:]\d)",
            _lettered_three,
            Sure.DOUBT,
        ),
        make(r"\d{6}-?\d(?![\w-]|[.,]\d)", _groups, before=re.compile(r"\b[A-Z]{3}[UJZ] \Z")),
        make(
            r"[1-9]\d\d(?=[.,?!]|$| (?:is|has|was|wants|needs|called|keeps|said|says|just|and|again"
            r"|asked|asking|reported|complained|won't|doesn't)\b)",
            lambda m: numbers.pairs(int(m[0])) if is_near(m, _LODGED) else None,
            Sure.CUE,
            before=cue("in", " "),
        ),
        make(
            r"(?P<letters>I|N|DS|G|AR)-(?P<number>[1-9]\d{1,2})(?P<end>A?)(?![\w-]|[.,:/]\d)",
            lambda m: (
                f"{' '.join(m['letters'])} {numbers.pairs(int(m['number']))} {m['end']}".rstrip()
                if is_near(m, _MIGRATED)
                else None
            ),
        ),
        make(rf"(?<=#)\d{{4}}{END}", _digits),
        make.words(SET_CODES, r"(?![\w/-]|[.,]\d)", before=r"(?<!\w-)"),
        make(r"30-06(?![\w-])", "thirty aught six"),
        make(
            r"T-(?P<number>\d{1,3})(?= (?:minutes|min\b|hours|hrs?\b|days|seconds|sec\b"
            r"|and counting))",
            lambda m: f"T minus {numbers.cardinal(int(m['number']))}",
        ),
        make(r"401\(?k\)?(?!\w)", "four oh one k", before=re.compile(r"\b[a-z]+-\Z")),
    )


def _blank_code(match: Match) -> str | None:
    """Say "XQJ 208" by group, where a word names it and it has a digit."""
    if not re.search(r"\d", match[0]):
        return None
    return ", ".join(numbers.letters_and_digits(group) for group in match[0].split(" "))

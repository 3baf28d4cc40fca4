"""Models that are sold by letters and figures: "XR-500i", "Pixel 7a", "HP 8025", "two Ns"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, Unsayable, cue, is_after, is_near
from datagen.text.locales import Locale
from datagen.text.nouns import PLURAL

TOLD = (
    "Capitals and figures that end in a small letter; a figure and a small letter after a name that"
    " is sold; the name of a maker before three or four figures; the three numbers of a tire; names"
    " that have a number."
)
EXAMPLES = (
    ("My XR-500i stopped.", "My X R, five hundred I stopped."),
    ("Trade in the Pixel 7a.", "Trade in the Pixel seven A."),
    ("I need 225/65R17 tires.", "I need two twenty-five, sixty-five, R seventeen tires."),
    ("It's an HP 8025.", "It's an HP eighty twenty-five."),
)
_MAKERS = (
    r"HP|TI|RTX|GTX|IBM|ATI|BMW|Peugeot|Volvo|Boeing|Airbus|Cessna|Canon|Epson|Brother|Nokia|Bose"
    r"|Dremel|Nikon|Fiat|Mazda|Ferrari"
)
_SOLD = re.compile(r"\b(?:Pixel|iPhone|Galaxy|OnePlus|Nothing Phone|Moto|Nexus|Redmi) \Z")
_NETWORK = re.compile(
    r"\b(?:phones?|networks?|signal|coverage|towers?|internet|router|modem|LTE|carrier|bars)\b"
)
_FLOWN = re.compile(
    r"\b(?:Airbus|fl[iye]\w*|plane|jet|aircraft|seats?|crew|pilots?|cabin|aboard)\b", re.I
)
_SAVED = re.compile(
    r"\b(?:college|tuition|accounts?|under my|under (?:his|her|your)|beneficiar\w+|contribut\w+"
    r"|withdr\w+|savings|save|saving|grand\w+|education|kids?|sons?|daughters?|rollover|Roth|IRA|fund|401)\b"
)
_WINDOWS = re.compile(r"\b(?:Windows|versions?|builds?|updates?)\b")
_PRINTS = re.compile(
    r"\b(?:printers?|LaserJet|OfficeJet|HP|Brother|Canon|Epson|toner|scanner|Xerox|Lexmark)\b"
)
_PAINTED = re.compile(
    r"\b(?:paint\w*|colou?rs?|eggshell|satin|gallons?|gals?|trim|walls?|coats?|primer)\b"
)
_COUNTED = re.compile(PLURAL)
_SEVERAL = cue("one|two|three|four|five|double|triple|with|of|all|the|no|more", " ")


def _model(match: Match) -> str:
    number = match["number"]
    is_round = len(number) == 3 and number.endswith("00")
    said = numbers.cardinal(int(number)) if is_round or len(number) < 3 else numbers.digits(number)
    joint = ", " if len(number) > 2 else " "
    return f"{' '.join(match['letters'])}{joint}{said} {match['end'].upper()}"


def _printer(match: Match) -> str:
    """Say "M404dn"."""
    letters, number = " ".join(match["letters"]), numbers.pairs(int(match["number"]))
    return f"{letters} {number} {' '.join(match['end'].upper())}"


def _million(match: Match) -> str | None:
    """Refuse "5M": five million, five meters or the name of something."""
    if match["number"] == "3":
        return "three M"
    if is_after(match, _COUNTED):
        return None
    raise Unsayable(match[0], "it may be million, meters or a name")


def _tire(match: Match) -> str:
    """Say "225/65R17" as it is read off the side of a tire."""
    width, ratio, rim = (numbers.pairs(int(match[part])) for part in ("width", "ratio", "rim"))
    letters = "".join(letter for letter in match[0].split(" ")[0] if letter.isupper())
    before = " ".join(letters.rstrip("ZR")) + " " if letters.rstrip("ZR") else ""
    said = f"{before}{width}, {ratio}, {' '.join('ZR' if 'Z' in letters else 'R')} {rim}"
    if not match["load"]:
        return f"{said}{match['many'] or ''}"
    return f"{said}, {numbers.pairs(int(match['load']))} {match['speed']}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a model."""
    make = FormMaker("product")
    return (
        make(
            r"(?P<generation>[2-6])[gG](?= (?:bands?|networks?|phones?|towers?|signal|internet"
            r"|coverage|service|modems?|routers?|wifi|wi-fi)\b)",
            lambda m: f"{numbers.cardinal(int(m['generation']))} G",
        ),
        make(
            r"(?:P|LT)?(?P<width>[1-3]\d5)/(?P<ratio>[2-9][05])(?:[Z]?R|-)(?P<rim>[12]\d)"
            r"(?: (?P<load>[6-9]\d|1[0-3]\d)(?P<speed>[HQRSTVWY])|(?P<many>s))?(?![\w/-])",
            _tire,
        ),
        make(
            r"(?P<letters>[A-Z]{1,2})-(?P<number>[1-9]\d)(?![\w-]|[.,/:]\d)",
            lambda m: f"{' '.join(m['letters'])} {numbers.cardinal(int(m['number']))}",
            before=cue("(?:badge|unit|gate|bay|dock|pier|hangar)(?: number| is|'s)?", " #?"),
        ),
        make(
            r"(?!R-?[1-5]\d\d[a-f])(?P<letters>[A-Z]{1,4})-?(?P<number>[1-9]\d{1,3})"
            r"(?P<end>[abcdefiknr])(?![\w-])",
            _model,
        ),
        make(
            r"(?P<number>\d{1,2})(?P<end>[ae])(?![\w-])",
            lambda m: f"{numbers.cardinal(int(m['number']))} {m['end'].upper()}",
            before=_SOLD,
        ),
        make(
            r"(?P<number>[2-6])g(?![\w-])",
            lambda m: f"{numbers.cardinal(int(m['number']))} G" if is_near(m, _NETWORK) else None,
            Sure.CUE,
        ),
        make(
            r"(?P<number>[1-9]\d{2,3})(?![\w%]|[.,/:-]\d)(?=[.,?!]|$| (?:printer|laptop|scanner"
            r"|router"
            r"|is|was|with|and|in|for|shows?|keeps?|has|jet|to|from|headphones)\b)",
            lambda m: numbers.pairs(int(m["number"])),
            Sure.CUE,
            before=re.compile(
                rf"\b(?:an?|my|the|our|your|his|her|this|that|old|new) (?:{_MAKERS}) \Z"
            ),
        ),
        make(
            r"(?P<letter>[B-DF-HJ-NP-TV-Z])s(?![\w'-])",
            lambda m: f"{m['letter']}'s",
            before=_SEVERAL,
        ),
        make(
            r"(?P<letter>[A-Z])(?P<number>[1-9]\d?)\+(?![\w+]| ?[A-Z\d=(])",
            lambda m: f"{m['letter']} {numbers.decimal(m['number'])} plus",
            Sure.USUAL,
        ),
        make(r"(?P<number>\d{1,3})M(?![\w&@/-]|\.\w)", _million, Sure.CUE),
        make(
            r"A(?P<number>3[0-5]0|31[89]|32[01])(?![\w-])",
            lambda m: f"A {numbers.pairs(int(m['number']))}" if is_near(m, _FLOWN) else None,
        ),
        make(
            r"(?P<cold>\d{1,2})W-?(?P<hot>[1-6]\d)(?![\w-])",
            lambda m: f"{numbers.decimal(m['cold'])} W {numbers.decimal(m['hot'])}",
        ),
        make(
            r"(?P<maker>SW|BM|PPG)(?P<joint> |-)(?P<number>\d{4})(?![\w-])",
            lambda m: (
                f"{' '.join(m['maker'])} {numbers.pairs(int(m['number']))}"
                if is_near(m, _PAINTED)
                else None
            ),
        ),
        make(
            r"(?P<number>[1-3]500)(?:HD)?(?![\w-]|[.,]\d)",
            lambda m: numbers.pairs(int(m["number"])) + (" H D" if m[0][-1] == "D" else ""),
            before=cue("Silverado|Ram|Sierra|Express|Savana|Suburban|Yukon|Chevy|GMC|Dodge", " "),
        ),
        make(
            r"TY ?(?P<year>20\d\d)(?![\w-])", lambda m: f"tax year {numbers.year(int(m['year']))}"
        ),
        make(r"451\b", "four fifty-one", before=re.compile(r"\bFahrenheit \Z")),
        make(
            r"A(?P<number>319|320|321|330)neo(?!\w)",
            lambda m: f"A {numbers.pairs(int(m['number']))} neo",
        ),
        make(r"365\b", "three sixty-five", before=cue("Office|Microsoft|Outlook|Windows", " ")),
        make(r"529(?= (?:plan|college|account|grew|balance|fund|savings))", "five twenty-nine"),
        make(
            r"529(?=[.,?!]|$| (?:is|was|has|to|for|and|or|in|money)\b)",
            "five twenty-nine",
            before=cue("my|our|his|her|their|the kids'|college", " "),
        ),
        make(
            r"529s?\b(?!-)",
            lambda m: f"five twenty-nine{m[0][3:]}" if is_near(m, _SAVED) else None,
            Sure.CUE,
            before=cue("the|a|an|this|that|your|my|our|his|her|their|into|for|kids'|old", " "),
        ),
        make(
            r"(?P<year>[12]\d)H(?P<half>[12])(?![\w-])",
            lambda m: (
                f"{numbers.cardinal(int(m['year']))} H {numbers.cardinal(int(m['half']))}"
                if is_near(m, _WINDOWS)
                else None
            ),
            Sure.CUE,
        ),
        make(
            r"(?P<letters>[A-Z]{1,4})-?(?P<number>[1-9]\d{1,3})(?P<end>[cdfn]{1,2}[dnw]w?)(?![\w-])",
            lambda m: _printer(m) if is_near(m, _PRINTS) else None,
        ),
        make(r"i(?P<number>[3579])\b(?![-.]\w)", lambda m: f"i {numbers.decimal(m['number'])}"),
    )

"""Days and months: "May 9, 2026", "4/12", "2026-11-22", "16 July", "08/2027"."""

from __future__ import annotations

import re
from calendar import monthrange

from datagen.text import numbers
from datagen.text.classes.rating import is_rating
from datagen.text.form import (
    DOT,
    END,
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
from datagen.text.lexicon import MONTH_NAMES, MONTHS_ANY_CASE
from datagen.text.locales import Locale

TOLD = (
    'The name of a month; three numbers that can be a day; "on", "by", "due" before two. en-GB has'
    " the day first."
)
EXAMPLES = (
    ("The hearing is May 9, 2026.", "The hearing is May ninth, twenty twenty-six."),
    ("Does 4/12 work for you?", "Does April twelfth work for you?"),
    (
        "The warranty ends on 2026-11-22.",
        "The warranty ends on November twenty-second, twenty twenty-six.",
    ),
    ("It expires 08/2027.", "It expires August twenty twenty-seven."),
)
_MONTH = any_of(MONTHS_ANY_CASE)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?!\d)"
YEAR = r"(?:1\d|20|21)\d\d"
_DATED = cue(
    r"on|on or about|by|until|till|before|after|since|from|through|thru|due|dated?(?: of|:)?"
    r"|starting|starts?|ends?|ending"
    r"|check(?:ing|s|ed)?[ -](?:in|out)(?: on)?|arriving|departing|returning|and out|stay(?:ing)?"
    r"|effective|arrives?|expires?|expired?|happened|posted|shipped|ships|delivered|arriving"
    r"|midnight|noon|begins?|beginning|week of|as of|(?:re)?filled|released|admitted"
    r"|discharged|vaccinated|picked up"
    r"|dropped off|signed|opened|mailed|faxed|visited|enrolled|placed|processed|approved|denied"
    r"|submitted|received|canceled|cancelled|renewed|updated|hired|tested|(?:bought|ordered"
    r"|got|returned|mailed|sent) (?:it|them|this)"
    r"|Thanksgiving|Christmas|Halloween|Easter|Hanukkah"
    r"|(?:New Year's|Labor|Memorial|Veterans|Christmas|Thanksgiving) (?:Day|Eve)"
    r"|for|come|comes|leave|leaves|leaving|return|returns|returning|depart|departs|see you"
    r"|tomorrow|today|yesterday|(?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day|mon|tues?|wed|thur?s?|fri|sat"
    r"|sun|birthday|dob|born|booked|scheduled|re:|opens?|closes?|COB|EOD|EDD(?:'s| is)?|resets?"
    r"|begins?|starts?|starting"
    r"|effective|renews?|is up|runs out|is over"
    r"|(?:moved|extended|pushed|changed|rescheduled|postponed|bumped) (?:to|from)"
    r"|(?:date|day|birth|appointment|appt|birthday|deadline|flight|visit|dob|meeting|hearing"
    r"|move|trip|wedding|checkout|check-in"
    r"|closing|concert|pickup|pick-up|drop-off|event|game"
    r"|surgery|launch|release|party|show|exam|interview|delivery)(?: is|'s|:|:? was)?",
    r"\.?[:,]? [(\"']?",
)
_NO_FRACTION = frozenset((11, 13, 14, 15, 17, 18, 19, 21, 22, 23, 26, 27, 28, 29, 31))
"""Days that nobody divides by."""
_WORKS = re.compile(
    r"(?:(?:,? (?:at|around|about|okay|ok|fine|good|or|and|via|but|when|because|then"
    r"|through|thru|meeting|flight"
    r"|statement|bill|payment|show|game)\b)|[.,?!;:)]|$)"
)
_SURELY = re.compile(
    r",? (?:works?\b|(?:or|and) \d{1,2}/\d{1,2} (?:of (?:next|this|last)|works?)|of (?:next|this"
    r"|last) |(?:(?:at|@|around|about|by|before|after) )?(?:\d{1,2}:\d\d"
    r"|\d{1,2} ?(?i:[ap])\.?(?i:m)\b|noon\b)"
    r"|deadline|shows?\b|concert|appointment|okay\b|available\b|pick-?up|drop-?off|delivery"
    r"|reservations?|flight"
    r"|due date|meeting|hearing|shipment|booking|class\b|orders?|statement|invoice|payment)"
)
_ON = cue(
    r"on|by|until|till|since|due|dated|filed|issued|installed|serviced|replaced|reported|posted"
    r"|born|expires|through|thru|open|closed|reopens?"
    r"|reopening|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tues?|weds?|thur?s?|fri|sat|sun",
    r"\.?,? ",
)
_NO_DAY = re.compile(
    r" (?:of (?!next|this|last)|inch|mile|cup|tea|table|acre|pound|ounce|yard|liter|gallon|hour"
    r"|full|empty|done|days?\b|way\b|price|scale|majority|tank|off\b|stars?\b|out\b)"
    r"|[-+=\u00d7%]| ?[-+=\u00d7%]"
)
_DOES = cue("i|you|we|they|he|she|it|who|that|this|and|to|people|or", " ")
_MARCHED = re.compile(r" (?:miles|people|times|minutes|hours|blocks|more|of)\b")
_COUNTED_THINGS = re.compile(r" (?:[a-z]{3,}(?<![siu])s|of|in|more|people)\b")
_NO_DATE = re.compile(r" (?:fertilizers?|triangles?|rule|split|plan|combo)\b")
_RECKONED = re.compile(
    r"\d/\d+ (?:minus|plus|times|divided by|[-+=] )|\b(?:numerator|denominator|fractions?"
    r"|[Rr]educe|[Ss]implif\w+)\b"
)
_SUBTRACTED = re.compile(
    r"\b(?:numerator|denominators?|fractions?|[Rr]educe|[Ss]implif\w+|[Ww]hat's|[Ww]hat is"
    r"|calculate"
    r"|[Cc]ompute|[Ss]ubtract\w*|equals?|lowest terms)\b| ="
)
_STATISTICS = re.compile(
    r"\b(?:KDA|K/D(?:/A)?|stat ?lines?|kills|deaths|rebounds|assists|triple-double|went off for"
    r"|slash line|fertili[sz]\w*|NPK|lawns?|tons? of|bags? of|soil)\b"
)
_DAYWORD = re.compile(
    r"\b(?:on|by|due|dated?|since|until|till|before|after|from|to|through|born|birthday|dob|DOB"
    r"|expir\w+|appointment|visit|day|start\w*|end\w*|effective|posted|filed|issued|scheduled"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_NO_THE = cue("the|The|THE|happy|this|next|last|every|our|a|an|my|your", " ")
_TIMED = re.compile(r" ?(?:[AaPp]\.?[Mm]\b|:\d|/\d)")
IN_YEAR = cue(
    r"Q[1-4]|in|since|between|and|to|of|by|until|till|before|after|from|during|year|years"
    r"|class of|spring|summer|fall|autumn|winter|early|late|mid|circa|ca\.|c\.|est\."
    r"|established|copyright|©|through|was|back in"
    rf"|the|a|an|my|your|our|his|her|their|{'|'.join(MONTH_NAMES)}"
)
"""What stands before a year."""
_EXPIRES = cue(
    r"exp\.?|expires(?: in)?|expiring|expir(?:ation|y)(?: date)?(?: is)?|(?:good |valid )?thru"
    r"|through"
)
_LICENSE = re.compile(r"\b(?:licen[cs]es?|registration|permits?|certificat\w+|tags?)\b", re.I)
_FOR_YEARS = re.compile(r"\b(?:warrant\w+|leases?|contracts?|covered)\b", re.I)
"""What lasts for years, so that "til 3/26" may end it in a year."""
_UNTIL = cue("until|till|til|through|thru|expires|exp|ends", " ")
_CARD = re.compile(r"\b(?:cards?|visa|mastercard|amex|debit|passport)\b", re.I)
_DATES = re.compile(
    r"\b(?:see|due|opens?|openings?|opened|clos\w+|appt|appointments?|mornings?|afternoons?"
    r"|evenings?|night|covers?|through|thru"
    r"|until|till?|starts?|started|starting|ends?|ended|deadline|expir\w+|birthday|born|turn\w*"
    r"|party|pick\w*|deliver\w*"
    r"|arriv\w+|depart\w+|trip|flights?|book\w*|schedul\w+|by|on|events?|game|class\w*|tests?"
    r"|exam|rent|bill\w*|charg\w+"
    r"|statement|paid|payments?|refill\w*|order\w*|ship\w*|mail\w*|sent|received|posted|dated?"
    r"|since|before|after|from|between"
    r"|week|weekend|month|today|tomorrow|reservation|check\w*[ -]?(?:in|out)|wedding|meeting"
    r"|visit\w*"
    r"|install\w*|sale|closing|move\w*"
    r"|cancel\w*|renew\w*|effective|last|next|Mon|Tue|Tues|Wed|Thu|Thurs|Fri|Sat|Sun|\w+day)\b",
    re.IGNORECASE,
)
"""What is near a day that is written as two numbers."""


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return MONTHS_ANY_CASE[written]


def _is_verb(match: Match) -> bool:
    """Tell whether a small "may" or "march" is none of the months: "we march 5 miles"."""
    if match["month"] in ("May", "March"):
        return not match.start() and is_after(match, _MARCHED)
    if match["month"] not in ("may", "march"):
        return False
    return is_before(match, _DOES) or is_after(match, _COUNTED_THINGS)


def _is_day(month: int, day: int) -> bool:
    """Tell whether some year has such a day."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def whole_year(written: str) -> int:
    """Return the year that two or four digits write: "98" is 1998, "27" is 2027."""
    if len(written) == 4:
        return int(written)
    return int(written) + (2000 if int(written) < 50 else 1900)


def _said_year(written: str) -> str:
    """Say a year; two digits that two centuries share are said as they stand."""
    if len(written) == 2 and 30 < int(written) < 50:
        return numbers.cardinal(int(written))
    return numbers.year(whole_year(written))


def padded(two_digits: str) -> str:
    """Say two digits of a year or card: "08" is "oh eight"."""
    said = numbers.cardinal(int(two_digits))
    return f"oh {said}" if two_digits[0] == "0" else said


_CLOCKED = re.compile(r" (?:[01]?\d|2[0-3])(?::[0-5]\d|(?: ?[ap]\.?m\b))", re.IGNORECASE)
OF_WHAT = (
    r" (?:of (?!next|this|last)|inch|mile|cup|teaspoon|tablespoon|acre|pound|ounce|yard|liter"
    r"|gallon|full|empty|done|majority|tank)"
)
_PARTS = re.compile(rf"(?: (?:to|and|or|through) \d\d?/\d\d?)?{OF_WHAT}")
"""What follows parts of something: "between 1/3 and 1/2 of it"."""


def _paused(match: Match, said: str | None) -> str | None:
    """Put a comma between a year and a time behind it."""
    return f"{said}," if said and match["year"] and is_after(match, _CLOCKED) else said


class _Dates:
    """Says dates as a locale does."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    def day(self, month: int, day: int, year: str | None = None) -> str | None:
        """Say a day; None if there is no such day."""
        if not _is_day(month, day):
            return None
        said = self._locale.date.format(month=numbers.MONTHS[month - 1], day=numbers.ordinal(day))
        return f"{said}, {_said_year(year)}" if year else said

    def named(self, match: Match) -> str | None:
        """Say "May 9, 2026"."""
        if (is_after(match, _TIMED) and not match["year"]) or _is_verb(match):
            return None
        said = self.day(_month(match["month"]), int(match["day"]), match["year"])
        if said is None:
            raise Unsayable(match[0], "there is no such day")
        return _paused(match, said)

    def days(self, match: Match) -> str | None:
        """Say "June 5-7" or "May 5/6"."""
        first, last = int(match["first"]), int(match["last"])
        if is_after(match, _TIMED) or first >= last:
            return None
        said = self.day(_month(match["month"]), first)
        joint = "or" if match["joint"] == "/" else "to"
        year = f", {numbers.year(int(match['year']))}" if match["year"] else ""
        return said and f"{said} {joint} {numbers.ordinal(last)}{year}"

    def day_first(self, match: Match) -> str | None:
        """Say "16 July 1943"."""
        said = self.day(_month(match["month"]), int(match["day"]), match["year"])
        if said is None or not self._is_spoken_day_first(match):
            return _paused(match, said)
        month, day = numbers.MONTHS[_month(match["month"]) - 1], numbers.ordinal(int(match["day"]))
        year = f", {numbers.year(int(match['year']))}" if match["year"] else ""
        the = "" if match["the"] or is_before(match, _NO_THE) else "the "
        return _paused(match, f"{match['the'] or ''}{the}{day} of {month}{year}")

    def undated(self, match: Match) -> str | None:
        """Refuse "2/1" where no word near it dates something."""
        is_doubt = self.two(match) and not is_near(match, _DATES)
        return "it may be a date, a fraction or two numbers" if is_doubt else None

    def _is_spoken_day_first(self, match: Match) -> bool:
        return True

    def figures(self, match: Match) -> str | None:
        """Say three numbers, or two, in the order of the locale, or in the only one that can be."""
        first, second = int(match["first"]), int(match["second"])
        month, day = (second, first) if self._locale.is_day_first else (first, second)
        year = match["year"]
        is_sure = len(year or "") == 4
        said = self.day(month, day, year) or (self.day(day, month, year) if is_sure else None)
        return _paused(match, said)

    def three(self, match: Match) -> str | None:
        """Say "3/4/26"; hyphens about pairs of digits are a date only where one is meant."""
        if is_after(match, _NO_DATE) or is_near(match, _STATISTICS):
            return None
        said = self.figures(match)
        is_short = match[2] == "-" and len(match["year"]) == 2
        if said and is_short and not is_near(match, _DAYWORD, 48, 0):
            raise Unsayable(match[0], "it may be a date or a code")
        return said

    def sorted(self, match: Match) -> str | None:
        """Say a year, month and day."""
        said = self.day(int(match["month"]), int(match["day"]), match["year"])
        return _paused(match, said)

    def two(self, match: Match) -> str | None:
        """Say "4/12" where it can only be a day."""
        if is_rating(match) or is_after(match, _PARTS):
            return None
        first, second = int(match["first"]), int(match["second"])
        month, day = (second, first) if self._locale.is_day_first else (first, second)
        return self.day(month, day) if month != day or is_before(match, _DATED) else None

    def dated(self, match: Match) -> str | None:
        """Say "4/12" where a word before it, or after, says that it is a day."""
        is_dated = is_before(match, _DATED) and is_after(match, _WORKS)
        if is_near(match, _RECKONED):
            return None
        if int(match["second"]) > 23 and is_before(match, _UNTIL) and is_near(match, _FOR_YEARS):
            raise Unsayable(match[0], "it may be a day, or a month and a year")
        is_dated = is_dated or (is_before(match, _ON) and not is_after(match, _NO_DAY))
        return self.two(match) if is_dated or is_after(match, _SURELY) else None

    def both(self, match: Match) -> str | None:
        """Say "5/21 to 5/24" or "6/2 & 6/3", where they cannot be fractions or a date is meant."""
        pairs = [tuple(map(int, match[name].split("/"))) for name in ("one", "other")]
        parts = pairs if not self._locale.is_day_first else [pair[::-1] for pair in pairs]
        is_meant = is_before(match, _DATED) or any(day in _NO_FRACTION for _, day in parts)
        is_meant = is_meant and not is_rating(match) and not is_after(match, _PARTS)
        ends = [self.day(month, day) for month, day in parts]
        joint = {"&": "and", "and": "and", "or": "or"}.get(match["joint"], "to")
        return f"{ends[0]} {joint} {ends[1]}" if is_meant and None not in ends else None

    def span(self, match: Match) -> str | None:
        """Say "9/5-9/7" or "5/5-5/9/2025"."""
        if " " in match[0] and is_near(match, _SUBTRACTED):
            return None
        first, last = match["one"].split("/"), match["other"].split("/")
        ends = []
        for month, day in (first[:2], last[:2]):
            if self._locale.is_day_first:
                month, day = day, month
            ends.append(self.day(int(month), int(day)))
        if None in ends:
            return None
        years = [_said_year(end[2]) if len(end) > 2 else "" for end in (first, last)]
        said = [f"{end}, {year}" if year else end for end, year in zip(ends, years, strict=True)]
        return " to ".join(map(str, said))


def _month_year(match: Match) -> str | None:
    """Say the "08/27" of a card as two numbers and "08/2027" as a month."""
    month, year = int(match["month"]), match["year"]
    if not 1 <= month <= 12:
        return None
    if len(year) == 4:
        return f"{numbers.MONTHS[month - 1]} {numbers.year(int(year))}"
    if match["month"][0] != "0" and _is_day(month, int(year)) and not is_near(match, _CARD):
        if int(year) > 23 and is_near(match, _LICENSE):
            return f"{padded(match['month'])} {padded(year)}"
        return None  # an offer goes "through 9/15"
    return f"{padded(match['month'])} {padded(year)}"


def _named_year(match: Match) -> str:
    return f"{numbers.MONTHS[_month(match['month']) - 1]} {numbers.year(int(match['year']))}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a date."""
    make, dates = FormMaker("date"), _Dates(locale)
    two = rf"(?P<first>{_DAY})/(?P<second>{_DAY})(?P<year>)"
    named = rf"(?P<month>{_MONTH})\b\.?(?= |-|$)"
    year = rf"(?:,? (?P<year>{YEAR})\b(?![,.]\d|:\d))?"
    in_year = r"(?P<year>\d{4}|\d\d)(?![\w/.-]\w)(?!\w)"
    return (
        make(
            rf"{named}[ -](?P<day>{_DAY})(?:st|nd|rd|th)?(?:-(?P<year>{YEAR}))(?!\w|-\d)",
            dates.named,
        ),
        make(
            rf"{named}[ -](?P<day>{_DAY})(?:st|nd|rd|th)?\b{year}(?![/\d]|-\d|[.,]\d)", dates.named
        ),
        make(
            rf"{named} (?P<first>{_DAY})(?:st|nd|rd|th)? ?(?P<joint>[-/]) ?(?P<last>{_DAY})(?:st"
            rf"|nd|rd|th)?\b{year}"
            r"(?![/-]\d)",
            dates.days,
        ),
        make(rf"{named}'? ?(?P<year>{YEAR})\b(?![,.]\d|:\d)", lambda m: _named_year(m)),
        make(
            rf"(?:(?P<the>the ))?(?P<day>{_DAY})(?:st|nd|rd"
            rf"|th)? (?:of )?(?P<month>{_MONTH})\b{DOT}(?:,? (?P<year>{YEAR})\b)?"
            r"(?! \d)",
            dates.day_first,
        ),
        make(
            rf"(?P<year>{YEAR})([-/.])(?P<month>\d\d?)\2(?P<day>\d\d?)(?![\w/.-]\w)(?!\w)",
            dates.sorted,
        ),
        make(rf"(?P<first>\d\d?)([-/])(?P<second>\d\d?)\2{in_year}", dates.three),
        make(rf"(?P<first>\d\d?)\.(?P<second>\d\d?)\.(?P<year>\d{{4}}){END}", dates.figures),
        make(
            rf"(?P<first>\d\d?)\.(?P<second>\d\d?)\.(?P<year>\d\d){END}",
            dates.figures,
            Sure.CUE,
            before=_DATED,
        ),
        make(
            rf"(?P<first>{_DAY})/(?P<second>{_DAY})(?P<year>)(?![\w/%]|-\d|\.\d)",
            dates.dated,
            Sure.CUE,
        ),
        make(
            r"(?P<first>0[1-9]|1[0-2])/(?P<second>0[1-9])(?P<year>)(?![\w/%]|-\d|\.\d)",
            lambda m: dates.two(m) if not is_near(m, _CARD) else None,
            Sure.CUE,
        ),
        make(
            rf"(?P<first>{_DAY})/(?P<second>{_DAY})(?P<year>)(?![\w/%]|-\d|\.\d)",
            dates.two,
            Sure.GUESS,
        ),
        make(
            rf"(?P<first>{_DAY})/(?P<second>{_DAY})(?P<year>)(?![\w/%]|-\d|\.\d)",
            dates.undated,
            Sure.GUESS,
        ),
        make(
            r"(?P<one>\d\d?/\d\d?(?:/\d{2,4})?) ?- ?(?P<other>\d\d?/\d\d?(?:/\d{2,4})?)(?![\w/])",
            dates.span,
        ),
        make(
            r"(?P<month>0?[1-9]|1[0-2])/(?P<year>\d\d)(?![\w/]|\.\d)",
            _month_year,
            before=_EXPIRES,
        ),
        make(
            r"(?P<month>0[1-9]|1[0-2]|[1-9](?=/(?:19[3-9]|20[0-3])[1-9]))/"
            r"(?P<year>(?:19|20)\d\d)(?![\w/]|\.\d)",
            _month_year,
            Sure.CUE,
        ),
        make(
            r"(?P<month>[1-9])/(?P<year>(?:19|20)\d\d)(?![\w/]|\.\d)",
            _month_year,
            Sure.CUE,
            before=IN_YEAR,
        ),
        make(
            r"(?P<one>\d\d?/\d\d?) (?P<joint>to|through|thru|&|and|or) (?P<other>\d\d?/\d\d?)"
            r"(?![\w/%]|\.\d)",
            dates.both,
        ),
        make(
            rf"{two}(?![\w/%])",
            dates.two,
            Sure.CUE,
            before=re.compile(r"\b(?:on|[Dd]ue|by) (?:\d\d?/\d\d?,? (?:and |or |& )?)+\Z"),
        ),
        make(
            rf"{two}(?= (?:to|through|thru|and|until) \d\d?/\d)",
            dates.two,
            Sure.CUE,
            before=cue("from|between", " "),
        ),
        make(
            rf"{two}(?![\w/%])",
            dates.two,
            Sure.CUE,
            before=cue(r"(?:from|between) \d\d?/\d\d? (?:to|through|thru|and|until)", " "),
        ),
    )

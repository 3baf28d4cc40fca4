"""Times of day: "4:30 PM", "9-5 PM", "18:00", "0800 hours"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import (
    DOT,
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    cue,
    is_before,
    is_near,
)
from datagen.text.lexicon import DAY_LETTERS
from datagen.text.locales import Locale

TOLD = "A.M. or P.M., or hours and minutes about a colon."
EXAMPLES = (
    ("Can you come at 4:30 p.m.?", "Can you come at four thirty p.m.?"),
    (
        "The class runs 6:30-7:45 PM ET.",
        "The class runs six thirty to seven forty-five p.m. Eastern.",
    ),
    ("Meet at 0800 hours.", "Meet at oh eight hundred hours."),
    ("The alarm rang at 00:10.", "The alarm rang at twelve ten a.m."),
)
_AT = cue(
    r"b/w|btwn|between|at|by|until|till|before|after|from|to|since|around|about|or|and|opens?"
    r"|closes?"
)
_DAY_BEFORE = re.compile(
    r"\b(?:\d{1,2}/\d{1,2}|\w+day|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.?),? \Z",
    re.IGNORECASE,
)
_HOURS = cue(r"at|by|until|till|before|after|from|to|since|around|about|it's|it is|be here at")
_CLOCK = cue(
    r"at|until|till|around|starts|begins|by|before|after|since|arrived|left|departed|on-?site"
    r"|clocked (?:in|out)|began|ended|started|finished|dispatched|cleared|returned|in|out|ETA"
    r"|(?:set|reset|put|move)s? (?:(?:the|my|your|our|an|his|her) )?(?:clocks?|alarms?|watch|timer)"
    r" (?:for|to|at)|wake(?: me)?(?: up)? (?:at|by)"
    r"|(?:reveille|muster|wheels up|formation)(?: is|'s)?(?: at)?",
    " ",
)
_ZONED = re.compile(
    r"(?:\b(?:at|by|from|until|till|before|after|noon|starts|begins|[ECPM][SD]?T,? (?:to|or|and))"
    r"|/|\d(?: ?[ap]\.?m\.?)? (?:to|or|and)) \Z",
    re.IGNORECASE,
)
"""What stands before an hour and its zone."""
_LOGGED = cue(r"at|by|until|since|happened|posted|logged|timestamp(?: of)?")
_DATED = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/(?:\d\d){1,2}),? \Z")
_HOUR = r"(?:[01]?\d|2[0-3])"
_TWELVE = r"(?:1[0-2]|0?[1-9])"
_HALF = r" ?(?P<half>[AaPp])\.? ?[Mm]\b\.?"
_SHORT_HALF = r"(?P<half>[ap])\b(?![.'-]?\w)"
AROUND = re.compile(
    r"\b(?:open|opens|closed?|closes|hours?|week\w+|daily|staffed|mon|tue|wed|thu|fri|sat|sun"
    r"|\w+days?|walk-?ins?|clinic|drop-?ins?|pick-?up|tours?|shift|job|work|window|lunch"
    r"|dinner|brunch|breakfast|happy hour|M-F|M-Th|T/Th"
    r"|Tu/Th|MWF|M/W/F"
    r"|hrs)\b",
    re.IGNORECASE,
)


_MET = re.compile(
    r"\b(?:see (?:you|u|ya)|meet\w*|come|coming|pick\w*|get(?:s|ting)? off|leav(?:e|es|ing)|dinner"
    r"|lunch|breakfast|practice|soccer|appt|appointment|class|game|movie|be there|be here|be home"
    r"|wake|kickoff|church|works? (?:from|til+)|shift|get there|get here|home (?:at|by))\b",
    re.IGNORECASE,
)
"""What happens at a time of day, which is often typed without its colon."""


def clock(hour: str, minute: str | None) -> str:
    """Say an hour and its minutes; the hour after midnight has a name of its own."""
    if not int(hour) and int(minute or 0):
        return f"{numbers.clock(12, int(minute or 0))} a.m."
    return numbers.clock(int(hour), int(minute or 0))


def _on_the_hour(hour: str, minute: str | None) -> str:
    """Say "10:00" as "ten o'clock" and "18:00" as "eighteen hundred"; 9 is "nine"."""
    if not int(hour) and minute == "00":
        return "midnight"
    if minute is None or int(minute):
        return clock(hour, minute)
    late = "hundred" if int(hour) > 12 else "o'clock"
    return f"{numbers.cardinal(int(hour))} {late}"


class _Times:
    """Says times with the zones of a locale."""

    def __init__(self, locale: Locale) -> None:
        self._zones = locale.zones

    def half_day(self, match: Match) -> str | None:
        """Say "4:30 p.m.", "9-5 PM", "4pm-5pm ET"."""
        if not 0 < int(match["hour"]) <= 12:
            return None
        end = f"{clock(match['hour'], match['minute'])} {match['half'].lower()}.m."
        if match["first"]:
            half = f" {match['first_half'].lower()}.m." if match["first_half"] else ""
            end = f"{clock(match['first'], match['first_minute'])}{half} to {end}"
        return end + self.zone(match)

    def zone(self, match: Match) -> str:
        zone = match["zone"]
        return f" {self._zones[zone.replace('.', '').upper()]}" if zone else ""

    def clock(self, match: Match) -> str | None:
        """Say "10:00" or "18:30"."""
        hour, minute = match["hour"], match["minute"]
        if match.string[: match.start()].endswith("-"):
            raise Unsayable(match[0], "it may be a time of day or a length of time")
        return _on_the_hour(hour, minute) + self.zone(match)

    def span(self, match: Match) -> str:
        """Say "10:00-11:30" and "4-530"."""
        minute = match.groupdict().get("minute")
        ends = ((match["first"], match["first_minute"]), (match["hour"], minute))
        said = " to ".join(_on_the_hour(*end) for end in ends)
        return said + self.zone(match) if "zone" in match.groupdict() else said

    def precise(self, match: Match) -> str:
        """Say "10:15:00" or "21:05:33 UTC" as a time of day."""
        hour, minute, second = (int(match[name]) for name in ("hour", "minute", "second"))
        said = clock(match["hour"], match["minute"])
        if not minute and not match["half"]:
            said = f"{numbers.cardinal(hour)} o'clock" if hour else "midnight"
        if second:
            said += f" and {numbers.cardinal(second)} second{'' if second == 1 else 's'}"
        half = f" {match['half'].lower()}.m." if match["half"] else ""
        return said + half + self.zone(match)


def _working_hours(match: Match) -> str | None:
    """Say "9-5" where something is open or somebody works."""
    low, high = int(match["low"]), int(match["high"])
    if low < high or not is_near(match, AROUND):
        return None
    return f"{numbers.cardinal(low)} to {numbers.cardinal(high)}"


def _military_hours(match: Match) -> str | None:
    """Say "0800 hours" and "1430 hours"."""
    said = _military(match[1])
    return said and f"{said} hours"


def _stopped(match: Match) -> str:
    """Say "1:45.2" and "0:58.31", as a stopwatch shows them."""
    minute, second = int(match["minute"]), int(match["second"])
    said = numbers.clock(minute, second) if minute else numbers.cardinal(second)
    return f"{said} point {numbers.digits(match['part'])}"


_RUN = re.compile(
    r"\b(?:engine|meter|logged|flown|flew|flight time|volunteer\w*|worked|machine|tractor|on it"
    r"|runtime|total|over|about|up to)\b"
)


def _hour_or_count(match: Match) -> str | None:
    """Refuse "2105 hrs", which may be of the clock."""
    if is_before(match, _HOURS) or is_near(match, _RUN):
        return None
    raise Unsayable(match[0], "it may be a time of day or a count of hours")


def _military(written: str) -> str | None:
    hour, minute = int(written[:2]), int(written[2:])
    if hour > 23 or minute > 59:
        return None
    oh = "oh " if hour < 10 else ""
    rest = (
        "hundred"
        if minute == 0
        else f"oh {numbers.cardinal(minute)}"
        if minute < 10
        else numbers.cardinal(minute)
    )
    return f"{oh}{numbers.cardinal(hour)} {rest}"


def _military_span(match: Match) -> str | None:
    """Say "0700-1530"; years are none."""
    if match[1][0] != "0" and match[2][0] != "0" and (match[1][:2], match[2][:2]) >= ("18", "18"):
        return None
    ends = [_military(end) for end in (match[1], match[2])]
    return f"{ends[0]} to {ends[1]}"


_DAYS_BESIDE = re.compile(
    r"\b(?:M|T|W|Th)-(?:Th|F|Sa|Su)|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|day\b|\bTh\b"
)


def _day_letter(match: Match) -> str:
    """Say the F of "M-Th 7-7, F 7-5"."""
    if not is_near(match, _DAYS_BESIDE):
        raise Unsayable(match[0], "it may be a day or a letter")
    return DAY_LETTERS[match["day"]]


def _offset(match: Match) -> str:
    """Say "UTC-5" and "GMT+5:30"."""
    sign = "minus" if match["sign"] == "-" else "plus"
    minutes = (
        f" {numbers.cardinal(int(match['half']))}" if match["half"] not in (None, "00") else ""
    )
    return f"{match['zone']} {sign} {numbers.cardinal(int(match['hours']))}{minutes}"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a time."""
    make, times = FormMaker("time"), _Times(locale)
    zones = [rf"{'[.]?'.join(zone)}" for zone in locale.zones]
    zone = (
        rf"(?: ?\(?(?P<zone>(?i:{'|'.join(sorted(zones, key=len, reverse=True))})(?=\.?(?:\W"
        rf"|$)))(?:\)|\.(?= ?[a-z]))?)?"
    )
    free = r"(?![\w:]|[.,-]\d)"
    first = (
        rf"(?:(?P<first>{_TWELVE})(?:[:.](?P<first_minute>[0-5]\d))?"
        rf" ?(?:(?P<first_half>[AaPp])\.?[Mm]?\.?)? ?-+ ?)?"
    )
    return (
        make(
            r"(?P<hour>[1-9]|1[0-2])(?P<minute>[0-5][05])(?=[.,?!]|$| (?:am|pm|tmrw|tomorrow"
            r"|tonight|today|and|or|if|on|for|so|works|then|sharp|ok|okay)\b)",
            lambda m: clock(m["hour"], m["minute"]) if is_near(m, _MET, 40, 0) else None,
            Sure.CUE,
            before=cue("at|til|till|until|by|around|after|before", " "),
        ),
        make(
            r"(?P<first>[1-9]|1[0-2])(?P<first_minute>[0-5][05])?-"
            r"(?P<hour>[1-9]|1[0-2])(?P<minute>[0-5][05])(?![\w-]|[.,]\d)",
            lambda m: times.span(m) if is_near(m, _MET) else None,
            Sure.CUE,
        ),
        make(
            rf"{first}(?P<hour>0\d|{_TWELVE})(?:[:.](?P<minute>[0-5]\d))?{_HALF}{zone}",
            times.half_day,
        ),
        make(
            rf"{first}(?P<hour>0\d|{_TWELVE})(?:[:.](?P<minute>[0-5]\d))?{_SHORT_HALF}{zone}",
            times.half_day,
            Sure.CUE,
            before=_AT,
        ),
        make(
            rf"(?P<first>)(?P<hour>{_TWELVE})(?P<minute>){_SHORT_HALF}{zone}",
            times.half_day,
            Sure.CUE,
            before=_DAY_BEFORE,
        ),
        make(
            rf"(?P<first>{_TWELVE})(?::(?P<first_minute>[0-5]\d))?(?P<first_half>[ap]) ?- ?"
            rf"(?P<hour>{_TWELVE})(?::(?P<minute>[0-5]\d))?{_SHORT_HALF}{zone}",
            times.half_day,
        ),
        make(
            rf"(?P<first>{_TWELVE}):(?P<first_minute>[0-5]\d)(?P<first_half>) ?- ?"
            rf"(?P<hour>{_TWELVE}):(?P<minute>[0-5]\d){_SHORT_HALF}{zone}",
            times.half_day,
        ),
        make(
            rf"(?P<first>)(?P<hour>{_TWELVE}):(?P<minute>[0-5]\d){_SHORT_HALF}{zone}",
            times.half_day,
        ),
        make(
            rf"(?P<low>{_TWELVE}) ?- ?(?P<high>{_TWELVE})(?![\w:%/-]|[.,]\d)",
            _working_hours,
            Sure.CUE,
        ),
        make(
            r"(?<=[ap]\.m\.) ?- ?(?=(?:noon|midnight|close|late)\b)|(?<=[ap]m) ?- ?(?=(?:noon"
            r"|midnight|close)\b)",
            " to ",
        ),
        make(
            rf"(?P<hour>{_HOUR}):(?P<minute>[0-5]\d):(?P<second>[0-5]\d){_HALF}{zone}",
            times.precise,
        ),
        make(rf"(?P<hour>{_HOUR}):(?P<minute>[0-5]\d){zone}{free}", times.clock, Sure.USUAL),
        make(
            rf"(?P<hour>{_TWELVE})(?P<minute>) (?P<zone>(?:E|C|P|M)[SD]?T|"
            rf"[ecpm][sd]t)\b(?! [a-z]+s\b"
            rf"| people\b)",
            lambda m: numbers.cardinal(int(m["hour"])) + times.zone(m),
            before=_ZONED,
        ),
        make(
            r"(?:[1-9]|1[0-2]) [ECPM][SD]?T\b(?! (?:people|employees?|positions?|jobs?|staff"
            r"|workers?)\b)",
            "it may be an hour and its zone, or letters",
            Sure.DOUBT,
        ),
        make(
            rf"(?P<hour>{_HOUR}):(?P<minute>[0-5]\d)[ -]?ish\b",
            lambda m: f"{clock(m['hour'], m['minute'])}ish",
        ),
        make(
            rf"(?P<first>{_HOUR}):(?P<first_minute>[0-5]\d) ?-"
            rf" ?(?P<hour>{_HOUR}):(?P<minute>[0-5]\d){zone}{free}",
            times.span,
        ),
        make(
            rf"(?P<first>{_HOUR})(?::(?P<first_minute>[0-5]\d))? ?-"
            rf" ?(?P<hour>{_HOUR}):(?P<minute>[0-5]\d){zone}{free}",
            times.span,
            Sure.USUAL,
        ),
        make(
            rf"(?P<first>{_HOUR}):(?P<first_minute>[0-5]\d) ?- ?(?P<hour>{_HOUR}){zone}{free}",
            times.span,
            Sure.USUAL,
        ),
        make(
            r"(?P<minute>\d{1,2}):(?P<second>[0-5]\d)\.(?P<part>\d{1,3})(?![\w:])",
            _stopped,
        ),
        make(
            rf"(?P<hour>{_HOUR}):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?P<half>){zone}{free}",
            times.precise,
            Sure.CUE,
            before=_LOGGED,
        ),
        make(
            rf"(?P<hour>{_HOUR}):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?P<half>){zone}{free}",
            times.precise,
            Sure.CUE,
            before=_DATED,
        ),
        make(
            r"(?P<zone>UTC|GMT) ?(?P<sign>[+-]) ?(?P<hours>1?\d)"
            r"(?::?(?P<half>[0-5][05]))?(?![\w:])",
            _offset,
        ),
        make(
            r"(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)Z(?!\w)",
            lambda m: f"{numbers.digits(m['hour'])} {numbers.digits(m['minute'])} Zulu",
        ),
        make(
            r"(?P<day>[MTWF]|Tu|Th|Sa|Su)(?=:? \d{1,2}(?::\d\d)?(?: ?[ap]m?)? ?- ?\d)",
            _day_letter,
        ),
        make(
            r"(?P<hour>\d{1,2})/(?P<other>\d{1,2})(?=c\b| (?:Central|Mountain)\b)(?P<central>c?)",
            lambda m: (
                f"{clock(m['hour'], None)} {clock(m['other'], None)}"
                + (" Central" if m["central"] else "")
            ),
        ),
        make(r"(?:noon|midnight)-(?=\d)", lambda m: f"{m[0][:-1]} to "),
        make(
            r"((?:0\d|1\d|2[0-3])[0-5]\d) ?- ?((?:0\d|1\d|2[0-3])[0-5]\d)(?![\w-])",
            _military_span,
            before=cue(
                r"shifts?(?: is| are|'s)?|hours(?: are)?|open|works?|worked|from|weekdays", ":? "
            ),
        ),
        make(r"(0[1-9][0-5]\d)(?=[.,?!;]|$| [a-z])", lambda m: _military(m[1]), before=_CLOCK),
        make(
            r"(0[1-9][0-5]\d)(?= (?:pick-?up|departure|flight|wake-?up|start|report|brief\w*|call"
            r"|meeting|shift|takeoff|launch|delivery|appointment|slot|arrival|muster|formation"
            r"|showtime|drop-?off)\b)",
            lambda m: _military(m[1]),
            Sure.CUE,
        ),
        make(r"(0\d[0-5]\d)(?: hours| hrs)\b" + DOT, _military_hours),
        make(r"([12]\d[0-5]\d)(?: hours| hrs)\b" + DOT, _military_hours, before=_HOURS),
        make(r"(?:1\d|2[0-3])[0-5]\d hrs\b", _hour_or_count),
    )

"""E-mail and web addresses, names of accounts, files and machines: "jane.doe@example.com"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, any_of, cue, is_before, is_near
from datagen.text.lexicon import ABBREVIATIONS
from datagen.text.locales import Locale
from datagen.text.mixed import LEFT, humps
from datagen.text.words import is_word

TOLD = (
    "An @ or a known ending (.com, .pdf); three dots between numbers up to 255; names with"
    " underscores."
)
EXAMPLES = (
    (
        "Send it to jane.doe@example.com, please.",
        "Send it to jane dot doe at example dot com, please.",
    ),
    (
        "Visit www.swiftplex.com/returns today.",
        "Visit w w w dot swiftplex dot com slash returns today.",
    ),
    ("Post it with #MoveInDay.", "Post it with hashtag Move In Day."),
    ("Follow us @brightway for updates.", "Follow us at brightway for updates."),
    (
        "The router's at 192.168.1.1 now.",
        "The router's at one nine two dot one six eight dot one dot one now.",
    ),
)
SYMBOLS = {
    ".": "dot", "@": "at", "/": "slash", "_": "underscore", "-": "dash", "+": "plus",
    ":": "colon", "#": "hash", "&": "ampersand", "=": "equals", "?": "question mark",
    "%": "percent", "~": "tilde",
    "\\": "backslash",
}  # fmt: skip
_ENDINGS = (
    r"com|net|org|gov|edu|mil|io|us|biz|info|co|ai|app|dev|tv|me|uk|ca|de|fr|it|es|eu|au|nz|in"
    r"|jp|cn|ru|nl|se|ch|be|at"
    r"|store|shop|online|site|example|test|health|bank|tech|ly|gg|fm"
)
_FILES = (
    r"pdf|docx?|xlsx?|pptx?|csv|txt|jpe?g|png|gif|zip|mp[34]|wav|mov|html?|json|exe|py|md|xml|log"
    r"|js|ts|css|sql|sh|ya?ml|ini|bat|dll|iso|dmg|apk|svg|heic|bak|tmp|cfg"
)
_HIDDEN = {
    "env": "env", "gitignore": "git ignore", "bashrc": "bash R C", "zshrc": "Z S H R C",
    "htaccess": "H T access", "dockerignore": "docker ignore", "npmrc": "N P M R C",
    "vimrc": "vim R C", "ssh": "S S H", "git": "git", "profile": "profile",
}  # fmt: skip
"""Files whose names begin with a dot."""
_COMMAND = cue(
    r"git|npm|pip|flags?|options?|docker|run|use|add|pass|with|using|the|a|an|command|type|set"
    r"|include|--[a-z-]+(?: or| and)?",
    " ",
)
_FLAG = cue(r"flags?|options?|switch(?:es)?|(?:rm|ls|git [a-z]+|grep|tar|chmod|cp|mkdir)", " ")
_HASHTAG = cue("hashtag", " ")
_YEAR_OR_FEW = re.compile(r"\d\d?|19\d\d|20[0-4]\d")
_COUNTRIES = frozenset(("uk", "us", "eu", "au"))
"""Endings that are said by letter."""
_TOKEN = re.compile(r"[A-Za-z\u00c0-\u024f]+|\d+|.")


def _part(part: str) -> str:
    if part.isdecimal():
        return numbers.digits(part)
    if part in SYMBOLS:
        return SYMBOLS[part]
    if part.lower() == "www":
        return "w w w"
    if part.lower() in _COUNTRIES:
        return " ".join(part.upper())
    if ABBREVIATIONS.get(part) == part.upper():
        return part.upper()
    if is_word(part) or len(part) > 5:
        return part
    return " ".join(part)


def say(address: str) -> str:
    """Say an address: its words, and its signs by name."""
    text = re.sub(r"^https?://", "", address.rstrip("/"))
    return " ".join(map(_part, _TOKEN.findall(text)))


def _address(match: Match) -> str:
    return say(match[0])


def _machine(match: Match) -> str | None:
    """Say the four numbers of a machine's address, digit by digit."""
    parts = match["parts"].split(".")
    if any(int(part) > 255 for part in parts):
        return None
    port = f" colon {numbers.digits(match['port'])}" if match["port"] else ""
    return " dot ".join(map(numbers.digits, parts)) + port


def _hardware(match: Match) -> str:
    return ", ".join(map(numbers.letters_and_digits, match[0].split(":")))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write an address of the net."""
    make = FormMaker("electronic")
    path = r"(?:[/:?#][\w/.~%&=?#+:-]*[\w/])?"
    return (
        make(r"[\w.+&-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?:/[\w/-]+)?(?!\w)", _address),
        make(r"(?:https?|ftp)://[\w.-]*\w(?::\d+)?" + path, _address),
        make(rf"(?:[A-Za-z0-9-]+\.)+(?:{_ENDINGS})\b(?![@'-]?\w|\.\w)" + path, _site),
        make(
            r"localhost(?::(?P<port>\d{2,5}))?(?![\w:])",
            lambda m: "localhost" + (f" colon {numbers.digits(m['port'])}" if m["port"] else ""),
        ),
        make(r"\.NET\b", "dot NET"),
        make(
            rf"\.(?P<name>{any_of(_HIDDEN)})(?![\w./-]\w|\w)",
            lambda m: f"dot {_HIDDEN[m['name']]}",
            before=re.compile(r"(?:^|[ (\"'/])\Z"),
        ),
        make(
            r"--(?P<name>[a-z]{2,}(?:-[a-z]+)*)(?![\w'])",
            lambda m: f"dash dash {m['name'].replace('-', ' ')}",
            before=_COMMAND,
        ),
        make(
            r"-(?P<letters>[A-Za-z]{1,2})(?= (?:flag|option|switch|argument)\b)",
            lambda m: f"dash {' '.join(m['letters'])}",
        ),
        make(
            r"-(?P<letters>[A-Za-z])(?![\w'-])",
            lambda m: f"dash {m['letters']}",
            before=_FLAG,
        ),
        make(
            r"(?P<number>\d+(?:\.\d+)*)\.x(?![\w.-]\w|\w)",
            lambda m: f"{' point '.join(map(numbers.decimal, m['number'].split('.')))} point x",
        ),
        make(
            rf"\.(?P<name>{_ENDINGS}|{_FILES})\b(?![\w@/-]|'(?!s\b)|\.\w)",
            lambda m: f"dot {_part(m['name'])}",
            before=re.compile(r"(?:^|[ (\"'])\Z"),
        ),
        make(r"[A-Z]:(?:\\[\w-]+(?:\.[\w-]+)*)+\\?(?![\w\\])", _address),
        make(r"www\.[\w.-]+\w" + path, _address),
        make(rf"[\w-]+(?:\.[\w-]+)*\.(?i:{_FILES})\b(?!\w)", _address),
        make(r"@(?P<name>(?=\d*[A-Za-z_])\w+(?:[.-]\w+)*)", lambda m: f"at {say(m['name'])}"),
        make(r"#(?P<name>[A-Za-z][A-Za-z_]{2,})(?P<number>[1-9]\d*)?(?!\w)", _tag, Sure.USUAL),
        make(
            r"(?![A-Za-z]_(?:\d\d?|[a-z])(?!\w))[A-Za-z0-9-]+(?:_[A-Za-z0-9-]+)+(?![\w@]|\.\w)",
            _address,
        ),
        make(r"(?P<parts>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d+))?(?![\w]|\.\d)", _machine),
        make(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])", _hardware),
        make(
            r"(?:[0-9A-Fa-f]{2}[:-]){2,5}[0-9A-Fa-f]{2}(?![\w:-])",
            lambda m: _hardware(m) if is_near(m, _MACHINE, 64, 32) else None,
            Sure.CUE,
        ),
        make(
            r"(?P<port>\d{2,5})(?![\w.,:/-]\d|\w)",
            lambda m: numbers.cardinal(int(m[0])) if len(m[0]) < 3 else numbers.digits(m[0]),
            before=cue(
                r"port(?:s| number)?(?:'s| is| was)?(?: \d{2,5},? (?:not|or|to|and|instead of))?",
                ":? ",
            ),
        ),
    )


_MACHINE = re.compile(r"\b(?:MAC|OUI|hardware address|network card|BSSID)\b")


def _site(match: Match) -> str | None:
    """Say a web address that begins with no scheme; "U.S." is none."""
    return None if re.fullmatch(r"(?:[A-Z]\.)+[A-Z]{2}", match[0]) else say(match[0])


def _year_or_few(number: str) -> str:
    return numbers.year(int(number)) if len(number) == 4 else numbers.cardinal(int(number))


def _tag(match: Match) -> str | None:
    """Say the words of a hashtag: "#MoveInDay"; "#A20" is the number of something."""
    name, number = match["name"], match["number"]
    if not re.search("[a-z]", name) or (number and not _YEAR_OR_FEW.fullmatch(number)):
        return None
    words = " ".join(map(_part, [name] if name in LEFT else humps(name)))
    said = f"{words} {_year_or_few(number)}" if number else words
    return said if is_before(match, _HASHTAG) else f"hashtag {said}"

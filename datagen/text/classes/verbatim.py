"""Signs that are said by name, and what joins words: "AT&T", "#1", "~25", "his/her"."""

from __future__ import annotations

import re

from datagen.text import numbers
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
from datagen.text.lexicon import ABBREVIATIONS, DAYS, KEY_NAMES, KEYS, LEFT_SHORT, PHRASES, SIGNS
from datagen.text.locales import Locale
from datagen.text.units import PER, PER_WORDS, UNIT, UNITS
from datagen.text.words import LATIN, is_said, is_word

TOLD = (
    "A sign by itself, or between two words or before a number; a sign that is none of these is"
    " refused."
)
EXAMPLES = (
    ("Hit the # key twice.", "Hit the pound key twice."),
    ("You're #12 in the queue.", "You're number twelve in the queue."),
    ("AT&T called.", "AT and T called."),
    ("The drive is ~25 mi.", "The drive is about twenty-five miles."),
    ("Seniors 65+ ride free.", "Seniors sixty-five plus ride free."),
    ("Is it his/her name?", "Is it his or her name?"),
)
_AMOUNTS = re.compile(rf"\d[ -]?(?:{UNIT})\Z")
_AMOUNT_NEXT = re.compile(rf"[\d.,]+ ?(?:{UNIT})(?![\w/])")
_DIRECTED = re.compile(r"(?:\d|[MGmg]bps) (?:down|up|low|high|in|out)\Z")
_POURED = re.compile(r"[\d.,]+ ?(?:mL|ml|L|dL|tsp|tbsp)\b")
_WIRED = re.compile(r"[\d.,]+ ?(?:A|W|V|Hz|kW|HP|hp)\b")
_MEASURED = re.compile(r"\d[ -]?(?:yrs?|mos?|hrs?|mi|wks?|days?|years?|months?|miles?)\.?\Z")
_OR = frozenset((
    "his/her", "he/she", "him/her", "her/his", "she/he", "hers/his", "yes/no", "on/off",
    "true/false",
    "either/or", "mr/mrs", "am/pm", "in/out", "mom/dad", "he/him", "and/or", "pass/fail",
))  # fmt: skip
_LETTERS = frozenset(("A/B", "Y/N", "T/F", "L/R", "M/F", "F/M", "X/Y"))
"""Pairs of letters that stand for no words."""
_BESIDE = frozenset(
    (
        "ac/dc",
        "cost/benefit",
        "win/win",
        "lose/lose",
        "over/under",
        "push/pull",
        "stop/start",
        "rent/own",
    )
)
_AMOUNT = re.compile(r"\d ?\Z")
_SYMBOLS = frozenset(unit for unit in UNITS if len(unit) < 5 and not is_word(unit))
"""Units that are no words: beside another one they are no choice of two."""
_BLOOD = re.compile(
    r"\b(?:blood|donors?|donat\w+|units? of|transfus\w+|Rh|plasma)\b", re.IGNORECASE
)
_MENU = re.compile(
    r"(?:\b(?:[Cc]lick\w*|[Tt]ap\w*|[Gg]o(?:ing)?(?: in)?to|[Gg]o to|[Ss]elect\w*|[Oo]pen\w*"
    r"|[Cc]hoose|[Nn]avigate(?: to)?) (?:on )?"
    r"|\b(?:[Uu]nder|[Ii]n|[Ff]rom|[Tt]ry|[Uu]se) (?=(?:Settings|File|Edit|View|Tools|Options"
    r"|Preferences|Menu|Home|Insert|Format|Help|General|Account|Profile|Privacy|System|Window)\b))"
    r"(?:[A-Z][\w'-]*(?: (?:and|&|of|a|an|my|the|your)| [A-Z\d][\w'-]*| [a-z]+)*)"
    r"(?: [>→»\u25b8] [\w' &-]+)* \Z"
)
"""What leads through the names of a menu: "Click Settings > Billing"."""
_NUMBERED = (
    "acct\\.?|account|order|ticket|case|phone|cell|fax|confirmation|policy|member|ref\\.?|reference"
    "|invoice|serial|model|tracking|part|contract|claim|card|license|plate|badge|PO|ID|item|room"
    "|routing|flight|unit|group|VIN|job"
)
"""What has a number that is written as a sign: "the PO #"."""
_HIRED = re.compile(
    r"\b(?:hir\w+|jobs?|positions?|hours|hrs|shifts?|work\w*|cashiers?|staff|employ\w+|openings?"
    r"|nurses?|drivers?|servers?|clerks?|baristas?|roles?|appl\w+)\b",
    re.IGNORECASE,
)
_MARKS = {"+": "plus", "-": "minus"}
_FACT = "[\ue100-\uf8ff]"


def _is_per(match: Match) -> bool:
    """Tell whether the second word is what the first is counted per: "calls/day"."""
    if match["left"] in LEFT_SHORT or len(match["left"]) == 1:
        return False  # "w/d" is no rate
    return match["right"] in PER or (match["right"] in PER_WORDS and match["left"] not in PER_WORDS)


def _slash(match: Match) -> str | None:
    """Say the slash between two words."""
    if match["left"] in DAYS and match["right"] in DAYS:
        return f"{DAYS[match['left']]} and {DAYS[match['right']]}"
    if _is_per(match):
        return f"{match['left']} per {PER.get(match['right'], match['right'])}"
    if not LEFT_SHORT.isdisjoint((match["left"], match["right"])):
        return None
    if not {match["left"], match["right"]}.isdisjoint(_SYMBOLS):
        return None
    pair = f"{match['left']}/{match['right']}"
    is_unit = (match["right"] in UNITS or match["right"] in PER) and pair not in PHRASES
    if is_unit and is_before(match, _AMOUNT):
        raise Unsayable(match[0], "its unit is not known")
    is_short = len(pair) == 3 and pair not in _LETTERS
    if (
        is_short
        or not (is_said(match["left"]) and is_said(match["right"]))
        or pair.removesuffix("'s") in PHRASES
    ):
        return None
    if pair.lower() in _BESIDE:
        return pair.replace("/", " ")
    return pair.replace("/", " or " if pair.lower() in _OR else " slash ")


def _keys(match: Match) -> str:
    """Say the keys of "Ctrl+Alt+Del" and "Cmd-Shift-4"."""
    return " ".join(map(_key, re.split("[+-]", match[0])))


def _key(name: str) -> str:
    """Say the name of a key: "Esc" is "Escape"."""
    if name.isdecimal():
        return numbers.cardinal(int(name))
    return KEY_NAMES.get(name) or ABBREVIATIONS.get(name, name)


def _letter_key(match: Match) -> str:
    """Say "Ctrl-C"."""
    return " ".join(map(_key, (match["key"], match["letter"])))


def _function_key(match: Match) -> str:
    """Say "Alt-F4" and "Ctrl+F5"."""
    return f"{_key(match['key'])} F {numbers.cardinal(int(match['number']))}"


_COUNTED_WORD = re.compile(r"(?<!\S)\d+ [a-z]+\Z")
"""A word that is counted, as in "28 city/36 highway"."""


def _before_number(match: Match) -> str | None:
    """Say the slash of an address; that of "3 yr/36K mi" is none."""
    start = match.start()
    if _AMOUNTS.search(match.string, max(0, start - 12), start) and is_after(match, _AMOUNT_NEXT):
        if is_after(match, _POURED):
            return " per "
        if is_after(match, _WIRED):
            return ", "
        return None
    if _DIRECTED.search(match.string, max(0, start - 12), start):
        return ", "
    if _MEASURED.search(match.string, 0, match.start()) or is_before(match, _COUNTED_WORD):
        raise Unsayable(match[0], "its slash may be one amount or another")
    return " slash "


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return what is said of signs."""
    make = FormMaker("verbatim")
    word = rf"[{LATIN}]+(?:'[{LATIN}]+)?"
    return (
        make(rf"#(?= ?(?:\d|[A-Z]{{1,5}}-?\d|{_FACT}|[A-Z]\b))", "number "),
        make(r"#(?=\d{1,3} ?- ?\d{1,3}(?![\w-]))", "numbers "),
        make(r"#(?= of\b)", "number"),
        make(
            r"10-4(?=[.,!?]|$)",
            "ten four",
            before=re.compile(r"(?:^|\b(?:[Cc]opy|[Rr]oger|[Oo]kay|[Ss]ay)(?: that)?,? )\Z"),
        ),
        make(r"#(?= (?:key|sign|button)\b)", "pound"),
        make(
            r"#(?= (?:is|was|ends|on|for|and)\b)",
            "number",
            before=cue(_NUMBERED, " "),
        ),
        make(
            r"#(?= (?:is|was)\b)",
            "number",
            before=re.compile(r"[A-Za-z] \Z"),
        ),
        make(
            r"#(?![\w#]| of\b)",
            "pound",
            before=cue(r"press|hit|push|then|enter|the|with|by|or|\d", r",? ?"),
        ),
        make(r"(?<=\d)#(?!\w)", " pound"),
        make(r"(?<=[\d.$€£%])ish\b", " ish"),
        make(
            r"(?![NS]\.[EW]\. (?:[A-Z][a-z]|\d))(?:[A-Z]\.){2,}(?!\w)|[A-Z]\.[A-Z](?![\w.])",
            lambda m: m[0],
        ),
        make(r"(?<=[A-Z]{2})-(?=[A-Z]\b(?!-))", " "),
        make(
            r"(?P<first>[A-Z])-(?P<last>[A-Z])(?![\w-])",
            lambda m: f"{m['first']} to {m['last']}" if m["first"] < m["last"] else None,
            before=cue(
                "(?:seat|row|gate|section|block|lot|door|lane|group|zone|name|letter|aisle|exit"
                "|unit|apartment|wing|building)s",
                " ",
            ),
        ),
        make(rf"(?:{any_of(KEYS)})(?:\+(?!F\d)\w+)+(?![\w+])", _keys),
        make(
            rf"(?:{any_of(KEYS)})(?:-(?:{any_of(KEYS)}))+"
            r"-(?:[A-Z\d]|Tab|Del|Delete|Enter|Space|Esc|Escape)\b(?!-)",
            _keys,
        ),
        make(rf"(?P<key>{any_of(KEYS)})[+-]F(?P<number>1?\d)\b", _function_key),
        make(
            rf"(?P<key>{any_of(KEYS)})-(?P<letter>[A-Z]|Tab|Del|Enter|Space)\b",
            _letter_key,
        ),
        make(r"(?<=[A-Za-z.])(?<![°º][FC])/(?=\d)", _before_number),
        make(r"(?<!\w)f/(?=\d)", "f "),
        make(
            r" ?/(?= ?\d{2} ?(?:hwy|highway|combined|city|mpg)\b)",
            ",",
            before=re.compile(r"\b(?:city|highway|hwy)(?: mpg)?\Z"),
        ),
        make(
            r"/(?= \d{2} ?(?:hwy|highway|combined|city|mpg)\b)",
            ",",
            before=re.compile(r"\b(?:city|highway|hwy)(?: mpg)? \Z"),
        ),
        make(
            r"(?<=[A-Za-z.] )(?<!city )(?<!highway )(?<!hwy )(?<!mpg )/(?= \d)",
            "slash",
        ),
        make(
            r"(?P<name>Vol(?:ume)?\.?|Channel|Ch\.?) ?(?P<sign>[+-])(?=[,.?!]|$| (?:plus|and|or|key"
            r"|button|keys|buttons|until|for|while|together|to)\b| \+ )",
            lambda m: (
                f"{'Channel' if m['name'][0] == 'C' else 'Volume'}"
                f" {'up' if m['sign'] == '+' else 'down'}"
            ),
        ),
        make(r"Vol\.?\+(?!\w)", "Volume up"),
        make(r"Vol(?= (?:[Uu]p|[Dd]own|button|key)\b)", "Volume"),
        make(
            r"[A-Z](?:/[A-Z]){2,}(?![\w/])",
            lambda m: ", ".join(m[0].split("/")),
            Sure.USUAL,
        ),
        make(
            r"(?P<how>[PF])/T(?![\w/])",
            lambda m: (
                f"{'part' if m['how'] == 'P' else 'full'}-time" if is_near(m, _HIRED) else None
            ),
        ),
        make(
            r"(?P<first>[pP])lus-1(?P<many>s?)(?![\w-])",
            lambda m: f"{m['first']}lus one{m['many']}",
        ),
        make(r"(?<=[KM\d])/(?=\$\d)", " slash ", before=re.compile(r"\$[\d.]+[KM]?\Z")),
        make(
            r"/(?= [A-Za-z$])",
            ",",
            before=re.compile(r"(?:\b(?:[AaPp]\.?[Mm]\.?|\$?[\d.,]+)|[)%]) \Z"),
        ),
        make(
            r"[/|](?= [$€£]\d)",
            ",",
            before=re.compile(r"[$€£][\d.,]+(?: [a-z-]+){1,2} \Z"),
        ),
        make(r"(?<=\bZIP)\+(?=4\b)", " plus "),
        make(
            r"#(?=[.,?!]|$)",
            "number",
            before=cue(rf"wrong|right|what|which|same|new|old|{_NUMBERED}", " "),
        ),
        make(r"\*(?= (?:key|sign|button)\b)", "star"),
        make(r"\*(?![\w*])", "star", before=cue(r"press|hit|push|then|enter|dial|or", r",? ")),
        make(r"(?<!\d)(?:~|(?<![\w)²³%] )≈) ?(?=[$€£¥.]?\d)", "about "),
        make(r"±(?=[$€£¥.]?\d)", "plus or minus "),
        make(
            r"#(?= (?:is|was|ends)\b|[.,?!]|$| ?:)",
            " number",
            before=re.compile(
                r"\b(?:PO|ID|VIN|[Aa]cct|[Oo]rder|[Rr]ef|[Cc]ase|[Pp]hone|[Tt]racking)\.?\Z"
            ),
        ),
        make(r"#(?= ?:)", "number", before=cue(_NUMBERED, " ")),
        make(r"♩(?= ?=)", "quarter note"),
        make(r"№ ?(?=\d)", "number "),
        make(r"§ ?(?=\d)", "section "),
        make(r"(?<![\w)])-(?=[$€£¥]\d|\.?\d)", "minus "),
        make(r"(?<![\w)])\+(?=[$€£¥]?\.?\d)", "plus "),
        make(r"(?<=[\w)%])\+(?![\w+])", " plus"),
        make(r"(?<=[a-z]\.)\+(?![\w+])", " plus"),
        make(
            r"[A-Z]{2,}(?:\+[A-Z]{2,})+(?![\w+])",
            lambda m: m[0].replace("+", " plus "),
        ),
        make(
            r"(?P<one>[A-D])(?P<sign>[+-])/(?P<other>[A-D])(?P<last>[+-]?)(?=[ .,;?!]|$)",
            lambda m: " ".join(
                part
                for part in (m["one"], _MARKS[m["sign"]], m["other"], _MARKS.get(m["last"], ""))
                if part
            ),
        ),
        make(
            r"(?P<lines>[48])K/(?P<frames>\d{2,3}) ?fps\b",
            lambda m: (
                f"{numbers.digits(m['lines'])} K, {numbers.cardinal(int(m['frames']))}"
                " frames per second"
            ),
        ),
        make(
            r"[+] (?=for (?:strep|flu|[Cc]ovid|COVID|the|[a-z]+)\b)",
            "positive ",
            before=re.compile(
                r"\b(?:[Tt]est(?:s|ed|'s)?|culture(?:'s)?|swab(?:'s)?|(?:is|was"
                r"|came back)) \Z"
            ),
        ),
        make(r"(?<=[\d\w])\+\+(?!\w)", " plus plus"),
        make(r"(?<=\d)[\u2605\u2b50](?![\w\u2605\u2b50])", " stars"),
        make(r"<(?!3(?:[ .!?,]|$))(?= ?[$€£¥.]?\d)", "less than "),
        make(r">(?= ?[$€£¥.]?\d)", "more than "),
        make(r"[>→»\u25b8](?= [A-Z\"'\d])", ",", before=_MENU),
        make(
            r"→(?= [A-Za-z])",
            lambda m: "to" if m.string.count("→") > 1 and m.string[0] != "→" else None,
            Sure.USUAL,
            before=re.compile(r"[\w)] \Z"),
        ),
        make(r"[≤](?= ?[$€£¥.]?\d)", "at most "),
        make(r"[≥](?= ?[$€£¥.]?\d)", "at least "),
        make(r"(?<=\w)&(?=\w)", " and "),
        make(rf"(?P<left>{word})/(?P<right>{word})(?![\w/]|\.\w)", _slash, Sure.USUAL),
        make(rf"(?P<word>{any_of(SIGNS)})(?!\S)", lambda m: SIGNS[m["word"]], Sure.USUAL),
        make(r"(?<=[a-z] )/(?= [A-Za-z])", "slash", Sure.USUAL),
        make(r"(?<=[A-Z])-(?! )(?=\))", " minus"),
        make(
            r"[A-F]-(?= (?:in|on|to|for|average|this|and|or|minus)\b|[.,?!]|$)",
            lambda m: f"{m[0][0]} minus",
            Sure.USUAL,
        ),
        make(
            r"(?:AB|[ABO])-(?=[ .,?!;]|$)",
            lambda m: f"{m[0][:-1]} negative",
            before=cue("type|blood(?: type)?(?: is)?", " "),
        ),
        make(
            r"(?P<type>AB|[ABO])\+(?![\w+])",
            lambda m: f"{m['type']} positive" if is_near(m, _BLOOD) else None,
        ),
        make(r"AB[+-](?![\w+])", "it may be a type of blood or a mark", Sure.DOUBT),
        make(r"(?:AB|[ABO])-(?= blood\b)", lambda m: f"{m[0][:-1]} negative"),
    )

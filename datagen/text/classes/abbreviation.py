"""Words written short: "Dr. Jones", "Mon-Fri", "approx.", "w/o", "Fig. 3", "no. 7"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.classes.titles import OPENS, titled
from datagen.text.classes.typed import typed
from datagen.text.form import (
    DOT,
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
from datagen.text.lexicon import (
    ABBREVIATIONS,
    BATTERIES,
    DOTTED,
    END_SAFE,
    FORMS,
    INSTITUTIONS,
    LEAST,
    MONTHS,
    NEEDS_DOT,
    NUMBERED_SHORT,
    PHRASES,
    TITLES,
)
from datagen.text.locales import Locale
from datagen.text.units import PER

TOLD = (
    "The table of short forms; where one has two meanings (Dr., St., no., min.), a name, a"
    " number or a dot"
    " beside it decides. A run of letters without a vowel that is in no table is refused."
)
EXAMPLES = (
    ("Dr. Jones can see you.", "Doctor Jones can see you."),
    ("It comes w/o fries.", "It comes without fries."),
    ("See Fig. 3 and pp. 3-5.", "See Figure three and pages three to five."),
    ("Meet Gov. Ito and Sen. Cole.", "Meet Governor Ito and Senator Cole."),
)
_TUNED = re.compile(r"\b(?:on [Cc]h|TV|watch\w*|news|tune|Wi-?Fi|router|signal)\b")
_MID_SENTENCE = re.compile(r"[\w.] \Z")
_ANY_MONTH = {name: name for name in MONTHS.values()} | MONTHS
_ANY_MONTH |= {short.lower(): name for short, name in _ANY_MONTH.items()}
_NUMBER = r"(?= ?[#(]?(?:\d|[$€£]\d|[A-Z]{1,5}-?\d))"
_NUMBER_OR_LETTER = r"(?= ?[#(]?(?:\d|[$€£]\d|[A-Z]{1,5}-?\d|[B-HJ-Z]\b(?!')|[IVX]{2,}\b))"


def _months(match: Match) -> str:
    return f"{_ANY_MONTH[match['first']]} to {_ANY_MONTH[match['last']]}"


_BOOK = re.compile(
    r"\b(?:read\w*|re-?read|books?|text\w*|pages?|pp?(?=\.)|pg|sec\w*|finish\w*|review\w*|stud(?:y"
    r"|ied|ies|ying)|tests?|quiz\w*"
    r"|exams?|problems?|exercises?|homework|lessons?|verses?|see|novel|story|authors?|assign\w*"
    r"|vol\w*|notes|ex\.|summar\w+|left off"
    r"|bankruptc(?:y|ies)|Civil War|midterm|covers|essay|class|unit|intro\w*|figures?"
    r"|lost your place)\b",
    re.IGNORECASE,
)
_WITHIN_BOOK = cue("by|until|through|past|since|finished|skimmed|outlined", " ")
_DIGIT = re.compile(r"\.? ?\d")
_IN_ROWS = frozenset(("chapter", "page", "figure", "section"))
_ROW = re.compile(r"\.? \d+ ?- ?\d+(?![\w/-]|\.\d)")
"""What makes several of a chapter or page: "Ch. 3-5"."""


def _numbered(match: Match) -> str | None:
    said = NUMBERED_SHORT[match["word"]]
    if match["word"] in ("No", "no") and _AMOUNT.match(match.string, match.end()):
        return None  # "no. $5 is the fee": nothing is numbered by an amount
    if match["word"] in ("no", "sec") and is_before(match, _SAID_NO):
        raise Unsayable(match[0], "it may be short for something, or end a sentence")
    if match["word"] in ("No", "Nos") and not OPENS.search(match.string, 0, match.start()):
        said = said.lower()
    is_one = match["word"] in ("Ch", "ch") and is_after(match, _DIGIT)
    if is_one and not (is_near(match, _BOOK, 64, 64) or is_before(match, _WITHIN_BOOK)):
        raise Unsayable(match[0], "it may be a chapter or a channel")
    if said.lower() in _IN_ROWS and _ROW.match(match.string, match.end()):
        said += "s"
    return said if match.string[match.end() : match.end() + 1] == " " else f"{said} "


def _basis(match: Match) -> str:
    """Say the basis points of a rate; the speed of a line is a measure."""
    if is_near(match, _RATE):
        return "basis points"
    raise Unsayable(match[0], "it may be basis points or bits per second")


def _between(match: Match) -> str:
    """Say "btw 1st and 2nd" after a place; where a sentence begins it may be "by the way"."""
    if not is_before(match, _MID_SENTENCE):
        raise Unsayable(match[0], "it may be by the way or between")
    return "between"


def _refused(match: Match) -> str:
    raise Unsayable(match[0], "it may be short for two things")


_PRINTS = r"(?:cop(?:y|ies)|prints?|pages?|photos?|printers?|printing)\b"


def _cued(make: FormMaker) -> tuple[Form, ...]:
    """Return short forms of several words, each where what stands beside it says of which."""
    year = r"(?:in )?(?:1[5-9]|20)\d\d\b(?![,.]\d| [a-z]+s\b)"
    sums = (
        r"[$€£~]|\d|delivery|time|total|arrival|value|cost|wait|price|payment|completion|repair"
        r"|weight"
        r"|tax|length|amount|hours?|shipping|pickup|labor|drive|distance|yield|age|usage|balance"
        r"|net"
        r"|square|volume|size|return|mileage|income|population|read|start|finish|date|duration|loss"
    )
    said = (
        (rf"est\.?(?= {year})", "established"),
        (rf"Est\.?(?= {year})", "Established"),
        (rf"est\.(?= (?!{year})(?:{sums}))", "estimated"),
        (rf"Est\.(?= (?!{year})(?:{sums}))", "Estimated"),
        (r"reg\.(?= (?:[$€£]|\d))", "regularly"),
        (r"reg\.(?= (?:price|mail|rate|hours|size|fee)\b)", "regular"),
        (
            r"temp\.(?= (?:is|was|in|of|at|dropped|rose|reads|setting|sensor|control)\b)",
            "temperature",
        ),
        (r"exp\.(?= (?:date|is|was|month|year)\b)", "expiration"),
        (rf"min\.(?= {LEAST})", "minimum"),
        (rf"Min\.(?= {LEAST})", "Minimum"),
        (r"wt\.?(?= ?:?(?: \d|$|[.,]| (?:is|was|of|limit)\b))", "weight"),
        (r"wt\.(?= [a-z])", "weight"),
        (r"Wt\.(?= ?:? ?(?:\d|is\b|of\b))", "Weight"),
        (r"dep\.(?= (?:is|was|of|on|for)\b)", "deposit"),
        (r"[iI]ncl(?=\.?$)|[iI]ncl\.?(?=[,;)]| (?:in|with|at|w/))", "included"),
        (r"b/t(?= \d)", "between"),
        (r"Ins\.(?= (?:ID|card|co|company|policy|plan|info|agent)\b)", "Insurance"),
        (r"ins\.(?= (?:ID|card|co|company|policy|plan|info|agent)\b)", "insurance"),
        (r"Rev\.(?= (?:[A-Z]\b(?!\.)|\d))", "Revision"),
        (r"T\.(?= rex\b)", "T"),
        (r"(?<=[a-z], )ret\.(?=,)", "retired"),
        (r"W/D(?= (?:included|in|hook\w*|on|are|is)\b|[,.]|$)", "washer and dryer"),
        (r"equiv\.(?= [A-Z]{2,}\b)", "equivalent"),
        (r"Reg\.(?= No\b)", "Registration"),
        (r"Sec\.(?= [IVX]+\b)", "Section"),
        (r"Term\.(?= (?:\d|[A-F]\b))", "Terminal"),
        (
            rf"B/W(?= {_PRINTS})",
            "Black and white",
        ),
        (
            rf"b/w(?= {_PRINTS})",
            "black and white",
        ),
        (r"dep\.?(?= \d{1,2}:\d\d)", "departing"),
        (r"arr\.?(?= \d{1,2}:\d\d)", "arriving"),
        (r"Est\.(?= [a-z]+ (?:time|date|cost|value|price|delivery|arrival)\b)", "Estimated"),
        (r"est\.(?= [a-z]+ (?:time|date|cost|value|price|delivery|arrival)\b)", "estimated"),
        (r"med\.(?= (?:rare|well|heat|high|low|speed|setting|flame)\b)", "medium"),
        (r"bal\.(?= (?:due|is|was|of|on)\b)", "balance"),
        (r"Bal\.(?= (?:due|is|was|of|on)\b)", "Balance"),
        (r"est\.?(?= #\d)", "estimate"),
        (r"Est\.?(?= #\d)", "Estimate"),
        (r"bus\.(?= (?:days?|hours?|line|owner|account)\b)", "business"),
        (r"c/o(?= (?:[A-Z]|my\b|the\b))", "care of"),
        (r"b/w(?= (?:\d|the\b|[A-Z]\w* (?:and|&)))", "between"),
        (
            rf"(?:[bB]/[wW](?! {_PRINTS})(?! (?:\d|the\b|[A-Z]\w* (?:and|&)))|[cC]/[oO]"
            r"(?! (?:[A-Z]|my\b|the\b))|w/e)(?![\w/])",
            _refused,
        ),
    )
    one = re.compile(
        r"(?:\b(?:an?|one|two|three|four|the|or|and|in|my|your|for|size)|[\d$.]) \Z", re.IGNORECASE
    )
    counted = cue("few|couple(?: of)?|several|some|many|more|extra|[2-9]|two|three|ten", " ")
    after_rate = re.compile(r"\d \Z")
    return (
        *(make(pattern, what) for pattern, what in said),
        make(r"min\.(?= [a-z])", "minutes", before=counted),
        make(rf"min\b{DOT}", "minutes", before=re.compile(r"\d (?:more|extra) \Z")),
        make(r"sec\.(?= [a-z])", "seconds", before=counted),
        make(r"lg\.?(?=[,.]|$| [a-zA-Z])", "large", before=one),
        make(r"sm\.(?=,| [a-zA-Z])", "small", before=one),
        make(
            r"med\.(?=,| (?:shirt|coffee|drink|pizza|fries|box|dog|size)\b)", "medium", before=one
        ),
        make(
            rf"(?P<unit>mo|hr|wk|yr|mi|qtr)\b{DOT}",
            lambda m: {"mi": "mile"}.get(m["unit"]) or PER[m["unit"]],
            before=re.compile(r"\d(?:st|nd|rd|th) \Z"),
        ),
        make(
            r"dep(?=\.?$)|dep\b\.?(?=[,;]| (?:and|plus|due|to)\b)",
            "deposit",
            before=re.compile(r"\$[\d,.]+ \Z"),
        ),
        make(rf"[aA]mend\b{DOT}", "Amendment", before=re.compile(r"\d(?:st|nd|rd|th) \Z")),
        make(
            rf"cent(?:\.(?= (?:A\.?D|B\.?C|C\.?E))|\b{DOT}(?=[ ,;?!]|$))",
            "century",
            before=re.compile(r"\d(?:st|nd|rd|th) \Z"),
        ),
        make(r"c\.(?!\w)(?=[ ,;?!]|$)", "century", before=re.compile(r"\d(?:st|nd|rd|th) \Z")),
        make(r"Cir\.(?=[,;?!]|$| [a-z])", "Circuit", before=re.compile(r"\d(?:st|nd|rd|th) \Z")),
        make(rf"[eE]d\b{DOT}", "edition", before=re.compile(r"\d(?:st|nd|rd|th) \Z")),
        make(
            r"(?P<first>[fhd])x(?= (?:of|in|at|to|on)\b|[.,?]|$)",
            lambda m: {"f": "fracture", "h": "history", "d": "diagnosis"}[m["first"]],
            before=cue(
                "an?|the|no|her|his|my|old|hip|wrist|ankle|rib|stress|hairline|family|medical"
                "|surgical|past|compression|final|initial",
                " ",
            ),
        ),
        make(
            rf"(?P<what>nts?|rms?)\b{DOT}",
            lambda m: (
                {"nt": "night", "rm": "room"}[m["what"].rstrip("s")]
                + ("s" if m["what"].endswith("s") else "")
            ),
            before=after_rate,
        ),
        make(rf"pt\b{DOT}", "point", before=cue("dew|boiling|melting|freezing|focal", " ")),
        make(
            r"ft\b\.?(?! ?\d)",
            "foot",
            before=re.compile(r"\b(?:an?|per|each) (?:linear|lin\.|square|sq\.|cubic|running) \Z"),
        ),
        make(r"no\.(?='s\b|[?!,;:])", "number"),
        make(r"No(?= \d)", "number", before=cue("an?|the|my|your|our|their|his|her", " ")),
        make(r"ext\.(?='s\b)", "extension"),
        make(r"[cC]onf\.(?= (?:Rm|Room|room|call|center)\b)", lambda m: f"{m[0][0]}onference"),
        make(r"OC\b", "on center", before=re.compile(r"\d(?:\"| ?in\.?| inch(?:es)?) \Z")),
        make("bps", lambda m: _basis(m) and " basis points", before=re.compile(r"\d\Z")),
        make("bps", _basis, before=after_rate),
        make(r"[Cc]h\.?(?= ?(?:[6-9]\d|\d{3,})\b)", _refused),
        make(r"[Cc]h\.?(?= ?\d)", lambda m: _refused(m) if is_near(m, _TUNED) else None),
        make(r"(?<=[\dMm.])-(?=(?:noon|midnight|close|closing|late)\b)", " to ", before=_HOUR),
        make(r"-(?=close\b)", " to ", before=cue("open", "")),
        make(
            rf"(?P<how>FT|PT|ft|pt)(?= (?:{_WORKERS})\b"
            r"|(?:,| or| and)(?: \d{1,3})? (?:FT|PT|ft|pt)\b)",
            lambda m: "full-time" if m["how"] in ("FT", "ft") else "part-time",
        ),
        make(
            r"(?:FT|PT)(?![\w/-])",
            "it may be full-time or part-time, or a unit",
            Sure.DOUBT,
            before=re.compile(r"\d \Z"),
        ),
    )


def _institutions(make: FormMaker) -> tuple[Form, ...]:
    """Return what stands behind the name of a house: "at Mercy Hosp.", "the convention ctr."."""
    named = re.compile(r"[A-Z][a-z']+\.? \Z")
    return (
        make(
            rf"(?P<word>{any_of(INSTITUTIONS)})\b{DOT}",
            lambda m: INSTITUTIONS[m["word"]],
            before=named,
        ),
        make(
            rf"Pharm\b{DOT}",
            "Pharmacy",
            before=re.compile(r"\b(?:at|from|to|by|near|the|call) (?:[A-Z][a-z']+ )+\Z"),
        ),
        make(r"(?P<word>Med|Mem)\.(?= (?:Ctr|Center|Hosp|Sch)\b)", _of_hospital),
        make(r"Rec\.?(?= (?:Ctr|Center)\b)", "Rec"),
        make(
            rf"ctr\b{DOT}",
            "center",
            before=cue(
                "convention|medical|community|shopping|rec|recreation|fitness|visitors?|data|call"
                "|health|distribution|service|training|city|day ?care|care|garden|surgery|civic"
                "|senior|conference|student|town|copy|test|testing|urgent care|support",
                " ",
            ),
        ),
        make(r"admin\.?(?= (?:bldg|building|office|fees?|asst|assistant|desk)\b)", "admin"),
    )


def _of_hospital(match: Match) -> str:
    return "Medical" if match["word"] == "Med" else "Memorial"


_AGES = {"k": "thousand", "m": "million", "g": "billion"}
"""How long ago something of the Earth was, by the first letter of its unit."""
_RATE = re.compile(
    r"\b(?:rates?|prime|spread|yields?|fed|libor|sofr|mortgage|hike\w*|cut|apr|fell|rose|up|down"
    r"|drop\w*|lower\w*|rais\w+|points|margin|inflation)\b",
    re.IGNORECASE,
)
_WORKERS = (
    "people|persons?|employees?|positions?|jobs?|staff|workers?|work|students?|associates?|roles?"
    "|nurses?|cashiers?|drivers?|shifts?|help|faculty|openings?|hires?|clerks?|servers?|techs?"
)
_HOUR = re.compile(r"\d(?: ?[AaPp]\.?[Mm]\.?)?\Z")
_NUMBER_IS = re.compile(
    r"\b(?:number|no\.?|prescriptions?)(?: (?:for|on|of|is|was|the|it|that|one))*(?:'s|:)? \Z",
    re.IGNORECASE,
)
"""What says already that a number of a prescription follows."""
_SAID_NO = re.compile(
    r"(?:,|\b(?:said|say|says|saying|a|or|means|meant|just|oh|told me|answer is|so|well)) \Z",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\.? ?[$€£]")
_CELLS = re.compile(
    r"\b(?:batter\w+|remotes?|flashlights?|included|takes?|needs?|requires?|uses?|runs on|powered"
    r"|controller|toy|clock|detector|replace\w*|packs?)\b",
    re.IGNORECASE,
)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the words that are written short."""
    make = FormMaker("abbreviation")
    month = any_of(_ANY_MONTH)
    end_safe = {short: DOTTED[short] for short in END_SAFE}
    with_dot = [short for short in NUMBERED_SHORT if short in NEEDS_DOT]
    no_dot = [short for short in NUMBERED_SHORT if short not in NEEDS_DOT]
    return (
        make.words(PHRASES, r"(?!\w)(?!\.\w)", before=r"(?<!\w)"),
        make(r"w/(?= ?[\w'$#])", "with ", Sure.CUE),
        make(r"[rR]x(?=[:#]? ?#?\d)", "R X", Sure.CUE, before=_NUMBER_IS),
        make.words(FORMS, r"(?:\.|\b(?= (?:[A-Z]|&)))", before=r"(?<![&\w])"),
        make(r"Sr\.?(?= (?:[A-Z][a-z]+ )?(?:Maria|Mary|Teresa|Agnes|Anne|Bernadette)\b)", _refused),
        *titled(make),
        make.words(ABBREVIATIONS, rf"(?![\w/&-]|'(?!s\b)\w|\.\w){DOT}", Sure.USUAL),
        make.words(end_safe, rf"(?=\.)(?!\.\w){DOT}", Sure.GUESS),
        make.words(DOTTED, r"\.(?= [a-z\d$#(])(?!(?<=[Nn]o\.) [$€£])", Sure.GUESS),
        make(rf"(?P<word>{any_of(with_dot)})\.{_NUMBER}", _numbered, Sure.CERTAIN),
        make(
            rf"(?P<word>{any_of(no_dot)})\b\.?{_NUMBER_OR_LETTER}(?! \d+(?::|\s?[ap]m))",
            _numbered,
            Sure.CUE,
        ),
        make.words(MONTHS, rf"(?=\.)(?!\.\w){DOT}", Sure.USUAL),
        make.words(
            {m: name for m, name in MONTHS.items() if m not in ("Mar", "Jun")},
            r"(?= (?:'?\d|and [A-Z]|or [A-Z]|to [A-Z])|[,?!]|$)",
            Sure.GUESS,
            before=r"(?<![\w-])",
        ),
        make.words(
            {m: name for m, name in MONTHS.items()}, r"\b", Sure.USUAL, before="(?<=[a-z]-)"
        ),
        make(rf"(?P<first>{month})\.? ?- ?(?P<last>{month})\b{DOT}(?! \d)", _months),
        make(
            r"(?P<word>Sr|Jr)\.(?= [A-Z])",
            lambda m: ABBREVIATIONS[m["word"]],
            before=re.compile(r"(?:^|[.!?] |\b(?:an?|the|our|my|your|her|his|as|is) )\Z"),
        ),
        *_cued(make),
        *typed(make),
        make(r"Sr\.(?= [A-Z])", _refused, before=re.compile(r"(?:'s|is|for|with|am|see|to) \Z")),
        make(r"btw\.?(?= \d\S* (?:and|&) )|btw(?= [A-Z]\w* (?:and|&) (?!I\b)[A-Z])", _between),
        make(r"[Ee]xp\.?(?=:? (?:0?[1-9]|1[0-2])/\d\d)", lambda m: f"{m[0][0]}xpiration"),
        make(
            r"no\.(?= (?:is|was|on|for|of|ends|starts|begins)\b)",
            "number",
            before=re.compile(r"[a-z.] \Z", re.IGNORECASE),
        ),
        make(
            r"apt(?= (?:is|was|has|number|no\.?|building|complex|key|door|unit|at|on) |[,?!]| #)",
            "apartment",
            before=cue("my|our|your|his|her|their|the|this|that|an", " "),
        ),
        make(
            r"[Aa]pt\b\.?(?= (?:is|was|at|on|for)\b[^.?!]*\d{1,2}(?::\d\d| ?[ap]\.?m))",
            _refused,
        ),
        make(rf"(?:Fl|fl|flr|Flr)\b{DOT}", "floor", before=re.compile(r"\d(?:st|nd|rd|th) \Z")),
        make.words({"attn": "attention", "Attn": "Attention", "ATTN": "Attention"}, r"\.?(?=:)"),
        make.words(BATTERIES, r"(?= batter)"),
        make(r"AAA(?![\w-])", "triple A"),
        make(
            rf"(?P<word>{any_of(BATTERIES)})(?P<many>s?)(?![\w-])",
            lambda m: f"{BATTERIES[m['word']]}{m['many']}" if is_near(m, _CELLS) else None,
            before=re.compile(
                r"\b(?:\d{1,2}|two|three|four|six|eight|of|takes?|needs?|A{2,4}s? (?:or|and)) \Z"
            ),
        ),
        make(
            rf"(?P<word>{any_of(BATTERIES)})(?= (?:or|and) A{{2,4}}s?\b)",
            lambda m: BATTERIES[m["word"]],
        ),
        make(
            r"[pP]op\.(?= (?:[~\d]|is\b|was\b|of \d|of [A-Z]|grew\b|density\b))",
            lambda m: f"{m[0][0]}opulation",
        ),
        make(r"Mass\.(?= Ave\b)", "Massachusetts"),
        make(
            r"(?P<word>Hon|Gov|Sen|Rev|Gen|Col|Maj|Sgt|Det|Lt|Capt)\.(?= [A-Z]\. [A-Z][a-z])",
            lambda m: TITLES[m["word"]],
        ),
        make(r"Hon\.(?= [A-Z][a-z])", "Honorable"),
        make(r"[Rr]et\.?(?=\))", "retired", before=re.compile(r"[A-Z][\w'-]+ \(\Z")),
        make(r"Ret\.(?=,|$)", "Retired", before=re.compile(r"[A-Z][\w'-]+, \Z")),
        make(r"Rpt\.?(?= (?:No\b|#|\d))", "Report"),
        make(rf"btm\b{DOT}", "bottom", before=cue("the", " ")),
        make(
            rf"pkts?\b{DOT}",
            lambda m: "packets" if "s" in m[0] else "packet",
            before=re.compile(r"\d \Z"),
        ),
        make(rf"min\b{DOT}", "minimum", before=re.compile(r"\ba \$[\d,.]+ \Z")),
        make(
            r"(?P<age>[Mm]ya|[Kk]ya|Ga|Ma)(?![\w-])",
            lambda m: (
                f"{_AGES[m['age'][0].lower()]} years{' ago' if m['age'].endswith('ya') else ''}"
            ),
            before=re.compile(r"\d \Z"),
        ),
        make(r"Rm\.(?= (?:A\b|\d))", "Room"),
        make(r"Ct\.? Rm\.(?= [A-Z\d])", "Courtroom"),
        *_institutions(make),
        make(
            rf"(?P<count>\d{{1,2}}) ?[x\u00d7] (?P<word>{any_of(BATTERIES)})s?(?![\w-])",
            lambda m: f"{numbers.cardinal(int(m['count']))} {BATTERIES[m['word']]}",
        ),
    )

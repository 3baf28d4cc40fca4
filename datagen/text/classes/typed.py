"""Words as people type them: letters for words ("u r late"), and short forms told by what is near.

They are forms of the class of abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from datagen.text.form import DOT, Form, FormMaker, Match, Sure, any_of, cue, is_before
from datagen.text.lexicon import MONTHS

_TURN = cue("turn|turned|left|right|bear|veer|keep|(?:make|hang|take|then|and) an?|go|then", " ")
_ALRIGHT = (
    r"[kK](?! (?:sink|bath|faucet|street|st|means|is|was|in|of|key|line|size|bed)\b)"
    r"(?=[,.!?]?$|[,.!?]? (?!as\b|like\b|for\b|dash|hyphen|space|double|zero|oh\b|one|two"
    r"|three|four|five|six|seven|eight|nine|ten\b)(?:[a-z]{2,}\b|I(?=[ ']|$)))"
)
"""The letter at the start of a turn for okay: not one of a name or code that is spelled."""
_NAMED_LETTER = cue("letters?|vowels?|the|an?|option|type|plan|class|row|with|variable|let", " ")


def _letter_word(word: str) -> Callable[[Match], str | None]:
    """Return what says a letter that stands for a word; the name of a letter is none."""
    return lambda match: None if is_before(match, _NAMED_LETTER) else word


def is_inside(match: Match) -> bool:
    """Tell whether a sentence goes on behind a short form with its stop."""
    return re.match(r"[,;?!)]| [a-z]", match.string[match.end() : match.end() + 2]) is not None


def _two_months(match: Match) -> str:
    return f"{MONTHS[match['first']]} and {MONTHS[match['last']]}"


_OF_A_SUM = (
    "times|is|equals|be|goes|gets|can|must|grows|has|terms?|items|elements|nodes|numbers|objects"
    "|choose|factorial|squared|cubed|minus|plus|over|steps|values|trials|rows|where|if|for|in|to"
    "|and|or|as|from|gives"
)
"""What comes after an n that is a number: "runs n times"."""


def typed(make: FormMaker) -> tuple[Form, ...]:
    """Return letters that are written for words, as people type them."""
    end = r"(?=[ ,.?!]|$)(?! [=+*/<>-])"
    return (
        make(
            r"ur(?= (?:welcome|late|early|wrong|gonna|going|coming|not|so|the|an?|too|here"
            r"|crazy|funny|amazing|kidding|sure|on)\b)",
            "you're",
            Sure.CUE,
        ),
        make(r"ur(?= \d)", "it may be your or you're", Sure.DOUBT),
        make(rf"u{end}", _letter_word("you"), Sure.CUE, before=re.compile(r"(?:^|[a-z,?!.] )\Z")),
        make(r"r(?= (?:u|you|we|they|there|these|those)\b)", "are"),
        make(r"r(?= [$\d])", "are", before=re.compile(r"[a-z]{3,} \Z")),
        make(rf"r{end}", "are", before=cue("u|you|we|they", " ")),
        make(
            rf"b{end}",
            "be",
            before=cue("gonna|will|would|wont|won't|to|might|can|should|must|ll", " "),
        ),
        make(_ALRIGHT, "okay", before=re.compile(r"^\Z")),
        make(rf"n(?= (?!(?:{_OF_A_SUM})\b)[a-z]{{2,}})", "and", before=re.compile(r"[a-z]{2,} \Z")),
        make(r"(?P<word>[cC])(?= (?:u|ya|you)\b)", lambda m: "see" if m["word"] == "c" else "See"),
        make("u", "you", before=re.compile(r"(?:^|[.?!] )C \Z")),
        make(
            r"[eE]x\.(?= \d)",
            lambda m: (
                m[0][0]
                + ("xercises" if re.match(r"\.? \d+ ?-", m.string[m.end() - 1 :]) else "xercise")
            ),
            before=cue(
                "do|page|homework|finish|complete|try|and|skip|through|\\d+,|start|redo|on|for", " "
            ),
        ),
        make(rf"gr\b{DOT}", "grade", before=re.compile(r"\b\d{1,2}(?:st|nd|rd|th) \Z")),
        make(r"v\.(?= [A-Z][a-z])", "versus", before=re.compile(r"[A-Z][\w.]* \Z")),
        make(r"No(?= \d)", "number", before=cue("the|a|our|their|my|unit|apt|room|at|is", " ")),
        make(rf"(?P<first>{any_of(MONTHS)})/(?P<last>{any_of(MONTHS)})\b{DOT}", _two_months),
        make(r"Co\.(?= (?:Rd|Road|Hwy|Highway)\b)", "County"),
        make(
            r"c\.(?= (?:1\d{3}|20\d\d|\d{1,2}(?::\d\d)? ?[AaPp]\.?[Mm]|\d{2,4} (?:BC|AD|B\.C"
            r"|A\.D)))",
            "circa",
        ),
        make(r"Art\.(?= [IVX]+\b)", "Article"),
        make(r"Para\.(?= \d)", "Paragraph"),
        make(r"[cC]hs\.(?= \d)", lambda m: f"{m[0][0]}hapters"),
        make(
            rf"min\b{DOT}",
            "minimum",
            before=re.compile(
                r"\d[ -](?:pcs?|pieces?|ft|feet|mi|miles?|hrs?|hours?|yrs?|mos?|months?|wks?"
                r"|weeks?|orders?|lbs?|yds?|drinks?"
                r"|nights?|person|people|items?|guests?|days?)\.? \Z"
            ),
        ),
        make(r"[cC]hap\.(?= (?:\d|[IVX]+\b))", lambda m: f"{m[0][0]}hapter"),
        make(
            r"no(?=\.(?:$| [A-Z]))",
            "number",
            before=re.compile(
                r"\b(?:digit|phone|cell|account|acct\.?|order|tracking|serial|flight|model|room|case|ID|my"
                r"|your|his|her|our|their|policy|member|confirmation|part|ref\.?|routing|card|invoice"
                r"|claim|license|fax|tel\.?) \Z"
            ),
        ),
        make(
            r"(?P<first>[nN])o\.(?=[,;?!)]| (?:and|or|to|from|please|if|when|so|here|at|with|as|in"
            r"|is|was|for|on|of|you|we|that|handy|ready)\b|$| [A-Z][a-z])",
            lambda m: f"{m['first']}umber" + ("" if is_inside(m) else "."),
            before=cue(
                r"report|invoice|serial|lot|batch|badge|case|claim|policy|member(?:ship)?|customer"
                r"|client|file|docket|ticket|booking|reference|tracking|[Tt]raveler|passport|permit"
                r"|contract|employee|student|group|certificate|receipt|check|voucher|item|style"
                r"|catalog|VIN|PO|P\.O\.|registration|warrant|parcel|unit|order|account|routing"
                r"|confirmation|model|part|license|flight|seat|job|quote|estimate|work order",
                " ",
            ),
        ),
        make(r"no\.$", "it may be a number or a refusal", Sure.DOUBT, before=cue("an?|the", " ")),
        make(r"[bd]\.(?= (?:1[5-9]|20)\d\d)", lambda m: "born" if m[0] == "b." else "died"),
        make(r"\u00a9 ?(?=\d)", "copyright "),
        make(r"[Ll]at\.(?= ?\d)", lambda m: f"{m[0][0]}atitude"),
        make(r"[Ll]ong\.(?= ?-?\d+\.\d)", lambda m: f"{m[0][0]}ongitude"),
        make(r"Txt(?= (?:me|us|him|her|them|you)\b)", "Text"),
        make(r"txt(?= (?:me|us|him|her|them|you)\b)", "text"),
        make(rf"rt\b{DOT}", "right", before=_TURN),
        make(r"ch\.(?= \d)", "channel", before=re.compile(r"\bon \Z")),
        make(r"vs\.(?= [A-Z])", "versus"),
        make(r"Esc\b(?!\. [a-z])", "Escape"),
        make(
            r"(?P<note>[A-G])b(?= (?:major|minor|chord|scale|trumpet|clarinet|sax|horn)\b)",
            lambda m: f"{m['note']} flat",
        ),
        make(r"(?P<note>[A-G])b\b", lambda m: f"{m['note']} flat", before=cue("key of", " ")),
        make(r"R[Ee](?=:)", "Regarding"),
        make(r"re(?=:)", "regarding"),
        make(r"R(?= (?:at|on|onto|off|in|after|before|then|and)\b|[,.]|$)", "right", before=_TURN),
        make(r"L(?= (?:at|on|onto|off|in|after|before|then|and)\b|[,.]|$)", "left", before=_TURN),
        make(
            rf"hr\b{DOT}",
            "hour",
            before=cue(
                "credit|billable|man|labor|labour|lab|contact|clock|office|half|quarter", " "
            ),
        ),
        make(
            r"(?P<side>[RL])(?= (?:hand|arm|leg|foot|knee|hip|shoulder|wrist|ankle|elbow|eye|ear"
            r"|side|lung"
            r"|breast|kidney|thumb|heel|calf|thigh|cheek|temple|forearm|rear)\b)",
            lambda m: "right" if m["side"] == "R" else "left",
            before=cue("his|her|my|your|their|the|patient's|in|on|of", " "),
        ),
        make(
            r"(?P<first>[mM])ed(?=-(?:low|high|hi|rare|well|large|small|lg|sm|size|sized|heat)\b)",
            lambda m: f"{m['first']}edium",
        ),
        make(r"(?<=-)med(?=[ .,?!]|$)", "medium", before=cue("low|small|high|sm", "-")),
        make(r"[aA]ttn\.(?= [A-Z])", lambda m: f"{m[0][0]}ttention"),
        make(rf"ea\b{DOT}", "each", before=re.compile(r"[$€£][\d.,]+ \Z")),
        make(r"inv(?= ?#? ?\d)", "invoice"),
        make(r"[cC]onf\.?(?= ?#)", lambda m: f"{m[0][0]}onfirmation"),
        make(r"[fF]lt(?= #?[A-Z0-9]{2,}\d)", lambda m: f"{m[0][0]}light"),
        make(r"biz(?= (?:days?|hours?|trip|class)\b)", "business"),
        make(r"med\.(?= [$€£]\d| or | and )", "medium"),
        make(r"Op\.(?= ?\d)", "Opus"),
        make(r"Qs(?= \d)", "questions"),
        make(
            r"[Ss]c\.?(?= (?:\d|[IVX]+\b))",
            "Scene",
            before=re.compile(r"\b[Aa]ct (?:\d|[IV]+|\w+),? \Z"),
        ),
        make(r"Lic\.(?= ?(?:#|no\b|No\b|\d))", "License"),
    )

"""Roman numerals: "Henry VIII", "chapter IV", "Rocky III"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, cue, is_after, is_before, is_near
from datagen.text.locales import Locale
from datagen.text.names import CARDINALLY, FIRST_NAMES, MONARCHS, NUMBERED
from datagen.text.nouns import DOES

TOLD = (
    "A ruler's name makes it a rank, what is numbered (chapter, war, type, tier) a number; after"
    " two"
    " names it is a person's rank, after one a title's number."
)
EXAMPLES = (
    ("Did Henry VIII build it?", "Did Henry the eighth build it?"),
    ("Read chapter IV tonight.", "Read chapter four tonight."),
    ("Robert Ellis III is the owner.", "Robert Ellis the third is the owner."),
    ("Watch Rocky III.", "Watch Rocky three."),
    ("The Mk. II is out.", "The Mark two is out."),
)
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_SMALL = r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})"
"""Up to 39: "LX" and "CC" behind a name are letters of a model."""
_ROMAN_END = "(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ROMAN = rf"(?=[IVXLC]){_ROMAN_END}"


def value(roman: str) -> int:
    """Return the number that a Roman numeral writes: 14 of "XIV"."""
    worth = [_VALUES[letter] for letter in roman]
    following = [*worth[1:], 0]
    return sum(-one if one < after else one for one, after in zip(worth, following, strict=True))


def _rank(match: Match) -> str:
    return f"the {numbers.ordinal(value(match['roman']))}"


def _number(match: Match) -> str:
    return numbers.cardinal(value((match.groupdict().get("roman") or match[0]).upper()))


def _number_or_rank(match: Match) -> str:
    """Say the number of "Nova II"; of a name near what rulers do it is a rank."""
    return _rank(match) if is_near(match, _RULERS) else _number(match)


def _first_or_letter(match: Match) -> str | None:
    """Say "Queen Elizabeth I never married": what follows tells of the monarch."""
    return "the first" if is_after(match, _REIGNED) else None


def _letter_or_first(match: Match) -> str | None:
    """Refuse "Henry I signed it"; "Henry I think" is the speaker."""
    is_speaker = is_after(match, _SPEAKER) and not is_before(match, _TITLED)
    is_ruler = is_after(match, _RULED)
    return None if is_speaker or is_ruler else "it may be a numeral or the speaker"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a Roman numeral."""
    make = FormMaker("roman")
    end = r"(?![\w&/+-]|\.\w|'[a-z]{2,})"
    return (
        make(
            rf"(?P<roman>(?=[MDCLXVI]{{4}})M{{1,2}}(?:CM|CD|D?C{{0,3}}){_ROMAN_END}){end}",
            lambda m: numbers.year(value(m["roman"])),
        ),
        make(
            rf"(?P<roman>(?![CLDM]\b|[IVX]\. [A-Z]){_ROMAN}){end}"
            r"(?!(?<= I) (?!(?:was|is|of|ruled|reigned|died|became|married|took|had|made"
            r"|never (?:married|wed|ruled|reigned|bore))\b)"
            r"[a-z])",
            _rank,
            before=cue("|".join(MONARCHS), " "),
        ),
        make(r"I(?= [a-z])", _first_or_letter, Sure.CUE, before=_TITLED),
        make(r"I(?= [a-z])", _letter_or_first, Sure.DOUBT, before=cue("|".join(MONARCHS), " ")),
        make(
            rf"(?P<roman>{_ROMAN_SMALL})(?= (?:century|centuries|cent\.|c\.))",
            lambda m: numbers.ordinal(value(m["roman"])),
        ),
        make(r"[VX](?=[.,?!:;]|$)", _number, before=_AFTER_TITLE),
        make(r"X(?=[ .,?!:;]|$)", "ten", before=cue("iPhone|OS|Windows", " ")),
        make(
            r"[VX](?=[.,?!:;]|$| (?:is|was|came|comes|has|had|will)\b)",
            _refused,
            Sure.DOUBT,
            before=_TITLE_BEFORE,
        ),
        make(r"[VX](?= [a-z])", _refused, Sure.DOUBT, before=_NAMED_BEFORE),
        make(r"(?P<roman>[IVX])(?=[ .,?!:;]|$)", _number, before=_SURELY),
        make(r"[VX](?=[ .,?!:;]|$)|I(?=[.,?!:;]|$)", _number, before=_NUMBERED_SMALL),
        make(r"V(?=[ .,?!:;]|$)", _number, before=cue("part|section|step|unit", " ")),
        make(r"I(?=[ .,?!:;]|$)", "one", before=_TYPED),
        make(
            rf"No\. (?P<roman>(?!I\b){_ROMAN_SMALL}){end}",
            lambda m: f"{'number' if m.start() else 'Number'} {_number(m)}",
        ),
        make(rf"I(?= (?!was\b)(?:{DOES})\b)", "one", before=_COURSE),
        make(r"[iIvVxX](?=[.,?!:;]|$| of\b)|[ivx](?= [a-z])", _number, before=_SCENE),
        make(r"[VX](?= [a-z])", _number, before=re.compile(r"\bScene \Z")),
        make(
            rf"(?:Mk|MK|mk)(?:\.? |\.)(?P<roman>(?!C\b|L\b){_ROMAN_SMALL}){end}",
            lambda m: f"Mark {_number(m)}",
        ),
        make(
            r"(?:Mk|MK)\.? ?(?P<mark>\d{1,2})(?![\w-]|[.,]\d)",
            lambda m: f"Mark {numbers.cardinal(int(m['mark']))}",
        ),
        make(rf"(?P<roman>(?!V\. ?[A-Z]){_ROMAN}){end}", _rank_of_name, Sure.CUE, before=_PERSON),
        make(rf"(?P<roman>{_ROMAN}){end}", _rank_of_name, Sure.GUESS, before=_TWO_NAMES),
        make(
            rf"(?P<roman>(?=[IVX]{{3}})X{{1,3}}(?:IX|IV|V?I{{0,3}})){end}",
            _rank,
            Sure.CUE,
            before=cue("John|Benedict|Clement|Gregory|Leo|Boniface|Innocent", " "),
        ),
        make(
            rf"(?P<roman>(?![A-Z]\b)(?:{_ROMAN}|x?(?:ix|iv|vi{{0,3}}|i{{2,3}})|xi)){end}",
            _number,
            before=cue("|".join(NUMBERED), r"\.? "),
        ),
        make(
            rf"(?P<roman>(?!I\b|V\b|X\b|C\b|L\b){_ROMAN}){end}",
            _number,
            Sure.CUE,
            before=cue("|".join(CARDINALLY), " "),
        ),
        make(r"V(?=[ .,?!:;]|$)", "five", before=cue(_FIFTHS, " ")),
        make(
            rf"(?P<roman>{_ROMAN_SMALL})(?=,? (?:and|or|to|through|&) [IVX]+\b|, [IVX]+\b)",
            _number,
            before=cue(_SEVERAL, " (?:[IVX]+, )*"),
        ),
        make(
            rf"(?P<roman>{_ROMAN_SMALL}){end}(?!(?<= I) (?!are\b|were\b|of\b|in\b|on\b|for\b)\w)",
            _number,
            before=cue(_SEVERAL, " (?:[IVX]+, )*[IVX]+,? (?:and|or|to|through|&) "),
        ),
        make(
            rf"(?P<roman>(?!I\b|V\b|X\b){_ROMAN_SMALL}){end}",
            _number_or_rank,
            Sure.GUESS,
            before=_TITLE,
        ),
    )


def _refused(match: Match) -> str | None:
    """Refuse the X of "Wrestlemania X": ten or a letter."""
    if is_before(match, _LETTERED):
        return None
    return "it may be a numeral or a letter"


def _rank_of_name(match: Match) -> str | None:
    """Say the rank of a person: no more than five bear one name."""
    return _rank(match) if match["roman"] in ("II", "III", "IV", "V") else None


_RULERS = re.compile(
    r"\b(?:reign\w*|abdicat\w+|dethron\w+|enthron\w+|throne|dynasty|pharaohs?|monarchs?|emperors?"
    r"|sultans?|(?:king|queen) of [A-Z]\w+)\b"
)
_TITLED = re.compile(
    r"\b(?:Queen|King|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Pharaoh|Shah)"
    r" (?:[A-Z][a-z]+ ){1,2}\Z"
)
_RULED = re.compile(
    r" (?:was|is|of|ruled|reigned|died|became|married|took|had|made|abdicated|granted|and|or"
    r"|never (?:married|wed|ruled|reigned|bore))\b"
)
_REIGNED = re.compile(
    r" (?:(?:was|is|of|ruled|reigned|died|became|married|took|had|made|abdicated|granted|built|led"
    r"|founded|won|fought|invaded|landed|claimed|succeeded|governed|conquered|defeated|signed|wore|spoke)\b"
    r"|(?:never|also|once|later|first|soon|finally|eventually) [a-z]+ed\b)"
)
_SPEAKER = re.compile(
    r" (?:think|thought|know|knew|guess|believe|mean|want\w*|need\w*|like\w*|love\w*|am|do|did|can"
    r"|could|will|would|should|have|just|really|told|saw|met|heard|said|asked|called|spoke|talk\w*"
    r"|hope|feel|work\w*|live\w*|see|sent|gave|got|remember|use\w*|went|go|don't|didn't|can't|won't"
    r"|haven't|wouldn't|couldn't)\b"
)
_AFTER_TITLE = re.compile(
    r"\b[A-Z][a-z]+ (?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})\b[^.?!]* (?:than|and|or|to|vs\.?|versus"
    r"|before|after|like) \Z"
)
_SEVERAL = f"(?:{'|'.join(name for name in NUMBERED if ' ' not in name and name[-1] != 's')})s"
"""Several of what is numbered: "chapters IV and V"."""
_FIFTHS = (
    r"Saturn|Rocky|Saw|Rambo|GTA|Grand Theft Auto|Final Fantasy|Civilization|Elder Scrolls|Ultima"
    r"|Star Wars"
    r"|Star Trek|Episode"
)
_SURELY = re.compile(
    r"\b(?:World War|Phase|Stage|Title|Tier|Level|Chapter|Act|Book|Volume|Article"
    r"|(?:Art|Vol|Ch|Sec)\.) \Z"
)
_NUMBERED_SMALL = re.compile(r"\b(?:chapter|act|book|volume|article|stage|phase|tier) \Z")
_COURSE = re.compile(r"[A-Z][a-z]{2,} \Z")
"""A name before an I that does something, as the speaker does not: "Ballet I meets"."""
_SCENE = re.compile(r"\b[Ss]cene \Z")
_TYPED = re.compile(r"\b(?:Type|Class|Schedule|Division|Trauma) \Z")
_PERSON = re.compile(
    rf"(?<![\w-])(?:{'|'.join(FIRST_NAMES)}) (?:[A-Z][a-z]+ |[A-Z]\. [A-Z][a-z]+ )?\Z"
)
_TWO_NAMES = re.compile(
    r"(?<![\w-])(?!(?:The|An?|My|Your|Our|Its|In|Play|Watch|Get|See|Is|Buy|Try|Use|On|At) )"
    r"[A-Z][a-z]+ [A-Z][a-z]+ \Z"
)
_TITLE = re.compile(
    r"(?<![\w-])(?!(?:The|An?|In|On|At|For|My|Our|And|But|So|If|This) )[A-Z][a-z]+ \Z"
)
_TITLE_BEFORE = re.compile(
    r"(?<=[a-z.,!?] )[A-Z][A-Za-z]+ \Z|^(?!The |A )[A-Z][A-Za-z]+ [A-Z][a-z]+ \Z|^[A-Z]\w{5,} \Z"
)
_NAMED_BEFORE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,} \Z")
"""A name within a sentence, of a thing with a number or a letter: "the Nova V jacket"."""
_LETTERED = cue(
    r"malcolm|gen|generation|brand|series|product|company|agent|project|planet|team|professor|option"
    r"|plan|type|class|group|room|row|gate|mr\.?|ms\.?|iphone|os|windows|unit|building|exhibit|part"
    r"|section|seat|zone|vitamin|grade|model|point|line|lot|henry|louis|edward|george|james|charles"
    r"|william|article|chapter|act|book|title|stage|phase|level|tier|volume|war|on|factor|spell|press"
    r"|hit|key|letter|axis|variable|for|find|formula|mark|xbox one",
    " ",
)

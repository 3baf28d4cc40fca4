"""What follows a number: several of something, a noun that it describes, or neither.

A word in s after a number is counted by it ("4000 chairs") or says what it does ("4471 expires");
a noun after a unit makes it singular ("a 9 watt lamp") where no other word could stand there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from datagen.text.form import REACH, Match

DOES = (
    "is|was|has|does|goes|comes|says|expires|shows|arrives|leaves|departs|begins|starts|ends|includes"
    "|requires|keeps|gets|takes|needs|means|seems|looks|works|ships|boards|lands|runs|covers|applies"
    "|appears|remains|belongs|matches|contains|opens|closes|costs|sounds|feels|sits|stays|counts"
    "|equals|makes|gives|fits|happens|hits|lasts|turns|becomes|reads|returns|displays|fails|connects"
    "|drops|refers|stands|pays|saves|allows|adds|uses|wants|asks|tells|posts|clears|stops|beats|gains"
    "|draws|pulls|drives|powers|charges|produces|provides|handles|carries|holds|feeds|serves|lets|puts|sends"
    "|sets|stores|supports|heats|cools|melts|boils|freezes|kills|burns|fills|feels|moves|rises|falls|heads"
    "|meets|leads|wins|loses|weighs|rings|fires|boots|blinks|flashes|renews|qualifies|helps|buys|brings"
    "|suggests|indicates|implies|confirms|represents|corresponds|translates|proves|reflects|exceeds"
    "|keeps|causes|triggers|explains|leaves|ensures|prevents|reduces|increases|improves"
)
"""What somebody or something does; a few are things as well."""
_NO_PLURALS = (
    "tops|across|plus|this|yes|pass|towards|always|perhaps|besides|unless|its|his|hers|ours|theirs|less"
    "|sometimes|nowadays|afterwards|downstairs|upstairs|overseas|versus|express|process|access|address"
    "|business|class|glass|boss|loss|press|cross|gross|success|across|alas|thus|bonus|status|bus|gas"
)
_S = rf"(?!(?:{DOES}|{_NO_PLURALS})\b)[a-z]{{3,}}(?<![siu])s\b"
THINGS = rf"(?:{_S}|people\b|men\b|women\b|children\b|feet\b)"
"""A pattern of a word for several of something."""
PLURAL = rf"(?= (?:(?!(?:{DOES}|and|or|to|but)\b)[a-z]+ )?{THINGS})"
"""A pattern before what is counted, perhaps after one word: "1200 new chairs"."""
NO_PLURAL = PLURAL.replace("(?=", "(?!", 1)
_NO_NOUN = (
    "of|and|or|nor|in|on|at|for|to|from|per|when|if|but|than|as|by|with|without|after|before|because"
    "|so|that|while|until|till|til|through|thru|though|over|under|between|around|about|since|during"
    "|within|plus|minus|into|onto|off|out|up|down|across|against|along|among|behind|below|above|beyond"
    "|beside|besides|despite|except|like|near|past|toward|towards|unless|via|versus|vs|where|whether"
    "|which|who|whose|whom|what|why|how|it|we|you|i|he|she|they|them|us|me|him|her|his|their|my|our|your|its"
    "|this|these|those|the|an?|each|every|all|both|either|neither|some|any|no|not|another|one|two"
    "|three|four|five|six|seven|eight|nine|ten|eleven|twelve|more|less|most|fewer|much|many|enough|other"
    "|are|were|be|been|being|am|have|had|do|did|will|would|can|could|should|shall|may|might|must|won't"
    "|isn't|wasn't|can't|don't|doesn't|didn't|went|took|felt|got|get|go|came|come|ran|left|made|paid"
    "|worth|now|only|just|still|ago|away|long|wide|tall|deep|thick|old|high|late|early|total|later"
    "|today|tonight|tomorrow|yesterday|annually|already|always|again|instead|here|there|too|also|then"
    "|first|last|twice|once|right|back|apart|extra|please|sometimes|maybe|altogether|overall|even|ever"
    "|never|next|net|gross|max|min|tops|flat|straight|together|upfront|online|round|square|diagonal"
    "|due|free|yet|anyway|ahead|short|empty|full|overnight|maximum|minimum|mark|depending|upload"
    "|download|low|heavy|strong|ish|cash|apiece|else|easy|alone|great|good|fine|okay|ok|bad|sharp"
    "|inside|outside|indoors|outdoors|north|south|east|west|you're|we're|i'm|it's|that's|there's|they're"
    "|right|between|plain|usually|probably|same|new|nowhere|somewhere|everywhere|upstairs|downstairs|dry|wet|raw|cooked|well"
    "|rather|quite|almost|nearly|roughly|better|worse|daily|prepaid|plus|times|taller|shy|solo|straight"
    "|incl|excl|ea|approx|est|tax|latitude|longitude|city|hwy|highway|pp|pers|afterward|afterwards|beforehand|besides|otherwise|pretty|super|way|anymore|soon|quick|fast|slow|ship|qualify|apply|hover|remain|vary|self-pay|out-of-pocket|all-in"
    "|up-front|pre-tax|after-tax|tax-free|round-trip|one-way|month-to-month|mo|dep|qd|bid|tid|qid|prn|po|qhs|weekdays|weekends"
    "|withheld|spent|lost|sent|kept|held|sold|bought|owed|internal|available|remaining"
)
_NOUNS_IN_ED = (
    "shed|bed|sled|ceiling|building|railing|awning|opening|ring|string|spring|landing|wing|tubing"
    "|molding|siding|fencing|king|reed"
)
"""What looks like what was done, and is a thing."""
_DESCRIBED = re.compile(
    rf" (?!(?:{_NO_NOUN}|{DOES})\b|(?!(?:{_NOUNS_IN_ED})\b)[a-z]+(?:ed|ing|ly|wards?)\b"
    r"|[a-z]+er than\b"
    r"|(?:heavi|light|long|fast|cheap|bigg|small|tall|short|high|low|wid|deep|old|young|thick"
    r"|thinn|clos|earli|few|farth|furth|hott|cold|warm|cool|strong|bigg|short)er\b"
    r"|(?:AM|PM|ET|EST|EDT|CT|CST|PT|PST|MT|MST|PO|BID|TID|QID|PRN|OD|ID|OC|CCW|CW|DC|AC|US|OK|TX|CA|NY|[NS][EW])\b)"
    r"(?:[a-z]{2,}(?:-[a-z]+)*|[A-Z]{2,}s?|[A-Z]\d)\b"
)
_CAPITALS = re.compile(r" [A-Z]")
_NAMED = re.compile(r" (?!(?:I|Is|It|And|But|Or|If|So|The|That|You|We)\b)[A-Z][a-z]+\b")
_CALLED = re.compile(
    r" (?!(?:I|I'm|I'll|I've|AM|PM|ET|EST|EDT|CT|PT|PST|MT|US|OK|TX|CA|NY|[NS][EW]?|E|W|PO|BID"
    r"|TID|QID|PRN|OD|ID|AC|DC"
    r"|Mon|Tue|Wed|Thu|Fri|Sat|Sun|\w+day|Jan\w*|Feb\w*|March|April|May|June|July|Aug\w*|Sep\w*"
    r"|Oct\w*"
    r"|Nov\w*|Dec\w*)\b)(?:[A-Z]|[a-z]/\d|\d+-[a-z])"
)
_A = re.compile(r"(?:(?<![\w-])an? |(?:^|[.?!] )An? )\Z")
_COUNT_BEFORE = re.compile(
    r"(?<![\w-])(?:an?|one|two|three|four|five|six|seven|eight|nine|ten)"
    r" (?:new |nice |good |big |small |used |brand-new |full |single |standard |simple |mere "
    r"|whopping )?"
    r"\Z",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"(?<![\w-])(?:the|this|that|my|your|our|his|her|their|its|each|every|any|another|an?)"
    rf" (?:(?!(?:{DOES}|are|were|for|at|in|with|of|and|or|by|to|will|would|can|cost|leave|plus"
    rf"|makes?)\b"
    r"|[a-z]+ed\b)[a-z]+ )?\Z",
    re.IGNORECASE,
)
_THE = re.compile(r"(?<![\w-])(?:the|this|that|my|your|our|his|her|their|which) \Z", re.IGNORECASE)
_SOLD_AS = re.compile(
    r" (?:one|tier|model|version|plan|drive|card|phone|battery|tank|bottle|pack|package|bag|box"
    r"|monitor|screen|pill|tablet|engine|option)s?\b"
)
_LAST_NOUN = re.compile(
    r" (?:(?![a-z]+(?:al|ous|ful|ive|ic|able|ible)\b)[a-z]{3,}(?:-[a-z]+)?(?: [a-z]{4,})?"
    r"|[A-Z]{3,})"
    r"(?=[.,?!;:)]|$| (?:and|or|for|with|is|was|on|in|from|at|to|w/|&) )"
)
"""A word of small letters before a mark or a small word."""
_PER = re.compile(r"(?:/[a-z]+\b\.?| per [a-z]+) [a-z]")


def _stands_before(match: Match, pattern: re.Pattern[str]) -> bool:
    start = match.start()
    return pattern.search(match.string, max(0, start - REACH), start) is not None


def describes(match: Match, end: int | None = None) -> bool:
    """Tell whether a noun follows at once: "16 GB memory", and not "16 GB of memory"."""
    return _DESCRIBED.match(match.string, match.end() if end is None else end) is not None


@lru_cache(maxsize=256)
def _others(unit: str) -> re.Pattern[str]:
    sign, _, symbol = unit.rpartition("#")
    after = rf"[ -]?{re.escape(symbol)}\.?" if symbol else r"(?<![.,])"
    amount = rf"{re.escape(sign)}\d[\d.,/]*[½¼¾⅓⅔]?{after}"
    return re.compile(rf"(?:(?:,? (?:and|or) |, ){amount})+")


def describes_last(match: Match, end: int) -> bool:
    """Tell whether a noun follows that ends its clause: "a 4 inch slab, poured"."""
    return describes(match, end) and _LAST_NOUN.match(match.string, end) is not None


def end_of_row(match: Match, unit: str) -> int:
    """Return where a row of amounts ends: of the 8" in '8" and 12" bits', before "bits".

    ``unit`` is what follows each number, or what stands before it and a "#".
    """
    others = _others(unit).match(match.string, match.end())
    return others.end() if others else match.end()


def describes_plainly(match: Match) -> bool:
    """Tell whether a noun of small letters follows at once."""
    return describes(match) and not _CAPITALS.match(match.string, match.end())


def describes_name(match: Match) -> bool:
    """Tell whether a name follows at once: "the $30 Acme card"."""
    return _NAMED.match(match.string, match.end()) is not None


def is_named(match: Match, end: int | None = None) -> bool:
    """Tell whether a name or a code follows at once: "20 mg Lipitor", "24-70mm f/2.8"."""
    return _CALLED.match(match.string, match.end() if end is None else end) is not None


def is_determined(match: Match) -> bool:
    """Tell whether "the", "my" or the like stands before it, perhaps with one word between."""
    return _stands_before(match, _DETERMINED)


def is_the(match: Match) -> bool:
    """Tell whether "the", "this" or the like stands right before it."""
    return _stands_before(match, _THE)


def is_one_thing(match: Match) -> bool:
    """Tell whether "a" stands right before it: "a 256 GB" is one thing of so much."""
    return _stands_before(match, _A)


def attributive(match: Match) -> bool:
    """Tell whether an amount describes what follows: "a 20 GB plan", "a $3/day charge"."""
    if is_the(match):
        return bool(_SOLD_AS.match(match.string, match.end()))
    if not _stands_before(match, _COUNT_BEFORE):
        return False
    return describes(match) or bool(_PER.match(match.string, match.end()))

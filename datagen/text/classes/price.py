"""Prices without a currency's sign: "total is 86.14", "12.99 ea", "i make 19.25/hr"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import END, Form, FormMaker, Match, Sure, Unsayable, cue, is_after, is_before
from datagen.text.locales import Locale
from datagen.text.nouns import THINGS, describes
from datagen.text.quantity import INT

TOLD = (
    "Exactly two digits behind a point, and a word of money beside it (paid, total, fee, each, an"
    " hour); a word that measures or reckons makes it a decimal number, and with neither, or both,"
    " it is refused."
)
EXAMPLES = (
    ("The total is 86.14.", "The total is eighty-six fourteen."),
    ("They're 4.49 each.", "They're four forty-nine each."),
    ("I make 19.25/hr.", "I make nineteen twenty-five per hour."),
    ("Her GPA is 3.75.", "Her GPA is three point seven five."),
)
_SUMS = (
    r"(?:(?:sub)?totals?|bills?|balances?|bal|amounts?|amts?|prices?|costs?|fees?|charges?|co-?pays?"
    r"|deposits?|refunds?|credits?|debits?|payments?|pmts?|pymts?|tips?|rent|wages?|premiums?"
    r"|deductible|invoices?|receipts?|tab|discounts?|fares?|tolls?|fines?|shipping|postage"
    r"|groceries|purchases?|transactions?|transfers?|withdrawals?|paychecks?|checks?|quotes?"
    r"|subscriptions?|membership|hourly rate|labor|copayment|interest charges?|msrp)"
)
_LINKED = r"(?: due| owed| total)?(?:'s| is| was| are| were| of| at|:| came to| comes to| for)?"
_PAID = cue(
    r"(?:(?:I|we|you|they|he|she|who|u) (?:only |just )?(?:paid|owed?|spent)|paid|pays?|owes?|owed"
    r"|spent"
    r"|charged?(?: me| us| you| him| her| them)?|charging|refunded(?: me| us| you)?|priced(?: at)?"
    r"|gas (?:is|was)(?: at)?|(?:it|that|they|which) costs?|costs?(?: me| us| you)?"
    r"|that'?ll be|that will be|comes out to|rang up(?: at| to)?|ea\.? @|qty \d+ @"
    r"|(?:bag|box|case|bottle|carton|crate|jar|bundle)s?(?:'s| is| are| was| were| for))",
    " (?:about |only |just |like |around |another |me |us |you )?",
)
_TOLD_SUM = cue(rf"{_SUMS}{_LINKED}", " (?:about |only |just |like |around )?")
_OVER = r"(?:/|(?:an?|per) )"
_PAID_NEXT = re.compile(
    r",? (?:each|ea|apiece|plus (?:tax|shipping|delivery|tip)|(?:with|w/|before|after|incl\.?"
    r"|including|inc) tax|even|in cash|cash|total)\b(?! (?:hours|miles|time|distance|length))"
    r"| (?:fee|charge|copay|refund|deposit|payment|tip|bill)\b"
    r"|/(?:ea|person|night|head|plate|sq ?ft|gal|lb|bu|dozen|doz|box|case|bag|piece|pc)\b"
    r"| (?:an?|per) (?:pop|piece|pound|lb|dozen|gallon|gal|bag|box|pack|pair|person|head|plate"
    r"|night|bottle|case|slice|bushel)\b"
)
_HOURLY = re.compile(rf" ?{_OVER}(?:hr|hour|mo|month|wk|week|yr|year|day)\b")
_EARNED = re.compile(
    r"\b(?:make|makes|making|made|earn\w*|pay\w*|paid|wages?|starting|raise|offer\w*|job|charg\w+"
    r"|cost\w*|rent|bill\w*|plan|labor|price|hourly|hired|min(?:imum)? wage|fees?)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"\b(?:{_SUMS[3:-1]}|pay\w*|paid|charg\w+|owe[ds]?|owing|spent|spend\w*|bucks|refund\w*|cash"
    r"|overdraft|autopay|debited|credited|deposited|withdr\w+|price[ds]?|cheaper|even)\b"
    r"|[$€£][\d,]+\.\d\d\b",
    re.IGNORECASE,
)
"""Words of money in the same sentence."""
_NO_MONEY = re.compile(
    r"\b(?:checks? (?:if|whether|that|the|my|your|on|for)|balance the|credit hours?|change in"
    r"|total (?:length|distance|time|hours|weight|area|mass|miles|rain\w*|snow\w*)|tip of"
    r"|transfer (?:of heat|speed)|fine[- ](?:tun\w+|grain\w*)|even (?:if|though|numbers?))\b",
    re.IGNORECASE,
)
"""What holds such a word and is about something else."""
_SOLD = re.compile(
    r"[$€£]\d|\b(?:deluxe|petite|standard|premium|smalls?|mediums?|larges?|regular|combo|deliver\w+|pric\w+"
    r"|sale|bouquets?|dozen|pizzas?|menu|special|specials|buy\w*|bought|orders?|ship\w*|fees?|bills?"
    r"|tax|costs?|cheap\w*|discount\w*|coupons?|refund\w*|charg\w+|pay\w*|paid|gallon|apiece|sells?"
    r"|sold|bundle|tickets?|entr(?:y|ees?)|meals?|sandwich\w*|wraps?|shirts?|basic|plans?|subscription|vases?|roses|upgrade"
    r"|on sale|clearance|retails?|bargain|checkout|cart)\b",
    re.IGNORECASE,
)
"""What is near a price with an ending that prices have: "64.99"."""
_OFFERED = re.compile(
    r"(?:(?<![\w-])(?:[Ii]s|are|was|were|[Ii]t's|[Tt]hat's|[Tt]hey're|for|at|only|just|costs?"
    r"|priced(?: at)?|prices? (?:is|was|of)|pay|paid"
    r"|from|now|be|charged?(?: me| you| us)?|comes to|came to|total(?: is|'s)?|to|another|about"
    r"|and|or|plus|you|size|version|one)|[a-z]'s) \Z"
)
_OFFERED_NEXT = re.compile(
    r" (?:(?:an?|per) (?:month|yard|year|week)"
    r"|for (?:two|three|four|both|all|a dozen|the (?:pair|set|dozen|pack|box|large|small|bundle))"
    r"|delivered|on sale|off)\b"
)
_ENDS_AS_PRICES = re.compile(r"[2-9]9|95|45")
_NAMED_VALUE = (
    r"GPA|ERA|WHIP|pi|pH|averag\w+|avg|median|mean|versions?|index|ratio|magnitude|latitude"
    r"|longitude|lat|long|lng|scored?|ratings?|rated|levels?|APR|APY|yield|interest|mortgage"
    r"|loan|coefficient|factor|density|TSH|potassium|creatinine|A1c|INR|hemoglobin|mass"
    r"|velocity|speed|section|chapter|figure|fig|table|exercise|problem|equation|episode|channel"
    r"|slope|radius|diameter|width|height|length|depth|area|volume|distance|gauge|frequency"
    r"|minus|equals?|divided by|multiplied by|times|rounds?(?: to)?|add|subtract|decimals?"
    r"|weigh(?:s|ed|t)?|measur(?:es?|ed)|error|probability|p[- ]value|exchange rate|growth"
    r"|inflation|python|ios|android|value|mileage|mpg"
)
_MEASURED_BEFORE = cue(
    rf"(?:{_NAMED_VALUE})(?:'s| is| was| of| at| to| are| were| by| as|:| =| came back| reads?)?"
    r"|[=\u00d7÷+]",
    r" (?:about |only |just |like |around |roughly )?",
)
_MEASURED_NEXT = re.compile(
    r" (?:(?:cumulative |overall |weighted |unweighted |high school )?(?:GPA|ERA|average|avg|ratio"
    r"|rating|index)|percent|pct|out of|million|billion|thousand|trillion|times|hours?|hrs?"
    r"|minutes?|mins?|seconds?|secs?|miles?|inch(?:es)?|foot|feet|yards?|meters?|pounds?|ounces?"
    r"|grams?|gallons?|liters?|cups?|acres?|degrees?|stars?|points?|carats?|volts?|amps?|watts?"
    r"|in the \d+|to the (?:dollar|euro|pound|yen)|interest|apr|apy|rounded"
    r"|squared|cubed|divided|multiplied)\b|°| ?[=\u00d7÷*]",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:averag\w+|GPA|pi|ratio|values?|equals|index|score[sd]?|times?|ERA|mean|median|errors?"
    r"|probability|factor|pH|coefficient|density|seconds?|laps?|meters?|decimals?|rounds?|rounded|digits?"
    r"|versions?|section|code|divided|multipl\w+|quotient|rating|rated|stars?|level|magnitude"
    r"|latitude|longitude|coordinates?|interest|mortgage|loan|APR|APY|inches|miles|hours|rain\w*"
    r"|snow\w*|fraction|subtract\w*|equations?|coulombs?|protons?|electrons?|exchange rate|mpg)\b"
    r"|\b(?:sales|property|income|payroll|state|city) tax\b|\btax rates?\b"
    r"|[=\u00d7÷+]"
    r"|\brates?\b[^#]{0,20}#(?: fixed)?,? (?:for|on|over) (?:an? )?\d+[ -]?(?:mo|yr|year)",
    re.IGNORECASE,
)
"""What is measured or reckoned, and has no price."""
_COUNTED = re.compile(
    rf" (?!(?:ones|bucks|dollars)\b){THINGS}| (?:percent|%|million|billion|thousand)"
)
_SENTENCE_ENDS = re.compile(r"[.?!](?: |$)")


def _sentence(match: Match, left: int, right: int) -> str:
    """Return what stands around a number in its sentence."""
    start, end = match.span()
    before = _SENTENCE_ENDS.split(match.string[max(0, start - left) : start])[-1]
    after = _SENTENCE_ENDS.split(match.string[end : end + right], maxsplit=1)[0]
    return f"{before}#{after}"


def _is_price(match: Match) -> bool | None:
    """Tell a price from a decimal number; None where nothing tells, or two things do."""
    if is_after(match, _COUNTED):
        return False
    is_paid = is_before(match, _PAID) or is_after(match, _PAID_NEXT)
    is_paid = is_paid or (
        is_after(match, _HOURLY) and _EARNED.search(_sentence(match, 48, 48)) is not None
    )
    is_measured = is_before(match, _MEASURED_BEFORE) or is_after(match, _MEASURED_NEXT)
    if is_paid or is_measured:
        return is_paid if is_paid != is_measured else None
    is_measured = _MEASURED.search(_sentence(match, 64, 32)) is not None
    is_paid = (
        is_before(match, _TOLD_SUM)
        or _MONEY.search(_NO_MONEY.sub("", _sentence(match, 48, 32))) is not None
        or _is_offered(match)
    )
    if is_paid == is_measured:
        is_plain = match["whole"] == "0" or match[0] == "3.14"  # pi
        return False if is_plain and not is_paid else None
    return None if is_paid and describes(match) else is_paid


def _is_offered(match: Match) -> bool:
    """Tell whether something sold is told with an ending that prices have."""
    if not _ENDS_AS_PRICES.fullmatch(match["part"]):
        return False
    if is_after(match, _OFFERED_NEXT):
        return True
    return is_before(match, _OFFERED) and _SOLD.search(_sentence(match, 64, 48)) is not None


def _price(match: Match) -> str | None:
    """Say "86.14" as "eighty-six fourteen". Raises Unsayable where that is another number."""
    if not _is_price(match):
        return None
    whole, part = int(match["whole"].replace(",", "")), int(match["part"])
    if not whole or (whole % 100 == 0 and part >= 10):
        raise Unsayable(match[0], "without a currency it may be heard as another number")
    said = numbers.cardinal(whole)
    if not part:
        return f"{said} even"
    return (
        f"{said} oh {numbers.cardinal(part)}" if part < 10 else f"{said} {numbers.cardinal(part)}"
    )


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a price, and the refusal of what may be none."""
    make = FormMaker("price")
    number = rf"(?P<whole>{INT})\.(?P<part>\d\d){END}"
    return (
        make(number, _price, Sure.CUE),
        make(
            number,
            lambda m: "it may be a price or a decimal" if _is_price(m) is None else None,
            Sure.DOUBT,
        ),
    )

"""Amounts of money: "$9.50", "a $25 fee", "$10-15K", "C$30", "20 USD", "99¢"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.form import (
    Form,
    FormMaker,
    Match,
    Sure,
    Unsayable,
    any_of,
    is_after,
    is_before,
    is_near,
)
from datagen.text.locales import Currency, Locale
from datagen.text.nouns import (
    THINGS,
    attributive,
    describes,
    describes_name,
    describes_plainly,
    end_of_row,
    is_determined,
    is_one_thing,
)
from datagen.text.quantity import DEC, INT, SCALES

TOLD = (
    "A currency's sign or ISO code. Hundredths are said where there are two digits behind the"
    " point (or"
    " one); a scale (K, M, bn, million) is said before the currency; before a noun the unit"
    " stays singular."
)
EXAMPLES = (
    ("It comes to $9.50 with tax.", "It comes to nine dollars and fifty cents with tax."),
    ("A $25 late fee applies.", "A twenty-five dollar late fee applies."),
    ("A $50-a-month plan.", "A fifty dollar a month plan."),
    ("Our budget is $10-15K.", "Our budget is ten to fifteen thousand dollars."),
    ("It's C$30 with shipping.", "It's thirty Canadian dollars with shipping."),
    ("It cost 20 USD.", "It cost twenty US dollars."),
    ("It's 50 c a call.", "It's fifty cents a call."),
)
_PRICED = re.compile(
    r" (?:(?:annual|booking|cancellation|cleaning|delivery|flat|gift|late|monthly|one-time"
    r"|overdraft|processing"
    r"|reconnection|restocking|security|service|store|travel|[A-Z]{2,}|non-refundable|refundable"
    r"|activation|installation|joining|startup|start-up|application|enrollment|registration|sign-?up"
    r"|admin|origination|membership|initiation|permit|inspection|trip|diagnostic|dispatch|rush|towing"
    r"|parking|filing"
    r"|maintenance|early termination) )?(?:bill|bonus|(?<=gift )card"
    r"|card(?= (?:minimum|limit|fee|surcharge))"
    r"|charge|copay|coupon|credit|deductible"
    r"|deposit|discount|fee"
    r"|limit|minimum|maximum|max|min|payment|penalty|plan|rebate|refund|surcharge|ticket|voucher"
    r"|valuation|loan"
    r"|fine|down payment|item|purchase|entree|meal|value|tip|bet|raise|budget|premium)s?\b"
)
_NAMED_CARD = re.compile(
    r" (?:[A-Z][\w'&]+ (?:gift )?(?:cards?|vouchers?|certificates?|coupons?)"
    r"|cash[- ]?back (?:bonus|offer|reward|rebate)(?:e?s)?)\b"
)
"""What names and pays so much: "$25 Acme cards"."""
_CREDITED = re.compile(r" (?:credit|value|budget|tip|fine)\b(?! (?:card|limit|line))")
_RATED = re.compile(r"[/-]| (?:an?|per|each|every)\b")
_MORE = re.compile(
    r" (?:(?:max|min)(?:imum)?\b|(?:off|cash|flat|free|first|second|third|next|last|new|late"
    r"|early|total|online|low|high|good) "
    r"(?!(?:and|or|if|when|for|on|at|in|to|is|was|with|your|the|my|an?)\b)[a-z])"
)
"""What may stand between a price and the noun it describes: "a $10 maximum", "a $5 off coupon"."""
_OF_WORDS = re.compile(
    r" (?!(?:a|an|and|apiece|at|back|buys|by|can|comes|could|covers|does|each|every|for|from|gets"
    r"|goes|has|if|in|is|less|may|might|more|of|off|on|or|pays|per|plus|should|than|to|today|total"
    r"|was|when|will|with|would)\b)[a-z]+(?:-[a-z]+)*"
)
"""Words that "a $7,500" describes: "a $7,500 tax credit", "a $6,500 out-of-pocket maximum"."""
_SEVERAL_NEXT = re.compile(
    rf" (?!(?:dollars|bucks|cents|guarantees|doubles|reserves|secures"
    rf"|unlocks)\b){THINGS}(?=[.,?!;)]|$| (?:and|or|on|for|at|till|until|from|all|with|w/|&|every"
    rf"|tonight|today|today) )"
)
_PAYER_OR_TIME = re.compile(
    r" (?:week(?:days|nights|ends|lies)|days|nights|evenings|mornings|afternoons|(?:non-?)?members"
    r"|adults|kids|children|seniors|students|guests|residents|military|infants|toddlers|veterans"
    r"|everyone|everybody|anyone|men|women|ladies|couples|families|juniors|locals|visitors"
    r"|otherwise)(?=[.,?!;)]|$"
    r"| (?:and|or|but|under|over|after|before|until|from|else|with|[$€£\d]))"
)
"""Who pays a price, or when: "$12 nights, $8 kids"."""
_STATED = re.compile(
    r"(?:\b(?:is|are|was|were|be|it's|that's|they're|costs?|runs?|comes? to|just|only|about|now"
    r"|and|then|or|plus)|,|^|[.?!:]) \Z|^\Z",
    re.IGNORECASE,
)
"""What stands before a price that is told: "it's $2 toppings", "$30 labor and $40 parts"."""
_STILL = re.compile(
    r" (?:available|remaining|outstanding|overdue|owed|due|left|total|extra|more|less|short"
    r"|upfront|apiece|back|pending|altogether|overall|annually|monthly|yearly|weekly|daily)"
    r"(?=[.,?!;:)]|$| (?:in|on|with|for|at|by|to|from|and|or|but|now|today|this|if|of|until|after"
    r"|before|as|so|per|when)\b)"
)
"""What is said of an amount and is no thing that it pays for: "$27,850 available"."""
_LISTED = re.compile(r" (?:[a-z-]+ )?[a-z-]+ ?[/|] ?[$€£]\d")
_LISTED_BEFORE = re.compile(r"[$€£][\d.,]+(?: [a-z-]+){1,2} ?[/|] ?\Z")
"""What is one price of several: "$28 self / $42 valet"."""
_TENDER = r"(?:cash|cards?|credit|debit|check|charge)"
_TENDERED = re.compile(rf" {_TENDER}\b")
_TWO_PRICES = re.compile(rf"[$€£][\d.,]+ {_TENDER}\b[^.?!]{{1,16}}[$€£][\d.,]+ {_TENDER}\b")
_CASH = re.compile(r"\b(?:ATM|cash|bills?|teller|change|withdr\w+)\b")
_SCALE = any_of(SCALES)
COUNTRIES = {
    "US": "USD", "CA": "CAD", "CDN": "CAD", "AU": "AUD", "NZ": "NZD", "HK": "HKD", "MX": "MXN",
}  # fmt: skip
"""What stands before a sign for the code of a currency: "US $33"."""
_SIGNS = {
    "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹",
    "KRW": "₩", "RUB": "₽", "TRY": "₺", "ILS": "₪", "PHP": "₱", "NGN": "₦", "EGP": "£",
    **dict.fromkeys((
        "CHF", "SEK", "NOK", "DKK", "BTC", "VND", "IDR", "THB", "MYR", "PKR", "LKR", "BDT", "QAR",
        "KWD", "BHD", "OMR", "JOD", "ZAR", "KES", "TZS", "UGX", "GHS", "ETB", "PLN", "CZK", "HUF",
        "BGN", "UAH", "ISK", "AED", "SAR", "RON", "MAD", "NPR",
    ), ""),
}  # fmt: skip
"""The signs of currencies that are no dollars or pesos."""
FOREIGN = (
    "BSD", "BBD", "BMD", "KYD", "XCD", "CUP", "FJD", "BZD", "NAD", "LRD", "GYD", "SRD",
)  # fmt: skip
"""Codes of other currencies with that sign; they have no name here."""
_STOP_OF_THREE = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_PLAINLY = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d{2,}\.\d\d|[1-9]\.\d\d|\d{4,}(?:\.\d\d)?")
"""An amount that is hardly the number of a version, a runway or a station."""
_ABSORBED = re.compile(r" ?(?:W|watts?)\b")
"""What follows a specific absorption rate: "SAR 1.25 W/kg"."""
_COSTS = re.compile(
    r"\b(?:costs?|pa(?:y|ys|id|ying)|charg(?:e|es|ed|ing)|owe[sd]?|spent|spend|worth|priced at"
    r"|(?:price|fee|fare|total|bill|balance|deposit|refund|amount|rent|salary|discount)"
    r" (?:is|was|of)"
    r"|(?:transfer|withdr[ae]w|deposit|send|sent|refund)(?:ed|s)?)"
    r" (?:about |only |just |around |me |us |you |an? extra )?\Z",
    re.IGNORECASE,
)
"""What stands before an amount."""
_NO_PLACE = re.compile(r"(?<!\bthe )(?<!\bThe )(?<![a-z], )\Z")


class _Amounts:
    """Says amounts with the currencies of a locale."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale

    def _currency(self, sign: str) -> Currency:
        return self._locale.currencies[sign]

    def amount(self, match: Match) -> str | None:
        """Say an amount and its currency, singular before a noun that it describes."""
        _refuse_stop(match)
        sign = match["sign"] if match["sign"] in self._locale.currencies else match["sign"].upper()
        is_attributive = self._describes(match)
        return self._say(match["amount"], match["scale"], self._currency(sign), is_attributive)

    def named(self, match: Match) -> str | None:
        """Say "CAD $45". Raises Unsayable if the sign is none of that currency."""
        code = COUNTRIES.get(match["sign"], match["sign"])
        if _SIGNS.get(code, "$") != match["symbol"] or code not in self._locale.currencies:
            raise Unsayable(match[0], "its code and its sign are of two currencies")
        is_attributive = self._describes(match)
        return self._say(match["amount"], match["scale"], self._currency(code), is_attributive)

    def twofold(self, match: Match) -> str | None:
        """Say "AED 1.20"; of a code that is another thing, too, only where it is money."""
        code = match["sign"]
        is_amount = _PLAINLY.fullmatch(match["amount"]) or is_before(match, _COSTS)
        if not is_amount or is_after(match, _ABSORBED):
            return None
        if code == "PHP" and re.fullmatch(r"\d\.\d+", match["amount"]):
            return None  # a version
        return self._say(match["amount"], match["scale"], self._currency(code), False)

    def described(self, match: Match) -> str | None:
        """Say "$50-a-month": the unit stays singular, and no hyphen is left."""
        said = self._say(match["amount"], None, self._currency(match["sign"]), True)
        return said and f"{said}{match['rest'].replace('-', ' ')}"

    def _describes(self, match: Match) -> bool:
        """Tell whether an amount describes what follows; "$10 cash, $12 credit" are two prices.

        Raises Unsayable where its unit may be one or several, as in "$30 tuition".
        """
        if is_after(match, _TENDERED) and is_near(match, _TWO_PRICES, 24, 40):
            return False
        if is_after(match, _PAYER_OR_TIME) and not attributive(match):
            return False
        is_determined_one = is_determined(match) and (describes(match) or describes_name(match))
        if (
            attributive(match)
            or is_determined_one
            or is_after(match, _NAMED_CARD)
            or (is_one_thing(match) and (is_after(match, _MORE) or is_after(match, _OF_WORDS)))
        ):
            return True
        end = end_of_row(match, f"{match['sign']}#")
        is_priced = _PRICED.match(match.string, end) is not None
        if is_priced and (is_one_thing(match) or not is_after(match, _CREDITED)):
            return True
        is_told = is_before(match, _STATED)
        if _SEVERAL_NEXT.match(match.string, end) and not is_told:
            return True
        is_row = end > match.end() and describes(match, end)
        if is_after(match, _STILL) or is_after(match, _LISTED) or is_before(match, _LISTED_BEFORE):
            return False
        is_thing = is_one_thing(match) and not is_after(match, _RATED)
        if is_row or is_thing or describes_plainly(match):
            raise Unsayable(match[0], "its unit may be one or several before what it pays for")
        return False

    def coded(self, match: Match) -> str | None:
        """Say "20 USD", "30$" or "$50 USD": what follows names the currency."""
        _refuse_stop(match)
        is_attributive = is_after(match, _PRICED)
        if match["amount"][:2] in ("0.", ".") and match["sign"].isalpha() and not match["scale"]:
            unit = self._currency(match["sign"]).many  # a rate: "1 USD = 0.92 EUR"
            return f"{quantity.number(match['amount'])} {unit}"
        return self._say(
            match["amount"], match["scale"], self._currency(match["sign"]), is_attributive
        )

    def _say(
        self, amount: str, scale: str | None, currency: Currency, is_attributive: bool
    ) -> str | None:
        amount = amount.replace(",", "")
        whole, _, part = amount.partition(".")
        unit = currency.one if is_attributive else currency.many
        if scale:
            return f"{quantity.number(amount)} {SCALES[scale.strip()]} {unit}"
        if part == "000":
            return None  # "$40.000" may be thousands
        part = re.sub(r"(?<=\d\d)0+$", "", part)
        if len(whole) > numbers.MAX_DIGITS:
            return None
        if not currency.minor or len(part) > 2:
            part = part if part.strip("0") else ""
            said = quantity.number(f"{whole}.{part}" if part else whole)
            return f"{said} {currency.one if said == 'one' else unit}"
        return self._change(int(whole or 0), int(part.ljust(2, "0") or 0), currency, is_attributive)

    def _change(self, major: int, minor: int, currency: Currency, is_attributive: bool) -> str:
        said = []
        if major or not minor:
            unit = currency.one if is_attributive or major == 1 else currency.many
            said.append(f"{numbers.cardinal(major)} {unit}")
        if minor:
            name = currency.minor if is_attributive or minor == 1 else currency.minors
            said.append(f"{numbers.cardinal(minor)} {name}")
        is_short = currency.is_short or not self._locale.says_minor
        if len(said) > 1 and is_short and minor >= 10:
            return f"{said[0]} {numbers.cardinal(minor)}"
        return " and ".join(said)

    def told(self, match: Match) -> str:
        """Say "19.25 dollars"."""
        currency = self._currency({"dollars": "$", "euros": "€"}[match["name"]])
        return self._change(
            int(match["major"].replace(",", "")), int(match["minor"]), currency, False
        )

    def span(self, match: Match) -> str | None:
        """Say "$20-30" (the unit is said once) or "$9.50-$12"."""
        low, high, scale = match["low"], match["high"], match["scale"]
        if quantity.value(low) >= quantity.value(high) and not match["low_scale"]:
            return None
        currency = self._currency(match["sign"])
        is_attributive = is_after(match, _PRICED) or attributive(match)
        first_scale = match["low_scale"] or (scale if "." not in low or scale else None)
        end = self._say(high, scale, currency, is_attributive)
        if end is None:
            return None
        if (first_scale or "").strip() != (scale or "").strip() or (
            not scale and "." in low + high
        ):
            start = self._say(low, match["low_scale"], currency, is_attributive)
            return start and f"{start} to {end}"
        return f"{quantity.number(low)} to {end}"

    def minor(self, match: Match) -> str:
        """Say "99¢", "50 c" or, in Britain, "50p"."""
        currency = self._currency(self._locale.minor_signs.get(match["sign"], "$"))
        is_one = match["cents"] == "1" or attributive(match)
        return f"{quantity.number(match['cents'])} {currency.minor if is_one else currency.minors}"


def _refuse_stop(match: Match) -> None:
    """Refuse "€1.234": whoever writes euros may group thousands by stops."""
    if match["sign"] == "€" and not match["scale"] and _STOP_OF_THREE.fullmatch(match["amount"]):
        raise Unsayable(match[0], "its stop may group thousands")


def _note(match: Match) -> str:
    """Say bank notes of one kind: the "20s" of "$40 in 20s"."""
    return quantity.several(numbers.cardinal(int(match["note"])))


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write an amount of money."""
    make, amounts = FormMaker("money"), _Amounts(locale)
    symbols = any_of(sign for sign in locale.currencies if not sign.isalpha())
    codes = any_of(c for c in locale.currencies if c.isalpha() and c not in locale.twofold)
    twofold = any_of(locale.twofold)
    dollars = (code for code in locale.twofold if code not in _SIGNS)
    scale = rf"(?P<scale> ?(?:{_SCALE})(?![\w]))?"
    low_scale = rf"(?P<low_scale> ?(?:{_SCALE})(?!\w))?"
    end = r"(?![\d%@^⁹]|[A-Za-z](?!sh\b)|[.,]\d)"
    cents = r"(?P<cents>\d{1,3}(?:\.\d+)?)"
    return (
        make(
            rf"(?P<sign>{symbols})(?P<amount>{DEC})"
            r"(?P<rest>-(?:off|an?|per|minimum|maximum|limit|each)\b(?:-[a-z]+)*)",
            amounts.described,
            Sure.CUE,
        ),
        make(rf"(?P<sign>{symbols}) ?(?P<amount>{DEC})(?:\.-)?{scale}{end}", amounts.amount),
        make(
            rf"(?P<sign>{symbols})[-\u2212](?P<amount>{DEC}){scale}{end}",
            lambda m: (said := amounts.amount(m)) and f"minus {said}",
        ),
        make(
            rf"(?P<sign>{symbols}) ?(?P<low>{DEC}){low_scale} ?-+ ?(?:{symbols})?"
            rf" ?(?P<high>{DEC}){scale}{end}",
            amounts.span,
        ),
        make(rf"(?P<sign>{codes}) ?(?P<amount>{DEC}){scale}{end}", amounts.amount),
        make(rf"(?P<sign>{twofold}) ?(?P<amount>{DEC}){scale}{end}", amounts.twofold, Sure.CUE),
        make(rf"(?P<amount>{DEC}){scale} ?(?P<sign>{twofold})\b", amounts.twofold, Sure.CUE),
        make(
            rf"(?P<sign>{codes}|{'|'.join((*COUNTRIES, *FOREIGN, *sorted(dollars)))})"
            rf" (?P<symbol>[$€£¥₹]) ?(?P<amount>{DEC}){scale}{end}",
            amounts.named,
            before=_NO_PLACE,
        ),
        make(rf"(?P<amount>{DEC}){scale} ?(?P<sign>{symbols})(?![\w$])", amounts.coded),
        make(rf"[$€£¥]?(?P<amount>{DEC}){scale} ?(?P<sign>{codes})\b", amounts.coded),
        make(
            rf"(?P<major>{INT})\.(?P<minor>\d\d) (?P<name>dollars|euros)\b",
            amounts.told,
        ),
        make(rf"{cents} ?(?P<sign>{any_of(locale.minor_signs)})(?![\w])", amounts.minor),
        make(
            r"(?P<count>\d{1,2})/(?=[$€£]\d)", lambda m: f"{numbers.cardinal(int(m['count']))} for "
        ),
        make(r"\$(?P<note>1|5|10|20|50|100)s\b", _note),
        make(
            r"(?P<count>\d)-for-(?=[$€£]\d)", lambda m: f"{numbers.cardinal(int(m['count']))} for "
        ),
        make(r"(?P<note>1|5|10|20|50|100)s\b", _note, Sure.CUE, before=quantity.NOTES),
        make(
            r"(?P<note>5|10|20|50|100)s\b",
            lambda m: _note(m) if is_near(m, _CASH) else None,
            Sure.CUE,
        ),
        make(rf"{cents} ?(?P<sign>c)(?= (?:a|an|per|each|off|apiece)\b)", amounts.minor, Sure.CUE),
    )

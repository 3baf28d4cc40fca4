"""English as it is written and said in the United States."""

from __future__ import annotations

from datagen.text.locales.locale import Currency, Locale

_CENTS = ("cent", "cents")
_DOLLAR = Currency("dollar", "dollars", *_CENTS)


def _dollars(of: str) -> Currency:
    return Currency(f"{of} dollar", f"{of} dollars", *_CENTS)


CURRENCIES = {
    "$": _DOLLAR,
    "€": Currency("euro", "euros", *_CENTS),
    "£": Currency("pound", "pounds", "penny", "pence", is_short=True),
    "¥": Currency("yen", "yen"),
    "₹": Currency("rupee", "rupees", "paisa", "paise"),
    "₩": Currency("won", "won"),
    "₽": Currency("ruble", "rubles", "kopeck", "kopecks"),
    "₺": Currency("lira", "lira", "kurus", "kurus"),
    "₪": Currency("shekel", "shekels", "agora", "agorot"),
    "₱": Currency("peso", "pesos", "centavo", "centavos"),
    "₦": Currency("naira", "naira", "kobo", "kobo"),
    "₿": Currency("bitcoin", "bitcoin"),
    "US$": _dollars("US"),
    "C$": _dollars("Canadian"),
    "CA$": _dollars("Canadian"),
    "A$": _dollars("Australian"),
    "AU$": _dollars("Australian"),
    "NZ$": _dollars("New Zealand"),
    "HK$": _dollars("Hong Kong"),
    "S$": _dollars("Singapore"),
    "MX$": Currency("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "R$": Currency("Brazilian real", "Brazilian reais", "centavo", "centavos"),
    "USD": _dollars("US"),
    "CAD": _dollars("Canadian"),
    "AUD": _dollars("Australian"),
    "NZD": _dollars("New Zealand"),
    "HKD": _dollars("Hong Kong"),
    "SGD": _dollars("Singapore"),
    "EUR": Currency("euro", "euros", *_CENTS),
    "GBP": Currency("British pound", "British pounds", "penny", "pence", is_short=True),
    "JPY": Currency("yen", "yen"),
    "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
    "CNY": Currency("yuan", "yuan"),
    "INR": Currency("rupee", "rupees", "paisa", "paise"),
    "MXN": Currency("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "SEK": Currency("Swedish krona", "Swedish kronor"),
    "NOK": Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": Currency("Danish krone", "Danish kroner"),
    "BTC": Currency("bitcoin", "bitcoin"),
}
US = Locale(
    name="en-US",
    is_day_first=False,
    date="{month} {day}",
    says_minor=True,
    says_and=False,
    currencies=CURRENCIES,
    minor_signs={"¢": "$"},
    zones={
        "ET": "Eastern", "EST": "Eastern", "EDT": "Eastern",
        "CT": "Central", "CST": "Central", "CDT": "Central",
        "MT": "Mountain", "MST": "Mountain", "MDT": "Mountain",
        "PT": "Pacific", "PST": "Pacific", "PDT": "Pacific",
        "UTC": "UTC", "GMT": "GMT", "CET": "CET", "BST": "BST",
    },
)  # fmt: skip
"""English of the United States."""

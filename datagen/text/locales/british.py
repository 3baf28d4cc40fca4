"""English as it is written and said in Britain: dates with the day first, pounds and pence."""

from __future__ import annotations

from dataclasses import replace

from datagen.text.locales.us import CURRENCIES, US

BRITISH = replace(
    US,
    name="en-GB",
    is_day_first=True,
    date="the {day} of {month}",
    says_minor=False,
    says_and=True,
    currencies={**US.currencies, "GBP": CURRENCIES["£"]},
    minor_signs={"p": "£", "¢": "$"},
    zones={"GMT": "GMT", "BST": "BST", "UTC": "UTC", "CET": "CET"},
)
"""English of Britain."""

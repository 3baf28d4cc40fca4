"""What differs between two countries that speak English: data alone, no rule."""

from __future__ import annotations

from datagen.text.locales.british import BRITISH
from datagen.text.locales.locale import Currency, Locale
from datagen.text.locales.us import US

LOCALES = {locale.name: locale for locale in (US, BRITISH)}
"""The locales there are, by their BCP 47 names."""

__all__ = ["BRITISH", "LOCALES", "US", "Currency", "Locale"]

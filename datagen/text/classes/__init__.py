"""The classes of written things, a module each: how a thing is written, told apart and said."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType

from datagen.text.classes import (
    abbreviation,
    address,
    algebra,
    biology,
    cardinal,
    code,
    color,
    course,
    date,
    day_first,
    decimal,
    degree,
    doubt,
    duration,
    electronic,
    episode,
    figures,
    formula,
    fraction,
    game,
    lesson,
    lottery,
    math,
    measure,
    medicine,
    mixed,
    money,
    multiple,
    music,
    ordinal,
    part,
    password,
    pin,
    plate,
    point,
    price,
    product,
    range,
    rate,
    rating,
    ratio,
    roman,
    route,
    score,
    shorthand,
    size,
    status,
    telephone,
    time,
    trade,
    verbatim,
    weekday,
    year,
)
from datagen.text.form import Form
from datagen.text.locales import LOCALES

CLASSES: tuple[ModuleType, ...] = (
    cardinal, ordinal, figures, decimal, fraction, range, score, ratio, rating, money, price,
    measure,
    multiple, point, rate, degree, size, date, day_first, weekday, year, time, duration,
    telephone, pin, password, electronic, code, plate, part, status, color, course, episode,
    route, address, roman, abbreviation, shorthand, mixed, math, lesson, algebra, formula, biology,
    verbatim, music,
    medicine, product, trade, game, lottery, doubt,
)  # fmt: skip
"""All classes, in the order of the manual."""


@lru_cache(maxsize=len(LOCALES))
def forms(locale: str) -> tuple[Form, ...]:
    """Return the forms of all classes for a locale."""
    return tuple(form for module in CLASSES for form in module.forms(LOCALES[locale]))

"""Words that are written short: each written form and what is said for it."""

from __future__ import annotations

from datagen.scripting import numbers

MONTHS = {name[:3]: name for name in numbers.MONTHS} | {"Sept": "September"}
DAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Tues": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Thur": "Thursday",
    "Thurs": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}
STREETS = {
    "St": "Street",
    "Ave": "Avenue",
    "Blvd": "Boulevard",
    "Rd": "Road",
    "Dr": "Drive",
    "Ln": "Lane",
    "Ct": "Court",
    "Pl": "Place",
    "Pkwy": "Parkway",
    "Hwy": "Highway",
}
STREET_WORDS = (*STREETS.values(), "Way", "Terrace", "Trail", "Circle", "Broadway")
COMPASS = {"N": "North", "S": "South", "E": "East", "W": "West"}
FORMS = {"Mr": "Mister", "Mrs": "Missus", "Ms": "Miss"}
TITLES = {
    "Dr": "Doctor",
    "Prof": "Professor",
    "St": "Saint",
    "Mt": "Mount",
    "Ft": "Fort",
}
ABBREVIATIONS = {
    "Jr": "Junior",
    "Sr": "Senior",
    "Inc": "Incorporated",
    "Corp": "Corporation",
    "Ltd": "Limited",
    "vs": "versus",
    "etc": "et cetera",
    "approx": "approximately",
    "appt": "appointment",
    "acct": "account",
    "dept": "department",
    "Dept": "Department",
    "hrs": "hours",
    "mins": "minutes",
}
DOTTED = {"Dr": "Doctor", "Co": "Company", "Apt": "Apartment"}
"""Only with their dot."""
PHRASES = {
    "e.g.": "for example",
    "i.e.": "that is",
    "w/o": "without",
    "c/o": "care of",
    "a/c": "A C",
    "A/C": "A C",
    "and/or": "and or",
}
SET_NUMBERS = {
    "24/7": "twenty-four seven",
    "50/50": "fifty-fifty",
    "401(k)": "four oh one k",
    "403(b)": "four oh three b",
    "401k": "four oh one k",
    "911": "nine one one",
    "9-1-1": "nine one one",
    "COVID-19": "COVID nineteen",
}
FRACTIONS = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
    "½": "one half",
    "⅓": "one third",
    "⅔": "two thirds",
    "¼": "one quarter",
    "¾": "three quarters",
}
ADDRESS_SYMBOLS = {
    ".": "dot",
    "@": "at",
    "/": "slash",
    "_": "underscore",
    "-": "dash",
    "+": "plus",
}
SYMBOLS = {"&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent"}
SCALES = {"K": "thousand", "k": "thousand", "M": "million", "B": "billion"}
AIRLINES = (
    "AA", "AC", "AF", "AS", "B6", "BA", "DL", "EK", "F9", "HA", "KL", "LH", "NK", "UA", "VS", "WN",
)  # fmt: skip
"""IATA codes of carriers that US callers fly, for "UA 1742"."""
UNITS = {
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "ft": "foot",
    "sq ft": "square foot",
    "yd": "yard",
    "mi": "mile",
    "km/h": "kilometer per hour",
    "mph": "mile per hour",
    "mpg": "mile per gallon",
    "gal": "gallon",
    "mm": "millimeter",
    "cm": "centimeter",
    "km": "kilometer",
    "mg": "milligram",
    "g": "gram",
    "kg": "kilogram",
    "ml": "milliliter",
    "mL": "milliliter",
    "kWh": "kilowatt hour",
    "KB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "Mbps": "megabit per second",
    "Gbps": "gigabit per second",
    "sec": "second",
    "min": "minute",
    "hr": "hour",
    "wk": "week",
    "mo": "month",
    "yr": "year",
}
PLURALS = {"foot": "feet", "square foot": "square feet", "inch": "inches"}

"""Words that are written short: each written form and what is said for it."""

from __future__ import annotations

from datagen.text import numbers

MONTHS = {name[:3]: name for name in numbers.MONTHS if name != "May"} | {"Sept": "September"}
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
    "Fwy": "Freeway",
    "Cir": "Circle",
    "Ter": "Terrace",
    "Sq": "Square",
}
STREET_WORDS = (*STREETS.values(), "Way", "Terrace", "Trail", "Circle", "Broadway")
COMPASS = {"N": "North", "S": "South", "E": "East", "W": "West"}
CORNERS = {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}
TIME_ZONES = {"ET": "Eastern", "CT": "Central", "MT": "Mountain", "PT": "Pacific"}
FORMS = {"Mr": "Mister", "Mrs": "Missus", "Ms": "Miss"}
TITLES = {
    "Dr": "Doctor",
    "Prof": "Professor",
    "St": "Saint",
    "Mt": "Mount",
    "Ft": "Fort",
    "Lt": "Lieutenant",
    "Sgt": "Sergeant",
    "Capt": "Captain",
    "Rev": "Reverend",
    "Bldg": "Building",
    "Bros": "Brothers",
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
    "yrs": "years",
}
DOTTED = {
    "Dr": "Doctor",
    "Co": "Company",
    "Apt": "Apartment",
    "Bros": "Brothers",
    "Vol": "Volume",
    "vol": "volume",
    "max": "maximum",
}
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
    "24/7/365": "twenty-four seven, three sixty-five",
    "24/7": "twenty-four seven",
    "50/50": "fifty-fifty",
    "401(k)": "four oh one k",
    "401(k)s": "four oh one k's",
    "403(b)": "four oh three b",
    "401k": "four oh one k",
    "401ks": "four oh one k's",
    "911": "nine one one",
    "9-1-1": "nine one one",
    "COVID-19": "COVID nineteen",
    "B2B": "B to B",
    "B2C": "B to C",
    "P2P": "P to P",
    "F-150": "F one fifty",
    "F-250": "F two fifty",
    "F-350": "F three fifty",
}
BATTERIES = {"AA": "double A", "AAA": "triple A", "AAAA": "quadruple A"}
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
    "fl oz": "fluid ounce",
    "tbsp": "tablespoon",
    "tsp": "teaspoon",
    "ft": "foot",
    "sq ft": "square foot",
    "cu ft": "cubic foot",
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
    "L": "liter",
    "V": "volt",
    "W": "watt",
    "kW": "kilowatt",
    "kWh": "kilowatt hour",
    "mAh": "milliamp hour",
    "Hz": "hertz",
    "MHz": "megahertz",
    "GHz": "gigahertz",
    "psi": "P S I",
    "KB": "kilobyte",
    "MB": "megabyte",
    "GB": "gigabyte",
    "TB": "terabyte",
    "Mbps": "megabit per second",
    "Gbps": "gigabit per second",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
    "wk": "week",
    "wks": "week",
    "mo": "month",
    "mos": "month",
    "yr": "year",
    "yrs": "year",
}
PLURALS = {
    "foot": "feet",
    "square foot": "square feet",
    "cubic foot": "cubic feet",
    "inch": "inches",
    "hertz": "hertz",
    "megahertz": "megahertz",
    "gigahertz": "gigahertz",
    "P S I": "P S I",
}
MEASURED = (
    "bag", "battery", "bottle", "bulb", "cable", "can", "capsule", "class", "connection", "drive",
    "engine", "hose", "ladder", "limit", "network", "outlet", "pack", "pill", "plan", "service",
    "tablet", "tank", "traffic", "window", "zone",
)  # fmt: skip
"""What a measure before it describes: "two 500 mg tablets"."""
PRICED = (
    "bill", "bonus", "card", "charge", "copay", "coupon", "credit", "deductible", "deposit",
    "discount", "fee", "limit", "minimum", "payment", "penalty", "plan", "rebate", "refund",
    "surcharge", "ticket", "voucher",
)  # fmt: skip
"""What an amount before it describes: "my $35 overdraft fee"."""
PRICE_KINDS = (
    "annual", "booking", "cancellation", "cleaning", "delivery", "flat", "gift", "late", "monthly",
    "one-time", "overdraft", "processing", "reconnection", "restocking", "security", "service",
    "store", "travel",
)  # fmt: skip
"""What may come between the two."""
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "ME": "Maine", "MD": "Maryland", "MI": "Michigan",
    "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska",
    "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OR": "Oregon",
    "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
"""After a city and a comma."""
STATES_OR_WORDS = {
    "HI": "Hawaii",
    "ID": "Idaho",
    "LA": "Louisiana",
    "MA": "Massachusetts",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "PA": "Pennsylvania",
}
"""Only before a ZIP code: "Sure, OK."."""
ROMANS = {
    roman: number
    for number, roman in enumerate(
        (
            "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV",
            "XV", "XVI", "XVII", "XVIII", "XIX", "XX",
        ),
        start=2,
    )
}  # fmt: skip
MONARCHS = (
    "Benedict", "Catherine", "Charles", "Edward", "Elizabeth", "George", "Henry", "James",
    "John Paul", "Louis", "Mary", "Napoleon", "Nicholas", "Philip", "Richard", "William",
)  # fmt: skip
"""Who is counted by Roman numerals."""
NUMBERED = (
    "World War", "Act", "Chapter", "Class", "Part", "Phase", "Section", "Stage", "Title", "Type",
    "Volume", "chapter", "class", "part", "phase", "section", "stage", "title", "type", "volume",
)  # fmt: skip
"""What is numbered by them."""

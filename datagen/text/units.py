"""Units as they are written short, and how they are said for one and for several."""

from __future__ import annotations

import re

from datagen.text.form import any_of

UNITS = {
    # weight
    "lb": "pound", "lbs": "pound", "oz": "ounce", "mcg": "microgram", "µg": "microgram",
    "ug": "microgram", "mg": "milligram", "g": "gram", "kg": "kilogram", "KG": "kilogram",
    "kgs": "kilogram", "ng": "nanogram", "pg": "picogram", "µL": "microliter", "µF": "microfarad",
    "uF": "microfarad",
    "N·m": "newton meter", "Nm": "newton meter", "N·s": "newton second", "J·s": "joule second",
    "kg·m/s": "kilogram meter per second", "kg·m²": "kilogram meter squared",
    "kN": "kilonewton", "MPa": "megapascal", "GPa": "gigapascal", "inHg": "inch of mercury",
    "eV": "electron volt", "keV": "kilo electron volt", "MeV": "mega electron volt",
    "GeV": "giga electron volt", "rad/s": "radian per second", "MJ": "megajoule",
    "ft³": "cubic foot", "in³": "cubic inch", "yd³": "cubic yard", "µA": "microamp",
    "µs": "microsecond", "ns": "nanosecond", "kPa·s": "kilopascal second",
    "t": "ton", "atm": "atmosphere", "IU": "I U", "mIU": "milli I U", "mcL": "microliter",
    "ly": "light year",
    "gpg": "grain per gallon", "mEq": "milliequivalent",
    # volume
    "fl oz": "fluid ounce", "fl. oz": "fluid ounce", "tbsp": "tablespoon", "Tbsp": "tablespoon",
    "tsp": "teaspoon", "pt": "pint", "pts": "pint", "qt": "quart", "qts": "quart",
    "gal": "gallon", "gals": "gallon", "ml": "milliliter", "mL": "milliliter", "cl": "centiliter",
    "dL": "deciliter", "L": "liter", "l": "liter", "cc": "C C", "bbl": "barrel",
    # length
    "in": "inch", "ins": "inch", "ft": "foot", "yd": "yard", "yds": "yard", "mi": "mile",
    "mm": "millimeter", "cm": "centimeter", "m": "meter", "km": "kilometer", "KM": "kilometer",
    "nm": "nanometer", "µm": "micrometer", "millimeter": "millimeter", "kilogram": "kilogram",
    "lin ft": "linear foot", "lin. ft": "linear foot", "LF": "linear foot",
    "bd ft": "board foot", "bd. ft": "board foot", "bu": "bushel",
    # area and volume
    "sq ft": "square foot", "sq. ft": "square foot", "sqft": "square foot",
    "sq-ft": "square foot", "pk": "pack", "SF": "square foot", "s.f": "square foot",
    "sf": "square foot", "in²": "square inch", "yd²": "square yard", "mi²": "square mile",
    "mm²": "square millimeter", "ft2": "square foot", "ft²": "square foot",
    "sq mi": "square mile", "sq. mi": "square mile", "sq yd": "square yard",
    "sq in": "square inch", "sq. in": "square inch", "sq m": "square meter",
    "sq km": "square kilometer", "sq cm": "square centimeter", "sq. cm": "square centimeter",
    "sq. m": "square meter", "sq. km": "square kilometer", "cu m": "cubic meter",
    "cu. m": "cubic meter", "cu cm": "cubic centimeter", "cu. cm": "cubic centimeter",
    "cu ft": "cubic foot", "cu. ft": "cubic foot",
    "cu yd": "cubic yard", "cu. yd": "cubic yard", "cu in": "cubic inch",
    "cu. in": "cubic inch",
    "m²": "square meter", "m2": "square meter", "m^2": "square meter",
    "m³": "cubic meter", "m3": "cubic meter", "m^3": "cubic meter",
    "cm²": "square centimeter", "cm2": "square centimeter", "cm^2": "square centimeter",
    "cm³": "cubic centimeter", "cm3": "cubic centimeter", "km²": "square kilometer",
    "km2": "square kilometer", "km³": "cubic kilometer", "ac": "acre", "ha": "hectare",
    "dm²": "square decimeter", "dm2": "square decimeter", "dm³": "cubic decimeter",
    "dm3": "cubic decimeter", "hm²": "square hectometer", "hm³": "cubic hectometer",
    "dam²": "square decameter", "µm²": "square micrometer", "µm³": "cubic micrometer",
    "nm²": "square nanometer", "nm³": "cubic nanometer", "mm³": "cubic millimeter",
    "mm2": "square millimeter", "mm3": "cubic millimeter", "hL": "hectoliter", "hl": "hectoliter",
    "cL": "centiliter",
    # speed, rate
    "mph": "mile per hour", "MPH": "mile per hour", "kph": "kilometer per hour",
    "km/h": "kilometer per hour", "kmh": "kilometer per hour", "mpg": "mile per gallon",
    "MPG": "mile per gallon", "rpm": "R P M", "RPM": "R P M", "bpm": "beat per minute",
    "BPM": "beat per minute", "wpm": "word per minute", "fps": "frame per second",
    "FPS": "frame per second", "ppm": "part per million", "ppb": "part per billion",
    "kt": "knot", "kts": "knot", "kn": "knot", "cfm": "C F M", "CFM": "C F M",
    "m/s^2": "meter per second squared", "m/s²": "meter per second squared",
    "m/s2": "meter per second squared", "gpm": "gallon per minute",
    # electricity, energy, pressure, sound
    "V": "volt", "kV": "kilovolt", "mV": "millivolt", "W": "watt", "kW": "kilowatt",
    "MW": "megawatt", "GW": "gigawatt", "kWh": "kilowatt hour", "kwh": "kilowatt hour",
    "KWH": "kilowatt hour", "kw": "kilowatt",
    "MWh": "megawatt hour", "Wh": "watt hour", "A": "amp", "mA": "milliamp",
    "mAh": "milliamp hour", "Ah": "amp hour", "Ω": "ohm", "kΩ": "kilohm", "Hz": "hertz",
    "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "hp": "horsepower",
    "HP": "horsepower", "BTU": "B T U", "BTUs": "B T U", "cal": "calorie", "kcal": "kilocalorie",
    "psi": "P S I", "PSI": "P S I", "bar": "bar", "kPa": "kilopascal", "hPa": "hectopascal",
    "mmHg": "millimeter of mercury", "J": "joule", "kJ": "kilojoule", "N": "newton",
    "dB": "decibel", "dBm": "D B M", "dBA": "D B A", "lm": "lumen", "lx": "lux",
    "ft.-lbs": "foot-pound", "ft.-lb": "foot-pound", "in-lbs": "inch-pound",
    "in-lb": "inch-pound", "in.-lbs": "inch-pound", "N-m": "newton meter", "sq.-ft": "square foot",
    "ft-lb": "foot-pound", "ft-lbs": "foot-pound", "ft lbs": "foot-pound", "lb-ft": "pound-foot",
    "mol": "mole", "mmol": "millimole",
    # data
    "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte",
    "TB": "terabyte", "PB": "petabyte", "Kb": "kilobit", "kb": "kilobit", "Mb": "megabit",
    "Gb": "gigabit", "MiB": "mebibyte", "GiB": "gibibyte", "gb": "gigabyte", "mb": "megabyte",
    "tb": "terabyte", "gig": "gig", "gigs": "gig", "meg": "meg", "megs": "meg",
    "bps": "bit per second", "kbps": "kilobit per second", "Kbps": "kilobit per second",
    "Mbps": "megabit per second", "mbps": "megabit per second", "MBps": "megabyte per second",
    "Gbps": "gigabit per second", "gbps": "gigabit per second", "Tbps": "terabit per second",
    "MP": "megapixel", "Mpx": "megapixel", "px": "pixel", "dpi": "dot per inch",
    "DPI": "dot per inch", "ppi": "pixel per inch", "pp": "page",
    # time
    "ms": "millisecond", "s": "second", "sec": "second", "secs": "second", "min": "minute",
    "mins": "minute", "h": "hour", "hr": "hour", "hrs": "hour", "wk": "week", "wks": "week",
    "mo": "month", "mos": "month", "mth": "month", "mths": "month", "yr": "year",
    "yrs": "year", "d": "day", "y/o": "year old", "y.o": "year old", "yo": "year old",
    # counts
    "pc": "piece", "pcs": "piece", "pkg": "package", "pkgs": "package", "ct": "count",
    "doz": "dozen", "ea": "each", "qty": "quantity", "BR": "bedroom", "br": "bedroom",
    "BA": "bath", "ba": "bath", "bdrm": "bedroom", "lg": "large", "sm": "small", "med": "medium",
    "spd": "speed", "ga": "gauge", "prs": "pair",
    "cyl": "cylinder", "lcd": "candela", "pct": "percent", "lbf": "pound-force", "HRs": "home run",
}  # fmt: skip
"""A symbol and the name of one of it; a dot after it is taken in."""
PLURALS = {
    "foot": "feet", "square foot": "square feet", "linear foot": "linear feet",
    "board foot": "board feet", "cubic foot": "cubic feet", "inch": "inches",
    "square inch": "square inches", "cubic inch": "cubic inches", "hertz": "hertz",
    "kilohertz": "kilohertz", "megahertz": "megahertz", "gigahertz": "gigahertz",
    "milli I U": "milli I U", "P S I": "P S I", "R P M": "R P M", "I U": "I U", "C C": "C C",
    "C F M": "C F M",
    "B T U": "B T Us", "D B M": "D B M", "D B A": "D B A", "horsepower": "horsepower",
    "lux": "lux", "count": "count", "dozen": "dozen", "each": "each", "large": "large",
    "small": "small", "medium": "medium", "year old": "years old", "percent": "percent",
    "gauge": "gauge",
    "millimeter of mercury": "millimeters of mercury", "inch of mercury": "inches of mercury",
    "kilogram meter squared": "kilogram meters squared", "kelvin": "kelvin",
    "pound-foot": "pound-feet", "bushel": "bushels",
}  # fmt: skip
ADJECTIVES = (
    "long|wide|tall|high|deep|thick|apart|across|away|square|diameter|drill|bit|screen|pipe|hose"
    r"|screw|board|tape|nail|gap|margin|by(?= \d)|x"
)
"""What a measure of length describes, right after its unit: "1 in long"."""
MEASURED = (
    "bag", "battery", "bottle", "box", "breaker", "bulb", "cable", "camera", "can", "capsule",
    "charger", "class", "connection", "diet", "drive", "engine", "flight", "layover", "filter",
    "freezer", "hose", "jug", "ladder", "limit", "monitor", "network", "outlet", "pack", "panel",
    "phone", "pill",
    "film", "jack", "lens", "bolt", "nail", "screw", "tile", "tire", "wheel", "pipe", "plan",
    "radius", "rope", "screen", "service", "shift", "soda", "steak", "tablet",
    "backstroke", "breaststroke", "butterfly", "dash", "freestyle", "hurdle", "medley", "relay",
    "sprint", "tank", "traffic", "trip", "truck", "tv", "video", "wait", "walk", "window", "zone",
    "adapter", "anchor", "appliance", "baby", "beam", "blackout", "block", "boat", "bowl", "break",
    "burger", "ceiling", "chip", "chunk", "circuit", "clip", "clock", "commute", "container",
    "contract", "cord", "course", "cube", "cup", "cut", "cycle", "dash cam", "deck", "delay", "dog",
    "dose", "dumbbell", "episode", "fence", "file", "flashlight", "fuse", "gate", "glass",
    "grace period", "headstart", "heater", "hike", "hole", "image", "incision", "injection", "jar",
    "jog", "jump", "kettlebell", "laptop", "lamp", "lead", "lease", "LED", "lesson", "light",
    "line",
    "loan", "loop", "margin", "medicine ball", "meeting", "membership", "memory card", "model",
    "mortgage", "motor", "mug", "nap", "notice", "patch", "period", "photo", "plate", "plug",
    "plot",
    "pool", "portion", "power supply", "processor", "race", "ride", "rod", "router", "run",
    "session",
    "shot", "song", "SSD", "stick", "stretch", "strip", "supply", "swim", "system", "tap", "term",
    "throw", "timer", "tone", "towel", "track", "trailer", "tub", "turkey", "turnaround", "vest",
    "vial", "wall", "warranty", "warm-up", "weight", "workout", "yard line", "bike", "delivery",
    "hard drive", "sensor", "speaker", "subwoofer", "charge", "cooldown", "video call", "dive",
    "ribeye", "sirloin", "fillet", "latte", "smoothie", "milkshake", "pour", "draft", "beer",
)  # fmt: skip
"""What a measure before it describes: "two 500 mg tablets"."""
NO_CAN = (
    r"(?!can (?:[a-z]+ly )?(?:be|go|not|never|only|still|also|fit|fly|have|do|take|come|get|make"
    r"|help|hurt|ship|cause|cost|add|fill|last|feel|mean|use|pass|stay|serve|feed|handle|burn|lift|move"
    r"|run|ride|board|damage|tip|break|you|I|we|they|he|she|it)\b)"
)
"""What keeps a "can" that is a verb from being such a thing: "over 3 oz. can be checked"."""
PER = {
    "mo": "month", "yr": "year", "wk": "week", "hr": "hour", "h": "hour", "d": "day",
    "min": "minute",
    "sec": "second", "s": "second", "qtr": "quarter", "sem": "semester", "ea": "each",
    "ppl": "people",
    "pg": "page", "pgs": "page",
    "pr": "pair", "rm": "room", "nt": "night", "pp": "person", "pers": "person", "pkg": "package",
}  # fmt: skip
"""Short names of what something is counted per, besides units."""
PER_WORDS = (
    "month", "year", "week", "hour", "day", "night", "minute", "second", "person", "user", "seat",
    "line", "unit", "quarter", "semester", "adult", "child", "head", "guest", "visit", "session",
    "lesson", "class", "call", "text", "mile", "gallon", "pound", "ounce", "foot", "yard", "acre",
    "box", "bag", "bottle", "piece", "page", "item", "order", "room", "ticket", "license",
    "device", "vehicle", "car", "employee", "member", "student", "family", "household", "couple",
    "side", "serving", "slice", "can", "cup", "dose", "game", "match", "rep", "set", "lap",
    "dozen", "pair", "load", "trip", "ride", "stop", "share", "square", "sheet", "word", "credit",
)  # fmt: skip
"""What follows a slash and is counted by, in full."""
SOLD_BY = (
    "gal",
    "qt",
    "pt",
    "yd",
    "mi",
    "mo",
    "wk",
    "yr",
    "hr",
    "doz",
    "pc",
    "sem",
    "qtr",
    "min",
    "sec",
)
"""Short forms of what things are priced by: "$3.49 a gal"."""
COUNTED_PER = tuple(
    unit for unit in UNITS if len(unit) > 1 and unit.isalpha() and (unit != unit.lower())
)
"""Symbols with capitals, which nothing else is behind a "per": "$10 per GB"."""
UNIT = any_of(UNITS)


def unit_of(symbol: str) -> str:
    """Return the name of one of a unit, e.g. "mile per gallon" for "mi/gal"."""
    if symbol in UNITS:
        return UNITS[symbol]
    top, _, bottom = symbol.partition("/")
    return f"{UNITS[top]} per {UNITS.get(bottom) or PER.get(bottom, bottom)}"


def plural(unit: str) -> str:
    """Return the name of several of a unit: "miles per hour" of "mile per hour"."""
    head, per, rest = unit.partition(" per ")
    return (PLURALS.get(head) or re.sub(r"$", "s", head)) + per + rest

"""Words that are written short or have a place of their own: what is said for them, and where.

Data alone; `classes.abbreviation` and `classes.address` have the rules that go with it.
"""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import REACH, Match

MONTHS = {name[:3]: name for name in numbers.MONTHS if name != "May"} | {"Sept": "September"}
MONTH_NAMES = numbers.MONTHS
_NUMBERS = {name: number for number, name in enumerate(numbers.MONTHS, start=1)}
_SHORT = {short: _NUMBERS[name] for short, name in MONTHS.items()}
MONTHS_ANY_CASE = (
    _NUMBERS
    | _SHORT
    | {name.upper(): number for name, number in (_NUMBERS | _SHORT).items()}
    | {
        n.lower(): number
        for n, number in (_NUMBERS | _SHORT).items()
        if n not in ("Mar", "May", "March", "Dec", "Sept", "Jan", "Jun")
    }
    | {"sept": 9, "jan": 1, "dec": 12, "may": 5, "mar": 3, "march": 3}
)
"""Months as they are written before a day or a year."""
DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Weds": "Wednesday",
    "Thu": "Thursday", "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday",
    "Sun": "Sunday",
}  # fmt: skip
DAY_LETTERS = {"M": "Monday", "T": "Tuesday", "W": "Wednesday", "Th": "Thursday", "F": "Friday",
    "Sa": "Saturday", "Su": "Sunday", "S": "Saturday", "R": "Thursday"}  # fmt: skip
STREETS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Dr": "Drive",
    "Ln": "Lane", "Ct": "Court", "Pl": "Place", "Pkwy": "Parkway", "Hwy": "Highway",
    "Fwy": "Freeway", "Cir": "Circle", "Ter": "Terrace", "Sq": "Square", "Expy": "Expressway",
    "Tpke": "Turnpike", "Trl": "Trail", "Aly": "Alley", "Xing": "Crossing", "Plz": "Plaza",
}  # fmt: skip
STREET_WORDS = (
    *STREETS.values(),
    "Way",
    "Terrace",
    "Trail",
    "Circle",
    "Broadway",
    "Row",
    "Loop",
    "Pike",
)
COMPASS = {"N": "North", "S": "South", "E": "East", "W": "West"}
CORNERS = {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}
FORMS = {"Mr": "Mister", "Mrs": "Missus", "Ms": "Miss"}
TITLES = {
    "Dr": "Doctor", "Prof": "Professor", "St": "Saint", "Mt": "Mount", "Ft": "Fort",
    "Lt": "Lieutenant", "Sgt": "Sergeant", "Capt": "Captain", "Rev": "Reverend", "Gov": "Governor",
    "Sen": "Senator", "Rep": "Representative", "Gen": "General", "Col": "Colonel", "Maj": "Major",
    "Cpl": "Corporal", "Pvt": "Private", "Pres": "President", "Hon": "Honorable", "Fr": "Father",
    "Supt": "Superintendent", "Bros": "Brothers", "Atty": "Attorney", "Det": "Detective", "Ofc": "Officer",
    "Ald": "Alderman", "Cmdr": "Commander", "Adm": "Admiral", "Insp": "Inspector", "Ste": "Sainte",
}  # fmt: skip
"""Before a name. All but those of `BARE_TITLES` need their dot."""
BARE_TITLES = ("Dr", "Prof", "St", "Mt", "Ft", "Lt", "Sgt", "Capt")
ABBREVIATIONS = {
    "Jr": "Junior", "Sr": "Senior", "Inc": "Incorporated", "Corp": "Corporation", "Ltd": "Limited",
    "vs": "versus", "etc": "et cetera", "approx": "approximately", "appt": "appointment",
    "appts": "appointments", "Appt": "Appointment", "acct": "account", "accts": "accounts", "Acct": "Account",
    "dept": "department", "Dept": "Department", "hrs": "hours", "mins": "minutes", "yrs": "years",
    "secs": "seconds", "wks": "weeks", "wk": "week", "wkend": "weekend", "wkends": "weekends", "wkly": "weekly",
    "yr": "year", "hr": "hour", "lbs": "pounds", "lb": "pound", "oz": "ounces", "bldg": "building",
    "Bldg": "Building", "Blvd": "Boulevard", "Pkwy": "Parkway", "Hwy": "Highway", "hwy": "highway", "tbsp": "tablespoon",
    "tsp": "teaspoon", "govt": "government", "mgmt": "management", "mgr": "manager", "Mgr": "Manager",
    "asst": "assistant", "mtg": "meeting", "msg": "message", "msgs": "messages", "pkg": "package",
    "pkgs": "packages", "qty": "quantity", "Qty": "Quantity", "addr": "address", "pymt": "payment",
    "pmt": "payment", "pmts": "payments", "rcvd": "received", "tmrw": "tomorrow", "pls": "please", "plz": "please",
    "thx": "thanks", "btw": "by the way", "b4": "before", "ur": "your", "bc": "because", "ppl": "people",
    "tix": "tickets", "bdrm": "bedroom", "sq": "square", "Rx": "prescription", "kwh": "kilowatt hours", "tel": "telephone",
    "kWh": "kilowatt hours", "mph": "miles per hour", "mpg": "miles per gallon", "Mbps": "megabits per second",
    "Gbps": "gigabits per second", "GB": "gigabytes", "MB": "megabytes", "TB": "terabytes", "KB": "kilobyte",
    "idk": "I don't know", "brb": "be right back", "lol": "L O L", "omg": "oh my god", "tbh": "to be honest",
    "imo": "in my opinion", "fyi": "F Y I", "asap": "A S A P", "rn": "right now", "nvm": "never mind",
    "ty": "thank you", "np": "no problem", "irl": "in real life", "smth": "something", "sth": "something",
    "Ph.D": "PhD", "sec": "second", "dB": "decibels", "pH": "P H", "gf": "G F", "bf": "B F",
    "Wi-Fi": "Wi-Fi", "wifi": "wifi", "Ctrl": "Control", "Esc": "Escape", "Del": "Delete", "PgUp": "Page Up", "PgDn": "Page Down",
    "www": "w w w", "WWI": "World War One", "WWII": "World War Two", "bks": "books", "ctrl": "control", "incl": "including",
}  # fmt: skip
"""With or without their dot."""
DOTTED = {
    "Dr": "Doctor", "Co": "Company", "Apt": "Apartment", "apt": "apartment", "Bros": "Brothers",
    "Vol": "Volume", "vol": "volume", "max": "maximum", "Max": "Maximum", "min": "minimum", "Min": "Minimum",
    "est": "established", "Est": "Established", "Rm": "Room", "rm": "room", "Ste": "Suite", "ste": "suite",
    "Fig": "Figure", "fig": "figure", "Figs": "Figures", "Sec": "Section", "Ch": "Chapter", "ch": "chapter",
    "Ref": "Reference", "ref": "reference", "Tel": "Telephone", "Ext": "Extension", "ext": "extension",
    "No": "Number", "Nos": "Numbers", "nos": "numbers", "p": "page", "pp": "pages", "Ep": "Episode", "ep": "episode",
    "exp": "expiration", "Exp": "Expiration", "misc": "miscellaneous", "Misc": "Miscellaneous",
    "temp": "temperature", "Temp": "Temperature", "Assn": "Association", "Univ": "University", "attn": "attention",
    "Attn": "Attention", "Ave": "Avenue", "St": "Street", "Rd": "Road", "Ln": "Lane", "cont": "continued",
    "ca": "circa", "tbsp": "tablespoon", "Sq": "Square", "sq": "square", "Tues": "Tuesday", "ver": "version",
    "Ver": "Version", "Int'l": "International", "Natl": "National", "eds": "editors", "Art": "Article",
    "Pt": "Part", "pt": "part", "Par": "Paragraph", "par": "paragraph", "Ed": "Edition", "ed": "edition",
    "hosp": "hospital", "Hosp": "Hospital", "tech": "technician", "env": "envelope", "Dir": "Director", "doz": "dozen",
}  # fmt: skip
"""Only with their dot."""
NUMBERED_SHORT = {
    "Apt": "Apartment", "apt": "apartment", "Ste": "Suite", "ste": "suite", "Rte": "Route", "rte": "route", "Rm": "Room", "rm": "room",
    "Bldg": "Building", "Hwy": "Highway", "Fig": "Figure", "fig": "figure", "Ch": "Chapter", "Sec": "Section",
    "Vol": "Volume", "vol": "volume", "Ep": "Episode", "ep": "episode", "Fl": "Floor", "Pg": "Page", "pg": "page", "pp": "pages",
    "Ext": "Extension", "ext": "extension", "No": "Number", "no": "number", "nos": "numbers", "Nos": "Numbers",
    "p": "page", "Ref": "Reference", "ref": "reference", "min": "minimum", "Min": "Minimum", "max": "maximum",
    "Max": "Maximum", "Art": "Article", "art": "article", "Pt": "Part", "Ed": "Edition", "Wk": "Week", "wk": "week",
    "Tel": "Telephone", "tel": "telephone", "Lvl": "Level", "lvl": "level", "Gr": "Grade", "sec": "section", "Col": "Column",
}  # fmt: skip
"""Before a number; those of `NEEDS_DOT` only with their dot."""
NEEDS_DOT = (
    "No",
    "no",
    "nos",
    "Nos",
    "p",
    "min",
    "Min",
    "max",
    "Max",
    "Art",
    "art",
    "Ed",
    "Pt",
    "Ref",
    "ref",
    "sec",
    "Col",
    "Fl",
    "Sec",
    "Tel",
    "tel",
)
PHRASES = {
    "e.g.": "for example", "e.g": "for example", "i.e.": "that is", "w/o": "without", "c/o": "care of", "a/c": "A C", "A/C": "A C",
    "and/or": "and or", "w/in": "within", "b/c": "because", "N/A": "N A", "n/a": "N A", "w/e": "whatever",
    "P.O.": "P.O.", "R&D": "R and D", "Q&A": "Q and A", "B&B": "B and B", "P&L": "P and L", "P/E": "P E",
    "y/o": "year old", "w/": "with", "a.k.a.": "also known as", "aka": "also known as", "et al.": "and others",
    "P.S.": "P.S.", "h/t": "hat tip", "w/r/t": "with respect to", "a.m.": "a.m.", "p.m.": "p.m.", "Ph.D.": "PhD", "M.D.": "M.D.", "I/O": "I O",
    "N.B.": "N.B.", "R.I.P.": "R.I.P.", "A/V": "A V", "m/s": "meters per second", "km/h": "kilometers per hour", "b/w": "between", "t/c": "T C",
}  # fmt: skip
SET_CODES = {
    "401(k)": "four oh one k", "401(k)s": "four oh one k's", "403(b)": "four oh three b",
    "401k": "four oh one k", "401ks": "four oh one k's", "401-k": "four oh one k", "457(b)": "four fifty-seven b",
    "501(c)(3)": "five oh one c three", "529": "five twenty-nine",
    "COVID-19": "COVID nineteen", "Covid-19": "Covid nineteen", "covid-19": "covid nineteen",
    "B2B": "B to B", "B2C": "B to C", "P2P": "P to P",
    "F-150": "F one fifty", "F-250": "F two fifty", "F-350": "F three fifty", "B-52": "B fifty-two",
    "737-800": "seven thirty-seven, eight hundred", "C-3PO": "C three P O", "R2-D2": "R two D two", "4x4": "four by four",
    "2x4": "two by four", "2x4s": "two by fours", "360": "three sixty", "PG-13": "P G thirteen", "K-12": "K through twelve", "K-8": "K through eight",
    "H2O": "H two O", "CO2": "C O two", "MP3": "M P three", "mp3": "M P three", "MP4": "M P four", "mp4": "M P four",
    "7-Eleven": "Seven-Eleven", "7-eleven": "seven-eleven", "9/11": "nine eleven", "U2": "U two", "5W-30": "five W thirty",
    "0W-20": "zero W twenty", "10W-30": "ten W thirty", "5W-20": "five W twenty", "S&P": "S and P", "A1C": "A one C", "H1N1": "H one N one",
    "ps5": "P S five", "b4": "before", "gr8": "great", "l8r": "later", "m8": "mate", "2day": "today", "2nite": "tonight",
}  # fmt: skip
for _some in ("529", "360", "9/11"):
    del SET_CODES[_some]
SMALL_LETTERS = {
    letters.lower(): letters
    for letters in (
        "TV", "SSN", "ATM", "GPS", "DVD", "CD", "PC", "USB", "VPN", "SMS", "PDF", "HTML", "HTTP", "HTTPS", "CPR", "QR", "BBQ", "PNR",
        "CVV", "DMV", "DJ", "LLC", "HR", "PR", "MVP", "DNS", "WWW", "URL", "NFL", "NBA", "MLB", "NHL", "RV", "JPG", "PNG", "CRM",
        "FBI", "CIA", "IRS", "VIP", "IT", "OTP", "TVs", "CDs", "DVDs", "PCs",
    )
    if not any(vowel in letters for vowel in "AEIOU")
}  # fmt: skip
"""Letters that are often written small: "tv"."""
ABBREVIATIONS |= {small: large for small, large in SMALL_LETTERS.items() if small not in ("hr", "pr", "www")}
BATTERIES = {"AA": "double A", "AAA": "triple A", "AAAA": "quadruple A"}
KEYS = ("Ctrl", "ctrl", "Cmd", "Alt", "Shift", "Option", "Command", "Control", "Win")
SIGNS = {"&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent"}
AIRLINES = (
    "AA", "AC", "AF", "AS", "B6", "BA", "DL", "EK", "F9", "HA", "KL", "LH", "NK", "UA", "VS", "WN",
)  # fmt: skip
"""IATA codes of carriers that US callers fly, for "UA 1742"."""
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
    "HI": "Hawaii", "ID": "Idaho", "LA": "Louisiana", "MA": "Massachusetts", "OH": "Ohio", "OK": "Oklahoma", "PA": "Pennsylvania",
}  # fmt: skip
"""Only before a ZIP code: "Sure, OK."."""
ROMANS = frozenset((
    "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
    "XVII", "XVIII", "XIX", "XX", "XXI", "XL", "LVIII", "LIX", "LX", "ii", "iii", "iv", "vi", "vii", "viii", "ix",
))  # fmt: skip
MONARCHS = (
    "Benedict", "Catherine", "Charles", "Edward", "Elizabeth", "George", "Henry", "James",
    "John Paul", "Louis", "Mary", "Napoleon", "Nicholas", "Philip", "Richard", "William", "Pius", "Leo", "Gregory",
    "Ramses", "Ivan", "Peter", "Alexander", "Frederick", "Wilhelm", "Francis", "Clement", "Innocent", "Urban", "Paul", "Felipe",
    "Queen \\w+", "King \\w+", "Pope \\w+", "Pope \\w+ \\w+", "Emperor \\w+", "Tsar \\w+", "Prince \\w+",
)  # fmt: skip
"""Who is counted by Roman numerals; patterns."""
NUMBERED = (
    "World War", "Act", "Chapter", "Class", "Part", "Phase", "Section", "Stage", "Title", "Type", "Volume", "Vol", "Ch",
    "Appendix", "Model", "Level", "Tier", "Mark", "Schedule", "Grade", "Scene", "Book", "Article", "Figure", "Table", "Step",
    "Annex", "Exhibit", "Group", "Category", "Super Bowl", "Apollo", "Factor", "Trauma", "Element", "Page", "Unit",
    "Vatican", "Episode", "Division", "Schedule", "Algebra", "Calculus", "Calc", "Physics", "Chemistry", "English", "Spanish", "French",
    "Statistics", "Biology", "Zone", "Room", "Season", "Round", "Region", "Fantasy", "Auto", "Generation", "Gen", "Version", "Quest",
)  # fmt: skip
"""What is numbered by them, in any case; patterns."""
CARDINALLY = (
    "Rocky",
    "Godfather",
    "Rambo",
    "Saw",
    "Diablo",
    "Civilization",
    "Battlefield",
    "Souls",
    "Star Wars",
    "Creed",
    "Civ",
)
FIRST_NAMES = (
    "James|John|Robert|Michael|William|David|Richard|Joseph|Thomas|Charles|Christopher|Daniel|Matthew|Anthony|Mark|Donald"
    "|Steven|Paul|Andrew|Joshua|Kenneth|Kevin|Brian|George|Edward|Ronald|Timothy|Jason|Jeffrey|Ryan|Jacob|Gary|Nicholas|Eric"
    "|Jonathan|Stephen|Larry|Justin|Scott|Brandon|Benjamin|Samuel|Gregory|Frank|Alexander|Raymond|Patrick|Jack|Dennis|Jerry"
    "|Tyler|Aaron|Jose|Adam|Henry|Nathan|Douglas|Zachary|Peter|Kyle|Walter|Ethan|Jeremy|Harold|Keith|Christian|Roger|Noah"
    "|Gerald|Carl|Terry|Sean|Austin|Arthur|Lawrence|Jesse|Dylan|Bryan|Joe|Jordan|Billy|Bruce|Albert|Willie|Gabriel|Logan|Alan"
    "|Juan|Wayne|Roy|Ralph|Randy|Eugene|Vincent|Russell|Elijah|Louis|Bobby|Philip|Johnny|Martin|Luis|Carlos|Miguel|Victor|Fred"
    "|Bob|Bill|Jim|Tom|Ted|Sam|Will|Hank|Ellis|Harrison|Theodore|Frederick|Leonard|Stanley|Oscar|Hector|Mason|Owen|Liam"
)
"""Given names after which a surname and a numeral make a person."""
_BEFORE = re.compile(
    r"(?<![\w-])(?:an?|A[n]?) (?:new |nice |good |big |small |used |brand-new |full |single |standard |simple |mere |whopping )?\Z"
)
_NOUN = re.compile(
    r" (?!(?:of|and|or|in|on|at|for|to|from|is|are|was|were|per|an?|the|when|if|but|each|every|more|less|left|ago|away|long|wide|tall"
    r"|deep|thick|old|high|later|early|total|off|down|up|over|under|now|only|today|with|without|after|before|because|so|than|that|as|by"
    r"|it|we|you|i|he|she|they|right|please|plus|and|minus|apart|extra|ish|late|back|yesterday|tomorrow|here|there|instead|already)\b)(?:[a-z]|[A-Z]{2,}s?\b)"
)
_PER = re.compile(r"(?:/[a-z]+\b| per [a-z]+) [a-z]")


def attributive(match: Match) -> bool:
    """Tell whether an amount describes what follows: "a 20 GB plan", "a $3/day charge"."""
    text, start, end = match.string, match.start(), match.end()
    if not _BEFORE.search(text, max(0, start - REACH), start):
        return False
    return bool(_NOUN.match(text, end) or _PER.match(text, end))

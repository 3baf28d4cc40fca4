"""Words that are written short, and what is said for them: data alone.

`classes.abbreviation` has the rules that go with it.
"""

from __future__ import annotations

from datagen.text import numbers, shorthand

MONTHS = {name[:3]: name for name in numbers.MONTHS if name != "May"} | {"Sept": "September"}
MONTH_NAMES = numbers.MONTHS
_NUMBERS = {name: number for number, name in enumerate(numbers.MONTHS, start=1)}
_ANY = _NUMBERS | {short: _NUMBERS[name] for short, name in MONTHS.items()}
MONTHS_ANY_CASE = (
    _ANY
    | {name.upper(): number for name, number in _ANY.items()}
    | {name.lower(): number for name, number in _ANY.items()}
)
"""Months as they are written before a day or a year."""
DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Weds": "Wednesday",
    "Thu": "Thursday", "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday",
    "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
DAY_LETTERS = {
    "M": "Monday", "T": "Tuesday", "Tu": "Tuesday", "W": "Wednesday", "Th": "Thursday",
    "F": "Friday",
    "Sa": "Saturday", "Su": "Sunday", "S": "Saturday", "R": "Thursday",
}  # fmt: skip
FORMS = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz",
}  # fmt: skip
TITLES = {
    "Asst": "Assistant", "Messrs": "Messieurs",
    "Dr": "Doctor", "Prof": "Professor", "St": "Saint", "Mt": "Mount", "Ft": "Fort",
    "Lt": "Lieutenant", "Sgt": "Sergeant", "Capt": "Captain", "Rev": "Reverend",
    "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Gen": "General",
    "Col": "Colonel", "Maj": "Major", "Cpl": "Corporal", "Pvt": "Private", "Pres": "President",
    "Hon": "Honorable", "Fr": "Father", "Supt": "Superintendent", "Bros": "Brothers",
    "Atty": "Attorney", "Det": "Detective", "Ofc": "Officer", "Ald": "Alderman",
    "Cmdr": "Commander", "Adm": "Admiral", "Insp": "Inspector", "Ste": "Sainte",
    "Wm": "William", "Chas": "Charles", "Geo": "George", "Jas": "James", "Jos": "Joseph",
    "Thos": "Thomas", "Robt": "Robert", "Cdr": "Commander", "Amb": "Ambassador",
    "Msgr": "Monsignor", "Brig": "Brigadier", "Pfc": "Private First Class",
}  # fmt: skip
"""Titles before a name; all but those of `BARE_TITLES` and `NAMED_TITLES` need their dot."""
BARE_TITLES = (
    "Dr", "Prof", "St", "Mt", "Ft", "Lt", "Sgt", "Capt", "Gov", "Maj", "Cpl", "Pvt",
)  # fmt: skip
NAMED_TITLES = (
    "Sen", "Rep", "Gen", "Col", "Rev", "Hon", "Pres", "Adm", "Cmdr", "Cdr", "Supt", "Insp", "Det",
    "Amb", "Pfc", "Msgr", "Brig", "Ald", "Fr", "Ofc",
)  # fmt: skip
"""Titles that are other words, too: without a dot they are one before somebody's name alone."""
NOT_TITLED = {
    "Gen": "Alpha|Beta|Con|Ed|Eds|Chem|Bio|Psych|Math|Med|Surg|Xers?|Yers?|Zers?|Mgr|Manager",
    "Rep": "Range|Ranges|Max|Count|Counts|Scheme",
    "Rev": "Limiter|Share|Range|Counter|Match(?:ing|er)?|Up",
    "Hon": "Hai|Mention", "Pres": "Day|Weekend", "Adm": "Fees?|Office|Building|Bldg|Dept",
    "Det": "Cord|Lions|Tigers|Pistons|Wings", "Col": "Headings?|Widths?|Names?",
}  # fmt: skip
"""What stands behind them and is no name, as patterns."""
ABBREVIATIONS = {
    "Cmd": "Command", "anniv": "anniversary",
    "Esq": "Esquire", "cc": "C C", "avg": "average", "Avg": "Average",
    "Jr": "Junior", "Sr": "Senior", "Inc": "Incorporated", "Corp": "Corporation",
    "Ltd": "Limited", "vs": "versus", "etc": "et cetera", "approx": "approximately",
    "Etc": "Et cetera", "Approx": "Approximately", "Incl": "Including", "Mgmt": "Management",
    "Govt": "Government", "Mtg": "Meeting", "Pkg": "Package", "Pkgs": "Packages",
    "Appts": "Appointments", "Accts": "Accounts",
    "appt": "appointment", "appts": "appointments", "Appt": "Appointment", "acct": "account",
    "accts": "accounts", "Acct": "Account", "dept": "department", "Dept": "Department",
    "hrs": "hours", "mins": "minutes", "yrs": "years", "secs": "seconds", "wks": "weeks",
    "qtrly": "quarterly", "Qtrly": "Quarterly", "equiv": "equivalent",
    "hw": "homework", "mthly": "monthly", "yrly": "yearly",
    "wkend": "weekend", "wkends": "weekends", "wkly": "weekly",
    "lbs": "pounds", "oz": "ounces", "bldg": "building",
    "Bldg": "Building", "Blvd": "Boulevard", "Pkwy": "Parkway", "Hwy": "Highway",
    "hwy": "highway", "govt": "government",
    "mgmt": "management", "mgr": "manager", "Mgr": "Manager", "asst": "assistant",
    "mtg": "meeting", "msg": "message", "msgs": "messages", "pkg": "package", "pkgs": "packages",
    "qty": "quantity", "Qty": "Quantity", "addr": "address", "pymt": "payment", "pmt": "payment",
    "pmts": "payments", "rcvd": "received", "tmrw": "tomorrow", "pls": "please", "plz": "please",
    "thx": "thanks", "btw": "by the way", "ur": "your", "bc": "because",
    "ppl": "people", "tix": "tickets", "bdrm": "bedroom", "sq": "square", "Rx": "prescription",
    "kwh": "kilowatt hours", "tel": "telephone", "kWh": "kilowatt hours", "mph": "miles per hour",
    "mpg": "miles per gallon", "Mbps": "megabits per second", "Gbps": "gigabits per second",
    "GB": "gigabytes", "MB": "megabytes", "TB": "terabytes", "KB": "kilobyte",
    "idk": "I don't know", "brb": "be right back", "lol": "L O L", "omg": "oh my god",
    "tbh": "to be honest", "imo": "in my opinion", "fyi": "F Y I", "asap": "A S A P",
    "id": "ID", "ids": "IDs", "sku": "SKU", "otp": "OTP", "usb": "USB", "url": "URL", "urls":
    "URLs", "dna": "DNA", "rna": "RNA", "bmi": "BMI", "ceo":
    "CEO", "cfo": "CFO", "cto": "CTO", "hoa": "HOA", "irs": "IRS", "atm": "ATM", "atms":
    "ATMs", "ai": "AI", "cpu": "CPU", "gpu": "GPU", "ssd": "SSD", "hdd": "HDD",
    "usa": "USA", "uk": "UK", "hvac": "HVAC", "qa": "QA", "diy": "DIY", "dob": "DOB", "pto":
    "PTO", "eod": "EOD", "eob": "EOB", "dm": "DM", "dms": "DMs", "mri": "MRI", "ekg": "EKG",
    "icu": "ICU", "ui": "UI", "gpa": "GPA", "api": "API", "apis": "APIs", "ssl": "SSL", "kyc":
    "KYC", "hdmi": "HDMI", "lcd": "LCD", "leds": "LEDs", "fbi": "FBI", "cia": "CIA", "epa":
    "EPA", "fda": "FDA", "cdc": "CDC", "nba": "NBA", "gop": "GOP", "mlk": "MLK", "bbc": "BBC",
    "cnn": "CNN", "suv": "SUV", "suvs": "SUVs", "rsvp": "RSVP", "cvc": "CVC", "aarp": "AARP",
    "vip": "VIP", "vips": "VIPs", "sos": "SOS", "isp": "ISP", "lte": "LTE", "xml": "XML",
    "sql": "SQL", "cli": "CLI", "sdk": "SDK", "ide": "IDE",
    "eta": "ETA", "ac": "A C", "omw": "on my way", "sry": "sorry", "afaik": "as far as I know",
    "wfh": "working from home", "tysm": "thank you so much", "hbu": "how about you",
    "ttyl": "talk to you later", "gtg": "got to go", "jk": "just kidding", "bday": "birthday",
    "lmk": "let me know", "fwiw": "for what it's worth", "ofc": "of course", "tmr": "tomorrow",
    "ily": "I love you", "recd": "received", "intl": "international", "natl": "national",
    "wdym": "what do you mean", "idc": "I don't care", "hmu": "hit me up", "nbd": "no big deal",
    "npm": "N P M", "ikr": "I know, right", "ngl": "not gonna lie",
    "iirc": "if I recall correctly", "tbd": "T B D", "tba": "T B A",
    "imho": "in my humble opinion", "Omw": "On my way", "Sry": "Sorry", "Lmk": "Let me know",
    "Ty": "Thank you", "Np": "No problem",
    "undef": "undefined", "chars": "characters", "qs": "questions", "nite": "night", "gd": "good",
    "rn": "right now", "nvm": "never mind", "ty": "thank you", "np": "no problem",
    "irl": "in real life", "smth": "something", "sth": "something", "Ph.D": "PhD",
    "dB": "decibels", "pH": "P H", "gf": "G F", "bf": "B F",
    "Ctrl": "Control", "Del": "Delete",
    "PrtSc": "Print Screen", "PrtScn": "Print Screen", "BRs": "bedrooms", "BAs": "baths",
    "PgUp": "Page Up",
    "PgDn": "Page Down", "www": "w w w", "MWF": "Monday, Wednesday, Friday",
    "TTh": "Tuesday, Thursday", "WWI": "World War One", "WWII": "World War Two", "bks": "books",
    "ctrl": "control", "incl": "including", "tv": "TV", "ssn": "SSN", "gps": "GPS", "dvd": "DVD",
    "cd": "CD", "pc": "PC", "vpn": "VPN", "sms": "SMS", "pdf": "PDF", "html": "HTML",
    "http": "HTTP", "https": "HTTPS", "cpr": "CPR", "qr": "QR", "bbq": "BBQ", "pnr": "PNR",
    "cvv": "CVV", "dmv": "DMV", "dj": "DJ", "llc": "LLC", "mvp": "MVP", "dns": "DNS",
    "nfl": "NFL", "mlb": "MLB", "nhl": "NHL", "rv": "RV", "jpg": "JPG", "png": "PNG",
    "crm": "CRM", "btwn": "between", "tvs": "TVs", "cds": "CDs", "dvds": "DVDs", "pcs": "PCs",
    "Pls": "Please",
    "Plz": "Please", "Thx": "Thanks", "Btw": "By the way", "Idk": "I don't know",
    "Brb": "Be right back", "Lol": "L O L", "Omg": "Oh my god", "Tbh": "To be honest",
    "Imo": "In my opinion", "Nvm": "Never mind", "Ppl": "People", "Tmrw": "Tomorrow",
    "Msg": "Message",
} | shorthand.SAID  # fmt: skip
"""Short forms with or without a dot, and letters that are often written small."""
DOTTED = {
    "Dr": "Doctor", "Co": "Company", "Apt": "Apartment", "apt": "apartment", "Bros": "Brothers",
    "Vol": "Volume", "vol": "volume", "max": "maximum", "Max": "Maximum",
    "Min": "Minimum", "Rm": "Room", "rm": "room",
    "Ste": "Suite", "ste": "suite", "Fig": "Figure", "fig": "figure", "Figs": "Figures",
    "Sec": "Section", "Ch": "Chapter", "ch": "chapter", "Ref": "Reference", "ref": "reference",
    "Tel": "Telephone", "No": "Number", "Nos": "Numbers",
    "nos": "numbers", "p": "page", "pp": "pages", "Ep": "Episode", "ep": "episode",
    "misc": "miscellaneous", "Misc": "Miscellaneous",
    "Assn": "Association", "Univ": "University",
    "attn": "attention", "Attn": "Attention", "Ave": "Avenue", "St": "Street", "Rd": "Road",
    "Ln": "Lane", "cont": "continued", "ca": "circa", "tbsp": "tablespoon", "Sq": "Square",
    "sq": "square", "Tues": "Tuesday", "ver": "version", "Ver": "Version",
    "Int'l": "International", "Natl": "National", "eds": "editors", "Art": "Article",
    "Par": "Paragraph", "par": "paragraph", "hosp": "hospital", "Hosp": "Hospital",
    "env": "envelope", "emp": "employee", "ins": "insurance",
    "grp": "group", "Grp": "Group", "exch": "exchange", "cyl": "cylinder",
    "orig": "original",
    "prev": "previous", "elec": "electric", "lic": "license", "addl": "additional",
    "Dir": "Director", "doz": "dozen",
}  # fmt: skip
"""Short forms that need their dot."""
INSTITUTIONS = {
    "Hosp": "Hospital", "Ctr": "Center", "Elem": "Elementary", "Univ": "University",
    "Sch": "School", "Hts": "Heights", "Cem": "Cemetery", "Libr": "Library",
}  # fmt: skip
"""What stands behind the name of a house."""
END_SAFE = (
    "Dr", "Co", "Apt", "apt", "Bros", "Vol", "vol", "Ave", "St", "Rd", "Ln", "Sq", "sq", "Univ",
    "Assn", "tbsp", "misc", "orig",
)  # fmt: skip
"""Those of `DOTTED` that may end a sentence; the others are words or names there."""
NUMBERED_SHORT = {
    "Eq": "Equation", "Sched": "Schedule", "Vit": "Vitamin",
    "Lv": "Level", "lv": "level", "sz": "size", "Sz": "Size", "Ps": "Psalm",
    "Rt": "Route", "Apt": "Apartment", "apt": "apartment", "Ste": "Suite", "ste": "suite",
    "Rte": "Route", "rte": "route", "Rm": "Room", "rm": "room", "Bldg": "Building",
    "bldg": "building", "Grp": "Group", "grp": "group",
    "Hwy": "Highway", "Fig": "Figure", "fig": "figure", "Ch": "Chapter", "Sec": "Section",
    "Vol": "Volume", "vol": "volume", "Ep": "Episode", "ep": "episode", "Fl": "Floor",
    "Pg": "Page", "pg": "page", "pp": "pages", "Ext": "Extension", "ext": "extension",
    "No": "Number", "no": "number", "nos": "numbers", "Nos": "Numbers", "p": "page",
    "Ref": "Reference", "ref": "reference", "min": "minimum", "Min": "Minimum", "max": "maximum",
    "Max": "Maximum", "Art": "Article", "art": "article", "Pt": "Part", "Ed": "Edition",
    "Wk": "Week", "wk": "week", "Tel": "Telephone", "tel": "telephone", "Lvl": "Level",
    "lvl": "level", "Gr": "Grade", "sec": "section", "Col": "Column",
}  # fmt: skip
"""Short forms before a number; those of `NEEDS_DOT` need their dot."""
NEEDS_DOT = (
    "No", "no", "nos", "Nos", "p", "min", "Min", "max", "Max", "Art", "art", "Ed", "Pt", "Ref",
    "ref", "sec", "Col", "Fl", "Sec", "Tel", "tel",
)  # fmt: skip
PHRASES = {
    "gov't": "government", "Int'l": "International",
    "Gov't": "Government", "int'l": "international",
    "dep't": "department",
    "Dep't": "Department", "nat'l": "national", "cont'd": "continued",
    "sec'y": "secretary", "ass'n": "association", "Ass'n": "Association", "req'd": "required",
    "Req'd": "Required", "rec'd": "received", "Rec'd": "Received", "recv'd": "received",
    "rcv'd": "received", "add'l": "additional", "Add'l": "Additional", "Cont'd": "Continued",
    "Sec'y": "Secretary", "Nat'l": "National", "ass't": "assistant", "Ass't": "Assistant",
    "sched'd": "scheduled", "appr'd": "approved", "pkg'd": "packaged", "ret'd": "returned",
    "e.g.": "for example", "e.g": "for example", "i.e.": "that is", "w/o": "without",
    "a/c": "A C", "A/C": "A C", "and/or": "and or",
    "And/or": "And or", "w/in": "within",
    "b/c": "because", "P/N": "part number", "S/N": "serial number", "p/n": "part number",
    "s/n": "serial number", "N/A": "N A", "n/a": "N A", "P.O.": "P.O.",
    "R&D": "R and D", "Q&A": "Q and A", "B&B": "B and B", "P&L": "P and L", "P/E": "P E",
    "A/R": "A R", "A/P": "A P",
    "y/o": "year old", "w/": "with", "a.k.a.": "also known as", "aka": "also known as",
    "et al.": "and others", "P.S.": "P.S.", "h/t": "hat tip", "w/r/t": "with respect to",
    "a.m.": "a.m.", "p.m.": "p.m.", "M.D.": "M.D.", "I/O": "I O", "N.B.": "N.B.",
    "R.I.P.": "R.I.P.", "A/V": "A V", "T/Th": "Tuesday and Thursday",
    "Tu/Th": "Tuesday and Thursday", "W/F": "Wednesday and Friday",
    "Sa/Su": "Saturday and Sunday", "Th/F": "Thursday and Friday",
    "p/u": "pickup", "P/U": "pickup", "mo.-to-mo.": "month to month",
    "o.c.": "on center", "O.C.": "on center",
    "M/W/F": "Monday, Wednesday and Friday", "M/W": "Monday and Wednesday",
    "m/s": "meters per second", "km/h": "kilometers per hour",
    "Mr./Mrs.": "Mister or Missus", "Mr/Mrs": "Mister or Missus",
    "YoY": "year over year", "QoQ": "quarter over quarter", "MoM": "month over month",
    "yoy": "year over year", "y/y": "year over year",
    "Q/Q": "quarter over quarter", "Y/Y": "year over year", "AC/DC": "A C D C",
    "m/m": "month over month", "q/q": "quarter over quarter", "t/c": "T C",
}  # fmt: skip
SET_CODES = {
    "24-7": "twenty-four seven",
    "401(k)": "four oh one k", "401(k)s": "four oh one k's", "403(b)": "four oh three b",
    "401k": "four oh one k", "401ks": "four oh one k's", "401-k": "four oh one k",
    "457(b)": "four fifty-seven b", "501(c)(3)": "five oh one c three",
    "COVID-19": "COVID nineteen", "Covid-19": "Covid nineteen", "covid-19": "covid nineteen",
    "B2B": "B to B", "B2C": "B to C", "P2P": "P to P", "F-150": "F one fifty",
    "F-250": "F two fifty", "F-350": "F three fifty",
    "f-150": "F one fifty", "f-250": "F two fifty", "f150": "F one fifty", "h2o": "H two O",
    "F150": "F one fifty", "F250": "F two fifty", "F350": "F three fifty", "B-52": "B fifty-two",
    "C-3PO": "C three P O",
    "RAV4": "RAV four", "A1c": "A one C", "M365": "M three sixty-five",
    "R2-D2": "R two D two", "4x4": "four by four", "2x4": "two by four", "2x4s": "two by fours",
    "PG-13": "P G thirteen", "K-9": "K nine", "K-9s": "K nines", "K9": "K nine",
    "1v1": "one V one", "2v2": "two V two", "3v3": "three V three", "5v5": "five V five",
    "K-12": "K through twelve", "K-8": "K through eight",
    "H2O": "H two O", "CO2": "C O two", "MP3": "M P three", "mp3": "M P three", "MP4": "M P four",
    "mp4": "M P four", "M&Ms": "M and M's", "M&M's": "M and M's",
    "7-Eleven": "Seven-Eleven", "7-eleven": "seven-eleven", "U2": "U two",
    "5W-30": "five W thirty", "0W-20": "zero W twenty", "10W-30": "ten W thirty",
    "5W-20": "five W twenty", "S&P": "S and P", "A1C": "A one C", "H1N1": "H one N one",
    "a1c": "A one C", "HbA1c": "H B A one C", "HgbA1c": "hemoglobin A one C",
    "ps5": "P S five", "b4": "before", "gr8": "great", "l8r": "later", "m8": "mate",
    "2day": "today", "2nite": "tonight",
    "IPv4": "I P v four", "IPv6": "I P v six", "802.11ac": "eight oh two eleven A C",
    "802.11ax": "eight oh two eleven A X", "802.11n": "eight oh two eleven N",
    "2Day": "Two Day", "WD-40": "W D forty", "49ers": "Forty-Niners", "76ers": "Seventy-Sixers",
    "2FA": "two F A", "2fa": "two F A", "C#": "C sharp",
    "F#": "F sharp", "AES-256": "A E S two fifty-six", "AES-128": "A E S one twenty-eight",
    "SHA-256": "SHA two fifty-six", "SHA256": "SHA two fifty-six", "SHA-512": "SHA five twelve",
    "RJ-45": "R J forty-five", "RJ45": "R J forty-five", "C-130": "C one thirty",
    "C-17": "C seventeen", "MiG-29": "MiG twenty-nine", "MiG-21": "MiG twenty-one",
    "B-29": "B twenty-nine", "U-2": "U two", "CAT5e": "CAT five E", "Cat5e": "Cat five E",
    "CAT6a": "CAT six A", "Cat6a": "Cat six A", "PaO2": "P A O two", "PaCO2": "P A C O two",
    "SaO2": "S A O two", "T-34": "T thirty-four", "KN95": "K N ninety-five",
    "G#": "G sharp",
    "D#": "D sharp", "A#": "A sharp", "SpO2": "S P O two", "g2g": "got to go",
}  # fmt: skip
"""Codes that have a reading of their own."""
DOSES = {
    "PO": "by mouth", "BID": "twice a day", "TID": "three times a day", "QID": "four times a day",
    "QD": "once a day", "QHS": "at bedtime", "PRN": "as needed",
}  # fmt: skip
"""How a medicine is taken, after its amount."""
ELEMENTS = frozenset((
    "Uranium", "Plutonium", "Iodine", "Cesium", "Thorium", "Radium", "Radon", "Polonium", "Xenon",
    "Americium", "Lead", "Iridium", "Lutetium", "Neptunium", "Technetium",
))  # fmt: skip
"""What has kinds that are told apart by their mass: "Uranium-235"."""
SIZES = ("XXS", "XS", "XL", "XXL", "XXXL")
"""Sizes of clothes by letters; S, M and L are letters as well."""
SYMBOLS = (
    "Ag", "Ar", "Au", "Ba", "Ca", "Co", "Cu", "Fe", "Li", "Na", "Ne", "Ni", "Si", "Ti", "Xe",
)  # fmt: skip
"""Symbols of elements that a voice would take for words."""
REACTING = (
    "Li", "Na", "Mg", "Al", "Si", "Cl", "Ca", "Ti", "Cr", "Mn", "Fe", "Ni", "Cu", "Zn", "Br", "Ag",
    "Sn", "Ba", "Hg", "Pb", "H", "B", "C", "N", "O", "F", "P", "S", "K",
)  # fmt: skip
"""Symbols of elements that stand alone in the equation of a reaction."""
BATTERIES = {
    "AA": "double A", "AAA": "triple A", "AAAA": "quadruple A",
}  # fmt: skip
LEFT_SHORT = frozenset((
    *shorthand.LEFT,
    "Tue", "Tues", "Fri", "Feb", "Apr", "Aug", "Sept", "Oct", "Nov", "Ste", "oz", "mos", "qty",
    "approx", "appt", "appts", "acct", "accts", "incl", "misc", "ext", "exp", "sem", "addl",
    "Assn", "Univ", "Hosp", "hosp", "Elem", "Pharm", "pharm", "Ctr", "ctr",
    "mi", "ea", "cyl", "vol", "avg", "doz", "dept", "asst", "attn", "orig", "prev",
    "elec", "qtr", "yr", "hr", "mo", "wknd", "oct", "ret", "Ex", "Sched",
    "Chas", "Vit", "Sec", "pres", "Pres", "govt", "natl", "intl",
    *(
        form
        for short in (
            "amt", "arr", "avail", "bal", "chg", "chgs", "conf", "confs", "cust", "deliv", "desc",
            "dist", "equip", "insp", "galv", "refrig", "resid", "transp", "calib", "assy",
            "constr", "comml", "lic", "perf", "maj", "mgr", "freq", "gal", "ind", "init", "inv",
            "invs", "loc", "maint", "manuf",
            "mult", "neg", "num", "obs", "occ", "poss", "pref", "prelim", "prob", "proc", "qual",
            "ques", "gr", "pgs", "req", "reqs", "res", "resp", "sched", "seq", "serv", "std",
            "subj", "svc",
            "svcs", "sys", "tot", "txn", "txns", "unk", "upd", "util", "veh",
        )
        for form in (short, short.capitalize())
    ),
))  # fmt: skip
"""Short forms that are no words, and are refused where no rule has said them in full."""
SHORT_FOR_TWO = (
    "est", "Est", "reg", "Reg", "temp", "Temp", "exp", "Exp", "dep", "bus", "min", "sec", "tech",
    "bps",
)  # fmt: skip
"""Short for several words: what stands beside one says for which, or it is refused."""
LEAST = (
    r"(?:order|purchase|payment|age|wage|height|deposit|balance|stay|bid|charge|spend|requirements?"
    r"|temp\w*|value|amount|size|loan|down|credit|distance|speed|salary|GPA|score|experience|width"
    r"|length|donation|contribution|due|qty|quantity|bet|buy-in)\b"
)
"""What is at least so much, after "min."; a pattern."""
CHORDS = tuple(
    note + kind
    for note in "ABCDEFG"
    for kind in ("b", "m")
    if note + kind not in ("Am", "Cb", "Fb")
)
"""Chords of two letters, which may be names."""
KEYS = (
    "Ctrl", "ctrl", "Cmd", "Fn", "Alt", "Shift", "Option", "Command", "Control", "Win",
)  # fmt: skip
KEY_NAMES = {
    "Esc": "Escape", "esc": "Escape", "Ins": "Insert", "del": "Delete", "Fn": "Function",
    "Win": "Windows", "Opt": "Option", "Bksp": "Backspace", "Alt": "Alt",
}  # fmt: skip
"""Keys that are written short where several are pressed at once."""
SIGNS = {
    "&": "and", "+": "plus", "=": "equals", "@": "at", "%": "percent",
}  # fmt: skip

"""Streets, compass points and states, as they are written short: data alone."""

from __future__ import annotations

STREETS = {
    "St": "Street", "Ave": "Avenue", "Av": "Avenue", "Blvd": "Boulevard", "Rd": "Road",
    "Dr": "Drive", "Ln": "Lane", "Ct": "Court", "Pl": "Place", "Pkwy": "Parkway",
    "Hwy": "Highway", "Fwy": "Freeway", "Cir": "Circle", "Ter": "Terrace", "Sq": "Square",
    "Expy": "Expressway", "Tpke": "Turnpike", "Trl": "Trail", "Aly": "Alley", "Xing": "Crossing",
    "Plz": "Plaza",
}  # fmt: skip
TYPES_IN_CAPITALS = ("ST", "AVE", "BLVD", "RD", "LN", "PKWY", "HWY")
"""Types that are nothing else behind a name in capitals: "MAIN ST"."""
STREET_WORDS = (
    *STREETS.values(), "Way", "Terrace", "Trail", "Circle", "Broadway", "Row", "Loop", "Pike",
)  # fmt: skip
COMPASS = {
    "N": "North", "S": "South", "E": "East", "W": "West",
}  # fmt: skip
CORNERS = {
    "NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest",
}  # fmt: skip
STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky",
    "ME": "Maine", "MD": "Maryland", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire",
    "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OR": "Oregon", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont",
    "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming",
}  # fmt: skip
"""States, as they are written after a city and a comma."""
DOTTED_STATES = {
    "Ala": "Alabama", "Ariz": "Arizona", "Ark": "Arkansas", "Calif": "California",
    "Colo": "Colorado", "Conn": "Connecticut", "Del": "Delaware", "Fla": "Florida",
    "Ga": "Georgia", "Ill": "Illinois", "Ind": "Indiana", "Kan": "Kansas", "Ky": "Kentucky",
    "La": "Louisiana", "Mass": "Massachusetts", "Md": "Maryland", "Mich": "Michigan",
    "Minn": "Minnesota", "Miss": "Mississippi", "Mo": "Missouri", "Mont": "Montana",
    "Neb": "Nebraska", "Nev": "Nevada", "N.C": "North Carolina", "N.D": "North Dakota",
    "N.H": "New Hampshire", "N.J": "New Jersey", "N.M": "New Mexico", "N.Y": "New York",
    "Okla": "Oklahoma", "Ore": "Oregon", "Pa": "Pennsylvania", "R.I": "Rhode Island",
    "S.C": "South Carolina", "S.D": "South Dakota", "Tenn": "Tennessee", "Tex": "Texas",
    "Va": "Virginia", "Vt": "Vermont", "Wash": "Washington", "Wis": "Wisconsin",
    "W.Va": "West Virginia", "Wyo": "Wyoming",
}  # fmt: skip
"""States as newspapers shorten them, after a city and a comma."""
STATES_OR_WORDS = {
    "HI": "Hawaii", "ID": "Idaho", "LA": "Louisiana", "MA": "Massachusetts", "OH": "Ohio",
    "OK": "Oklahoma", "PA": "Pennsylvania",
}  # fmt: skip
"""States whose letters are words too ("Sure, OK."): they need a ZIP code."""
ZIPPED_STATES = {
    "ok": ("Oklahoma", "7[34]"), "oh": ("Ohio", "4[345]"), "hi": ("Hawaii", "96[78]"),
    "id": ("Idaho", "83[2-8]"), "la": ("Louisiana", "70|71[0-4]"),
    "ma": ("Massachusetts", "01|02[0-7]|055"), "pa": ("Pennsylvania", "1[5-8]|19[0-6]"),
    "me": ("Maine", "039|04"), "or": ("Oregon", "97"), "in": ("Indiana", "4[67]"),
    "de": ("Delaware", "19[789]"), "al": ("Alabama", "35|36[0-69]"),
}  # fmt: skip
"""States whose small letters are words, and how their ZIP codes begin."""
CITIES_OF_DEGREES = frozenset((
    # Maryland
    "Baltimore", "Annapolis", "Frederick", "Rockville", "Gaithersburg", "Bethesda", "Columbia",
    "Towson", "Silver Spring", "Laurel", "Hagerstown", "Salisbury", "Germantown", "Ellicott City",
    "Bowie", "Dundalk", "Waldorf", "Ocean City", "College Park", "Essex", "Glen Burnie",
    "Catonsville", "Potomac", "Easton", "Cumberland",
    # Massachusetts
    "Boston", "Worcester", "Springfield", "Cambridge", "Lowell", "Brockton", "Quincy", "Lynn",
    "New Bedford", "Fall River", "Newton", "Somerville", "Salem", "Framingham", "Haverhill",
    "Malden", "Waltham", "Brookline", "Plymouth", "Medford", "Amherst", "Northampton", "Pittsfield",
    "Gloucester", "Concord", "Lexington", "Andover", "Natick",
    # Mississippi
    "Jackson", "Gulfport", "Biloxi", "Hattiesburg", "Tupelo", "Meridian", "Greenville", "Oxford",
    "Vicksburg", "Natchez", "Southaven", "Olive Branch", "Starkville",
    # Pennsylvania
    "Philadelphia", "Pittsburgh", "Allentown", "Erie", "Reading", "Scranton", "Bethlehem",
    "Lancaster", "Harrisburg", "York", "State College", "Altoona", "Wilkes-Barre", "Johnstown",
    "Gettysburg", "Hershey", "Media", "Doylestown",
    # Delaware
    "Wilmington", "Dover", "Newark", "Rehoboth Beach", "Lewes", "Middletown", "Smyrna",
    # North Dakota
    "Fargo", "Bismarck", "Grand Forks", "Minot", "Williston", "Dickinson", "Mandan",
))  # fmt: skip
"""Cities of the states whose letters are degrees as well."""

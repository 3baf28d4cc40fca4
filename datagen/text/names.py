"""Names that tell how a number or numeral beside them is said: data alone."""

from __future__ import annotations

AIRLINES = (
    "AA", "AC", "AF", "AS", "B6", "BA", "DL", "EK", "F9", "HA", "KL", "LH", "NK", "UA", "VS",
    "WN",
)  # fmt: skip
"""IATA codes of carriers that US callers fly, for "UA 1742"."""
ROMANS = frozenset((
    "II", "III", "IV", "IX", "LIX", "LVIII", "LX", "V", "VI", "VII", "VIII", "X", "XI", "XII",
    "XIII", "XIV", "XIX", "XL", "XV", "XVI", "XVII", "XVIII", "XX", "XXI", "ii", "iii", "iv",
    "ix", "vi", "vii", "viii",
))  # fmt: skip
MONARCHS = (
    "Benedict", "Catherine", "Charles", "Edward", "Elizabeth", "George", "Henry", "James",
    "John Paul", "Louis", "Mary", "Napoleon", "Nicholas", "Philip", "Richard", "William", "Pius",
    "Leo", "Gregory", "Ramses", "Ivan", "Peter", "Alexander", "Frederick", "Wilhelm", "Francis",
    "Clement", "Innocent", "Urban", "Paul", "Felipe", "Queen \\w+", "King \\w+", "Pope \\w+",
    "Pope \\w+ \\w+", "Emperor \\w+", "Tsar \\w+", "Prince \\w+", "Empress \\w+", "Czar \\w+",
    "Kaiser \\w+", "Pharaoh \\w+", "Shah \\w+", "Sultan \\w+", "Amenhotep", "Artaxerxes",
    "Bayezid", "Cleopatra", "Darius", "Haakon", "Juan Carlos", "Mehmed", "Murad",
    "Nebuchadnezzar", "Otto", "Ptolemy", "Ramesses", "Rameses", "Selim", "Seti", "Suleiman",
    "Thutmose", "Xerxes",
)  # fmt: skip
"""Who is counted by Roman numerals; patterns."""
NUMBERED = (
    "World War", "Act", "Chapter", "Class", "Part", "Art", "Sec",
    "Phase", "Section", "Stage", "Title", "Type",
    "Volume", "Vol", "Ch", "Appendix", "Model", "Level", "Tier", "Mark", "Schedule", "Grade",
    "Scene", "Book", "Article", "Figure", "Table", "Step", "Annex", "Exhibit", "Group",
    "Category", "Super Bowl", "Apollo", "Factor", "Trauma", "Element", "Page", "Unit", "Vatican",
    "Episode", "Division", "Algebra", "Calculus", "Calc", "Physics", "Chemistry", "English",
    "Spanish", "French", "Statistics", "Biology", "Zone", "Room", "Season", "Round", "Region",
    "Fantasy", "Auto", "Version", "Quest",
)  # fmt: skip
"""What is numbered by them, in any case; patterns."""
CARDINALLY = (
    "Rocky", "Godfather", "Rambo", "Saw", "Diablo", "Civilization", "Battlefield", "Souls",
    "Star Wars", "Creed", "Civ", "GTA", "Resident Evil", "Street Fighter", "Mortal Kombat",
)  # fmt: skip
"""Titles of works and the like, which number their parts."""
FIRST_NAMES = (
    "James", "John", "Robert", "Michael", "William", "David", "Richard", "Joseph", "Thomas",
    "Charles", "Christopher", "Daniel", "Matthew", "Anthony", "Mark", "Donald", "Steven", "Paul",
    "Andrew", "Joshua", "Kenneth", "Kevin", "Brian", "George", "Edward", "Ronald", "Timothy",
    "Jason", "Jeffrey", "Ryan", "Jacob", "Gary", "Nicholas", "Eric", "Jonathan", "Stephen",
    "Larry", "Justin", "Scott", "Brandon", "Benjamin", "Samuel", "Gregory", "Frank", "Alexander",
    "Raymond", "Patrick", "Jack", "Dennis", "Jerry", "Tyler", "Aaron", "Jose", "Adam", "Henry",
    "Nathan", "Douglas", "Zachary", "Peter", "Kyle", "Walter", "Ethan", "Jeremy", "Harold",
    "Keith", "Christian", "Roger", "Noah", "Gerald", "Carl", "Terry", "Sean", "Austin", "Arthur",
    "Lawrence", "Jesse", "Dylan", "Bryan", "Joe", "Jordan", "Billy", "Bruce", "Albert", "Willie",
    "Gabriel", "Logan", "Alan", "Juan", "Wayne", "Roy", "Ralph", "Randy", "Eugene", "Vincent",
    "Russell", "Elijah", "Louis", "Bobby", "Philip", "Johnny", "Martin", "Luis", "Carlos",
    "Miguel", "Victor", "Fred", "Bob", "Bill", "Jim", "Tom", "Ted", "Sam", "Will", "Hank",
    "Ellis", "Harrison", "Theodore", "Frederick", "Leonard", "Stanley", "Oscar", "Hector",
    "Mason", "Owen", "Liam",
)  # fmt: skip
"""Given names after which a surname and a numeral make a person."""
GIVEN_NAMES = frozenset(FIRST_NAMES) | frozenset((
    "Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara", "Susan", "Jessica", "Sarah",
    "Sara", "Karen", "Lisa", "Nancy", "Betty", "Sandra", "Margaret", "Ashley", "Kimberly", "Kim",
    "Emily", "Donna", "Michelle", "Carol", "Amanda", "Melissa", "Deborah", "Stephanie", "Rebecca",
    "Sharon", "Laura", "Cynthia", "Amy", "Kathleen", "Angela", "Shirley", "Brenda", "Emma", "Anna",
    "Pamela", "Nicole", "Samantha", "Katherine", "Christine", "Helen", "Debra", "Rachel", "Carolyn",
    "Janet", "Maria", "Catherine", "Heather", "Diane", "Olivia", "Julie", "Joyce", "Victoria",
    "Ruth", "Virginia", "Lauren", "Kelly", "Christina", "Joan", "Evelyn", "Judith", "Andrea",
    "Hannah", "Megan", "Cheryl", "Jacqueline", "Martha", "Madison", "Teresa", "Gloria", "Ann",
    "Anne", "Kathryn", "Frances", "Jean", "Alice", "Judy", "Jane", "Denise", "Grace", "Theresa",
    "Priya", "Anita", "Mei", "Ling", "Wei", "Raj", "Ravi", "Amit", "Sanjay", "Sunita", "Fatima",
    "Ahmed", "Omar", "Ali", "Yuki", "Elena", "Sofia", "Rosa", "Carmen", "Lucia", "Ana", "Diego",
    "Pablo", "Jorge", "Claire", "Dana", "Erin", "Holly", "Ellen", "Nina", "Tara", "Tina", "Wendy",
    "Paula", "Monica", "Naomi", "Leah", "Sophie", "Chloe", "Zoe", "Mia", "Ava", "Ivy", "Nora",
    "Greg", "Mike", "Steve", "Dan", "Dave", "Chris", "Matt", "Tony", "Ben", "Alex", "Max", "Ken",
    "Ron", "Don", "Jeff", "Nick", "Joel", "Marcus", "Neil", "Evan", "Ian", "Craig", "Todd",
))  # fmt: skip
"""Given names by which a person is told from a town."""
NUMBERED_BY_ONE = (
    "World War", "Phase", "Stage", "Title", "Tier", "Level", "Chapter", "Act", "Book", "Volume",
    "Article", "Type", "Class", "Schedule", "Division", "Trauma",
)  # fmt: skip
"""What is numbered even by an I that words follow: "Type I error"."""
SCRIPTURES = (
    "Genesis", "Exodus", "Leviticus", "Numbers", "Deuteronomy", "Joshua", "Judges", "Ruth",
    "Samuel", "Kings", "Chronicles", "Ezra", "Nehemiah", "Esther", "Job", "Psalm", "Psalms",
    "Proverbs", "Ecclesiastes", "Isaiah", "Jeremiah", "Ezekiel", "Daniel", "Hosea", "Joel", "Amos",
    "Jonah", "Micah", "Matthew", "Mark", "Luke", "John", "Acts", "Romans", "Corinthians",
    "Galatians", "Ephesians", "Philippians", "Colossians", "Thessalonians", "Timothy", "Titus",
    "Hebrews", "James", "Peter", "Jude", "Revelation", "Surah",
)  # fmt: skip
"""Books that are cited by chapter and verse."""
SHORT_SCRIPTURES = {
    "Gen": "Genesis", "Exod": "Exodus", "Lev": "Leviticus", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Sam": "Samuel", "Kgs": "Kings", "Chron": "Chronicles", "Neh": "Nehemiah",
    "Ps": "Psalm", "Prov": "Proverbs", "Eccl": "Ecclesiastes", "Isa": "Isaiah",
    "Jer": "Jeremiah", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea", "Matt": "Matthew",
    "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John", "Rom": "Romans",
    "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians",
    "Col": "Colossians", "Thess": "Thessalonians", "Tim": "Timothy", "Heb": "Hebrews",
    "Jas": "James", "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
"""The same, as they are written short before a chapter."""

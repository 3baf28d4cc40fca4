"""Small English: articles, number words, slots of a template, capitals at sentence starts."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter

_VOWEL_SOUND = re.compile(r"[aeiou]|hour|hones|hono|heir|8|1[18]\b", re.IGNORECASE)
_CONSONANT_SOUND = re.compile(r"eu|one\b|once\b|uni(?![dmn])|us[aeiu]|uti", re.IGNORECASE)
"""Begin with the letter of a vowel but not its sound: European, one-way, unit, use, utility."""
_SPELLED = re.compile(r"[A-Z](?:[A-Z0-9]*\b|(?=[^A-Za-z]|$))")
_SPELLED_VOWEL = frozenset("AEFHILMNORSX")
_ARTICLE = re.compile(r"[aA](?<=\b.)(?: (?=[aeiou8h1A-Z])|(n) (?!a|i|e(?!u)))([A-Za-z0-9]+)")
"""An article, if it may be the wrong one by the first letter after it."""
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBER_WORDS = frozenset((
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    *_TENS, "hundred", "thousand", "million",
))  # fmt: skip
_APART = str.maketrans(dict.fromkeys(".,?!;:-", " "))
_THIRD_PERSON = {
    "i": "they", "i'm": "they're", "i've": "they've", "i'd": "they'd", "i'll": "they'll",
    "me": "them", "my": "their", "mine": "theirs", "myself": "themselves",
    "you": "they", "you're": "they're", "you've": "they've", "you'd": "they'd",
    "you'll": "they'll", "your": "their", "yours": "theirs", "yourself": "themselves",
    "we": "they", "we're": "they're", "we've": "they've", "we'd": "they'd", "our": "their",
    "we'll": "they'll", "us": "them", "ours": "theirs", "ourselves": "themselves",
}  # fmt: skip
_PERSON = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_AGREEMENT = {
    "they was": "they were", "they am": "they are",
    "was they": "were they", "am they": "are they",
}  # fmt: skip
_DISAGREEMENT = re.compile("|".join(rf"\b{wrong}\b" for wrong in _AGREEMENT), re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^\w\s'-]")
_UNSPOKEN = bytes(code for code in range(128) if _PUNCTUATION.match(chr(code)))
_LOWER = bytes(32 if chr(code).isspace() else ord(chr(code).lower()) for code in range(128))
_PLAIN_ASCII = _LOWER.ljust(256, b" ")
"""The same for ASCII, which is quicker: what goes, and what the rest becomes."""
_STEM = 4
_CONTENT = re.compile(r"[a-z]{4,}")
_SLOT = re.compile(r"\{\w+\}")
_NO_CONTENT = frozenset((
    "about", "after", "again", "also", "another", "been", "before", "both", "cost", "costs",
    "could", "days", "does", "each", "else", "even", "ever", "extra", "from", "gets", "have",
    "into", "less", "long", "many", "more", "most", "much", "must", "need", "needs", "never",
    "nothing", "once", "only", "other", "over", "same", "some", "take", "takes", "than", "that",
    "them", "then", "there", "they", "this", "until", "very", "were", "what", "when", "where",
    "which", "will", "with", "would", "your",
))  # fmt: skip
"""Words that do not say what a sentence is about."""
_SENTENCE_START = re.compile(r"[.?!] \{?[a-z]")


_CONTRACTED = (
    (re.compile(r"\bcannot\b"), "can't"),
    (re.compile(r"\bwill not\b"), "won't"),
    (re.compile(r"\b(do|does|did|is|are|was|were|has|have|had) not\b"), r"\1n't"),
    (re.compile(r"\b(you|they) are\b"), r"\1're"),
    (re.compile(r"\b(you|they) will\b"), r"\1'll"),
)
"""What is said in one word that a role prompt writes in two."""


@lru_cache(maxsize=4096)
def contracted(text: str) -> str:
    """Return a text as it is said: "you don't agree" for "you do not agree"."""
    for form, said in _CONTRACTED:
        text = form.sub(said, text)
    return text


_SPELLED_OUT = (
    (re.compile(r"\b(w)on't\b", re.I), r"\1illn't"),
    (re.compile(r"\b(c)an't\b(?! (?:I|you|he|she|it|we|they|there)\b)", re.I), r"\1annot"),
    (re.compile(r"\b(c)an't\b", re.I), r"\1ann't"),
    (re.compile(r"((?:^|[.,?] )\w+)n't (I|he|she|that|this)\b", re.I), r"\1 \2 not"),
    (re.compile(r"(\w)n't (you|they|it|there|we|I)\b(?!')"), r"\1 \2 not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ve got\b"), " have"),
    (re.compile(r"'s got\b"), " has"),
    (re.compile(r"\b((?:no|some)body)'s (?=\w+ed\b)", re.I), r"\1 has "),
    (
        re.compile(
            r"(?<=\w)'s (?=(?:only |just |already |always |never |not )?"
            r"(?:been|had|gotten|gone|happened)\b)"
        ),
        " has ",
    ),
    (
        re.compile(
            r"(?<=\w)'s (?=(?:on|ready|done|still|not|being|going|coming|opening|promised|taken"
            r"|booked|closed|open|all|here|down|out)\b)"
        ),
        " is ",
    ),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (
        re.compile(r"'d (?=(?:\w+ly |just |never )?(?:had|been|gone|seen|paid|thought|better)\b)"),
        " had ",
    ),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"\b(it|that|there|here|what|who|where|when|how|name)'s\b", re.I), r"\1 is"),
    (re.compile(r"\blet's\b", re.I), "let us"),
)
"""What a formal speaker says in two words."""


@lru_cache(maxsize=16384)
def spelled_out(text: str) -> str:
    """Return a text without short forms: "I am afraid I cannot" for "I'm afraid I can't"."""
    if "'" not in text:
        return text
    is_opened = text[:1].isupper()
    for form, said in _SPELLED_OUT:
        text = form.sub(said, text)
    return capital(text) if is_opened else text


@lru_cache(maxsize=4096)
def article(phrase: str) -> str:
    """Return "a" or "an" for a phrase, by its sound: an hour, a university, an FM radio."""
    if _SPELLED.match(phrase):
        return "an" if phrase[0] in _SPELLED_VOWEL else "a"
    return "an" if _VOWEL_SOUND.match(phrase) and not _CONSONANT_SOUND.match(phrase) else "a"


def article_problems(text: str) -> list[str]:
    """Say which articles of a text do not agree with the word after them."""
    return [
        f"{found[0]!r} should begin with {article(found[2])!r}"
        for found in _ARTICLE.finditer(text)
        if ("an" if found[1] else "a") != article(found[2]) and not _is_letter(found)
    ]


def _is_letter(found: re.Match[str]) -> bool:
    """Tell whether a capital A is no article, as it does not begin a sentence: vitamin A is."""
    before = found.string[: found.start()].rstrip()
    return found[0][0] == "A" and before != "" and before[-1] not in ".?!"


def number_words(text: str) -> list[str]:
    """Return the number words of a text; "one", "first" and "second" are too common to count."""
    words = text.lower().translate(_APART).split()
    return [] if _NUMBER_WORDS.isdisjoint(words) else [w for w in words if w in _NUMBER_WORDS]


@lru_cache(maxsize=65536)
def slots(template: str) -> frozenset[str]:
    """Return the names of a template's slots."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


@lru_cache(maxsize=65536)
def filled_by(template: str) -> frozenset[str]:
    """Return the names of the values that fill a template: ``item`` is what fills ``{Item}``."""
    return frozenset(name[0].lower() + name[1:] for name in slots(template))


@lru_cache(maxsize=65536)
def about(text: str) -> frozenset[str]:
    """Return the beginnings of the words that say what a text is about."""
    words = _CONTENT.findall(_SLOT.sub(" ", text.lower()))
    return frozenset(word[:_STEM].replace("y", "i") for word in words if word not in _NO_CONTENT)


def about_once(text: str) -> frozenset[str]:
    """Return the same of a turn, which no other call has, so that it is not kept."""
    return about.__wrapped__(text)


def sentence_case(text: str) -> str:
    """Begin every sentence with a capital."""
    return capital(_SENTENCE_START.sub(lambda found: found[0].upper(), text))


@lru_cache(maxsize=65536)
def opened(template: str) -> str:
    """Begin every sentence of a template with a capital, be it a slot's: ``{Item} costs ...``."""
    text = sentence_case(template)
    return "{" + capital(text[1:]) if text.startswith("{") else text


@lru_cache(maxsize=16384)
def third_person(text: str, *, first: bool = False) -> str:
    """Say of absent people what was said to them, or with ``first`` by them: you need, they need.

    >>> third_person("your card is gone and you want a new one")
    'their card is gone and they want a new one'
    """

    def replace(match: re.Match[str]) -> str:
        word = match[0].lower()
        is_meant = word.startswith("you") != first
        return _THIRD_PERSON.get(word, match[0]) if is_meant else match[0]

    text = _DISAGREEMENT.sub(lambda found: _AGREEMENT[found[0].lower()], _PERSON.sub(replace, text))
    return sentence_case(text) if first else text


def continued(text: str, spoken: str, keeps_capital: bool) -> tuple[str, str]:
    """Return a written and a spoken sentence as they go on after other words."""
    if keeps_capital:
        return text, spoken
    return text[0].lower() + text[1:], spoken[0].lower() + spoken[1:]


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """Return lowercase words between blanks, without punctuation, to search in word by word."""
    if text.isascii():
        text = text.encode().translate(_PLAIN_ASCII, _UNSPOKEN).decode()
    else:
        text = _PUNCTUATION.sub("", text.lower())
    if "  " in text or not text.isascii():
        text = " ".join(text.split())
    return f" {text.strip()} "

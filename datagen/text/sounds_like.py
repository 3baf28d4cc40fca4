"""How an English word that no dictionary has is probably said: letters -> ARPAbet phones.

Made for names, so that an aligner can find them; rough, since it only has to be said like the word
for a few hundred milliseconds. The longest rule that fits is taken, from left to right.
"""

from __future__ import annotations

import unicodedata

_RULES = """
tion SH AH N|sion ZH AH N|ture CH ER|ough AH F|eigh EY|augh AO|tch CH|sch SH|igh AY|dge JH
ch CH|sh SH|th TH|ph F|wh W|ck K|ng NG|qu K W|kn N|wr R|gn N|gh G|rh R|ss S|ll L|tt T|pp P|mm M|nn N
ff F|rr R|dd D|bb B|gg G|cc K|zz Z|zh ZH|ce S EH|ci S IH|cy S IY|ge JH EH|gi JH IH
ai EY|ay EY|au AO|aw AO|ea IY|ee IY|ei AY|ey IY|eu Y UW|ew UW|ie IY|oa OW|oi OY|oy OY|oo UW|ou AW
ow OW|ue UW|ui UW|ar AA R|er ER|ir ER|or AO R|ur ER
a AE|b B|c K|d D|e EH|f F|g G|h HH|i IH|j JH|k K|l L|m M|n N|o OW|p P|q K|r R|s S|t T|u AH|v V|w W
x K S|y IY|z Z
"""
RULES = {
    letters: tuple(phones)
    for letters, *phones in map(str.split, _RULES.replace("\n", "|").strip("|").split("|"))
}
_LONGEST = max(map(len, RULES))
_SILENT_E = 3
"""Letters from which a word's last e, after a consonant, is silent."""
_LAST = {"a": ("AH",), "o": ("OW",), "i": ("IY",), "y": ("IY",), "e": ("IY",)}
"""How a vowel at the end of a word is said."""


def pronounce(word: str) -> tuple[str, ...]:
    """Return the phones of a word, () if no letter of it is known; accents are ignored."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(letter for letter in plain if letter in RULES)
    if len(letters) >= _SILENT_E and letters.endswith("e") and letters[-2] not in "aeiouy":
        letters = letters[:-1]
    phones: list[str] = []
    at = 0
    while at < len(letters):
        rule = _rule(letters, at)
        is_last = at and at + 1 == len(letters)
        phones += _LAST.get(rule, RULES[rule]) if is_last else RULES[rule]
        at += len(rule)
    return tuple(phones)


def _rule(letters: str, at: int) -> str:
    """Return the longest rule that fits."""
    lengths = range(min(_LONGEST, len(letters) - at), 0, -1)
    return next(piece for size in lengths if (piece := letters[at : at + size]) in RULES)

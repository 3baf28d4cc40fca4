"""Words with a capital inside ("iPhone", "PowerPoint", "mRNA"): which are said as they are written.

    is_mixed_word("PowerPoint") -> True    is_mixed_word("mRNA") -> False

A voice reads such a word by its humps. It is left if each of them is a word, or capitals beside
one; what else has a capital inside is in a table here, or it is refused.
"""

from __future__ import annotations

import re

_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")
_INSIDE = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_SEVERAL = re.compile(r"[A-Z]{2,6}s")
_ENZYME = re.compile(r"[A-Z]+ases?")
_PREFIXES = frozenset(("Mc", "St", "Ng"))
"""Humps without a vowel that begin names: "McDonald"."""
_LETTERS_FIRST = frozenset("iejxu")
"""Small letters that stand before a name: "iPad", "eBay", "jQuery", "uTorrent"."""
LEFT = frozenset((
    "PhD", "PhDs", "VoIP", "VoLTE", "MoMA", "SaaS", "PaaS", "IaaS", "WiFi", "HiFi", "LoFi",
    "SoHo", "NoHo", "WoW", "LaTeX", "BibTeX", "IMDb", "YoYo", "HoHo", "CoCo", "ToDo", "ToDos",
    "JoJo", "LuLu", "iOS", "iPadOS", "macOS", "watchOS", "tvOS", "eSIM", "eSIMs", "LoRa", "BiPAP",
    "MySQL", "NoSQL", "xAI", "AmEx", "SoFi", "FiOS", "MiFi", "DeFi", "WaPo", "HeLa", "LiDAR",
    "GoGo", "LiPo", "GoodRx",
))  # fmt: skip
"""Words that a voice knows although a hump of theirs is no word."""
SPELLED = frozenset((
    "DoD", "DoE", "DoJ", "DoT", "IoT", "QoS", "QoL", "PoE", "ToS", "ToC", "SoC", "MoU", "EoD",
    "AoE", "TfL", "BoE", "pOH", "pKa", "pKb", "eV", "NVMe", "PCIe", "eGFR", "eMMC", "hCG", "tPA",
    "dNTP", "dNTPs", "GmbH", "BSc", "MSc", "EdD", "LoL", "IgA", "IgD", "IgE", "IgG", "IgM",
))  # fmt: skip
"""Words that are said letter by letter."""
SAID = {
    "AirBnB": "Airbnb", "PsyD": "Psy D", "PharmD": "Pharm D", "MEd": "M Ed", "BEd": "B Ed",
    "MPhil": "M Phil", "DPhil": "D Phil", "MTech": "M Tech", "BTech": "B Tech", "FaceBook":
    "Facebook", "miRNA": "micro RNA", "QnA": "Q and A", "RnB": "R and B", "BnB": "B and B", "DnD":
    "D and D", "RnR": "R and R", "TnC": "T and C", "PnL": "P and L", "PvP": "P V P", "PvE": "P V E",
}  # fmt: skip
"""Words that are said as something else."""


def humps(written: str) -> list[str]:
    """Cut a run of words that are joined by capitals: "MoveInDay" is "Move", "In", "Day"."""
    found: list[str] = []
    for hump in _HUMP.findall(written):
        if found and found[-1] in ("Mc", "O'"):
            found[-1] += hump
        else:
            found.append(hump)
    return found


def is_mixed(written: str) -> bool:
    """Tell whether a part of a word has a capital inside; several of some letters have none."""
    return bool(_INSIDE.search(written)) and not _SEVERAL.fullmatch(written)


def is_mixed_word(written: str) -> bool:
    """Tell whether a run with a capital inside is said as it is written."""
    if written in LEFT:
        return True
    if written in SPELLED or written in SAID or _ENZYME.fullmatch(written):
        return False
    parts = _HUMP.findall(written)
    return any(map(_is_long, parts)) and all(
        _is_hump(part, parts[place - 1] if place else "", (*parts[place + 1 :], "")[0])
        for place, part in enumerate(parts)
    )


def _is_long(part: str) -> bool:
    """Tell whether a hump is a word by its looks."""
    return len(part) > 2 and not part.isupper() and bool(_VOWEL.search(part))


def _is_hump(part: str, before: str, after: str) -> bool:
    """Tell whether a hump can stand where it does: a letter only beside a word, first or last."""
    if len(part) > 1:
        return part.isupper() or part in _PREFIXES or bool(_VOWEL.search(part))
    if part.islower():
        return not before and part in _LETTERS_FIRST and _is_long(after)
    return (not before and _is_long(after)) or (not after and _is_long(before))

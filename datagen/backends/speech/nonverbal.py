"""How each speech backend says the sounds that are no words (`text.nonverbal`).

    "Mm-hmm, right." --espeak_text--> "[[m-h'm-]], right."      --ipa--> phonemes for Kokoro

espeak-ng's rules, and every phonemiser on them, spell what they do not know: "Mhm" is said as three
letters. What a table does not have its backend cannot say, and is never given.
"""

from __future__ import annotations

from datagen.text.nonverbal import bare, is_tag, sound_of

AS_WRITTEN = ""
"""A sound whose usual spelling the backend says rightly by itself."""
ESPEAK: dict[str, str] = {
    "mm-hmm": "m-h'm-",
    "uh-huh": AS_WRITTEN,
    "mm": "'m-m",
    "uh-uh": "'V?'V",
    "hmm": "h'm-m",
    "uh": AS_WRITTEN,
    "um": AS_WRITTEN,
    "er": AS_WRITTEN,
    "huh": AS_WRITTEN,
    "ah": AS_WRITTEN,
    "aha": AS_WRITTEN,
    "oh": AS_WRITTEN,
    "ooh": AS_WRITTEN,
    "aw": AS_WRITTEN,
    "eh": AS_WRITTEN,
    "wow": AS_WRITTEN,
    "whoa": AS_WRITTEN,
    "whew": "hj'u:",
    "phew": AS_WRITTEN,
    "ugh": AS_WRITTEN,
    "ew": AS_WRITTEN,
    "tsk": "t'Isk",
    "pff": "p'Vf",
    "brr": "br'3:",
    "shh": "SSS",
    "psst": "ps'st",
    "ha": AS_WRITTEN,
    "haha": AS_WRITTEN,
    "hehe": AS_WRITTEN,
    "ahem": AS_WRITTEN,
}
"""Phoneme mnemonics of espeak-ng (its docs/phonemes.md), of sounds that all its accents have."""
KOKORO: dict[str, str] = {
    "mm-hmm": "əmhˈəm",
    "uh-huh": "ˈʌhˈʌ",
    "mm": "ˈəm",
    "uh-uh": "ˈʌʔˈʌ",
    "hmm": "hˈəm",
    "uh": "ˈʌ",
    "um": "ˈʌm",
    "er": "ˈɜɹ",
    "huh": "hˈʌ",
    "ah": "ˈɑ",
    "aha": "ɑhˈɑ",
    "oh": "ˈO",
    "ooh": "ˈu",
    "aw": "ˈɔ",
    "eh": "ˈA",
    "wow": "wˈW",
    "whoa": "wˈO",
    "whew": "hjˈu",
    "phew": "fjˈu",
    "ugh": "ˈʌh",
    "ew": "jˈɪw",
    "tsk": "tˈɪsk",
    "brr": "bɹˈɜɹ",
    "shh": "ʃː",
    "ha": "hˈɑ",
    "haha": "hɑhˈɑ",
    "hehe": "hihˈi",
    "ahem": "əhˈɛm",
}
"""Phonemes of Kokoro's own alphabet, most as its dictionary has them (misaki 0.9.4, us_gold)."""
DIA: dict[str, str] = {
    "laugh": "(laughs)",
    "chuckle": "(chuckle)",
    "sigh": "(sighs)",
    "gasp": "(gasps)",
    "inhale": "(inhales)",
    "exhale": "(exhales)",
    "cough": "(coughs)",
    "sniff": "(sniffs)",
    "clear-throat": "(clears throat)",
}
"""Tags that Dia was trained with (README of nari-labs/dia); other tags give noise. Sounds that are
spelled it says from their letters."""
CHATTERBOX_TURBO: dict[str, str] = {"laugh": "[laugh]", "chuckle": "[chuckle]", "cough": "[cough]"}
"""Tags of Chatterbox Turbo; the English model has none."""


def has_all(spoken: str, table: dict[str, str]) -> bool:
    """Return whether a table has every sound of a line, and the line no other tag."""
    return all(
        sound_of(token) in table or (sound_of(token) is None and not is_tag(token))
        for token in spoken.split()
    )


def has_tags(spoken: str, table: dict[str, str]) -> bool:
    """Return whether a table has every tag of a line; spelled sounds need no table."""
    return all(not is_tag(token) or sound_of(token) in table for token in spoken.split())


def espeak_text(spoken: str) -> str:
    """Return a line for espeak-ng, its sounds as phonemes; the number of tokens stays.

    >>> espeak_text("Mm-hmm, right.")
    "[[m-h'm-]], right."
    """
    return " ".join(_espeak(token) for token in spoken.split())


def with_tags(spoken: str, table: dict[str, str]) -> str:
    """Return a line with its tags as a model knows them."""
    return " ".join(
        table.get(sound_of(token) or "", token) if is_tag(token) else token
        for token in spoken.split()
    )


def _espeak(token: str) -> str:
    phonemes = ESPEAK.get(sound_of(token) or "", AS_WRITTEN)
    if not phonemes:
        return token
    before, _, after = bare(token)
    return f"{before}[[{phonemes}]]{after}"

from __future__ import annotations

import pytest

from datagen.text.nonverbal import SOUNDS, is_tag, sound_of, sounds_in


@pytest.mark.parametrize(
    ("token", "sound"),
    [
        ("Mm-hmm.", "mm-hmm"),
        ("Mhm,", "mm-hmm"),
        ("mmhmm", "mm-hmm"),
        ("Mm.", "mm"),
        ("Mmm", "mm"),
        ("Hm.", "hmm"),
        ("Hmmm?", "hmm"),
        ("Uh-huh.", "uh-huh"),
        ("Nuh-uh.", "uh-uh"),
        ("Huh?", "huh"),
        ("Oh,", "oh"),
        ("Ahh", "ah"),
        ("Ugh!", "ugh"),
        ("Shh.", "shh"),
        ("Ssh", "shh"),
        ("WOW!", "wow"),
        ("Whew.", "whew"),
        ("Tsk", "tsk"),
        ("Brrr.", "brr"),
        ("Haha.", "haha"),
        ("[laughs]", "laugh"),
        ("(sighs),", "sigh"),
        ("*chuckles*", "chuckle"),
    ],
)
def test_finds_sounds_however_they_are_spelled(token: str, sound: str) -> None:
    assert sound_of(token) == sound


WORDS = "hum him ham uh's mom her era shed show o a I ah-choo error hue hah's MMS oha ooze hmmt who"


@pytest.mark.parametrize("word", WORDS.split())
def test_leaves_words_alone(word: str) -> None:
    assert sound_of(word) is None


def test_a_tag_is_no_word() -> None:
    assert is_tag("[laughs]")
    assert is_tag("(unknown-noise).")
    assert not is_tag("laughs")
    assert not is_tag("(I")


def test_lines_list_their_sounds() -> None:
    assert sounds_in("Oh, right. Mm-hmm.") == ["oh", "mm-hmm"]
    assert set(SOUNDS) >= set(sounds_in("Uh, um, er, ah."))

import pickle
import re
import unicodedata
from contextlib import suppress
from datetime import date
from itertools import chain, product
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datagen.scripting.llm import author
from datagen.scripting.llm.author import Author
from datagen.text import VERSION, Unsayable, grammar, heard, numbers, pieces, speak, unsayable
from datagen.text.classes import CLASSES
from datagen.text.locales.us import US
from datagen.text.words import is_said
from datagen.types import Fact
from tests.text.properties import check_spoken
from tests.text.readings import fresh, is_right, table

GOLDEN = Path(__file__).with_name("golden.tsv")
WRITTEN = st.text(alphabet="aAmMpPxK 0123456789$%#&/:.,'-+@()°½—\u2013\n", max_size=40)


def golden() -> dict[str, list[tuple[str, str]]]:
    """Return the sentences of each part, as (written, spoken)."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sentences = parts.setdefault(line[3:], [])
        elif not line.startswith("# "):
            written, spoken = line.split("\t")
            sentences.append((written, spoken))
    return parts


TOKENS = sorted({token for some in golden().values() for text, _ in some for token in text.split()})
STATED = ["$37", "4 PM", "OH"]


def fact(written: str, spoken: str) -> Fact:
    return Fact(id=written, type="text", written=written, spoken=spoken)


def said_or_refused(text: str, facts: tuple[Fact, ...] = ()) -> str | None:
    """Return what is said, or None if it is refused."""
    try:
        return speak(text, facts)
    except Unsayable:
        return None


SENTENCES = [pair for sentences in golden().values() for pair in sentences]


def test_golden_sentences() -> None:
    """As each other table: one test for all rows, which names those that fail."""
    read = [(written, said_or_refused(written), said) for written, said in SENTENCES]
    assert len(read) > 500
    assert not [row for row in read if row[1] != row[2]]


@pytest.mark.parametrize(("name", "least"), [("cases", 900), ("doubts", 160)])
def test_what_was_said_wrong_is_said_right(name: str, least: int) -> None:
    """In the field, or as one of two meanings without a look at the word beside it."""
    read = [(written, said_or_refused(written), right) for written, right in table(name)]
    assert len(read) >= least
    assert not [row for row in read if row[1] is None or not is_right(row[1], row[2])]


def test_fresh_lines_are_right_or_refused() -> None:
    lines = fresh()
    read = [(written, right, said_or_refused(written)) for written, right in lines]
    wrong = [(written, said) for written, right, said in read if said and not is_right(said, right)]
    refused = [written for written, _, said in read if said is None]
    assert len(lines) >= 300
    assert not wrong
    assert len(refused) <= 0.03 * len(lines), refused


def test_what_could_be_two_things_or_none_is_refused_with_its_word() -> None:
    read = [(text, unsayable(text), word) for text, word in table("unsayable")]
    assert len(read) > 200
    assert not [row for row in read if row[1] is None or row[1].word != row[2]]
    assert all(repr(word) in str(problem) for _, problem, word in read)


SHORTHAND = [
    short
    for line in GOLDEN.with_name("shorthand.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for short in line.split()
]
"""What people write short in chats and call logs."""


@pytest.mark.parametrize(
    "line", ["please see the {} again", "{} needed", "he said {}", "we need {} by then"]
)
def test_a_short_form_is_said_or_refused(line: str) -> None:
    texts = [line.format(short) for short in SHORTHAND]
    assert len(texts) > 500
    assert not [text for text in texts if said_or_refused(text) == text]


@pytest.mark.parametrize(
    "word",
    ["schnapps", "asthma", "twelfths", "didnt", "okayyy", "mcdonalds", "uh-oh", "wi-fi", "x-ray"],
)
def test_a_word_of_an_odd_shape_is_said(word: str) -> None:
    assert speak(f"I heard {word} there.") == f"I heard {word} there."


@pytest.mark.parametrize(
    "word",
    ["custmrs", "srvice", "confirmd", "attchd", "tmorrow", "acknwlgd", "re-schd"],
)
def test_a_word_that_no_word_is_shaped_like_is_refused(word: str) -> None:
    assert said_or_refused(f"I heard {word} there.") is None


def test_words_of_our_own_are_said() -> None:
    """What an amount is said as, somebody may write."""
    words = {word for one in US.currencies.values() for name in one[:4] for word in name.split()}
    assert words
    assert sorted(word for word in words if not is_said(word)) == []
    assert speak("It costs 2000 yuan.") == speak("It costs CNY 2000.")


def test_a_refusal_crosses_processes() -> None:
    problem = pickle.loads(pickle.dumps(Unsayable("8/10", "it may be a date or a score")))
    assert (problem.word, problem.why) == ("8/10", "it may be a date or a score")


def test_what_models_write_depends_on_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Author.identity()
    monkeypatch.setattr(author, "TEXT_VERSION", "another")
    assert before["text"] == VERSION
    assert Author.identity() != before


@pytest.mark.parametrize("module", CLASSES, ids=lambda module: module.__name__)
def test_examples_of_the_classes(module: ModuleType) -> None:
    for written, said in module.EXAMPLES:
        assert speak(written) == said


@pytest.mark.parametrize(("written", "right"), table("british"))
def test_british_dates_and_money(written: str, right: str) -> None:
    assert is_right(speak(written, locale="en-GB"), right), speak(written, locale="en-GB")


@pytest.mark.slow
def test_a_text_of_plain_words_is_said_as_its_pieces_are() -> None:
    for sentences in golden().values():
        for text in chain.from_iterable(sentences):
            assert speak(text) == " ".join(said for _, said in pieces(text))


@pytest.mark.slow
@example("C. about")
@given(st.lists(st.sampled_from(TOKENS + STATED * 99), min_size=1, max_size=7).map(" ".join))
def test_a_text_with_numbers_and_facts_is_said_as_its_pieces_are(text: str) -> None:
    said = ("thirty-seven dollars", "four p.m.", "Ohio")
    facts = [fact(written, spoken) for written, spoken in zip(STATED, said, strict=True)]
    for known in ((), tuple(facts)):
        if said_or_refused(text, known) is None:
            continue
        assert speak(text, known) == " ".join(said for _, said in pieces(text, known))


def test_golden_parts_do_not_overlap() -> None:
    parts = golden()
    assert not {written for written, _ in parts["dev"]} & {written for written, _ in parts["held"]}


@pytest.mark.parametrize("part", ["dev", "held"])
def test_what_is_said_already_stays(part: str) -> None:
    for written, _ in golden()[part]:
        assert speak(speak(written)) == speak(written)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Sure, OK.", "Sure, OK."),
        ("My phone is an SE 2, from LA.", "My phone is an SE two, from LA."),
        ("Bring cash, ID and a pen.", "Bring cash, ID and a pen."),
        ("We call 411 people.", "We call four hundred eleven people."),
        ('She said "it is size 12" twice.', "She said it is size twelve twice."),
        ("I got my $35 back.", "I got my thirty-five dollars back."),
        ("Is 7/8 or 3/5 of next month fine?", "Is July eighth or March fifth of next month fine?"),
        ("I think part I lost is here.", "I think part I lost is here."),
        (
            "The bus 120 miles away is 12V.",
            "The bus one hundred twenty miles away is twelve volts.",
        ),
        ("May I? In May. Then mar it.", "May I? In May. Then mar it."),
        ("See you in Oct. Or in Nov.", "See you in October. Or in November."),
        ("It was '05 - or '98?", "It was oh five, or ninety-eight?"),
    ],
)
def test_lookalikes(text: str, said: str) -> None:
    assert speak(text) == said


def test_the_stop_after_a_time_survives() -> None:
    assert speak("We open at 10 AM. Then we close.") == "We open at ten a.m. Then we close."


@pytest.mark.slow
@given(st.one_of(WRITTEN, st.text(max_size=30), st.lists(st.sampled_from(TOKENS)).map(" ".join)))
@example("\u200b")
@example("a\x1b[31mb")
@example("1" * 5_000)
@example("a." * 5_000)
@example("1 " * 5_000)
@example("- " * 5_000)
@example("$1-" * 5_000)
@example("8/10 " * 2_000)
def test_any_text_is_said_in_words_or_refused(text: str) -> None:
    check_spoken(text)


def test_the_manual_has_every_class() -> None:
    page = Path(__file__).parents[2] / "docs" / "spoken-forms.md"
    assert page.read_text(encoding="utf-8") == grammar.table()


@given(WRITTEN)
@example("0—:")
@example("0—'")
def test_no_digit_is_left_and_every_word_can_be_said(text: str) -> None:
    said = said_or_refused(text)
    if said is None:
        return
    assert re.fullmatch(r"[A-Za-z',.?!;: -]*", said)
    assert all(re.search("[a-z]", word, re.IGNORECASE) for word in said.split(" ") if said)


@given(WRITTEN)
def test_pieces_cover_the_words_in_order(text: str) -> None:
    if said_or_refused(text) is None:
        return
    found = pieces(text)
    assert " ".join(said for _, said in found) == speak(text)
    if found:
        assert " ".join(written for written, _ in found).split() == text.split()


@given(WRITTEN, st.integers(0, 30))
def test_heard_is_the_longest_start_that_fits(text: str, num_words: int) -> None:
    if said_or_refused(text) is None:
        return
    found = pieces(text)
    ends = [sum(len(said.split()) for _, said in found[:n]) for n in range(len(found) + 1)]
    kept = max(n for n, end in enumerate(ends) if end <= num_words)
    prefix = heard(text, (), num_words)
    assert text.strip().startswith(prefix)
    assert prefix.split() == " ".join(written for written, _ in found[:kept]).split()


def test_heard_of_a_cut_turn() -> None:
    text = "Your total is $9.50, due at 4 PM."
    assert [heard(text, (), n) for n in (0, 2, 3, 7, 8, 10, 12, 99)] == [
        "",
        "Your total",
        "Your total is",
        "Your total is",
        "Your total is $9.50,",
        "Your total is $9.50, due at",
        text,
        text,
    ]


def test_the_sun_of_a_name_is_no_day() -> None:
    assert speak("It's Sagedale Sun Power.") == "It's Sagedale Sun Power."
    for text in ("Open Sun Mornings.", "Come by Sun Dan."):
        with pytest.raises(Unsayable):
            speak(text)


def test_facts_say_themselves() -> None:
    facts = [fact("$450", "four fifty"), fact("QX71B", "Q X seventy-one B"), fact("9 PM", "nine")]
    text = "It's $450/month until 9 PM. Code #QX71B; not $4500, QX71BC or $450.50."
    assert speak(text, facts) == (
        "It's four fifty per month until nine. Code number Q X seventy-one B; not four thousand"
        " five hundred dollars, Q X seven one B C or four hundred fifty dollars and fifty cents."
    )
    assert heard(text, facts, 6) == "It's $450/month until"


def test_a_fact_with_a_dot_ends_a_sentence_with_one() -> None:
    facts = [fact("4 PM", "four p.m.")]
    assert speak("At 4 PM. Is 4 PM fine? 4 PM...", facts) == (
        "At four p.m. Is four p.m. fine? four p.m...."
    )


def test_the_longest_fact_wins() -> None:
    facts = [fact("Oak St.", "Oak Street"), fact("12 Oak St.", "twelve Oak")]
    assert speak("Go to 12 Oak St. now", facts) == "Go to twelve Oak now"


def test_a_code_of_the_shape_of_a_fact_is_that_code_heard_wrong() -> None:
    assert speak("X626, is that right?", [fact("X656", "X six five six")]) == (
        "X six two six, is that right?"
    )
    for facts in ([], [fact("X656", "X six fifty-six")], [fact("XY-656", "X Y, six five six")]):
        with pytest.raises(Unsayable):
            speak("X626, is that right?", facts)


def test_a_small_count_is_not_the_day_of_a_date() -> None:
    assert (
        speak("12 of them on April 12.", [fact("12", "twelve")])
        == "twelve of them on April twelfth."
    )


def test_digits_in_what_a_fact_says_are_said() -> None:
    assert speak("Take B12.", [fact("B12", "B 12")]) == "Take B twelve."


@pytest.mark.parametrize("text", ["", "   ", "...", "\u200b", "--"])
def test_nothing_to_say(text: str) -> None:
    assert speak(text) == ""
    assert heard(text, (), 5) == ""


@given(st.integers(0, 10**7))
def test_money_is_said_as_numbers_says_it(cents: int) -> None:
    dollars, rest = divmod(cents, 100)
    written = f"${dollars:,}.{rest:02d}" if rest else f"${dollars}"
    assert speak(written) == numbers.money(cents)


@given(st.dates(), st.integers(0, 23), st.integers(0, 59))
def test_dates_and_times_are_said_as_numbers_says_them(date: date, hour: int, minute: int) -> None:
    month, day = date.month, date.day
    half = "AM" if hour < 12 else "PM"
    text = f"On {numbers.MONTHS[month - 1]} {day}, {(hour - 1) % 12 + 1}:{minute:02d} {half}"
    assert speak(text) == f"On {numbers.date(month, day)}, {numbers.time_of_day(hour, minute)}"


@pytest.mark.slow
@given(st.from_regex(r"[A-Z]{2}[0-9]{3}[A-Z]?(-[0-9]{4})?", fullmatch=True))
def test_codes_are_said_as_numbers_says_them(code: str) -> None:
    assert speak(f"It's {code}.") == f"It's {numbers.letters_and_digits(code)}."


@pytest.mark.parametrize(
    "spelled",
    ["K R zero five one eight", "K, E, L, L, Y.", "K as in king", "K zero nine", "K. R. Morgan"],
)
def test_a_spelled_k_is_no_okay(spelled: str) -> None:
    assert speak(spelled) == spelled
    assert speak("K, got it.") == "okay, got it."


@pytest.mark.parametrize("words", ["walk-ins", "add-ons", "oat milk", "drop-offs", "sign-ups"])
def test_plain_words_are_said_beside_numbers(words: str) -> None:
    assert speak(f"We see {words} after 5 PM.") == f"We see {words} after five p.m."


WITHOUT_WIDTH = (
    "\u200b\u200c\u200d\u200e\u200f\u061c\u034f\u180e\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\u206a"
    "\u206f\ufeff\u00ad"
)


def test_what_is_not_seen_is_not_said() -> None:
    """Marks of direction and joints go; what turns characters round is refused with its word."""
    for mark in WITHOUT_WIDTH:
        assert speak(f"Call {mark}555-01{mark}42{mark} n{mark}ow.") == (
            "Call five five five, zero one four two now."
        ), ascii(mark)
    for mark in "\u202d\u202e":
        problem = unsayable(f"Pay {mark}$20\u202c now.")
        assert problem is not None
        assert problem.word == f"{mark}$20"
        assert repr(problem.word) in str(problem)


def test_a_letter_and_its_mark_are_one_character() -> None:
    for written in (
        "Zoe\u0308's Cafe\u0301 is open.",
        "A\u030angstro\u0308m has 5.",
        "Nin\u0303o.",
    ):
        composed = unicodedata.normalize("NFC", written)
        assert speak(written) == speak(composed)
        assert unicodedata.is_normalized("NFC", speak(written))
        assert pieces(written)[0][0] in written
    for letter, mark in product("xyp", ("bar", "hat")):
        sign = {"bar": "\u0304", "hat": "\u0302"}[mark]
        written = unicodedata.normalize("NFC", letter + sign)
        assert speak(f"So {written} is 5.") == f"So {letter} {mark} is five."


RUNS = (
    "j", "J", "jJ", "Jj", "1", "1-", "a-", "1,", "1.", "(1", "1+", "a+", "1/", "a/", "IV", "#1",
    "a.", "A.", "a@", "1:", "-", "a1", "A1", "'s", "$1", "1%", "_", "x 1 ", "1 ", "a, ", "A. ",
    "1st ",
)  # fmt: skip
"""What a form may take any number of, in two ways: then a long run of it is never done with."""


@pytest.mark.parametrize("end", ["", "!", "Z", "7", "\N{REPLACEMENT CHARACTER}"])
def test_long_runs_are_done_with(end: str) -> None:
    for run in RUNS:
        with suppress(Unsayable):
            speak((run * 200)[:190] + end)

"""CTM, RTTM and TextGrid as other programs really write them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from datagen.backends.aligner.ctm import read_times
from datagen.formats.ctm import read_ctm
from datagen.formats.rttm import read_rttm
from datagen.formats.textgrid import read_textgrid
from datagen.timing.recordings import read
from datagen.types import UserError

ALTERNATIVES = """;; NIST RT-09
call A * * <ALT_BEGIN>
call A 1.0 0.5 you're 0.9
call A * * <ALT>
call A 1.0 0.2 you 0.9
call A 1.2 0.3 are 0.9
call A * * <ALT>
call A 1.0 0.5 @
call A * * <ALT_END>
call A 2.0 0.5 home NA
"""
CTMS = {
    "alternatives": (ALTERNATIVES, [("you're", 0.9), ("home", None)]),
    "a first alternative of nothing": (
        "c A * * <ALT_BEGIN>\nc A 1 1 @\nc A * * <ALT>\nc A 1 1 x\nc A * * <ALT_END>\n",
        [],
    ),
    "confidence NA": ("c A 0 1 hi NA\nc A 1 1 ho <NA>\n", [("hi", None), ("ho", None)]),
    "types and speakers": (
        "c 1 0 1 hi 0.5 lex ann\nc 1 1 1 {cough} NA non-lex ann\nc 1 2 1 uh 0.1 fp ann\n",
        [("hi", 0.5), ("uh", 0.1)],
    ),
    "silences": (
        "c A 0 1 <eps>\nc A 1 1 SIL 1.0\nc A 2 1 sp\nc A 3 1 <b>\nc A 4 1 yes\n",
        [("yes", None)],
    ),
    "tabs, blank lines, carriage returns": ("c\tA\t0\t1\thi\r\n\r\n;; x\r\n", [("hi", None)]),
    "no length": ("c A 1.5 0.0 hi 1.0\n", [("hi", 1.0)]),
    "exponents": ("c A 1e-2 5e-1 hi\n", [("hi", None)]),
    "empty": ("", []),
}


@pytest.mark.parametrize("name", CTMS)
def test_words_of_a_ctm(name: str) -> None:
    text, words = CTMS[name]
    assert [(word.label, word.confidence) for word in read_ctm(text)] == words


BAD_CTMS = {
    "a start of nan": ("c A nan 1 hi", "line 1: its start nan"),
    "a length of inf": (";; x\nc A 0 inf hi", "line 2: its length inf"),
    "a negative start": ("c A -0.1 1 hi", "line 1: its start -0.1"),
    "a negative length": ("c A 0 -1 hi", "line 1: its length -1"),
    "a confidence of nan": ("c A 0 1 hi nan", "confidence nan"),
    "a confidence in words": ("c A 0 1 hi high", "confidence 'high'"),
    "a word for a time": ("c A soon 1 hi", "its start 'soon'"),
    "commas for points": ("c A 0,5 1 hi", "its start '0,5'"),
    "too few fields": ("c A 0 1", "4 fields"),
    "a name with blanks": ("my own call A 0 1 hi 0.9 lex x", "10 fields|its start"),
    "alternatives without an end": (ALTERNATIVES[:120], "no <ALT_END>"),
    "stars elsewhere": ("c A * * hi", r"its start '\*'"),
    "a time without end": (f"c A {'9' * 400} 1 hi", "no number of seconds"),
}


@pytest.mark.parametrize("name", BAD_CTMS)
def test_what_is_wrong_in_a_ctm_names_its_line_for_both_readers(name: str, tmp_path: Path) -> None:
    text, words = BAD_CTMS[name]
    path = tmp_path / "a.ctm"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        list(read_times(path))
    with pytest.raises(UserError, match=words):
        read(path)


LINE = "SPEAKER call 1 0.50 1.50 <NA> <NA> ann <NA> <NA>\n"


def test_a_ctm_may_name_its_speakers_on_one_channel(tmp_path: Path) -> None:
    path = tmp_path / "a.ctm"
    path.write_text("c 1 0 1 hi NA lex ann\nc 1 1 1 ho NA lex bob\n")
    assert [spell.speaker for spell in read(path).conversations["c"]] == ["agent", "user"]
    path.write_text("c A 0 1 hi NA lex <NA>\nc B 1 1 ho NA lex unknown\n")
    assert [spell.speaker for spell in read(path).conversations["c"]] == ["agent", "user"]


RTTMS = {
    "ten fields": LINE,
    "nine fields": LINE.replace(" <NA> <NA>\n", " <NA>\n"),
    "other types": f"SPKR-INFO call 1 <NA> <NA> <NA> adult ann <NA>\n{LINE}LEXEME call 1 0 1 x\n",
    "comments": f";; made by hand\n{LINE}",
    "no length": f"SPEAKER call 1 9.0 0.000 <NA> <NA> ann <NA> <NA>\n{LINE}",
    "carriage returns": LINE.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("name", RTTMS)
def test_turns_of_an_rttm(name: str) -> None:
    assert [
        (turn.file, turn.speaker, turn.start, turn.length) for turn in read_rttm(RTTMS[name])
    ] == [("call", "ann", 0.5, 1.5)]


BAD_RTTMS = {
    "a negative length": (LINE.replace("1.50", "-1.50"), "line 1: its length -1.50"),
    "a negative start": (LINE.replace("0.50", "-0.2"), "line 1: its start -0.2"),
    "nan": (LINE + LINE.replace("0.50", "nan"), "line 2: its start nan"),
    "inf": (LINE.replace("1.50", "inf"), "its length inf"),
    "a name with blanks": (LINE.replace("call", "my call.wav"), "line 1: it has 11 fields"),
    "no length": (LINE.replace("1.50", "<NA>"), "its length '<NA>'"),
    "too few fields": ("SPEAKER call 1 0 1", "5 fields"),
}


@pytest.mark.parametrize("name", BAD_RTTMS)
def test_what_is_wrong_in_an_rttm_names_its_line(name: str, tmp_path: Path) -> None:
    text, words = BAD_RTTMS[name]
    path = tmp_path / "a.rttm"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        read(path)


def test_comments_of_a_textgrid_are_no_values() -> None:
    text = (
        '"ooTextFile"\n"TextGrid"\n0 2.3 ! 9 seconds\n<exists>\n2 tiers\n'
        '"IntervalTier" "Mary" ! name of tier 1\n0 2.3 ! 0 "to" 9\n2 intervals coming\n'
        '0 1 "Hi! 1" ! interval 1 on tier 1\n1 2.3 "there"\n'
        '"TextTier" "bell" ! tier 2\n0 2.3\n0 points coming ! none of 3\n'
    )
    assert list(read_textgrid(text)) == [("Hi! 1", 0.0, 1.0), ("there", 1.0, 2.3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_an_rttm_in_any_unicode(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.rttm"
    path.write_bytes((LINE + LINE.replace("ann", "zoë")).encode(encoding))
    assert len(read(path).conversations["call"]) == 2


def test_a_conversation_of_three_is_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "corpus.rttm"
    three = "".join(LINE.replace("call", "three").replace("ann", who) for who in "abc")
    path.write_text(LINE + LINE.replace("ann", "bob") + three + LINE.replace("call", "alone"))
    recorded = read(path)
    assert list(recorded.conversations) == ["call"]
    assert len(recorded.left_out) == 2
    assert "three has 3 speakers, not 2" in recorded.left_out[0]
    wrong = read(path, "ann")
    assert list(wrong.conversations) == ["call"]
    with pytest.raises(UserError, match="has no speaker 'zoe'"):
        read(path, "zoe")


def textgrid(*tiers: tuple[str, str], kind: str = "IntervalTier") -> str:
    """Return a short TextGrid with one interval a tier."""
    parts = [f'"{kind}"\n"{name}"\n0\n2\n1\n0.5\n1.5\n"{label}"\n' for name, label in tiers]
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n2\n<exists>\n{len(tiers)}\n'
    return head + "".join(parts)


TIERS = {
    "words": [("phones", "no"), ("words", "yes")],
    "Words": [("phones", "no"), ("Words", "yes")],
    "WORD": [("phones", "no"), ("WORD", "yes")],
    "a speaker's name": [("Ann - phones", "no"), ("Ann - words", "yes")],
    "a speaker's name and a slash": [("Ann/phones", "no"), ("Ann/words", "yes")],
    "orthography": [("phones", "no"), ("Orthography", "yes")],
    "the first": [("Ann", "yes"), ("Bob", "no")],
    "the first of two": [("words", "yes"), ("words", "no")],
    "a name with quotes": [('the ""words"" here', "yes"), ("x", "no")],
}


@pytest.mark.parametrize("name", TIERS)
def test_the_tier_with_the_words_is_found(name: str) -> None:
    assert list(read_textgrid(textgrid(*TIERS[name]))) == [("yes", 0.5, 1.5)]


def long_textgrid(label: str, points: str = "") -> str:
    """Return a long TextGrid with one interval, perhaps behind a tier of points."""
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2\n'
    tier = f"""    item [{2 if points else 1}]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2
        intervals: size = 1
        intervals [1]:
            xmin = 0.5
            xmax = 1.5
            text = "{label}"
"""
    return f"{head}tiers? <exists>\nsize = {2 if points else 1}\nitem []:\n{points}{tier}"


POINTS = """    item [1]:
\tclass = "TextTier"
\tname = "tones"
\txmin = 0
\txmax = 2
\tintervals: size = 2
\tpoints [1]:
\t\tnumber = 0.1
\t\tmark = "H*"
\tpoints [2]:
\t\ttime = 0.9
\t\tmark = "L%"
"""
LONG = {
    "points called intervals, as older tools call them": (long_textgrid("yes", POINTS), "yes"),
    "line breaks, quotes and digits in a label": (
        long_textgrid('zao\nchen\n""liu"" 3'),
        'zao\nchen\n"liu" 3',
    ),
    "all lines indented": (
        "  \n" + "".join(f"    {line}\n" for line in long_textgrid("yes").splitlines()),
        "yes",
    ),
}


@pytest.mark.parametrize("name", LONG)
def test_long_textgrids_of_other_tools(name: str) -> None:
    text, label = LONG[name]
    assert list(read_textgrid(text)) == [(label, 0.5, 1.5)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
def test_a_textgrid_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(textgrid(("words", "café")).encode(encoding))
    assert [label for label, _ in read_times(path)] == ["café"]


CHRONOLOGICAL = """"Praat chronological TextGrid text file"
0 2   ! Time domain.
3   ! Number of tiers.
"IntervalTier" "phones" 0 2
"TextTier" "tones" 0 2
"IntervalTier" "words" 0 2

1 0 1
"no"
2 0.3
"H*"
3 0 0.5
""

3 0.5 1.5
"say ""yes"" 3"
"""


def test_a_chronological_textgrid() -> None:
    assert list(read_textgrid(CHRONOLOGICAL)) == [("", 0.0, 0.5), ('say "yes" 3', 0.5, 1.5)]


BAD_GRIDS = {
    "a chronological one that is cut short": CHRONOLOGICAL.rpartition('\n"')[0],
    "a chronological one without its tiers": CHRONOLOGICAL.partition('"IntervalTier"')[0],
    "a chronological one of a tier too many": CHRONOLOGICAL.replace("3 0.5", "4 0.5"),
    "a chronological one without end": CHRONOLOGICAL.replace("3   !", f"{'9' * 500}   !"),
    "nan": textgrid(("words", "x")).replace("0.5", "nan"),
    "an end before its start": textgrid(("words", "x")).replace("1.5", "0.1"),
    "points only": textgrid(("words", "x"), kind="TextTier"),
    "no tier": textgrid(),
    "cut short": textgrid(("words", "x"))[:-12],
    "many tiers that are not there": textgrid(("words", "x")).replace("<exists>\n1", "<exists>\n9"),
    "a count without end": textgrid(("words", "x")).replace("2\n1\n", f"2\n{'9' * 500}\n"),
    "no grid": "hello",
    "a count in words": textgrid(("words", "x")).replace("<exists>\n1", "<exists>\n-1"),
}


@pytest.mark.parametrize("name", BAD_GRIDS)
def test_what_is_wrong_in_a_textgrid_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_text(BAD_GRIDS[name])
    with pytest.raises(UserError, match=r"a\.TextGrid cannot be read \("):
        list(read_times(path))


MARKS = {
    "around a word": 'he said "yes" now',
    "of inches": 'a 5" pipe',
    "by itself": 'a " b',
    "at the end": 'he said yes"',
    "at the beginning": '"yes he said',
    "around all": '"yes"',
    "a single one": '"',
}
"""Labels with a quotation mark that is not doubled, as hands and scripts write them."""


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("is_long", [True, False])
def test_a_mark_that_is_not_doubled_is_called_so(name: str, is_long: bool) -> None:
    one = (long_textgrid if is_long else lambda label: textgrid(("words", label)))(MARKS[name])
    later = '    intervals [2]:\n    xmin = 1.5\n    xmax = 2\n    text = "so"\n'
    text = one + (later if is_long else '1.5\n2\n"so"\n')
    line = next(n for n, row in enumerate(text.splitlines(), 1) if f'"{MARKS[name]}"' in row)
    with pytest.raises(ValueError, match=rf"line {line}: a quotation mark inside a label must be"):
        list(read_textgrid(text))


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    for name in ("a.TextGrid", "a.ctm"):
        path = tmp_path / name
        path.write_bytes(b"\x81\x8d\xff")
        with pytest.raises(UserError, match="cannot be read as text"):
            list(read_times(path))


def test_a_long_file_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_bytes(b"1 " * 6_000_000)
    tracemalloc.start()
    with pytest.raises(UserError, match="is longer than 4 MB"):
        list(read_times(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_anywhere(end: str) -> None:
    text = end.join((";; a comment", "", "a 1 0.5 0.5 hello", "a 1 1.0 0.5 nan\u2028", "a 1 x 1 y"))
    words = read_ctm(text)
    assert [next(words).label, next(words).label] == ["hello", "nan"]
    with pytest.raises(ValueError, match="line 5"):
        next(words)


@pytest.mark.parametrize("size", [1, 3, 9])
def test_a_tier_of_a_wrong_size_is_read_to_its_end(size: int) -> None:
    """As aligners write it (MontrealCorpusTools/Montreal-Forced-Aligner#756)."""
    spans = [(f"w{n}", float(n), n + 1.0) for n in range(3)]
    lines = [f'{start}\n{end}\n"{label}"' for label, start, end in spans]
    tier = "\n".join([f'"IntervalTier"\n"words"\n0\n3\n{size}', *lines])
    other = '"IntervalTier"\n"phones"\n0\n3\n1\n0\n3\n"x"'
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n3\n<exists>\n'
    assert list(read_textgrid(f"{head}2\n{tier}\n{other}")) == spans
    if size <= len(spans):
        assert list(read_textgrid(f"{head}2\n{other}\n{tier}")) == spans
    else:
        with pytest.raises(ValueError, match="ends inside its tier"):
            list(read_textgrid(f"{head}2\n{other}\n{tier}"))

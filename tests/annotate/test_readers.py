"""Every reader reads a small corpus in exactly its publisher's form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from datagen.annotate.call import CorpusCall
from datagen.annotate.readers import callhome, switchboard
from datagen.annotate.readers.folder import Folder
from datagen.annotate.readers.protocol import CorpusReader
from datagen.annotate.readers.registry import READERS, open_reader, resolve
from datagen.annotate.sound import CallSound
from datagen.annotate.words import WordFinder
from datagen.backends.aligner.proportional import Proportional
from datagen.types import SAMPLE_RATE, Audio, Rejected, UserError
from tests.fixtures import tiny_corpora as tiny

pytestmark = pytest.mark.slow

TALK = tiny.talk()


def only(name: str, root: Path) -> CorpusCall:
    reader = open_reader(name, [root])
    (call_id,) = reader.ids()
    return reader.read(call_id)


def said(call: CorpusCall, side: str) -> str:
    return " ".join(one.text for one in call.supervisions if one.side == side)


def spoken(side: str) -> str:
    return " ".join(word for word, _, _ in TALK[side])


def check_sound(call: CorpusCall) -> None:
    """Each side's sound is where its words are, and not where the other's are alone."""
    heard = CallSound(call.sound)
    for side in ("a", "b"):
        channel = heard.read(side, 0, heard.num_samples)
        own, other = np.zeros((2, len(channel)), np.bool_)
        for name, mask in ((side, own), ("b" if side == "a" else "a", other)):
            for _, start, end in TALK[name]:
                mask[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] = True
        power = np.square(channel)
        assert power[own].mean() > 100 * power[other & ~own].mean()


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW", "PCM_16"])
def test_fisher(tmp_path: Path, subtype: str) -> None:
    call = only("fisher", tiny.fisher(tmp_path, TALK, subtype))
    assert call.id == "fe_03_00001"
    assert said(call, "a") == spoken("a")
    assert said(call, "b") == spoken("b")
    assert (call.people["a"].id, call.people["a"].gender, call.people["a"].age) == (
        "2602",
        "female",
        54,
    )
    assert (call.people["b"].id, call.people["b"].gender) == ("1790", "male")
    assert call.topic == "Do either of you have a favorite TV sport?"
    assert call.notes["topicid"] == "ENG01"
    first = call.supervisions[0]
    assert (first.side, first.start, first.end) == ("a", 0.5, TALK["a"][9][2])
    check_sound(call)


def test_fisher_leaves_out_what_is_no_word(tmp_path: Path) -> None:
    root = tiny.fisher(tmp_path, TALK)
    (path,) = root.rglob("fe_03_00001.txt")
    path.write_text(
        "# fe_03_00001.sph\n\n1.00 2.00 A: (( oh yeah )) [laughter] t._v.\n3.00 4.00 B: (( ))\n"
    )
    call = only("fisher", root)
    assert [one.text for one in call.supervisions] == ["oh yeah t. v."]


def test_fisher_says_what_is_wrong(tmp_path: Path) -> None:
    root = tiny.fisher(tmp_path, TALK)
    (path,) = root.rglob("fe_03_00001.txt")
    path.write_text("# fe_03_00001.sph\n\nhello there\n")
    with pytest.raises(Rejected) as caught:
        only("fisher", root)
    assert "line 3" in caught.value.evidence
    path.unlink()
    with pytest.raises(UserError, match="no transcript"):
        open_reader("fisher", [root])


def test_switchboard(tmp_path: Path) -> None:
    call = only("switchboard", tiny.switchboard(tmp_path, TALK))
    assert call.id == "sw2001"
    for side in ("a", "b"):
        words = [
            (w.text, w.start, w.end)
            for one in call.supervisions
            if one.side == side
            for w in one.words
        ]
        assert words == TALK[side]
    assert call.people["a"].gender == "female"
    assert call.people["a"].id == "1027"
    assert call.people["b"].region == "Nyc"
    assert call.topic == "Public transport"
    check_sound(call)


def test_switchboard_marks() -> None:
    tokens = "[silence] [laughter-yeah] [tak/talk] th[e]- {alumacop} about_1 <b_aside> [noise] i'm"
    found = [switchboard.word_of(token) for token in tokens.split()]
    assert found == ["", "yeah", "talk", "th-", "alumacop", "about", "", "", "i'm"]


@pytest.mark.parametrize("chat", [False, True])
def test_callhome(tmp_path: Path, chat: bool) -> None:
    call = only("callhome", tiny.callhome(tmp_path, TALK, chat, other=("mum here", 3.0, 3.5)))
    assert said(call, "a") == spoken("a")
    assert said(call, "b") == spoken("b")
    assert call.others == ((3.0, 3.5),)
    assert call.people["a"].gender == ("female" if chat else "")
    check_sound(call)


def test_callhome_marks() -> None:
    chat = "well &-uh I (.) I [/] I went <to the> [//] to a &=laughs store@l +/. xxx (be)cause"
    assert callhome.chat_words(chat) == "well uh I I I went to the to a store because"
    ldc = "%um &John {laugh} [[distorted]] ((I think)) **foo** <German ja ja> -- that's wh-"
    assert callhome.ldc_words(ldc) == "um John I think foo ja ja that's wh-"


@pytest.mark.parametrize("timed", [False, True])
def test_candor(tmp_path: Path, timed: bool) -> None:
    call = only("candor", tiny.candor(tmp_path, TALK, timed))
    assert said(call, "a").replace(".", "") == spoken("a")
    assert bool(call.supervisions[0].words) is timed
    assert (call.people["a"].id, call.people["a"].gender, call.people["a"].age) == (
        "5d2b",
        "female",
        31,
    )
    assert call.people["b"].age is None
    check_sound(call)


def test_candor_video_is_named(tmp_path: Path) -> None:
    root = tiny.candor(tmp_path, TALK)
    (path,) = root.rglob("*.mp3")
    path.rename(path.with_name("5d2b.mp4"))
    with pytest.raises(Rejected) as caught:
        only("candor", root)
    assert "ffmpeg" in caught.value.evidence


def test_seamless(tmp_path: Path) -> None:
    call = only("seamless", tiny.seamless(tmp_path, TALK))
    assert call.id == "V00_S0809_I00000582"
    assert said(call, "b") == spoken("b")
    assert call.supervisions[0].words[0].text == "hello"
    assert call.people["a"].id == "P0947"
    assert call.people["a"].scenario == "You are a baker."
    assert call.people["b"].scenario == "You are a bus driver."
    check_sound(call)


def test_ami(tmp_path: Path) -> None:
    third = [("yes", 2.0, 2.3), ("so", 2.4, 2.6), ("no", 9.0, 9.2)]
    reader = open_reader("ami", [tiny.ami(tmp_path, TALK, third)])
    assert reader.ids() == ["ES2002a-A-B", "ES2002a-A-C", "ES2002a-B-C"]
    call = reader.read("ES2002a-A-B")
    assert said(call, "a") == spoken("a")
    assert call.others == ((2.0, 2.6), (9.0, 9.2))
    assert (call.people["a"].id, call.people["a"].gender) == ("FEE005", "female")
    check_sound(call)


def folder_ctm(root: Path) -> None:
    tiny.write_sound(root / "one.wav", tiny.sound(TALK), 16_000)
    (root / "one.ctm").write_text(tiny.ctm(TALK, "one"))


def folder_ctm_of_all(root: Path) -> None:
    tiny.write_sound(root / "one.flac", tiny.sound(TALK), 16_000)
    (root / "words.ctm").write_text(tiny.ctm(TALK, "one"))


def folder_tiers(root: Path) -> None:
    tiny.write_sound(root / "one.wav", tiny.sound(TALK), 16_000)
    tiers = {"A - words": TALK["a"], "A - phones": [], "B - words": TALK["b"]}
    (root / "one.TextGrid").write_text(tiny.textgrid(tiers, tiny.length(TALK)))


def folder_pair(root: Path) -> None:
    heard = tiny.sound(TALK)
    for side, channel in zip("AB", heard, strict=True):
        tiny.write_sound(root / f"one_{side}.wav", channel[None], 16_000)
        grid = tiny.textgrid({"words": TALK[side.lower()]}, tiny.length(TALK))
        (root / f"one_{side}.TextGrid").write_text(grid)


def ctm_of_a_side(side: str, name: str) -> str:
    """Return the words of a side, as an aligner writes them that was given its sound alone."""
    rows = [f"{name} 1 {s:.2f} {e - s:.2f} {text} NA lex NA\n" for text, s, e in TALK[side]]
    return "".join(rows)


def folder_pair_of_ctms(root: Path) -> None:
    for side, channel in zip("ab", tiny.sound(TALK), strict=True):
        tiny.write_sound(root / f"one.{side}.wav", channel[None], 16_000)
        (root / f"one.{side}.ctm").write_text(ctm_of_a_side(side, "one"))


def folder_nemo(root: Path) -> None:
    """NeMo's aligner: a CTM each of words, tokens and segments, named like a sound file."""
    for side, channel in zip("ab", tiny.sound(TALK), strict=True):
        tiny.write_sound(root / f"one.{side}.wav", channel[None], 16_000)
        words = ctm_of_a_side(side, f"one.{side}")
        levels = {"words": words, "tokens": words.replace(" lex", "s lex"), "segments": words[:80]}
        for level, text in levels.items():
            place = root / "nfa" / "ctm" / level
            place.mkdir(parents=True, exist_ok=True)
            (place / f"one.{side}.ctm").write_text(f"{text.rstrip()}\n")


@pytest.mark.parametrize(
    "make",
    [folder_ctm, folder_ctm_of_all, folder_tiers, folder_pair, folder_pair_of_ctms, folder_nemo],
)
def test_folder(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path)
    call = only("folder", tmp_path)
    assert call.id == "one"
    for side in ("a", "b"):
        words = [
            (w.text, round(w.start, 2), round(w.end, 2))
            for one in call.supervisions
            if one.side == side
            for w in one.words
        ]
        assert words == [(text, start, round(end, 2)) for text, start, end in TALK[side]]
    check_sound(call)


def test_folder_with_spans_alone_has_no_words(tmp_path: Path) -> None:
    tiny.write_sound(tmp_path / "one.wav", tiny.sound(TALK), 16_000)
    (tmp_path / "one.rttm").write_text(
        "SPEAKER one 1 0.50 2.00 <NA> <NA> ana <NA> <NA>\n"
        "SPEAKER one 2 3.00 2.00 <NA> <NA> bo <NA> <NA>\n"
    )
    call = only("folder", tmp_path)
    assert [(one.side, one.start, one.end, one.text) for one in call.supervisions] == [
        ("a", 0.5, 2.5, ""),
        ("b", 3.0, 5.0, ""),
    ]


def test_spans_of_one_speaker_that_overlap_are_heard_once(tmp_path: Path) -> None:
    """As diarization leaves them (kaldi#2266); those of two people are of two channels."""
    tiny.write_sound(tmp_path / "one.wav", tiny.sound(TALK), 16_000)
    spans = (
        (0.5, 6.0, "ana"),
        (3.0, 2.0, "ana"),
        (4.0, 3.0, "bo"),
        (5.0, 3.0, "ana"),
        (8, 1, "ana"),
    )
    (tmp_path / "one.rttm").write_text(
        "".join(f"SPEAKER one 1 {a} {n} <NA> <NA> {who} <NA> <NA>\n" for a, n, who in spans)
    )
    call = only("folder", tmp_path)
    finder = WordFinder(Proportional(Proportional.Options()), Lengths())
    found = finder.find(call, CallSound(call.sound), {"a": "agent", "b": "user"})
    assert [word.text for word in found.words["agent"]] == ["7.5", "1.0"]
    assert [word.text for word in found.words["user"]] == ["3.0"]


class Lengths:
    """Hears how many seconds it was given."""

    def transcribe(self, audio: Audio) -> str:
        return f"{len(audio) / SAMPLE_RATE}"


BAD = {
    "a negative length (srvk/DiViMe#27)": "SPEAKER two 1 74.37 -74.37 <NA> <NA> ana <NA> <NA>\n",
    "a message in a number": "SPEAKER two 1 1.0 159.42(MSG) <NA> <NA> ana <NA> <NA>\n",
    "no text": "\x81\x8d",
}


@pytest.mark.parametrize("name", BAD)
def test_a_transcript_that_cannot_be_read_costs_its_own_call(name: str, tmp_path: Path) -> None:
    folder_ctm(tmp_path)
    a_call(tmp_path / "two.wav", None)
    (tmp_path / "two.rttm").write_text(BAD[name], encoding="latin-1")
    reader = open_reader("folder", [tmp_path])
    assert list(reader.ids()) == ["one", "two"]
    assert said(reader.read("one"), "a") == spoken("a")
    with pytest.raises(Rejected) as caught:
        reader.read("two")
    assert caught.value.reason == "transcript"
    assert "two.rttm" in caught.value.evidence


@pytest.mark.parametrize("other", ["two.eaf", "two.TRS", "two.srt"])
def test_a_transcript_in_another_form_is_not_passed_over(other: str, tmp_path: Path) -> None:
    """What people wrote down was left out without a word (Exmaralda-Org/exmaralda#52)."""
    folder_ctm(tmp_path)
    (tmp_path / "one.eaf").write_text("<ANNOTATION_DOCUMENT/>")
    a_call(tmp_path / "two.wav", None)
    (tmp_path / other).write_text("<ANNOTATION_DOCUMENT/>")
    reader = open_reader("folder", [tmp_path])
    assert said(reader.read("one"), "a") == spoken("a"), "its CTM is there"
    with pytest.raises(Rejected) as caught:
        reader.read("two")
    assert caught.value.reason == "transcript"
    assert f"{other} is in a form that is not read" in caught.value.evidence


def test_a_transcript_of_all_calls_that_cannot_be_read_stops(tmp_path: Path) -> None:
    folder_ctm(tmp_path)
    (tmp_path / "all.rttm").write_text(BAD["a message in a number"])
    with pytest.raises(UserError, match=r"all\.rttm: line 1: .*; mend it or move it away"):
        open_reader("folder", [tmp_path])


def test_a_label_on_several_lines_is_several_words(tmp_path: Path) -> None:
    """As people press Enter in Praat (rsprouse/audiolabel#2)."""
    tiny.write_sound(tmp_path / "one.wav", tiny.sound(TALK), 16_000)
    tiers = {"A": [("good\nmorning", 0.5, 1.5)], "B": [("hello\n", 2.0, 2.5)]}
    (tmp_path / "one.TextGrid").write_text(tiny.textgrid(tiers, tiny.length(TALK)))
    call = only("folder", tmp_path)
    assert [one.text for one in call.supervisions] == ["good morning", "hello"]
    assert not call.supervisions[0].words, "an utterance, to be aligned"


def test_folder_table_names_people(tmp_path: Path) -> None:
    folder_ctm(tmp_path)
    (tmp_path / "calls.tsv").write_text(
        "call\ta_speaker\tb_speaker\ta_gender\ttopic\none\tana\tbo\tf\tbread\n"
    )
    call = only("folder", tmp_path)
    assert (call.people["a"].id, call.people["a"].gender, call.topic) == ("ana", "female", "bread")


def test_folder_refuses_one_channel(tmp_path: Path) -> None:
    tiny.write_sound(tmp_path / "one.wav", tiny.sound(TALK)[:1], 16_000)
    with pytest.raises(Rejected) as caught:
        only("folder", tmp_path)
    assert "one.wav has one channel; a call is" in caught.value.evidence


def test_shortened_sphere_is_told(tmp_path: Path) -> None:
    root = tiny.fisher(tmp_path, TALK)
    (path,) = root.rglob("*.sph")
    head = b"NIST_1A\n   1024\nsample_coding -s26 ulaw,embedded-shorten-v2.00\nend_head\n"
    path.write_bytes(head.ljust(1024) + b"ajkg" + bytes(64))
    call = only("fisher", root)
    with pytest.raises(Rejected) as caught:
        CallSound(call.sound)
    assert "shorten" in caught.value.evidence
    assert "sph2pipe" in caught.value.evidence


@pytest.mark.parametrize("name", READERS)
def test_an_empty_folder_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        open_reader(name, [tmp_path])
    with pytest.raises(UserError, match="is no folder"):
        open_reader(name, [tmp_path / "absent"])


class OwnReader:
    """A reader of somebody's own."""

    corpus = "recordings"

    def __init__(self, folders: object) -> None:
        pass

    def ids(self) -> list[str]:
        return ["x"]

    def read(self, call_id: str) -> CorpusCall:
        raise Rejected("none", call_id)


def test_a_reader_of_ones_own(tmp_path: Path) -> None:
    reader: CorpusReader = open_reader(f"{__name__}:OwnReader", [tmp_path])
    assert reader.ids() == ["x"]
    with pytest.raises(UserError, match="known are fisher"):
        open_reader("nothing", [tmp_path])
    for name in ("datagen.types:UserError", "json:dumps"):
        with pytest.raises(UserError, match="is no reader"):
            open_reader(name, [tmp_path])
    with pytest.raises(UserError, match=r"ids\(\) gives 7, and an id is a text"):
        open_reader(f"{__name__}:Numbered", [tmp_path])


class Numbered(OwnReader):
    """One whose ids are no texts."""

    def ids(self) -> list[str]:
        return [7]  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("class Reader(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("", "AttributeError"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_one_sentence(
    source: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"reader_{reason.partition(':')[0].casefold()}"
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=f"cannot load the reader '{name}:Reader' .{reason}"):
        resolve(f"{name}:Reader")


@pytest.mark.parametrize("name", ["", "fishers", "./mine.py:Reader", "a:b:c", ":Reader", "a.b:"])
def test_what_names_no_class_is_told_with_what_there_is(name: str) -> None:
    with pytest.raises(UserError, match=r"there is no reader .*known are fisher, switchboard"):
        resolve(name)


def test_parts_of_a_call_are_those_of_the_whole(tmp_path: Path) -> None:
    call = only("fisher", tiny.fisher(tmp_path, TALK))
    heard = CallSound(call.sound)
    whole = heard.read("a", 0, heard.num_samples)
    part = heard.read("a", 60_000, 108_000)
    assert np.abs(part - whole[60_000:108_000]).max() < 2e-3
    beyond = heard.read("a", heard.num_samples - 2_400, heard.num_samples + 2_400)
    assert not beyond[2_400 + 240 :].any()
    assert soundfile.info(call.sound["a"].path).samplerate == 8_000


OTHER = tiny.talk(lines=tuple((side, text.replace("bread", "soup")) for side, text in tiny.LINES))


def a_call(sound: Path, words: Path | None, said: tiny.Talk = TALK, name: str = "") -> None:
    """Write a call's sound, and its words in a folder."""
    tiny.write_sound(sound, tiny.sound(said), 16_000)
    if words is not None:
        words.mkdir(parents=True, exist_ok=True)
        (words / f"{sound.stem}.ctm").write_text(tiny.ctm(said, name or sound.stem))


def texts(root: Path, *more: Path) -> dict[str, tuple[Path, str]]:
    """Return of each call its sound and what is said in it."""
    reader = open_reader("folder", [root, *more])
    calls = {call_id: reader.read(call_id) for call_id in reader.ids()}
    return {name: (one.sound["a"].path, said(one, "a")) for name, one in calls.items()}


def spoken_in(talk: tiny.Talk) -> str:
    return " ".join(word for word, _, _ in talk["a"])


@pytest.mark.parametrize("words", ["mon", "text/mon"])
def test_calls_of_one_name_in_two_folders(tmp_path: Path, words: str) -> None:
    mon, tue = tmp_path / "mon", tmp_path / "tue"
    a_call(mon / "call1.wav", tmp_path / words)
    a_call(tue / "call1.wav", tmp_path / words.replace("mon", "tue"), OTHER)
    a_call(tue / "call2.wav", tue)
    both = {
        "call2": (tue / "call2.wav", spoken_in(TALK)),
        "mon/call1": (mon / "call1.wav", spoken_in(TALK)),
        "tue/call1": (tue / "call1.wav", spoken_in(OTHER)),
    }
    assert texts(tmp_path) == both
    if words == "mon":
        assert texts(tue, mon) == both, "the folders may be given one by one, in any order"


def test_one_transcript_for_all_may_name_calls_with_their_folders(tmp_path: Path) -> None:
    a_call(tmp_path / "mon" / "c.wav", None)
    a_call(tmp_path / "tue" / "c.wav", None, OTHER)
    all_words = tmp_path / "text" / "c.ctm"
    all_words.parent.mkdir()
    all_words.write_text(tiny.ctm(TALK, "mon/c") + tiny.ctm(OTHER, "tue/c"))
    (tmp_path / "calls.tsv").write_text("call\ttopic\nmon/c\tbread\ntue/c\tsoup\n")
    assert [text for _, text in texts(tmp_path).values()] == [spoken_in(TALK), spoken_in(OTHER)]
    reader = open_reader("folder", [tmp_path])
    assert [reader.read(call_id).topic for call_id in reader.ids()] == ["bread", "soup"]
    with (tmp_path / "calls.tsv").open("a") as table:
        table.write("tue/c\ttea\n")
    with pytest.raises(UserError, match="tue/c has two rows that differ"):
        open_reader("folder", [tmp_path])


def test_an_rttm_of_each_sides_sound_is_that_sides(tmp_path: Path) -> None:
    """As a program that tells speakers apart calls the only one of each file."""
    for side, channel in zip("ab", tiny.sound(TALK), strict=True):
        tiny.write_sound(tmp_path / f"one.{side}.wav", channel[None], 16_000)
        rows = [
            f"SPEAKER one.{side} 1 {start:.2f} {end - start:.2f} <NA> <NA> SPEAKER_00 <NA> <NA>\n"
            for start, end, _ in tiny.lines_of(TALK[side])
        ]
        (tmp_path / f"one.{side}.rttm").write_text("".join(rows))
    call = only("folder", tmp_path)
    found = {side: sum(one.side == side for one in call.supervisions) for side in ("a", "b")}
    assert found == {side: len(list(tiny.lines_of(TALK[side]))) for side in ("a", "b")}


def test_a_sides_transcript_that_cannot_be_read_leaves_its_call_out(tmp_path: Path) -> None:
    folder_pair_of_ctms(tmp_path)
    (tmp_path / "one.b.ctm").write_text("one.b 1 x\n")
    with pytest.raises(Rejected) as caught:
        only("folder", tmp_path)
    assert "one.b.ctm: line 1: it has 3 fields" in caught.value.evidence


def test_tables_and_grids_go_with_the_sound_beside_them(tmp_path: Path) -> None:
    for day, who, talk in (("mon", "ana", TALK), ("tue", "eva", OTHER)):
        a_call(tmp_path / day / "c.wav", None, talk)
        tiers = {"A": talk["a"], "B": talk["b"]}
        (tmp_path / day / "c.TextGrid").write_text(tiny.textgrid(tiers, tiny.length(talk)))
        (tmp_path / day / "calls.tsv").write_text(f"call\ta_speaker\nc\t{who}\n")
    reader = open_reader("folder", [tmp_path])
    found = {one: reader.read(one) for one in reader.ids()}
    assert {name: one.people["a"].id for name, one in found.items()} == {
        "mon/c": "ana",
        "tue/c": "eva",
    }
    assert said(found["tue/c"], "a") == spoken_in(OTHER)


def sound_of_both(root: Path) -> None:
    a_call(root / "mon" / "c.wav", root / "text")
    a_call(root / "tue" / "c.wav", None)


def words_of_both(root: Path) -> None:
    a_call(root / "mon" / "c.wav", root / "mon")
    (root / "tue").mkdir()
    (root / "tue" / "c.ctm").write_text(tiny.ctm(OTHER, "c"))


def two_formats(root: Path) -> None:
    a_call(root / "c.wav", root)
    a_call(root / "c.flac", None)


def pair_and_mix(root: Path) -> None:
    a_call(root / "c.wav", None)
    for side, channel in zip("ab", tiny.sound(TALK), strict=True):
        tiny.write_sound(root / f"c_{side}.wav", channel[None], 16_000)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (sound_of_both, ("text/c.ctm", "mon/c.wav", "tue/c.wav")),
        (words_of_both, ("mon/c.ctm", "tue/c.ctm")),
        (two_formats, ("c.flac", "c.wav")),
        (pair_and_mix, ("c.wav", "c_a.wav")),
    ],
)
def test_what_may_be_of_two_is_refused(
    tmp_path: Path, make: Callable[[Path], None], named: tuple[str, ...]
) -> None:
    make(tmp_path)
    with pytest.raises(UserError) as caught:
        open_reader("folder", [tmp_path])
    assert all(str(tmp_path / name) in str(caught.value) for name in named), caught.value


def test_copies_count_once(tmp_path: Path) -> None:
    a_call(tmp_path / "mon" / "c.wav", tmp_path / "mon")
    a_call(tmp_path / "mon" / "c.wav", tmp_path / "copy")
    assert texts(tmp_path, tmp_path / "mon") == {"c": (tmp_path / "mon" / "c.wav", spoken_in(TALK))}


def test_numbered_calls_of_two_channels_are_no_pair(tmp_path: Path) -> None:
    a_call(tmp_path / "call_1.wav", tmp_path)
    a_call(tmp_path / "call_2.wav", tmp_path, OTHER)
    assert {name: text for name, (_, text) in texts(tmp_path).items()} == {
        "call_1": spoken_in(TALK),
        "call_2": spoken_in(OTHER),
    }


def test_numbered_sides_have_their_own_words(tmp_path: Path) -> None:
    for number, side in (("1", "a"), ("2", "b")):
        channel = tiny.sound(TALK)["ab".index(side)]
        tiny.write_sound(tmp_path / f"c-{number}.wav", channel[None], 16_000)
        grid = tiny.textgrid({"words": TALK[side]}, tiny.length(TALK))
        (tmp_path / f"c-{number}.TextGrid").write_text(grid)
    call = only("folder", tmp_path)
    assert (said(call, "a"), said(call, "b")) == (spoken("a"), spoken("b"))


@pytest.mark.parametrize("name", ["fisher", "switchboard", "callhome", "candor", "seamless", "ami"])
def test_a_corpus_with_two_files_of_one_name(tmp_path: Path, name: str) -> None:
    """Copies are one; files that differ are named."""
    makers: dict[str, Callable[[Path, tiny.Talk], Path]] = {
        "fisher": tiny.fisher,
        "switchboard": tiny.switchboard,
        "callhome": tiny.callhome,
        "candor": tiny.candor,
        "seamless": tiny.seamless,
        "ami": tiny.ami,
    }
    first, second = (makers[name](tmp_path / one, TALK) for one in ("first", "second"))
    ids = open_reader(name, [first]).ids()
    assert open_reader(name, [first, second]).ids() == ids
    changed = [
        path
        for path in second.rglob("*")
        if path.suffix in (".wav", ".sph", ".json") and "wave" not in path.name
    ]
    for path in changed:
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(UserError) as caught:
        open_reader(name, [first, second])
    assert any(
        str(path) in str(caught.value) and str(first) in str(caught.value) for path in changed
    ), caught.value


def test_what_a_transcript_names_without_sound_is_told(tmp_path: Path) -> None:
    folder_ctm_of_all(tmp_path)
    lines = tiny.ctm(TALK, "two") + tiny.ctm(TALK, "three")
    (tmp_path / "words.ctm").write_text(tiny.ctm(TALK, "one") + lines)
    (tmp_path / "four.rttm").write_text("SPEAKER four 1 0.00 1.00 <NA> <NA> A <NA> <NA>\n")
    reader = open_reader("folder", [tmp_path])
    assert isinstance(reader, Folder)
    assert list(reader.ids()) == ["one"]
    assert reader.unused() == (
        "not used: 3 recordings have no sound here, such as two in words.ctm",
    )


def test_a_line_of_another_recording_is_not_its_files_calls(tmp_path: Path) -> None:
    folder_ctm_of_all(tmp_path)
    own = tiny.ctm(TALK, "one")
    (tmp_path / "words.ctm").unlink(missing_ok=True)
    (tmp_path / "one.ctm").write_text(own + "ghost A 1.0 0.3 nowhere\n")
    reader = open_reader("folder", [tmp_path])
    assert isinstance(reader, Folder)
    assert "nowhere" not in said(reader.read("one"), "a")
    assert reader.unused() == ("not used: ghost in one.ctm has no sound here",)
    (tmp_path / "one.ctm").write_text(tiny.ctm(TALK, "another"))
    assert said(open_reader("folder", [tmp_path]).read("one"), "a") == spoken("a")


def test_transcripts_of_other_recordings_alone_are_refused(tmp_path: Path) -> None:
    folder_ctm_of_all(tmp_path)
    (tmp_path / "words.ctm").write_text(tiny.ctm(TALK, "another"))
    with pytest.raises(UserError, match=r"another in words\.ctm has no sound here"):
        open_reader("folder", [tmp_path])


def test_a_folder_of_sound_alone_has_nothing_unused(tmp_path: Path) -> None:
    folder_ctm_of_all(tmp_path)
    (tmp_path / "words.ctm").unlink()
    reader = open_reader("folder", [tmp_path])
    assert isinstance(reader, Folder)
    assert reader.unused() == ()

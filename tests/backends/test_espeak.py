from __future__ import annotations

import ctypes.util
import hashlib
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from datagen.backends.registry import VOICES
from datagen.backends.speech import espeak_library
from datagen.backends.speech.espeak import (
    LEAD,
    TAIL,
    Espeak,
    TextSpan,
    audible,
    remove_offset,
    with_letter_a,
    word_spans,
)
from datagen.backends.speech.espeak_library import LIBRARY_RATE, Phoneme, open_library, voice_path
from datagen.backends.speech.espeak_voice import ACCENTS, make_voice
from datagen.config import BackendSpec
from datagen.types import SAMPLE_RATE, Line, Rejected, UserError, Utterance, Voice

pytestmark = pytest.mark.slow

espeakng_loader = pytest.importorskip("espeakng_loader")

SENTENCES = (
    "Thank you for calling National Health Coverage, this is Brody Murphy.",
    "Hi, yes. I wanted to check which of the plans covers dental and vision?",
    "I don't have that detail in front of me, but I can send it.",
    "Mm-hmm.",
    "No.",
    "That's ridiculous! I was told that it would be immediate.",
)


def voice(number: int) -> Voice:
    gender = "female" if number % 2 else "male"
    return Voice(
        id=f"espeak-{number}", source="espeak", license="synthetic", synthetic=True, gender=gender
    )


LINES = tuple(
    Line(spoken, voice(index % 4), "user" if index % 2 else "agent")
    for index, spoken in enumerate(SENTENCES)
)


def digests(utterances: Sequence[Utterance]) -> list[str]:
    return [
        hashlib.sha256(utterance.audio.tobytes() + repr(utterance.words).encode()).hexdigest()
        for utterance in utterances
    ]


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """tmp_path is too long a name for espeak-ng's voice files."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak(Espeak.Options())


def test_is_bit_identical_in_another_process(espeak: Espeak) -> None:
    code = (
        "import importlib.util as u;"
        f"spec = u.spec_from_file_location('again', {__file__!r});"
        "again = u.module_from_spec(spec); spec.loader.exec_module(again);"
        "espeak = again.Espeak(again.Espeak.Options());"
        "print(*again.digests(espeak.speak(again.LINES, seed=7)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert answer.stdout.decode().split() == digests(espeak.speak(LINES, seed=7))


def test_is_bit_identical_in_any_order_and_thread(espeak: Espeak) -> None:
    expected = digests(espeak.speak(LINES, seed=7))
    assert digests(espeak.speak(LINES[::-1], seed=7))[::-1] == expected
    with ThreadPoolExecutor(4) as threads:
        alone = threads.map(lambda line: digests(espeak.speak([line], seed=7)), LINES * 3)
        assert [digest for (digest,) in alone] == expected * 3


def test_the_seed_reaches_the_noise(espeak: Espeak) -> None:
    assert digests(espeak.speak(LINES, seed=7)) != digests(espeak.speak(LINES, seed=8))


def test_nothing_leaks(espeak: Espeak, monkeypatch: pytest.MonkeyPatch, short_folder: Path) -> None:
    monkeypatch.setattr(espeak_library, "_folders", lambda: [short_folder])
    synthesizer = Espeak(Espeak.Options())

    def speak_many(count: int) -> int:
        for seed in range(count):
            synthesizer.speak([LINES[3], LINES[4]], seed=seed)
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

    before = speak_many(25)
    assert speak_many(50) - before < 2_000_000
    assert "datagen-espeak" not in Path("/proc/self/maps").read_text()
    assert not list(short_folder.iterdir())


def test_a_library_copy_has_no_name_while_it_speaks(
    espeak: Espeak, monkeypatch: pytest.MonkeyPatch, short_folder: Path
) -> None:
    """So a killed worker leaves one folder with a few voice files."""
    monkeypatch.setattr(espeak_library, "_folders", lambda: [short_folder])
    library = open_library("auto")
    seen: list[str] = []
    receiver = espeak_library._receiver

    def look(*arguments: object) -> object:
        receive = receiver(*arguments)  # type: ignore[arg-type]

        def looking(*events: object) -> int:
            seen.extend(path.name for path in short_folder.rglob("*") if path.is_file())
            return receive(*events)  # type: ignore[arg-type]

        return looking

    monkeypatch.setattr(espeak_library, "_receiver", look)
    with library.workspace() as folder:
        voice_path(folder, 0).write_text(make_voice(voice(0)).file_content(library.data))
        library.say("Yes.", voice_path(folder, 0), rate=170, pitch_range=50, seed=0)
    assert set(seen) == {"voice-0000"}


def test_every_token_is_a_timed_word_in_order(espeak: Espeak) -> None:
    for line, utterance in zip(LINES, espeak.speak(LINES, seed=1), strict=True):
        assert utterance.words is not None
        assert [word.text for word in utterance.words] == line.spoken.split()
        edges = [edge for word in utterance.words for edge in (word.start, word.end)]
        assert edges == sorted(edges)
        assert edges[0] >= 0
        assert edges[-1] <= len(utterance.audio)
        assert all(word.end - word.start > SAMPLE_RATE // 100 for word in utterance.words)


@pytest.mark.parametrize(
    "spoken",
    ["“Well” — naïve café, über…", "[so] $5 million, 20%!", "日本語 \U0001f642 ok", "  of   the  "],
)
def test_odd_text_still_gets_a_word_for_each_token(espeak: Espeak, spoken: str) -> None:
    (utterance,) = espeak.speak([Line(spoken, voice(0), "agent")], seed=0)
    assert utterance.words is not None
    assert [word.text for word in utterance.words] == spoken.split()
    assert all(word.start < word.end for word in utterance.words)


def test_word_times_agree_with_the_sound(espeak: Espeak) -> None:
    """Against energy (-40 dB re peak), over isolated words; weak fricatives may begin later."""
    spoken = "Alpha. Mother. Fish. Sun. Lemon. River. Yellow. Water. Voice. Zebra. Office."
    onsets, offsets = [], []
    for utterance in espeak.speak([Line(spoken, voice(n), "user") for n in range(8)], seed=0):
        power = np.convolve(utterance.audio.astype(float) ** 2, np.ones(120) / 120, "same")
        loud = power > np.abs(utterance.audio).max() ** 2 * 1e-4
        for word in utterance.words or ():
            first = max(0, word.start - 1_600)
            sounding = first + np.flatnonzero(loud[first : word.end + 1_600])
            onsets.append((sounding[0] - word.start) / SAMPLE_RATE)
            offsets.append((sounding[-1] - word.end) / SAMPLE_RATE)
    assert len(onsets) == 8 * 11
    assert abs(np.median(onsets)) < 0.003
    assert abs(np.median(offsets)) < 0.003
    assert np.percentile(np.abs(onsets), 90) < 0.006
    assert np.percentile(np.abs(offsets), 90) < 0.006


def phonemes(*items: tuple[int, int]) -> list[Phoneme]:
    """(character, sample); a negative character is a pause."""
    return [Phoneme(max(character, 0), sample, character < 0) for character, sample in items]


@pytest.mark.parametrize(
    ("spoken", "said", "expected"),
    [
        ("ab cd", [(0, 10), (0, 20), (3, 30), (-1, 50)], [(10, 30), (30, 50)]),
        ("ab cd", [(0, 10), (-1, 20), (3, 30)], [(10, 20), (30, 90)]),
        ("of the a", [(0, 0), (0, 20), (7, 50), (-1, 60)], [(0, 20), (20, 50), (50, 60)]),
        ("- ab", [(2, 10), (-1, 40)], [(10, 20), (20, 40)]),
        ("$5 to", [(1, 0), (0, 10), (3, 20), (-1, 30)], [(0, 20), (20, 30)]),
        ("$5 m to", [(1, 0), (3, 10), (0, 20), (5, 30), (-1, 40)], [(0, 10), (10, 30), (30, 40)]),
        ("...", [(-1, 0)], []),
    ],
)
def test_word_spans(
    spoken: str, said: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    assert word_spans(spoken, phonemes(*said), 90) == [TextSpan(*span) for span in expected]


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("It's gate A nine.", "It's gate eh nine."),
        ("Row twelve A, please.", "Row twelve eh, please."),
        ("Sure. A A two, B A.", "Sure. eh eh two, B eh."),
        ("A seven, two, Q.", "eh seven, two, Q."),
        ("A seven percent rise. A fee. Note: A fee.", "A seven percent rise. A fee. Note: A fee."),
        ("It's an A's, or a.m. on ATM.", "It's an A's, or a.m. on ATM."),
    ],
)
def test_the_letter_a_is_not_the_article(spoken: str, written: str) -> None:
    assert with_letter_a(spoken) == written


def test_the_letter_a_is_heard_and_kept_in_the_words(espeak: Espeak) -> None:
    letter, article = espeak.speak(
        [Line("gate A nine", voice(0), "user"), Line("gate a nine", voice(0), "user")], seed=0
    )
    assert [word.text for word in letter.words] == ["gate", "A", "nine"]
    lengths = [said.words[1].end - said.words[1].start for said in (letter, article)]
    assert lengths[0] > 1.5 * lengths[1]


def test_clips_are_trimmed_centred_and_faded(espeak: Espeak) -> None:
    for utterance in espeak.speak(LINES, seed=3):
        audio = utterance.audio
        assert audio.dtype == np.float32
        assert np.abs(audio).max() < 0.95
        assert abs(audio.mean()) < 1e-4
        assert np.abs(audio[[0, -1]]).max() < 1e-3
        loud = np.flatnonzero(np.abs(audio) > np.abs(audio).max() * 0.03)
        assert loud[0] < SAMPLE_RATE * 0.055
        assert len(audio) - loud[-1] < SAMPLE_RATE * 0.2


def test_clips_are_at_24_khz(espeak: Espeak) -> None:
    """Against the library's own samples: neither the length nor the spectrum is stretched."""
    line = LINES[0]
    (utterance,) = espeak.speak([line], seed=0)
    library = open_library("auto")
    speaker = make_voice(line.voice)
    with library.workspace() as folder:
        path = voice_path(folder, 0)
        path.write_text(speaker.file_content(library.data))
        sound = library.say(line.spoken, path, rate=speaker.rate, pitch_range=50, seed=0)
    start, end = audible(sound.samples)
    assert len(utterance.audio) / SAMPLE_RATE == pytest.approx(
        (end - start) / LIBRARY_RATE, abs=1e-4
    )
    spectrum = np.abs(np.fft.rfft(utterance.audio)) ** 2
    hertz = np.fft.rfftfreq(len(utterance.audio), 1 / SAMPLE_RATE)
    assert spectrum[hertz > LIBRARY_RATE / 2 + 200].sum() < spectrum.sum() * 1e-6


def test_audible_keeps_a_little_silence() -> None:
    samples = np.zeros(40_000, np.int16)
    samples[11_000:22_000] = 1_000
    samples[30_000] = 5
    assert audible(samples) == (11_000 - LEAD, 22_000 + TAIL)
    assert audible(samples[11_000:22_000]) == (0, 11_000)


def test_remove_offset_centres_speech_and_leaves_silence_alone() -> None:
    seconds = np.arange(LIBRARY_RATE) / LIBRARY_RATE
    tone = 3_000 * np.sin(2 * np.pi * 120 * seconds)
    samples = np.concatenate([np.round(tone + 300), np.zeros(LIBRARY_RATE)]).astype(np.int16)
    centred = remove_offset(samples)
    assert abs(centred[2_000:20_000].mean()) < 5
    assert centred[2_000:20_000].std() == pytest.approx(3_000 / np.sqrt(2), rel=0.06)
    assert not centred[LIBRARY_RATE + 1_000 :].any()


def test_a_voice_is_its_id_and_gender() -> None:
    speakers = [make_voice(voice(number)) for number in range(400)]
    assert make_voice(voice(5)) == speakers[5]
    assert len({speaker.attributes for speaker in speakers}) == 400
    assert {speaker.accent for speaker in speakers} == set(ACCENTS)
    rates = [speaker.rate for speaker in speakers]
    assert min(rates) >= 150
    assert max(rates) <= 190
    pitch = [float(re.search(r"pitch (\d+)", "\n".join(s.attributes))[1]) for s in speakers]  # type: ignore[index]
    assert max(pitch[::2]) < 140 < min(pitch[1::2])


def test_speakers_can_be_told_apart(espeak: Espeak) -> None:
    """Nearest neighbour of mean log spectra, one utterance to enrol and another to test."""
    enrol, test = (
        np.array([log_spectrum(u) for u in espeak.speak(lines, seed=0)])
        for lines in (
            [Line(SENTENCES[0], voice(n), "agent") for n in range(16)],
            [Line(SENTENCES[1], voice(n), "agent") for n in range(16)],
        )
    )
    distance = np.square(enrol[:, None] - test[None]).sum(axis=-1)
    assert (distance.argmin(axis=0) == np.arange(16)).sum() >= 13


def log_spectrum(utterance: Utterance) -> np.ndarray:
    steps = utterance.audio[: len(utterance.audio) // 960 * 960].reshape(-1, 960)
    power = np.abs(np.fft.rfft(steps * np.hanning(960), axis=1)) ** 2
    loud = power[power.sum(axis=1) > power.sum(axis=1).max() * 1e-3]
    level = np.log(loud.mean(axis=0)[2:400] + 1e-9)
    return np.asarray(level - level.mean())


def test_emotion_changes_the_rate(espeak: Espeak) -> None:
    lengths = [
        len(espeak.speak([Line(SENTENCES[0], voice(0), "user", emotion)], seed=0)[0].audio)
        for emotion in ("impatient", "neutral", "something else", "sad")
    ]
    assert lengths[0] < lengths[1] == lengths[2] < lengths[3]


def test_text_without_words_is_rejected(espeak: Espeak) -> None:
    with pytest.raises(Rejected, match="unspeakable"):
        espeak.speak([Line(" ", voice(0), "agent")], seed=0)


def test_recordings_cannot_be_imitated(espeak: Espeak) -> None:
    recorded = voice(0).model_copy(update={"path": "somebody.wav"})
    with pytest.raises(UserError, match=r"somebody|espeak-0.*catalogue"):
        espeak.speak([Line("Hello.", recorded, "agent")], seed=0)


def test_the_registry_knows_it() -> None:
    spec = BackendSpec(use="espeak", options={"library": "loader"})
    VOICES.check(spec)
    identity = VOICES.identity(spec)
    assert identity["source"] == "loader"
    assert re.fullmatch(r"espeak-ng 1\.\d+.*", identity["library"])
    assert VOICES.resolve(spec).stand_in


def test_unknown_library_is_a_user_error() -> None:
    with pytest.raises(UserError, match="library"):
        VOICES.options(BackendSpec(use="espeak", options={"library": "flite"}))


def test_without_a_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    for choice in ("auto", "loader", "system"):
        with pytest.raises(UserError, match=r"pip install .*\[espeak\].* apt-get install"):
            Espeak.check(Espeak.Options(library=choice))


def test_a_chosen_library_is_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(UserError, match="library=system is not installed"):
        Espeak.check(Espeak.Options(library="system"))
    Espeak.check(Espeak.Options(library="auto"))


def test_the_system_library_is_found_and_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    path = espeakng_loader.get_library_path()
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: path)
    monkeypatch.setenv("ESPEAK_DATA_PATH", espeakng_loader.get_data_path())
    system = Espeak.Options(library="system")
    assert Espeak.identity(system)["source"] == "system"
    expected = digests(Espeak(Espeak.Options(library="loader")).speak(LINES, seed=2))
    assert digests(Espeak(system).speak(LINES, seed=2)) == expected


def test_a_library_without_data_is_a_user_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(UserError, match=r"cannot be loaded .*no voice data"):
        Espeak.check(Espeak.Options(library="loader"))


def test_the_next_folder_is_used_when_one_refuses(
    monkeypatch: pytest.MonkeyPatch, short_folder: Path
) -> None:
    long_name, plus = short_folder / ("x" * 50), short_folder / "c++"
    bad = [short_folder / "missing", long_name, plus]
    long_name.mkdir()
    plus.mkdir()
    monkeypatch.setattr(espeak_library, "_folders", lambda: [*bad, short_folder])
    (utterance,) = Espeak(Espeak.Options()).speak([LINES[4]], seed=0)
    assert len(utterance.audio)
    monkeypatch.setattr(espeak_library, "_folders", lambda: bad)
    with pytest.raises(UserError, match=r"cannot be loaded .*missing.* 59 characters"):
        open_library("auto")


def test_the_data_may_lie_deep(
    espeak: Espeak, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    data = deep / "espeak-ng-data"
    data.symlink_to(espeakng_loader.get_data_path())
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))
    again = Espeak(Espeak.Options(library="loader"))
    assert digests(again.speak(LINES, seed=2)) == digests(espeak.speak(LINES, seed=2))

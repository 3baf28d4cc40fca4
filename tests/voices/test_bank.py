from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from datagen.audio.loudness import loudness
from datagen.stages.voice_prompts import recorded_reference
from datagen.types import SAMPLE_RATE, Audio, UserError
from datagen.voices.catalogue import Catalogue, CatalogueEntry, load, save, transcript, voice
from datagen.voices.checking import check
from datagen.voices.corpora import LAYOUTS, Recording
from datagen.voices.features import MIN_PITCH, alike, median_pitch
from datagen.voices.importing import Rights, add, import_people, rights
from datagen.voices.reference import LONGEST, SHORTEST, NotFit, band, choose, make, read
from datagen.voices.shift import draw, shift
from tests.fixtures import corpora

pytestmark = pytest.mark.slow

PEOPLE = {f"speaker{n}": "female" if n % 2 else "male" for n in range(6)}
OWN = Rights("studio", "CC0-1.0", "signed release")
SPEECH = corpora.say("someone", "female", corpora.TEXTS[0])


def imported(root: Path, suffix: str = ".yaml", num_shifted: int = 0) -> Path:
    """A bank of six speakers."""
    people = LAYOUTS["folder"].read(corpora.folder(root / "corpus", PEOPLE))
    path = root / f"bank{suffix}"
    made = import_people(people, OWN, path, num_shifted=num_shifted)
    assert made.refused == []
    add(Catalogue(voices=()), made, path)
    return path


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("bank"))


@pytest.fixture
def bank(made_once: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    shutil.copytree(made_once.parent, tmp_path / "copy")
    return tmp_path / "copy" / made_once.name


def tone(hertz: float, seconds: float = 1.0) -> Audio:
    phase = 2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.2 * sum(np.sin(k * phase) / k for k in range(1, 9))).astype(np.float32)


@pytest.mark.parametrize("hertz", [80, 120, 200, 330])
def test_pitch_is_measured(hertz: float) -> None:
    assert median_pitch(tone(hertz)) == pytest.approx(hertz, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(size=SAMPLE_RATE).astype(np.float32) * 0.1
    assert median_pitch(np.zeros(SAMPLE_RATE, np.float32)) == 0
    assert median_pitch(noise) == 0 or median_pitch(noise) > MIN_PITCH


def test_the_same_speaker_is_found_twice() -> None:
    names = [("x", "female"), ("y", "male"), ("z", "female"), ("w", "male")]
    voices = [corpora.say(*name, corpora.TEXTS[0]) for name in names]
    assert alike(voices) == []
    assert alike([*voices, voices[2] * np.float32(0.5)]) == [(2, 4)]
    assert alike(voices[:1]) == []
    assert alike([]) == []


@pytest.mark.parametrize(("pitch", "formants"), [(1.2, 1.1), (1 / 1.2, 1 / 1.1), (1.0, 1.0)])
def test_a_shift_moves_pitch_and_formants_and_keeps_time(pitch: float, formants: float) -> None:
    made = shift(SPEECH, pitch, formants)
    assert made.shape == SPEECH.shape
    assert median_pitch(made) / median_pitch(SPEECH) == pytest.approx(pitch, rel=0.05)
    assert _formant_ratio(SPEECH, made) == pytest.approx(formants, abs=0.03)


def _formant_ratio(before: Audio, after: Audio) -> float:
    """The ratio that brings one mean spectral envelope onto the other."""
    envelopes = [_envelope(before), _envelope(after)]
    bins = np.arange(len(envelopes[0]))
    ratios = np.arange(0.8, 1.25, 0.01)
    match = [
        np.corrcoef(np.interp(bins / ratio, bins, envelopes[0])[30:500], envelopes[1][30:500])[0, 1]
        for ratio in ratios
    ]
    return float(ratios[int(np.argmax(match))])


def _envelope(audio: Audio) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(audio, 1_200)[::600] * np.hanning(1_200)
    loud = frames[np.square(frames).sum(axis=1) > 1e-3 * np.square(frames).sum(axis=1).max()]
    cepstrum = np.fft.irfft(np.log(np.abs(np.fft.rfft(loud, 2_400, axis=1)) + 1e-6), axis=1)
    cepstrum[:, 40:-39] = 0
    return np.fft.rfft(cepstrum, axis=1).real.mean(axis=0)


def test_a_shift_is_that_of_its_id() -> None:
    assert draw("a") == draw("a") != draw("b")
    pitches = [draw(str(n))[0] for n in range(50)]
    assert min(pitches) < 0.9
    assert max(pitches) > 1.1
    assert all(0.79 < pitch < 0.9 or 1.11 < pitch < 1.26 for pitch in pitches)


def damaged(kind: str) -> Audio:
    noise = np.random.default_rng(0).normal(size=len(SPEECH)).astype(np.float32)
    if kind == "noisy":
        return SPEECH + 0.02 * noise
    if kind == "clipped":
        return np.clip(SPEECH * 30, -1, 1)
    if kind == "empty":
        return np.concatenate([SPEECH, np.zeros(3 * len(SPEECH), np.float32)])
    if kind == "short":
        return SPEECH[:SAMPLE_RATE]
    spectrum = np.fft.rfft(SPEECH)
    spectrum[round(3_400 * len(SPEECH) / SAMPLE_RATE) :] = 0
    return np.fft.irfft(spectrum, len(SPEECH)).astype(np.float32)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("noisy", "between speech and noise"),
        ("clipped", "clipped"),
        ("empty", "% speech"),
        ("short", "shorter than 3"),
        ("telephone", "no sound over 3"),
    ],
)
def test_what_is_not_fit_is_refused(tmp_path: Path, kind: str, reason: str) -> None:
    path = corpora.write(tmp_path / "a.wav", damaged(kind))
    with pytest.raises(NotFit, match=reason):
        make(Recording(path))


def test_the_best_recording_is_chosen(tmp_path: Path) -> None:
    fit = [
        Recording(corpora.write(tmp_path / "a.wav", SPEECH + 0.001 * damaged("noisy"))),
        Recording(corpora.write(tmp_path / "b.wav", damaged("clipped"))),
        Recording(corpora.write(tmp_path / "c.wav", damaged("noisy"))),
    ]
    best, refused = choose(fit)
    assert best is not None
    assert {line.split(":")[0] for line in refused} == {"b.wav", "c.wav"}
    assert choose(fit[1:]) == (None, refused)


def test_a_reference_is_cut_at_a_pause_and_levelled(tmp_path: Path) -> None:
    long = np.concatenate([SPEECH, np.zeros(SAMPLE_RATE // 2, np.float32), SPEECH, SPEECH]) / 8
    made = make(Recording(corpora.write(tmp_path / "a.wav", long), "three times"))
    assert SHORTEST <= len(made.audio) <= LONGEST
    assert made.text is None, "not all of it is there"
    assert loudness(made.audio) == pytest.approx(-24, abs=0.6)
    assert made.loudness == pytest.approx(loudness(long), abs=0.2)
    assert np.abs(made.audio[-SAMPLE_RATE // 20 :]).max() < 0.02


def test_other_rates_and_channels_are_read(tmp_path: Path) -> None:
    stereo = np.stack([SPEECH, np.zeros_like(SPEECH)], axis=1)
    path = tmp_path / "a.flac"
    corpora.write(path, stereo, 48_000)  # type: ignore[arg-type]
    assert len(read(path)) == pytest.approx(len(SPEECH) / 2, abs=1)
    assert band(SPEECH) > 9_000
    path.write_bytes(b"no")
    with pytest.raises(UserError, match="cannot be read as audio"):
        read(path)


@pytest.mark.parametrize("layout", ["libritts", "vctk", "commonvoice"])
def test_common_corpora_are_read(tmp_path: Path, layout: str) -> None:
    root = getattr(corpora, layout)(tmp_path)
    people = {person.name: person for person in LAYOUTS[layout].read(root)}
    if layout == "libritts":
        assert {name: person.gender for name, person in people.items()} == {
            "84": "female",
            "174": "male",
        }
        assert people["84"].recordings[0].text == corpora.TEXTS[0]
        assert people["174"].recordings[0].text is None
    elif layout == "vctk":
        (person,) = people.values()
        assert (person.name, person.gender, person.age) == ("p225", "female", "23")
        assert [r.path.name for r in person.recordings] == ["p225_003_mic1.flac"]
        assert person.recordings[0].text == corpora.TEXTS[1]
    else:
        (person,) = people.values()
        assert (person.name, person.gender, person.accent) == ("f00d" * 4, "male", "Indian")
        assert person.recordings[0].text == 'He said "so".'
    allowed = rights(layout, "", "", "", "en")
    made = import_people(people.values(), allowed, tmp_path / "out" / "bank.yaml")
    assert len(made.entries) == len(people)
    assert all(entry.source == layout and entry.consent for entry in made.entries)


@pytest.mark.parametrize("layout", ["libritts", "vctk", "commonvoice"])
def test_another_folder_is_no_corpus(tmp_path: Path, layout: str) -> None:
    with pytest.raises(UserError, match=str(tmp_path)):
        list(LAYOUTS[layout].read(tmp_path))


def test_without_licence_and_consent_nothing_is_taken() -> None:
    with pytest.raises(UserError, match="--license and --consent"):
        rights("folder", "", "CC0-1.0", "", "en")
    assert rights("folder", "", "CC0-1.0", "signed", "en").source == "folder"
    assert rights("vctk", "mine", "", "", "en").license == "CC-BY-4.0"


@pytest.mark.parametrize("suffix", [".yaml", ".parquet"])
def test_a_bank_is_made_and_sound(tmp_path: Path, suffix: str) -> None:
    path = imported(tmp_path, suffix)
    catalogue = load(path)
    assert [entry.id for entry in catalogue.voices] == [f"studio-speaker{n}" for n in range(6)]
    first = catalogue.voices[0]
    assert (first.license, first.consent, first.age) == ("CC0-1.0", "signed release", "30")
    assert (first.gender, first.gender_guessed, first.synthetic) == ("male", False, False)
    assert first.text in corpora.TEXTS
    cast = voice(first, path)
    assert cast.path is not None
    assert len(read(Path(cast.path))) == first.num_samples
    assert transcript(cast) == first.text
    assert transcript(cast.model_copy(update={"path": None})) is None
    assert check(path).errors == ()


def test_a_reference_is_a_voice_prompt(bank: Path) -> None:
    for entry in load(bank).voices:
        prompt = recorded_reference(voice(entry, bank))
        assert 3 * SAMPLE_RATE <= len(prompt) <= 5 * SAMPLE_RATE
        assert loudness(prompt) == pytest.approx(-24, abs=1.5)


def test_both_formats_say_the_same(bank: Path, tmp_path: Path) -> None:
    catalogue = load(bank).model_copy(update={"max_dialogs": 7})
    save(catalogue, tmp_path / "same.parquet")
    assert load(tmp_path / "same.parquet") == catalogue
    with pytest.raises(UserError, match=r"a \.yaml or a \.parquet"):
        save(catalogue, tmp_path / "same.json")


def test_importing_twice_gives_the_same_bytes(made_once: Path, tmp_path: Path) -> None:
    first = imported(tmp_path / "a")
    assert first.read_bytes() == made_once.read_bytes()
    before = load(first)
    people = LAYOUTS["folder"].read(tmp_path / "a" / "corpus")
    assert add(before, import_people(people, OWN, first), first) == before


def test_shifted_voices_are_synthetic_and_belong_to_their_speaker(tmp_path: Path) -> None:
    path = imported(tmp_path, num_shifted=2)
    shifted = [entry for entry in load(path).voices if entry.base]
    assert len(shifted) == 2 * len(PEOPLE)
    assert all(entry.synthetic and entry.person == entry.base for entry in shifted)
    assert all(entry.id.startswith(f"{entry.base}-shifted") for entry in shifted)
    assert check(path).errors == ()


def test_the_same_recording_is_taken_once(tmp_path: Path) -> None:
    for name in ("ann", "bea"):
        corpora.write(tmp_path / "in" / f"{name}.wav", SPEECH)
    people = LAYOUTS["folder"].read(tmp_path / "in")
    made = import_people(people, OWN, tmp_path / "bank.yaml")
    assert [entry.id for entry in made.entries] == ["studio-ann"]
    assert made.refused == ["bea: has the recording of studio-ann"]
    assert made.entries[0].gender_guessed


def _changed(path: Path, changes: dict[str, object]) -> None:
    """Change the first voice of a bank."""
    catalogue = load(path)
    voices = [entry.model_dump() for entry in catalogue.voices]
    voices[0] |= changes
    save(Catalogue(voices=tuple(CatalogueEntry(**each) for each in voices)), path)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"path": "references/none.flac"}, "is missing"),
        ({"digest": "beef"}, "is not the file that was imported"),
        ({"num_samples": 99}, "is not 99 mono samples"),
        ({"base": "studio-nobody"}, "its base studio-nobody is not a voice"),
    ],
)
def test_damage_is_found(bank: Path, changes: dict[str, object], error: str) -> None:
    _changed(bank, changes)
    assert any(error in line for line in check(bank).errors)


def test_one_speaker_under_two_names_is_suspected(tmp_path: Path) -> None:
    root = corpora.folder(tmp_path / "corpus", PEOPLE)
    corpora.write(
        root / "again" / "0.wav", np.roll(corpora.say("speaker1", "female", corpora.TEXTS[0]), 50)
    )
    path = tmp_path / "bank.yaml"
    add(Catalogue(voices=()), import_people(LAYOUTS["folder"].read(root), OWN, path), path)
    suspects = check(path).suspects
    assert any("studio-again" in line and "studio-speaker1" in line for line in suspects)


def test_a_catalogue_that_cannot_be_read_is_the_users_to_mend(bank: Path, tmp_path: Path) -> None:
    text = bank.read_text()
    bank.write_text(text.replace("gender: male", "gender: tenor"))
    with pytest.raises(UserError, match=r"bank\.yaml: voices\.0\.gender"):
        load(bank)
    bank.write_text(text.replace("id: studio-speaker1", "id: studio-speaker0"))
    with pytest.raises(UserError, match="studio-speaker0 is there twice"):
        load(bank)
    with pytest.raises(UserError, match="datagen voices import"):
        load(tmp_path / "none.yaml")
    (tmp_path / "no.parquet").write_bytes(b"no")
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        load(tmp_path / "no.parquet")

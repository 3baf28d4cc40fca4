"""Casting from a voice bank: who may play whom, how often, and on which side of the split."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from datagen.config import VoicesSpec
from datagen.types import Script, Split, UserError
from datagen.voices.casting import cast, check, identity, is_held_out, split_of
from datagen.voices.catalogue import Catalogue, CatalogueEntry, save
from tests.voices.test_casting import script as script_of

SHARE = 0.3


def entry(
    number: int, gender: str, base: str | None = None, language: str = "en"
) -> CatalogueEntry:
    name = f"{base or f'studio-{gender}{number}'}" + ("-shifted" if base else "")
    return CatalogueEntry(
        id=name,
        source="studio",
        license="CC0-1.0",
        consent="signed release",
        synthetic=base is not None,
        gender=gender,  # type: ignore[arg-type]
        language=language,
        base=base,
        path=f"references/{name}.flac",
        num_samples=96_000,
        loudness=-23,
        snr=40,
        pitch=120,
        digest=name,
    )


def write(
    path: Path, size: int = 40, shifted: bool = False, max_dialogs: int | None = None
) -> VoicesSpec:
    """A bank of ``size`` women and as many men."""
    voices = [entry(number, gender) for number in range(size) for gender in ("female", "male")]
    if shifted:
        voices += [entry(0, voice.gender, voice.id) for voice in voices]
    save(Catalogue(voices=tuple(voices), max_dialogs=max_dialogs), path)
    return VoicesSpec(catalogue=str(path), held_out=SHARE)


def women(index: int, split: Split = "train") -> Script:
    """Two of one gender, the hard case."""
    made = script_of(index, split)
    user = made.user.model_copy(update={"gender": "female"})
    return made.model_copy(update={"user": user})


@pytest.fixture
def spec(tmp_path: Path) -> VoicesSpec:
    return write(tmp_path / "bank.yaml")


def test_a_voice_brings_its_recording_and_its_rights(spec: VoicesSpec, tmp_path: Path) -> None:
    voice = cast(script_of(3), spec, 0)["user"]
    assert (voice.gender, voice.source, voice.license) == ("male", "studio", "CC0-1.0")
    assert voice.path == (tmp_path / "references" / f"{voice.id}.flac").as_posix()


def test_the_same_dialogue_has_the_same_voices(spec: VoicesSpec) -> None:
    first = [cast(women(index), spec, 0) for index in range(30)]
    assert [cast(women(index), spec, 0) for index in range(30)] == first
    assert [cast(women(index), spec, 1) for index in range(30)] != first


def test_agent_and_user_are_never_one_person(tmp_path: Path) -> None:
    spec = write(tmp_path / "bank.yaml", size=12, shifted=True)
    for index in range(300):
        pair = cast(women(index), spec, 0)
        people = {voice.id.removesuffix("-shifted") for voice in pair.values()}
        assert len(people) == 2


@pytest.mark.parametrize("split", ["train", "validation"])
def test_held_out_people_are_for_validation_alone(tmp_path: Path, split: Split) -> None:
    """Also as the base of a synthetic voice."""
    spec = write(tmp_path / "bank.yaml", shifted=True)
    heard = {v.id for i in range(200) for v in cast(women(i, split), spec, 0).values()}
    held_out = {is_held_out(name.removesuffix("-shifted"), SHARE) for name in heard}
    assert held_out == {split == "validation"}
    assert any(name.endswith("-shifted") for name in heard)


@pytest.mark.slow
def test_nobody_is_heard_again_before_everybody_was(spec: VoicesSpec, tmp_path: Path) -> None:
    pool = [entry(n, "female") for n in range(40)]
    size = sum(split_of(one, SHARE) == "train" for one in pool)
    for role in ("agent", "user"):
        names = [cast(women(index), spec, 0)[role].id for index in range(3 * size)]  # type: ignore[index]
        assert set(Counter(names).values()) == {3}
        rounds = [names[n * size : (n + 1) * size] for n in range(3)]
        assert all(len(set(one)) == size for one in rounds)
        assert rounds[0] != rounds[1], "each round has an order of its own"


def test_reuse_is_capped(tmp_path: Path) -> None:
    spec = write(tmp_path / "bank.yaml", max_dialogs=2)
    size = sum(split_of(entry(n, "female"), SHARE) == "train" for n in range(40))
    cast(women(2 * size - 1), spec, 0)
    with pytest.raises(UserError, match="more than 2 times, its max_dialogs"):
        cast(women(2 * size), spec, 0)


def test_a_voice_speaks_the_scripts_language(tmp_path: Path) -> None:
    voices = [
        entry(n, g, language="fr" if n < 5 else "en") for n in range(20) for g in ("female", "male")
    ]
    save(Catalogue(voices=tuple(voices)), tmp_path / "bank.yaml")
    spec = VoicesSpec(catalogue=str(tmp_path / "bank.yaml"), held_out=0)
    french = script_of(1).model_copy(update={"language": "fr"})
    assert int(cast(french, spec, 0)["agent"].id.removeprefix("studio-female")) < 5
    with pytest.raises(UserError, match="has 0 female de speakers"):
        cast(french.model_copy(update={"language": "de"}), spec, 0)


def test_a_bank_too_small_for_both_splits_is_refused_at_once(tmp_path: Path) -> None:
    spec = write(tmp_path / "bank.yaml", size=2)
    with pytest.raises(UserError, match=r"speakers for (train|validation), and two are needed"):
        check(spec)
    check(spec.model_copy(update={"held_out": 0.0}))


def test_a_good_bank_passes(spec: VoicesSpec) -> None:
    check(spec)
    check(VoicesSpec())


def test_the_catalogue_decides_the_bytes(spec: VoicesSpec, tmp_path: Path) -> None:
    before = identity(spec)
    write(tmp_path / "bank.yaml", size=41)
    assert identity(spec) != before
    assert identity(VoicesSpec()) == {}


@pytest.mark.parametrize("name", ["none.yaml", "none.parquet"])
def test_a_missing_bank_is_named(tmp_path: Path, name: str) -> None:
    spec = VoicesSpec(catalogue=str(tmp_path / name))
    for ask in (check, identity):
        with pytest.raises(UserError, match=f"there is no catalogue .*{name}"):
            ask(spec)
    with pytest.raises(UserError, match=name):
        cast(script_of(0), spec, 0)

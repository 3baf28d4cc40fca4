from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from datagen.backends.registry import VOICES
from datagen.backends.speech.server_voices import list_voices, read_voices
from datagen.config import BackendSpec, VoicesSpec
from datagen.types import SPEAKERS, Job, Reject, UserError
from datagen.voices.casting import cast, check
from tests.doubles.raw_server import Answer, Asked, raw
from tests.fixtures.few_calls import ShortCalls

NAMES = {
    "female": ("af_bella", "af_heart", "bf_emma", "bf_lily", "af_sky"),
    "male": ("am_adam", "am_eric", "bm_george", "bm_lewis"),
}


def casts(speakers: Any, held_out: float, count: int = 64) -> dict[str, set[str]]:
    """Return who was heard in each split."""
    writer = ShortCalls(ShortCalls.Options())
    heard: dict[str, set[str]] = {"train": set(), "validation": set()}
    for index in range(count):
        job = Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=0)
        (script,) = writer.write([job])
        if isinstance(script, Reject):
            continue
        split = "validation" if index % 4 == 0 else "train"
        script = script.model_copy(update={"split": split})
        spec = VoicesSpec(held_out=held_out)
        voices = cast(script, spec, 0, source="http", speakers=speakers)
        again = cast(script, spec, 0, source="http", speakers=speakers)
        assert voices == again
        assert voices["agent"].id != voices["user"].id
        for speaker, persona in zip(SPEAKERS, (script.agent, script.user), strict=True):
            assert voices[speaker].id in speakers[persona.gender]
        heard[split] |= {voice.id for voice in voices.values()}
    return heard


def test_a_servers_own_voices_are_cast_by_gender_and_dealt() -> None:
    heard = casts(NAMES, held_out=0.1)
    assert not heard["train"] & heard["validation"]
    assert heard["train"] | heard["validation"] == {*NAMES["female"], *NAMES["male"]}
    everyone = casts(NAMES, held_out=0)
    assert everyone["train"] == {*NAMES["female"], *NAMES["male"]}


@pytest.mark.parametrize(
    ("speakers", "held_out", "said"),
    [
        ({"female": ("a", "b")}, 0.0, "0 male speakers are for train"),
        ({"female": ("a", "b", "c"), "male": ("d", "e", "f", "g")}, 0.1, "1 female .* for train"),
        ({"female": ("a", "b"), "male": ("a", "c")}, 0.0, "twice"),
    ],
)
def test_too_few_voices_are_said_before_a_run(speakers: Any, held_out: float, said: str) -> None:
    with pytest.raises(UserError, match=said):
        check(VoicesSpec(held_out=held_out), speakers)


def test_the_options_name_them_and_old_fingerprints_stay() -> None:
    def spec(**options: Any) -> BackendSpec:
        return BackendSpec(use="http", options={"model": "tts", **options})

    named = spec(voices={"female": NAMES["female"], "male": NAMES["male"]})
    assert VOICES.speakers(named) == NAMES
    assert VOICES.speakers(spec()) == {}
    assert "voices" not in VOICES.identity(spec())["options"]
    assert VOICES.identity(named) != VOICES.identity(spec())
    with pytest.raises(UserError, match="voices"):
        VOICES.options(spec(voices={"neuter": ["x"]}))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"voices": ["af_heart", "bm_george", "nova"]}', (["af_heart"], ["bm_george"], ["nova"])),
        (b'{"voices": [{"id": "af_heart", "name": "Heart"}]}', (["af_heart"], [], [])),
        (b'["x"]', ([], [], ["x"])),
        (b'{"data": [{"voice_id": "1", "gender": "Male"}, {}]}', ([], ["1"], [])),
        (b'{"styles": [{"name": "F1", "gender": "female"}]}', (["F1"], [], [])),
    ],
)
@pytest.mark.parametrize("path", ["audio/voices", "voices", "styles"])
def test_a_servers_list_is_read(body: bytes, found: tuple[list[str], ...], path: str) -> None:
    def reply(asked: Asked) -> Answer:
        assert asked.method == "GET"
        return Answer(200, body) if asked.path == f"/v1/{path}" else Answer(404)

    with raw(reply) as server:
        assert tuple(list_voices(server.url).values()) == found


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[" * 100_000, b'{"voices": 3}', b"\xff"])
def test_what_is_no_list_is_said(body: bytes) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_voices(body)


def test_a_server_without_a_list_is_said(tmp_path: Path) -> None:
    empty = Answer(200, b'{"voices": []}')
    with raw(lambda asked: empty) as server, pytest.raises(UserError, match="lists no voices"):
        list_voices(server.url)
    missing = Answer(404, b'{"detail": "Not Found"}')
    with raw(lambda asked: missing) as server, pytest.raises(UserError, match=r"404 \(Not Found\)"):
        list_voices(server.url)
    with pytest.raises(UserError, match="no speech server answers"):
        list_voices("http://127.0.0.1:9/v1")


BLENDS = {
    "female": (*NAMES["female"], "af_bella+af_heart", "af_heart+af_sky", "bf_emma+bf_lily"),
    "male": (*NAMES["male"], "am_adam+am_eric", "bm_george+bm_lewis"),
}


def test_a_blend_is_heard_where_its_speakers_are_and_never_meets_them() -> None:
    heard = casts(BLENDS, held_out=0.1, count=128)
    people = {split: {n for n in names if "+" not in n} for split, names in heard.items()}
    assert not people["train"] & people["validation"]
    for split, names in heard.items():
        for name in names:
            assert people[split].issuperset(name.split("+"))


def test_a_speaker_is_heard_no_more_often_than_the_cap() -> None:
    writer = ShortCalls(ShortCalls.Options())
    job = Job(dialog_id="service-0000042", kind="service", index=42, seed=0)
    (script,) = writer.write([job])
    assert not isinstance(script, Reject)
    roomy = VoicesSpec(held_out=0.0, max_dialogs=11)
    assert cast(script, roomy, 0, source="http", speakers=NAMES)
    with pytest.raises(UserError, match="more than 3 times"):
        cast(script, VoicesSpec(held_out=0.0, max_dialogs=3), 0, source="http", speakers=NAMES)


def test_named_speakers_carry_their_licence() -> None:
    (script,) = ShortCalls(ShortCalls.Options()).write(
        [Job(dialog_id="service-0000001", kind="service", index=1, seed=0)]
    )
    assert not isinstance(script, Reject)
    voices = cast(script, VoicesSpec(), 0, source="x", speakers=NAMES, license="Apache-2.0")
    assert {voice.license for voice in voices.values()} == {"Apache-2.0"}

"""A dialogue reads the same from its stages' files and from its shard."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from datagen.types import UserError
from datagen.view.payload import describe
from datagen.view.places import in_speech, in_text
from datagen.view.source import RunSource
from datagen.view.waves import BANDS, decoded, encoded, envelope, spectrogram
from tests.fixtures.dummy_runs import rehearse


def test_a_set_of_shards_alone_can_be_read(run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "set"
    alone.mkdir()
    for name in ("run.json", "plan.json"):
        shutil.copy(run / name, alone / name)
    shutil.copytree(run / "shards", alone / "shards")
    whole, part = RunSource(run), RunSource(alone)
    for dialog_id in ("service-0000003", "service-0000040"):
        one, other = whole.find(dialog_id), part.find(dialog_id)
        first, second = describe(whole, one), describe(part, other)
        for name in ("role_prompt", "words", "tokens", "num_samples", "probes"):
            assert first.get(name) == second.get(name), name
        strip = [{k: t[k] for k in ("text", "start", "end")} for t in first["turns"]]
        assert [{k: t[k] for k in ("text", "start", "end")} for t in second["turns"]] == strip
        assert [sound["name"] for sound in second["sounds"]] == ["tokens"]
        assert second["voices"]["agent"]["id"] == first["voices"]["agent"]["id"]
        assert np.array_equal(one.stereo("tokens"), other.stereo("tokens"))


def test_sounds_are_what_was_placed_and_what_was_encoded(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "run", 16, "timeline.overrides.effects=phone")
    found = RunSource(run).find("service-0000001")
    assert found.sounds == ["effects", "recorded", "tokens"]
    clean, changed = found.stereo("recorded"), found.stereo("effects")
    assert np.array_equal(clean[0], changed[0])
    assert not np.array_equal(clean[1], changed[1])
    with pytest.raises(UserError, match="no sound"):
        found.stereo("../../etc")


def test_a_rejected_dialogue_says_why(source: RunSource) -> None:
    page = describe(source, source.find("service-0000012"))
    assert [reject["reason"] for reject in page["rejects"]] == ["unlucky"]
    assert "words" not in page
    assert page["num_samples"] == 0


@pytest.mark.parametrize("dialog_id", ["service-0000048", "qa-0000001", "service-x", "../x", ""])
def test_ids_of_other_runs(source: RunSource, dialog_id: str) -> None:
    with pytest.raises(UserError, match="has no dialogue"):
        source.find(dialog_id)


def test_fields_of_later_scripts_are_shown_and_their_absence_is_silent(source: RunSource) -> None:
    found = source.find("service-0000003")
    assert {"world", "actions", "tools"} & describe(source, found).keys() == set()
    assert found.script is not None
    found.script["turns"][3] |= {
        "licence": ["prompt.fee"],
        "emotion": {"label": "calm", "valence": 0.2, "arousal": -0.5},
        "calls": ["a1"],
        "repairs": 1,
    }
    found.script |= {
        "outcome": "solved",
        "role_prompt": "You work for Oak. The fee is $9. Be kind.",
        "world": [{"id": "fee", "visibility": "prompt", "text": "The fee is $9."}],
        "actions": [{"id": "a1", "tool": "look_up", "turn": 3, "status": "ok"}],
    }
    assert found.dialogue is not None
    found.dialogue["actions"] = [{"id": "a1", "issued": 48_000, "answered": 96_000}]
    page = describe(source, found)
    assert page["turns"][3]["licence"] == ["prompt.fee"]
    assert page["turns"][3]["emotion"]["label"] == "calm"
    assert page["world"][0]["claimed_in"] == [3]
    assert page["world"][0]["in_prompt"] == [[18, 32]]
    assert page["actions"][0]["tool"] == "look_up"
    assert page["actions"][0]["issued"] == 48_000
    assert page["about"]["outcome"] == "solved"


def test_facts_are_found_where_they_are_written_and_said() -> None:
    assert in_text("$45", "It is $45, not $450 or $45.") == [[6, 9], [23, 26]]
    assert in_text("(a+b", "x (a+b y") == [[2, 6]]
    assert in_text("", "abc") == []
    words = [
        {"turn": turn, "text": text}
        for turn, line in enumerate(("It's forty-five dollars.", "Forty-five, okay.", "forty"))
        for text in line.split()
    ]
    assert in_speech("forty-five dollars", words) == [[1, 2]]
    assert in_speech("Forty-five", words) == [[1, 1], [3, 3]]
    assert in_speech("okay forty", words) == []
    assert in_speech("...", words) == []


def test_what_is_drawn_has_the_sound_s_shape() -> None:
    import base64

    seconds = np.arange(36_000) / 24_000
    tone = 0.25 * np.sin(2 * np.pi * 1_000 * seconds)
    stereo = np.stack([tone, np.zeros_like(tone)]).astype(np.float32)
    loud, silent = (np.frombuffer(base64.b64decode(text), np.uint8) for text in envelope(stereo))
    assert len(loud) == 300
    assert np.allclose((loud / 255.0) ** 2, 0.25, atol=0.01)
    assert not silent.any()
    bands, none = (
        np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, BANDS)
        for text in spectrogram(stereo)
    )
    assert bands.shape == (75, BANDS)
    assert abs(int(bands[30].argmax()) - 22) <= 1  # 1 kHz is 1,000 of 2,840 mel
    assert none.max() == 0
    assert np.abs(decoded(encoded(stereo, "FLAC")) - stereo).max() < 1e-4

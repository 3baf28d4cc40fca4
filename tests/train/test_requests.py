"""Many conversations at once come to what each comes to alone, and go on where they were."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from train import requests
from train.__main__ import main
from train.config import Config, DataSpec, UserError
from train.conversation import SpeakRequest
from train.prompt import AGENT, USER
from train.sample import SamplingSession, TokenSampling

Make = Callable[..., Config]
IDS = ("service-0000007", "service-0000012", "qa-0000003")


@pytest.fixture
def session(tiny: Make, shards: Path, tmp_path: Path) -> SamplingSession:
    return SamplingSession.open(
        tiny(), DataSpec(shards=(str(shards),)), tmp_path / "out", TokenSampling(), None
    )


def asked(frames: dict[str, int]) -> list[SpeakRequest]:
    return [SpeakRequest(dialog_id=name, frames=number) for name, number in frames.items()]


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_a_batch_comes_to_what_each_comes_to_alone(
    session: SamplingSession, temperature: float
) -> None:
    sampling = TokenSampling(text_temperature=temperature, audio_temperature=temperature)
    session = replace(session, sampling=sampling)
    wanted = asked(dict(zip(IDS, (12, 30, 21), strict=True)))
    conversations = [session.prepare(request, None) for request in wanted]
    assert len({one.prompt.shape[1] for one in conversations}) > 1
    together = requests.converse_all(session, conversations)
    for request, conversation, codes in zip(wanted, conversations, together, strict=True):
        alone, _ = session.converse(request, conversation)
        assert codes.shape == alone.shape == (17, conversation.user.shape[1] - 1)
        assert (codes[AGENT] == alone[AGENT]).all()
        assert (codes == alone).all()
        assert (codes[USER] == conversation.user[:, :-1]).all()


def test_what_was_had_is_kept_and_another_seed_is_another(session: SamplingSession) -> None:
    wanted = asked(dict.fromkeys(IDS, 6))
    assert requests.answer(session, wanted[:1]) == 1
    before = (session.out / f"{IDS[0]}.npz").stat().st_mtime_ns
    assert requests.answer(session, wanted, batch=2) == 2
    assert (session.out / f"{IDS[0]}.npz").stat().st_mtime_ns == before
    assert requests.answer(session, wanted) == 0
    other = replace(session, sampling=TokenSampling(seed=1))
    assert requests.answer(other, wanted) == 3


def test_the_command_reads_a_file_and_stdin(
    tiny: Make, shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.yaml").write_text(json.dumps(tiny().to_dict()))
    user, voice = tmp_path / "item.npz", tmp_path / "voice.npz"
    np.savez(user, codes=np.ones((8, 9), np.int16))
    np.savez(voice, codes=np.ones((8, 5), np.int16))
    line = json.dumps({"dialog_id": IDS[0], "voice": str(voice), "user": str(user)})
    (tmp_path / "asked.jsonl").write_text(f"{line}\n\n")
    command = ["sample", "--config", str(tmp_path / "c.yaml"), "--shards", str(shards)]
    first = [*command, "--out", str(tmp_path / "a"), "--requests", str(tmp_path / "asked.jsonl")]
    assert main(first) == 0
    with np.load(tmp_path / "a" / "item.npz") as found:
        assert found["agent_codes"].shape == (8, 8)
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert main([*command, "--out", str(tmp_path / "b"), "--requests", "-"]) == 0
    a, b = (np.load(tmp_path / where / "item.npz")["agent_codes"] for where in "ab")
    assert (a == b).all()
    assert main([*command, "--requests", str(tmp_path / "nowhere")]) == 2
    assert main([*first, "--dialog", IDS[0]]) == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "x, line 1 is no JSON"),
        ('{"sound": "a.wav"}', "its fields may be dialog_id, role"),
        ('["a"]', "is no request"),
        ('{"frames": "many"}', "frames is 'many', which it cannot be"),
        ('{"user": 3}', "user is 3"),
    ],
)
def test_lines_that_are_no_requests_are_refused(line: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        list(requests.read_requests([line], "x"))


def test_conversations_of_one_name_would_be_written_over_each_other() -> None:
    lines = ['{"user": "a/hello.npz"}', "", '{"user": "b/hello.npz"}']
    found = requests.read_requests(lines, "asked.jsonl")
    assert next(found).name == "hello"
    with pytest.raises(UserError, match=r"asked\.jsonl, line 3: hello is what line 1"):
        next(found)


def test_a_file_of_requests_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "asked.jsonl").write_bytes('{"role": "Zoë"}\n'.encode("latin-1"))
    with (
        requests.opened(str(tmp_path / "asked.jsonl")) as lines,
        pytest.raises(UserError, match="after line 0: it is no UTF-8"),
    ):
        list(requests.read_requests(lines, "asked.jsonl"))


def test_a_record_that_is_half_written_is_had_again(session: SamplingSession) -> None:
    wanted = asked({IDS[0]: 6})
    session.out.mkdir(parents=True, exist_ok=True)
    (session.out / f"{IDS[0]}.json").write_text('{"dialog_id": ')
    assert requests.answer(session, wanted) == 1
    record: dict[str, Any] = json.loads((session.out / f"{IDS[0]}.json").read_text())
    assert record["seed"] == 0

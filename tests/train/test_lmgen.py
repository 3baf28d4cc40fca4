"""What `sample` and the voice presets must share with PersonaPlex's inference."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

sys.path.insert(0, str(Path(__file__).parent))

from lmgen import LMGen, speak

from train import build, sample
from train.cli.main import main
from train.config import Config, UserError
from train.conversation import SpeakRequest, prepare
from train.data import Corpus
from train.examples import Epoch
from train.model import DuplexLM
from train.prompt import AGENT, TEXT, USER
from train.voice_preset import make_preset
from train.weights import initialise

GREEDY = sample.TokenSampling(text_temperature=0.0, audio_temperature=0.0)
ID = "service-0000003"


@pytest.fixture
def corpus(tiny: Callable[..., Config], tmp_path: Path) -> Corpus:
    return Corpus.open(tiny().data, tmp_path / "cache")


@pytest.fixture
def model(tiny: Callable[..., Config], corpus: Corpus) -> DuplexLM:
    made = DuplexLM(build.sizes(tiny(), corpus.metadata))
    initialise(made, 1)
    return made.eval()


def test_greedy_is_the_forks_cell_for_cell(
    tiny: Callable[..., Config], corpus: Corpus, model: DuplexLM
) -> None:
    asked = prepare(SpeakRequest(dialog_id=ID, frames=14), corpus, None, None, Path("nowhere"))
    ours = sample.converse(model, tiny(), asked, GREEDY)
    theirs = torch.stack(speak(model, asked.prompt, asked.user), dim=1).numpy()
    # the first frame out is the prompt's last; the last one's acoustic codes are still to come
    assert (theirs[:, 1:] == ours).all()
    assert ours.shape == (17, 13)


def test_a_preset_is_what_stepping_through_the_voice_leaves(
    corpus: Corpus, model: DuplexLM
) -> None:
    voice = Epoch(corpus, sample_policy(), 0, 0).dialogue(corpus.row_of(ID)).voice
    preset = make_preset(model, voice, corpus.marks, torch.float32)
    generator = LMGen(model)
    for column in voice.T.tolist():
        rows = {0: corpus.marks.pad, **dict(enumerate(column, start=1))}
        generator.step(rows | dict(enumerate(corpus.marks.sine, start=9)))
    assert torch.equal(preset["cache"][0], generator.cache)
    read = torch.stack(generator.read, dim=1)[None]
    assert torch.allclose(preset["embeddings"][:, 0, 0], model.embed(read)[0], atol=1e-6)
    assert preset["embeddings"].shape == (voice.shape[1] - 1, 1, 1, model.config.dim)
    with pytest.raises(UserError, match="too short"):
        make_preset(model, voice[:, :3], corpus.marks)


def sample_policy() -> object:
    from train.prompt import PromptPolicy

    return PromptPolicy()


def test_export_writes_presets_beside_the_weights(
    tiny: Callable[..., Config], tmp_path: Path, shards: Path, corpus: Corpus
) -> None:
    from train.loop import train

    config = tiny("optim.steps=2")
    train(config)
    command = ["export", "--checkpoint", config.out, "--shards", str(shards)]
    command += ["--out", str(tmp_path / "model.safetensors"), "--dialog", ID]
    assert main([*command, "--voices", str(tmp_path / "voices")]) == 0
    preset = torch.load(tmp_path / "voices" / f"{ID}.pt")
    frames = corpus.voice_frames[corpus.row_of(ID), 0]
    assert preset["embeddings"].dtype == torch.bfloat16
    assert preset["embeddings"].shape == (frames - 1, 1, 1, 32)
    assert preset["cache"].shape == (1, 17, 4)


def encoder(tmp_path: Path, codes: np.ndarray) -> str:
    """A program that turns any sound into ``codes`` and notes how it was called."""
    np.savez(tmp_path / "coded.npz", codes=codes)
    program = tmp_path / "encode.py"
    program.write_text(
        "import shutil, sys\n"
        f"open({str(tmp_path / 'called')!r}, 'a').write(' '.join(sys.argv[1:-2]) + '.')\n"
        f"shutil.copy({str(tmp_path / 'coded.npz')!r}, sys.argv[-1])\n"
    )
    return f"{sys.executable} {program}"


def test_role_voice_and_user_may_be_ones_own(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.conversation.load_tokenizer", lambda path: lambda text: [7, 8, 9])
    codes = np.arange(8 * 6, dtype=np.int64).reshape(8, 6) % 16
    command = encoder(tmp_path, codes)
    sound = tmp_path / "hello.wav"
    sound.write_bytes(b"RIFF")
    request = SpeakRequest(role="You help.", voice=sound, user=sound, frames=9)
    made = prepare(request, corpus, "tokenizer.model", command, tmp_path / "work")
    assert made.name == "hello"
    assert (made.prompt[AGENT, :6] == codes).all()
    assert made.prompt[TEXT, 12:15].tolist() == [7, 8, 9]
    assert (made.user[:, :6] == codes).all()
    assert (made.user[:, 6:] == np.array(corpus.marks.silence)[:, None]).all(), "the user is silent"
    assert (tmp_path / "called").read_text() == "--voice.."
    assert made.prompt[USER, 0].tolist() == list(corpus.marks.sine)
    whole = prepare(SpeakRequest(dialog_id=ID), corpus, None, None, tmp_path)
    short = prepare(SpeakRequest(dialog_id=ID, frames=5), corpus, None, None, tmp_path)
    assert (short.user == whole.user[:, :5]).all()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "give --dialog, or all of"),
        ({"dialog_id": ID, "role": "You help."}, "--role needs --tokenizer"),
        ({"dialog_id": ID, "role": " "}, "takes no empty role"),
        ({"dialog_id": ID, "user": Path("missing.wav")}, "is not there"),
        ({"dialog_id": "service-9999999"}, "no dialogue"),
    ],
)
def test_what_a_request_lacks_is_said(
    request_: dict[str, object], message: str, corpus: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        prepare(SpeakRequest(**request_), corpus, None, None, tmp_path)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros((7, 4), np.int16), "must be integers"),
        (np.zeros((8, 4)), "must be integers"),
        (np.full((8, 4), 16), r"outside \[0, 16\)"),
    ],
)
def test_codes_are_checked(codes: np.ndarray, message: str, corpus: Corpus, tmp_path: Path) -> None:
    np.savez(tmp_path / "user.npz", codes=codes)
    with pytest.raises(UserError, match=message):
        prepare(
            SpeakRequest(dialog_id=ID, user=tmp_path / "user.npz"), corpus, None, None, tmp_path
        )


def test_sound_needs_an_encoder_that_works(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "user.wav").write_bytes(b"RIFF")
    request = SpeakRequest(dialog_id=ID, user=tmp_path / "user.wav")
    with pytest.raises(UserError, match="--encode must turn it"):
        prepare(request, corpus, None, None, tmp_path)
    with pytest.raises(UserError, match="failed"):
        prepare(request, corpus, None, "false", tmp_path)

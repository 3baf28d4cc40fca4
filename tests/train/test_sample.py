import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from train import checkpoint as checkpoints
from train import prompt, sample
from train.__main__ import main
from train.config import Config, DataSpec, UserError
from train.conversation import Conversation, SpeakRequest, check_length, prepare
from train.data import Corpus
from train.delay import delay
from train.distributed import Group
from train.examples import Epoch
from train.loop import Trainer
from train.prompt import AGENT, TEXT, USER, PromptPolicy
from train.sample import TokenSampling

Make = Callable[..., Config]
GREEDY = TokenSampling(text_temperature=0.0, audio_temperature=0.0)
ID = "service-0000007"


def asked(corpus: Corpus) -> Conversation:
    return prepare(SpeakRequest(dialog_id=ID), corpus, None, None, Path("nowhere"))


@pytest.fixture
def trained(tiny: Make) -> tuple[Config, Path]:
    config = tiny("optim.steps=6", "optim.warmup_steps=0")
    Trainer(config, Group(0, 1, torch.device("cpu"))).run()
    found = checkpoints.latest(config.out)
    assert found is not None
    return config, found


def test_greedy_tokens_are_what_the_whole_sequence_predicts(
    trained: tuple[Config, Path], tmp_path: Path
) -> None:
    config, checkpoint = trained
    corpus = Corpus.open(config.data, tmp_path / "cache")
    model, _ = sample.open_model(checkpoint, corpus)
    codes = sample.converse(model, config, asked(corpus), GREEDY)
    dialogue = Epoch(corpus, PromptPolicy(), 0, 0).dialogue(corpus.row_of(ID))
    assert (codes[USER] == dialogue.user[:, :-1]).all()
    spoken = replace(dialogue, text=codes[TEXT], agent=codes[AGENT].copy(), user=codes[USER].copy())
    whole, mask = prompt.assemble(spoken, corpus.marks)
    whole, mask = whole[:, 1:], mask[:, 1:]  # as PersonaPlex's inference, which drops a frame
    steps = delay(torch.from_numpy(whole).long(), torch.from_numpy(mask), model.config.initial)
    with torch.no_grad():
        text, audio = model(steps.inputs[None], steps.targets[None])
    agreed = text[0].argmax(-1)[steps.mask[0]] == steps.targets[0][steps.mask[0]]
    assert agreed.all()
    for row in range(8):
        kept = steps.mask[1 + row]
        assert (audio[0, row].argmax(-1)[kept] == steps.targets[1 + row][kept]).all()


def test_a_seed_gives_the_same_tokens_and_another_gives_others(
    trained: tuple[Config, Path], tmp_path: Path
) -> None:
    config, checkpoint = trained
    corpus = Corpus.open(config.data, tmp_path / "cache")
    model, _ = sample.open_model(checkpoint, corpus)
    first, again, other = (
        sample.converse(model, config, asked(corpus), TokenSampling(seed=seed))
        for seed in (0, 0, 1)
    )
    assert (first == again).all()
    assert (first[AGENT] != other[AGENT]).any()
    assert first[AGENT].min() >= 0
    assert first[AGENT].max() < corpus.metadata.cardinality


def test_only_the_likeliest_tokens_are_drawn() -> None:
    logits = torch.tensor([[0.0, 5.0, 4.0, 1.0]])
    generator = torch.Generator().manual_seed(0)
    two = TokenSampling(text_top_k=2, text_temperature=5.0, audio_temperature=0.0)
    drawn = {int(sample.draw(0, logits, two, generator)) for _ in range(50)}
    assert drawn == {1, 2}
    assert int(sample.draw(3, logits, two, generator)) == 1


def test_the_command_writes_tokens_and_calls_the_decoder(
    trained: tuple[Config, Path], tmp_path: Path, shards: Path
) -> None:
    config, _ = trained
    decoder = tmp_path / "decoder.py"
    decoder.write_text("import shutil, sys\nshutil.copy(sys.argv[1], sys.argv[2])\n")
    out = tmp_path / "samples"
    command = ["sample", "--checkpoint", config.out, "--shards", str(shards), "--dialog", ID]
    command += ["--out", str(out), "--greedy", "--decode", f"{sys.executable} {decoder}"]
    assert main(command) == 0
    with np.load(out / f"{ID}.npz") as tokens:
        frames = tokens["text"].shape[0]
        assert tokens["agent_codes"].shape == tokens["user_codes"].shape == (8, frames)
    assert json.loads((out / f"{ID}.json").read_text())["dialog_id"] == ID
    assert (out / f"{ID}.wav").read_bytes() == (out / f"{ID}.npz").read_bytes()
    assert main([*command[:-1], "false"]) == 2


def test_a_model_can_be_heard_before_it_is_trained(
    tiny: Make, tmp_path: Path, shards: Path
) -> None:
    files = sample.run(
        tiny(),
        DataSpec(shards=(str(shards),)),
        [SpeakRequest(dialog_id=ID)],
        tmp_path / "out",
        GREEDY,
    )
    assert json.loads(files[0].with_suffix(".json").read_text())["model"] == "noise"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "is no SentencePiece model"),
        (b"not a model", "is no SentencePiece model"),
        (Path("datagen/backends/tokenizer/shipped.model"), "does not give qa-0000000 the prompt"),
    ],
)
def test_a_wrong_tokenizer_is_told_before_anything_is_said(
    content: bytes | Path | None, says: str, tiny: Make, tmp_path: Path, shards: Path
) -> None:
    file = tmp_path / "tokenizer.model"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    data = DataSpec(shards=(str(shards),), tokenizer=str(file))
    with pytest.raises(UserError, match=says):
        sample.SamplingSession.open(tiny(), data, tmp_path / "out", GREEDY, None)


def test_a_tokenizer_that_was_trained_with_elsewhere_is_not_needed(
    tiny: Make, tmp_path: Path, shards: Path
) -> None:
    data = DataSpec(shards=(str(shards),))
    config = tiny(f"data.tokenizer={tmp_path}/elsewhere.model")
    assert sample.run(config, data, [SpeakRequest(dialog_id=ID)], tmp_path / "out", GREEDY)


def test_one_user_in_two_dialogues_is_refused(tiny: Make, tmp_path: Path, shards: Path) -> None:
    wanted = [SpeakRequest(dialog_id=ID, user=tmp_path / "user.npz") for _ in range(2)]
    with pytest.raises(UserError, match="2 conversations would be written as user"):
        sample.run(tiny(), DataSpec(shards=(str(shards),)), wanted, tmp_path / "out", GREEDY)


def test_a_checkpoint_of_other_tokens_is_refused(
    trained: tuple[Config, Path],
    tmp_path: Path,
    shard_factory: tuple[Callable[..., dict], Callable[..., Path]],
    shard_metadata: dict[str, Any],
) -> None:
    make_row, write_shard = shard_factory
    shard_metadata["codec"]["hash"] = "other"
    write_shard(tmp_path / "other" / "a.parquet", [make_row(0)], shard_metadata)
    corpus = Corpus.open(DataSpec(shards=(f"{tmp_path}/other",)), tmp_path / "cache")
    with pytest.raises(UserError, match="another codec"):
        sample.open_model(trained[1], corpus)


def test_export_writes_the_weights_of_the_checkpoint(
    trained: tuple[Config, Path], tmp_path: Path, shards: Path
) -> None:
    from safetensors.torch import load_file

    config, checkpoint = trained
    file = tmp_path / "model.safetensors"
    command = ["export", "--checkpoint", str(checkpoint), "--shards", str(shards)]
    assert main([*command, "--out", str(file)]) == 0
    corpus = Corpus.open(config.data, tmp_path / "cache")
    model, _ = sample.open_model(checkpoint, corpus)
    exported = load_file(file)
    assert torch.equal(exported["text_linear.weight"], model.text_linear.weight.bfloat16())
    assert "transformer.layers.0.self_attn.in_proj_weight" in exported
    assert main(["export", "--checkpoint", str(tmp_path / "no"), *command[3:]]) == 2


def test_a_prompt_that_the_model_cannot_attend_to_is_refused(tiny: Make) -> None:
    prompt, user = np.zeros((17, 40), np.int64), np.zeros((8, 4), np.int64)
    conversation = Conversation(name="call", prompt=prompt, user=user)
    check_length(conversation, tiny(), 40)
    with pytest.raises(UserError, match="its prompt takes 40 frames, and the model attends to 39"):
        check_length(conversation, tiny(), 39)

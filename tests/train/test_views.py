"""Text alone, dense openings, and the weight of what is quoted."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from train import build
from train.config import Config, UserError
from train.data import Corpus
from train.distributed import Group
from train.examples import Epoch, View
from train.loop import Trainer
from train.loss import LossWeights, counts, sums, total
from train.model import DuplexLM
from train.prompt import NO_TOKEN, PAUSE_FRAMES, TEXT, PromptPolicy
from train.weights import initialise, save_weights

ALONE = Group(0, 1, torch.device("cpu"))
Make = Callable[..., Config]


@pytest.fixture
def corpus(tiny: Make, tmp_path: Path) -> Corpus:
    return Corpus.open(tiny().data, tmp_path / "cache")


@pytest.fixture
def model(tiny: Make, corpus: Corpus) -> DuplexLM:
    made = DuplexLM(build.sizes(tiny(), corpus.metadata))
    initialise(made, 1)
    return made


def test_an_opening_is_role_and_words_without_gaps(corpus: Corpus) -> None:
    view = View(name="openings", opening_tokens=6)
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, view)
    batch = epoch.batch([0, 5, 40])
    whole = Epoch(corpus, PromptPolicy(), 0, 0)
    assert (batch.codes[:, 1:] == NO_TOKEN).all()
    for line, row in enumerate((0, 5, 40)):
        parts = whole.dialogue(row)
        words = parts.text[~np.isin(parts.text, (0, 3))][:6]
        start, stop = batch.prompt_frames[line], batch.num_frames[line]
        assert batch.codes[line, TEXT, start:stop].tolist() == words.tolist()
        role = batch.codes[line, TEXT, PAUSE_FRAMES : PAUSE_FRAMES + len(parts.prompt)]
        assert role.tolist() == parts.prompt.tolist()
        assert start == 2 * PAUSE_FRAMES + len(parts.prompt), "no voice"
    assert (epoch.lengths[[0, 5, 40]] == batch.num_frames).all()


def test_text_alone_is_the_text_row_of_the_whole(corpus: Corpus) -> None:
    one, two = (
        Epoch(corpus, PromptPolicy(), 0, 0, 400, View(name=name)).batch([3, 9])
        for name in ("all", "text")
    )
    assert (one.codes[:, TEXT] == two.codes[:, TEXT]).all()
    assert (two.codes[:, 1:] == NO_TOKEN).all()
    assert (one.num_frames == two.num_frames).all()


def test_an_example_has_no_more_of_a_dialogue_than_is_asked_for(corpus: Corpus) -> None:
    policy = PromptPolicy(begin_later=1.0)
    short = Epoch(corpus, policy, 0, 0, 400, View(dialogue_frames=7))
    whole = Epoch(corpus, policy, 0, 0, 400)
    assert (short.lengths == np.minimum(whole.lengths, short.prompt_frames + 7)).all()
    assert (short.lengths + short.cut_frames == whole.lengths + whole.cut_frames).all()
    begun = {len(whole.dialogue(row).text) - len(short.dialogue(row).text) for row in range(48)}
    assert len(begun) > 1, "what is cut off may be left out at the beginning"
    batch = short.batch([1, 9])
    assert (batch.num_frames == short.lengths[[1, 9]]).all()
    assert batch.loss_mask().sum(1).tolist() == [7, 7]


def test_what_is_quoted_stands_in_the_own_prompt_and_few_others(corpus: Corpus) -> None:
    first = corpus.dialogue(0, swapped=False, level=0, voice_frames=5).prompt
    tokens, pairs = corpus.common
    wording = set(tokens.tolist()) | {int(first[0])}
    corpus.common = (np.array(sorted(wording)), pairs)
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, View(quoted=True))
    batch = epoch.batch(np.arange(len(corpus)))
    assert batch.quoted is not None
    assert batch.quoted.any()
    for line in range(len(corpus)):
        prompt = epoch.dialogue(line).prompt.tolist()
        beside = set(pairwise(prompt))
        start, stop = batch.prompt_frames[line], batch.num_frames[line]
        text = batch.codes[line, TEXT]
        expected, before = [], -1
        for frame, token in enumerate(text.tolist()):
            if not start <= frame < stop or token in (0, 3):
                expected.append(False)
                continue
            alone = token in prompt and token not in wording
            follows = (before, token) in beside and before * 48 + token not in pairs
            expected.append(alone or follows)
            before = token
        assert batch.quoted[line].tolist() == expected


def test_the_end_of_a_name_is_a_quote_though_its_tokens_are_common(corpus: Corpus) -> None:
    parts = corpus.dialogue(0, swapped=False, level=0, voice_frames=5)
    parts = replace(parts, prompt=np.array([9, 10, 11, 12], np.int16))
    corpus.common = (np.array([10, 11, 12]), np.array([11 * 48 + 12]))
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, View(quoted=True))
    text = np.array([3, 0, 9, 3, 3, 0, 10, 11, 12, 10], np.int16)
    assert np.flatnonzero(epoch.quotes(text, parts)).tolist() == [2, 6, 7], "over silence, too"


def test_common_is_what_a_tenth_of_the_prompts_hold(corpus: Corpus) -> None:
    prompts = [corpus.dialogue(r, swapped=False, level=0, voice_frames=5).prompt for r in range(48)]
    tokens, pairs = corpus.common
    for token in range(48):
        share = np.mean([token in prompt for prompt in prompts])
        assert (token in tokens) == (share >= 0.1), token
    assert len(pairs) < len(tokens)


def test_a_quote_weighs_more_in_the_mean() -> None:
    targets = torch.tensor([[[5, 6, 3]] + [[0, 0, 0]] * 16])
    mask = torch.zeros(1, 17, 3, dtype=torch.bool)
    mask[:, 0] = True
    quoted = torch.tensor([[True, False, False]])
    weights = LossWeights(quoted=4.0)
    assert float(counts(targets, mask, weights, 0, quoted)[0]) == pytest.approx(4 + 1 + 0.3)
    logits = torch.zeros(1, 3, 8)
    logits[0, 0, 5] = 2.0
    found = sums(logits, None, targets, mask, weights, quoted=quoted)
    losses = torch.nn.functional.cross_entropy(logits[0], targets[0, 0], reduction="none")
    mean = (4 * losses[0] + losses[1] + 0.3 * losses[2]) / 5.3
    assert float(total(found, weights)) == pytest.approx(float(mean))


@pytest.mark.parametrize("view", ["text", "openings"])
def test_text_alone_trains_text_alone(tiny: Make, view: str) -> None:
    config = tiny(f"data.view={view}", "optim.steps=6", "loss.quoted=4", "run.validate_every=6")
    trainer = Trainer(config, ALONE)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    losses = []
    for _ in range(6):
        trainer.take_step()
        losses.append(float(total(trainer._since, config.loss)))  # type: ignore[arg-type]
    after = trainer.model.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed
    assert not any(name.startswith(("emb.", "depformer", "linears")) for name in changed)
    values = trainer.validate()
    assert values["validation/all/text"] is not None
    assert "validation/all/agent_0" not in values
    assert trainer.run() == 6


def test_text_alone_goes_on_bit_for_bit_and_ends_in_a_whole_model(
    tiny: Make, tmp_path: Path
) -> None:
    settings = ("data.view=text", "run.checkpoint_every=2")
    straight = Trainer(tiny("optim.steps=4", *settings, f"out={tmp_path}/a"), ALONE)
    straight.run()
    config = tiny("optim.steps=4", *settings, f"out={tmp_path}/b")
    begun = Trainer(config, ALONE)
    for _ in range(2):
        begun._advance(None)
    resumed = Trainer(config, ALONE)
    assert resumed.step == 2
    resumed.run()
    assert all(map(torch.equal, straight.model.parameters(), resumed.model.parameters()))
    hashes = resumed.corpus.metadata.hashes
    save_weights(resumed.model, tmp_path / "model.safetensors", torch.float32, hashes)
    whole = Trainer(tiny(f"model.weights={tmp_path}", f"out={tmp_path}/c"), ALONE)
    assert all(map(torch.equal, whole.model.parameters(), resumed.model.parameters()))


def test_what_no_prediction_reads_changes_none(corpus: Corpus, model: DuplexLM) -> None:
    batch = Epoch(corpus, PromptPolicy(), 0, 0).batch([0, 4, 9])
    steps = build.steps_of(batch, model.config, ALONE.device)
    text, audio = model(steps.inputs, steps.targets)
    out = build.predict(model, steps, None, text_alone=False)
    assert torch.allclose(out.text[0], text[out.text_steps], atol=1e-5)
    assert out.depth_steps is not None
    chosen = audio.transpose(1, 2)[out.depth_steps]
    assert out.audio is not None
    assert torch.allclose(torch.stack(out.audio, 2)[0], chosen, atol=1e-5)
    narrower = out.text_steps & out.depth_steps
    assert narrower.sum() < narrower.numel()


def test_views_and_weights_are_checked(tiny: Make) -> None:
    for wrong in ("data.view=openings2", "data.opening_tokens=0", "loss.quoted=-1"):
        with pytest.raises(UserError):
            tiny(wrong)

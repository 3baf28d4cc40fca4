"""Only a share of the frames goes through the depth transformer, and only time is saved by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from train import build
from train.config import Config, UserError
from train.data import Corpus
from train.delay import Delayed
from train.distributed import Group
from train.examples import Epoch
from train.loop import Trainer
from train.loss import LossWeights, sums
from train.metrics import flops_per_frame
from train.model import DuplexLM
from train.weights import initialise

Make = Callable[..., Config]
ALONE = Group(0, 1, torch.device("cpu"))
NAMES = ("a", "b", "c")


@pytest.fixture
def model(tiny: Make, corpus: Corpus) -> DuplexLM:
    made = DuplexLM(build.sizes(tiny(), corpus.metadata))
    initialise(made, 1)
    return made


@pytest.fixture
def corpus(tiny: Make) -> Corpus:
    config = tiny()
    return Corpus.open(config.data, Path(config.out) / "cache")


@pytest.fixture
def steps(tiny: Make, corpus: Corpus, model: DuplexLM) -> Delayed:
    batch = Epoch(corpus, tiny().prompt, 0, 0).batch([0, 1, 2])
    return build.steps_of(batch, model.config, ALONE.device)


def test_all_frames_are_as_none_drawn(steps: Delayed, model: DuplexLM) -> None:
    every = torch.ones_like(steps.mask[:, 0])
    text, audio = model(steps.inputs, steps.targets)
    same, chosen = model(steps.inputs, steps.targets, depth_steps=every)
    assert torch.equal(text, same)
    assert torch.allclose(audio.transpose(1, 2).flatten(0, 1), chosen[0].transpose(0, 1), atol=1e-6)
    losses = [
        sums(text, audio, steps.targets, steps.mask, LossWeights()),
        sums(text, chosen, steps.targets, steps.mask, LossWeights(), every),
    ]
    assert torch.allclose(losses[0].per_row(), losses[1].per_row(), atol=1e-6)


def test_a_share_is_drawn_by_name_from_what_trains(steps: Delayed) -> None:
    thinned, chosen = build.draw_depth(steps, 0.25, NAMES)
    assert chosen is not None
    trained = steps.mask[:, 1:].any(1)
    assert not (chosen & ~trained).any()
    assert chosen.sum(1).tolist() == [-(-count // 4) for count in trained.sum(1).tolist()]
    assert torch.equal(thinned.mask[:, 1:], steps.mask[:, 1:] & chosen[:, None])
    assert torch.equal(thinned.mask[:, 0], steps.mask[:, 0]), "text trains on every frame"
    _, again = build.draw_depth(Delayed(*(part[1:] for part in steps)), 0.25, NAMES[1:])
    assert torch.equal(again, chosen[1:]), "whoever else is in the batch"
    _, other = build.draw_depth(steps, 0.25, ("d", "e", "f"))
    assert not torch.equal(other, chosen)
    assert build.draw_depth(steps, 1.0, NAMES) == (steps, None)


def test_the_mean_of_many_draws_is_the_whole(steps: Delayed, model: DuplexLM) -> None:
    text, audio = model(steps.inputs, steps.targets)
    whole = sums(text, audio, steps.targets, steps.mask, LossWeights()).per_row()
    draws = []
    for index in range(60):
        thinned, _ = build.draw_depth(steps, 0.2, [f"{index}/{name}" for name in NAMES])
        draws.append(sums(text, audio, steps.targets, thinned.mask, LossWeights()).per_row())
    found = torch.stack(draws)
    assert torch.equal(found[:, 0], whole[0].expand(60))
    error = (found.mean(0) - whole).abs()[1:]
    assert (error < 4 * found.std(0)[1:] / 60**0.5 + 1e-6).all()
    assert found.std(0)[1:].min() > 0


PADS = LossWeights(pad=0.3, pad_frames=0.25)


def test_a_share_of_padded_text_is_drawn_by_name(steps: Delayed) -> None:
    thinned = build.draw_pads(steps, PADS, NAMES)
    assert torch.equal(thinned.mask[:, 1:], steps.mask[:, 1:]), "audio is drawn elsewhere"
    text, left = steps.mask[:, 0], thinned.mask[:, 0]
    padded = text & torch.isin(steps.targets[:, 0], torch.tensor(PADS.pad_ids))
    assert padded.any()
    assert (text & ~padded).any()
    assert torch.equal(left & ~padded, text & ~padded), "words all train"
    assert (left & padded).sum(1).tolist() == [-(-count // 4) for count in padded.sum(1).tolist()]
    alone = build.draw_pads(Delayed(*(part[1:] for part in steps)), PADS, NAMES[1:])
    assert torch.equal(alone.mask, thinned.mask[1:]), "whoever else is in the batch"
    assert build.draw_pads(steps, LossWeights(), NAMES) is steps


def test_drawn_padding_weighs_as_much_as_all_of_it(steps: Delayed, model: DuplexLM) -> None:
    text, audio = model(steps.inputs, steps.targets)
    whole = sums(text, audio, steps.targets, steps.mask, PADS).per_row()[0]
    draws = []
    for index in range(60):
        thinned = build.draw_pads(steps, PADS, [f"{index}/{name}" for name in NAMES])
        found = sums(text, audio, steps.targets, thinned.mask, PADS.drawn())
        draws.append(found.per_row()[0])
    means = torch.stack(draws)
    assert (means.mean() - whole).abs() < 4 * means.std() / 60**0.5
    assert means.std() > 0


def test_a_step_of_a_share_trains_both_transformers(tiny: Make) -> None:
    trainer = Trainer(tiny("loss.depth_frames=0.1", "loss.pad_frames=0.25"), ALONE)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.take_step()
    changed = {
        name for name, value in trainer.model.state_dict().items() if (value != before[name]).any()
    }
    assert changed == set(before)
    thin, whole = (flops_per_frame(trainer.model, share) for share in (0.1, 1.0))
    assert thin < whole


def test_a_batch_without_audio_to_train_is_no_number_less(steps: Delayed, model: DuplexLM) -> None:
    masked = steps._replace(mask=torch.zeros_like(steps.mask))
    thinned, chosen = build.draw_depth(masked, 0.5, NAMES)
    text, audio = model(thinned.inputs, thinned.targets, depth_steps=chosen)
    found = sums(text, audio, thinned.targets, thinned.mask, LossWeights(), chosen)
    found.numerators.sum().backward()
    assert float(found.numerators.detach().abs().sum()) == 0.0


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_a_share_is_a_share(tiny: Make, share: float) -> None:
    for name in ("depth_frames", "pad_frames"):
        with pytest.raises(UserError, match=name):
            tiny(f"loss.{name}={share}")

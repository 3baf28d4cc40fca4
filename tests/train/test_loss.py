"""The expected numbers were calculated in plain Python, from CE = ln((c + V - 1) / c)."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from train.delay import delay
from train.loss import LossWeights, counts, sums, total

TEXT_CARD, AUDIO_CARD, DELAYS = 5, 4, (0, 1, 0, 1)
WEIGHTS = LossWeights(codebooks=2)
"""Rows here: text, agent semantic, agent acoustic, user semantic, user acoustic."""
A = ([4, 3, 2, 0], [1, 4, 1, 16], [[1, 1, 3, 1], [1, 3, 1, 9], [9, 9, 1, 3], [1, 1, 9, 1]], 1)
B = ([3, 3, 3, 3], [4, 4, 4, 4], [[1] * 4] * 4, 2)


def logits_for(chances: torch.Tensor, targets: torch.Tensor, card: int) -> torch.Tensor:
    """Logits [..., V] that are 0 but ln c at the target: cross-entropy is ln((c + V - 1) / c)."""
    hot = torch.nn.functional.one_hot(targets.clamp(0, card - 1), card)
    return hot * chances.log()[..., None]


def sample(
    text_targets: list[int], text_c: list[int], audio_c: list[list[int]], prompt: int
) -> tuple[torch.Tensor, ...]:
    """Text and audio logits, targets and mask of one row; audio targets are all code 2."""
    frames = len(text_targets)
    codes = torch.full((5, frames), 2)
    codes[0] = torch.tensor(text_targets)
    trains = (torch.arange(frames) >= prompt).expand(5, frames)
    initial = torch.tensor([TEXT_CARD] + [AUDIO_CARD] * 4)
    _, targets, mask = delay(codes, trains, initial, delays=(0, *DELAYS))
    # what is predicted of frame t comes out at step t + delay
    chances = torch.ones(4, frames)
    for row, shift in enumerate(DELAYS):
        chances[row, shift:] = torch.tensor(audio_c[row][: frames - shift], dtype=torch.float32)
    text = logits_for(torch.tensor(text_c, dtype=torch.float32), targets[0], TEXT_CARD)
    audio = logits_for(chances, targets[1:], AUDIO_CARD)
    return text[None], audio[None], targets[None], mask[None]


def test_reference_samples() -> None:
    losses = [sums(*sample(*case), WEIGHTS) for case in (A, B)]
    assert float(total(losses[0], WEIGHTS)) == pytest.approx(2.149402, abs=1e-6)
    assert float(total(losses[1], WEIGHTS)) == pytest.approx(2.079442, abs=1e-6)
    assert float(total(losses[0] + losses[1], WEIGHTS)) == pytest.approx(2.182761, abs=1e-6)


def test_micro_batches_add_up_to_the_step() -> None:
    cases = [sample(*case) for case in (A, B)]
    denominators = sum(counts(case[2], case[3], WEIGHTS, 4) for case in cases)
    losses = [total(sums(*case, WEIGHTS), WEIGHTS, denominators) for case in cases]
    assert float(sum(losses)) == pytest.approx(2.182761, abs=1e-6)


def test_reference_gradient() -> None:
    text, audio, targets, mask = sample(*A)
    audio = audio.requires_grad_()
    total(sums(text, audio, targets, mask, WEIGHTS), WEIGHTS).backward()
    assert audio.grad is not None
    assert float(audio.grad[0, 0, 1, 2]) == pytest.approx(-0.123355, abs=1e-6)
    assert audio.grad[~mask[:, 1:]].abs().max() == 0


def test_everything_masked_is_zero_and_keeps_the_graph() -> None:
    text, audio, targets, mask = sample(*A)
    text.requires_grad_()
    loss = total(sums(text, audio, targets, torch.zeros_like(mask), WEIGHTS), WEIGHTS)
    loss.backward()
    assert loss.item() == 0.0
    assert text.grad is not None
    assert text.grad.abs().max() == 0


def test_per_row_is_the_mean_and_no_row_weight_hides_it() -> None:
    deaf = LossWeights(codebooks=2, user_stream=0.0)
    text, audio, targets, mask = sample(*A)
    audio.requires_grad_()
    found = sums(text, audio, targets, mask, deaf)
    per_row = found.per_row().tolist()
    assert per_row[0] == pytest.approx(1.177703, abs=1e-6)  # 1.884325 / 1.6, padding counted 0.3
    assert per_row[4] == pytest.approx((math.log(4) * 1 + math.log(12 / 9)) / 2, abs=1e-6)
    total(found, deaf).backward()
    assert audio.grad is not None
    assert audio.grad[:, 2:].abs().max() == 0
    assert audio.grad[:, :2].abs().max() > 0


def test_weights_of_personaplex_rows() -> None:
    rows = LossWeights(user_stream=0.5).rows(16)
    assert rows == (1.0, 1.0, *(0.02,) * 7, 0.5, *(0.01,) * 7)


def test_text_may_weigh_more_than_audio() -> None:
    text, both = (
        float(total(sums(*sample(*A), weights), weights))
        for weights in (LossWeights(codebooks=2, semantic=0.0, acoustic=0.0), WEIGHTS)
    )
    heavy = LossWeights(codebooks=2, text=4.0)
    assert float(total(sums(*sample(*A), heavy), heavy)) == pytest.approx(both + 3 * text)


def test_padded_text_is_a_setting() -> None:
    _, _, targets, mask = sample(*A)
    only_pad = LossWeights(codebooks=2, pad_ids=(3,))
    assert float(counts(targets, mask, WEIGHTS, 4)[0]) == pytest.approx(0.3 + 1.0 + 0.3)
    assert float(counts(targets, mask, only_pad, 4)[0]) == pytest.approx(0.3 + 1.0 + 1.0)


def test_bfloat16_logits_are_summed_in_float32() -> None:
    generator = torch.Generator().manual_seed(0)
    audio = torch.randn(1, 4, 4, AUDIO_CARD, generator=generator)
    text, _, targets, mask = sample(*A)
    narrow = sums(text.bfloat16(), audio.bfloat16(), targets, mask, WEIGHTS)
    wide = sums(text.bfloat16().double(), audio.bfloat16().double(), targets, mask, WEIGHTS)
    assert narrow.numerators.dtype == torch.float32
    assert torch.allclose(narrow.numerators, wide.numerators, atol=1e-5)

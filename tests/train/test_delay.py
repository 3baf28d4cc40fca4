from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from train.delay import delay, undelay
from train.prompt import DELAYS

INITIAL = torch.tensor([500] + [64] * 16)


def draw(frames: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(0, 500, (1, frames), generator=generator)
    return torch.cat((text, torch.randint(0, 64, (16, frames), generator=generator)))


def test_rows_shift_by_their_delay_and_inputs_are_the_targets_of_the_step_before() -> None:
    codes = torch.tensor([[10, 11, 12], [20, 21, 22]])
    inputs, targets, mask = delay(
        codes, torch.ones(2, 3, dtype=torch.bool), torch.tensor([90, 91]), delays=(0, 1)
    )
    assert targets.tolist() == [[10, 11, 12], [91, 20, 21]]
    assert inputs.tolist() == [[90, 10, 11], [91, 91, 20]]
    assert mask.tolist() == [[True, True, True], [False, True, True]]


def test_acoustic_target_of_the_last_prompt_frame_stays_masked() -> None:
    prompt = 5
    loss_mask = torch.ones(17, 12, dtype=torch.bool)
    loss_mask[:, :prompt] = False
    mask = delay(draw(12, 0), loss_mask, INITIAL).mask
    for row, shift in enumerate(DELAYS):
        assert mask[row].tolist() == [step >= prompt + shift for step in range(12)]


def test_padding_on_the_right_changes_no_step_that_trains() -> None:
    codes, frames = draw(9, 1), 9
    padded = torch.full((17, 14), -1)
    padded[:, :frames] = codes
    alone = delay(codes, torch.ones(17, 9, dtype=torch.bool), INITIAL)
    wide = delay(padded, torch.ones(17, 14, dtype=torch.bool), INITIAL)
    for short, long in zip(alone, wide, strict=True):
        assert torch.equal(long[:, :frames], short)
    assert not wide.mask[:, frames:].any()


def test_a_missing_token_is_no_target_while_the_other_rows_go_on() -> None:
    codes = draw(6, 2)
    codes[0, 2] = -1
    mask = delay(codes, torch.ones(17, 6, dtype=torch.bool), INITIAL).mask
    assert mask[0].tolist() == [True, True, False, True, True, True]
    assert mask[1].all()


def test_a_batch_is_its_rows() -> None:
    codes = torch.stack((draw(7, 3), draw(7, 4)))
    mask = torch.ones(2, 1, 7, dtype=torch.bool).expand_as(codes)
    batch = delay(codes, mask, INITIAL)
    for index in range(2):
        alone = delay(codes[index], mask[index], INITIAL)
        assert all(torch.equal(a[index], b) for a, b in zip(batch, alone, strict=True))


@pytest.mark.parametrize("frames", [1, 2, 30])
def test_undelay_brings_the_frames_back(frames: int) -> None:
    codes = draw(frames, 5)
    targets = delay(codes, torch.ones(17, frames, dtype=torch.bool), INITIAL).targets
    assert torch.equal(undelay(targets), codes[:, : frames - 1])

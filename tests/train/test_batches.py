import numpy as np
import pytest

pytest.importorskip("torch")

from train import batches
from train.batches import BatchPlan
from train.config import UserError

KINDS = np.array(["qa"] * 40 + ["service"] * 60)
SPLITS = np.array((["train"] * 9 + ["validation"]) * 10)


def lognormal(num: int, seed: int = 0) -> np.ndarray:
    """Lengths like the service set's: 64 s on average, widely spread, with a prompt of 10 s."""
    rng = np.random.default_rng(seed)
    frames = np.exp(rng.normal(np.log(720), 0.5, num)) + rng.normal(130, 15, num)
    return np.clip(frames, 100, 2_048).astype(np.int64)


def make(lengths: np.ndarray, batch_size: int = 32, window: int = 64, seed: int = 0) -> BatchPlan:
    rows = np.arange(len(lengths))
    return BatchPlan(seed, batch_size, window, rows, np.ones(len(rows)), lambda _: lengths)


def test_a_smaller_fraction_is_the_beginning_of_a_larger_one() -> None:
    sets = [
        set(batches.population(KINDS, SPLITS, "train", fraction)[0].tolist())
        for fraction in (0.25, 0.5, 1.0)
    ]
    assert sets[0] < sets[1] < sets[2]
    assert [len(rows) for rows in sets] == [9 + 14, 18 + 27, 90]
    assert max(row for row in sets[0] if row < 40) < min(row for row in sets[1] - sets[0])
    whole = batches.population(KINDS, SPLITS, "validation")[0]
    assert not sets[2] & set(whole.tolist())


def test_the_mix_says_how_often_a_kind_is_seen() -> None:
    rows, weights = batches.population(KINDS, SPLITS, "train", 1.0, {"qa": 1.5, "service": 0.0})
    first = batches.repeat(rows, weights, np.random.default_rng(0))
    second = batches.repeat(rows, weights, np.random.default_rng(1))
    assert len(first) == len(second) == 54
    assert set(first.tolist()) == {row for row in rows.tolist() if row < 40}
    assert sorted(np.unique(first, return_counts=True)[1].tolist()) == [1] * 18 + [2] * 18
    assert first.tolist() != second.tolist()
    with pytest.raises(UserError, match="fisher"):
        batches.population(KINDS, SPLITS, "train", 1.0, {"fisher": 1.0})


def test_an_epoch_sees_every_dialogue_at_most_once_and_epochs_differ() -> None:
    made = make(lognormal(1_000))
    assert made.steps_per_epoch == 31
    first = np.concatenate([made.at(step)[1] for step in range(31)])
    assert len(set(first.tolist())) == 31 * 32
    epoch, again = made.at(31)
    assert epoch == 1
    assert again.tolist() != made.at(0)[1].tolist()


def test_a_step_is_enough_to_resume() -> None:
    lengths = lognormal(500)
    straight = make(lengths)
    steps = [straight.at(step)[1].tolist() for step in range(40)]
    for step in (39, 17, 3):
        assert make(lengths).at(step)[1].tolist() == steps[step]
    assert make(lengths, seed=1).at(3)[1].tolist() != steps[3]


@pytest.mark.parametrize(("ranks", "rows_each"), [(4, 8), (2, 16), (1, 32), (8, 4)])
@pytest.mark.parametrize("micro", [1, 2, 4])
def test_any_number_of_processes_sees_the_same_batch(
    ranks: int, rows_each: int, micro: int
) -> None:
    lengths = lognormal(400)
    batch = make(lengths).at(5)[1]
    shares = [batches.share(batch, lengths, rank, ranks, micro) for rank in range(ranks)]
    assert all(len(share) * micro == rows_each for share in shares)
    seen = np.concatenate([rows for share in shares for rows in share])
    assert sorted(seen.tolist()) == sorted(batch.tolist())


@pytest.mark.parametrize(("world", "micro"), [(8, 4), (8, 1), (1, 8), (2, 16)])
def test_at_least_95_percent_of_the_frames_are_useful(world: int, micro: int) -> None:
    lengths = lognormal(8_192)
    made = make(lengths)
    shares = [
        rows
        for step in range(made.steps_per_epoch)
        for rank in range(world)
        for rows in batches.share(made.at(step)[1], lengths, rank, world, micro)
    ]
    frames, filled = batches.useful(shares, lengths)
    assert frames / filled >= 0.95
    at_random = np.random.default_rng(0).permutation(8_192).reshape(-1, 16)
    frames, filled = batches.useful(list(at_random), lengths)
    assert frames / filled < 0.7, "lengths that need no buckets prove nothing"


def test_too_few_dialogues_for_a_batch_is_an_error() -> None:
    with pytest.raises(UserError, match=r"lower optim\.batch_size, or make more"):
        make(lognormal(31))

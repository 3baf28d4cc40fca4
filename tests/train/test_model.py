from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch")

from train.config import UserError
from train.delay import delay
from train.layers import Read, Transformer
from train.loss import LossWeights, sums, total
from train.model import PRESETS, DuplexLM, is_depth, model_config
from train.prompt import DELAYS
from train.stream import Stream
from train.weight_names import layout
from train.weights import initialise

CONFIG = PRESETS["tiny"]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model() -> DuplexLM:
    made = DuplexLM(CONFIG)
    initialise(made, seed=1)
    return made


def draw(frames: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(0, CONFIG.text_card, (1, frames), generator=generator)
    audio = torch.randint(0, CONFIG.card, (16, frames), generator=generator)
    return torch.cat((text, audio))


def steps_of(codes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Inputs, targets and mask [1, K, S] of one row of codes [K, T]."""
    found = delay(codes, torch.ones_like(codes, dtype=torch.bool), CONFIG.initial)
    return found.inputs[None], found.targets[None], found.mask[None]


def loss_of(model: DuplexLM, codes: torch.Tensor) -> torch.Tensor:
    inputs, targets, mask = steps_of(codes)
    return total(sums(*model(inputs, targets), targets, mask, LossWeights()), LossWeights())


def gradients(model: DuplexLM, codes: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad(set_to_none=True)
    loss_of(model, codes).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def first_change(changed: torch.Tensor) -> int | None:
    """Index of the first step [S] that differs."""
    found = (changed > 1e-6).nonzero()
    return int(found[0]) if len(found) else None


def expected_change(row: int, of: int) -> int | None:
    """First step whose prediction of row ``of`` a token of ``row`` at frame 10 may change.

    The token is the target of step 10 + delay: the rows below it see it there, all others one
    step later.
    """
    step = 10 + DELAYS[row]
    return step if of > row else step + 1


@pytest.mark.parametrize("row", [0, 1, 2, 8, 9, 10, 16])
def test_causality(model: DuplexLM, row: int) -> None:
    codes = draw(24, 0)
    other = codes.clone()
    other[row, 10] = (codes[row, 10] + 7) % CONFIG.card
    with torch.no_grad():
        text, audio = model(*steps_of(codes)[:2])
        text_other, audio_other = model(*steps_of(other)[:2])
    assert first_change((text - text_other).abs().amax(-1)[0]) == expected_change(row, 0)
    for index in range(16):
        change = (audio[0, index] - audio_other[0, index]).abs().amax(-1)
        assert first_change(change) == expected_change(row, index + 1), index


def test_every_parameter_gets_a_finite_gradient(model: DuplexLM) -> None:
    found = gradients(model, draw(40, 1))
    assert found.keys() == dict(model.named_parameters()).keys()
    assert all(torch.isfinite(grad).all() for grad in found.values())
    assert all(grad.abs().max() > 0 for grad in found.values())


def test_deaf_and_padded_positions_are_finite(model: DuplexLM) -> None:
    codes = draw(12, 2)
    codes[:, 8:] = -1
    codes[9:] = -1
    found = gradients(model, codes)
    assert all(torch.isfinite(grad).all() for grad in found.values())


def test_checkpointed_activations_change_nothing(model: DuplexLM) -> None:
    again = DuplexLM(CONFIG, checkpoint_activations=True)
    again.load_state_dict(model.state_dict())
    assert all(block.checkpointed for block in again.blocks())
    codes = draw(20, 3)
    assert loss_of(again, codes).item() == loss_of(model, codes).item()
    left, right = gradients(model, codes), gradients(again, codes)
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_packed_sequences_are_as_apart(model: DuplexLM) -> None:
    rows = [steps_of(draw(length, seed)) for length, seed in ((30, 4), (25, 5), (7, 6))]
    inputs, targets = (torch.cat([row[i] for row in rows], dim=2) for i in (0, 1))
    segments = torch.tensor([[0] * 30 + [1] * 25 + [2] * 7])
    with torch.no_grad():
        text, audio = model(inputs, targets, segments)
        apart = [model(row[0], row[1]) for row in rows]
    assert (text - torch.cat([one[0] for one in apart], 1)).abs().max() < 1e-5
    assert (audio - torch.cat([one[1] for one in apart], 2)).abs().max() < 1e-5


def test_a_batch_with_padding_is_as_its_rows(model: DuplexLM) -> None:
    codes = torch.full((2, 17, 30), -1)
    codes[0], codes[1, :, :19] = draw(30, 7), draw(19, 8)
    batch = delay(codes, torch.ones_like(codes, dtype=torch.bool), CONFIG.initial)
    weights = LossWeights()
    with torch.no_grad():
        whole = sums(*model(batch.inputs, batch.targets), batch.targets, batch.mask, weights)
        parts = []
        for row in (codes[0], codes[1, :, :19]):
            inputs, targets, mask = steps_of(row)
            parts.append(sums(*model(inputs, targets), targets, mask, weights))
    assert torch.equal(whole.denominators, (parts[0] + parts[1]).denominators)
    assert torch.allclose(whole.numerators, (parts[0] + parts[1]).numerators, rtol=1e-5)


@pytest.mark.parametrize(("prefill", "context"), [(0, 512), (12, 512), (0, 8)])
def test_streaming_is_teacher_forcing(model: DuplexLM, prefill: int, context: int) -> None:
    streamed = DuplexLM(dataclasses.replace(CONFIG, context=context))
    streamed.load_state_dict(model.state_dict())
    inputs, targets, _ = steps_of(draw(40, 9))
    with torch.no_grad():
        text, audio = streamed(inputs, targets)
    seen: dict[int, list[torch.Tensor]] = {row: [] for row in range(17)}
    stream = Stream(streamed)
    if prefill:
        stream.temporal(inputs[..., :prefill])
    for step in range(prefill, 40):

        def choose(row: int, logits: torch.Tensor, step: int = step) -> torch.Tensor:
            seen[row].append(logits)
            return targets[:, row, step]

        tokens = stream.step(inputs[..., step], choose)
        assert torch.equal(tokens, targets[..., step])
    assert (torch.stack(seen[0], 1) - text[:, prefill:]).abs().max() < 1e-5
    for row in range(16):
        assert (torch.stack(seen[row + 1], 1) - audio[:, row, prefill:]).abs().max() < 1e-5


def test_context_limits_what_is_seen(model: DuplexLM) -> None:
    narrow = DuplexLM(dataclasses.replace(CONFIG, num_layers=1, context=8))
    narrow.load_state_dict(model.state_dict(), strict=False)
    codes = draw(30, 10)
    other = codes.clone()
    other[0, 4] = (codes[0, 4] + 1) % CONFIG.text_card
    with torch.no_grad():
        text, _ = narrow(*steps_of(codes)[:2])
        text_other, _ = narrow(*steps_of(other)[:2])
    changed = ((text - text_other).abs().amax(-1)[0] > 1e-6).nonzero().flatten().tolist()
    assert changed == list(range(5, 13))  # the token is read at step 5, by eight steps


@pytest.mark.parametrize("cast", [False, True])
def test_bfloat16_is_near_float32(model: DuplexLM, cast: bool) -> None:
    """Weights in bfloat16, and float32 weights under autocast."""
    narrow = DuplexLM(CONFIG)
    narrow.load_state_dict(model.state_dict())
    narrow.to(torch.bfloat16 if cast else torch.float32)
    inputs, targets, _ = steps_of(draw(40, 14))
    with torch.no_grad():
        wide = model(inputs, targets)
        with torch.autocast("cpu", torch.bfloat16, enabled=not cast):
            found = narrow(inputs, targets)
    for a, b in zip(wide, found, strict=True):
        assert b.dtype == torch.bfloat16
        assert (a - b).abs().max() < 0.02


@pytest.mark.parametrize(("packed", "checkpointed"), [(False, False), (True, True)])
def test_no_graph_breaks(packed: bool, checkpointed: bool) -> None:
    sizes = dataclasses.replace(CONFIG, num_layers=1, depformer_num_layers=1)
    inputs, targets, _ = steps_of(draw(16, 11))
    segments = torch.tensor([[0] * 9 + [1] * 7]) if packed else None
    torch._dynamo.reset()
    explain = torch._dynamo.explain(DuplexLM(sizes, checkpoint_activations=checkpointed))
    found = explain(inputs, targets, segments)
    assert (found.graph_count, found.graph_break_count) == (1, 0), found.break_reasons


def test_unpacked_attention_leaves_the_flash_kernel_open(
    model: DuplexLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    plain = torch.nn.functional.scaled_dot_product_attention

    def spy(*args: torch.Tensor, **kwargs: object) -> torch.Tensor:
        calls.append((kwargs.get("attn_mask"), kwargs.get("is_causal")))
        return plain(*args, **kwargs)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", spy)
    with torch.no_grad():
        model(*steps_of(draw(8, 12))[:2])
    assert calls == [(None, True)] * (CONFIG.num_layers + CONFIG.depformer_num_layers)


def test_the_first_loss_is_near_that_of_guessing(model: DuplexLM) -> None:
    inputs, targets, mask = steps_of(draw(200, 13))
    with torch.no_grad():
        per_row = sums(*model(inputs, targets), targets, mask, LossWeights()).per_row()
    guess = torch.tensor([CONFIG.text_card] + [CONFIG.card] * 16).log()
    assert (per_row - guess).abs().max() < 0.1


def test_initial_weights_depend_on_name_and_seed_alone() -> None:
    one, two, three = (DuplexLM(CONFIG) for _ in range(3))
    initialise(one, seed=3)
    initialise(two, seed=3)
    initialise(three, seed=4)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.text_linear.weight, three.text_linear.weight)


def test_size_of_personaplex() -> None:
    """8.371 B parameters, of which the depth side has 1.398 B, as in the released file."""
    sizes = {
        name: torch.Size(shape).numel() for name, shape in layout(PRESETS["personaplex"]).items()
    }
    depth = sum(size for name, size in sizes.items() if is_depth(name))
    assert round(sum(sizes.values()) / 1e9, 3) == 8.371
    assert round(depth / 1e9, 3) == 1.398


def test_unknown_sizes_are_refused() -> None:
    with pytest.raises(UserError, match="no 'huge'; known are personaplex"):
        model_config("huge")
    for sizes, says in (
        ({"width": 3}, "model.overrides: there is no setting 'width'"),
        ({"dim": "wide"}, "dim must be int, not 'wide'"),
        ({"num_heads": 0}, "num_heads is 0 and must be more than 0"),
    ):
        with pytest.raises(UserError, match=says):
            model_config("tiny", sizes)
    with pytest.raises(UserError, match="width of 64 does not divide into 5 heads"):
        model_config("tiny", {"num_heads": 5})
    assert model_config("tiny", {"num_layers": 5}).num_layers == 5


@pytest.mark.parametrize("begins", [(9, 11), (2, 11)], ids=["late", "early"])
@pytest.mark.parametrize("context", [None, 6], ids=["all", "window"])
def test_positions_that_are_read_are_those_of_the_whole(
    begins: tuple[int, int], context: int | None
) -> None:
    torch.manual_seed(3)
    layers = Transformer(2, 32, 4, 96, max_period=10_000.0)
    x = torch.randn(2, 16, 32)
    wanted = torch.arange(16) >= torch.tensor(begins)[:, None]
    read = Read.of(wanted)
    assert read.first == (9 if begins[0] == 9 else 0)
    distance = torch.arange(16)[:, None] - torch.arange(16)
    mask = ((distance >= 0) & (distance < context))[None, None] if context else None
    positions = torch.arange(16)[None]
    expected = layers(x, positions, mask)[wanted]
    assert torch.allclose(layers(x, positions, mask, read)[0], expected, atol=1e-6)

"""A compiled model takes the steps of a plain one, whole graphs a layer: nothing falls back.

By day the graphs are traced, taken apart for the backward pass and run by torch's own operators;
by night they become kernels, which takes a minute of g++.
"""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")

from train.config import Config
from train.distributed import Group
from train.loop import Trainer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # those of the compiler's own imports
]
BUILDS = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("g++") is None, reason="inductor builds its kernels with g++"),
]
STEPS = 20


def losses(trainer: Trainer) -> list[float]:
    """Return the loss of each of the next steps, all streams together."""
    found = []
    for _ in range(STEPS):
        trainer._since = None
        trainer.take_step()
        assert trainer._since is not None
        found.append(float(trainer._since.per_row().nanmean()))
    return found


@pytest.mark.parametrize(
    ("backend", "checkpointed"),
    [
        ("aot_eager", True),
        pytest.param("inductor", True, marks=BUILDS),
        pytest.param("inductor", False, marks=BUILDS),
    ],
)
def test_compiled_steps_are_the_plain_ones(
    tiny: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, backend: str, checkpointed: bool
) -> None:
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend=backend))
    config = tiny("data.max_frames=64", f"model.checkpoint_activations={checkpointed}")
    compiled = dataclasses.replace(config.model, compile=True)
    group = Group(0, 1, torch.device("cpu"))
    expected = losses(Trainer(config, group))
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    trainer = Trainer(dataclasses.replace(config, model=compiled), group)
    assert losses(trainer) == pytest.approx(expected, rel=1e-4)
    assert expected[-1] < expected[0] - 0.1, "steps that change nothing prove nothing"
    counters = torch._dynamo.utils.counters
    assert counters["stats"]["unique_graphs"] >= 2, "both transformers are compiled"
    assert not counters["graph_break"]

"""A file written a tensor at a time is what the library writes at once, in a fraction of memory."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from safetensors import safe_open
from safetensors.torch import load_file, save_file

from train import weight_file
from train.config import UserError
from train.weight_file import TensorSpec, tensor_file

MEASURED = """
import resource, sys
from pathlib import Path
import torch
from train.model import DuplexLM, model_config
from train.weights import save_weights
sizes = dict(dim=512, num_heads=8, num_layers=24, text_card=64, dep_q=2)
with torch.device("meta"):
    model = DuplexLM(model_config("tiny", sizes)).bfloat16()
model.to_empty(device="cpu")
for parameter in model.parameters():
    torch.nn.init.zeros_(parameter)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
save_weights(model, Path(sys.argv[1]))
print(peak() - before, Path(sys.argv[1]).stat().st_size)
"""


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_file_is_the_librarys(tmp_path: Path, dtype: torch.dtype) -> None:
    made = {name: torch.randn(4, rows, dtype=dtype) for rows, name in enumerate("bac", start=1)}
    specs = {name: TensorSpec(tuple(tensor.shape), dtype) for name, tensor in made.items()}
    with tensor_file(tmp_path / "own.safetensors", specs, {"codec": "c"}) as add:
        for name in sorted(made):
            add(made[name][:1])
            add(made[name][1:])
    save_file(made, tmp_path / "theirs.safetensors", metadata={"format": "pt", "codec": "c"})
    own, theirs = (load_file(tmp_path / f"{name}.safetensors") for name in ("own", "theirs"))
    assert own.keys() == theirs.keys()
    assert all(torch.equal(own[name], theirs[name]) for name in own)
    with safe_open(tmp_path / "own.safetensors", framework="pt") as file:
        assert file.metadata() == {"format": "pt", "codec": "c"}


def test_a_file_that_was_not_finished_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="4 bytes of tensors for 8"),
        tensor_file(tmp_path / "a.safetensors", {"a": TensorSpec((2,), torch.float32)}, {}) as add,
    ):
        add(torch.zeros(1))
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weight_file.shutil, "disk_usage", lambda path: SimpleNamespace(free=7))
    specs = {"a": TensorSpec((2,), torch.float32)}
    with (
        pytest.raises(UserError, match=r"takes 0\.0 GB and its disk has 0\.0 GB free: make room"),
        tensor_file(tmp_path / "a.safetensors", specs, {}),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_types_of_numbers_are_the_librarys(tmp_path: Path) -> None:
    made = {name: torch.zeros(2, 3).to(dtype) for name, dtype in weight_file.TYPES.items()}
    specs = {name: TensorSpec((2, 3), tensor.dtype) for name, tensor in made.items()}
    with tensor_file(tmp_path / "own.safetensors", specs, {}) as add:
        for name in sorted(made):
            add(made[name])
    with safe_open(tmp_path / "own.safetensors", framework="pt") as file:
        for name, dtype in weight_file.TYPES.items():
            assert file.get_slice(name).get_dtype() == name
            assert file.get_tensor(name).dtype == dtype


def test_writing_takes_a_fraction_of_the_models_memory(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "model.safetensors")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    grown, size = map(int, done.stdout.split())
    assert size > 100e6
    assert grown < 0.2 * size

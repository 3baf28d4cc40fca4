#!/usr/bin/env bash
# A wheel must work where there is no checkout: install it in a new environment, elsewhere, and make data.
# usage: tests/wheel.sh WHEEL [python]
# The shards' hashes go to the file DIGESTS, if that is set: they are the same whatever Python made them.
set -euo pipefail
wheel=$(realpath "$1")
digests=$(realpath -m "${DIGESTS:-/dev/null}")
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
cd "$box"
"${2:-python3}" -m venv env
env/bin/pip install -q --compile "$wheel[espeak]"
size=$(du -sm env | cut -f1)
echo "installed: $size MB"
[ "$size" -le 650 ] || { echo "the core install is over 650 MB"; exit 1; }
if env/bin/python -c 'import torch' 2>/dev/null; then echo "the core install has torch"; exit 1; fi
env/bin/datagen run service --dialogs 4 --out run 2>run.log || { cat run.log; exit 1; }
env/bin/datagen audit run --deep
(cd run/shards && sha256sum -- *.parquet) | tee "$digests"
env/bin/datagen show service-0000003 --run run >/dev/null
env/bin/datagen show service-0000003 --run run --audio tokens.wav --decoded
test -s tokens.wav

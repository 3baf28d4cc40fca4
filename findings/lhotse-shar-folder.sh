#!/bin/sh
# lhotse 1.33.0: a Shar folder with one more file in it. One would expect a README, or the lock of a
# program that writes there, to be passed over. Seen: every name is taken for a field up to its first
# dot, hidden files too, and `from_shar(in_dir=...)` ends with an AssertionError on the number of its
# shards; with exactly as many such files as shards it goes on, and fails while reading them.
# Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'torch==2.13.0'
"$folder/venv/bin/pip" install -q 'lhotse==1.33.0' 'urllib3' 'soundfile' 'numpy'
cd "$folder"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import soundfile
from lhotse import CutSet, Recording

cuts = []
for number in range(4):
    soundfile.write(f"{number}.wav", np.zeros(24_000, np.int16), 24_000)
    cuts.append(Recording.from_file(f"{number}.wav").to_cut())
Path("shar").mkdir()
CutSet.from_cuts(cuts).to_shar("shar", fields={"recording": "flac"}, shard_size=2)


def read():
    try:
        return f"{len(list(CutSet.from_shar(in_dir='shar')))} cuts"
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:60]}"


seen = {"as written": read()}
for name in ("README.md", ".lock"):
    path = Path("shar", name)
    path.write_text("x")
    seen[f"with {name}"] = read()
    path.unlink()
print("lhotse", version("lhotse"))
for what, value in seen.items():
    print(f"{what}: {value}")
whole, *others = seen.values()
sys.exit(whole != "4 cuts" or not all(o.startswith("AssertionError") for o in others))
PYTHON

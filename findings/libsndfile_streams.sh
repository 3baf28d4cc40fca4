#!/bin/sh
# libsndfile on what speech servers stream: a WAV with the sizes of its first chunk is read as that
# chunk, one with sizes of 0 as silence of no length, and raw samples may pass for MP3, all without
# an error; a size of 0xFFFFFFFF is read to the end. Exits with 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q soundfile==0.14.0 numpy==2.3.5
"$folder/env/bin/python" - <<'PYTHON' 2>/dev/null
import io
import struct
import sys

import numpy as np
import soundfile

print("soundfile", soundfile.__version__, soundfile.__libsndfile_version__)
sound = (0.3 * np.sin(np.arange(24_000) * 0.1)).astype(np.float32)
file = io.BytesIO()
soundfile.write(file, sound, 24_000, format="WAV", subtype="PCM_16")
wav = file.getvalue()


def samples(riff: int, data: int) -> int:
    """Read a second of sound under other sizes."""
    sizes = struct.pack("<I", riff), struct.pack("<I", data)
    body = wav[:4] + sizes[0] + wav[8:40] + sizes[1] + wav[44:]
    return len(soundfile.read(io.BytesIO(body))[0])


seen = {
    "sizes of zero": samples(0, 0),
    "sizes of the first 0.1 s": samples(36 + 4_800, 4_800),
    "sizes of 0xFFFFFFFF": samples(2**32 - 1, 2**32 - 1),
}
taken = []
for seed in range(300):
    noise = (np.random.default_rng(seed).normal(size=24_000) * 300).astype("<i2")
    noise[0] = -1 - seed
    try:
        read, rate = soundfile.read(io.BytesIO(noise.tobytes()))
        taken.append(f"{len(read)} samples at {rate} Hz")
    except soundfile.SoundFileError:
        pass
for name, count in seen.items():
    print(f"24,000 samples, {name}: {count:,} are read, no error")
print(f"raw 16-bit noise, 300 clips: {len(taken)} are read as MP3, e.g. {taken[:1]}")
expected = [0, 2_400, 24_000]
sys.exit(0 if list(seen.values()) == expected and taken else 1)
PYTHON

#!/bin/sh
# soundfile 0.14.0 (libsndfile 1.2.2) on a SPHERE file whose header has 2,048 bytes, as its second
# line says, with the field sample_coding behind byte 1,024. One would expect the mu-law sound that it
# holds, or an error. Seen: the samples are found where they are, but the fields behind byte 1,024 are
# not looked at, so mu-law is read as signed 8-bit PCM (PCM_S8), without a word; the very fields in
# another order are read right. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'soundfile==0.14.0' 'numpy'
cd "$folder"
venv/bin/python - <<'PYTHON'
import io
import sys

import numpy as np
import soundfile

tone = 0.25 * np.sin(np.arange(8_000) * 0.1)
coded = io.BytesIO()
soundfile.write(coded, tone, 8_000, format="RAW", subtype="ULAW")
fields = [
    "channel_count -i 1", "sample_count -i 8000", "sample_rate -i 8000", "sample_n_bytes -i 1",
    "sample_byte_format -s1 1", "sample_sig_bits -i 8",
]
notes = [f"note_{number} -s80 {'x' * 80}" for number in range(12)]
coding = ["sample_coding -s4 ulaw"]
seen = {}
for where, lines in {"first": [*coding, *notes], "last": [*notes, *coding]}.items():
    header = "\n".join(["NIST_1A", "   2048", *fields, *lines, "end_head", ""]).encode()
    with open("a.sph", "wb") as file:
        file.write(header.ljust(2_048) + coded.getvalue())
    heard, _ = soundfile.read("a.sph")
    likeness = round(float(np.corrcoef(heard, tone)[0, 1]), 1)
    seen[where] = (soundfile.info("a.sph").subtype, len(heard), likeness)
print("soundfile", soundfile.__version__, "libsndfile", soundfile.__libsndfile_version__)
for where, value in seen.items():
    print(f"sample_coding {where}: {value}")
sys.exit(seen != {"first": ("ULAW", 8_000, 1.0), "last": ("PCM_S8", 8_000, -0.9)})
PYTHON

#!/bin/sh
# lhotse 1.33.0 on a cut with codec tokens and word times: what is cut out, and what stays behind.
# One would expect that a truncated cut gives the frames and word times of its span. Seen: of an
# array [8, T] with temporal_dim=1 the first axis is cut (codebooks, at full length, and later no
# rows at all, without an error), of [T, 8] the right one; the supervision moves by the offset, its
# word alignment does not; and validate(..., read_data=True) refuses any array that was read from
# JSON, since it compares a shape that is a tuple with one that is a list. Exits 1 if that changes.
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

import numpy as np
import soundfile
from lhotse import CutSet, NumpyFilesWriter, Recording, SupervisionSegment, validate
from lhotse.supervision import AlignmentItem

frames = 250
soundfile.write("a.wav", np.zeros(frames * 1920, np.int16), 24_000)
codes = np.arange(8 * frames, dtype=np.int16).reshape(8, frames)
cut = Recording.from_file("a.wav").to_cut()
word = AlignmentItem("hello", start=5.0, duration=0.5)
cut.supervisions = [
    SupervisionSegment("s", cut.recording.id, start=5.0, duration=2.0, alignment={"word": [word]})
]
with NumpyFilesWriter("arrays") as writer:
    for name, array, axis in (("wide", codes, 1), ("tall", codes.T, 0)):
        stored = writer.store_array(name, array, frame_shift=0.08, temporal_dim=axis, start=0)
        setattr(cut, name, stored)
CutSet.from_cuts([cut]).to_file("cuts.jsonl")
(cut,) = CutSet.from_file("cuts.jsonl")
seen = {}
for offset in (0.16, 4.0):
    piece = cut.truncate(offset=offset, duration=0.32)
    seen[f"[8, T] from {offset} s for 0.32 s"] = piece.load_wide().shape
    seen[f"[T, 8] from {offset} s for 0.32 s"] = piece.load_tall().shape
moved = cut.truncate(offset=4.0).supervisions[0]
seen["supervision's start, word's start"] = (moved.start, moved.alignment["word"][0].start)
try:
    validate(cut, read_data=True)
    seen["validate with read_data"] = "passes"
except AssertionError:
    seen["validate with read_data"] = "AssertionError"
print("lhotse", version("lhotse"))
for what, value in seen.items():
    print(f"{what}: {value}")
sys.exit(
    seen
    != {
        "[8, T] from 0.16 s for 0.32 s": (4, 250),
        "[T, 8] from 0.16 s for 0.32 s": (4, 8),
        "[8, T] from 4.0 s for 0.32 s": (0, 250),
        "[T, 8] from 4.0 s for 0.32 s": (4, 8),
        "supervision's start, word's start": (1.0, 5.0),
        "validate with read_data": "AssertionError",
    }
)
PYTHON

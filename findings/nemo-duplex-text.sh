#!/bin/sh
# nemo_toolkit 3.0.0, two of its duplex datasets on the same valid turn: .4 s (5 frames of 80 ms) at
# 1 s, with 6 tokens, whose word times stand inline. One would expect a turn's text to stay in its
# turn. Seen: in DuplexS2SDataset EOS replaces one token at the turn's end and the text runs on
# behind it, without a warning; DuplexSTTDataset lays words by their times and drops the tokens of a
# word that has more tokens than frames, also without one. Exits 1 if that changes (2.5 GB).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'torch==2.13.0'
"$folder/venv/bin/pip" install -q 'nemo_toolkit[core,asr-only,common-only]==3.0.0' peft 'lhotse==1.33.0'
cd "$folder"
venv/bin/python - <<'PYTHON'
import logging
import sys
from importlib.metadata import version

import numpy as np
import soundfile
from lhotse import CutSet, Recording, SupervisionSegment
from nemo.collections.speechlm2.data.duplex_stt_dataset import DuplexSTTDataset
from nemo.collections.speechlm2.data.s2s_dataset import DuplexS2SDataset


class Letters:
    """A token a letter, 10 and up; 1 and 2 begin and end a turn, 0 is silence."""

    bos, eos, pad, unk_id = 1, 2, 0, 0
    bos_id, eos_id, pad_id = bos, eos, pad

    def text_to_ids(self, text):
        return [ord(letter) - ord("a") + 10 for letter in text if letter != " "]


soundfile.write("a.wav", np.zeros(48_000, np.int16), 24_000)
recording = Recording.from_file("a.wav")
cut = recording.to_cut()
cut.target_audio = recording
text = "<|0|> ab <|1|> <|2|> cdef <|3|>"
cut.supervisions = [
    SupervisionSegment("a", recording.id, 1.0, 0.4, text=text, speaker="agent"),
    SupervisionSegment("u", recording.id, 0.0, 0.4, text="g", speaker="user"),
]
cuts = CutSet.from_cuts([cut])
s2s = DuplexS2SDataset(Letters(), 0.08, 24_000, 24_000)[cuts]["target_tokens"][0].tolist()
stt = DuplexSTTDataset(Letters(), 0.08, 24_000)[cuts]["audio_data"]["target_tokens"][0].tolist()
print("nemo_toolkit", version("nemo_toolkit"), "- BOS 1, EOS 2, a..f 10..15, frame 13 is 1.04 s")
print("DuplexS2SDataset, frames 12 to 20:", s2s[12:21])
print("DuplexSTTDataset, frames 12 to 20:", stt[12:21])
expected = [0, 1, 10, 11, 12, 13, 2, 15, 0], [0, 1, 10, 11, 12, 13, 2, 0, 0]
sys.exit((s2s[12:21], stt[12:21]) != expected)
PYTHON

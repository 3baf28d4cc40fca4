#!/bin/sh
# A phonemiser meets "Mm-hmm.", the commonest backchannel of spoken English. One would bet that it is said. espeak-ng 1.52 (and with it
# phonemizer, kokoro-onnx, Piper) spells what its rules do not know: "Mm-hmm" becomes "em em hum", "Mhm" "em aitch em", "Shh" three
# letters; "Huh", "Uh-huh", "Wow" are said. A speech model on top of it says the letters, clearly and in a good voice.
# Exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q phonemizer==3.4.0 espeakng-loader==0.2.4
"$folder/venv/bin/python" - <<'PY'
import sys

import espeakng_loader
from phonemizer import phonemize
from phonemizer.backend.espeak.wrapper import EspeakWrapper

EspeakWrapper.set_library(espeakng_loader.get_library_path())
EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
SPELLED = {"Mm-hmm.": "ˌɛmˈɛm", "Mhm.": "ˌɛmˌeɪtʃˈɛm", "Mm.": "ˌɛmˈɛm", "Hm.": "ˌeɪtʃˈɛm", "Shh.": "ˌɛsˌeɪtʃ"}
SAID = {"Uh-huh.": "ˈʌhˈʌ", "Huh?": "hˈʌ", "Wow.": "wˈaʊ", "Hmm.": "həm"}
found = {text: phonemize(text, "en-us", with_stress=True).strip() for text in {**SPELLED, **SAID}}
print("espeakng-loader 0.2.4 (espeak-ng 1.52), phonemizer 3.4.0, en-us")
for text, phonemes in found.items():
    print(f"{text:8} {phonemes}")
sys.exit(not all(found[text].startswith(start) for text, start in {**SPELLED, **SAID}.items()))
PY

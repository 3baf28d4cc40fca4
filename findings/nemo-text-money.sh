#!/bin/sh
# nemo_text_processing 1.2.0 (the text normaliser of NVIDIA NeMo) on four plain amounts of money.
# One would expect a sign, a point and a scale to be said. Seen: the minus of "-$35.20" stays a
# bare hyphen, though that of "-12°C" is said; "$1.5M-2M" is cut at its point ("one dollar. five
# M-two M"); "$5T" is "dollar five T"; "50¢" is left as it is. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q 'nemo_text_processing==1.2.0' 'pynini==2.1.6.post1'
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

from nemo_text_processing.text_normalization.normalize import Normalizer

print("nemo_text_processing", version("nemo_text_processing"), "pynini", version("pynini"))
seen = {
    "Your balance is -$35.20.": "Your balance is - thirty five dollars twenty cents.",
    "It dropped to -12°C overnight.": "It dropped to minus twelve degrees Celsius overnight.",
    "It's $1.5M-2M.": "It's one dollar. five M-two M.",
    "Valued at $5T now.": "Valued at dollar five T now.",
    "The fee is 50¢ per text.": "The fee is 50¢ per text.",
}
normalizer = Normalizer(input_case="cased", lang="en")
said = {written: normalizer.normalize(written) for written in seen}
for written, reading in said.items():
    print(f"{written}  ->  {reading}")
sys.exit(said != seen)
PYTHON

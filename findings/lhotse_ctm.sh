#!/usr/bin/env bash
# lhotse 1.33.0 lays word times of a CTM on supervisions (with_alignment_from_ctm). Expected: what NIST's plan for RT-09 allows, which sclite
# reads. Found: a comment (;;), a confidence of NA, alternatives and a channel called A each end in a ValueError for the whole file; an entry
# of the type non-lex, which is a noise and no word, becomes a word without a word said.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv env
env/bin/pip install -q torch==2.13.0
env/bin/pip install -q lhotse==1.33.0 urllib3 # which it imports and does not ask for
cat > look.py <<'END'
import sys

import lhotse
from lhotse import SupervisionSegment, SupervisionSet

FILES = {
    "plain": "call 1 1.0 0.5 you're 0.9\ncall 1 2.0 0.5 home 0.8\n",
    "a comment": ";; by hand\ncall 1 1.0 0.5 you're 0.9\n",
    "NA": "call 1 1.0 0.5 you're NA\n",
    "channel A": "call A 1.0 0.5 you're 0.9\n",
    "alternatives": "call 1 * * <ALT_BEGIN>\ncall 1 1.0 0.5 you're 0.9\ncall 1 * * <ALT>\n"
    "call 1 1.0 0.2 you 0.9\ncall 1 1.2 0.3 are 0.9\ncall 1 * * <ALT_END>\n",
    "a noise": "call 1 1.0 0.5 you're 0.9 lex ann\ncall 1 2.0 0.5 [door] 0.9 non-lex ann\n",
}
EXPECTED = {"plain": "you're home", "a noise": "you're [door]"}


def words(text):
    with open("a.ctm", "w") as file:
        file.write(text)
    turn = SupervisionSegment("turn", "call", 0, 10, 0, text="you're home")
    found = SupervisionSet.from_segments([turn]).with_alignment_from_ctm("a.ctm", match_channel=False)
    return " ".join(item.symbol for turn in found for item in turn.alignment["word"])


print(f"lhotse {lhotse.__version__}")
read = {}
for name, text in FILES.items():
    try:
        read[name] = words(text)
        print(f"{name}: {read[name]}")
    except ValueError as error:
        print(f"{name}: ValueError: {error}")
sys.exit(read != EXPECTED)
END
env/bin/python look.py

#!/usr/bin/env bash
# Praat 6.1.38 writes three TextGrids: a label with a line break, a boundary at 0.00001 s (as 1e-05), a label beyond ASCII (the file is
# UTF-16 then). Expected: readers of TextGrids read them. Found: of four from PyPI, textgrid 1.6.1 alone reads all; praat-textgrids 1.4.0
# cuts the label at the line break without a word, tgt 1.5 ends there with an IndexError and takes UTF-16 for UTF-8, praatio 6.2.2 finds
# a "field missing" at the exponent.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv env
env/bin/pip install -q praat-parselmouth==0.4.7 praat-textgrids==1.4.0 praatio==6.2.2 TextGrid==1.6.1 tgt==1.5
cat > look.py <<'END'
import sys

import parselmouth
import textgrid
import textgrids
import tgt
from parselmouth.praat import call
from praatio import textgrid as praatio


def written(name, at, label):
    grid = call("Create TextGrid", 0, 3, "words", "")
    call(grid, "Insert boundary", 1, at)
    call(grid, "Set interval text", 1, 2, label)
    call(grid, "Save as text file", name)
    return name


READERS = {
    "tgt": lambda name: tgt.read_textgrid(name).tiers[0][-1].text,
    "praat-textgrids": lambda name: str(textgrids.TextGrid(name)["words"][-1].text),
    "praatio": lambda name: praatio.openTextgrid(name, False).getTier("words").entries[-1].label,
    "textgrid": lambda name: textgrid.TextGrid.fromFile(name)[0][-1].mark,
}
FILES = {
    "a line break": (written("break.TextGrid", 1.0, "two\nlines"), "two\nlines"),
    "an exponent": (written("exponent.TextGrid", 0.00001, "hello"), "hello"),
    "UTF-16": (written("utf16.TextGrid", 1.0, "na\u00efve"), "na\u00efve"),
}
FAIL = {
    ("tgt", "a line break"), ("praat-textgrids", "a line break"), ("praatio", "an exponent"),
    ("tgt", "UTF-16"),
}
print(f"Praat {parselmouth.PRAAT_VERSION}")
failed = set()
for what, (name, label) in FILES.items():
    for reader, read in READERS.items():
        try:
            found = repr(read(name))
        except Exception as error:
            found = f"{type(error).__name__}: {str(error)[:60]}"
        print(f"{what}: {reader} -> {found}")
        if found != repr(label):
            failed.add((reader, what))
sys.exit(failed != FAIL)
END
env/bin/python look.py

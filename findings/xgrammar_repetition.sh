#!/usr/bin/env bash
# xgrammar 0.2.8 (the engine that vLLM 0.33 pins for structured outputs) compiles a JSON Schema whose string has a pattern with up to 128
# repetitions, e.g. ^[a-z]{1,128}$, and fails an internal check from 129 on, also as {0,400}; maxLength 400 compiles. One would bet that a
# pattern of 400 characters is as good as one of 100: a schema that bounds a sentence is refused, with a message that names no pattern.
# What helps: whole blocks and a rest, ^([a-z]{100}){0,3}[a-z]{1,100}$. Optional runs in a row, [a-z]{1,100}[a-z]{0,100}..., compile too,
# but take minutes with a vocabulary of 150,000 tokens (not run here).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/v"
"$folder/v/bin/pip" install -q torch==2.13.0 numpy
"$folder/v/bin/pip" install -q xgrammar==0.2.8
"$folder/v/bin/python" - <<'PY'
import json
from importlib.metadata import version

import xgrammar

tokens = [chr(byte) for byte in range(128)] + ["<eos>"]
info = xgrammar.TokenizerInfo(tokens, vocab_type=xgrammar.VocabType.RAW, stop_token_ids=[128])


def compiles(schema):
    try:
        xgrammar.GrammarCompiler(info).compile_json_schema(json.dumps(schema))
    except RuntimeError as error:
        return str(error).strip().splitlines()[-1][-110:]
    return "compiles"


def text(**bounds):
    return {"type": "string", **bounds}


found = {
    "^[a-z]{1,128}$": compiles(text(pattern="^[a-z]{1,128}$")),
    "^[a-z]{1,129}$": compiles(text(pattern="^[a-z]{1,129}$")),
    "^[a-z]{0,400}$": compiles(text(pattern="^[a-z]{0,400}$")),
    "maxLength 400": compiles(text(minLength=1, maxLength=400)),
    "^([a-z]{100}){0,3}[a-z]{1,100}$": compiles(text(pattern="^([a-z]{100}){0,3}[a-z]{1,100}$")),
}
print("xgrammar", version("xgrammar"))
for name, said in found.items():
    print(f"{name:34} {said}")
fails = [name for name, said in found.items() if said != "compiles"]
assert fails == ["^[a-z]{1,129}$", "^[a-z]{0,400}$"], "the behaviour has changed"
assert "per_rule_fsm_hashes" in found["^[a-z]{1,129}$"], "the message has changed"
PY

#!/bin/sh
# transformers' Dia takes `logits_processor` in `generate`, as every model of the library does, and
# drops it without a word: GPT-2 calls the same processor at every token, Dia never (5.23.0, tiny
# models with random weights). Exits with 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q torch==2.13.0
"$folder/env/bin/pip" install -q transformers==5.23.0
"$folder/env/bin/python" - <<'PYTHON' 2>/dev/null
import sys

import torch
import transformers
from transformers import DiaConfig, DiaForConditionalGeneration, GPT2Config, GPT2LMHeadModel

print("transformers", transformers.__version__)
torch.manual_seed(0)


class Counter(transformers.LogitsProcessor):
    """Counts its calls and changes nothing."""

    calls = 0

    def __call__(self, input_ids, scores):
        self.calls += 1
        return scores


small = {"num_hidden_layers": 1, "hidden_size": 16, "intermediate_size": 32, "head_dim": 8}
heads = {"num_attention_heads": 2, "num_key_value_heads": 2}
cross = {f"cross_{name}": value for name, value in (heads | {"head_dim": 8}).items()}
dia = DiaForConditionalGeneration(
    DiaConfig(
        encoder_config=small | heads,
        decoder_config=small | heads | cross | {"cross_hidden_size": 16},
    )
)
gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=256, n_embd=16, n_layer=1, n_head=2))
text = torch.tensor([[1, 72, 105, 46]])
seen = {}
for name, model, given in (("GPT-2", gpt2, {"pad_token_id": 0}), ("Dia", dia, {})):
    counter = Counter()
    model.generate(
        text,
        attention_mask=torch.ones_like(text),
        logits_processor=transformers.LogitsProcessorList([counter]),
        max_new_tokens=20,
        do_sample=True,
        **given,
    )
    seen[name] = counter.calls
    print(f"{name}: the processor was called {counter.calls} times")
sys.exit(not (seen["GPT-2"] > 0 and seen["Dia"] == 0))
PYTHON

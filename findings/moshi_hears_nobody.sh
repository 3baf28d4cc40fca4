#!/usr/bin/env bash
# moshi 0.2.13: LMGen (and so moshi.server) takes a model that predicts the user's rows too (dep_q 16, as PersonaPlex's) and never hears
# the user: the same answer to any sound, without a word of warning.
# One would bet that a model which reads 16 audio rows is given the user's 8 whatever it predicts, or that what does not fit is refused.
# Seen: step() keeps `num_codebooks - dep_q - 1` of the rows it is given, which is none of them with dep_q 16, and the model feeds itself
# a user that it made up. With the depth steps 8 to 15 left out of the weights (dep_q 8) it hears.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip install -q --disable-pip-version-check"
$pip torch==2.13.0
$pip --no-deps moshi==0.2.13
$pip sphn==0.2.1 einops==0.8.2 safetensors==0.7.0 'huggingface-hub<1' sentencepiece==0.2.1 numpy==2.2.6 tqdm
NO_TORCH_COMPILE=1 "$folder/venv/bin/python" - <<'PY'
import sys

import torch
from moshi.models import LMGen, loaders

SIZES = dict(
    dim=64, num_heads=4, num_layers=2, text_card=128, card=64, n_q=16, context=100,
    depformer_dim=32, depformer_num_heads=2, depformer_num_layers=1, depformer_dim_feedforward=64,
)

def answer(model, user):
    """Tokens of 20 frames to a user who says one code over and over; greedy."""
    generator = LMGen(model, use_sampling=False)
    with torch.no_grad(), generator.streaming(1):
        frames = [generator.step(torch.full((1, 8, 1), user)) for _ in range(20)]
    return torch.cat([frame for frame in frames if frame is not None], dim=-1)[:, :9]

differ = {}
for dep_q in (8, 16):
    torch.manual_seed(0)
    model = loaders.get_moshi_lm(None, loaders._lm_kwargs | SIZES | {"dep_q": dep_q}, "cpu", torch.float32).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    one, other = answer(model, 3), answer(model, 40)
    differ[dep_q] = int((one != other).sum())
    print(f"dep_q {dep_q}: {differ[dep_q]} of {one.numel()} tokens depend on what the user says")
if differ[16] or not differ[8]:
    sys.exit("changed: a model of dep_q 16 hears the user")
PY
echo "as found: moshi 0.2.13"

#!/bin/sh
# transformers 5.24 renamed the state of MimiModel.encode: `encoder_past_key_values` is
# `encoder_cache`. Whoever passes the old name gets no error and no warning: with use_streaming each
# frame is encoded as if there had been none before it, and the tokens are others. The same loop on
# the same weights: all tokens as the whole's in 5.23.0, a third of them in 5.24.0 (a tiny model with
# random weights). Exits with 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/stream.py" <<'PYTHON'
import sys
import warnings

import torch
import transformers
from transformers import MimiConfig, MimiModel

warnings.simplefilter("error")
folder, wanted = sys.argv[1:]
torch.manual_seed(0)
if wanted == "same":
    config = MimiConfig(
        hidden_size=32, num_filters=4, num_hidden_layers=2, intermediate_size=64,
        num_attention_heads=2, num_key_value_heads=2, head_dim=16, codebook_size=16,
        codebook_dim=8, vector_quantization_hidden_dimension=8, upsample_groups=32,
        num_quantizers=4, layer_scale_initial_scale=1.0, initializer_range=0.5,
    )
    model = MimiModel(config).eval()
    for name, buffer in model.named_buffers():
        if name.endswith("embed_sum"):
            buffer.normal_()
        elif name.endswith("cluster_usage"):
            buffer.fill_(1)
    model.save_pretrained(folder)
else:
    model = MimiModel.from_pretrained(folder).eval()
torch.manual_seed(1)
sound = 0.1 * torch.randn(1, 1, 20 * 1_920)
frames, state, padding = [], None, None
with torch.inference_mode():
    whole = model.encode(sound, num_quantizers=4).audio_codes
    for frame in sound.reshape(-1, 1, 1, 1_920):
        made = model.encode(
            frame,
            num_quantizers=4,
            use_streaming=True,
            padding_cache=padding,
            encoder_past_key_values=state,
        )
        padding = made.padding_cache
        state = getattr(made, "encoder_past_key_values", None) or made.encoder_cache
        frames.append(made.audio_codes)
same = (torch.cat(frames, dim=-1) == whole).float().mean().item()
print(f"transformers {transformers.__version__}: the sum of all tokens at once {int(whole.sum())},"
      f" frame by frame with the state under its old name {same:.0%} of them the same")
sys.exit(not (same == 1.0 if wanted == "same" else same < 0.6))
PYTHON
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install -q torch==2.13.0
"$folder/env/bin/pip" install -q transformers==5.23.0
"$folder/env/bin/python" "$folder/stream.py" "$folder/model" same
"$folder/env/bin/pip" install -q transformers==5.24.0
"$folder/env/bin/python" "$folder/stream.py" "$folder/model" other

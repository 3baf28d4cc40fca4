"""Chatterbox of chatterbox-tts's own classes, with few layers and random weights.

Widths are the package's, which fixes them; what is left out is depth.
"""

from __future__ import annotations

from typing import Any

from datagen.backends.speech.chatterbox import Chatterbox
from datagen.backends.speech.chatterbox_model import ChatterboxModel

STOPS = 4.0
"""Factor on the weights of the end of speech, so that random rows end now and then."""


def t3(variant: str, layers: int = 2) -> Any:
    """Return T3: two layers of it."""
    import torch
    from chatterbox.models.t3 import T3, llama_configs
    from chatterbox.models.t3.modules.t3_config import T3Config

    torch.manual_seed(0)
    hp = T3Config.english_only()
    small: dict[str, Any] = {"num_hidden_layers": layers, "intermediate_size": 64}
    if variant == "turbo":
        small = {"n_layer": layers, "n_inner": 64, "n_positions": 1_600}
        hp = T3Config(text_tokens_dict_size=50_276)
        hp.llama_config_name = "GPT2_medium"
        hp.speech_tokens_dict_size, hp.speech_cond_prompt_len = 6_563, 375
        hp.input_pos_emb = None
        hp.use_perceiver_resampler = hp.emotion_adv = False
    configs = llama_configs.LLAMA_CONFIGS
    whole = configs[hp.llama_config_name]
    try:
        configs[hp.llama_config_name] = whole | small
        made = T3(hp).eval()
    finally:
        configs[hp.llama_config_name] = whole
    with torch.no_grad():
        made.speech_head.weight *= 6
        made.speech_head.weight[hp.stop_speech_token] *= STOPS
    return made


def s3gen(variant: str) -> Any:
    """Return S3Gen with a layer of each kind and a narrow vocoder, whose sound is not silent."""
    import torch
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.s3gen.f0_predictor import ConvRNNF0Predictor
    from chatterbox.models.s3gen.hifigan import HiFTGenerator

    torch.manual_seed(0)
    made = S3Gen(meanflow=variant == "turbo").eval()
    made.mel2wav = HiFTGenerator(
        sampling_rate=24_000,
        base_channels=64,
        upsample_rates=[8, 5, 3],
        upsample_kernel_sizes=[16, 11, 7],
        source_resblock_kernel_sizes=[7, 7, 11],
        source_resblock_dilation_sizes=[[1, 3, 5]] * 3,
        f0_predictor=ConvRNNF0Predictor(cond_channels=32),
    ).eval()
    estimator, encoder = made.flow.decoder.estimator, made.flow.encoder
    estimator.mid_blocks = estimator.mid_blocks[:1]
    for block in (*estimator.down_blocks, *estimator.mid_blocks, *estimator.up_blocks):
        block[1] = block[1][:1]
    encoder.encoders, encoder.up_encoders = encoder.encoders[:1], encoder.up_encoders[:1]
    with torch.no_grad():
        for module in made.flow.modules():
            if getattr(module, "bias", None) is not None:  # or padding would stay zero by itself
                module.bias += torch.randn_like(module.bias) * 0.05
        made.mel2wav.conv_post.parametrizations.weight.original0 *= 3
        made.mel2wav.f0_predictor.classifier.bias += 150
    return made


class Letters:
    """Stands in for both tokenizers: a token a letter."""

    def text_to_tokens(self, text: str) -> Any:
        import torch

        return torch.tensor([[1 + ord(letter) % 250 for letter in text]])

    def __call__(self, text: str, **options: Any) -> Any:
        from types import SimpleNamespace

        return SimpleNamespace(input_ids=self.text_to_tokens(text))


def package(variant: str = "english") -> Any:
    """Return the package's own class with all its parts."""
    import torch

    torch.set_num_threads(1)
    if variant == "turbo":
        from chatterbox.tts_turbo import ChatterboxTurboTTS as Model

        made_t3 = t3(variant)
        del made_t3.tfmr.wte  # as the package does
    else:
        from chatterbox.tts import ChatterboxTTS as Model

        made_t3 = t3(variant)
    from chatterbox.models.voice_encoder import VoiceEncoder

    torch.manual_seed(1)
    return Model(made_t3, s3gen(variant), VoiceEncoder().eval(), Letters(), "cpu")


def conditionals(seed: int, prompt: int = 20, tokens: int = 150) -> Any:
    """Return what the package makes of a recording, at random."""
    import torch
    from chatterbox.models.t3.modules.cond_enc import T3Cond
    from chatterbox.tts import Conditionals

    rng = torch.Generator().manual_seed(seed)
    voice = T3Cond(
        speaker_emb=torch.randn(1, 256, generator=rng),
        cond_prompt_speech_tokens=torch.randint(0, 6_561, (1, tokens), generator=rng),
        emotion_adv=0.5 * torch.ones(1, 1, 1),
    )
    heard = {
        "prompt_token": torch.randint(0, 6_561, (1, prompt), generator=rng),
        "prompt_token_len": torch.tensor([prompt]),
        "prompt_feat": torch.randn(1, 2 * prompt, 80, generator=rng),
        "prompt_feat_len": None,
        "embedding": torch.randn(1, 192, generator=rng),
    }
    return Conditionals(voice, heard)


class Tiny(Chatterbox):
    """The adapter on tiny models."""

    @classmethod
    def _load(cls, options: Chatterbox.Options) -> ChatterboxModel:
        return ChatterboxModel(package(options.variant), options.precision)

"""S3Gen, Chatterbox's decoder, in batches: speech tokens in voices -> sound.

    tokens --encoder, flow--> mel [80, M] --HiFT, masked--> [S] at 24 kHz

Rows are right-padded. What follows a row's end is masked wherever it could be heard in the row, so
that a row sounds as it does alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from datagen.backends.speech.chatterbox_noise import RowNoise

HOP = 480
"""Samples of a mel frame."""
FLOW_STEPS, MEANFLOW_STEPS = 10, 2
"""Steps of the flow in chatterbox-tts 0.1.7: of the English model, and of Turbo."""


@dataclass(frozen=True, slots=True)
class SoundRow:
    """One text's speech tokens, to be heard in a voice."""

    tokens: Any
    """[N]"""
    voice: Mapping[str, Any]
    """What `S3Gen.embed_ref` makes of a recording."""
    noise: RowNoise


class SoundDecoder:
    """S3Gen with its weights, and the precision in which its flow, most of its work, is solved."""

    def __init__(self, s3gen: Any, precision: str = "float32") -> None:
        import torch

        self._torch = torch
        self._precision = getattr(torch, precision)
        self._s3gen = s3gen
        self._flow = s3gen.flow
        self._vocoder = s3gen.mel2wav

    def decode(self, rows: Sequence[SoundRow]) -> list[Any]:
        """Return the sound [S] of each row, in order."""
        fade = self._s3gen.trim_fade
        with self._torch.inference_mode():
            waves = self._waves(self._mels(rows), rows)
            for wave in waves:
                wave[: len(fade)] *= fade[: len(wave)]  # less of the recording's end is heard
        return waves

    def _mels(self, rows: Sequence[SoundRow]) -> list[Any]:
        """Return the mel spectrogram [80, M] of each row."""
        torch, flow, pad = self._torch, self._flow, self._torch.nn.utils.rnn.pad_sequence
        device = self._s3gen.device
        prompts = [row.voice["prompt_feat"][0].to(device) for row in rows]
        tokens = [
            torch.cat([row.voice["prompt_token"][0].to(device).long(), row.tokens.to(device)])
            for row in rows
        ]
        speakers = torch.cat([torch.atleast_2d(row.voice["embedding"]).to(device) for row in rows])
        speakers = flow.spk_embed_affine_layer(torch.nn.functional.normalize(speakers, dim=1))
        lengths = torch.tensor([len(row) for row in tokens], device=device)
        hidden, lengths = self._encode(pad(tokens, batch_first=True), lengths)
        heard = torch.zeros_like(hidden)
        for row, prompt in zip(heard, prompts, strict=True):
            row[: len(prompt)] = prompt
        means, conditions = (x.transpose(1, 2).contiguous() for x in (hidden, heard))
        mask = _up_to(lengths, hidden.shape[1])[:, None].to(means)
        noise = pad(
            [self._noise(*one).T for one in zip(rows, lengths.tolist(), prompts, strict=True)],
            batch_first=True,
        )
        given = {"mu": means, "mask": mask, "spks": speakers, "cond": conditions}
        rounded = self._precision != torch.float32
        with torch.autocast(device.type, self._precision, enabled=rounded):
            mels = self._solve(noise.transpose(1, 2).contiguous(), given).float()
        return [
            mel[:, len(prompt) : length]
            for mel, prompt, length in zip(mels, prompts, lengths.tolist(), strict=True)
        ]

    def _encode(self, tokens: Any, lengths: Any) -> tuple[Any, Any]:
        """Return tokens [B, N] as means of the mel frames [B, 2N, 80], and the rows' lengths."""
        encoder = self._flow.encoder
        mask = _up_to(lengths, tokens.shape[1])[:, None]
        hidden = self._flow.input_embedding(tokens) * mask.transpose(1, 2)
        hidden, positions, _ = encoder.embed(hidden, mask)
        # the layer that looks ahead must find nothing after the end, and `embed` has a bias
        hidden = encoder.pre_lookahead_layer(hidden * mask.transpose(1, 2))
        hidden = encoder.forward_layers(hidden, mask, positions, mask)
        hidden, lengths = encoder.up_layer(hidden.transpose(1, 2).contiguous(), lengths)
        mask = _up_to(lengths, hidden.shape[2])[:, None]
        hidden, positions, _ = encoder.up_embed(hidden.transpose(1, 2).contiguous(), mask)
        hidden = encoder.forward_up_layers(hidden, mask, positions, mask)
        if encoder.normalize_before:
            hidden = encoder.after_norm(hidden)
        return self._flow.encoder_proj(hidden), lengths

    def _noise(self, row: SoundRow, length: int, prompt: Any) -> Any:
        """Return what a row's flow begins with [80, T]: noise, drawn as the package draws it."""
        torch, device = self._torch, self._s3gen.device
        draw = {"device": device, "dtype": self._s3gen.dtype}
        with row.noise.drawing():
            own = torch.randn(1, 80, 2 * len(row.tokens), **draw) if self._s3gen.meanflow else None
            noise = torch.randn(1, 80, length, **draw)
        if own is not None:
            noise[..., length - own.shape[2] :] = own
        return noise[0]

    def _solve(self, noise: Any, given: Mapping[str, Any]) -> Any:
        """Let the flow turn noise [B, 80, T] into mel spectrograms."""
        torch, decoder = self._torch, self._flow.decoder
        if not self._s3gen.meanflow:
            times = torch.linspace(0, 1, FLOW_STEPS + 1, device=noise.device, dtype=noise.dtype)
            times = 1 - torch.cos(times * 0.5 * torch.pi)
            return decoder.solve_euler(noise, t_span=times, **given)
        times = torch.linspace(0, 1, MEANFLOW_STEPS + 1, device=noise.device, dtype=noise.dtype)
        for time, after in zip(times[:-1, None], times[1:, None], strict=True):
            noise = noise + (after - time) * decoder.estimator(noise, t=time, r=after, **given)
        return noise

    def _waves(self, mels: Sequence[Any], rows: Sequence[SoundRow]) -> list[Any]:
        """Return the sound [S] of each row's mel spectrogram [80, M]."""
        torch, vocoder = self._torch, self._vocoder
        lengths = [mel.shape[1] for mel in mels]
        longest = max(2, *lengths)
        pad = torch.nn.functional.pad
        padded = torch.stack([pad(mel, (0, longest - mel.shape[1])) for mel in mels])
        with _masked(vocoder, lengths, longest):
            pitch = vocoder.f0_predictor(padded)
            sources = []
            for row, one, length in zip(rows, pitch, lengths, strict=True):
                with row.noise.drawing():
                    source = vocoder.m_source(
                        vocoder.f0_upsamp(one[None, None, :length]).transpose(1, 2)
                    )[0].transpose(1, 2)
                # the spectrogram of a source alone is taken as if its end were mirrored
                edge = min(vocoder.istft_params["n_fft"] // 2, (longest - length) * HOP)
                source = pad(source, (0, edge), mode="reflect") if edge else source
                sources.append(pad(source, (0, longest * HOP - source.shape[2])))
            waves = vocoder.decode(x=padded, s=torch.cat(sources))
        return [
            self._ended(wave[: length * HOP].clone(), length == longest)
            for wave, length in zip(waves, lengths, strict=True)
        ]

    def _ended(self, wave: Any, whole: bool) -> Any:
        """Undo that the last samples were averaged with a frame that is not the row's."""
        if whole:
            return wave
        hop, limit = self._vocoder.istft_params["hop_len"], self._vocoder.audio_limit
        squares = self._vocoder.stft_window.to(wave) ** 2
        full = squares.reshape(-1, hop).sum(0)
        wave[-hop:] *= full / (full - squares[:hop])
        return wave.clamp_(-limit, limit)


def _up_to(lengths: Any, longest: int) -> Any:
    """Return a mask [B, T] that is true before each row's end."""
    import torch

    return torch.arange(longest, device=lengths.device) < lengths[:, None]


@contextmanager
def _masked(vocoder: Any, lengths: Sequence[int], longest: int) -> Iterator[None]:
    """Keep what follows a row's end from its convolutions, at each of their rates."""
    import torch

    def before(module: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (heard,) = inputs
        rate, extra = divmod(heard.shape[2], longest)
        ends = torch.tensor([length * rate + extra for length in lengths], device=heard.device)
        return (heard * _up_to(ends, heard.shape[2])[:, None],)

    def silent(module: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Let nothing of a frame after the end into the last samples."""
        rate, extra = divmod(output.shape[2], longest)
        for row, length in zip(output, lengths, strict=True):
            row[:, length * rate + extra :] = 0
            row[: len(row) // 2, length * rate + extra :] = -100
        return output

    kinds = (torch.nn.Conv1d, torch.nn.ConvTranspose1d)
    hooks = [
        module.register_forward_pre_hook(before)
        for module in vocoder.modules()
        if isinstance(module, kinds) and min(lengths) < longest
    ]
    hooks.append(vocoder.conv_post.register_forward_hook(silent))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()

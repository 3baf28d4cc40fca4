import numpy as np
import pytest

pytest.importorskip("torch")

from train import prompt
from train.prompt import ExampleParts, Marks, PromptPolicy


def example(frames: int = 9, voice: int = 7, tokens: int = 5, seed: int = 0) -> ExampleParts:
    rng = np.random.default_rng(seed)

    def codes(length: int) -> prompt.Tokens:
        return rng.integers(0, 2_048, (8, length)).astype(np.int16)

    return ExampleParts(
        text=rng.integers(0, 32_000, frames).astype(np.int16),
        agent=codes(frames),
        user=codes(frames),
        voice=codes(voice),
        prompt=rng.integers(4, 32_000, tokens).astype(np.int16),
    )


def feed(dialogue: ExampleParts) -> list[list[int]]:
    """Inference's own order, a frame at a time, from its description: not the code under test."""
    silence = [948, 243, 1178, 546, 1736, 1030, 1978, 2008]
    sine = [430, 1268, 381, 1611, 1095, 1495, 56, 472]
    frames = [[3, *column, *sine] for column in dialogue.voice.T.tolist()]
    frames += [[3, *silence, *sine] for _ in range(int(0.5 * 12.5))]
    frames += [[token, *silence, *sine] for token in dialogue.prompt.tolist()]
    frames += [[3, *silence, *sine] for _ in range(int(0.5 * 12.5))]
    for t in range(len(dialogue.text)):
        frames.append(
            [int(dialogue.text[t]), *dialogue.agent[:, t].tolist(), *dialogue.user[:, t].tolist()]
        )
    return frames


@pytest.mark.parametrize(("voice", "tokens", "frames"), [(7, 5, 9), (1, 1, 1), (63, 120, 40)])
def test_equals_what_inference_feeds_frame_by_frame(voice: int, tokens: int, frames: int) -> None:
    dialogue = example(frames, voice, tokens)
    codes, mask = prompt.assemble(dialogue, Marks())
    assert codes.T.tolist() == feed(dialogue)
    start = voice + 6 + tokens + 6
    assert mask.shape == codes.shape
    assert not mask[:, :start].any()
    assert mask[:, start:].all()


def test_the_prompt_keeps_its_tokens_and_only_the_mask_silences_it() -> None:
    codes, mask = prompt.assemble(example(), Marks())
    assert (codes >= 0).all()
    assert mask.sum() == 17 * 9


def test_a_long_dialogue_loses_its_tail_and_the_prompt_nothing() -> None:
    dialogue = example(frames=2_100)
    codes, mask = prompt.assemble(dialogue, Marks())
    assert codes.shape == (17, 2_048)
    assert codes.T.tolist() == feed(dialogue)[:2_048]
    assert int((~mask[0]).sum()) == 7 + 6 + 5 + 6


def test_another_codec_brings_its_own_silence_and_sine() -> None:
    marks = Marks(silence=tuple(range(8)), sine=tuple(range(8, 16)), pad=9)
    codes, _ = prompt.assemble(example(), marks)
    assert codes[:, 8].tolist() == [9, *range(16)]


def arrays(num: int) -> dict[str, np.ndarray]:
    yes = np.ones(num, np.bool_)
    frames = np.tile(np.array([50, 40], np.int64), (num, 1))
    return {"swappable": yes, "shortenable": yes, "voice_frames": frames}


def test_nothing_is_drawn_unless_asked() -> None:
    drawn = prompt.roll(prompt.draw(0, 0, ["a", "b"]), PromptPolicy(), **arrays(2))
    assert not drawn.swapped.any()
    assert not drawn.level.any()
    assert drawn.voice_frames.tolist() == [50, 50]


def test_draws_follow_ids_and_epochs_and_not_order() -> None:
    ids = [f"service-{i:07d}" for i in range(2_000)]
    policy = PromptPolicy(min_voice_frames=38, swap_roles=0.3, shorten=0.5)
    uniform = prompt.draw(3, 1, ids)
    assert (uniform[::-1] == prompt.draw(3, 1, ids[::-1])).all()
    assert (uniform != prompt.draw(3, 2, ids)).any()
    drawn = prompt.roll(uniform, policy, **arrays(len(ids)))
    assert drawn.swapped.mean() == pytest.approx(0.3, abs=0.04)
    assert (drawn.level > 0).mean() == pytest.approx(0.5, abs=0.04)
    assert drawn.voice_frames[~drawn.swapped].min() == 38
    assert drawn.voice_frames[~drawn.swapped].max() == 50
    assert drawn.voice_frames[drawn.swapped].max() == 40


def test_no_role_is_swapped_where_the_user_has_none() -> None:
    policy = PromptPolicy(swap_roles=1.0, shorten=1.0)
    given = arrays(3) | {"swappable": np.zeros(3, bool), "shortenable": np.zeros(3, bool)}
    drawn = prompt.roll(prompt.draw(0, 0, ["a", "b", "c"]), policy, **given)
    assert not drawn.swapped.any()
    assert not drawn.level.any()

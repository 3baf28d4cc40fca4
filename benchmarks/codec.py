"""Measure the stand-in codec: `python benchmarks/codec.py [--utterances N]`.

Speed in times real time of two-channel dialogue on one core; STOI, and what PocketSphinx hears, of
espeak speech before and after the codec. Needs the extra `espeak` and the group `bench`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import soxr
from clips import speak
from pocketsphinx import Decoder
from pystoi import stoi

from datagen.backends.protocols import Codec
from datagen.backends.registry import CODECS
from datagen.config import BackendSpec
from datagen.types import SAMPLE_RATE, Audio

DIALOGUE = 60 * SAMPLE_RATE
GAP = SAMPLE_RATE // 5
ROUNDS = 5
SENTENCES = (
    "thank you for calling how can I help you today",
    "the premium plan costs four hundred and fifty dollars per month",
    "could you please confirm your date of birth for me",
    "I have been waiting nearly three weeks for this delivery",
    "no that is not what the other representative told me",
    "your appointment is on thursday at half past nine in the morning",
    "we can send a technician to your house tomorrow afternoon",
    "I would like to change the address on my account",
    "the total comes to seventy two dollars and sixteen cents",
    "is there anything else that I can do for you",
    "please hold the line while I look that up",
    "the kitchen closes at ten but the bar stays open until midnight",
    "you should receive a letter within five business days",
    "what happens if I cancel the contract before june",
    "that sounds great thank you very much for your help",
    "do I need to bring my passport to the office",
)
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--utterances", type=int, default=16)
    utterances = parser.parse_args().utterances
    codec = CODECS.load(BackendSpec(use="vocoder"))
    sentences = [SENTENCES[number % len(SENTENCES)] for number in range(utterances)]
    digits = [
        " ".join(np.random.default_rng(number).choice(DIGITS, 7)) for number in range(utterances)
    ]
    spoken = [utterance.audio for utterance in speak(sentences)]
    report_speed(codec, dialogue(spoken))
    measured = [stoi(audio, through(codec, audio), SAMPLE_RATE) for audio in spoken]
    print(f"STOI             {np.mean(measured):.3f} (worst {min(measured):.3f})")
    report_words("sentences", codec, Decoder(samprate=16_000, loglevel="FATAL"), sentences, spoken)
    spoken = [utterance.audio for utterance in speak(digits)]
    report_words("digits", codec, digit_decoder(), digits, spoken)


def dialogue(clips: Sequence[Audio]) -> list[Audio]:
    """Return two channels of a minute that take turns; one is silent while the other speaks."""
    channels = [np.zeros(DIALOGUE, np.float32) for _ in range(2)]
    place = turn = 0
    while place < DIALOGUE:
        clip = clips[turn % len(clips)]
        channels[turn % 2][place : place + len(clip)] = clip[: DIALOGUE - place]
        place += len(clip) + GAP
        turn += 1
    return channels


def report_speed(codec: Codec, channels: Sequence[Audio]) -> None:
    codes = [codec.encode(channel) for channel in channels]
    for name, work in (
        ("encode", lambda: [codec.encode(channel) for channel in channels]),
        ("decode", lambda: [codec.decode(code) for code in codes]),
    ):
        seconds = [cpu_seconds(work) for _ in range(ROUNDS)]
        rates = DIALOGUE / SAMPLE_RATE / np.array(seconds)
        print(f"{name}           {np.median(rates):.0f}x real time (best {rates.max():.0f}x)")


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def through(codec: Codec, audio: Audio) -> Audio:
    return codec.decode(codec.encode(audio))[: len(audio)]


def digit_decoder() -> Decoder:
    """Return a recogniser that knows the ten digits alone."""
    decoder = Decoder(samprate=16_000, loglevel="FATAL", lm=None)
    grammar = f"#JSGF V1.0; grammar digits; public <digits> = ({' | '.join(DIGITS)})+ ;"
    decoder.add_jsgf_string("digits", grammar)
    decoder.activate_search("digits")
    return decoder


def report_words(
    name: str, codec: Codec, decoder: Decoder, texts: Sequence[str], audios: Sequence[Audio]
) -> None:
    words = [text.lower().split() for text in texts]
    total = sum(map(len, words))
    before = sum(
        mistakes(said, hear(decoder, audio)) for said, audio in zip(words, audios, strict=True)
    )
    after = sum(
        mistakes(said, hear(decoder, through(codec, audio)))
        for said, audio in zip(words, audios, strict=True)
    )
    print(f"words, {name:9} {1 - before / total:.3f} before, {1 - after / total:.3f} after")


def hear(decoder: Decoder, audio: Audio) -> list[str]:
    sound = np.clip(soxr.resample(audio, SAMPLE_RATE, 16_000), -1, 1)
    decoder.start_utt()
    decoder.process_raw((sound * 32_767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return heard.hypstr.split() if heard else []


def mistakes(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the Levenshtein distance in words."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        before, costs = costs, [row]
        for column, other in enumerate(heard, 1):
            swap = before[column - 1] + (word != other)
            costs.append(min(before[column] + 1, costs[-1] + 1, swap))
    return costs[-1]


if __name__ == "__main__":
    main()

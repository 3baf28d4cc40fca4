"""How fast turns become two-channel conversations, against lhotse, sdialog and plain numpy.

    python benchmarks/timeline.py [--install, once] [--dialogs 200] [--write wav]

All write stereo and moved words from the same 24 kHz WAV turns with word times; one thread, CPU
time. Ours also draws the timeline, sets levels (measured by a voice stage) and writes the ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 24_000
TURNS = 14
ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-timeline"
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
SDIALOG_NEEDS = (
    *("pydantic", "print-color", "langchain", "langchain-core", "jinja2", "tqdm", "scipy"),
    *("librosa", "datasets", "pyyaml", "transformers", "sentence-transformers"),
    "langchain-ollama",
)
"""What it imports here; all it declares would bring a server, a vector store and a TTS."""
CONTENDERS = ("ours", "ours, phone + noise", "numpy", "lhotse mix", "sdialog")
IN_PEERS = ("lhotse mix", "sdialog")


def make_corpus(folder: Path, num_dialogues: int) -> None:
    """Write turns of some 5 s: words of a tone, 0.2 to 0.5 s each, with short gaps."""
    from datagen.audio.loudness import loudness, peak

    rng = np.random.default_rng(0)
    for index in range(num_dialogues):
        turns = []
        for place in range(TURNS):
            words, at, parts = [], 0.03, [np.zeros(round(0.03 * RATE))]
            for number in range(int(rng.integers(6, 21))):
                length, gap = rng.uniform(0.2, 0.5), rng.uniform(0.0, 0.08)
                time_ = np.arange(round(length * RATE)) / RATE
                tone = np.sin(2 * np.pi * rng.uniform(120, 300) * time_) * np.hanning(len(time_))
                parts += [0.2 * tone, np.zeros(round(gap * RATE))]
                words.append([f"word{number}", at, at + len(tone) / RATE])
                at += (len(tone) + len(parts[-1])) / RATE
            path = folder / f"{index:04}-{place:02}.wav"
            audio = np.concatenate(parts).astype(np.float32)
            soundfile.write(path, audio, RATE, subtype="PCM_16")
            level = {"loudness": loudness(audio), "peak": peak(audio)}
            turns.append({"path": str(path), "channel": place % 2, "words": words} | level)
        (folder / f"{index:04}.json").write_text(json.dumps(turns))


def dialogues(folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for path in sorted(folder.glob("[0-9]*.json")):
        yield path.stem, json.loads(path.read_text())


def read_pcm(path: str) -> Any:
    """Read 16 bits as float32 [S]."""
    with wave.open(path) as file:
        frames = file.readframes(file.getnframes())
    audio = np.frombuffer(frames, "<i2").astype(np.float32)
    audio *= np.float32(1 / 32768)
    return audio


def write_pcm(path: Path, channels: Any) -> None:
    """Write [C, S] as 16 bits, the way `datagen show --audio` does."""
    from datagen.audio import files

    with path.open("wb") as file:
        files.write(file, channels, "FLAC" if path.suffix == ".flac" else "WAV")


def ours(folder: Path, out: Path, suffix: str, effects: str | None = None) -> float:
    """Lay out, render and write; keep the placement for the others. Returns seconds of audio."""
    from datagen.audio.mix import render
    from datagen.backends.aligner.native import Native
    from datagen.backends.registry import FLOORS
    from datagen.config import TimelineSpec
    from datagen.stages.timeline import lay_out
    from datagen.timing.effects import chain as channel
    from datagen.timing.preset import load_preset

    change: dict[str, Any] = {"level": {"jitter": 0.0}}
    if effects:
        noise = {"rate": 1.0, "kinds": ["pink"]}
        change["effects"] = {"preset": effects, "noise": noise}
    preset = load_preset(TimelineSpec(preset="conversational", overrides=change))
    assert preset.floor is not None
    aligner, predictor, seconds = Native(Native.Options()), FLOORS.load(preset.floor), 0.0
    for name, turns in dialogues(folder):
        script, speech = _as_types(name, turns)
        dialogue = lay_out(
            script,
            speech,
            aligner,
            preset,
            predictor,
            run_seed=0,
            load_audio=lambda turn: np.zeros(0),
        )
        stereo = render(dialogue, {c.turn: c.audio for c in speech.clips if c.audio is not None})
        stereo = channel.apply(stereo, dialogue.events)
        write_pcm(out / f"{name}.{suffix}", stereo)
        (out / f"{name}.json").write_text(dialogue.model_dump_json())
        seconds += dialogue.num_samples / RATE
    return seconds


def _as_types(name: str, turns: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Read a dialogue's turns as the speech stage would hand them over."""
    from datagen.types import Clip, Persona, Script, Speech, SpokenWord, Turn, Voice

    clips, lines = [], []
    for index, turn in enumerate(turns):
        audio = read_pcm(turn["path"])
        words = tuple(
            SpokenWord(text=text, start=round(start * RATE), end=round(end * RATE))
            for text, start, end in turn["words"]
        )
        clips.append(Clip(index, len(audio), words, turn["loudness"], turn["peak"], audio))
        text = " ".join(word.text for word in words)
        speaker: Any = ("agent", "user")[turn["channel"]]
        lines.append(Turn(speaker=speaker, text=text, spoken=text))
    person = Persona(name="A", gender="female")
    voice = Voice(id="v", source="s", license="l", synthetic=True, gender="female")
    script = Script(
        dialog_id=name,
        kind="benchmark",
        split="train",
        domain="d",
        scenario="s",
        prompt_level="p",
        role_prompt="p",
        agent=person,
        user=person,
        turns=tuple(lines),
        writer="benchmark",
    )
    voices: Any = {"agent": voice, "user": voice}
    return script, Speech(name, voices, tuple(clips), {"agent": None, "user": None})


def placement(placed: Path, name: str) -> tuple[list[int], int]:
    """Return the sample where each turn's clip begins in our dialogue, and its length."""
    dialogue = json.loads((placed / f"{name}.json").read_text())
    starts = {segment["turn"]: segment["at"] for segment in dialogue["segments"]}
    return [starts[index] for index in range(TURNS)], dialogue["num_samples"]


def moved(turns: list[dict[str, Any]], starts: list[int]) -> list[Any]:
    return [
        [text, turn["channel"], start / RATE + begin, start / RATE + end]
        for turn, start in zip(turns, starts, strict=True)
        for text, begin, end in turn["words"]
    ]


def with_numpy(folder: Path, out: Path, suffix: str, placed: Path) -> float:
    """Add turns up, where ours placed them; read and write as ours does."""
    seconds = 0.0
    for name, turns in dialogues(folder):
        starts, num_samples = placement(placed, name)
        stereo = np.zeros((2, num_samples), np.float32)
        for turn, start in zip(turns, starts, strict=True):
            audio = read_pcm(turn["path"])
            stereo[turn["channel"], start : start + len(audio)] += audio
        write_pcm(out / f"{name}.{suffix}", stereo)
        (out / f"{name}.json").write_text(json.dumps(moved(turns, starts)))
        seconds += num_samples / RATE
    return seconds


def with_lhotse(folder: Path, out: Path, suffix: str, placed: Path) -> float:
    """Mix turns where ours placed them, with its own reader and writer."""
    from lhotse import Recording
    from lhotse.audio.backend import save_audio
    from lhotse.cut import MonoCut
    from lhotse.cut.set import mix

    seconds = 0.0
    for name, turns in dialogues(folder):
        starts, num_samples = placement(placed, name)
        channels = []
        for channel in (0, 1):
            mixed = None
            for turn, start in zip(turns, starts, strict=True):
                if turn["channel"] != channel:
                    continue
                recording = Recording.from_file(turn["path"])
                cut = recording.to_cut()
                assert isinstance(cut, MonoCut)
                if mixed is None:
                    mixed, first = cut, start
                else:
                    offset = (start - first) / RATE
                    mixed = mix(mixed, cut, offset=offset, allow_padding=True)
            audio = mixed.load_audio()[0]
            channel_audio = np.zeros(num_samples, np.float32)
            channel_audio[first : first + len(audio)] = audio[: num_samples - first]
            channels.append(channel_audio)
        save_audio(out / f"{name}.{suffix}", np.stack(channels), RATE)
        (out / f"{name}.json").write_text(json.dumps(moved(turns, starts)))
        seconds += num_samples / RATE
    return seconds


def with_sdialog(folder: Path, out: Path, suffix: str, placed: Path) -> float:
    """Its own timeline; the voice is replaced by one that reads the turn's file. It writes WAV."""
    from sdialog import Dialog, Turn
    from sdialog.audio.synthesis import to_audio
    from sdialog.audio.tts.base import BaseTTS

    class Reader(BaseTTS):
        queue: list[str]

        def generate(self, text: str, **options: Any) -> Any:
            return read_pcm(self.queue.pop(0)), RATE

    seconds = 0.0
    for name, turns in dialogues(folder):
        reader = Reader()
        reader.queue = [turn["path"] for turn in turns]
        lines = [
            Turn(
                speaker=("agent", "user")[turn["channel"]],
                text=" ".join(word for word, _, _ in turn["words"]),
            )
            for turn in turns
        ]
        to_audio(
            Dialog(turns=lines),
            path=str(out / name),
            voices={"agent": "a", "user": "b"},
            tts=reader,
            stereo=True,
            overlap=0.3,
            sample_rate=RATE,
            seed=0,
        )
        seconds += soundfile.info(out / f"{name}.wav").duration
    return seconds


def contend(name: str, folder: Path, out: Path, suffix: str, placed: Path) -> dict[str, float]:
    """Run one contender in this process."""
    run: dict[str, Callable[[Path, Path], float]] = {
        "ours": lambda *at: ours(*at, suffix),
        "ours, phone + noise": lambda *at: ours(*at, suffix, "phone"),
        "numpy": lambda *at: with_numpy(*at, suffix, placed),
        "lhotse mix": lambda *at: with_lhotse(*at, suffix, placed),
        "sdialog": lambda *at: with_sdialog(*at, suffix, placed),
    }
    with tempfile.TemporaryDirectory() as scratch:  # imports and tables, before the clock starts
        first = next(iter(sorted(folder.glob("[0-9]*.json"))))
        shutil.copy(first, scratch)
        run[name](Path(scratch), Path(scratch))
    start = time.process_time()
    seconds = run[name](folder, out)
    return {"audio": seconds, "cpu": time.process_time() - start}


def install() -> None:
    """Make the peers' environment. torch comes first and alone: lhotse takes what is there."""
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    pip = [str(PEERS / "bin" / "pip"), "install", "-q"]
    subprocess.run([*pip, "torch==2.13.0"], check=True)
    subprocess.run([*pip, "lhotse==1.33.0", "urllib3", "soundfile"], check=True)
    subprocess.run([*pip, "--no-deps", "sdialog==0.5.3"], check=True)
    subprocess.run([*pip, *SDIALOG_NEEDS], check=True)
    print(f"the peers are in {PEERS}; of what sdialog declares, what this needs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dialogs", type=int, default=200)
    parser.add_argument("--write", choices=["wav", "flac"], default="wav")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--contend", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.install:
        install()
        return
    if options.contend:
        name, folder, out, placed = options.contend
        found = contend(name, Path(folder), Path(out), options.write, Path(placed))
        print(json.dumps(found))
        return
    print(
        f"{options.dialogs} dialogues of {TURNS} turns, {options.write}; numpy {version('numpy')}"
    )
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        make_corpus(corpus, options.dialogs)
        placed = Path(folder) / "placed"
        placed.mkdir()
        _run("ours", corpus, placed, placed, options.write)
        for sound in placed.glob(f"*.{options.write}"):
            sound.unlink()
        for name in options.only:
            _race(name, corpus, placed, options.write)


def _race(name: str, corpus: Path, placed: Path, suffix: str) -> None:
    """Print one contender's line; what it writes is removed, so that the next one finds room."""
    with tempfile.TemporaryDirectory(dir=corpus.parent) as out:
        answer = _run(name, corpus, Path(out), placed, suffix)
    if answer.returncode:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"{name:<22} not run: {reason}")
        return
    found = json.loads(answer.stdout.splitlines()[-1])
    hours = found["audio"] / 3600
    print(f"{name:<22} {hours / found['cpu']:6.3f} h of audio per CPU second ({hours:.2f} h)")


def _run(
    name: str, corpus: Path, out: Path, placed: Path, suffix: str
) -> subprocess.CompletedProcess[str]:
    """Run one contender in a process of its own."""
    python = str(PEERS / "bin" / "python") if name in IN_PEERS else sys.executable
    command = [python, __file__, "--write", suffix, "--contend", name]
    command += [str(corpus), str(out), str(placed)]
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


if __name__ == "__main__":
    main()

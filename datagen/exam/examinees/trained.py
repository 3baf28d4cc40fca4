"""Asks a checkpoint of `python -m train`: one program with the model loaded, many items at once.

    sound, voice --codec of RUN--> codes --train sample--> codes, text --codec--> sound, words

The trainer has an environment of its own and is spoken to by files: requests go in as lines of
JSON, an answer is there when its record is. Nothing of it is imported.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from datagen.backends.registry import CODECS, TOKENIZERS
from datagen.engine.run_files import read_run
from datagen.exam.answers import AnswerRecord, read_sound
from datagen.exam.examinees.base import ModelReply, NoAnswer
from datagen.exam.examinees.text_row import calls_of, words_of
from datagen.exam.items import Exam, ExamItem
from datagen.show.decode import check, read_codes
from datagen.stages.tokens import voice_prompt
from datagen.storage import atomic
from datagen.storage.run_folder import RunFolder
from datagen.types import Audio, Codes, RunFailed, UserError

TRAINER = "python -m train"
LOOK = 0.2
"""Seconds between looks for an answer."""
_SAID = 600
"""Most characters of the trainer's last words that are passed on."""


class Trained:
    """A model that `python -m train` made, in a program of its own."""

    name = "train"
    may_lack = False
    at_once = 1

    def __init__(
        self,
        checkpoint: Path | None,
        run: str,
        work: Path,
        *,
        untrained: Sequence[str] = (),
        trainer: str = TRAINER,
        tokenizer: str | None = None,
        batch: int = 16,
        seed: int = 0,
    ) -> None:
        """Load codec and tokenizer of the run whose shards the model was trained on.

        Without a checkpoint the model is what a config starts from: ``untrained`` are the config
        and its settings.
        """
        made = read_run(RunFolder(run))
        self._codec = CODECS.load(made.recipe.codec)
        self._tokenizer = TOKENIZERS.load(made.recipe.tokenizer)
        model = tokenizer or getattr(self._tokenizer, "file", None)
        if model is None:
            raise UserError(
                f"{run}: its tokenizer is no file; give its SentencePiece model by --tokenizer"
            )
        model_words = ["--config", *untrained]
        if checkpoint is not None:
            model_words = ["--checkpoint", str(newest(checkpoint))]
        self.settings: Mapping[str, Any] = {
            "model": model_words,
            "run": made.fingerprint,
            "seed": seed,
        }
        name = blake2b(json.dumps(self.settings).encode(), digest_size=6).hexdigest()
        self._work, self._out = work, work / f"tokens-{name}"
        self._words = [
            *shlex.split(trainer), "sample", *model_words, "--shards", run,
            "--tokenizer", str(model), "--requests", "-", "--batch", str(batch),
            "--seed", str(seed), "--out", str(self._out),
        ]  # fmt: skip
        self._program: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._codec_lock = threading.Lock()
        self._unsaid: Exception | None = None
        """Why requests stopped going in."""

    def begin(self, exam: Exam, items: Sequence[ExamItem]) -> None:
        """Start the program, and give it the items as they are encoded."""
        if not items:
            return
        self._out.mkdir(parents=True, exist_ok=True)
        with (self._work / "train.log").open("w", encoding="utf-8") as log:
            try:
                self._program = subprocess.Popen(
                    self._words,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    text=True,
                    start_new_session=True,  # Ctrl-C is for this program, which ends that one
                )
            except OSError as error:
                raise UserError(
                    f"--trainer: {self._words[0]} cannot be started ({error})"
                ) from error
        threading.Thread(target=self._feed, args=(exam, list(items)), daemon=True).start()

    def _feed(self, exam: Exam, items: Sequence[ExamItem]) -> None:
        """Encode the items and hand them over, line by line; what went wrong is kept."""
        assert self._program is not None
        assert self._program.stdin is not None
        try:
            with self._program.stdin as requests:
                for item in items:
                    if self._ended.is_set():
                        return
                    requests.write(json.dumps(self._request(exam, item)) + "\n")
                    requests.flush()
        except BrokenPipeError:
            return  # the program has ended, and its own words say why
        except Exception as error:  # told to who waits for the answers
            self._unsaid = error

    def _request(self, exam: Exam, item: ExamItem) -> dict[str, str]:
        user = self._encoded(exam.sound(item), self._work / "user" / f"{item.id}.npz")
        voice = self._encoded(
            exam.voice(item), self._work / "voices" / f"{item.agent_voice}.npz", voice=True
        )
        return {"role": item.role_prompt, "voice": str(voice), "user": str(user)}

    def _encoded(self, sound: Path, target: Path, *, voice: bool = False) -> Path:
        """Return a sound's codes as a file; what was encoded before is kept."""
        if target.exists():
            return target
        audio = read_sound(sound)
        with self._codec_lock:
            if voice:
                codes = self._codec.encode_prompt(voice_prompt(audio))
            else:
                codes = self._codec.encode(audio)
        with atomic(target) as file:
            np.savez(file, codes=codes)
        return target

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Wait for an item's tokens, and make sound and words of them."""
        record = self._out / f"{item.id}.json"
        while not record.exists():
            if self._unsaid is not None:
                raise self._unsaid
            self._raise_if_ended(record)
            self._ended.wait(LOOK)
        said: dict[str, Any] = json.loads(record.read_text("utf-8"))
        tokens = record.with_suffix(".npz")
        codes = read_codes(tokens)
        check(codes, self._codec, tokens)
        with np.load(tokens) as arrays:
            words = words_of(arrays["text"].tolist(), self._tokenizer)
        answer = AnswerRecord(item=item.id, words=words, calls=calls_of(said))
        return ModelReply(answer, self._sound(codes[0], item.num_samples))

    def _raise_if_ended(self, record: Path) -> None:
        """Raise what the program says if it has ended without this answer."""
        program = self._program
        code = None if program is None else program.poll()
        if (program is not None and code is None) or record.exists():
            return
        if not code:
            raise NoAnswer(f"the trainer wrote no {record.name}")
        log = (self._work / "train.log").read_text("utf-8", errors="replace").strip()
        last = log.splitlines()[-1] if log else "nothing"
        if code == 2 and last.startswith("error: "):
            raise UserError(f"--checkpoint: {last.removeprefix('error: ')}")
        raise RunFailed(f"{shlex.join(self._words[:4])} ended with {code}: {log[-_SAID:]}")

    def _sound(self, codes: Codes, num_samples: int) -> Audio:
        """Return the agent's codes [K, T] as sound, as long as the item."""
        with self._codec_lock:
            audio = self._codec.decode(codes)
        missing = max(0, num_samples - len(audio))  # the last frame is never predicted
        return np.pad(audio[:num_samples], (0, missing))

    def stop(self) -> None:
        """End the program; what it wrote is found again."""
        self._ended.set()
        if self._program is not None and self._program.poll() is None:
            self._program.terminate()
            try:
                self._program.wait(10)
            except subprocess.TimeoutExpired:
                self._program.kill()

    def close(self) -> None:
        """End the program, and free the codec."""
        self.stop()
        self._codec.close()


def newest(checkpoint: Path) -> Path:
    """Return a checkpoint itself, or the newest of a training's folder: OUT/checkpoints/step-N."""
    found = [checkpoint, *sorted(checkpoint.glob("checkpoints/step-*"))]
    if not found[-1].is_dir():
        raise UserError(f"--checkpoint {checkpoint}: there is no such folder")
    return found[-1].resolve()

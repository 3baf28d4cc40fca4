"""Asks a model behind an OpenAI-Realtime-type WebSocket: JSON events, PCM of 16 bits at 24 kHz.

    input_audio_buffer.append, at the pace of speech  ->  response.*audio.delta, transcripts, calls

Such a server answers faster than speech and leaves playing to its client: an answer is heard from
when it comes, and what was to come is dropped when the server hears the user speak.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from datagen.backends.servers.address import is_here
from datagen.exam.answers import AnswerRecord, read_sound
from datagen.exam.examinees.base import ModelReply, NoAnswer
from datagen.exam.examinees.socket_clock import Playback, paced
from datagen.exam.items import Exam, ExamItem, ToolCall
from datagen.types import SAMPLE_RATE, Audio, SpokenWord, UserError

SOUND = ("response.audio.delta", "response.output_audio.delta")
TEXT = ("response.audio_transcript.delta", "response.output_audio_transcript.delta")
"""Events as the beta and the later interface call them."""
WORD_SECONDS = 0.3
"""Seconds of a word that a transcript has no times for."""


class Realtime:
    """A server of the Realtime protocol."""

    name = "realtime"
    may_lack = False

    def __init__(
        self,
        url: str,
        *,
        key_env: str = "OPENAI_API_KEY",
        voice: str = "",
        speed: float = 1.0,
        at_once: int = 1,
        patience: float = 30.0,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.netloc:
            raise UserError(
                f"--realtime {url}: give an address such as wss://HOST/v1/realtime?model=M"
            )
        self._url, self._key_env, self._voice = url, key_env, voice
        self._speed, self._patience, self.at_once = speed, patience, at_once
        self.settings: Mapping[str, Any] = {"url": url, "voice": voice, "speed": speed}
        try:
            import websockets.sync.client  # noqa: F401
        except ImportError as error:
            raise UserError(
                "to ask a server the package websockets is needed: pip install"
                " 'fullduplex-datagen[exam]'"
            ) from error

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Hold one conversation."""
        audio, begun = read_sound(exam.sound(item)), time.monotonic()
        with self._connected() as socket:
            socket.send(json.dumps(session(item, self._voice)))
            talk = _RealtimeTalk(socket, item.num_samples)
            listener = threading.Thread(target=talk.listen, daemon=True)
            listener.start()
            for block in paced(audio, self._speed):
                if talk.error:
                    break
                socket.send(json.dumps(append(block)))
                talk.sent += len(block)
        listener.join(self._patience)
        if talk.error:
            raise NoAnswer(talk.error)
        record = AnswerRecord(
            item=item.id,
            words=tuple(talk.words),
            calls=tuple(talk.calls),
            seconds=time.monotonic() - begun,
        )
        return ModelReply(record, talk.playback.sound())

    def _connected(self) -> Any:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        key = os.environ.get(self._key_env)
        headers = {"Authorization": f"Bearer {key}"} if key else None
        host = self._url.partition("?")[0]
        try:
            return connect(
                self._url,
                additional_headers=headers,
                open_timeout=self._patience,
                ping_interval=None,
                max_size=None,
                proxy=None if is_here(self._url) else True,
            )
        except (OSError, WebSocketException) as error:
            raise UserError(f"{host} cannot be reached ({error}): is it running?") from error

    def close(self) -> None:
        """Nothing is open between items."""


def session(item: ExamItem, voice: str) -> dict[str, Any]:
    """Return the event that tells the server its role."""
    settings: dict[str, Any] = {
        "instructions": item.role_prompt,
        "modalities": ["audio", "text"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "turn_detection": {"type": "server_vad"},
    }
    if voice:
        settings["voice"] = voice
    if item.call is not None:
        names = {name: {"type": "string"} for name in item.call.arguments}
        parameters = {"type": "object", "properties": names, "required": list(names)}
        tool = {"type": "function", "name": item.call.name, "parameters": parameters}
        settings["tools"] = [tool]
    return {"type": "session.update", "session": settings}


def append(block: Audio) -> dict[str, str]:
    """Return the event that holds a block of sound [S]."""
    pcm = (np.clip(block, -1, 1) * 32_767).astype("<i2").tobytes()
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(pcm).decode()}


@dataclass
class _RealtimeTalk:
    """One conversation, as its client hears it."""

    socket: Any
    num_samples: int
    sent: int = 0
    """Samples of the item that the server has: the time on the item's clock."""
    words: list[SpokenWord] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    error: str = ""

    def __post_init__(self) -> None:
        self.playback = Playback(self.num_samples)
        self._text_at = 0

    def listen(self) -> None:
        """Take in events until the socket closes."""
        from websockets.exceptions import ConnectionClosed

        try:
            while not self.error:
                self._take(json.loads(self.socket.recv()))
        except (ConnectionClosed, ValueError):
            return

    def _take(self, event: Mapping[str, Any]) -> None:
        kind = event.get("type")
        if kind in SOUND:
            start = self.playback.add(_pcm(str(event.get("delta", ""))), self.sent)
            self._text_at = max(self._text_at, start)
        elif kind in TEXT:
            self._say(str(event.get("delta", "")))
        elif kind == "input_audio_buffer.speech_started":
            self._stop(self.sent)
        elif kind == "response.function_call_arguments.done":
            self.calls.append(_call(event))
        elif kind == "error":
            said = event.get("error")
            self.error = str(said.get("message") if isinstance(said, dict) else said)[:300]

    def _say(self, text: str) -> None:
        size = round(WORD_SECONDS * SAMPLE_RATE)
        for word in text.split():
            start = max(self._text_at, self.sent)
            self.words.append(SpokenWord(text=word, start=start, end=start + size))
            self._text_at = start + size

    def _stop(self, now: int) -> None:
        """Drop what was not heard yet: the client stops playing when the user speaks."""
        self.playback.stop(now)
        self.words = [word for word in self.words if word.start < now]
        self._text_at = now


def _pcm(text: str) -> Audio:
    try:
        pcm = np.frombuffer(base64.b64decode(text), "<i2")
        return np.asarray(pcm / np.float32(32_768), np.float32)
    except (binascii.Error, ValueError):
        return np.zeros(0, np.float32)


def _call(event: Mapping[str, Any]) -> ToolCall:
    try:
        given = json.loads(str(event.get("arguments", "{}")))
    except ValueError:
        given = {}
    arguments = given if isinstance(given, dict) else {}
    return ToolCall(
        name=str(event.get("name", "")), arguments={k: str(v) for k, v in arguments.items()}
    )

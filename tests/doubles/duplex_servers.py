"""Servers of Moshi's and of the Realtime protocol that answer in a known way, on this machine."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import sphn
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from datagen.types import FRAME, SAMPLE_RATE

BEEP_AT, BEEP = 2.0, 1.0
"""Seconds on the item's clock at which the servers speak, and for how long."""


@contextmanager
def serving(handler: Callable[[ServerConnection], None]) -> Iterator[str]:
    with serve(handler, "127.0.0.1", 0, max_size=None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()


def tone(start: int, count: int) -> np.ndarray:
    times = np.arange(start, start + count) / SAMPLE_RATE
    inside = (times >= BEEP_AT) & (times < BEEP_AT + BEEP)
    return (0.3 * np.sin(2 * np.pi * 220 * times) * inside).astype(np.float32)


class FakeMoshi:
    """Frame in, frame out: silence, a second of tone with words at 2 s, silence."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []

    def __call__(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.asked.append(parse_qs(urlsplit(socket.request.path).query))
        reader, writer = sphn.OpusStreamReader(SAMPLE_RATE), sphn.OpusStreamWriter(SAMPLE_RATE)
        socket.send(b"\x00")
        heard = np.zeros(0, np.float32)
        done = 0
        try:
            for message in socket:
                assert isinstance(message, bytes)
                heard = np.concatenate([heard, reader.append_bytes(message[1:]).reshape(-1)])
                while len(heard) >= done + FRAME:
                    if sound := writer.append_pcm(tone(done, FRAME)):
                        socket.send(b"\x01" + sound)
                    if done == round(BEEP_AT * SAMPLE_RATE) // FRAME * FRAME:
                        for piece in (" Hel", "lo", " there"):
                            socket.send(b"\x02" + piece.encode())
                    done += FRAME
        except ConnectionClosed:
            return


class FakeRealtime:
    """Answers once, three seconds of sound at once, and hears the user again a second later."""

    def __init__(self) -> None:
        self.sessions: list[dict[str, Any]] = []

    def __call__(self, socket: ServerConnection) -> None:
        sent, samples = False, 0
        try:
            for message in socket:
                event = json.loads(message)
                if event["type"] == "session.update":
                    self.sessions.append(event["session"])
                    continue
                samples += len(base64.b64decode(event["audio"])) // 2
                if samples >= BEEP_AT * SAMPLE_RATE and not sent:
                    sent = True
                    self._answer(socket)
                if samples == round((BEEP_AT + 1) * SAMPLE_RATE) // FRAME * FRAME:
                    socket.send(json.dumps({"type": "input_audio_buffer.speech_started"}))
        except ConnectionClosed:
            return

    def _answer(self, socket: ServerConnection) -> None:
        pcm = (tone(round(BEEP_AT * SAMPLE_RATE), 3 * SAMPLE_RATE) + 0.2) * 20_000
        delta = base64.b64encode(pcm.astype("<i2").tobytes()).decode()
        socket.send(json.dumps({"type": "response.output_audio.delta", "delta": delta}))
        said = {"type": "response.audio_transcript.delta", "delta": "one two three four five six"}
        socket.send(json.dumps(said))
        done = {"type": "response.function_call_arguments.done", "name": "book"}
        socket.send(json.dumps({**done, "arguments": '{"day": "Sunday"}'}))

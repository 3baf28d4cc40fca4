"""Asks a Moshi or PersonaPlex server over its WebSocket (``python -m moshi.server``).

    Ogg Opus of the item, at the pace of speech  ->  Ogg Opus of the agent, pieces of text

A message begins with its kind: 0 says that the server is ready, 1 is sound, 2 is text. The server
of PersonaPlex takes role and voice in the address, and the voice by the name of a file that it has:
copy EXAM/voices into its --voice-prompt-dir. A server holds one conversation at a time.

The answer's clock is the model's: a piece of text belongs to the sound that has come before it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from datagen.backends.servers.address import is_here
from datagen.exam.answers import AnswerRecord, read_sound
from datagen.exam.examinees.base import ModelReply, NoAnswer
from datagen.exam.examinees.command import from_pieces
from datagen.exam.examinees.socket_clock import Playback, paced
from datagen.exam.items import Exam, ExamItem
from datagen.seeds import seed_for
from datagen.types import FRAME, SAMPLE_RATE, SpokenWord, UserError

READY, SOUND, TEXT, ERROR = 0, 1, 2, 5
"""Kinds of messages."""
PATH = "/api/chat"
LATE = 2 * FRAME
"""Samples that may be missing at the end: what an encoder still holds."""


class Moshi:
    """A server of Moshi's protocol."""

    name = "moshi"
    may_lack = False
    at_once = 1

    def __init__(self, url: str, *, speed: float = 1.0, seed: int = 0, patience: float = 60.0):
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.netloc:
            raise UserError(f"--moshi {url}: give an address such as ws://127.0.0.1:8998/api/chat")
        self._url = url if parts.path not in ("", "/") else url.rstrip("/") + PATH
        self._speed, self._seed, self._patience = speed, seed, patience
        self.settings: Mapping[str, Any] = {"url": self._url, "speed": speed, "seed": seed}
        _libraries()

    def answer(self, exam: Exam, item: ExamItem, work: Path) -> ModelReply:
        """Hold one conversation."""
        audio, begun = read_sound(exam.sound(item)), time.monotonic()
        playback = Playback(item.num_samples)
        pieces: list[tuple[int, str]] = []
        with _connected(self._address(exam, item), self._patience) as socket:
            _wait_until_ready(socket, self._patience)
            listener = threading.Thread(
                target=_listen, args=(socket, playback, pieces, item.num_samples), daemon=True
            )
            listener.start()
            _, writer = _libraries()
            encoder = writer(SAMPLE_RATE)
            for block in paced(audio, self._speed):
                if sound := encoder.append_pcm(block):
                    socket.send(bytes([SOUND]) + sound)
            listener.join(self._patience)
        if not playback.end:
            raise NoAnswer("the server sent no sound")
        words = words_of(pieces)
        record = AnswerRecord(item=item.id, words=words, seconds=time.monotonic() - begun)
        return ModelReply(record, playback.sound())

    def _address(self, exam: Exam, item: ExamItem) -> str:
        given = {
            "text_prompt": item.role_prompt,
            "voice_prompt": exam.voice(item).name,
            "seed": seed_for(self._seed, item.id, "exam") % 2**31,
        }
        joint = "&" if urlsplit(self._url).query else "?"
        return f"{self._url}{joint}{urlencode(given)}"

    def close(self) -> None:
        """Nothing is open between items."""


def _libraries() -> tuple[Any, Any]:
    """Return the reader and the writer of Ogg Opus. Raises UserError if a package is missing."""
    try:
        import sphn
        import websockets.sync.client  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"to ask a server the package {error.name} is needed: pip install"
            " 'fullduplex-datagen[exam]'"
        ) from error
    return sphn.OpusStreamReader, sphn.OpusStreamWriter


def _connected(address: str, patience: float) -> Any:
    """Open a socket. Raises UserError if nobody is there.

    It sends no pings: a server answers none while it computes, and is well all the same.
    """
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    host = address.partition("?")[0]
    try:
        return connect(
            address,
            open_timeout=patience,
            ping_interval=None,
            max_size=None,
            proxy=None if is_here(address) else True,
        )
    except (OSError, WebSocketException) as error:
        raise UserError(f"{host} cannot be reached ({error}): is the server running?") from error


def _wait_until_ready(socket: Any, patience: float) -> None:
    from websockets.exceptions import ConnectionClosed

    late = time.monotonic() + patience
    try:
        while time.monotonic() < late:
            message = socket.recv(timeout=max(0.01, late - time.monotonic()))
            if isinstance(message, bytes) and message[:1] == bytes([READY]):
                return
    except TimeoutError:
        pass
    except ConnectionClosed as error:
        raise NoAnswer(f"the server hung up before it was ready ({error})") from error
    raise NoAnswer(f"the server was not ready after {patience:g} s: is it talking to somebody?")


def _listen(
    socket: Any, playback: Playback, pieces: list[tuple[int, str]], num_samples: int
) -> None:
    """Take in what the server says, until it is as long as the item or the server hangs up."""
    from websockets.exceptions import ConnectionClosed

    reader, _ = _libraries()
    decoder = reader(SAMPLE_RATE)
    try:
        while playback.end < num_samples - LATE:
            message = socket.recv()
            if not isinstance(message, bytes) or not message:
                continue
            if message[0] == SOUND:
                playback.add(decoder.append_bytes(message[1:]).reshape(-1))
            elif message[0] == TEXT:
                pieces.append((playback.end, message[1:].decode("utf-8", "replace")))
            elif message[0] == ERROR:
                return
    except ConnectionClosed:
        return


def words_of(pieces: list[tuple[int, str]]) -> tuple[SpokenWord, ...]:
    """Return words from pieces, each with the sample that it belongs to."""
    frames = 1 + max((at // FRAME for at, _ in pieces), default=-1)
    rows = [""] * (frames + len(pieces))
    place = -1
    for at, piece in pieces:
        place = max(place + 1, at // FRAME)
        rows[place] = piece
    return tuple(from_pieces(rows))

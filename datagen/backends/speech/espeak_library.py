"""espeak-ng through ctypes: text and a voice file -> 22.05 kHz samples and phoneme times.

espeak-ng keeps flutter, wave phase and noise in static variables, so the same call twice gives two
different sounds. A fresh copy of the shared library, loaded for one utterance and closed after it,
makes a sound depend on its arguments alone, in any order, process or thread.
"""

from __future__ import annotations

import _ctypes
import ctypes
import ctypes.util
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from datagen import assets
from datagen.backends.speech import workspaces
from datagen.types import UserError

LIBRARY_RATE = 22_050
"""Sample rate of espeak-ng's sound, in Hz."""
Choice: TypeAlias = Literal["auto", "loader", "system"]
REMEDY = "pip install 'fullduplex-datagen[espeak]' or apt-get install libespeak-ng1"

# speak_lib.h of espeak-ng 1.51 and 1.52
_SYNCHRONOUS = 2
_BUFFER_MS = 1_000
_PHONEME_EVENTS, _DONT_EXIT = 0x1, 0x8000
_UTF8, _PHONEMES, _END_PAUSE = 0x1, 0x100, 0x1000
_RATE, _VOLUME, _PITCH_RANGE = 1, 2, 4
_VOLUME_PERCENT = 40
"""Percent of the default volume, which drives most seeded voices into the library's limiter."""
_EVENTS_END, _EVENT_PHONEME = 0, 7
_SPEECH_DATA = ("phontab", "phonindex", "phondata", "intonations", "en_dict")

_LIBC_RAND = threading.Lock()
"""Held while a library before 1.52 speaks: its noise is libc's rand(), shared by all threads."""


class _EspeakEvent(ctypes.Structure):
    """espeak_EVENT, with the union at its end read as the name of a phoneme."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("phoneme", ctypes.c_char * 8),
    )


class _SymbolInfo(ctypes.Structure):
    """Dl_info of dladdr(3)."""

    _fields_ = (
        ("file_name", ctypes.c_char_p),
        ("file_base", ctypes.c_void_p),
        ("symbol_name", ctypes.c_char_p),
        ("symbol_address", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent)
)


class Phoneme(NamedTuple):
    """Where a phoneme or a pause begins."""

    character: int
    """Index in the text of the first character of the word it belongs to."""
    sample: int
    """Where it begins, in samples at 22.05 kHz."""
    pause: bool
    name: str = ""
    """The library's mnemonic, with a stress mark before a stressed vowel."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the library made of one text."""

    samples: NDArray[np.int16]
    """[S] at 22.05 kHz."""
    phonemes: tuple[Phoneme, ...]
    """Phonemes and pauses, in the order said."""


class EspeakLibrary:
    """One installation of espeak-ng; `open_library` finds it."""

    def __init__(self, source: str, path: Path, data: Path | None, folder: Path) -> None:
        """Try it with a copy in ``folder``; raise OSError if it does not work there."""
        self.source = source
        self.path = path
        self._image = path.read_bytes()
        self._given_data = data
        self._folder = folder
        workspaces.sweep(folder)
        with self.workspace() as workspace, self._fresh_copy(workspace) as library:
            own_data = ctypes.c_char_p()
            library.espeak_Info.restype = ctypes.c_char_p
            self.version: str = library.espeak_Info(ctypes.byref(own_data)).decode()
            self.data = data or Path((own_data.value or b"").decode())
            self._try_voice_file(workspace, library)

    def _try_voice_file(self, workspace: Path, library: ctypes.CDLL) -> None:
        """Raise OSError if the library cannot read a voice file there."""
        path = voice_path(workspace, 0)
        path.write_text("language en-us\n", encoding="utf-8")
        if library.espeak_SetVoiceByFile(bytes(path)):
            raise OSError(f"espeak-ng cannot read {path}: it takes 59 characters, and no +")

    def digest(self) -> str:
        """Return a hash of the library and of the data that English needs."""
        languages = sorted((self.data / "lang" / "gmw").glob("en*"))
        return assets.digest(self.path, *(self.data / name for name in _SPEECH_DATA), *languages)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Make a folder for voice files and library copies, gone after the block."""
        with workspaces.workspace(self._folder) as folder:
            if self._given_data:
                # the library takes paths of 159 characters, which nested environments exceed
                (folder / "espeak-ng-data").symlink_to(self._given_data)
            yield folder

    def say(self, text: str, voice_file: Path, *, rate: int, pitch_range: int, seed: int) -> Sound:
        """Speak ``text``; the same arguments always give the same samples.

        Args:
            text: what to say; what stands in [[ ]] are mnemonics of phonemes.
            voice_file: an espeak-ng voice definition, at a `voice_path`.
            rate: words a minute.
            pitch_range: 0 is monotone, 50 the voice's own range, 100 twice that.
            seed: of the noise in breathy voices.
        """
        chunks: list[bytes] = []
        phonemes: list[Phoneme] = []
        callback = _Callback(_receiver(chunks, phonemes))
        content = text.encode()
        with self._fresh_copy(voice_file.parent) as library:
            library.espeak_SetSynthCallback(callback)
            _require(library.espeak_SetVoiceByFile(bytes(voice_file)), "espeak_SetVoiceByFile")
            parameters = {_RATE: rate, _VOLUME: _VOLUME_PERCENT, _PITCH_RANGE: pitch_range}
            for parameter, value in parameters.items():
                _require(library.espeak_SetParameter(parameter, value, 0), "espeak_SetParameter")
            size, flags = ctypes.c_size_t(len(content) + 1), _UTF8 | _PHONEMES | _END_PAUSE
            with _seeded_noise(library, seed):
                error = library.espeak_Synth(content, size, 0, 1, 0, flags, None, None)
            _require(error, "espeak_Synth")
        return Sound(np.frombuffer(b"".join(chunks), np.int16), tuple(phonemes))

    @contextmanager
    def _fresh_copy(self, workspace: Path) -> Iterator[ctypes.CDLL]:
        """Load and initialise a private copy: its file is gone at once, its memory at the end."""
        with tempfile.NamedTemporaryFile(dir=workspace, suffix=".so") as file:
            file.write(self._image)
            file.flush()
            library = ctypes.CDLL(file.name)
        try:
            # mode 2 makes the sound in this thread; mode 1 starts threads and can deadlock.
            # Without DONT_EXIT, missing data ends the process
            parent = bytes(workspace) if self._given_data else None
            flags = _PHONEME_EVENTS | _DONT_EXIT
            rate = library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, parent, flags)
            if rate != LIBRARY_RATE:
                raise OSError(f"no voice data in {self._given_data or 'its own folder'}")
            yield library
            library.espeak_Terminate()
        finally:
            _ctypes.dlclose(library._handle)


def voice_path(workspace: Path, number: int) -> Path:
    """Return where a workspace's voice file lies; the names are equally long."""
    return workspace / f"voice-{number:04}"


def open_library(choice: Choice) -> EspeakLibrary:
    """Find espeak-ng: the espeakng-loader package, else (``auto``) the system's library."""
    problems = []
    for source, folder in product(_SOURCES, _folders()):
        if choice in ("auto", source):
            try:
                found = _SOURCES[source]()
                if found is not None:
                    return EspeakLibrary(source, *found, folder)
            except OSError as error:
                problems.append(f"{source}, copied to {folder}: {error}")
    wanted = "espeak-ng" if choice == "auto" else f"espeak-ng as speech.options.library={choice}"
    reason = f"cannot be loaded ({'; '.join(problems)})" if problems else "is not installed"
    raise UserError(f"{wanted} {reason}: {REMEDY}")


def _locate_loader() -> tuple[Path, Path | None] | None:
    """Return the library and the data of the espeakng-loader package."""
    try:
        import espeakng_loader
    except ImportError:
        return None
    return Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())


def _locate_system() -> tuple[Path, Path | None] | None:
    """Return the library that the dynamic linker finds; it knows where its data is."""
    name = ctypes.util.find_library("espeak-ng")
    if name is None:
        return None
    # the linker answers with a name, and only a file can be copied: ask where it was loaded from
    library, info = ctypes.CDLL(name), _SymbolInfo()
    address = ctypes.cast(library.espeak_Initialize, ctypes.c_void_p)
    assert ctypes.CDLL(None).dladdr(address, ctypes.byref(info))
    return Path(info.file_name.decode()), None


_SOURCES: dict[str, Callable[[], tuple[Path, Path | None] | None]] = {
    "loader": _locate_loader,
    "system": _locate_system,
}


def _folders() -> list[Path]:
    """Return where copies may lie, best first.

    Containers often forbid to run from /dev/shm; a temporary folder's name may be too long.
    """
    folders = map(Path, ("/dev/shm", tempfile.gettempdir(), "/tmp"))
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _receiver(
    chunks: list[bytes], phonemes: list[Phoneme]
) -> Callable[[Any, int, Any], Literal[0]]:
    """Return a synthesis callback that collects samples and phonemes."""

    def receive(wave: Any, num_samples: int, events: Any) -> Literal[0]:
        if num_samples > 0:
            chunks.append(ctypes.string_at(wave, 2 * num_samples))
        index = 0
        while (event := events[index]).type != _EVENTS_END:
            if event.type == _EVENT_PHONEME:
                # text positions count characters from 1; the names of pauses begin with _
                pause = event.phoneme.startswith(b"_")
                name = event.phoneme.decode("ascii", "replace")
                phonemes.append(Phoneme(event.text_position - 1, event.sample, pause, name))
            index += 1
        return 0

    return receive


@contextmanager
def _seeded_noise(library: ctypes.CDLL, seed: int) -> Iterator[None]:
    """Seed the noise of one utterance."""
    if hasattr(library, "espeak_ng_SetRandSeed"):
        library.espeak_ng_SetRandSeed(ctypes.c_long(seed))
        yield
    else:
        with _LIBC_RAND:
            ctypes.CDLL(None).srand(ctypes.c_uint(seed & 0xFFFF_FFFF))
            yield


def _require(error: int, function: str) -> None:
    """Stop on a failed call: the arguments are ours, so the installation must be broken."""
    if error:
        raise RuntimeError(f"{function} of espeak-ng failed with code {error}")

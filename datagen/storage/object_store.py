"""A run folder in an object store, through pyarrow: S3, Google Cloud Storage, Azure.

    bytes, complete --one stream--> object       closing the stream is the commit

pyarrow closes (so commits) a stream that is dropped half-written, therefore a stream is opened
only when all of its bytes are there, and never in the thread that Ctrl-C interrupts.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from copy import copy
from typing import IO, Any

from pyarrow import fs
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from datagen.storage.append import Spool
from datagen.storage.base import Item, Lines, Storage, StorageFailed, T, inside

logger = logging.getLogger(__name__)

PATIENCE = 300.0
"""Seconds that a store may fail to answer: less than what a unit of speech costs to make again."""
HURRY = 20.0
"""Seconds for what is not worth waiting for, as when somebody presses Ctrl-C."""
THREADS = 32
"""Requests at once while a stage's footers are read."""
_OF_A_STORE = re.compile(r"AWS Error|google::cloud|GCS|Azure|curl|HTTP", re.IGNORECASE)
"""What an error of the store itself says, unlike one of the file that was read from it."""
_NO_BUCKET = re.compile(r"NO_SUCH_BUCKET|bucket.{0,80}not (found|exist)|ContainerNotFound", re.I)
_NO_ENTRY = re.compile(
    r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE|CREDENTIAL|EXPIRED|UNRECOGNIZED_CLIENT"
    r"|INVALID_CLIENT_TOKEN|MISSING_AUTHENTICATION|denied|forbidden"
    r"|unauthori[sz]ed|HTTP status 40[13]",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"\s*\((AWS )?Request ID: [^)]*\)")


class ObjectStorage(Storage):
    """A folder of a bucket."""

    keeps_checksums = True
    settle_seconds: float = 1.0
    patience: float = PATIENCE

    def __init__(self, where: str, filesystem: fs.FileSystem, base: str) -> None:
        self.where = where
        self._filesystem = filesystem
        self._base = base
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="storage")

    def load(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return what ``parse`` makes of an open object."""

        def attempt() -> T:
            with self._filesystem.open_input_file(self._path(name)) as file:
                return parse(file)

        return self._patiently(attempt)

    def names(self, folder: str, *, hidden: bool = False) -> list[str]:
        """Return the names of the objects of a folder."""
        selector = fs.FileSelector(self._path(folder), allow_not_found=True)
        found = self._patiently(lambda: self._filesystem.get_file_info(selector))
        names = (info.base_name for info in found if info.type == fs.FileType.File)
        return sorted(name for name in names if name.startswith(".") == hidden)

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Collect an object's bytes and put them into the store at the end, if nothing failed."""
        buffer = io.BytesIO()
        yield buffer
        data = buffer.getvalue()
        self._patiently(lambda: self._threads.submit(self._put, name, data).result())

    @contextmanager
    def append(self, name: str) -> Iterator[Lines]:
        """Open a text file to add lines to, which is copied to the store now and then."""
        spool = Spool(self.hurried(), name)
        try:
            yield spool
        finally:
            spool.close()

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""
        with suppress(FileNotFoundError):
            self._patiently(lambda: self._filesystem.delete_file(self._path(name)))

    def written(self, name: str) -> float | None:
        """Return when an object was written, by the store's clock."""
        info = self._patiently(lambda: self._filesystem.get_file_info(self._path(name)))
        return None if info.mtime_ns is None else info.mtime_ns / 1e9

    def each(self, function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
        """Apply a function to items, many at once: what takes time is the way there and back."""
        return list(self._threads.map(function, items))

    def guard(self, part: str) -> AbstractContextManager[bool]:
        """Let everybody in: an object store has only leases."""
        return nullcontext(True)

    def hurried(self) -> Storage:
        """Return this storage with little patience."""
        hurried = copy(self)
        hurried.patience = min(HURRY, self.patience)
        return hurried

    def sweep(self) -> None:
        """Leave it to the bucket's rule for uploads that were never completed; none can be seen."""

    def _path(self, name: str) -> str:
        return f"{self._base}/{inside(name)}".rstrip("/")

    def _put(self, name: str, data: bytes) -> None:
        with self._filesystem.open_output_stream(self._path(name)) as stream:
            stream.write(data)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Try until the store answers. Raises StorageFailed if it refuses, or for too long."""
        retrying = Retrying(
            retry=retry_if_exception(_passing),
            wait=wait_random_exponential(multiplier=0.5, max=20),
            stop=stop_after_delay(self.patience),
            before_sleep=self._say,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except OSError as error:
            if isinstance(error, FileNotFoundError) or not _of_the_store(error):
                raise
            raise StorageFailed(sentence(self.where, error, self.patience)) from error

    def _say(self, state: RetryCallState) -> None:
        assert state.outcome is not None
        logger.warning("%s: trying again: %s", self.where, _line(state.outcome.exception()))


def sentence(where: str, error: BaseException, patience: float = 0.0) -> str:
    """Say what is wrong with a store, and how to mend it."""
    said = _line(error)
    if _NO_BUCKET.search(said):
        return f"{where}: there is no such bucket; make it, or choose another"
    if _NO_ENTRY.search(said):
        return (
            f"{where}: the store refuses entry ({said}); put its keys into the environment, or give"
            " this machine a role, that may list, read, write and delete there"
        )
    if _of_the_store(error):
        return (
            f"{where}: the store has not answered for {patience:g} s ({said}); mend that and run"
            " the same command again, it goes on from here"
        )
    return f"{where} cannot be opened: {said}"


def _of_the_store(error: BaseException) -> bool:
    return bool(_OF_A_STORE.search(str(error)))


def _passing(error: BaseException) -> bool:
    """Return whether an error may be gone in a minute."""
    if not isinstance(error, OSError) or isinstance(error, FileNotFoundError):
        return False
    said = _line(error)
    return _of_the_store(error) and not (_NO_BUCKET.search(said) or _NO_ENTRY.search(said))


def _line(error: object) -> str:
    text = _REQUEST.sub("", " ".join(str(error).split()))
    return text if len(text) <= 200 else f"{text[:197]}..."

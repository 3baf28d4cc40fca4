"""A run folder in an object store, through pyarrow: S3, Google Cloud Storage, Azure.

    bytes, complete --one stream--> object       closing the stream is the commit

pyarrow closes (so commits) a stream that is dropped half-written, therefore a stream is opened
only when all of its bytes are there, and never in the thread that Ctrl-C interrupts.
"""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from copy import copy
from typing import IO, Any

import pyarrow as pa
from pyarrow import fs
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_delay,
    wait_random_exponential,
)

from datagen.storage import requests, store_errors
from datagen.storage.append import Spool, always
from datagen.storage.base import Item, Lines, Storage, StorageFailed, T, inside
from datagen.storage.full_reads import full
from datagen.storage.in_python import in_words

logger = logging.getLogger(__name__)

PATIENCE = 300.0
"""Seconds that a store may fail to answer: less than what a unit of speech costs to make again."""
HURRY = 20.0
"""Seconds for what is not worth waiting for, as when somebody presses Ctrl-C."""
REQUEST = 120.0
"""Seconds after which a request that is not answered is made again, in a thread of its own."""
LIST = 60.0
"""Seconds in which a list must end, if the store answers anything else meanwhile."""
WITH_BUCKETS = ("s3://", "gs://", "gcs://", "abfs://", "abfss://")
IN_PYTHON = ("hf://",)
"""Stores that are reached through fsspec, whose files may read and write less than was asked."""
SLOW = 5.0
"""Seconds that a request may take however little patience there is."""
THREADS = 32
"""Requests at once while a stage's footers are read."""


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
        self._is_native = not where.startswith(IN_PYTHON)
        """Whether its client is pyarrow's own, which reads and writes all or says so."""
        self._reached = False
        """Whether it has ever answered."""
        self._wrote = False
        """Whether it has ever taken a file."""
        self._bucket_seen = False

    def load(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return what ``parse`` makes of an open object."""

        def attempt() -> T:
            with self._said():
                opened = self._filesystem.open_input_file(self._path(name))
            with opened as file:
                return parse(file if self._is_native else full(file))

        try:
            return self._patiently(attempt)
        except FileNotFoundError:
            self._require_bucket()
            raise

    def names(self, folder: str, *, hidden: bool = False) -> list[str]:
        """Return the names of the objects of a folder."""
        selector = fs.FileSelector(self._path(folder), allow_not_found=True)

        def listed() -> list[fs.FileInfo]:
            with self._said():
                return self._filesystem.get_file_info(selector)

        def attempt() -> list[fs.FileInfo]:
            try:
                return requests.call(listed, LIST)
            except TimeoutError as error:
                if requests.left(SLOW) < SLOW or not self._answers():
                    raise
                raise StorageFailed(store_errors.endless(self.where, folder, LIST)) from error

        found = self._patiently(attempt)
        names = (info.base_name for info in found if info.type == fs.FileType.File)
        return sorted(name for name in names if name.startswith(".") == hidden)

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Collect an object's bytes and put them into the store at the end, if nothing failed."""
        buffer = io.BytesIO()
        yield buffer
        data = buffer.getvalue()
        try:
            self._patiently(lambda: self._put(name, data), again=self._wrote)
        except FileNotFoundError as error:  # what a client says whose bucket is not there
            raise StorageFailed(f"{self.where}: {store_errors.no_bucket(self.where)}") from error
        self._wrote = True

    @contextmanager
    def append(self, name: str, ours: Callable[[], bool] = always) -> Iterator[Lines]:
        """Open a text file to add lines to, which is copied to the store now and then."""
        spool = Spool(self.hurried(), name, ours)
        try:
            yield spool
        finally:
            spool.close()

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""

        def attempt() -> None:
            with self._said():
                self._filesystem.delete_file(self._path(name))

        with suppress(FileNotFoundError):
            self._patiently(attempt)

    def written(self, name: str) -> float | None:
        """Return when an object was written, by the store's clock."""
        info = self._patiently(lambda: self._info(name))
        return None if info.mtime_ns is None else info.mtime_ns / 1e9

    def appears(self, name: str) -> bool:
        """Return whether an object is there: who asks a store for it sees it at once."""
        return self.written(name) is not None

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

    def _said(self) -> AbstractContextManager[None]:
        """Have what a client in Python raises classified as what a store says."""
        return nullcontext() if self._is_native else in_words()

    def _info(self, name: str) -> fs.FileInfo:
        with self._said():
            return self._filesystem.get_file_info(self._path(name))

    def _put(self, name: str, data: bytes) -> None:
        with self._said(), self._filesystem.open_output_stream(self._path(name)) as stream:
            stream.write(data)
        if self._is_native:
            return
        kept = self._info(name).size
        if kept is not None and kept != len(data):
            raise StorageFailed(
                f"{self.where}: of {name} it kept {kept:,} of {len(data):,} bytes without an error;"
                " run the same command again, or choose another --out"
            )

    def _require_bucket(self) -> None:
        """Raise StorageFailed if it is not a file that is missing but the whole bucket."""
        if self._bucket_seen or not self.where.startswith(WITH_BUCKETS):
            return
        bucket = self._base.strip("/").partition("/")[0]
        try:
            info = requests.call(lambda: self._filesystem.get_file_info(bucket), HURRY)
        except (OSError, pa.ArrowException):
            return  # who may read a folder may not always ask about its bucket
        if info.type == fs.FileType.NotFound:
            raise StorageFailed(f"{self.where}: {store_errors.no_bucket(self.where)}")
        self._bucket_seen = True

    def _answers(self) -> bool:
        """Return whether the store answers now."""
        try:
            requests.call(lambda: self._filesystem.get_file_info(self._path(".there")), SLOW)
        except (OSError, pa.ArrowException):
            return False
        return True

    def _why(self, error: BaseException) -> BaseException:
        """Return what a store says of a refusal; of one without a word, what it says to a list."""
        if store_errors.says_why(error):
            return error
        selector = fs.FileSelector(self._path(".there"), allow_not_found=True)
        try:
            requests.call(lambda: self._filesystem.get_file_info(selector), SLOW)
        except (OSError, pa.ArrowException) as other:
            return other if store_errors.of_the_store(other) else error
        return error

    def _patiently(self, attempt: Callable[[], T], *, again: bool = False) -> T:
        """Try until the store answers. Raises StorageFailed if it refuses, or for too long.

        ``again`` says that it has done the like before, so that no rule of its forbids this.
        """
        patience = requests.left(self.patience)

        def is_once(error: BaseException) -> bool:
            return again and store_errors.once(error)

        retrying = Retrying(
            retry=retry_if_exception(lambda error: self._passing(error, is_once(error))),
            wait=wait_random_exponential(multiplier=0.5, max=20),
            stop=stop_after_delay(patience),
            sleep=self._sleep,
            before_sleep=self._say,
            reraise=True,
        )
        until = time.monotonic() + patience

        def bounded() -> T:
            return requests.call(attempt, min(REQUEST, max(SLOW, until - time.monotonic())))

        try:
            answer = retrying(bounded)
        except (OSError, pa.ArrowException) as error:
            if isinstance(error, FileNotFoundError) or not store_errors.of_the_store(error):
                raise
            if is_once(error):
                raise StorageFailed(store_errors.silent(self.where, error, patience)) from error
            said = store_errors.sentence(self.where, self._why(error), patience)
            raise StorageFailed(said) from error
        self._reached = True
        return answer

    def _passing(self, error: BaseException, is_once: bool = False) -> bool:
        """Return whether an error may be gone in a minute, and there is a minute."""
        mine = isinstance(error, OSError) and (
            is_once or store_errors.passing(error, reached=self._reached)
        )
        return mine and requests.left(1.0) > 0

    def _sleep(self, seconds: float) -> None:
        time.sleep(requests.left(seconds))

    def _say(self, state: RetryCallState) -> None:
        assert state.outcome is not None
        said = store_errors.line(state.outcome.exception())
        logger.warning("%s: trying again: %s", self.where, said)

"""The processes of an annotated run: one here, or several, each with its own models.

    CallWorkOrder --WorkPool--> CallWork.call, CallWork.block, answers as they come

There is no Ray: an annotated run has one kind of worker, and no stage waits for another's machine.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

from datagen.annotate.work import BlockOrder, CallDone, CallWork, CallWorkOrder
from datagen.storage.run_folder import Receipt
from datagen.types import RunFailed

Order = TypeVar("Order")
Answer = TypeVar("Answer")
AHEAD = 4
"""Orders given out for each process: more would only wait."""

_work: CallWork | None = None


class WorkPool:
    """Gives out work and takes in answers, in no order."""

    def __init__(self, order: CallWorkOrder, executor: ProcessPoolExecutor | None, size: int):
        self._executor = executor
        self._size = size
        self._here = CallWork(order) if executor is None else None

    def calls(self, orders: Sequence[tuple[int, str]]) -> Iterator[CallDone]:
        """Annotate calls, given by number and id."""
        here = self._here
        yield from self._each(orders, _call, None if here is None else lambda o: here.call(*o))

    def blocks(self, orders: Sequence[BlockOrder]) -> Iterator[list[Receipt]]:
        """Make blocks."""
        here = self._here
        yield from self._each(orders, _block, None if here is None else here.block)

    def _each(
        self,
        orders: Sequence[Order],
        there: Callable[[Order], Answer],
        here: Callable[[Order], Answer] | None,
    ) -> Iterator[Answer]:
        if here is not None:
            yield from map(here, orders)
            return
        executor = self._executor
        assert executor is not None
        waiting = iter(orders)
        running: set[Future[Answer]] = set()
        try:
            while True:
                while len(running) < AHEAD * self._size and (order := next(waiting, None)):
                    running.add(executor.submit(there, order))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BrokenProcessPool as error:
            raise RunFailed(
                "a process was killed, perhaps for want of memory; run the same command again with"
                " fewer --workers"
            ) from error


@contextmanager
def work_pool(order: CallWorkOrder, workers: int) -> Iterator[WorkPool]:
    """Yield a pool of so many processes; one is this one."""
    if workers <= 1:
        yield WorkPool(order, None, 1)
        return
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(order,))
    try:
        yield WorkPool(order, executor, workers)
        executor.shutdown()
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        raise


def _start(order: CallWorkOrder) -> None:
    global _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run's own process stops us
    Thread(target=_end_with_parent, daemon=True).start()
    _work = CallWork(order)


def _end_with_parent() -> None:
    """End this process when the run's is gone, killed or not."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call(order: tuple[int, str]) -> CallDone:
    assert _work is not None, "the pool has started"
    return _work.call(*order)


def _block(order: BlockOrder) -> list[Receipt]:
    assert _work is not None, "the pool has started"
    return _work.block(order)

"""The one writer of the database: one thread, and one transaction for all that waits.

A room hands in what it wants written and goes on when that is committed. Fifty rooms that hand in
at the same moment share one commit, so a busy server does not wait for the disk fifty times.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
Act = Callable[[], Any]
Item = tuple[Act, Future[Any]]

LARGEST_BATCH = 200


class Journal:
    """Runs database work in order. Made once a process; its thread starts at the first use."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, act: Callable[[], T]) -> T:
        """Do `act` in a transaction; answers its result when that is committed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()
        done: Future[T] = Future()
        self._waiting.put((act, done))
        return await asyncio.wrap_future(done)

    def close(self) -> None:
        """Write what waits, then end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (batch := self._batch()) is not None:
            # Whoever has gone away meanwhile is not waited for, and cannot break the rest.
            _commit([item for item in batch if item[1].set_running_or_notify_cancel()])
        connection.close()

    def _batch(self) -> list[Item] | None:
        first = self._waiting.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < LARGEST_BATCH:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._waiting.put(None)
                break
            batch.append(item)
        return batch


def _commit(batch: list[Item]) -> None:
    """Do a batch in one transaction; if anything in it fails, do each by itself.

    The acts touch nothing but the database, so what was rolled back can be done again.
    """
    try:
        with transaction.atomic():
            results = [act() for act, _ in batch]
    except Exception:
        for act, done in batch:
            _commit_alone(act, done)
    else:
        for (_, done), result in zip(batch, results, strict=True):
            done.set_result(result)


def _commit_alone(act: Act, done: Future[Any]) -> None:
    try:
        with transaction.atomic():
            result = act()
    except Exception as error:
        done.set_exception(error)
    else:
        done.set_result(result)

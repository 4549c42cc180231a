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

from django.db import DatabaseError, connection, transaction

T = TypeVar("T")
Act = Callable[[], Any]

LARGEST_BATCH = 200


class Journal:
    """Runs database work in order. Made once a process; its thread starts at the first use."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[Act, Future[Any]] | None] = queue.SimpleQueue()
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

    def _batch(self) -> list[tuple[Act, Future[Any]]] | None:
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


def _commit(batch: list[tuple[Act, Future[Any]]]) -> None:
    """Do a batch in one transaction; what fails alone is undone alone, by its savepoint."""
    outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        with transaction.atomic():
            for act, done in batch:
                try:
                    with transaction.atomic():
                        outcomes.append((done, act(), None))
                except Exception as error:
                    outcomes.append((done, None, error))
    except DatabaseError as error:
        for _, done in batch:
            done.set_exception(error)
        return
    for done, result, error in outcomes:
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

"""Who may use the processor, and for how long: small slices on the loop, long work beside it.

A slice of a running lab takes about 5 ms on the event loop (see pump.py). Long work (an advance,
a replay, a digest) is cut into pieces of 50 ms that queue for one thread, so that two long jobs
take turns and pages still answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SLICE_S = 0.005
SHORT_SLICE_S = 0.001
"""When many labs want time at once: what a command passes through on its way (socket, room,
journal, room, socket) waits for one slice at each stop, so shorter slices answer sooner."""
PIECE_S = 0.05

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="labour")


def for_s(seconds: float) -> Callable[[], bool]:
    """Give a `more` that says no after so many real seconds."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


async def beside(work: Callable[[], T]) -> T:
    """Do one piece of long work in the thread for such work."""
    return await asyncio.get_running_loop().run_in_executor(_thread, work)

"""Fifty live labs in one server process, each with a page that watches and types.

Starts a server of its own, lets each lab's cluster come up, then measures. Each lab runs at
speed 1 with traffic, where its scenario has some; its page acknowledges frames and, every two
seconds, writes a file and waits for the frame that shows it. Meanwhile pages are asked for.
Prints the median of the pages and the 95th percentile from command to frame, and ends with 1 when
one is over its limit (200 ms, 250 ms).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from websockets.asyncio.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.server import LabClient, Server

PAGE_LIMIT_MS = 200.0
FRAME_LIMIT_MS = 250.0
THINK_S = 2.0


class Page:
    """One lab's page."""

    def __init__(self, lab: LabClient, number: int) -> None:
        self.lab = lab
        self.delays: list[float] = []
        self.frames = 0
        self.bytes = 0
        self._luck = random.Random(number)

    async def live(self, until: float) -> None:
        """Watch and type until a moment."""
        async with connect(self.lab.made["ws_url"], max_size=None) as self._socket:
            await self._socket.send(json.dumps({"t": "hello", "last": 0}))
            await self._read(time.monotonic() + THINK_S * self._luck.random())
            number = 0
            while time.monotonic() < until:
                number += 1
                await self._type(number)
                await self._read(time.monotonic() + THINK_S)

    async def _type(self, number: int) -> None:
        begin = time.perf_counter()
        command = {"file": {"path": "bench", "text": "x" * number}}
        await self._socket.send(json.dumps({"t": "do", "id": "b", "command": command}))
        while True:
            message = await self._next(10.0)
            shown = message.get("put", {}).get("file/bench", {})
            if shown.get("size") == number:
                self.delays.append(1000 * (time.perf_counter() - begin))
                return

    async def _read(self, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            try:
                await self._next(left)
            except TimeoutError:
                return

    async def _next(self, timeout: float) -> dict:
        text = await asyncio.wait_for(self._socket.recv(), timeout)
        message = json.loads(text)
        if message["t"] == "frame":
            self.frames += 1
            self.bytes += len(text)
            await self._socket.send(json.dumps({"t": "ack", "n": message["n"]}))
        return message


async def ask_for_pages(server: Server, labs: list[LabClient], until: float) -> list[float]:
    """Ask for pages, one after the other; answers the milliseconds that each took."""
    paths = ["/", "/about/", f"/labs/{labs[0].id}?token={labs[0].token}", "/fidelity/"]
    found = []
    while time.monotonic() < until:
        for path in paths:
            begin = time.perf_counter()
            await asyncio.to_thread(lambda path=path: urlopen(server.base + path).read())
            found.append(1000 * (time.perf_counter() - begin))
            await asyncio.sleep(0.1)
    return found


async def load(server: Server, options: argparse.Namespace) -> int:
    """Make the labs, run the load, print what was measured."""
    labs = [server.lab(options.scenario, seed) for seed in range(options.labs)]
    for lab in labs:
        lab.post("/advance", {"seconds": options.warm})
    pages = [Page(lab, number) for number, lab in enumerate(labs)]
    processor = _cpu_s(server)
    first = labs[0].get()["now_us"]
    begin = time.monotonic()
    until = begin + options.seconds
    asked, *_ = await asyncio.gather(
        ask_for_pages(server, labs, until), *(page.live(until) for page in pages)
    )
    took = time.monotonic() - begin
    used = _cpu_s(server) - processor
    late = time.monotonic() - begin - (labs[0].get()["now_us"] - first) / 1e6

    delays = sorted(delay for page in pages for delay in page.delays)
    page_ms = statistics.median(asked)
    frame_ms = delays[int(0.95 * len(delays))]
    frames = sum(page.frames for page in pages)
    size = sum(page.bytes for page in pages) / max(1, frames)
    print(f"{options.labs} labs of {options.scenario} at speed 1 for {took:.0f} s")
    print(f"  server: {100 * used / took:.0f}% of a processor, {_memory_mib(server):.0f} MiB")
    print(f"  frames: {frames / took:,.0f} a second, {size:,.0f} bytes each")
    print(f"  pages: median {page_ms:.0f} ms of {len(asked)} (limit {PAGE_LIMIT_MS:.0f})")
    print(
        f"  command to frame: median {statistics.median(delays):.0f} ms, p95 {frame_ms:.0f} ms "
        f"of {len(delays)} (limit {FRAME_LIMIT_MS:.0f})"
    )
    print(f"  simulated time behind the clock: {late:.1f} s")
    return int(page_ms >= PAGE_LIMIT_MS or frame_ms >= FRAME_LIMIT_MS)


def _cpu_s(server: Server) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mib(server: Server) -> float:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> int:
    """Run the load once, bounded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labs", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm", type=float, default=60, help="simulated seconds before it")
    parser.add_argument("--scenario", default="class-cluster")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="drydock-bench-") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            return asyncio.run(load(server, options))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())

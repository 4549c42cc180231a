"""The server process: Daphne's server, with our own start and end around it."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

from daphne.server import Server  # first: it installs Twisted's asyncio reactor
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from simulator import relax_garbage_collection

from .consumers import MAX_MESSAGE
from .rooms import rooms

SWITCH_S = 0.0005
"""How long the journal's thread waits for its turn while a lab computes: at each statement."""
GOODBYE_S = 0.1
"""Real seconds in which the last messages leave the process."""


def serve(application: Any, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; prints the address once it answers."""
    if not _is_free(host, port):
        sys.exit(f"Port {port} of {host} is taken. Choose another: PORT={port + 1} make run")
    sys.setswitchinterval(SWITCH_S)
    relax_garbage_collection()
    endpoint = f"tcp:port={port}:interface={host.replace(':', chr(92) + ':')}"
    server = _Server(
        application,
        endpoints=[endpoint],
        server_name="drydock",
        ping_interval=20,
        ping_timeout=30,
        websocket_timeout=-1,
        websocket_max_message_size=8 * MAX_MESSAGE,  # a long message gets an answer, not a close
        websocket_max_frame_size=8 * MAX_MESSAGE,
        http_timeout=None,
        application_close_timeout=5,
        ready_callable=lambda: reactor.callWhenRunning(
            lambda: Deferred.fromFuture(asyncio.ensure_future(_say_when_it_answers(host, server)))
        ),
    )
    server.run()


class _Server(Server):  # type: ignore[misc]
    """Daphne's server, which ends our rooms before it ends its requests."""

    def kill_all_applications(self) -> Deferred[Any]:
        """Save all labs and tell all pages to connect again; then end what still runs."""
        return Deferred.fromFuture(asyncio.ensure_future(_say_goodbye())).addCallback(
            lambda _: super(_Server, self).kill_all_applications()
        )


async def _say_goodbye() -> None:
    await rooms.close()
    await asyncio.sleep(GOODBYE_S)


async def _say_when_it_answers(host: str, server: Server) -> None:
    while not server.listening_addresses:
        await asyncio.sleep(0.01)
    port = server.listening_addresses[0][1]
    near = "127.0.0.1" if host in ("0.0.0.0", "") else "::1" if host == "::" else host
    while not await _answers(near, port):
        await asyncio.sleep(0.05)
    shown = f"[{near}]" if ":" in near else near
    print(f"Drydock is running at http://{shown}:{port}  (Ctrl-C ends it)", flush=True)


async def _answers(host: str, port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        line = await reader.readline()
        writer.close()
    except OSError:
        return False
    return b" 200 " in line


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True

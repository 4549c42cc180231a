"""A real server for tests: a process with a port and data of its own; it can be killed."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
START_S = 40


def _hear_ctrl_c() -> None:
    """Undo what a shell does to a background job, which it lets ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Server:
    """`manage.py serve` on a free port, with a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = data / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **variables: str) -> None:
        """Start it, with these settings, and wait until it says that it answers."""
        self.data.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DRYDOCK_DATA": str(self.data),
            "LABS_PER_HOUR": "100000",
            **variables,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve"],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=_hear_ctrl_c,
            )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], START_S)
        said = self._process.stdout.readline().decode() if ready else "nothing"
        assert self.base in said, f"the server said {said!r}\n{self.log.read_text()[-4000:]}"

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would: kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as Ctrl-C would; answers its exit code."""
        return self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Call the API; answers (status, JSON or text)."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = Request(self.base + path, data, headers or {}, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, _read(answer)
        except HTTPError as error:
            with error:
                return error.code, _read(error)

    def lab(self, scenario: str = "three-nodes", seed: int = 7, paused: bool = False) -> LabClient:
        """Make a lab."""
        body = {"scenario": scenario, "seed": seed, "paused": paused}
        status, made = self.call("POST", "/api/labs", body)
        assert status == 201, made
        return LabClient(self, made)


class LabClient:
    """One lab of a server, as a program would use it."""

    def __init__(self, server: Server, made: dict[str, Any]) -> None:
        self.server = server
        self.made = made
        self.id, self.token = made["id"], made["token"]

    def call(self, method: str, what: str = "", body: Any = None) -> tuple[int, Any]:
        """Call the API on this lab."""
        sign = "&" if "?" in what else "?"
        return self.server.call(method, f"/api/labs/{self.id}{what}{sign}token={self.token}", body)

    def get(self, what: str = "") -> Any:
        """Read something that is there."""
        status, answer = self.call("GET", what)
        assert status == 200, answer
        return answer

    def post(self, what: str, body: Any) -> Any:
        """Do something that works."""
        status, answer = self.call("POST", what, body)
        assert status in (200, 201), answer
        return answer

    def type(self, line: str, **more: Any) -> Any:
        """Type a line into the terminal."""
        return self.post("/commands", {"terminal": line, **more})

    def socket(self, **options: Any) -> Socket:
        """Open the lab's socket."""
        url = f"ws://127.0.0.1:{self.server.port}/ws/labs/{self.id}?token={self.token}"
        return Socket(connect(url, max_size=None, **options))


class Socket:
    """A page's end of the socket: keeps the view, acknowledges frames."""

    connection: ClientConnection

    def __init__(self, connector: Any) -> None:
        self._connector = connector
        self.view: dict[str, Any] = {}
        self.last = 0
        self.frames: list[dict[str, Any]] = []
        self.acknowledges = True

    def __enter__(self) -> Socket:
        self.connection = self._connector.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._connector.__exit__(*error)

    def hello(self, last: int = 0) -> dict[str, Any]:
        """Greet, and answer the server's greeting."""
        self.last = last
        self.send({"t": "hello", "last": last})
        return self.wait_for("hello")

    def send(self, message: Any) -> None:
        """Send a message, or any text."""
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def do(self, command: dict[str, Any], name: str = "c") -> dict[str, Any]:
        """Send a command and wait for its result."""
        self.send({"t": "do", "id": name, "command": command})
        return self.wait_for("result", id=name)

    def wait_for(self, kind: str, timeout: float = 10.0, **fields: Any) -> dict[str, Any]:
        """Read messages until one of a kind has these fields."""
        end = time.monotonic() + timeout
        while True:
            message = self.read(max(0.01, end - time.monotonic()))
            if message["t"] == kind and all(message.get(k) == v for k, v in fields.items()):
                return message

    def read(self, timeout: float = 10.0) -> dict[str, Any]:
        """Read one message; raises TimeoutError."""
        message: dict[str, Any] = json.loads(self.connection.recv(timeout))
        if message["t"] == "frame":
            self._take(message)
        return message

    def quiet(self, seconds: float) -> list[dict[str, Any]]:
        """Read what comes within some real seconds."""
        found = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                found.append(self.read(left))
            except TimeoutError:
                break
        return found

    def _take(self, frame: dict[str, Any]) -> None:
        assert frame["base"] == 0 or frame["base"] <= self.last, "a frame from the future"
        if frame["base"] == 0:
            self.view.clear()
        for key in frame["drop"]:
            self.view.pop(key, None)
        self.view.update(frame["put"])
        self.last = frame["n"]
        self.frames.append(frame)
        if self.acknowledges:
            self.send({"t": "ack", "n": frame["n"]})


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _read(answer: Any) -> Any:
    text = answer.read().decode()
    kind = answer.headers.get("Content-Type", "")
    return json.loads(text) if kind.startswith("application/json") else text

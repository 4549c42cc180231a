"""kill -9 at any moment: what was acknowledged is there, and the lab is where it was."""

from __future__ import annotations

import random
import threading
import time
from urllib.error import URLError

import pytest
from websockets.exceptions import ConnectionClosed

from simulator import Lab
from tests.server import LabClient, Server


def test_no_acknowledged_command_is_lost_when_the_server_is_killed(own_server: Server) -> None:
    luck = random.Random(1)
    acknowledged: list[int] = []
    own_server.start()
    lab = own_server.lab()
    for _ in range(3):
        writer = threading.Thread(target=_write, args=(lab, acknowledged))
        writer.start()
        time.sleep(luck.uniform(0.3, 0.9))
        own_server.kill()
        writer.join()
        own_server.start()
    lines = lab.get("/files?path=numbers")["text"].split()
    assert len(acknowledged) > 10
    assert set(map(str, acknowledged)) <= set(lines)
    assert lines == sorted(set(lines), key=int), "done once each, in order"


def _write(lab: LabClient, acknowledged: list[int]) -> None:
    number = (acknowledged[-1] if acknowledged else 0) + 1000
    while True:
        number += 1
        try:
            answer = lab.type(f"echo {number} >> numbers", key=str(number))
        except (URLError, OSError):
            return
        assert answer["exit_code"] == 0
        acknowledged.append(number)


def test_a_killed_server_goes_on_where_it_was(own_server: Server) -> None:
    own_server.start()
    lab = own_server.lab(paused=True)
    lab.type("echo x > y; sleep 100; echo z > y")
    lab.post("/clock", {"speed": 20})
    before = lab.post("/advance", {"seconds": 50})
    own_server.kill()
    own_server.start()
    after = lab.get()
    assert after == before
    assert Lab.replay(lab.get("/log")).digest() == after["digest"]
    lab.post("/advance", {"seconds": 60})
    assert lab.get("/files?path=y")["text"] == "z\n"


def test_time_that_passed_is_saved_at_least_once_a_second(own_server: Server) -> None:
    own_server.start()
    lab = own_server.lab()
    lab.post("/clock", {"speed": 100})
    time.sleep(2.5)
    reached = lab.get()["now_us"]
    own_server.kill()
    own_server.start()
    assert lab.get()["now_us"] >= reached - 150_000_000


def test_a_page_goes_on_after_a_crash(own_server: Server) -> None:
    own_server.start()
    lab = own_server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        page.do({"file": {"path": "kept", "text": "x"}})
        page.quiet(0.3)
        last, view = page.last, dict(page.view)
        own_server.kill()
    own_server.start()
    with lab.socket() as page:
        page.hello(last)
        assert page.wait_for("frame")["base"] == 0, "the new server has never sent that frame"
        assert page.view == view


def test_a_retry_after_a_crash_gets_the_first_answer(own_server: Server) -> None:
    own_server.start()
    lab = own_server.lab(paused=True)
    first = lab.type("echo x >> y; echo done", key="k")
    own_server.kill()
    own_server.start()
    assert lab.type("echo x >> y; echo done", key="k") == first
    assert lab.get("/files?path=y")["text"] == "x\n"


def test_a_server_that_is_asked_to_end_says_goodbye_and_keeps_the_time(own_server: Server) -> None:
    own_server.start()
    lab = own_server.lab()
    with lab.socket() as page:
        page.hello()
        page.quiet(0.5)
        reached = page.frames[-1]["now_us"]
        assert own_server.stop() == 0
        with pytest.raises(ConnectionClosed) as closed:
            page.quiet(2.0)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4012, "pages connect again after this code"
    own_server.start()
    assert lab.get()["now_us"] >= reached
    assert "Traceback" not in own_server.log.read_text()

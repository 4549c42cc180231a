"""The socket of a page: frames, commands, and what must not break it."""

from __future__ import annotations

import json
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.server import LabClient, Server


def test_a_page_gets_everything_first_and_then_only_what_changed(server: Server) -> None:
    with server.lab().socket() as page:
        hello = page.hello()
        page.wait_for("frame")
        assert page.frames[0]["base"] == 0
        assert {"machine/laptop", "machine/worker-1"} <= set(page.view)
        assert hello["machine"] == "laptop"
        page.do({"fault": {"kind": "power-off", "target": "worker-1"}})
        page.quiet(0.3)
        later = {key for frame in page.frames[1:] for key in frame["put"]}
        assert "machine/worker-1" in later
        assert "machine/worker-2" not in later
        assert page.view["machine/worker-1"]["power"] == "off"


def test_two_pages_of_one_lab_come_to_the_same_view(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as one, lab.socket() as two:
        one.hello()
        two.hello()
        one.do({"file": {"path": "new", "text": "x"}})
        two.do({"fault": {"kind": "power-off", "target": "worker-2"}})
        one.quiet(0.3)
        two.quiet(0.3)
        assert one.view == two.view
        assert "file/new" in two.view


def test_a_page_that_comes_back_gets_the_difference(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        page.wait_for("frame")
        page.quiet(0.2)
        last, view = page.last, dict(page.view)
    lab.post("/commands", {"file": {"path": "late", "text": "x"}})
    with lab.socket() as page:
        page.view = view
        page.hello(last)
        frame = page.wait_for("frame")
        assert frame["base"] == last
        assert set(frame["put"]) >= {"file/late"}
        assert "machine/laptop" not in frame["put"]


def test_a_page_with_an_unknown_frame_gets_everything(server: Server) -> None:
    with server.lab(paused=True).socket() as page:
        page.hello(last=12)
        assert page.wait_for("frame")["base"] == 0


def test_at_most_two_frames_are_under_way_and_the_next_has_all_that_was_missed(
    server: Server,
) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.acknowledges = False
        page.hello()
        page.quiet(0.2)
        for number in range(8):
            lab.post("/commands", {"file": {"path": f"{number}", "text": "x"}})
            time.sleep(0.06)
        page.quiet(0.3)
        assert len(page.frames) == 2
        page.acknowledges = True
        page.send({"t": "ack", "n": page.last})
        page.quiet(0.5)
        assert {f"file/{number}" for number in range(8)} <= set(page.view)
        assert len(page.frames) == 3


def test_frames_come_at_most_twenty_times_a_second(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        page.quiet(0.2)
        page.frames.clear()
        end = time.monotonic() + 1.0
        number = 0
        while time.monotonic() < end:
            number += 1
            page.send(
                {"t": "do", "id": "x", "command": {"file": {"path": "f", "text": str(number)}}}
            )
            page.quiet(0.025)
        assert number > 25
        assert len(page.frames) <= 22


def test_the_output_of_a_running_line_is_streamed_in_simulated_time(server: Server) -> None:
    lab = server.lab()
    lab.post("/clock", {"speed": 10})
    with lab.socket() as page:
        page.hello()
        result = page.do({"terminal": "echo one; sleep 5; echo two"})
        assert (result["output"], result["exit_code"]) == ("one\n", None)
        rest = page.wait_for("output", entry=result["entry"], exit_code=0)
        assert (rest["offset"], rest["text"]) == (4, "two\n")


def test_a_page_that_comes_back_gets_the_output_of_a_running_line_again(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        entry = page.do({"terminal": "echo one; sleep 5; echo two"})["entry"]
    with lab.socket() as page:
        page.hello()
        assert page.wait_for("output", entry=entry)["text"] == "one\n"


def test_a_page_that_comes_back_is_told_that_a_line_reads_nothing(server: Server) -> None:
    """It may know of a prompt that a killed server has yet to come to again."""
    with server.lab("laptop").socket() as socket:
        socket.hello()
        entry = socket.do({"terminal": "sleep 60"})["entry"]
        socket.hello()
        assert "reads" not in socket.wait_for("output", entry=entry, exit_code=None)


def test_a_step_goes_to_the_next_change_and_stays_paused(server: Server) -> None:
    lab = server.lab()
    with lab.socket() as page:
        page.hello()
        page.wait_for("frame")
        page.do({"terminal": "sleep 3"})
        page.send({"t": "clock", "paused": True})
        page.quiet(0.3)
        before = lab.get()["now_us"]
        page.send({"t": "step"})
        page.quiet(0.5)
        after = lab.get()
        assert before < after["now_us"] <= before + 60_000_000
        assert after["paused"] is True


def test_the_clock_is_told_to_all_pages(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as one, lab.socket() as two:
        one.hello()
        two.hello()
        two.wait_for("frame")
        one.send({"t": "clock", "speed": 4, "paused": False})
        assert two.wait_for("frame", speed=4.0)["paused"] is False


def test_tab_completes(server: Server) -> None:
    with server.lab(paused=True).socket() as page:
        page.hello()
        page.send({"t": "complete", "id": "c", "line": "ech", "cursor": 3})
        answer = page.wait_for("completions", id="c")
        assert (answer["from"], answer["options"]) == (0, ["echo"])


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "[]",
        "5",
        '{"t": "nonsense"}',
        '{"t": "ack", "n": "one"}',
        '{"t": "hello"}',
        '{"t": "do", "id": "x"}',
        '{"t": "do", "id": "x", "command": {"terminal": 5}}',
        '{"t": "do", "id": "x", "command": {"file": {"path": "../../x", "text": ""}}}',
        '{"t": "clock", "speed": "fast"}',
        '{"t": "clock", "paused": 1}',
        '{"t": "complete", "id": "x"}',
        '{"t": "do", "lab": "another", "id": "x", "command": {"terminal": "ls"}}',
        "[" * 100_000,
    ],
)
def test_a_bad_message_is_answered_and_the_socket_stays(server: Server, text: str) -> None:
    with server.lab(paused=True).socket() as page:
        page.hello()
        page.send(text)
        assert page.wait_for("error")["error"]
        assert page.do({"terminal": "echo still here"})["output"] == "still here\n"


def test_a_paste_of_ten_megabytes_is_answered_and_the_socket_stays(server: Server) -> None:
    with server.lab(paused=True).socket() as page:
        page.hello()
        command = {"file": {"path": "big", "text": "a" * 10_000_000}}
        page.send(json.dumps({"t": "do", "id": "big", "command": command}))
        assert "MiB" in page.wait_for("error", id="big")["error"]
        assert page.do({"terminal": "echo still here"})["output"] == "still here\n"


def test_a_flood_is_refused_and_the_lab_goes_on(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        for _ in range(300):
            page.send({"t": "do", "id": "x", "command": {"terminal": "ls"}})
        assert "too many" in page.wait_for("error")["error"]
    assert lab.get()["failed"] is None


def test_a_wrong_token_closes_the_socket_for_good(server: Server) -> None:
    lab = server.lab(paused=True)
    other = server.lab(paused=True)
    for lab_id, token in ((lab.id, "wrong"), (lab.id, other.token), ("none", lab.token)):
        assert _close_code(server, lab_id, token) == 4404


def test_a_socket_at_a_wrong_address_is_closed_for_good(server: Server) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/ws/nothing?token=x") as page:
        with pytest.raises(ConnectionClosed):
            page.recv(5)
        assert page.close_code == 4404


def test_a_foreign_origin_closes_the_socket_for_good(server: Server) -> None:
    lab = server.lab(paused=True)
    for origin in ("http://evil.example", "null", f"http://127.0.0.1.evil.example:{server.port}"):
        assert _close_code(server, lab.id, lab.token, origin) == 4403
    with lab.socket(origin=server.base) as page:
        assert page.hello()["lab"] == lab.id


def test_a_page_that_vanishes_without_a_word_does_no_harm(server: Server) -> None:
    lab = server.lab()
    lab.post("/clock", {"speed": 100})
    for _ in range(5):
        with lab.socket() as page:
            page.hello()
            page.do({"terminal": "sleep 1000"})
            page.connection.socket.shutdown(socket.SHUT_RDWR)
    with lab.socket() as page:
        page.hello()
        assert page.do({"terminal": "echo still here"})["output"] == "still here\n"


def _close_code(server: Server, lab_id: str, token: str, origin: str | None = None) -> int:
    url = f"ws://127.0.0.1:{server.port}/ws/labs/{lab_id}?token={token}"
    with connect(url, origin=origin) as connection, pytest.raises(ConnectionClosed) as closed:  # type: ignore[arg-type]
        connection.recv(5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_nothing_in_these_tests_left_a_traceback(server: Server) -> None:
    assert isinstance(server.lab(), LabClient)
    assert "Traceback" not in server.log.read_text()

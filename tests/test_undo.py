"""Going back: all pages return to a time, the old branch stays in the log."""

from __future__ import annotations

import pytest

from simulator import Lab
from tests.server import Server

SHOP = {"path": "Dockerfile", "text": "FROM scratch\n"}


def test_all_pages_go_back_and_the_old_branch_is_kept(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as one, lab.socket() as two:
        one.hello()
        two.hello()
        lab.post("/advance", {"seconds": 1})
        one.do({"fault": {"kind": "power-off", "target": "worker-1"}})
        one.wait_for("frame")
        lab.post("/advance", {"seconds": 1})
        one.send({"t": "rewind", "at_us": 999_999})
        for page in (one, two):
            assert page.wait_for("rewound")["at_us"] == 999_999
            frame = page.wait_for("frame", base=0)
            assert frame["now_us"] == 999_999
            assert page.view["machine/worker-1"]["power"] == "on"
        assert one.do({"terminal": "echo on; sleep 0"}, "after")["exit_code"] in (0, None)
    log = lab.get("/log")
    kinds = [next(iter(entry["command"])) for entry in log["entries"]]
    assert kinds == ["fault", "terminal"], "what was undone is still there"
    assert len({entry["branch"] for entry in log["entries"]}) == 2


def test_the_future_is_refused_and_the_socket_lives(server: Server) -> None:
    with server.lab(paused=True).socket() as page:
        page.hello()
        for at_us in (-1, 10**15, "soon", None):
            page.send({"t": "rewind", "id": "r", "at_us": at_us})
            assert page.wait_for("error", id="r")["error"]
        assert page.do({"terminal": "echo alive"}, "x")["exit_code"] == 0


def test_commands_of_one_instant_are_undone_one_by_one(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.type("echo 1 > x")
    lab.post("/advance", {"seconds": 5})
    lab.type("echo 2 > x")
    lab.type("echo 3 > x")
    at = lab.get()["now_us"]
    answer = lab.post("/rewind", {"at_us": at, "entry": 2})
    assert (answer["now_us"], answer["entries"]) == (at, 2)
    assert lab.get("/files?path=x")["text"] == "2\n"
    with lab.socket() as page:
        page.hello()
        page.send({"t": "rewind", "at_us": at, "entry": 1})
        assert page.wait_for("rewound")["at_us"] == at
    assert lab.get("/files?path=x")["text"] == "1\n"
    assert lab.type("echo 4 > x")["entry"] == 2
    log = lab.get("/log")
    assert [branch["after"] for branch in log["branches"]] == [0, 2, 1]
    assert len(log["entries"]) == 4
    assert Lab.replay(log).digest() == lab.get()["digest"]


@pytest.mark.parametrize(
    "body", [{}, {"at_us": 10**15}, {"at_us": -1}, {"at_us": "x"}, {"entry": 7}, {"to": 1}]
)
def test_a_lab_goes_back_only_to_where_it_was(server: Server, body: dict[str, object]) -> None:
    lab = server.lab(paused=True)
    status, answer = lab.call("POST", "/rewind", body)
    assert (status, set(answer)) == (400, {"error", "hint"})
    assert len(lab.get("/log")["branches"]) == 1


def test_a_retry_of_what_was_undone_is_not_answered_with_another_line(server: Server) -> None:
    lab = server.lab(paused=True)
    first = lab.type("echo first; sleep 0", key="k")
    lab.post("/rewind", {"entry": 0})
    other = lab.type("echo other; sleep 0")
    assert other["entry"] == first["entry"]
    again = lab.type("echo first; sleep 0", key="k")
    assert (again["output"], again["undone"]) == (first["output"], True)


def test_a_text_is_judged_without_being_saved(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        page.send({"t": "lint", "id": "l", "path": "new/Dockerfile", "text": "FROM a\nRUNN x\n"})
        answer = page.wait_for("lint", id="l")
        assert [problem["line"] for problem in answer["problems"]] == [2]
        page.send({"t": "lint", "id": "m", "path": 5, "text": None})
        assert "needs a 'path'" in page.wait_for("error", id="m")["error"]
    assert "new/Dockerfile" not in str(lab.get("/files"))


def test_what_was_undone_is_done_again_even_after_a_file_was_saved(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        lab.type("echo 1 > x")
        lab.post("/advance", {"seconds": 5})
        lab.type("echo 2 > x")
        lab.post("/advance", {"seconds": 5})
        for entry in (1, 0):
            page.send({"t": "rewind", "at_us": 4_000_000 * entry, "entry": entry})
            page.wait_for("rewound")
        lab.post("/commands", {"file": {"path": "notes", "text": "mine"}})
        for undone, text in ((1, "1\n"), (0, "2\n")):
            page.send({"t": "redo"})
            assert page.wait_for("rewound")["undone"] == undone
            assert lab.get("/files?path=x")["text"] == text
        assert lab.get()["now_us"] == 10_000_000
        page.send({"t": "redo", "id": "r"})
        assert "nothing to do again" in page.wait_for("error", id="r")["error"]
    assert Lab.replay(lab.get("/log")).digest() == lab.get()["digest"]


def test_something_new_ends_what_can_be_done_again(server: Server) -> None:
    lab = server.lab(paused=True)
    with lab.socket() as page:
        page.hello()
        lab.type("echo 1 > x")
        page.send({"t": "rewind", "at_us": 0, "entry": 0})
        assert page.wait_for("rewound")["undone"] == 1
        lab.type("echo 2 > x")
        page.send({"t": "redo", "id": "r"})
        assert page.wait_for("error", id="r")["hint"]

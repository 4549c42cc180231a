"""Going back: all pages return to a time, the old branch stays in the log."""

from __future__ import annotations

from tests.server import Server

SHOP = {"path": "shop/Dockerfile", "text": "FROM scratch\n"}


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

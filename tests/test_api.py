"""The HTTP API of DESIGN: what outsiders build on."""

from __future__ import annotations

import pytest

from simulator import Lab, Scenario
from tests.server import LabClient, Server


@pytest.fixture(scope="module")
def lab(server: Server) -> LabClient:
    """A lab that stands still."""
    return server.lab(paused=True)


def test_a_new_lab_has_an_id_a_token_and_addresses(server: Server) -> None:
    made = server.lab().made
    assert set(made) == {
        "id",
        "token",
        "url",
        "kubeconfig_url",
        "kube_server",
        "docker_host",
        "ws_url",
    }
    assert len(made["token"]) * 6 >= 128
    assert made["url"].startswith(server.base)
    assert made["ws_url"].startswith("ws://")


def test_two_labs_have_different_tokens(server: Server) -> None:
    assert server.lab().token != server.lab().token


def test_a_lab_answers_only_to_its_token(server: Server, lab: LabClient) -> None:
    address = f"/api/labs/{lab.id}"
    other = server.lab(paused=True)
    assert server.call("GET", address)[0] == 401
    assert server.call("GET", f"{address}?token=wrong")[0] == 404
    assert server.call("GET", f"{address}?token={other.token}")[0] == 404
    assert server.call("GET", f"/api/labs/nothing?token={lab.token}")[0] == 404
    bearer = {"Authorization": f"Bearer {lab.token}"}
    assert server.call("GET", address, headers=bearer)[0] == 200


def test_a_wrong_token_and_a_missing_lab_are_not_told_apart(server: Server, lab: LabClient) -> None:
    wrong = server.call("GET", f"/api/labs/{lab.id}?token=wrong")
    missing = server.call("GET", "/api/labs/nothing?token=wrong")
    assert wrong == missing


def test_a_lab_says_where_it_stands(lab: LabClient) -> None:
    standing = lab.get()
    assert {"now_us", "speed", "paused", "digest", "engine", "entries"} <= set(standing)
    assert standing["paused"] is True
    assert len(standing["digest"]) == 64


def test_advance_works_while_paused_and_ends_exactly(server: Server) -> None:
    lab = server.lab(paused=True)
    before = lab.get()["now_us"]
    after = lab.post("/advance", {"seconds": 90.5})
    assert after["now_us"] == before + 90_500_000
    assert after["paused"] is True


def test_a_lab_on_the_server_has_the_history_of_one_without(server: Server) -> None:
    served = server.lab(paused=True)
    served.type("echo one > note")
    served.post("/advance", {"seconds": 60})
    served.type("echo two >> note")
    served.post("/advance", {"seconds": 60})

    alone = Lab(Scenario.load("three-nodes"), 7)
    alone.do({"terminal": "echo one > note"})
    alone.advance(60_000_000)
    alone.do({"terminal": "echo two >> note"})
    alone.advance(120_000_000)

    assert served.get()["digest"] == alone.digest()


def test_the_exported_log_replays_to_the_same_digest(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.type("echo x > y")
    lab.post("/advance", {"seconds": 30})
    assert Lab.replay(lab.get("/log")).digest() == lab.get()["digest"]


def test_a_read_is_not_logged_and_a_command_is(server: Server) -> None:
    lab = server.lab(paused=True)
    assert lab.type("ls")["entry"] is None
    assert lab.type("echo x > y")["entry"] == 1
    assert lab.get()["entries"] == 1
    assert lab.get("/entries/1")["command"] == {"terminal": "echo x > y"}


def test_a_line_that_takes_time_is_waited_for(server: Server) -> None:
    lab = server.lab()
    lab.post("/clock", {"speed": 100})
    answer = lab.type("sleep 5; echo done")
    assert (answer["output"], answer["exit_code"]) == ("done\n", 0)


def test_a_line_that_takes_time_is_answered_at_once_while_paused(server: Server) -> None:
    lab = server.lab(paused=True)
    answer = lab.type("echo begun; sleep 5; echo done")
    assert (answer["output"], answer["exit_code"]) == ("begun\n", None)
    lab.post("/advance", {"seconds": 6})
    assert lab.get(f"/entries/{answer['entry']}")["output"] == "begun\ndone\n"


def test_a_wait_ends_after_wait_s(server: Server) -> None:
    lab = server.lab()
    assert lab.type("sleep 60", wait_s=0.2)["exit_code"] is None


def test_an_interrupt_ends_a_line(server: Server) -> None:
    lab = server.lab(paused=True)
    entry = lab.type("sleep 60")["entry"]
    lab.post("/commands", {"interrupt": entry})
    assert lab.get(f"/entries/{entry}")["exit_code"] == 130


def test_a_retry_with_the_same_key_is_done_once(server: Server) -> None:
    lab = server.lab(paused=True)
    first = lab.type("echo x >> y", key="abc")
    again = lab.type("echo x >> y", key="abc")
    assert first == again
    assert lab.get("/files?path=y")["text"] == "x\n"
    assert lab.get()["entries"] == 1


def test_every_entry_says_what_became_of_it(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.post("/commands", {"file": {"path": "x", "text": "1"}, "actor": "ann", "cwd": "/"})
    refused = lab.post("/commands", {"fault": {"kind": "power-off", "target": "nowhere"}})
    nothing = lab.post("/commands", {"interrupt": 77})
    assert lab.get("/entries/1")["exit_code"] == 0
    assert lab.get("/entries/1")["command"]["actor"] == "ann"
    again = lab.get("/entries/2")
    assert (again["exit_code"], again["error"]) == (1, refused["error"])
    assert "77" in nothing["error"]


@pytest.mark.parametrize("scenario", ["laptop", "three-nodes", "class-cluster"])
def test_a_file_and_a_line_mean_the_same_folder(server: Server, scenario: str) -> None:
    lab = server.lab(scenario, paused=True)
    lab.post("/commands", {"file": {"path": "deep/note", "text": "hello"}})
    assert lab.type("cat deep/note")["output"] == "hello"


def test_speed_and_pause_are_the_viewers_and_not_logged(server: Server) -> None:
    lab = server.lab()
    assert lab.post("/clock", {"speed": "max", "paused": True})["speed"] == "max"
    assert lab.post("/clock", {"speed": 0.1})["paused"] is True
    assert lab.get()["entries"] == 0
    for wrong in (0, 101, "fast", True, -1):
        assert lab.call("POST", "/clock", {"speed": wrong})[0] == 400


def test_a_snapshot_can_look_back(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.post("/advance", {"seconds": 10})
    lab.type("echo x > late")
    now, before = lab.get("/snapshot"), lab.get("/snapshot?at_us=5000000")
    assert now["now_us"] == lab.get()["now_us"]
    assert before["now_us"] == 5_000_000
    assert "late" in now["files"]
    assert "late" not in before["files"]
    assert {"objects", "machines", "traffic"} <= set(now)
    assert lab.call("GET", "/snapshot?at_us=99000000000")[0] == 400


def test_a_fork_begins_where_it_was_asked_to_and_leaves_the_lab_alone(server: Server) -> None:
    lab = server.lab(paused=True)
    lab.type("echo 1 > a")
    lab.post("/advance", {"seconds": 10})
    lab.type("echo 2 > b")
    before = lab.get()["digest"]
    status, made = lab.call("POST", "/fork", {"entry": 1})
    fork = LabClient(server, made)
    assert status == 201
    assert fork.token != lab.token
    assert fork.get()["entries"] == 1
    fork.type("echo 3 > c")
    assert lab.get()["digest"] == before
    at = lab.call("POST", "/fork", {"at_us": 5_000_000})[1]
    assert LabClient(server, at).get()["now_us"] == 5_000_000


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/labs", b"{not json", 400),
        ("POST", "/api/labs", [], 400),
        ("POST", "/api/labs", {}, 400),
        ("POST", "/api/labs", {"scenario": "../../etc/passwd"}, 400),
        ("POST", "/api/labs", {"scenario": "laptop", "seed": "x"}, 400),
        ("POST", "/api/labs", {"scenario": "laptop", "sead": 1}, 400),
        ("POST", "/api/labs", {"scenario": "laptop", "paused": 1.5}, 400),
        ("GET", "/api/labs", None, 405),
        ("GET", "/api/nothing", None, 404),
    ],
)
def test_a_bad_call_is_answered_with_an_error_and_a_hint(
    server: Server, method: str, path: str, body: object, status: int
) -> None:
    got, answer = server.call(method, path, body)
    assert got == status
    assert set(answer) == {"error", "hint"}


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("/commands", {}),
        ("/commands", {"terminal": 5}),
        ("/commands", {"terminal": "ls", "fault": {}}),
        ("/commands", {"nonsense": 1}),
        ("/commands", {"file": {"path": "../x", "text": ""}}),
        ("/commands", {"terminal": "ls", "wait_s": "long"}),
        ("/commands", {"terminal": "ls", "machine": 7}),
        ("/advance", {"seconds": -1}),
        ("/advance", {"seconds": 86_401}),
        ("/advance", {"seconds": "1"}),
        ("/advance", {}),
        ("/clock", {"paused": "yes"}),
        ("/clock", {"paused": 0}),
        ("/commands", {"terminal": "ls", "machine": "nowhere"}),
        ("/fork", {"at_us": -1}),
        ("/fork", {"at_us": 1.5}),
        ("/fork", {"entry": 99}),
    ],
)
def test_a_bad_command_is_refused_and_the_lab_goes_on(
    lab: LabClient, what: str, body: object
) -> None:
    entries = lab.get()["entries"]
    status, answer = lab.call("POST", what, body)
    assert (status, set(answer)) == (400, {"error", "hint"})
    assert lab.get()["entries"] == entries


def test_a_paste_of_ten_megabytes_is_refused_clearly(lab: LabClient) -> None:
    body = {"file": {"path": "big", "text": "a" * 10_000_000}}
    status, answer = lab.call("POST", "/commands", body)
    assert status == 413
    assert "MiB" in answer["error"]
    assert lab.get()["failed"] is None


def test_a_file_of_a_mebibyte_is_taken_and_one_of_two_is_refused(lab: LabClient) -> None:
    assert lab.call("POST", "/commands", {"file": {"path": "m", "text": "a" * 1_000_000}})[0] == 200
    assert lab.call("POST", "/commands", {"file": {"path": "m", "text": "a" * 2_000_000}})[0] == 400


def test_things_that_are_not_there_are_404(lab: LabClient) -> None:
    assert lab.call("GET", "/entries/999")[0] == 404
    assert lab.call("GET", "/files?path=nothing")[0] == 404


def test_metrics_are_text_that_prometheus_reads(server: Server, lab: LabClient) -> None:
    own, whole = lab.get("/metrics"), server.call("GET", "/metrics")[1]
    assert "drydock_lab_seconds" in own
    assert 'drydock_lab_machine_up{machine="worker-1"} 1' in own
    assert "drydock_rooms" in whole
    for line in (own + whole).splitlines():
        assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2


def test_one_address_makes_a_limited_number_of_labs(own_server: Server) -> None:
    own_server.start(LABS_PER_HOUR="12")
    answers = [own_server.call("POST", "/api/labs", {"scenario": "laptop"}) for _ in range(12)]
    assert [status for status, _ in answers[:10]] == [201] * 10
    assert answers[11][0] == 429
    assert "12 an hour" in answers[11][1]["hint"]


def test_nothing_in_these_tests_left_a_traceback(server: Server) -> None:
    assert server.call("GET", "/healthz")[0] == 200
    assert "Traceback" not in server.log.read_text()

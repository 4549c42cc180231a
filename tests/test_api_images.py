"""The call that takes an image apart: what the page's layer explorer draws."""

from __future__ import annotations

import pytest

from simulator import BadCommand, Lab
from simulator.scenario import Scenario
from tests.docker_world import add_image
from tests.server import Server

DOCKERFILE = "FROM alpine:3.24\nRUN dd if=/dev/zero of=/big bs=1M count=3\nRUN rm /big\n"


def test_a_page_sees_which_layer_a_file_came_from_and_what_is_wasted(server: Server) -> None:
    lab = server.lab(scenario="laptop", paused=True)
    lab.post("/commands", {"file": {"path": "x/Dockerfile", "text": DOCKERFILE}})
    built = lab.type("docker build -t x x")["entry"]
    lab.post("/advance", {"seconds": 120})
    assert lab.get(f"/entries/{built}")["exit_code"] == 0
    told = lab.get("/images?image=x")
    assert told["tags"] == ["x:latest"]
    assert told["wasted"] == 3 << 20
    *_, filled, removed = told["layers"]
    assert [(row["path"], row["change"], row["size"]) for row in filled["files"]] == [
        ("/big", "added", 3 << 20)
    ]
    assert [(row["path"], row["change"]) for row in removed["files"]] == [("/big", "removed")]
    assert removed["hides"] == 3 << 20


def test_an_image_that_is_not_there_is_a_404(server: Server) -> None:
    lab = server.lab(scenario="laptop", paused=True)
    assert lab.call("GET", "/images?image=nothing:1")[0] == 404
    assert lab.call("GET", "/images?image=nothing:1&machine=moon")[0] == 404
    assert lab.call("GET", "/images")[0] == 400


def test_a_lab_takes_an_image_apart_without_a_server() -> None:
    lab = Lab(Scenario.load("laptop"), 1)
    image = add_image(lab, "alpine:3.24")
    assert lab.image("alpine:3.24", "laptop")["id"] == image["Id"]


@pytest.mark.parametrize("command", [{"terminal": "echo \ud800"}, {"interrupt": 10**30}])
def test_a_command_that_cannot_be_stored_is_refused(command: dict[str, object]) -> None:
    lab = Lab(Scenario.load("laptop"), 1)
    with pytest.raises(BadCommand):
        lab.do(command)


def test_a_page_reads_a_small_text_file_of_a_layer(server: Server) -> None:
    lab = server.lab(scenario="laptop", paused=True)
    dockerfile = "FROM alpine:3.24\nRUN echo one > /a\nRUN echo two > /a\n"
    lab.post("/commands", {"file": {"path": "x/Dockerfile", "text": dockerfile}})
    lab.type("docker build -t x x")
    lab.post("/advance", {"seconds": 120})
    told = lab.get("/images?image=x")
    *_, first, second = told["layers"]
    assert (first["files"][0]["gone"], first["files"][0]["text"]) == (2, True)
    assert second["files"][0]["change"] == "modified" and "gone" not in second["files"][0]
    texts = [lab.get(f"/images/file?image=x&layer={n}&path=/a")["text"] for n in (1, 2)]
    assert texts == ["one\n", "two\n"]
    assert [line["empty"] for line in told["history"]][-2:] == [False, False]
    for wrong in ("layer=9&path=/a", "layer=1&path=/none"):
        assert lab.call("GET", f"/images/file?image=x&{wrong}")[0] == 404
    for wrong in ("layer=-1&path=/a", "layer=1", "layer=x&path=/a"):
        assert lab.call("GET", f"/images/file?image=x&{wrong}")[0] == 400


def test_what_a_container_wrote_is_a_layer_of_its_own(server: Server) -> None:
    lab = server.lab(scenario="laptop", paused=True)
    lab.type("docker run -d --name box -v data:/data alpine sh -c 'echo hi > /mine; sleep 600'")
    lab.post("/advance", {"seconds": 60})
    told = lab.get("/images?container=box")
    own = told["layers"][-1]
    assert own["writable"] and told["container"] == "box"
    assert [(row["path"], row["change"]) for row in own["files"]] == [("/mine", "added")]
    assert [(mount["path"], mount["source"]) for mount in told["mounts"]] == [("/data", "data")]
    assert lab.get("/images/file?container=box&layer=1&path=/mine")["text"] == "hi\n"

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

"""Writable layer, volumes, bind mounts, tmpfs, networks, exec and commit."""

from __future__ import annotations

import pytest

from simulator.docker.daemon import DockerError
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start

ALPINE = "alpine:3.24"


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{"site/index.html": "<h1>mine</h1>"})
    add_image(made, ALPINE)
    add_image(made, "nginx:latest")
    return made


def sh(lab: Lab, container: str, script: str, **options: object) -> str:
    return lab.engine.docker.exec_("laptop", container, ["sh", "-c", script], **options)[1]


def test_what_a_container_writes_is_lost_with_it_and_never_in_the_image(lab: Lab) -> None:
    first = start(lab, ALPINE, "sleep", "60")
    sh(lab, first, "echo hi > /note; rm /etc/motd; mkdir -p /a/b")
    changes = {row["Path"]: row["Kind"] for row in lab.engine.docker.files.changes(
        lab.engine.docker.need("laptop", first))}  # fmt: skip
    assert changes["/note"] == 1
    assert changes["/a/b"] == 1
    second = start(lab, ALPINE, "cat", "/note")
    assert output(lab, second) == "cat: can't open '/note': No such file or directory\n"


def test_the_writable_layer_outlives_a_restart(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-c", "echo run >> /runs; cat /runs; sleep 5", wait=8)
    lab.engine.docker.start("laptop", container)
    run_for(lab, 8)
    assert output(lab, container) == "run\nrun\nrun\n"


def test_a_named_volume_takes_the_images_files_and_keeps_what_is_written(lab: Lab) -> None:
    host = {"Binds": ["html:/usr/share/nginx/html"]}
    first = start(lab, "nginx:latest", HostConfig=host)
    assert "index.html" in sh(lab, first, "ls /usr/share/nginx/html")
    sh(lab, first, "echo new > /usr/share/nginx/html/index.html")
    lab.engine.docker.remove("laptop", first, force=True, volumes=True)
    second = start(lab, "nginx:latest", HostConfig=host)
    assert lab.engine.programs.respond(second, 80, {"path": "/"})["body"] == "new\n"
    with pytest.raises(DockerError, match="volume is in use"):
        lab.engine.docker.mounts.remove("laptop", "html")


def test_a_bind_mount_shows_the_workspace_and_writes_to_it(lab: Lab) -> None:
    host = {"Binds": ["/home/student/site:/usr/share/nginx/html"]}
    container = start(lab, "nginx:latest", HostConfig=host)
    assert lab.engine.programs.respond(container, 80, {"path": "/"})["body"] == "<h1>mine</h1>"
    sh(lab, container, "echo more > /usr/share/nginx/html/two.txt")
    assert lab.engine.workspace.read("", "/home/student/site/two.txt") == "more\n"
    lab.do({"file": {"path": "site/index.html", "text": "changed"}})
    assert lab.engine.programs.respond(container, 80, {"path": "/"})["body"] == "changed"


def test_read_only_places_refuse_writes(lab: Lab) -> None:
    host = {"ReadonlyRootfs": True, "Tmpfs": {"/tmp": ""}}
    container = start(lab, ALPINE, "sleep", "60", HostConfig=host)
    assert "Read-only file system" in sh(lab, container, "touch /x")
    assert sh(lab, container, "echo 1 > /tmp/x; cat /tmp/x") == "1\n"


def test_names_are_found_only_on_networks_of_ones_own(lab: Lab) -> None:
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    start(lab, "nginx:latest", name="web", HostConfig={"NetworkMode": "shop"})
    inside = start(lab, ALPINE, "sleep", "60", HostConfig={"NetworkMode": "shop"})
    outside = start(lab, ALPINE, "sleep", "60")
    assert "Welcome to nginx" in sh(lab, inside, "wget -qO- http://web/")
    assert sh(lab, outside, "wget -qO- http://web/") == "wget: bad address 'web'\n"


def test_addresses_are_given_in_order_and_given_back(lab: Lab) -> None:
    ids = [start(lab, ALPINE, "sleep", "600") for _ in range(3)]
    address = [lab.engine.docker.need("laptop", c)["NetworkSettings"]["IPAddress"] for c in ids]
    assert address == ["172.17.0.2", "172.17.0.3", "172.17.0.4"]
    lab.engine.docker.remove("laptop", ids[0], force=True)
    fresh = start(lab, ALPINE, "sleep", "600")
    found = lab.engine.docker.need("laptop", fresh)["NetworkSettings"]["IPAddress"]
    assert found == "172.17.0.2"


def test_a_network_in_use_is_not_removed(lab: Lab) -> None:
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    start(lab, ALPINE, "sleep", "60", HostConfig={"NetworkMode": "shop"}, name="web")
    with pytest.raises(DockerError, match="network shop has active endpoints"):
        lab.engine.docker.networks.remove("laptop", "shop")


def test_exec_runs_beside_the_main_process_with_its_own_user_and_env(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "60", Env=["A=1"])
    docker = lab.engine.docker
    assert docker.exec_("laptop", container, ["id", "-u"], user="nobody") == (0, "65534\n")
    assert sh(lab, container, "echo $A$B", env=["B=2"]) == "12\n"
    assert docker.exec_("laptop", container, ["false"]) == (1, "")
    code, text = docker.exec_("laptop", container, ["nope"])
    assert (code, "executable file not found" in text) == (127, True)
    assert docker.exec_("laptop", container, ["sleep", "3"])[0] is None


def test_a_commit_keeps_the_changes_as_a_layer(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "60")
    sh(lab, container, "echo kept > /note")
    lab.engine.docker.commit("laptop", container, "saved:1", changes=['CMD ["cat","/note"]'])
    again = start(lab, "saved:1")
    assert output(lab, again) == "kept\n"


def test_a_container_lives_on_when_its_images_name_moves(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "60")
    lab.engine.images.tag("laptop", "nginx:latest", ALPINE)
    assert "Alpine" in sh(lab, container, "cat /etc/os-release")

"""docker context and docker images --tree."""

from __future__ import annotations

from tests.docker_world import add_image, make_lab
from tests.project_world import Project

HOST = "tcp://10.0.0.1:2375"


def test_a_context_is_made_chosen_and_removed() -> None:
    lab = Project("=== a\nx\n")
    assert lab.run(f"docker context create far --docker host={HOST} --description hi") == (
        'far\nSuccessfully created context "far"\n'
    )
    assert lab.run("docker context create far") == 'context "far" already exists\n'
    assert "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$" in lab.run("docker context create b@d")
    assert lab.run("docker context use far") == 'far\nCurrent context is now "far"\n'
    listed = lab.run("docker context ls").splitlines()
    assert listed[2].split() == ["far", "*", "hi", HOST]
    assert lab.run("docker context rm far") == (
        'context "far" is in use, set -f flag to force remove\n'
    )
    assert lab.run("docker context rm -f far default") == (
        'far\ncontext "default" cannot be removed\n'
    )
    assert lab.run("docker context show") == "default\n"


def test_a_context_without_a_daemon_ends_commands_in_the_clients_words() -> None:
    lab = Project("=== a\nx\n")
    lab.run(f"docker context create far --docker host={HOST}")
    refused = f"Cannot connect to the Docker daemon at {HOST}. Is the docker daemon running?\n"
    assert lab.run("docker --context far ps") == refused and lab.code == 1
    lab.run("docker context use far")
    assert lab.run("docker ps") == refused
    assert lab.run("docker version").endswith(f" Context:           far\n\n{refused}")
    assert lab.run("docker --context default ps").startswith("CONTAINER ID")
    assert 'resolve docker endpoint: context "no"' in lab.run("docker -c no ps")


def test_images_are_listed_as_a_tree_with_all_their_names() -> None:
    lab = make_lab()
    add_image(lab, "alpine:3.24")
    lab.do({"terminal": "docker tag alpine:3.24 my/thing:1"})
    lines = str(lab.do({"terminal": "docker images --tree"})["output"]).splitlines()
    assert lines[0].startswith("WARNING: This is an experimental feature.")
    assert lines[1].split("   ")[0] == "IMAGE" and lines[1].endswith("CONTENT SIZE   USED")
    assert lines[2].strip() == "alpine:3.24"
    assert lines[3].split()[:1] == ["my/thing:1"] and lines[3].split()[3] == "0B"

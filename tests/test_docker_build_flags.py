"""Flags of `docker build`: outputs, secrets, agents, hosts, files about it, what is refused."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import make_lab, run_for

TREE = "FROM alpine:3.24 AS build\nRUN echo made > /out.txt\n"
TREE += "FROM scratch\nCOPY --from=build /out.txt /\n"
FILES = {
    "app/Dockerfile": 'FROM alpine:3.24\nCOPY note /note\nCMD ["cat", "/note"]\n',
    "app/note": "from a build\n",
    "app/key": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "app/tree.Dockerfile": TREE,
    "app/ssh.Dockerfile": "FROM alpine:3.24\n"
    "RUN --mount=type=ssh,required=true echo sock=$SSH_AUTH_SOCK && test -e $SSH_AUTH_SOCK\n",
    "app/maybe.Dockerfile": 'FROM alpine:3.24\nRUN --mount=type=ssh echo "sock=[$SSH_AUTH_SOCK]"\n',
    "app/secret.Dockerfile": "FROM alpine:3.24\n"
    "RUN --mount=type=secret,id=token,required=true cat /run/secrets/token\n"
    "RUN --mount=type=secret,id=token,env=TOKEN echo is-$TOKEN\n"
    "RUN test ! -e /run/secrets/token\n",
    "app/hosts.Dockerfile": "FROM alpine:3.24\nRUN cat /etc/hosts\nRUN echo x >> /etc/hosts\n",
    "app/bind.Dockerfile": "FROM alpine:3.24\nRUN --mount=type=bind,target=/src touch /src/made\n",
}


@pytest.fixture
def lab() -> Lab:
    return make_lab(**FILES)


def run(lab: Lab, line: str, seconds: float = 60.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/app"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        answer = lab.entry(answer["entry"]) or {}
    return answer["output"], answer["exit_code"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--ssh default", "failed to convert agent config {default [] false}: invalid empty ssh "
                          "agent socket: make sure SSH_AUTH_SOCK is set"),
        ("--ssh default=nope", "stat nope: no such file or directory"),
        ("--secret id=token", "failed to stat token: stat token: no such file or directory"),
        ("--secret src=note", "secret missing ID"),
        ("--secret id=a,type=vault", 'unsupported secret type "vault"'),
        ("--secret token", "invalid field 'token' must be a key=value pair"),
        ("--secret id=a,file=note", "unexpected key 'file' in 'file=note'"),
        ("--add-host db", "invalid host db"),
        ("--network shop", 'network mode "shop" not supported by buildkit'),
        ("--progress loud", "invalid progress mode loud"),
        ("--progress plain -q", "progress=plain and quiet cannot be used together"),
        ("--no-cache --no-cache-filter build", "--no-cache and --no-cache-filter cannot currently"),
        ("--push --load", "push and load may not be set together at the moment"),
        ("-o type=local", "dest is required for local exporter"),
        ("-o dest=out,x=y", "type is required for output"),
        ("-o type=oci,dest=x.tar", "OCI exporter is not supported for the docker driver."),
        ("--push -o out", 'push and "local" output can\'t be used together'),
        ("--annotation team", 'invalid annotation "team", expected key=value'),
        ("--annotation image:team=a", 'unknown annotation type "image"'),
    ],
)  # fmt: skip
def test_what_buildx_refuses(lab: Lab, flags: str, words: str) -> None:
    text, code = run(lab, f"docker build {flags} .")
    assert code == 1
    assert text.startswith("ERROR: failed to build: ") and words in text


def test_flags_that_change_nothing_of_the_image(lab: Lab) -> None:
    flags = (
        "--shm-size 128m --annotation team=a --annotation index:org.x/y=b --load --progress=plain"
    )
    assert run(lab, f"docker build {flags} -t note .")[1] == 0


def test_output_to_a_folder_writes_the_files_and_no_image(lab: Lab) -> None:
    text, code = run(lab, "docker build -f tree.Dockerfile -o out .")
    assert code == 0
    assert "exporting to client directory" in text and "copying files 5B" in text
    assert run(lab, "cat out/out.txt") == ("made\n", 0)
    assert run(lab, "docker images -q") == ("", 0)


def test_output_as_a_tar_archive(lab: Lab) -> None:
    text, code = run(lab, "docker build -f tree.Dockerfile -o type=tar,dest=out.tar .")
    assert code == 0 and "exporting to client tarball" in text and "sending tarball" in text
    held = lab.engine.workspace.read("/home/student/app", "out.tar")
    assert held is not None
    with tarfile.open(fileobj=io.BytesIO(held.encode())) as tar:
        found = tar.extractfile("out.txt")
        assert found is not None and found.read() == b"made\n"


def test_several_platforms_go_to_folders_of_their_own(lab: Lab) -> None:
    line = "docker build -f tree.Dockerfile --platform linux/amd64,linux/arm64 -o out ."
    assert run(lab, line)[1] == 0
    assert run(lab, "cat out/linux_arm64/out.txt") == ("made\n", 0)


def test_iidfile_and_metadata_file(lab: Lab) -> None:
    run(lab, "docker build -t note --iidfile iid --metadata-file meta.json .")
    identity = run(lab, "cat iid")[0]
    told = json.loads(run(lab, "cat meta.json")[0])
    assert run(lab, "docker images -q --no-trunc")[0].strip() == identity
    assert told["containerimage.config.digest"] == identity
    assert told["image.name"] == "docker.io/library/note:latest"
    assert told["buildx.build.ref"].startswith("default/default/")
    material = told["buildx.build.provenance"]["materials"][0]["uri"]
    assert material == "pkg:docker/alpine@3.24?platform=linux%2Famd64"


def test_rawjson_is_one_document_per_event(lab: Lab) -> None:
    text, _ = run(lab, "docker build --progress=rawjson -f hosts.Dockerfile .")
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    named = {v["digest"]: v["name"] for row in rows for v in row.get("vertexes", ())}
    assert any(name.startswith("[1/3] FROM") for name in named.values())
    logs = [log for row in rows for log in row.get("logs", ())]
    assert base64.b64decode(logs[0]["data"]) == b"127.0.0.1\tlocalhost buildkitsandbox\n"
    assert named[logs[0]["vertex"]] == "[2/3] RUN cat /etc/hosts"


def test_progress_quiet_says_nothing(lab: Lab) -> None:
    assert run(lab, "docker build --progress=quiet .") == ("", 0)


def test_a_required_agent_must_be_forwarded(lab: Lab) -> None:
    text, code = run(lab, "docker build -f ssh.Dockerfile .")
    assert code == 1
    assert text.endswith('failed to solve: no SSH key "default" forwarded from the client\n')
    text, code = run(lab, "docker build --ssh other=key -f ssh.Dockerfile .")
    assert code == 1 and text.endswith("failed to solve: unset ssh forward key default\n")
    text, code = run(lab, "docker build --progress=plain --ssh default=key -f ssh.Dockerfile .")
    assert code == 0 and "sock=/run/buildkit/ssh_agent.0" in text


def test_an_agent_that_is_not_required_may_be_missing(lab: Lab) -> None:
    text, code = run(lab, "docker build --progress=plain -f maybe.Dockerfile .")
    assert code == 0 and "sock=[]" in text


def test_secrets_are_there_while_a_run_runs_and_not_in_its_key(lab: Lab) -> None:
    build = "docker build --progress=plain -f secret.Dockerfile"
    text, code = run(lab, f"{build} .")
    assert code == 1 and text.endswith("failed to solve: secret token: not found\n")
    text, code = run(lab, f"{build} --secret id=token,src=note .")
    assert code == 0 and "from a build" in text and "is-from a build" in text
    text, code = run(lab, f"{build} --secret id=token,src=key .")
    assert code == 0 and text.count("CACHED") >= 3
    text, code = run(lab, f"{build} .")
    assert code == 0 and text.count("CACHED") >= 3


def test_add_host_is_seen_by_run_and_counts_for_the_cache(lab: Lab) -> None:
    build = "docker build --progress=plain -t hosts -f hosts.Dockerfile"
    text, _ = run(lab, f"{build} --add-host db=10.1.2.3 --add-host up:host-gateway .")
    assert "10.1.2.3\tdb" in text and "172.17.0.1\tup" in text
    run(lab, f"{build} .")
    last = lab.engine.store.list("Build", "laptop")[-1]
    row = next(r for r in last["status"]["steps"] if "RUN cat" in r["name"])
    assert not row["cached"]
    assert row["why"] == "--add-host changed from 'db:10.1.2.3, up:172.17.0.1' to ''"
    assert run(lab, "docker run --rm hosts grep -cx x /etc/hosts")[0].strip() == "0"


def test_a_bind_mount_refuses_writes(lab: Lab) -> None:
    text, code = run(lab, "docker build -f bind.Dockerfile .")
    assert code == 1 and "touch: /src/made: Read-only file system" in text


def test_labels_without_a_value_are_empty(lab: Lab) -> None:
    run(lab, "docker build --label team=a --label loud -t note .")
    text, _ = run(lab, "docker inspect -f '{{json .Config.Labels}}' note")
    assert json.loads(text) == {"team": "a", "loud": ""}


CALLS = """# BASE which image to stand on
ARG BASE=alpine:3.24
# build compiles
FROM ${BASE} AS build
# V the version
ARG V=1
ARG UNSET
RUN --mount=type=secret,id=token,required=true --mount=type=ssh echo $V
FROM scratch AS unused
COPY x /
# app is what is shipped
FROM ${BASE} AS app
COPY --from=build /x /x
CMD run
"""


def test_call_outline_and_targets(lab: Lab) -> None:
    lab.do({"file": {"path": "app/Dockerfile", "text": CALLS}})
    text, code = run(lab, "docker build --call=outline --build-arg V=2 .")
    assert code == 0
    assert text == (
        "TARGET:      app\nDESCRIPTION: is what is shipped\n\n"
        "BUILD ARG   VALUE         DESCRIPTION\nBASE        alpine:3.24   which image to stand on\n"
        "V           2             the version\nUNSET                     \n\n"
        "SECRET   REQUIRED\ntoken    true\n\nSSH       REQUIRED\ndefault   \n"
    )
    text, code = run(lab, "docker build --call=targets .")
    assert (text, code) == (
        "TARGET        DESCRIPTION\nbuild         compiles\nunused        \n"
        "app (default) is what is shipped\n",
        0,
    )
    assert run(lab, "docker images -q") == ("", 0)


def test_check_prints_the_warnings_and_builds_nothing(lab: Lab) -> None:
    assert run(lab, "docker build --check .") == ("Check complete, no warnings found.\n", 0)
    lab.do({"file": {"path": "app/Dockerfile", "text": CALLS}})
    text, code = run(lab, "docker build --check .")
    assert code == 1
    assert text.startswith(
        "Check complete, 1 warning has been found!\n\nWARNING: JSONArgsRecommended - "
        "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/\n"
    )
    assert "Dockerfile:14\n--------------------\n" in text and "  14 | >>> CMD run\n" in text
    text, code = run(lab, "docker build --call=guess .")
    assert code == 1 and "is not supported" in text
    lab.do({"file": {"path": "app/Dockerfile", "text": "FROM alpine:3.24\nCOPPY . .\n"}})
    text, code = run(lab, "docker build --check .")
    assert code == 1 and "unknown instruction: COPPY" in text


def test_build_context_gives_files_of_another_folder(lab: Lab) -> None:
    text = "FROM alpine:3.24\nCOPY --from=docs /guide /guide\nRUN cat /guide\n"
    text += "RUN --mount=type=bind,from=docs,target=/docs cat /docs/guide\n"
    lab.do({"file": {"path": "app/Dockerfile", "text": text}})
    lab.do({"file": {"path": "docs/guide", "text": "read me\n"}})
    text, code = run(lab, "docker build --progress=plain --build-context docs=../docs .")
    assert code == 0 and text.count("read me") == 2
    assert "[context docs] load from client\n" in text and "transferring docs: 8B done" in text
    text, code = run(lab, "docker build --build-context docs=../nope .")
    assert code == 1 and "failed to get build context docs: stat ../nope: no such file" in text


def test_build_context_puts_an_image_in_the_place_of_a_name(lab: Lab) -> None:
    text = "FROM base\nCOPY --from=tools /etc/alpine-release /x\nRUN cat /x\n"
    lab.do({"file": {"path": "app/Dockerfile", "text": text}})
    flags = "--build-context base=docker-image://alpine:3.23"
    flags += " --build-context tools=docker-image://alpine:3.24"
    text, code = run(lab, f"docker build --progress=plain {flags} .")
    assert code == 0
    assert "FROM docker.io/library/alpine:3.23@sha256" in text and " 3.24." in text


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--cache-to type=gha", "Cache export is not supported for the docker driver."),
        ("--cache-to type=tape", 'unknown cache exporter: "tape"'),
        ("--cache-to type=registry", "registry cache exporter requires ref"),
        ("--cache-from ref=x", 'type required form> "ref=x"'),
    ],
)
def test_caches_that_are_refused(lab: Lab, flags: str, words: str) -> None:
    text, code = run(lab, f"docker build {flags} .")
    assert code == 1 and words in text


def test_cache_from_is_shown(lab: Lab) -> None:
    line = "docker build --progress=plain --cache-from type=registry,ref=student/none:1 ."
    text, code = run(lab, line)
    assert code == 0 and "importing cache manifest from student/none:1\n" in text
    assert "ERROR: failed to configure registry cache importer: " in text

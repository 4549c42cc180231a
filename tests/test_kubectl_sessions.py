"""kubectl exec -it, attach and run -it: typing into pods."""

from __future__ import annotations

from typing import Any

import pytest

from .kube import Cluster

POD = """apiVersion: v1
kind: Pod
metadata: {name: box}
spec:
  containers:
  - {name: shell, image: "alpine:3.24", command: [sh], stdin: true, tty: true}
"""


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster(5)
    made.file("pod.yaml", POD)
    made.run("kubectl apply -f pod.yaml")
    made.wait(40)
    return made


def begin(cluster: Cluster, line: str) -> int:
    entry = cluster.lab.do({"terminal": line})["entry"]
    cluster.wait(2)
    return int(entry)


def type_in(cluster: Cluster, entry: int, *texts: str) -> dict[str, Any]:
    for text in texts:
        cluster.lab.do({"stdin": {"entry": entry, "text": text}})
        cluster.wait(1)
    found = cluster.lab.entry(entry)
    assert found is not None
    return found


def test_a_shell_beside_the_main_process_has_a_state_of_its_own(cluster: Cluster) -> None:
    entry = begin(cluster, "kubectl exec -it box -- sh")
    found = type_in(cluster, entry, "cd /tmp; X=1\n", "echo $X $PWD\n", "exit 3\n")
    assert found["output"] == (
        "/ # cd /tmp; X=1\n/tmp # echo $X $PWD\n1 /tmp\n/tmp # exit 3\n"
        "command terminated with exit code 3\n"
    )
    assert found["exit_code"] == 3


def test_attach_goes_to_the_main_process_and_its_end_ends_the_session(cluster: Cluster) -> None:
    entry = begin(cluster, "kubectl attach -it box")
    found = type_in(cluster, entry, "echo here\n", "exit\n")
    assert found["output"] == (
        "If you don't see a command prompt, try pressing enter.\necho here\nhere\n/ # exit\n"
        "Session ended, resume using 'kubectl attach box -c shell -i -t' command when the pod is "
        "running\n"
    )
    assert found["exit_code"] == 0


def test_run_with_rm_is_a_shell_that_leaves_nothing(cluster: Cluster) -> None:
    entry = begin(cluster, "kubectl run -it --rm one --image=alpine:3.24 --restart=Never -- sh")
    cluster.wait(30)
    found = type_in(cluster, entry, "echo hi\n", "\x04")
    assert found["output"] == (
        "If you don't see a command prompt, try pressing enter.\necho hi\nhi\n/ # \n"
        'pod "one" deleted\n'
    )
    cluster.wait(40)
    assert "one" not in cluster.says("kubectl get pods")


def test_what_cannot_be_attached_to_is_refused(cluster: Cluster) -> None:
    assert (
        "at least 1 argument is required"
        in cluster.lab.do({"terminal": "kubectl attach"})["output"]
    )
    assert 'pods "nope" not found' in cluster.lab.do({"terminal": "kubectl attach nope"})["output"]

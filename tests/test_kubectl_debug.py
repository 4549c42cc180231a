"""kubectl debug: containers added to pods that run, copies of pods, pods on nodes."""

from __future__ import annotations

import pytest

from .kube import Cluster

GENERAL = "--profile=general"


@pytest.fixture
def cluster() -> Cluster:
    """Give a cluster with one web server."""
    found = Cluster(1)
    found.run("kubectl run web --image=nginx:1.27")
    found.wait(15)
    return found


def test_a_container_is_added_to_a_pod_that_runs(cluster: Cluster) -> None:
    said = cluster.says(f"kubectl debug web --image=busybox:1.36 -c dbg {GENERAL} -- sleep 20")
    cluster.wait(10)

    assert said == ""
    assert "Welcome to nginx" in cluster.says("kubectl exec web -c dbg -- wget -qO- localhost")
    assert "web    1/1     Running   0" in cluster.says("kubectl get pods")
    assert "\nEphemeral Containers:\n  dbg:\n" in cluster.says("kubectl describe pod web")
    cluster.wait(30)
    (status,) = cluster.api.get("Pod", "default", "web")["status"]["ephemeralContainerStatuses"]
    assert status["state"]["terminated"]["exitCode"] == 0
    assert (status["restartCount"], status["ready"]) == (0, False)
    assert cluster.run("kubectl delete pod web")[1] == 0


def test_what_a_debugging_command_says_is_shown(cluster: Cluster) -> None:
    line = f"kubectl debug web -i --image=busybox:1.36 {GENERAL} -- cat /etc/hostname"

    output, code = cluster.run(line)

    assert output.startswith("Defaulting debug container name to debugger-")
    assert output.endswith("try pressing enter.\nweb\n")
    assert code == 0


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ("--image=busybox:1.36 -c x --target=zz", "The Pod \"web\" is invalid: "
         "spec.ephemeralContainers[0].targetContainerName: Not found: \"zz\""),
        ("--image=busybox:1.36 -c web", "The Pod \"web\" is invalid: "
         "spec.ephemeralContainers[0].name: Duplicate value: \"web\""),
        ("", "error: you must specify --image, --set-image or both"),
    ],
)  # fmt: skip
def test_a_container_that_cannot_be_added_is_refused(
    cluster: Cluster, flags: str, error: str
) -> None:
    output, code = cluster.run(f"kubectl debug web {GENERAL} {flags}")

    assert output.splitlines()[-1] == error
    assert code == 1


def test_a_pod_is_copied_with_another_image(cluster: Cluster) -> None:
    cluster.run(f"kubectl debug web --copy-to=web2 --set-image=*=nginx:1.25 {GENERAL}")

    spec = cluster.api.get("Pod", "default", "web2")["spec"]
    assert [one["image"] for one in spec["containers"]] == ["nginx:1.25"]
    assert "labels" not in cluster.api.get("Pod", "default", "web2")["metadata"]


def test_a_pod_is_put_on_a_node_to_look_at_it(cluster: Cluster) -> None:
    said = cluster.says(f"kubectl debug node/w1 --image=busybox:1.36 {GENERAL} -- sleep 50")

    name = said.split()[3]
    assert said == f"Creating debugging pod {name} with container debugger on node w1.\n"
    spec = cluster.api.get("Pod", "default", name)["spec"]
    assert (spec["nodeName"], spec["hostNetwork"], spec["hostPID"]) == ("w1", True, True)


def test_a_container_with_a_target_sees_its_processes_and_is_seen(cluster: Cluster) -> None:
    flags = f"-c dbg --target=web {GENERAL}"
    cluster.run(f"kubectl debug web --image=busybox:1.36 {flags} -- sleep 77")
    cluster.run(f"kubectl debug web --image=busybox:1.36 -c apart {GENERAL} -- sleep 88")
    cluster.wait(10)

    seen = [line.split()[3:] for line in cluster.says("kubectl exec web -c dbg -- ps").splitlines()]
    assert seen[1][:3] == ["nginx:", "master", "process"]
    assert ["sleep", "77"] in seen
    assert ["sleep", "88"] not in seen
    assert "nginx" not in cluster.says("kubectl exec web -c apart -- ps")

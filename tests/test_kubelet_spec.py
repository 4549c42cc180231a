"""Fields of a pod's spec that its kubelet acts on: names, deadlines, users, messages, images."""

from __future__ import annotations

from typing import Any

import pytest

from .kube import Cluster, pod


@pytest.fixture
def cluster() -> Cluster:
    """Give a small cluster."""
    return Cluster(1)


def run(cluster: Cluster, seconds: float = 20, name: str = "p", **spec: Any) -> dict[str, Any]:
    """Create a pod, let it run, and give it."""
    made = pod(name, **spec)
    cluster.api.create(made)
    cluster.wait(seconds)
    found: dict[str, Any] = cluster.api.get("Pod", "default", name)
    return found


def busybox(*command: str, **more: Any) -> list[dict[str, Any]]:
    """Give the one container of a pod."""
    return [{"name": "c", "image": "busybox:1.36", "command": list(command), **more}]


def state(found: dict[str, Any]) -> dict[str, Any]:
    """Give the state of a pod's first container."""
    first: dict[str, Any] = found["status"]["containerStatuses"][0]["state"]
    return first


def test_what_must_not_run_as_root_does_not(cluster: Cluster) -> None:
    found = run(cluster, securityContext={"runAsNonRoot": True})

    assert state(found)["waiting"]["reason"] == "CreateContainerConfigError"
    uid = found["metadata"]["uid"]
    assert state(found)["waiting"]["message"] == (
        "container has runAsNonRoot and image will run as root "
        f'(pod: "p_default({uid})", container: c)'
    )
    assert "running" in state(run(cluster, name="q", containers=busybox(
        "sleep", "900", securityContext={"runAsNonRoot": True, "runAsUser": 1000})))  # fmt: skip


def test_a_pod_fails_when_its_deadline_is_over(cluster: Cluster) -> None:
    found = run(cluster, 60, activeDeadlineSeconds=5)

    assert found["status"]["phase"] == "Failed"
    assert found["status"]["reason"] == "DeadlineExceeded"
    assert found["status"]["message"] == (
        "Pod was active on the node longer than the specified deadline"
    )


def test_the_last_words_of_a_container_are_those_of_its_message_file(cluster: Cluster) -> None:
    script = "echo log; echo last words > /dev/termination-log; exit 3"
    found = run(cluster, restartPolicy="Never", containers=busybox("sh", "-c", script))

    assert state(found)["terminated"]["message"] == "last words\n"


def test_the_log_stands_in_for_the_message_file_where_the_pod_wants_that(
    cluster: Cluster,
) -> None:
    containers = busybox("sh", "-c", "echo oops; exit 3",
                         terminationMessagePolicy="FallbackToLogsOnError")  # fmt: skip
    found = run(cluster, restartPolicy="Never", containers=containers)

    assert state(found)["terminated"]["message"] == "oops\n"


def test_host_aliases_are_in_the_hosts_file_and_lead_there(cluster: Cluster) -> None:
    target = run(cluster, name="web")["status"]["podIP"]
    aliases = [{"ip": target, "hostnames": ["shop.local"]}]
    run(cluster, containers=busybox("sleep", "900"), hostAliases=aliases)

    hosts = cluster.says("kubectl exec p -- cat /etc/hosts")
    assert hosts.endswith(f"\n# Entries added by HostAliases.\n{target}\tshop.local\n")
    assert "Welcome to nginx" in cluster.says("kubectl exec p -- wget -qO- http://shop.local")


def test_a_pod_with_a_subdomain_knows_its_full_name(cluster: Cluster) -> None:
    run(cluster, hostname="h", subdomain="sub", containers=busybox("sleep", "900"))
    full = "h.sub.default.svc.cluster.local"

    assert cluster.says("kubectl exec p -- hostname") == "h\n"
    assert cluster.says("kubectl exec p -- hostname -f") == f"{full}\n"
    assert f"\t{full}\th\n" in cluster.says("kubectl exec p -- cat /etc/hosts")
    run(cluster, name="q", hostname="h", subdomain="sub", setHostnameAsFQDN=True)
    assert cluster.says("kubectl exec q -- hostname") == f"{full}\n"


def test_a_path_below_a_volume_may_come_from_the_environment(cluster: Cluster) -> None:
    mount = {"name": "v", "mountPath": "/x", "subPathExpr": "$(NAME)"}
    env = [{"name": "NAME", "value": "sub"}]
    containers = busybox("sh", "-c", "echo 1 > /x/f; sleep 900", env=env, volumeMounts=[mount])
    whole = {"name": "d", "image": "busybox:1.36", "command": ["sleep", "900"],
             "volumeMounts": [{"name": "v", "mountPath": "/v"}]}  # fmt: skip
    run(cluster, containers=[*containers, whole], volumes=[{"name": "v", "emptyDir": {}}])

    assert cluster.says("kubectl exec p -c d -- ls /v") == "sub\n"


def test_another_image_restarts_the_container_of_a_running_pod(cluster: Cluster) -> None:
    run(cluster, restartPolicy="Never")
    cluster.run("kubectl set image pod/p c=nginx:1.25")
    cluster.wait(20)

    found = cluster.api.get("Pod", "default", "p")
    assert found["status"]["containerStatuses"][0]["restartCount"] == 1
    assert found["status"]["containerStatuses"][0]["image"] == "nginx:1.25"
    assert "running" in state(found)
    said = cluster.says("kubectl describe pod p")
    assert "Container c definition changed, will be restarted" in said


def test_a_gated_pod_says_so_from_the_beginning(cluster: Cluster) -> None:
    run(cluster, 1, schedulingGates=[{"name": "example.com/foo"}])

    assert cluster.says("kubectl get pod p").split()[7] == "SchedulingGated"


def test_a_container_runs_when_its_post_start_hook_is_done(cluster: Cluster) -> None:
    hook = {"postStart": {"exec": {"command": ["sh", "-c", "sleep 10; echo hi > /tmp/hello"]}}}
    found = run(cluster, 9, containers=busybox("sleep", "900", lifecycle=hook))
    assert state(found)["waiting"]["reason"] == "ContainerCreating"
    cluster.wait(12)
    assert "running" in state(cluster.api.get("Pod", "default", "p"))
    assert cluster.says("kubectl exec p -- cat /tmp/hello") == "hi\n"


def test_a_container_whose_post_start_hook_fails_is_killed_and_starts_anew(
    cluster: Cluster,
) -> None:
    hook = {"postStart": {"exec": {"command": ["sh", "-c", "exit 1"]}}}
    spec = {"terminationGracePeriodSeconds": 1}
    found = run(cluster, 40, containers=busybox("sleep", "900", lifecycle=hook), **spec)
    assert found["status"]["containerStatuses"][0]["restartCount"] >= 1
    said = cluster.says("kubectl describe pod p")
    assert "FailedPostStartHook" in said
    assert "PostStartHook failed" in said


def test_a_pre_stop_hook_that_fails_is_told(cluster: Cluster) -> None:
    hook = {"preStop": {"exec": {"command": ["false"]}}}
    run(cluster, containers=busybox("sleep", "900", lifecycle=hook))
    cluster.api.delete("Pod", "default", "p", grace_s=3)
    cluster.wait(2)
    assert "PreStopHook failed" in cluster.says("kubectl get events")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/x/f", 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '),
        ("/f", "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. "),
    ],
)
def test_a_pod_that_writes_more_than_it_may_is_evicted(
    cluster: Cluster, path: str, message: str
) -> None:
    script = f"dd if=/dev/zero of={path} bs=1M count=3; sleep 900"
    containers = busybox("sh", "-c", script, volumeMounts=[{"name": "v", "mountPath": "/x"}],
                         resources={"limits": {"ephemeral-storage": "2Mi"}})  # fmt: skip
    volumes = [{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}]
    found = run(cluster, 40, containers=containers, volumes=volumes)
    assert (found["status"]["phase"], found["status"]["reason"]) == ("Failed", "Evicted")
    assert found["status"]["message"] == message


def test_containers_that_share_their_processes_see_each_others(cluster: Cluster) -> None:
    web = {"name": "web", "image": "nginx:1.27"}
    run(cluster, containers=[*busybox("sleep", "900"), web], shareProcessNamespace=True)

    rows = [line.split()[3:] for line in cluster.says("kubectl exec p -c c -- ps").splitlines()]

    assert rows[1] == ["/pause"]
    assert ["sleep", "900"] in rows
    assert any("nginx" in " ".join(row) for row in rows)

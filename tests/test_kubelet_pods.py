"""What a kubelet does with a pod: order of start, restarts, probes, the way to its end."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.plain import Object
from tests.cluster_world import apply, condition, events, is_ready, make_lab, one, pod, run


def shell(script: str, **more: Any) -> Object:
    """Write a container that runs a script."""
    return {"command": ["sh", "-c", script], **more}


def status(lab: Lab, name: str, container: str = "main") -> Object:
    """Give a container's status."""
    body = one(lab, "Pod", name)["status"]
    rows = [*body.get("containerStatuses", []), *body.get("initContainerStatuses", [])]
    return next(row for row in rows if row["name"] == container)


def waiting(lab: Lab, name: str, container: str = "main") -> str:
    """Give why a container waits, or ""."""
    return str((status(lab, name, container)["state"].get("waiting") or {}).get("reason", ""))


def test_a_pod_starts_in_the_real_order_with_the_real_events() -> None:
    """Pulled, created, started; conditions as kubectl describe shows them."""
    lab = make_lab(pod("web", {"image": "nginx:1.27"}))
    run(lab, 5)
    found = one(lab, "Pod", "web")
    assert found["status"]["phase"] == "Running"
    assert [row["type"] for row in found["status"]["conditions"]] == [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ]
    assert all(row["status"] == "True" for row in found["status"]["conditions"])
    assert found["status"]["podIP"].startswith("10.244.")
    assert found["status"]["qosClass"] == "BestEffort"
    assert events(lab, "Pulled") == ['Container image "nginx:1.27" already present on machine']
    assert events(lab, "Created") == ["Created container: main"]
    assert events(lab, "Started") == ["Started container main"]
    machine = found["spec"]["nodeName"]
    container = lab.engine.store.list("Container", machine)[0]
    uid = found["metadata"]["uid"]
    assert container["Name"] == f"/k8s_main_web_default_{uid}_0"
    assert status(lab, "web")["containerID"] == f"docker://{container['Id']}"


def test_a_crashing_container_is_restarted_with_doubling_pauses() -> None:
    """At once, then after 10 s, 20 s, 40 s: CrashLoopBackOff."""
    lab = make_lab(pod("bad", shell("echo no; exit 3")))
    run(lab, 8)
    assert waiting(lab, "bad") == "CrashLoopBackOff"
    row = status(lab, "bad")
    assert row["restartCount"] == 1
    assert row["lastState"]["terminated"]["exitCode"] == 3
    assert row["lastState"]["terminated"]["reason"] == "Error"
    uid = one(lab, "Pod", "bad")["metadata"]["uid"]
    assert row["state"]["waiting"]["message"] == (
        f"back-off 10s restarting failed container=main pod=bad_default({uid})"
    )
    assert events(lab, "BackOff")[0] == (
        f"Back-off restarting failed container main in pod bad_default({uid})"
    )
    ends = [1]
    for _ in range(150):
        run(lab, 1)
        count = status(lab, "bad")["restartCount"]
        ends += [count] if count != ends[-1] else []
    assert ends == [1, 2, 3, 4, 5]  # after 10, 20, 40 and 80 s
    assert one(lab, "Pod", "bad")["status"]["phase"] == "Running"


def test_restart_policies_decide_what_becomes_of_a_finished_container() -> None:
    """Never: Succeeded or Failed; OnFailure: again only after an error."""
    lab = make_lab(
        "---\n".join(
            [
                pod("good", shell("echo done"), restartPolicy="Never"),
                pod("bad", shell("exit 1"), restartPolicy="Never"),
                pod("retry", shell("exit 1"), restartPolicy="OnFailure"),
                pod("once", shell("echo done"), restartPolicy="OnFailure"),
            ]
        )
    )
    run(lab, 10)
    phases = {n: one(lab, "Pod", n)["status"]["phase"] for n in ("good", "bad", "retry", "once")}
    assert phases == {
        "good": "Succeeded",
        "bad": "Failed",
        "retry": "Running",
        "once": "Succeeded",
    }
    assert status(lab, "good")["state"]["terminated"]["reason"] == "Completed"
    assert condition(one(lab, "Pod", "good"), "Ready")["reason"] == "PodCompleted"
    assert status(lab, "retry")["restartCount"] >= 1


def test_init_containers_run_one_by_one_before_the_others() -> None:
    """And a failing one holds the pod back."""
    first = {"name": "one", "image": "busybox:1.36", "command": ["sh", "-c", "sleep 2"]}
    second = {"name": "two", "image": "busybox:1.36", "command": ["sh", "-c", "sleep 2"]}
    lab = make_lab(pod("app", {"image": "nginx:1.27"}, initContainers=[first, second]))
    run(lab, 2.5)
    assert "running" in status(lab, "app", "one")["state"]
    assert waiting(lab, "app", "two") == "PodInitializing"
    assert waiting(lab, "app") == "PodInitializing"
    initialized = condition(one(lab, "Pod", "app"), "Initialized")
    assert initialized["reason"] == "ContainersNotInitialized"
    assert initialized["message"] == "containers with incomplete status: [one two]"
    run(lab, 10)
    assert one(lab, "Pod", "app")["status"]["phase"] == "Running"
    assert status(lab, "app", "two")["state"]["terminated"]["exitCode"] == 0
    broken = {"name": "one", "image": "busybox:1.36", "command": ["sh", "-c", "exit 1"]}
    apply(lab, pod("stuck", {"image": "nginx:1.27"}, initContainers=[broken]))
    run(lab, 12)
    assert one(lab, "Pod", "stuck")["status"]["phase"] == "Pending"
    assert waiting(lab, "stuck", "one") == "CrashLoopBackOff"
    assert waiting(lab, "stuck") == "PodInitializing"


def test_a_sidecar_starts_before_and_ends_after_the_main_container() -> None:
    """And it does not keep a pod from completing."""
    sidecar = {"name": "log", "image": "busybox:1.36", "restartPolicy": "Always"}
    sidecar["command"] = ["sh", "-c", "sleep 3600"]  # type: ignore[assignment]
    lab = make_lab(pod("task", shell("sleep 5"), initContainers=[sidecar], restartPolicy="Never"))
    run(lab, 4)
    assert "running" in status(lab, "task", "log")["state"]
    assert "running" in status(lab, "task")["state"]
    run(lab, 45)
    assert one(lab, "Pod", "task")["status"]["phase"] == "Succeeded"
    assert "terminated" in status(lab, "task", "log")["state"]


def test_a_missing_image_backs_off_and_is_found_once_it_is_there() -> None:
    """ErrImagePull, then ImagePullBackOff, with the daemon's own words."""
    lab = make_lab(pod("web", {"image": "nginx:nonsense"}))
    seen = []
    for _ in range(60):
        run(lab, 0.5)
        seen.append(waiting(lab, "web"))
    assert "ErrImagePull" in seen
    assert seen[-1] in ("ImagePullBackOff", "ErrImagePull")
    assert seen.index("ErrImagePull") < seen.index("ImagePullBackOff")
    failed = events(lab, "Failed")
    assert "Error: ErrImagePull" in failed
    assert "Error: ImagePullBackOff" in failed
    assert any(text.startswith('Failed to pull image "nginx:nonsense": ') for text in failed)
    assert events(lab, "BackOff") == ['Back-off pulling image "nginx:nonsense"']


def test_an_image_is_pulled_by_policy() -> None:
    """Never pulls nothing; IfNotPresent pulls once; the event tells how long it took."""
    lab = make_lab(pod("never", {"image": "redis:7", "imagePullPolicy": "Never"}))
    run(lab, 5)
    assert waiting(lab, "never") == "ErrImageNeverPull"
    apply(lab, pod("redis", {"image": "redis:7"}, node="worker-1"))
    run(lab, 40)
    assert one(lab, "Pod", "redis")["status"]["phase"] == "Running"
    pulled = events(lab, "Pulled", "redis")[0]
    assert pulled.startswith('Successfully pulled image "redis:7" in ')
    assert "including waiting). Image size: " in pulled


def test_readiness_decides_about_traffic_and_liveness_about_restarts() -> None:
    """A probe that fails makes a pod unready, or its container be restarted."""
    web = {"image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    ready = {"httpGet": {"path": "/nowhere", "port": 80}, "periodSeconds": 2}
    live = {"tcpSocket": {"port": 81}, "periodSeconds": 3, "failureThreshold": 2}
    lab = make_lab(
        pod("unready", {**web, "readinessProbe": ready})
        + "---\n"
        + pod("dying", {**web, "livenessProbe": live})
    )
    run(lab, 12)
    assert one(lab, "Pod", "unready")["status"]["phase"] == "Running"
    assert not is_ready(one(lab, "Pod", "unready"))
    text = "Readiness probe failed: HTTP probe failed with statuscode: 404"
    assert events(lab, "Unhealthy", "unready") == [text]
    unready = condition(one(lab, "Pod", "unready"), "Ready")
    assert unready["message"] == "containers with unready status: [main]"
    run(lab, 10)
    assert status(lab, "dying")["restartCount"] >= 1
    address = one(lab, "Pod", "dying")["status"]["podIP"]
    text = f"Liveness probe failed: dial tcp {address}:81: connect: connection refused"
    assert text in events(lab, "Unhealthy", "dying")
    assert "Container main failed liveness probe, will be restarted" in events(lab, "Killing")


def test_a_startup_probe_holds_the_others_back() -> None:
    """A slow start is not taken for a dead container."""
    probe = {"exec": {"command": ["cat", "/tmp/ready"]}, "periodSeconds": 1}
    lab = make_lab(
        pod(
            "slow",
            shell(
                "sleep 8; touch /tmp/ready; sleep 3600",
                startupProbe={**probe, "failureThreshold": 30},
                livenessProbe={**probe, "failureThreshold": 1},
                readinessProbe=probe,
            ),
        )
    )
    run(lab, 6)
    assert status(lab, "slow")["started"] is False
    assert not is_ready(one(lab, "Pod", "slow"))
    run(lab, 8)
    assert status(lab, "slow")["started"] is True
    assert is_ready(one(lab, "Pod", "slow"))
    assert status(lab, "slow")["restartCount"] == 0


def test_a_pod_that_ignores_its_signal_is_killed_after_its_grace() -> None:
    """SIGTERM, 5 s of grace, SIGKILL: 137."""
    lab = make_lab(
        pod(
            "deaf",
            shell("trap '' TERM; while true; do sleep 1; done"),
            terminationGracePeriodSeconds=5,
        )
    )
    run(lab, 5)
    lab.engine.api.delete("Pod", "default", "deaf")
    run(lab, 4.5)
    assert "running" in status(lab, "deaf")["state"]
    assert events(lab, "Killing") == ["Stopping container main"]
    run(lab, 4)
    assert lab.engine.store.get("Pod", "default", "deaf") is None
    assert lab.engine.store.list("Container") == []


def test_a_pre_stop_hook_runs_before_the_signal_and_counts_against_the_grace() -> None:
    """The pod is out of its services while the hook still sleeps."""
    hook = {"preStop": {"exec": {"command": ["sleep", "6"]}}}
    lab = make_lab(pod("web", {"image": "nginx:1.27", "lifecycle": hook}))
    run(lab, 5)
    lab.engine.api.delete("Pod", "default", "web")
    run(lab, 5)
    assert "running" in status(lab, "web")["state"]
    run(lab, 5)
    assert lab.engine.store.get("Pod", "default", "web") is None


def test_a_container_that_takes_too_much_memory_is_oom_killed() -> None:
    """Reason OOMKilled, exit code 137, and the policy decides."""
    lab = make_lab(pod("hog", {"image": "nginx:1.27"}, restartPolicy="Never"))
    run(lab, 5)
    node = one(lab, "Pod", "hog")["spec"]["nodeName"]
    container = lab.engine.store.list("Container", node)[0]
    lab.engine.docker.crash(node, container["Id"], oom=True)
    run(lab, 2)
    ended = status(lab, "hog")["state"]["terminated"]
    assert (ended["reason"], ended["exitCode"]) == ("OOMKilled", 137)
    assert one(lab, "Pod", "hog")["status"]["phase"] == "Failed"


def test_a_container_stopped_by_hand_comes_back() -> None:
    """`docker stop` on a node does not fool the kubelet."""
    lab = make_lab(pod("web", {"image": "nginx:1.27"}))
    run(lab, 5)
    node = one(lab, "Pod", "web")["spec"]["nodeName"]
    lab.engine.docker.remove(node, lab.engine.store.list("Container", node)[0]["Id"], force=True)
    run(lab, 5)
    row = status(lab, "web")
    assert row["restartCount"] == 1
    assert "running" in row["state"]


def test_the_environment_is_made_of_values_references_and_services() -> None:
    """Own variables expand, ConfigMaps and fields are read, services are described."""
    env = [
        {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "cfg", "key": "colour"}}},
        {"name": "BOTH", "value": "$(NAME)-$(COLOUR)-$(OTHER)-$$(NAME)"},
    ]
    lab = make_lab(pod("web", {"image": "nginx:1.27", "env": env}))
    run(lab, 4)
    assert waiting(lab, "web") == "CreateContainerConfigError"
    assert 'Error: configmap "cfg" not found' in events(lab, "Failed")
    apply(lab, yaml.safe_dump({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cfg"},
        "data": {"colour": "red"},
    }))  # fmt: skip
    run(lab, 15)
    node = one(lab, "Pod", "web")["spec"]["nodeName"]
    values = lab.engine.store.list("Container", node)[0]["Config"]["Env"]
    assert "BOTH=web-red-$(OTHER)-$(NAME)" in values
    assert "KUBERNETES_SERVICE_HOST=10.96.0.1" in values


def test_a_pod_assigned_by_hand_to_a_full_node_is_refused_by_its_kubelet() -> None:
    """The scheduler was not asked; the kubelet still counts."""
    resources = {"requests": {"cpu": "3"}}
    lab = make_lab(
        pod("first", {"image": "nginx:1.27", "resources": resources}, node="worker-1")
        + "---\n"
        + pod("second", {"image": "nginx:1.27", "resources": resources}, node="worker-1")
    )
    run(lab, 5)
    phases = sorted(one(lab, "Pod", n)["status"]["phase"] for n in ("first", "second"))
    assert phases == ["Failed", "Running"]
    refused = next(
        one(lab, "Pod", n)["status"]
        for n in ("first", "second")
        if one(lab, "Pod", n)["status"]["phase"] == "Failed"
    )
    assert refused["reason"] == "OutOfcpu"
    assert refused["message"] == (
        "Pod was rejected: Node didn't have enough resource: cpu, "
        "requested: 3000, used: 3000, capacity: 4000"
    )


def test_the_same_seed_gives_the_same_history_from_any_keyframe() -> None:
    """Kubelets, controllers and queues keep nothing outside their tables."""
    text = pod("bad", shell("exit 3")) + "---\n" + pod("web", {"image": "nginx:1.27"})
    lab = make_lab(text)
    run(lab, 90)
    lab.engine.machines.power_off("worker-1")
    digest = None
    other = make_lab(text)
    run(other, 90)
    other = other.at(other.now_us)
    other.engine.machines.power_off("worker-1")
    run(lab, 200)
    run(other, 200)
    digest = lab.digest()
    assert other.digest() == digest


def manifest(kind: str, name: str, **body: Any) -> str:
    """Write an object of the core group."""
    return yaml.safe_dump({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **body})


def cat(lab: Lab, name: str, path: str) -> str:
    """Read a file in a pod's only container."""
    node = one(lab, "Pod", name)["spec"]["nodeName"]
    uid = one(lab, "Pod", name)["metadata"]["uid"]
    found = [c for c in lab.engine.store.by("Container", "pod", uid) if c["State"]["Running"]]
    _, output = lab.engine.docker.exec_(node, found[0]["Id"], ["cat", path])
    return output


def test_configuration_is_mounted_as_files_and_follows_its_change() -> None:
    """ConfigMap, Secret and downward API; a change arrives within a good minute."""
    volumes = [
        {"name": "cfg", "configMap": {"name": "cfg"}},
        {"name": "key", "secret": {"secretName": "key", "items": [{"key": "a", "path": "x/y"}]}},
        {"name": "me", "downwardAPI": {"items": [
            {"path": "labels", "fieldRef": {"fieldPath": "metadata.name"}}]}},
    ]  # fmt: skip
    mounts = [{"name": v["name"], "mountPath": f"/etc/{v['name']}"} for v in volumes]
    lab = make_lab(pod("web", {**shell("sleep 3600"), "volumeMounts": mounts}, volumes=volumes))
    run(lab, 5)
    assert one(lab, "Pod", "web")["status"]["phase"] == "Pending"
    text = 'MountVolume.SetUp failed for volume "cfg" : configmap "cfg" not found'
    assert text in events(lab, "FailedMount")
    apply(lab, manifest("ConfigMap", "cfg", data={"colour": "red"}))
    apply(lab, manifest("Secret", "key", data={"a": "c2VzYW1l"}))
    run(lab, 15)
    assert cat(lab, "web", "/etc/cfg/colour") == "red"
    assert cat(lab, "web", "/etc/key/x/y") == "sesame"
    assert cat(lab, "web", "/etc/me/labels") == "web"
    assert cat(lab, "web", "/var/run/secrets/kubernetes.io/serviceaccount/namespace") == "default"
    lab.engine.api.patch("ConfigMap", "default", "cfg", {"data": {"colour": "blue"}}, "merge")
    run(lab, 0.5)
    assert cat(lab, "web", "/etc/cfg/colour") == "red"
    run(lab, 62)
    assert cat(lab, "web", "/etc/cfg/colour") == "blue"


def test_an_empty_dir_outlives_a_container_and_dies_with_its_pod() -> None:
    """Containers of a pod share it."""
    mounts = [{"name": "tmp", "mountPath": "/shared"}]
    writer = {"name": "writer", "image": "busybox:1.36", "volumeMounts": mounts}
    writer["command"] = ["sh", "-c", "echo hello > /shared/note"]
    lab = make_lab(
        pod(
            "web",
            {**shell("sleep 3600"), "volumeMounts": mounts},
            initContainers=[writer],
            volumes=[{"name": "tmp", "emptyDir": {}}],
            terminationGracePeriodSeconds=1,
        )
    )
    run(lab, 8)
    assert cat(lab, "web", "/shared/note") == "hello\n"
    lab.engine.api.delete("Pod", "default", "web")
    run(lab, 10)
    assert lab.engine.table("machine.files") == {}


def test_a_pull_before_each_start_does_not_lengthen_the_back_off() -> None:
    always = {"image": "busybox:1.36", "imagePullPolicy": "Always"}
    both = [pod("pulled", shell("exit 3", **always)), pod("kept", shell("exit 3"))]
    lab = make_lab("---\n".join(both))
    run(lab, 45)
    assert status(lab, "kept")["restartCount"] == status(lab, "pulled")["restartCount"] == 3

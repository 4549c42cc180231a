"""Nodes that run short: of memory, of disk; whom the kernel kills, whom the kubelet evicts."""

from __future__ import annotations

from simulator.lab import Lab
from simulator.plain import Object
from tests.cluster_world import apply, condition, events, make_lab, one, pod, run

SLEEP = {"command": ["sleep", "86400"]}
MIB = 1 << 20


def hold(lab: Lab, name: str, size: int) -> None:
    """Let the main process of a pod's container hold so many bytes."""
    uid = one(lab, "Pod", name)["metadata"]["uid"]
    container = lab.engine.store.by("Container", "pod", uid)[0]
    box = lab.engine.table("programs")[container["Id"]]
    box["processes"]["1"]["memory"] = size
    lab.engine.programs.check_memory(container, box)


def asking(memory: str) -> Object:
    """A container that sleeps and asks for memory."""
    return {**SLEEP, "resources": {"requests": {"memory": memory}}}


def taints(lab: Lab, node: str = "worker-1") -> list[str]:
    """Give the keys of a node's taints without their prefix."""
    rows = one(lab, "Node", node, "")["spec"].get("taints") or []
    return [row["key"].rpartition("/")[2] for row in rows]


def free_memory(lab: Lab) -> int:
    """Give what is free on worker-1."""
    return lab.engine.machines.memory.available("worker-1")


def test_a_node_short_of_memory_evicts_who_uses_more_than_asked_and_says_why() -> None:
    """The big one asked for what it holds; the small one did not ask at all."""
    big = pod("asked", asking("6Gi"), "worker-1")
    lab = make_lab(big + "---\n" + pod("greedy", SLEEP, "worker-1"), workers=2)
    run(lab, 20)
    hold(lab, "asked", 6 << 30)
    hold(lab, "greedy", free_memory(lab) - 60 * MIB)
    run(lab, 25)
    victim = one(lab, "Pod", "greedy")["status"]
    assert (victim["phase"], victim["reason"]) == ("Failed", "Evicted")
    assert victim["message"].startswith(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: "
    )
    assert "Container main was using " in victim["message"]
    assert victim["message"].endswith("request is 0, has larger consumption of memory. ")
    assert condition(one(lab, "Pod", "greedy"), "DisruptionTarget")["reason"] == (
        "TerminationByKubelet"
    )
    assert one(lab, "Pod", "asked")["status"]["phase"] == "Running"
    assert events(lab, "EvictionThresholdMet") == ["Attempting to reclaim memory"]
    assert events(lab, "Evicted", "greedy") == [victim["message"]]
    assert not [c for c in lab.engine.docker.containers("worker-1", False) if "greedy" in c["Name"]]


def test_memory_pressure_taints_the_node_for_five_minutes_and_refuses_best_effort() -> None:
    lab = make_lab(pod("greedy", SLEEP, "worker-1"), workers=1)
    run(lab, 20)
    hold(lab, "greedy", free_memory(lab) - 60 * MIB)
    run(lab, 30)
    node = one(lab, "Node", "worker-1", "")
    assert condition(node, "MemoryPressure")["reason"] == "KubeletHasInsufficientMemory"
    assert taints(lab) == ["memory-pressure"]
    assert events(lab, "NodeHasInsufficientMemory") == [
        "Node worker-1 status is now: NodeHasInsufficientMemory"
    ]
    apply(lab, pod("late", SLEEP, "worker-1"))
    apply(lab, pod("modest", asking("10Mi"), "worker-1"))
    run(lab, 10)
    late = one(lab, "Pod", "late")["status"]
    assert (late["reason"], late["message"]) == (
        "Evicted",
        "The node had condition: [MemoryPressure]. ",
    )
    assert one(lab, "Pod", "modest")["status"]["phase"] == "Running"
    run(lab, 320)
    assert condition(one(lab, "Node", "worker-1", ""), "MemoryPressure")["status"] == "False"
    assert taints(lab) == []


def test_when_memory_is_gone_before_the_kubelet_looks_the_kernel_kills() -> None:
    """The guaranteed one holds more, and still the best-effort one dies: oom_score_adj."""
    sure = {**SLEEP, "resources": {"limits": {"memory": "6Gi", "cpu": "1"}}}
    two = pod("sure", sure, "worker-1") + "---\n" + pod("spare", SLEEP, "worker-1")
    lab = make_lab(two, workers=1)
    run(lab, 20)
    hold(lab, "sure", 5 << 30)
    hold(lab, "spare", 4 << 30)
    run(lab, 5)
    status = one(lab, "Pod", "spare")["status"]["containerStatuses"][0]
    assert status["lastState"]["terminated"]["reason"] == "OOMKilled"
    assert status["lastState"]["terminated"]["exitCode"] == 137
    assert one(lab, "Pod", "sure")["status"]["containerStatuses"][0]["restartCount"] == 0
    assert events(lab, "SystemOOM", "worker-1")[0].startswith(
        "System OOM encountered, victim process: sleep, pid: "
    )


def small_disks(disk: str) -> list[Object]:
    """Machines of a cluster whose worker has a small disk."""
    return [
        {"name": "control-plane", "role": "control-plane", "cpu": 2, "memory": "4Gi"},
        {"name": "worker-1", "role": "worker", "disk": disk},
    ]


def write(lab: Lab, name: str, size: int) -> None:
    """Let a pod's container write a file of so many bytes."""
    uid = one(lab, "Pod", name)["metadata"]["uid"]
    container = lab.engine.store.by("Container", "pod", uid)[0]
    count = size // MIB
    argv = ["dd", "if=/dev/zero", "of=/tmp/big", "bs=1M", f"count={count}"]
    lab.engine.docker.exec_start("worker-1", container["Id"], argv)


def test_a_full_disk_costs_unused_images_first_and_then_a_pod() -> None:
    lab = make_lab(pod("writer", SLEEP, "worker-1"), machines=small_disks("4Gi"))
    run(lab, 200)
    assert lab.engine.images.find("worker-1", "nginx:1.27") is not None
    disk = lab.engine.machines.disk
    write(lab, "writer", disk.available("worker-1") - disk.capacity("worker-1") // 10)
    run(lab, 25)
    assert lab.engine.images.find("worker-1", "nginx:1.27") is None
    victim = one(lab, "Pod", "writer")["status"]
    assert victim["reason"] == "Evicted"
    assert victim["message"].startswith("The node was low on resource: ephemeral-storage. ")
    assert "disk-pressure" in taints(lab)


def test_unused_images_go_when_the_disk_is_fuller_than_85_percent() -> None:
    """The image in use stays; the unused one goes at the kubelet's next round."""
    lab = make_lab(pod("sleeper", SLEEP, "worker-1"), machines=small_disks("4Gi"))
    run(lab, 60)
    disk = lab.engine.machines.disk
    # Eviction begins at the same fill; a disk that is just full enough needs an exact size.
    write(lab, "sleeper", disk.available("worker-1") - disk.capacity("worker-1") * 1505 // 10000)
    run(lab, 300)
    assert lab.engine.images.find("worker-1", "nginx:1.27") is None
    assert lab.engine.images.find("worker-1", "busybox:1.36") is not None


SOFT = {
    "evictionSoft": {"memory.available": "1Gi"},
    "evictionSoftGracePeriod": {"memory.available": "1m30s"},
    "evictionMaxPodGracePeriod": 20,
}


def test_a_soft_threshold_evicts_only_after_its_grace_period() -> None:
    """The pod ignores its signal, so that it has the 20 s of evictionMaxPodGracePeriod."""
    settings = {"version": "v1.32.4", "kubelet": SOFT}
    lab = make_lab(pod("greedy", SLEEP, "worker-1"), workers=2, cluster=settings)
    run(lab, 20)
    hold(lab, "greedy", free_memory(lab) - 800 * MIB)
    run(lab, 30)
    assert condition(one(lab, "Node", "worker-1", ""), "MemoryPressure")["status"] == "True"
    assert events(lab, "Evicted") == []
    run(lab, 80)
    assert events(lab, "Evicted")[0].startswith(
        "The node was low on resource: memory. Threshold quantity: 1Gi, available: 819"
    )
    assert one(lab, "Pod", "greedy")["status"]["phase"] == "Running"
    run(lab, 20)
    assert one(lab, "Pod", "greedy")["status"]["reason"] == "Evicted"


def test_a_soft_threshold_that_is_met_only_briefly_evicts_nobody() -> None:
    settings = {"version": "v1.32.4", "kubelet": SOFT}
    lab = make_lab(pod("greedy", SLEEP, "worker-1"), workers=2, cluster=settings)
    run(lab, 20)
    free = free_memory(lab)
    for _ in range(3):
        hold(lab, "greedy", free - 800 * MIB)
        run(lab, 60)
        hold(lab, "greedy", MIB)
        run(lab, 20)
    assert events(lab, "Evicted") == []


def test_the_pressure_of_a_node_stays_as_long_as_the_kubelet_is_told() -> None:
    kubelet = {"evictionHard": {"memory.available": "10%"},
               "evictionPressureTransitionPeriod": "30s"}  # fmt: skip
    settings = {"version": "v1.32.4", "kubelet": kubelet}
    lab = make_lab(pod("greedy", SLEEP, "worker-1"), workers=2, cluster=settings)
    run(lab, 20)
    hold(lab, "greedy", free_memory(lab) - 200 * MIB)
    run(lab, 20)
    assert taints(lab) == ["memory-pressure"]
    run(lab, 60)
    assert taints(lab) == []

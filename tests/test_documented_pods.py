"""What pods of the documentation's kind rely on: users, followed logs, test programs, gates."""

from __future__ import annotations

import pytest

from simulator import Scenario, check_manifests, guarded
from simulator.kubernetes.api.status import StatusError
from simulator.lab import Lab
from simulator.plain import Object
from tests.cluster_world import apply, events, make_lab, one, pod, run

KYAML = """\
---
{
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "jar", # what is in it
  },
  data: {
    tea: "green",
  },
}
"""
BEAN = {"image": "registry.k8s.io/e2e-test-images/agnhost:2.40"}
HOG = "polinux/stress"


def shell(script: str, **more: object) -> Object:
    return {"command": ["sh", "-c", script], **more}


def status(lab: Lab, name: str, container: str = "main") -> Object:
    body = one(lab, "Pod", name)["status"]
    rows = [*body.get("containerStatuses", []), *body.get("initContainerStatuses", [])]
    return next(row for row in rows if row["name"] == container)


def log(lab: Lab, name: str, container: str = "main") -> str:
    machine = one(lab, "Pod", name)["spec"]["nodeName"]
    number = status(lab, name, container)["containerID"].removeprefix("docker://")
    assert machine
    return "".join(str(row[2]) for row in lab.engine.docker.log.read(number))


def test_a_file_in_kyaml_is_checked_like_any_other() -> None:
    found = check_manifests(KYAML, "jar.yaml", Scenario.load("three-nodes"))
    assert (found["ready"], found["refused"]) == (["ConfigMap/jar"], [])


def test_a_pod_may_follow_its_namespace_in_one_file() -> None:
    lab = make_lab()
    apply(lab, "{apiVersion: v1, kind: Namespace, metadata: {name: tea}}")
    apply(lab, pod("cup", {}).replace("namespace: default", "namespace: tea"))
    run(lab, 20)
    assert one(lab, "Pod", "cup", "tea")["spec"]["serviceAccountName"] == "default"


def test_an_old_namespace_without_its_account_refuses_pods() -> None:
    lab = make_lab()
    run(lab, 5)
    lab.engine.store.delete("ServiceAccount", "default", "default")
    with pytest.raises(StatusError, match="error looking up service account default/default"):
        apply(lab, pod("cup", {}))


def test_a_gated_pod_says_so_from_its_first_moment() -> None:
    lab = make_lab(pod("cup", {}, schedulingGates=[{"name": "example.com/steep"}]))
    run(lab, 5)
    found = one(lab, "Pod", "cup")["status"]["conditions"][0]
    assert (found["type"], found["reason"]) == ("PodScheduled", "SchedulingGated")


def test_ephemeral_containers_are_not_for_new_pods() -> None:
    with pytest.raises(StatusError) as caught:
        debugger = [{"name": "debug", "image": "busybox:1.36"}]
        apply(make_lab(), pod("cup", {}, ephemeralContainers=debugger))
    assert "spec.ephemeralContainers: Forbidden: cannot be set on create" in caught.value.message


def test_a_name_that_no_image_can_have_is_told_by_every_look_at_the_pod() -> None:
    lab = make_lab(pod("cup", {"image": "<your-image>"}))
    run(lab, 30)
    why = 'Failed to apply default image tag "<your-image>": couldn\'t parse image name '
    why += '"<your-image>": invalid reference format'
    assert status(lab, "cup")["state"]["waiting"] == {"reason": "InvalidImageName", "message": why}
    assert events(lab, "InspectFailed") == [why]


def test_a_followed_file_is_read_on_also_through_a_pipe() -> None:
    writer = "i=0; while true; do i=$((i+1)); echo line $i >> /log/a; sleep 2; done"
    mount = {"volumeMounts": [{"name": "log", "mountPath": "/log"}]}
    reader = {
        "name": "reader", "image": "busybox:1.36", **mount,
        **shell("tail -F /log/a | while read line; do echo \"got: $line\"; done"),
    }  # fmt: skip
    text = pod("cup", shell(writer, **mount), volumes=[{"name": "log", "emptyDir": {}}])
    lab = make_lab(_with(text, reader))
    run(lab, 12)
    lines = log(lab, "cup", "reader").splitlines()
    assert "got: line 1" in lines and "got: line 4" in lines
    assert len(lines) == len(set(lines))
    assert status(lab, "cup", "reader")["restartCount"] == 0


def _with(text: str, container: Object) -> str:
    import yaml

    body = yaml.safe_load(text)
    body["spec"]["containers"].append(container)
    return yaml.safe_dump(body)


def test_a_program_that_takes_more_memory_than_its_limit_is_killed() -> None:
    limits = {"resources": {"limits": {"memory": "100Mi"}}}
    line = ["stress", "--vm", "1", "--vm-bytes", "{}", "--vm-hang", "1"]
    hub = {"hub": {"stand_ins": True}}
    big = [word.format("250M") for word in line]
    lab = make_lab(pod("hog", {"image": HOG, "command": big, **limits}), **hub)
    run(lab, 20)
    assert status(lab, "hog")["lastState"]["terminated"]["reason"] == "OOMKilled"
    small = [word.format("50M") for word in line]
    lab = make_lab(pod("hog", {"image": HOG, "command": small, **limits}), **hub)
    run(lab, 60)
    assert status(lab, "hog")["restartCount"] == 0
    assert lab.engine.metrics.pod_usage("default", "hog")["memory_bytes"] > 50 << 20


def test_the_metrics_of_a_busy_container_end_at_its_limit() -> None:
    limits = {"resources": {"limits": {"cpu": "500m"}}}
    lab = make_lab(pod("hog", {"image": "vish/stress", "args": ["-cpus", "2"], **limits}))
    run(lab, 60)
    assert lab.engine.metrics.pod_usage("default", "hog")["cpu_milli"] == 500


def test_the_liveness_example_is_well_for_ten_seconds() -> None:
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 3}
    lab = make_lab(pod("bean", {**BEAN, "args": ["liveness"], "livenessProbe": probe}))
    run(lab, 12)
    assert status(lab, "bean")["restartCount"] == 0
    run(lab, 20)
    assert status(lab, "bean")["lastState"]["terminated"]["exitCode"] == 2
    assert "Liveness probe failed: HTTP probe failed with statuscode: 500" in events(
        lab, "Unhealthy"
    )


def test_processes_have_the_groups_of_their_pod_and_share_a_volume_by_them() -> None:
    context = {"runAsUser": 1000, "runAsGroup": 3000, "fsGroup": 2000, "supplementalGroups": [4000]}
    script = "id; echo hi > /data/f; ls -l /data; echo no > /etc/x; printenv A B"
    main = shell(script, volumeMounts=[{"name": "d", "mountPath": "/data"}])
    main["env"] = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    volumes = [{"name": "d", "emptyDir": {}}]
    lab = make_lab(
        pod("cup", main, securityContext=context, volumes=volumes, restartPolicy="Never")
    )
    run(lab, 8)
    lines = log(lab, "cup").splitlines()
    assert lines[0] == "uid=1000 gid=3000 groups=2000,3000,4000"
    assert lines[2].startswith("-rw-r--r-- 1 1000 2000 3 ")
    assert lines[3:] == ["sh: can't create /etc/x: Permission denied", "1", "2"]


@pytest.mark.parametrize(
    ("image", "user", "why"),
    [
        ("nginx:1.27", None, "container has runAsNonRoot and image will run as root"),
        ("nginx:1.27", 0, "container's runAsUser breaks non-root policy"),
        ("nginx:1.27", 101, ""),
    ],
)
def test_a_container_that_must_not_be_root_is_not_started_as_root(
    image: str, user: int | None, why: str
) -> None:
    context = {"runAsNonRoot": True, **({} if user is None else {"runAsUser": user})}
    lab = make_lab(pod("cup", {"image": image}, securityContext=context))
    run(lab, 8)
    found = status(lab, "cup")["state"].get("waiting") or {}
    assert found.get("message", "").startswith(why)
    # Without root's rights nginx cannot write /run/nginx.pid, as in life; it was started, though.
    assert (found.get("reason") == "CreateContainerConfigError") == bool(why)


def test_an_endless_loop_sends_its_lines_down_a_pipe_as_it_writes_them() -> None:
    script = "n=0; while true; do n=$((n+1)); echo tick $n; sleep 10; done | tee -a /logs/all"
    mount = {"name": "logs", "mountPath": "/logs", "subPathExpr": "$(WHO)"}
    main = shell(script, volumeMounts=[mount], env=[{"name": "WHO", "value": "cup"}])
    volumes = [{"name": "logs", "hostPath": {"path": "/var/log/pods"}}]
    lab = make_lab(pod("cup", main, volumes=volumes))
    run(lab, 28)
    assert log(lab, "cup") == "tick 1\ntick 2\ntick 3\n"
    machine = one(lab, "Pod", "cup")["spec"]["nodeName"]
    kept = lab.engine.docker.mounts.host.read(machine, "/var/log/pods/cup")
    assert kept["/all"]["text"] == "tick 1\ntick 2\ntick 3\n"


def test_a_runtime_class_adds_its_overhead_and_its_nodes() -> None:
    lab = make_lab()
    apply(lab, "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: vm}, "
               "handler: vm, overhead: {podFixed: {cpu: 250m}}, "
               "scheduling: {nodeSelector: {disk: ssd}}}")  # fmt: skip
    apply(lab, pod("cup", {}, runtimeClassName="vm"))
    spec = one(lab, "Pod", "cup")["spec"]
    assert (spec["overhead"], spec["nodeSelector"]) == ({"cpu": "250m"}, {"disk": "ssd"})
    with pytest.raises(StatusError, match=r"nodeSelector\[disk\] = ssd; pod.spec.nodeSelector"):
        apply(lab, pod("mug", {}, runtimeClassName="vm", nodeSelector={"disk": "hdd"}))


@pytest.mark.parametrize(
    ("policy", "families", "field"),
    [
        ("PreferDualStack", ["IPv4", "IPv6"], 'spec.ipFamilies[1]: Invalid value: "IPv6"'),
        ("RequireDualStack", ["IPv4"], 'spec.ipFamilyPolicy: Invalid value: "RequireDualStack"'),
    ],
)
def test_a_service_cannot_have_addresses_that_the_cluster_has_not(
    policy: str, families: list[str], field: str
) -> None:
    spec = {"ports": [{"port": 80}], "ipFamilyPolicy": policy, "ipFamilies": families}
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "tea"}, "spec": spec}
    with pytest.raises(StatusError) as caught:
        make_lab().engine.api.create(body)
    assert field in caught.value.message


@pytest.mark.parametrize(
    ("code", "said", "ended"),
    [
        ("print bpi(10)", "3.141592654\n", 0),
        ("print 'a', \"b\\tc\", 1; sleep 3; exit 7", "ab\tc1\n", 7),
        ('die "no tea\\n"', "no tea\n", 255),
    ],
)
def test_perl_prints_what_its_one_liner_says(code: str, said: str, ended: int) -> None:
    line = {"image": "perl:5.40", "command": ["perl", "-Mbignum=bpi", "-wle", code]}
    lab = make_lab(pod("pi", line, restartPolicy="Never"))
    run(lab, 40)
    assert log(lab, "pi") == said
    assert status(lab, "pi")["state"]["terminated"]["exitCode"] == ended


def test_a_nodes_machine_id_can_be_mounted_as_the_file_it_is() -> None:
    mount = {"volumeMounts": [{"name": "id", "mountPath": "/id", "readOnly": True}]}
    volumes = [{"name": "id", "hostPath": {"path": "/etc/machine-id", "type": "File"}}]
    lab = make_lab(pod("cup", shell("cat /id", **mount), volumes=volumes, restartPolicy="Never"))
    run(lab, 8)
    node = one(lab, "Node", one(lab, "Pod", "cup")["spec"]["nodeName"], "")
    assert log(lab, "cup") == node["status"]["nodeInfo"]["machineID"] + "\n"


def test_the_downward_api_quotes_annotations_as_go_does() -> None:
    items = [{"path": "notes", "fieldRef": {"fieldPath": "metadata.annotations"}}]
    volumes = [{"name": "info", "downwardAPI": {"items": items}}]
    mount = {"volumeMounts": [{"name": "info", "mountPath": "/info"}]}
    text = pod("cup", shell("cat /info/notes", **mount), volumes=volumes, restartPolicy="Never")
    lab = make_lab(text.replace("  name: cup", "  annotations: {say: 'a \"b\"'}\n  name: cup"))
    run(lab, 8)
    assert log(lab, "cup") == 'say="a \\"b\\""'


def test_a_pod_whose_first_init_container_runs_says_what_it_waits_for() -> None:
    waits = [{"name": "wait", "image": "busybox:1.36", **shell("sleep 9999")}]
    text = pod("cup", {}, initContainers=waits)
    found = check_manifests(text, "cup.yaml", Scenario.load("three-nodes"))["not_ready"]
    assert found[0]["why"] == (
        "ContainersNotInitialized: containers with incomplete status: [wait]"
    )


@pytest.mark.parametrize(
    "script", ["yes > /dev/null", "md5sum /dev/urandom", "dd if=/dev/zero of=/dev/null",
               "while :; do :; done"],
)  # fmt: skip
def test_what_only_burns_a_cpu_goes_on_and_is_measured(script: str) -> None:
    lab = make_lab(pod("hog", shell(script)))
    run(lab, 60)
    assert status(lab, "hog")["restartCount"] == 0
    assert lab.engine.metrics.pod_usage("default", "hog")["cpu_milli"] == 1000


def test_busyboxs_httpd_serves_a_folder() -> None:
    script = "mkdir /www; echo tea > /www/index.html; httpd -f -p 8080 -h /www"
    probe = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}
    lab = make_lab(pod("cup", shell(script, readinessProbe=probe)))
    run(lab, 8)
    assert status(lab, "cup")["ready"]
    number = status(lab, "cup")["containerID"].removeprefix("docker://")
    answers = [lab.engine.programs.respond(number, 8080, {"path": p}) for p in ("/", "/milk")]
    assert [(one["status"], one["body"][:4]) for one in answers] == [(200, "tea\n"), (404, "<HTM")]


def test_a_file_that_breaks_the_simulation_is_told_of_as_the_others_are(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def breaks(text: str, name: str, scenario: Scenario) -> dict[str, object]:
        raise KeyError("tea")

    row = guarded(breaks, "", "cup.yaml", Scenario.load("three-nodes"))
    why = "the simulation failed: KeyError: 'tea'"
    assert row["not_ready"] == [{"object": "cup.yaml", "why": why}]
    assert "cup.yaml: the simulation failed" in caplog.text

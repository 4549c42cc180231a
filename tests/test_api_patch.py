"""Patches, the three-way merge of apply, and server-side apply."""

from __future__ import annotations

import pytest

from simulator.kubernetes.api import kinds, patch
from simulator.kubernetes.api.schema import struct_of
from simulator.kubernetes.api.status import StatusError
from simulator.terminal.kubectl.merging import three_way

from .kube import DEPLOYMENT, Cluster

POD = kinds.builtin("Pod")


def pod(*containers, **spec):
    return {"metadata": {"name": "p"}, "spec": {"containers": list(containers), **spec}}


A, B = {"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}


def test_a_strategic_patch_merges_containers_by_name():
    change = {"spec": {"containers": [{"name": "b", "image": "b:2"}]}}
    assert patch.apply(POD, pod(A, B), change, "strategic")["spec"]["containers"] == [
        A,
        {"name": "b", "image": "b:2"},
    ]


def test_a_strategic_patch_deletes_what_it_says():
    change = {"spec": {"containers": [{"name": "a", "$patch": "delete"}]}}
    assert patch.apply(POD, pod(A, B), change, "strategic")["spec"]["containers"] == [B]


def test_a_strategic_patch_orders_as_it_is_told():
    change = {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
                       "containers": [{"name": "a", "image": "a:2"}]}}  # fmt: skip
    found = patch.apply(POD, pod(A, B), change, "strategic")["spec"]["containers"]
    assert [one["name"] for one in found] == ["b", "a"]


def test_a_strategic_patch_replaces_lists_without_a_key():
    old = pod(A, tolerations=[{"key": "x"}, {"key": "y"}])
    found = patch.apply(POD, old, {"spec": {"tolerations": [{"key": "z"}]}}, "strategic")
    assert found["spec"]["tolerations"] == [{"key": "z"}]


def test_a_merge_patch_removes_with_null_and_replaces_lists():
    found = patch.apply(
        POD, pod(A, B), {"metadata": {"name": None}, "spec": {"containers": [B]}}, "merge"
    )
    assert found == {"metadata": {}, "spec": {"containers": [B]}}


def test_a_json_patch_adds_tests_moves_and_removes():
    operations = [
        {"op": "test", "path": "/spec/containers/0/name", "value": "a"},
        {"op": "add", "path": "/spec/containers/-", "value": B},
        {"op": "add", "path": "/metadata/labels", "value": {"x/y": "1"}},
        {"op": "replace", "path": "/metadata/labels/x~1y", "value": "2"},
        {"op": "remove", "path": "/spec/containers/0"},
    ]
    found = patch.apply(POD, pod(A), operations, "json")
    assert found["spec"]["containers"] == [B]
    assert found["metadata"]["labels"] == {"x/y": "2"}


def test_a_json_patch_of_what_is_not_there_is_refused():
    with pytest.raises(StatusError, match="rejected our request due to an error in our request"):
        patch.apply(POD, pod(A), [{"op": "remove", "path": "/spec/nothing/here"}], "json")


def test_apply_removes_what_it_once_set_and_keeps_what_others_set():
    struct = struct_of("Deployment")
    before = {"spec": {"paused": True, "template": pod(A, B)}}
    wanted = {"spec": {"template": pod({"name": "a", "image": "a:2"})}}
    sidecar = {"name": "mesh", "image": "mesh"}
    live = {
        "spec": {"paused": True, "replicas": 7, "template": pod({**A, "tty": True}, B, sidecar)}
    }
    found = three_way(before, wanted, live, struct)
    assert "paused" not in found["spec"]
    assert found["spec"]["replicas"] == 7
    changed = {"name": "a", "image": "a:2", "tty": True}
    assert found["spec"]["template"]["spec"]["containers"] == [changed, sidecar]
    first = {"spec": {"template": pod(sidecar, {**A, "tty": True}, B)}}
    found = three_way(before, wanted, first, struct)
    assert found["spec"]["template"]["spec"]["containers"] == [sidecar, changed]


@pytest.fixture
def cluster():
    return Cluster(1)


def applied(cluster, manager, force=False, name="c", **data):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}
    return cluster.api.patch(
        "ConfigMap", "default", name, body, "apply", manager=manager, force=force
    )


def test_two_managers_share_an_object_by_fields(cluster):
    applied(cluster, "anna", a="1")
    found = applied(cluster, "ben", b="2")
    assert found["data"] == {"a": "1", "b": "2"}
    assert applied(cluster, "ben")["data"] == {"a": "1"}


def test_changing_a_field_of_another_manager_is_a_conflict(cluster):
    applied(cluster, "anna", a="1")
    with pytest.raises(StatusError) as caught:
        applied(cluster, "ben", a="2")
    assert caught.value.message == 'Apply failed with 1 conflict: conflict with "anna": .data.a'


def test_force_takes_a_field_over(cluster):
    applied(cluster, "anna", a="1", keep="x")
    applied(cluster, "ben", force=True, a="2")
    found = applied(cluster, "anna", keep="x")
    assert found["data"] == {"a": "2", "keep": "x"}


def test_applying_the_same_again_changes_nothing(cluster):
    first = applied(cluster, "anna", a="1")
    assert applied(cluster, "anna", a="1") == first


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            """--type=json -p '[{"op":"test","path":"/spec/replicas","value":9}]'""",
            "The request is invalid: the server rejected our request due to an error in our "
            "request",
        ),
        (
            """-p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'""",
            "Error from server: map: map[image:x] does not contain declared merge key: name",
        ),
    ],
)
def test_a_patch_that_cannot_be_applied_is_refused_as_upstream_does(cluster, line, error):
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply -f d.yaml")
    assert cluster.run(f"kubectl patch deployment web {line}") == (error + "\n", 1)


def managers(cluster):
    entries = cluster.api.get("Deployment", "default", "web")["metadata"]["managedFields"]
    return [(e["manager"], e["operation"], e.get("subresource", "")) for e in entries]


def test_a_scale_is_remembered_as_a_subresource_and_conflicts_as_one(cluster):
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply --server-side -f d.yaml")
    cluster.run("kubectl scale deployment web --replicas=5")
    assert ("kubectl", "Update", "scale") in managers(cluster)
    said = cluster.says("kubectl apply --server-side -f d.yaml")
    assert said.startswith(
        'error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" '
        "using apps/v1: .spec.replicas\n"
    )


def test_server_side_apply_takes_over_what_client_side_apply_managed(cluster):
    cluster.file("d.yaml", DEPLOYMENT.replace("  replicas", "  minReadySeconds: 9\n  replicas"))
    cluster.run("kubectl apply -f d.yaml")
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply --server-side -f d.yaml")
    assert sorted(managers(cluster)) == [
        ("kubectl", "Apply", ""),
        ("kubectl-last-applied", "Apply", ""),
    ]
    found = cluster.api.get("Deployment", "default", "web")
    assert found["spec"].get("minReadySeconds") is None
    assert found["spec"]["progressDeadlineSeconds"] == 600


def test_a_status_may_be_patched_as_a_subresource(cluster):
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply -f d.yaml")
    change = """'{"status":{"replicas":77},"spec":{"replicas":9}}'"""
    line = "kubectl patch deployment web --subresource=status --type=merge -p "
    cluster.run(line + change + " --dry-run=server")
    assert "replicas" not in cluster.api.get("Deployment", "default", "web").get("status", {})
    cluster.run(line + change)
    found = cluster.api.get("Deployment", "default", "web")
    assert (found["status"]["replicas"], found["spec"]["replicas"]) == (77, 2)
    assert ("kubectl-patch", "Update", "status") in managers(cluster)
    scale = cluster.says("kubectl get deployment web --subresource=scale").splitlines()
    assert [row.split()[:3] for row in scale] == [
        ["NAME", "DESIRED", "AVAILABLE"],
        ["web", "2", "77"],
    ]


def test_managed_fields_may_be_reset(cluster):
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply -f d.yaml")
    change = """'{"metadata":{"managedFields":[{}]}}'"""
    cluster.run(f"kubectl patch deployment web --type=merge -p {change}")
    found = cluster.api.get("Deployment", "default", "web")
    assert "managedFields" not in found["metadata"]


def test_an_item_that_is_applied_no_more_goes_with_what_was_filled_in(cluster):
    more = DEPLOYMENT + (
        "        ports: [{containerPort: 80}, {containerPort: 81, protocol: UDP}]\n"
        "        env: [{name: A, value: '1'}, {name: B, value: '2'}]\n"
        "      - {name: side, image: 'busybox:1.36'}\n"
        "      tolerations: [{key: x, operator: Exists}]\n"
    )
    cluster.file("d.yaml", more)
    cluster.run("kubectl apply --server-side -f d.yaml")
    cluster.file("d.yaml", DEPLOYMENT + "        ports: [{containerPort: 80}]\n")
    assert cluster.run("kubectl apply --server-side -f d.yaml")[1] == 0
    spec = cluster.api.get("Deployment", "default", "web")["spec"]["template"]["spec"]
    assert [one["name"] for one in spec["containers"]] == ["web"]
    assert spec["containers"][0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert "env" not in spec["containers"][0]
    assert "tolerations" not in spec


def test_an_item_that_another_manager_applies_as_well_stays(cluster):
    side = "      - {name: side, image: 'busybox:1.36'}\n"
    cluster.file("d.yaml", DEPLOYMENT + side)
    cluster.run("kubectl apply --server-side -f d.yaml")
    cluster.run("kubectl apply --server-side -f d.yaml --field-manager=other")
    cluster.file("d.yaml", DEPLOYMENT)
    cluster.run("kubectl apply --server-side -f d.yaml")
    assert container_names(cluster) == ["web", "side"]
    cluster.run("kubectl apply --server-side -f d.yaml --field-manager=other")
    assert container_names(cluster) == ["web"]


def container_names(cluster):
    template = cluster.api.get("Deployment", "default", "web")["spec"]["template"]
    return [one["name"] for one in template["spec"]["containers"]]


REFUSED = "The request is invalid: patch: Invalid value: "


@pytest.fixture(scope="module")
def patching():
    made = Cluster(5)
    made.file("web.yaml", DEPLOYMENT)
    made.run("kubectl apply -f web.yaml")
    return made


@pytest.mark.parametrize(
    ("change", "shown", "why"),
    [
        ('{"spec":{"replicas":"two"}}', "map[spec:map[replicas:two]]", "unrecognized type: int32"),
        ('{"metadata":{"labels":{"a":1}}}', "map[metadata:map[labels:map[a:1]]]",
         "cannot convert int64 to string"),
        ('{"spec":{"template":[]}}', "map[spec:map[template:[]]]",
         "cannot restore struct from: slice"),
    ],
)  # fmt: skip
def test_a_strategic_patch_of_a_wrong_type_is_refused_by_the_converter(
    patching, change, shown, why
):
    said, code = patching.run(f"kubectl patch deploy web -p '{change}'")
    assert (said, code) == (f'{REFUSED}"{shown}": {why}\n', 1)


@pytest.mark.parametrize(
    "line",
    [
        """--type merge -p '{"spec":{"replicas":"two"}}'""",
        """--type json -p '[{"op":"replace","path":"/spec/replicas","value":"two"}]'""",
    ],
)
def test_other_patches_of_a_wrong_type_are_refused_by_the_json_decoder(patching, line):
    said, code = patching.run(f"kubectl patch deploy web {line}")
    why = "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type"
    assert code == 1
    assert said.startswith(REFUSED + '"{\\"apiVersion\\":\\"apps/v1\\"')
    assert said.endswith(f'": {why} int32\n')


def test_an_unknown_field_of_a_patch_is_warned_of_and_dropped(patching):
    said, code = patching.run("""kubectl patch deploy web -p '{"spec":{"replica":3}}'""")
    warned = 'Warning: unknown field "spec.replica"\n'
    assert (said, code) == (warned + "deployment.apps/web patched (no change)\n", 0)


def test_an_unknown_field_in_a_file_is_refused_when_the_object_is_there(patching):
    patching.file("bad.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 2\n  replica: 3"))
    said, code = patching.run("kubectl apply -f bad.yaml")
    assert code == 1
    assert said.startswith(REFUSED + '"map[metadata:map[annotations:map[kubectl.kubernetes.io/')
    assert said.endswith(' spec:map[replica:3]]": strict decoding error: unknown field '
                         '"spec.replica"\n')  # fmt: skip
    said, code = patching.run("kubectl apply -f bad.yaml --validate=warn")
    assert said.splitlines()[0] == 'Warning: unknown field "spec.replica"' and code == 0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("""-p '{"metadata":null}'""", "the name of the object (web based on URL) was "
         "undeterminable: name must be provided"),
        ("""-p '{"metadata":{"name":"x"}}'""", "the name of the object (x) does not match the "
         "name on the URL (web)"),
        ("""-p '{"metadata":{"namespace":"x"}}'""", "the namespace of the object (x) does not "
         "match the namespace on the request (default)"),
        ("--type json -p '[3]'", "json: cannot unmarshal number into Go value of type "
         "jsonpatch.Operation"),
    ],
)  # fmt: skip
def test_a_patch_that_takes_the_name_away_is_a_bad_request(patching, line, why):
    said, code = patching.run(f"kubectl patch deploy web {line}")
    assert (said, code) == (f"Error from server (BadRequest): {why}\n", 1)


@pytest.mark.parametrize(
    "line",
    [
        "--type merge -p '{\"metadata\":3}'",
        """--type json -p '[{"op":"replace","path":"","value":3}]'""",
        """--type json -p '[{"op":"move","path":"/spec"}]'""",
        """--type json -p '[{"op":"add","path":"/spec/template/spec/containers/--3","value":1}]'""",
        """-p '{"spec":{"$deleteFromPrimitiveList/replicas":[1],"$retainKeys":3,"replicas":[]}}'""",
        """--subresource scale -p '{"metadata":[]}'""",
    ],
)
def test_no_patch_breaks_the_lab(patching, line):
    assert patching.run(f"kubectl patch deploy web {line}")[1] == 1
    assert patching.lab.failed is None

"""Patches, the three-way merge of apply, and server-side apply."""

from __future__ import annotations

import pytest

from simulator.kubernetes.api import kinds, patch
from simulator.kubernetes.api.schema import struct_of
from simulator.kubernetes.api.status import StatusError
from simulator.terminal.kubectl.merging import three_way

from .kube import Cluster

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
    with pytest.raises(StatusError, match="missing path: /spec/nothing/here"):
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
    assert found["spec"]["template"]["spec"]["containers"] == [
        sidecar,
        {"name": "a", "image": "a:2", "tty": True},
    ]


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

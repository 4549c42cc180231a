"""Owners that are gone, of another place, or in a circle."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.cluster_world import events, make_lab, run


@pytest.fixture
def lab() -> Lab:
    """Give a small cluster at rest."""
    made = make_lab(workers=1)
    run(made, 1)
    return made


def config(lab: Lab, name: str, owner: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Make a ConfigMap, which another object may own."""
    meta = {"name": name, **more}
    if owner is not None:
        meta["ownerReferences"] = [reference(owner)]
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}
    found: dict[str, Any] = lab.engine.api.create(body)
    return found


def reference(owner: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Refer to an owner."""
    meta = owner["metadata"]
    return {
        "apiVersion": "v1",
        "kind": owner["kind"],
        "name": meta["name"],
        "uid": meta["uid"],
        **more,
    }


def names(lab: Lab) -> list[str]:
    """Name the ConfigMaps of the tests."""
    found = [o["metadata"]["name"] for o in lab.engine.store.list("ConfigMap", "default")]
    return [name for name in found if name != "kube-root-ca.crt"]


def test_an_object_whose_owner_never_was_goes(lab: Lab) -> None:
    config(lab, "a", {"kind": "ConfigMap", "metadata": {"name": "b", "uid": "no-such-uid"}})
    run(lab, 1)
    assert names(lab) == []


def test_an_owner_of_another_namespace_is_none(lab: Lab) -> None:
    owner = config(lab, "owner", namespace="kube-system")
    config(lab, "a", owner)
    run(lab, 1)
    assert names(lab) == []
    uid = owner["metadata"]["uid"]
    assert events(lab, "OwnerRefInvalidNamespace") == [
        f"ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: {uid}] does not exist in "
        'namespace "default"'
    ]


def test_an_owner_without_a_namespace_may_own_what_has_one(lab: Lab) -> None:
    node = lab.engine.store.need("Node", "", "worker-1")
    config(lab, "a", node)
    run(lab, 1)
    assert names(lab) == ["a"]


def test_owners_in_a_circle_do_not_wait_for_each_other(lab: Lab) -> None:
    first = config(lab, "a")
    second = config(lab, "b", first)
    rows = [reference(second, blockOwnerDeletion=True)]
    lab.engine.api.patch("ConfigMap", "default", "a", {"metadata": {"ownerReferences": rows}})
    rows = [reference(first, blockOwnerDeletion=True)]
    lab.engine.api.patch("ConfigMap", "default", "b", {"metadata": {"ownerReferences": rows}})
    lab.engine.api.delete("ConfigMap", "default", "a", propagation="Foreground")
    run(lab, 5)
    assert names(lab) == []

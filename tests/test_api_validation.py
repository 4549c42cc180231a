"""What the API server refuses, word for word."""

from __future__ import annotations

import pytest

from simulator.kubernetes.api import decode, kinds, validation
from simulator.kubernetes.api.defaults import fill
from simulator.kubernetes.api.status import StatusError

CONTAINER = {"name": "web", "image": "nginx"}


def problems(obj):
    """Decode, default and check an object as the server does."""
    row = kinds.of_object(obj["apiVersion"], obj["kind"])
    fresh = decode.decode(row, obj)
    fresh["metadata"].setdefault("namespace", "default")
    fill(row.kind, fresh)
    found = validation.metadata_problems(row, fresh)
    return [str(p) for p in [*found, *validation.problems(None, row, fresh, None)]]


def decoded(obj):
    with pytest.raises(StatusError) as caught:
        decode.decode(kinds.of_object(obj["apiVersion"], obj["kind"]), obj)
    return caught.value.message


def pod(**spec):
    body = {"containers": [dict(CONTAINER)], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": body}


def container(**fields):
    return pod(containers=[{**CONTAINER, **fields}])


def deployment(**spec):
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [dict(CONTAINER)]}}
    body = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": body}


def service(**spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (pod(containers=[]), "spec.containers: Required value"),
        (container(name=""), "spec.containers[0].name: Required value"),
        (container(image=""), "spec.containers[0].image: Required value"),
        (container(imagePullPolicy="Sometimes"),
         'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": '
         'supported values: "Always", "IfNotPresent", "Never"'),
        (container(ports=[{"containerPort": 70000}]),
         "spec.containers[0].ports[0].containerPort: Invalid value: 70000: "
         "must be between 1 and 65535, inclusive"),
        (container(volumeMounts=[{"name": "data", "mountPath": "/d"}]),
         'spec.containers[0].volumeMounts[0].name: Not found: "data"'),
        (container(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}),
         'spec.containers[0].resources.requests: Invalid value: "2": '
         "must be less than or equal to cpu limit of 1"),
        (container(livenessProbe={}),
         "spec.containers[0].livenessProbe: Required value: must specify a handler type"),
        (container(livenessProbe={"successThreshold": 2, "tcpSocket": {"port": 80}}),
         "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1"),
        (pod(restartPolicy="Perhaps"),
         'spec.restartPolicy: Unsupported value: "Perhaps": '
         'supported values: "Always", "OnFailure", "Never"'),
        (pod(volumes=[{"name": "a", "emptyDir": {}}, {"name": "a", "emptyDir": {}}]),
         'spec.volumes[1].name: Duplicate value: "a"'),
        (deployment(replicas=-1),
         "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        (deployment(selector={"matchLabels": {"app": "api"}}),
         'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: '
         "`selector` does not match template `labels`"),
        (deployment(strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}}),
         "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
         "'Recreate'"),
        (deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}),
         "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, "
         'IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0'),
        (service(), "spec.ports: Required value"),
        (service(ports=[{"port": 80}, {"port": 81}]), "spec.ports[0].name: Required value"),
        (service(ports=[{"port": 80, "nodePort": 30001}]),
         "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"),
        (service(type="Balanced", ports=[{"port": 80}]),
         'spec.type: Unsupported value: "Balanced": supported values: "ClusterIP", '
         '"ExternalName", "LoadBalancer", "NodePort"'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_in_upstreams_words(obj, words):
    assert problems(obj)[0] == words


def test_a_right_object_has_no_problem():
    assert problems(deployment()) == []
    assert problems(pod(volumes=[{"name": "a"}])) == []


def test_unknown_fields_are_named_with_their_paths():
    template = {"spec": {"containers": [{**CONTAINER, "img": "x"}]}}
    assert decoded(deployment(replica=1, template=template)) == (
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: '
        'unknown field "spec.replica", unknown field "spec.template.spec.containers[0].img"'
    )


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        (deployment(replicas="3"),
         "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of "
         "type int32"),
        (container(env=[{"name": "A", "value": 1}]),
         "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of "
         "type string"),
        (pod(containers={"a": 1}),
         "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type "
         "[]v1.Container"),
        (container(resources={"limits": {"cpu": "much"}}),
         "quantities must match the regular expression "
         "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_refused_in_gos_words(obj, words):
    version = obj["apiVersion"].rpartition("/")[2]
    kind = obj["kind"]
    head = f'{kind} in version "{version}" cannot be handled as a {kind}: '
    assert decoded(obj) == head + words


def test_quantities_are_stored_in_their_canonical_form():
    row = kinds.builtin("Pod")
    fresh = decode.decode(row, container(resources={"limits": {"cpu": 1, "memory": "1024Mi"}}))
    assert fresh["spec"]["containers"][0]["resources"]["limits"] == {"cpu": "1", "memory": "1Gi"}


def test_every_kind_that_is_served_has_a_type():
    from simulator.kubernetes.api.schema import struct_of

    missing = [row.kind for row in kinds.BUILTIN if struct_of(row.kind) is None]
    assert missing == []


def test_every_type_that_a_field_names_exists():
    from simulator.kubernetes.api.schema import structs

    def inner(shape):
        while shape.of is not None:
            shape = shape.of
        return shape

    unknown = {
        inner(field.shape).struct
        for struct in structs().values()
        for field in struct.fields.values()
        if inner(field.shape).form == "struct" and inner(field.shape).struct not in structs()
    }
    assert unknown == set()

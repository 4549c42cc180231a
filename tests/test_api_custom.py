"""Custom kinds: schemas, rules, versions, scale, and their definition's end; admission policies."""

from __future__ import annotations

import pytest

from .kube import Cluster

DEFINITION = r"""
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
  - name: v1
    served: true
    storage: false
    selectableFields: [{jsonPath: .spec.image}]
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-validations:
            - rule: "self.least <= self.size"
              messageExpression: "'size must be at least %d'.format([self.least])"
            properties:
              image:
                type: string
                x-kubernetes-validations: [{rule: "self == oldSelf", message: Value is immutable}]
              size: {type: integer, maximum: 10, default: 3}
              least: {type: integer, default: 1}
              mode: {type: string, enum: [A, B]}
              either: {oneOf: [{required: [a]}, {required: [b]}], type: object,
                       properties: {a: {type: string}, b: {type: string}}}
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [port]
                items: {type: object, properties: {port: {type: integer}}}
          status: {type: object, properties: {size: {type: integer}}}
"""
OBJECT = """
apiVersion: stable.example.com/v1
kind: CronTab
metadata: {name: my}
spec: {image: x}
"""


@pytest.fixture
def cluster() -> Cluster:
    """Give a cluster with a custom kind and one object of it."""
    found = Cluster(1)
    found.file("crd.yaml", DEFINITION)
    found.file("c.yaml", OBJECT)
    found.run("kubectl apply -f crd.yaml")
    found.run("kubectl apply -f c.yaml")
    return found


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ('{"image":"y"}', 'spec.image: Invalid value: "string": Value is immutable'),
        ('{"least":4}', 'spec: Invalid value: "object": size must be at least 4'),
        ('{"size":11}', "spec.size: Invalid value: 11: spec.size in body should be less than or "
         "equal to 10"),
        ('{"ports":[{"port":1},{"port":1}]}',
         'spec.ports[1]: Duplicate value: map[string]interface {}{"port":1}'),
        ('{"either":{}}', 'spec.either: Invalid value: "": "spec.either" must validate one and '
         "only one schema (oneOf). Found none valid"),
    ],
)  # fmt: skip
def test_a_custom_object_is_checked_by_its_schema_and_its_rules(
    cluster: Cluster, change: str, error: str
) -> None:
    output = cluster.says(f"kubectl patch ct my --type=merge -p '{{\"spec\":{change}}}'")

    assert output == f'The CronTab "my" is invalid: {error}\n'


def test_rules_are_not_judged_where_the_object_is_wrong_already(cluster: Cluster) -> None:
    output = cluster.says("""kubectl patch ct my --type=merge -p '{"spec":{"mode":"C"}}'""")

    assert '* spec.mode: Unsupported value: "C": supported values: "A", "B"\n' in output
    assert '* <nil>: Invalid value: "null": some validation rules were not checked' in output


def test_the_version_that_discovery_prefers_is_shown(cluster: Cluster) -> None:
    assert cluster.says("kubectl get ct my -o jsonpath={.apiVersion}") == "stable.example.com/v1"


def test_a_custom_object_scales_where_its_definition_says(cluster: Cluster) -> None:
    cluster.run("kubectl scale ct my --replicas=7")

    assert cluster.says("kubectl get ct my -o jsonpath={.spec.size}") == "7"
    assert cluster.says("kubectl get ct my --subresource=scale").split()[5] == "7"


def test_custom_objects_are_selected_by_the_fields_their_definition_names(
    cluster: Cluster,
) -> None:
    assert "my" in cluster.says("kubectl get ct --field-selector spec.image=x")
    refused = cluster.says("kubectl get ct --field-selector spec.mode=A")
    assert refused.endswith("field label not supported: spec.mode\n")


def test_unknown_fields_are_refused_warned_of_or_dropped(cluster: Cluster) -> None:
    cluster.file("c.yaml", OBJECT.replace("image: x", "image: x, foo: 1"))

    assert 'unknown field "spec.foo"' in cluster.says("kubectl apply -f c.yaml")
    warned = cluster.says("kubectl apply -f c.yaml --validate=warn")
    assert warned.startswith('Warning: unknown field "spec.foo"\n')
    assert cluster.run("kubectl apply -f c.yaml --validate=false")[1] == 0
    assert cluster.says("kubectl get ct my -o jsonpath={.spec.foo}") == ""


def test_objects_go_before_their_definition(cluster: Cluster) -> None:
    cluster.run("""kubectl patch ct my --type=merge -p '{"metadata":{"finalizers":["a/b"]}}'""")
    cluster.run("kubectl delete crd crontabs.stable.example.com --wait=false")
    cluster.wait(1)

    crd = cluster.api.get("CustomResourceDefinition", None, "crontabs.stable.example.com")
    assert crd["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    assert crd["status"]["conditions"][2]["reason"] == "InstanceDeletionInProgress"
    cluster.file("c.yaml", OBJECT.replace("my", "new"))
    assert "create not allowed while custom resource definition is terminating" in cluster.says(
        "kubectl apply -f c.yaml"
    )
    cluster.run("""kubectl patch ct my --type=merge -p '{"metadata":{"finalizers":null}}'""")
    cluster.wait(10)
    assert (
        cluster.says("kubectl get ct") == 'error: the server doesn\'t have a resource type "ct"\n'
    )


def test_a_definition_whose_rules_cannot_be_read_is_refused(cluster: Cluster) -> None:
    cluster.file("crd.yaml", DEFINITION.replace("self == oldSelf", "self == "))

    output = cluster.says("kubectl apply -f crd.yaml")

    assert ".properties[image].x-kubernetes-validations[0].rule: Invalid value: " in output
    assert "compilation failed: ERROR: <input>:1:9: Syntax error" in output


POLICY = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: small}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  variables: [{name: wanted, expression: "object.spec.replicas"}]
  validations: [{expression: "variables.wanted <= 5"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: everywhere}
spec: {policyName: small, validationActions: [Deny]}
"""


def test_an_admission_policy_refuses_what_its_expression_forbids(cluster: Cluster) -> None:
    cluster.file("p.yaml", POLICY)
    cluster.run("kubectl apply -f p.yaml")

    said = cluster.says("kubectl create deployment big --image=nginx:1.27 --replicas=6")

    assert said == (
        'error: failed to create deployment: deployments.apps "big" is forbidden: '
        "ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: failed "
        "expression: variables.wanted <= 5\n"
    )
    assert cluster.run("kubectl create deployment ok --image=nginx:1.27 --replicas=5")[1] == 0
    assert cluster.run("kubectl scale deployment ok --replicas=6")[1] == 0  # deployments/scale


def test_the_first_namespaces_cannot_be_deleted(cluster: Cluster) -> None:
    assert cluster.says("kubectl delete namespace kube-system") == (
        'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may '
        "not be deleted\n"
    )


def test_an_admission_policy_may_only_warn(cluster: Cluster) -> None:
    cluster.file("p.yaml", POLICY.replace("[Deny]", "[Warn]"))
    cluster.run("kubectl apply -f p.yaml")

    said = cluster.says("kubectl create deployment big --image=nginx:1.27 --replicas=6")

    assert said == (
        "Warning: Validation failed for ValidatingAdmissionPolicy 'small' with binding "
        "'everywhere': failed expression: variables.wanted <= 5\ndeployment.apps/big created\n"
    )


def test_a_version_that_is_deprecated_is_warned_of(cluster: Cluster) -> None:
    old = DEFINITION.replace("    served: true\n    storage: true", "    served: true\n"
                             "    deprecated: true\n    storage: true")  # fmt: skip
    cluster.file("crd.yaml", old)
    cluster.run("kubectl apply -f crd.yaml")
    cluster.file("c.yaml", OBJECT.replace("example.com/v1", "example.com/v1beta1"))

    assert cluster.says("kubectl apply -f c.yaml").startswith(
        "Warning: stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 "
        "CronTab\n"
    )

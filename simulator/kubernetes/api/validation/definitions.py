"""CustomResourceDefinitions: names, versions, schemas.

Source: apiextensions-apiserver v0.32 pkg/apis/apiextensions/validation/validation.go. Upstream
moves what all versions have in common to the top of the spec before it checks, so the paths of
its errors do, too.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from ..names import dns1035_label_problems, subdomain_problems
from ..status import (
    FieldValue,
    field_forbidden,
    invalid_value,
    required,
    unsupported,
)
from .common import Body, Problems, body, items
from .structural import schema_problems

SCOPES = ("Cluster", "Namespaced")
COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
APPROVED = "api-approved.kubernetes.io"
AT_ROOT = ("description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum",
           "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
           "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs",
           "example", "x-kubernetes-preserve-unknown-fields",
           "x-kubernetes-validations")  # fmt: skip
"""What the root of a schema may have beside a status subresource."""
_SHARED = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")


def definition(obj: Object) -> Problems:
    """Check a CustomResourceDefinition."""
    spec = body(obj.get("spec"))
    names, group = body(spec.get("names")), str(spec.get("group") or "")
    out: Problems = []
    name = str(obj["metadata"].get("name") or "")
    if name and name != f"{names.get('plural') or ''}.{group}":
        out.append(invalid_value("metadata.name", name, 'must be spec.names.plural+"."+spec.group'))
    out += _group(group)
    scope = spec.get("scope") or ""
    if scope not in SCOPES:
        out.append(unsupported("spec.scope", scope, SCOPES) if scope else required("spec.scope"))
    out += _versions(spec) + _names(names)
    if _is_shared(spec, "schema"):
        schema = body(body(_first(spec).get("schema")).get("openAPIV3Schema"))
        out += _schema(schema, _has_status(spec, None), "spec.validation")
    if _is_shared(spec, "subresources"):
        out += _subresources(body(_first(spec).get("subresources")), "spec.subresources")
    if _is_shared(spec, "additionalPrinterColumns"):
        columns = _first(spec).get("additionalPrinterColumns")
        out += _columns(columns, "spec.additionalPrinterColumns")
    return out + _conversion(spec) + _approval(obj, group)


def _first(spec: Body) -> Body:
    return body((spec.get("versions") or [{}])[0])


def _is_shared(spec: Body, field: str) -> bool:
    """Tell whether all versions say the same."""
    first = _first(spec).get(field)
    return all(body(one).get(field) == first for _, one in items(spec.get("versions")))


def _has_status(spec: Body, version: Body | None) -> bool:
    given = [version] if version else [body(one) for _, one in items(spec.get("versions"))]
    return any(body(one.get("subresources")).get("status") is not None for one in given)


def _group(group: str) -> Problems:
    wrong = subdomain_problems(group)
    if not group:
        return [required("spec.group")]
    if wrong:
        return [invalid_value("spec.group", group, ",".join(wrong))]
    if "." not in group:
        return [invalid_value("spec.group", group, "should be a domain with at least one dot")]
    return []


def _versions(spec: Body) -> Problems:
    versions = [body(one) for _, one in items(spec.get("versions"))]
    out = [
        required(f"spec.versions[{n}].schema.openAPIV3Schema", "schemas are required")
        for n, one in enumerate(versions)
        if body(one.get("schema")).get("openAPIV3Schema") is None
    ]
    for n, one in enumerate(versions):
        where, name = f"spec.versions[{n}]", str(one.get("name") or "")
        wrong = dns1035_label_problems(name)
        if wrong:
            out.append(invalid_value(f"{where}.name", name, ",".join(wrong)))
        out += _version(spec, one, where)
    called = [one.get("name") for one in versions]
    if len(set(called)) < len(called):
        why = "must contain unique version names"
        out.append(invalid_value("spec.versions", _go_versions(spec), why))
    if sum(bool(one.get("storage")) for one in versions) != 1:
        why = "must have exactly one version marked as storage version"
        out.append(invalid_value("spec.versions", _go_versions(spec), why))
    wrong = dns1035_label_problems(str(called[0])) if called and called[0] else ()
    return [*out, invalid_value("spec.version", called[0], ",".join(wrong))] if wrong else out


def _version(spec: Body, one: Body, path: str) -> Problems:
    """Check what a version has of its own."""
    out: Problems = []
    if one.get("deprecationWarning") is not None and not one.get("deprecated"):
        why = "can only be set for deprecated versions"
        value = one["deprecationWarning"]
        out.append(invalid_value(f"{path}.deprecationWarning", value, why))
    if not _is_shared(spec, "schema"):
        schema = body(body(one.get("schema")).get("openAPIV3Schema"))
        out += _schema(schema, _has_status(spec, one), f"{path}.schema")
    if not _is_shared(spec, "subresources"):
        out += _subresources(body(one.get("subresources")), f"{path}.subresources")
    if not _is_shared(spec, "additionalPrinterColumns"):
        where = f"{path}.additionalPrinterColumns"
        out += _columns(one.get("additionalPrinterColumns"), where)
    return out


def _go_versions(spec: Body) -> FieldValue:
    """Write the versions as Go prints them; what they share is not theirs any more."""
    kind = "apiextensions.CustomResourceDefinitionVersion"
    types = {
        "schema": "(*apiextensions.CustomResourceValidation)",
        "subresources": "(*apiextensions.CustomResourceSubresources)",
        "additionalPrinterColumns": "[]apiextensions.CustomResourceColumnDefinition",
        "selectableFields": "[]apiextensions.SelectableField",
    }
    shown = []
    for _, one in items(spec.get("versions")):
        more = ", ".join(
            f"{field[0].upper()}{field[1:]}:{types[field]}"
            + ("(nil)" if one.get(field) is None or _is_shared(spec, field) else "(0xc000012345)")
            for field in _SHARED
        )
        served, storage, old = (
            str(bool(one.get(field))).lower() for field in ("served", "storage", "deprecated")
        )
        shown.append(
            f'{kind}{{Name:"{one.get("name") or ""}", Served:{served}, Storage:{storage}, '
            f"Deprecated:{old}, DeprecationWarning:(*string)(nil), {more}}}"
        )
    return FieldValue(f"[]{kind}{{{', '.join(shown)}}}" if shown else f"[]{kind}(nil)")


def _names(names: Body) -> Problems:
    path = "spec.names"
    out = [
        required(f"{path}.{field}")
        for field in ("plural", "singular", "kind", "listKind")
        if not names.get(field)
    ]
    for field in ("plural", "singular", "kind", "listKind"):
        text = str(names.get(field) or "")
        mixed = field in ("kind", "listKind")
        wrong = dns1035_label_problems(text.lower() if mixed else text) if text else ()
        if wrong:
            head = "may have mixed case, but should otherwise match: " if mixed else ""
            out.append(invalid_value(f"{path}.{field}", text, head + ",".join(wrong)))
    out += _words(names.get("shortNames"), f"{path}.shortNames")
    if names.get("kind") and names["kind"] == names.get("listKind"):
        why = "kind and listKind may not be the same"
        out.append(invalid_value(f"{path}.listKind", names["listKind"], why))
    return out + _words(names.get("categories"), f"{path}.categories")


def _words(given: Any, path: str) -> Problems:
    return [
        invalid_value(f"{path}[{n}]", text, ",".join(dns1035_label_problems(str(text))))
        for n, text in enumerate(given or ())
        if dns1035_label_problems(str(text))
    ]


def _schema(schema: Body, has_status: bool, path: str) -> Problems:
    out: Problems = []
    where = f"{path}.openAPIV3Schema"
    if has_status and any(field not in AT_ROOT for field in schema):
        listed = " ".join(f"{one[0].upper()}{one[1:]}" for one in AT_ROOT)
        why = f"only [{listed}] fields are allowed at the root of the schema if the status "
        why += "subresource is enabled"
        out.append(invalid_value(where, schema, why))
    if schema.get("nullable"):
        out.append(field_forbidden(f"{where}.nullable", "nullable cannot be true at the root"))
    return out + schema_problems(schema, where)


def _simple_path(text: str, path: str) -> Problems:
    if not text.startswith("."):
        return [invalid_value(path, text, "must be a simple json path starting with .")]
    return []


def _subresources(given: Body, path: str) -> Problems:
    scale, where = given.get("scale"), f"{path}.scale"
    out: Problems = []
    if scale is None:
        return out
    for side in ("spec", "status"):
        field = f"{side}ReplicasPath"
        text = str(scale.get(field) or "")
        if not text:
            out.append(required(f"{where}.{field}"))
            continue
        wrong = _simple_path(text, f"{where}.{field}")
        if not wrong and not text.startswith(f".{side}."):
            why = f"should be a json path under .{side}"
            wrong = [invalid_value(f"{where}.{field}", text, why)]
        out += wrong
    text = str(scale.get("labelSelectorPath") or "")
    if text:
        wrong = _simple_path(text, f"{where}.labelSelectorPath")
        if not wrong and not text.startswith((".spec.", ".status.")):
            why = "should be a json path under either .spec or .status"
            wrong = [invalid_value(f"{where}.labelSelectorPath", text, why)]
        out += wrong
    return out


def _columns(given: Any, path: str) -> Problems:
    out: Problems = []
    for n, column in items(given):
        where, kind = f"{path}[{n}]", column.get("type") or ""
        if not column.get("name"):
            out.append(required(f"{where}.name"))
        if not kind:
            out.append(required(f"{where}.type", f"must be one of {', '.join(COLUMN_TYPES)}"))
        elif kind not in COLUMN_TYPES:
            out.append(unsupported(f"{where}.type", kind, COLUMN_TYPES))
        if column.get("format") and column["format"] not in COLUMN_FORMATS:
            out.append(unsupported(f"{where}.format", column["format"], COLUMN_FORMATS))
        text = str(column.get("jsonPath") or "")
        out += _simple_path(text, f"{where}.JSONPath") if text else [required(f"{where}.JSONPath")]
    return out


def _conversion(spec: Body) -> Problems:
    given, where = body(spec.get("conversion")), "spec.conversion"
    strategy = given.get("strategy") or ""
    if not strategy:
        return [required(f"{where}.strategy")] if spec.get("conversion") is not None else []
    if strategy not in ("None", "Webhook"):
        return [unsupported(f"{where}.strategy", strategy, ("None", "Webhook"))]
    client = body(given.get("webhook")).get("clientConfig")
    if strategy == "Webhook" and client is None:
        why = "required when strategy is set to Webhook"
        return [required(f"{where}.webhookClientConfig", why)]
    return []


def _approval(obj: Object, group: str) -> Problems:
    """Ask for the annotation that says who allowed a kind in one of Kubernetes' own groups."""
    own = any(group == one or group.endswith(f".{one}") for one in ("k8s.io", "kubernetes.io"))
    if not own or body(obj["metadata"].get("annotations")).get(APPROVED):
        return []
    why = (
        f'protected groups must have approval annotation "{APPROVED}", see '
        "https://github.com/kubernetes/enhancements/pull/1111"
    )
    return [required(f"metadata.annotations[{APPROVED}]", why)]


CHECKS = {"CustomResourceDefinition": definition}

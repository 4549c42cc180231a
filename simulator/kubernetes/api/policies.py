"""ValidatingAdmissionPolicy: refusals that a cluster's people write themselves, in CEL.

Source: kubernetes apiserver pkg/admission/plugin/policy/validating (dispatcher.go, validator.go).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import selectors, status
from .expressions import ExpressionError, Unknown, evaluate
from .kinds import Kind

if TYPE_CHECKING:
    from .server import ApiServer

CODES = {"Unauthorized": 401, "Forbidden": 403, "Invalid": 422, "RequestEntityTooLarge": 413}
EXEMPT = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
          "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")  # fmt: skip
"""Kinds that no policy is asked about, so that one cannot lock everybody out."""


def admit(api: ApiServer, row: Kind, obj: Object | None, old: Object | None) -> None:
    """Refuse what a policy denies; obj: None when `old` is to be deleted. StatusError."""
    if row.kind in EXEMPT:
        return
    for binding in api.store.list("ValidatingAdmissionPolicyBinding"):
        spec = binding.get("spec") or {}
        policy = api.store.get("ValidatingAdmissionPolicy", "", spec.get("policyName") or "")
        actions = spec.get("validationActions") or ()
        if policy is None or not any(one in actions for one in ("Deny", "Warn")):
            continue
        rules = get(policy, "spec", "matchConstraints", default={})
        narrower = spec.get("matchResources")
        if not _matches(api, rules, row, obj, old):
            continue
        if narrower and not _matches(api, narrower, row, obj, old):
            continue
        for params in _params(api, policy, binding, obj or old or {}):
            try:
                _judge(api, policy, binding, row, obj, old, params)
            except status.StatusError as error:
                if "Deny" in actions:
                    raise
                why = error.message.partition(" denied request: ")[2]
                where = f"'{policy['metadata']['name']}' with binding"
                where += f" '{binding['metadata']['name']}'"
                api.warn(f"Validation failed for ValidatingAdmissionPolicy {where}: {why}")


def _matches(
    api: ApiServer, wanted: Object, row: Kind, obj: Object | None, old: Object | None
) -> bool:
    """Tell whether a request is among those that a policy or binding is about."""
    one: Object = obj or old or {}
    operation = "DELETE" if obj is None else "UPDATE" if old is not None else "CREATE"
    rules = wanted.get("resourceRules")
    if rules is not None and not any(_rule(rule, row, one, operation) for rule in rules):
        return False
    if any(_rule(rule, row, one, operation) for rule in wanted.get("excludeResourceRules") or ()):
        return False
    labels = selectors.of_object(wanted.get("objectSelector") or {})
    either = [o for o in (obj, old) if o is not None]
    if not any(labels.matches(o["metadata"].get("labels")) for o in either):
        return False
    return not row.namespaced or _in_namespace(api, wanted, one["metadata"].get("namespace") or "")


def _in_namespace(api: ApiServer, wanted: Object, name: str) -> bool:
    namespace = api.store.get("Namespace", "", name) or {"metadata": {}}
    selector = selectors.of_object(wanted.get("namespaceSelector") or {})
    return selector.matches(namespace["metadata"].get("labels"))


def _rule(rule: Object, row: Kind, obj: Object, operation: str) -> bool:
    names = rule.get("resourceNames") or ()
    if names and obj["metadata"].get("name") not in names:
        return False
    fields = (("apiGroups", row.group), ("apiVersions", row.version), ("resources", row.plural),
              ("operations", operation))  # fmt: skip
    return all("*" in (rule.get(key) or ()) or value in (rule.get(key) or ())
               for key, value in fields)  # fmt: skip


def _params(api: ApiServer, policy: Object, binding: Object, obj: Object) -> list[Object | None]:
    """Find the parameters that a binding refers to; [None] for a policy that takes none."""
    kind, wanted = get(policy, "spec", "paramKind"), get(binding, "spec", "paramRef")
    if not kind or not wanted:
        return [None]
    row = api.kind_of({"apiVersion": kind["apiVersion"], "kind": kind["kind"], "metadata": {}})
    place = wanted.get("namespace") or obj["metadata"].get("namespace") or ""
    found = api.store.list(row.store, place if row.namespaced else None)
    if wanted.get("name"):
        found = [one for one in found if one["metadata"]["name"] == wanted["name"]]
    else:
        selector = selectors.of_object(wanted.get("selector") or {})
        found = [one for one in found if selector.matches(one["metadata"].get("labels"))]
    if not found and wanted.get("parameterNotFoundAction") != "Allow":
        raise _denied(policy, binding, api.row(obj["kind"]) if obj else row, obj,
                      "no params found for policy binding with `Deny` parameterNotFoundAction",
                      "Invalid")  # fmt: skip
    return list(found)


def _judge(
    api: ApiServer, policy: Object, binding: Object, row: Kind, obj: Object | None,
    old: Object | None, params: Object | None,
) -> None:  # fmt: skip
    """Evaluate the validations of a policy; the first that fails refuses."""
    spec = policy["spec"]
    one: Object = obj or old or {}
    variables = _variables(api, row, obj, old, params)
    strict = spec.get("failurePolicy") != "Ignore"
    try:
        if not all(evaluate(c["expression"], variables) is True
                   for c in spec.get("matchConditions") or ()):  # fmt: skip
            return
        variables["variables"] = {}
        for named in spec.get("variables") or ():
            variables["variables"][named["name"]] = evaluate(named["expression"], variables)
    except Unknown:
        return
    except ExpressionError as error:
        if strict:
            raise _denied(policy, binding, row, one, str(error), "Invalid") from error
        return
    for rule in spec.get("validations") or ():
        why = _failure(rule, variables, strict)
        if why:
            raise _denied(policy, binding, row, one, why, rule.get("reason") or "Invalid")


def _variables(
    api: ApiServer, row: Kind, obj: Object | None, old: Object | None, params: Object | None
) -> dict[str, Any]:
    one: Object = obj or old or {}
    meta = one["metadata"]
    operation = "DELETE" if obj is None else "UPDATE" if old is not None else "CREATE"
    request = {
        "operation": operation,
        "name": meta.get("name") or "",
        "namespace": meta.get("namespace") or "",
        "kind": {"group": row.group, "version": row.version, "kind": row.kind},
        "resource": {"group": row.group, "version": row.version, "resource": row.plural},
        "userInfo": {"username": "kubernetes-admin", "groups": ["system:authenticated"]},
    }
    namespace = api.store.get("Namespace", "", meta.get("namespace") or "")
    return {"object": obj, "oldObject": old, "request": request, "params": params,
            "namespaceObject": namespace}  # fmt: skip


def _failure(rule: Object, variables: dict[str, Any], strict: bool) -> str:
    """Say why a validation refuses; "" when it does not."""
    text = str(rule["expression"]).strip()
    try:
        if evaluate(text, variables) is True:
            return ""
    except Unknown:
        return ""
    except ExpressionError as error:
        return f"expression '{text}' resulted in error: {error}" if strict else ""
    if rule.get("messageExpression"):
        try:
            said = evaluate(str(rule["messageExpression"]), variables)
            if isinstance(said, str) and said.strip():
                return said.strip()
        except ExpressionError:
            pass
    return str(rule.get("message") or "").strip() or f"failed expression: {text}"


def _denied(
    policy: Object, binding: Object, row: Kind, obj: Object, why: str, reason: str
) -> status.StatusError:
    text = (
        f"ValidatingAdmissionPolicy '{policy['metadata']['name']}' with binding "
        f"'{binding['metadata']['name']}' denied request: {why}"
    )
    name = obj["metadata"].get("name") or ""
    error = status.forbidden(row.plural, row.group, name, text)
    error.code, error.reason = CODES.get(reason, 422), reason
    error.details["causes"] = [{"message": text, "field": ""}]
    return error

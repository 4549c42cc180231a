"""Kinds that are asked and never stored: who am I, may somebody do this, whose token is it.

Source: kubernetes pkg/registry/{authorization,authentication}, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import rbac, status
from .status import FieldError, invalid_value, required

if TYPE_CHECKING:
    from .kinds import Kind
    from .server import ApiServer

BOTH = "cannot be specified in combination with resourceAttributes"
EITHER = "exactly one of nonResourceAttributes or resourceAttributes must be specified"


def is_asked(row: Kind) -> bool:
    """Tell whether a kind is a question."""
    return row.kind.endswith("Review")


def answer(api: ApiServer, row: Kind, obj: Object, who: rbac.User) -> Object:
    """Give a question with its answer in the status; StatusError (Invalid)."""
    spec: dict[str, Any] = obj.get("spec") or {}
    meta = {**(obj.get("metadata") or {}), "creationTimestamp": None}
    shown = {**obj, "metadata": meta}
    if row.kind == "SelfSubjectReview":
        info = {"username": who.name, "groups": list(who.groups)}
        meta["creationTimestamp"] = api.engine.timestamp()
        return {**shown, "status": {"userInfo": info}}
    if row.kind == "TokenReview":
        return {**shown, "status": _token(api, str(spec.get("token") or ""))}
    if row.kind == "SelfSubjectRulesReview":
        return {**shown, "status": _rules(api, str(spec.get("namespace") or ""), who)}
    wrong = _problems(row, spec, meta)
    if wrong:
        raise status.invalid(row.kind, row.group, "", wrong)
    if row.kind != "SelfSubjectAccessReview":
        who = rbac.User(str(spec.get("user") or ""), tuple(spec.get("groups") or ()))
    allowed, why = rbac.decide(api.store, who, _request(spec))
    found: dict[str, Any] = {"allowed": allowed}
    if why:
        found["reason"] = why
    return {**shown, "status": found}


def _problems(row: Kind, spec: dict[str, Any], meta: Object) -> list[FieldError]:
    asked, url = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    out: list[FieldError] = []
    if asked is not None and url is not None:
        out.append(invalid_value("spec.nonResourceAttributes", status.FieldValue("{}"), BOTH))
    if asked is None and url is None:
        out.append(invalid_value("spec.resourceAttributes", status.FieldValue("null"), EITHER))
    if row.kind != "SelfSubjectAccessReview" and not spec.get("user") and not spec.get("groups"):
        why = "at least one of user or group must be specified"
        out.append(invalid_value("spec.user", spec.get("user") or "", why))
    place = get(spec, "resourceAttributes", "namespace", default="")
    if row.kind == "LocalSubjectAccessReview" and place != meta.get("namespace"):
        out.append(required("spec.resourceAttributes.namespace", "must match metadata.namespace"))
    return out


def _request(spec: dict[str, Any]) -> rbac.Request:
    url = spec.get("nonResourceAttributes")
    if url is not None:
        return rbac.Request(str(url.get("verb") or ""), url=str(url.get("path") or ""))
    asked = spec["resourceAttributes"]
    words = {key: str(asked.get(key) or "") for key in
             ("verb", "group", "resource", "subresource", "name", "namespace")}  # fmt: skip
    words["plural"] = words.pop("resource")
    return rbac.Request(**words)


def _rules(api: ApiServer, namespace: str, who: rbac.User) -> Object:
    rules, _ = rbac.rules_of(api.store, who, namespace)
    return {
        "incomplete": False,
        "nonResourceRules": [
            {"nonResourceURLs": rule["nonResourceURLs"], "verbs": rule["verbs"]}
            for rule in rules if rule.get("nonResourceURLs")
        ],
        "resourceRules": [rule for rule in rules if rule.get("resources")],
    }  # fmt: skip


def _token(api: ApiServer, token: str) -> Object:
    """Say whose token it is.

    # Simplified: The server knows no token again, so that none is authenticated.
    """
    if not token:
        return {"user": {}, "error": "token is empty"}
    return {"user": {}, "error": "[invalid bearer token, unknown]"}

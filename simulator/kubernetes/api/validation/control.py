"""Certificate requests, flow control, attachments.   Source: pkg/apis/*/validation."""

from __future__ import annotations

import base64
import binascii
import re

from simulator.plain import Object

from ..status import FieldValue, invalid_value, required, unsupported
from .common import Body, Problems, body, items

LEGACY = "kubernetes.io/legacy-unknown"
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----")
SUBJECTS = ("Group", "ServiceAccount", "User")
LAST_PRECEDENCE = 10_000
LEVEL_TYPES = ("Exempt", "Limited")


def certificate_request(obj: Object) -> Problems:
    """Check a CertificateSigningRequest."""
    spec = body(obj.get("spec"))
    out: Problems = []
    text = _text(spec.get("request"))
    found = PEM.search(text)
    if found is None or found[1] != "CERTIFICATE REQUEST":
        why = "PEM block type must be CERTIFICATE REQUEST"
        out.append(invalid_value("spec.request", FieldValue(_bytes(text)), why))
    if not spec.get("usages"):
        out.append(required("spec.usages", "usages are required"))
    signer = str(spec.get("signerName") or "")
    if not signer:
        out.append(required("spec.signerName"))
    elif "/" not in signer or "." not in signer.partition("/")[0]:
        why = 'must be a fully qualified domain and path of the form "example.com/signer-name"'
        out.append(invalid_value("spec.signerName", signer, why))
    elif signer == LEGACY:
        why = "the legacy signerName is not allowed via this API version"
        out.append(invalid_value("spec.signerName", signer, why))
    seconds = spec.get("expirationSeconds")
    if isinstance(seconds, int) and seconds < 600:
        why = "may not specify a duration less than 600 seconds (10 minutes)"
        out.append(invalid_value("spec.expirationSeconds", seconds, why))
    return out


def _text(request: object) -> str:
    try:
        return base64.b64decode(str(request or ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _bytes(text: str) -> str:
    """Write bytes as Go's %#v does."""
    return "[]byte{" + ", ".join(f"0x{one:x}" for one in text.encode()) + "}"


def flow_schema(obj: Object) -> Problems:
    """Check a FlowSchema."""
    spec = body(obj.get("spec"))
    out: Problems = []
    precedence = spec.get("matchingPrecedence")
    if isinstance(precedence, int) and precedence <= 0:
        why = "must be a positive value"
        out.append(invalid_value("spec.matchingPrecedence", precedence, why))
    if isinstance(precedence, int) and precedence > LAST_PRECEDENCE:
        why = f"must not be greater than {LAST_PRECEDENCE}"
        out.append(invalid_value("spec.matchingPrecedence", precedence, why))
    if not body(spec.get("priorityLevelConfiguration")).get("name"):
        why = "must reference a priority level"
        out.append(required("spec.priorityLevelConfiguration.name", why))
    for n, rule in items(spec.get("rules")):
        out += _rule(rule, f"spec.rules[{n}]")
    return out


def _rule(rule: Body, path: str) -> Problems:
    out: Problems = []
    if not rule.get("subjects"):
        out.append(required(f"{path}.subjects", "subjects must contain at least one value"))
    for n, subject in items(rule.get("subjects")):
        kind = str(subject.get("kind") or "")
        where = f"{path}.subjects[{n}]"
        if kind not in SUBJECTS:
            out.append(unsupported(f"{where}.kind", kind, SUBJECTS))
            continue
        field = kind[0].lower() + kind[1:]
        if subject.get(field) is None:
            why = f"{field} is required when subject kind is '{kind}'"
            out.append(required(f"{where}.{field}", why))
    if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
        why = "at least one of resourceRules and nonResourceRules has to be non-empty"
        out.append(required(path, why))
    return out


def priority_level(obj: Object) -> Problems:
    """Check a PriorityLevelConfiguration."""
    spec = body(obj.get("spec"))
    kind = spec.get("type") or ""
    if kind not in LEVEL_TYPES:
        return [unsupported("spec.type", kind, LEVEL_TYPES)]
    if kind == "Limited" and spec.get("limited") is None:
        return [required("spec.limited", "must not be empty when type is Limited")]
    return []


def volume_attachment(obj: Object) -> Problems:
    """Check a VolumeAttachment."""
    spec = body(obj.get("spec"))
    source = body(spec.get("source"))
    out: Problems = [] if spec.get("attacher") else [required("spec.attacher")]
    given = [key for key in ("inlineVolumeSpec", "persistentVolumeName") if source.get(key)]
    if len(given) != 1:
        why = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
        out.append(required("spec.source", why))
    if not spec.get("nodeName"):
        out.append(required("spec.nodeName"))
    return out


CHECKS = {
    "VolumeAttachment": volume_attachment,
    "CertificateSigningRequest": certificate_request,
    "FlowSchema": flow_schema,
    "PriorityLevelConfiguration": priority_level,
}

"""What the API server answers instead of doing it: Status errors in upstream's words.

Source: kubernetes/apimachinery v0.32 pkg/api/errors/errors.go and validation/field/errors.go.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator import errors
from simulator.errors import DrydockError


class StatusError(DrydockError):
    """An answer of the API server that says no.

    code: HTTP status.   reason: CamelCase word.   details: {"name", "group", "kind", "causes"}.
    """

    def __init__(
        self, code: int, reason: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.details = details or {}

    def to_status(self) -> dict[str, Any]:
        """Give the Status object that goes over the wire."""
        status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        }
        details = dict(self.details)
        if "continue" in details:
            status["metadata"] = {"continue": details.pop("continue")}
        if details:
            status["details"] = details
        status["code"] = self.code
        return status


class NotFoundError(StatusError, errors.NotFound):
    """No such object (404)."""


class AlreadyExistsError(StatusError, errors.AlreadyExists):
    """There is such an object (409)."""


class ConflictError(StatusError, errors.Conflict):
    """The object changed since it was read (409)."""


class GoneError(StatusError, errors.Gone):
    """The version asked for is no longer remembered (410)."""


def qualified(plural: str, group: str) -> str:
    """Write a resource or kind with its group (`deployments.apps`, `pods`)."""
    return f"{plural}.{group}" if group else plural


def _details(group: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    details = {"name": name, "group": group, "kind": kind, **more}
    return {key: value for key, value in details.items() if value}


def not_found(plural: str, group: str, name: str) -> NotFoundError:
    """Say that there is no such object."""
    message = f'{qualified(plural, group)} "{name}" not found'
    return NotFoundError(404, "NotFound", message, _details(group, plural, name))


def no_resource() -> StatusError:
    """Say that the server serves nothing of the kind."""
    return StatusError(404, "NotFound", "the server could not find the requested resource")


def already_exists(plural: str, group: str, name: str) -> AlreadyExistsError:
    """Say that there already is such an object."""
    message = f'{qualified(plural, group)} "{name}" already exists'
    return AlreadyExistsError(409, "AlreadyExists", message, _details(group, plural, name))


MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def conflict(plural: str, group: str, name: str, why: str = MODIFIED) -> ConflictError:
    """Say that somebody else was faster."""
    message = f'Operation cannot be fulfilled on {qualified(plural, group)} "{name}": {why}'
    return ConflictError(409, "Conflict", message, _details(group, plural, name))


def forbidden(plural: str, group: str, name: str, why: str) -> StatusError:
    """Say that admission refuses."""
    shown = qualified(plural, group)
    message = f'{shown} "{name}" is forbidden: {why}' if name else f"{shown} is forbidden: {why}"
    return StatusError(403, "Forbidden", message, _details(group, plural, name))


def bad_request(message: str) -> StatusError:
    """Say that the request cannot be understood."""
    return StatusError(400, "BadRequest", message)


def method_not_allowed(plural: str, group: str, verb: str) -> StatusError:
    """Say that this resource has no such verb."""
    message = f'{verb} is not supported on resources of kind "{qualified(plural, group)}"'
    return StatusError(405, "MethodNotAllowed", message, _details(group, plural, ""))


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field.   reason: FieldValueInvalid and so on."""

    reason: str
    field: str
    body: str

    def __str__(self) -> str:
        return f"{self.field}: {self.body}"


class FieldValue(str):
    """A value already written as upstream's field errors write it (a Go struct, say)."""


def shown(value: Any) -> str:
    """Write a value as upstream's field errors do."""
    if isinstance(value, FieldValue):
        return str(value)
    if value is None:
        return '"null"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "[]string{" + ", ".join(json.dumps(one) for one in value) + "}"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def invalid_value(field: str, value: Any, why: str) -> FieldError:
    """`field: Invalid value: <value>: why`."""
    text = f"Invalid value: {shown(value)}"
    return FieldError("FieldValueInvalid", field, f"{text}: {why}" if why else text)


def required(field: str, why: str = "") -> FieldError:
    """`field: Required value: why`."""
    body = f"Required value: {why}" if why else "Required value"
    return FieldError("FieldValueRequired", field, body)


def duplicate(field: str, value: Any, why: str = "") -> FieldError:
    """`field: Duplicate value: <value>`."""
    text = f"Duplicate value: {shown(value)}"
    return FieldError("FieldValueDuplicate", field, f"{text}: {why}" if why else text)


def bad(field: str, why: str) -> FieldError:
    """`field: Invalid value: why`, where no value is shown."""
    return FieldError("FieldValueInvalid", field, f"Invalid value: {why}")


def field_forbidden(field: str, why: str) -> FieldError:
    """`field: Forbidden: why`."""
    return FieldError("FieldValueForbidden", field, f"Forbidden: {why}")


def unsupported(field: str, value: Any, allowed: Sequence[str]) -> FieldError:
    """`field: Unsupported value: <value>: supported values: ...` (in upstream's order)."""
    listed = ", ".join(f'"{one}"' for one in allowed)
    body = f"Unsupported value: {shown(value)}: supported values: {listed}"
    return FieldError("FieldValueNotSupported", field, body)


def field_not_found(field: str, value: Any, why: str = "") -> FieldError:
    """`field: Not found: <value>`."""
    text = f"Not found: {shown(value)}"
    return FieldError("FieldValueNotFound", field, f"{text}: {why}" if why else text)


def too_long(field: str, limit: int) -> FieldError:
    """`field: Too long: may not be more than N bytes`."""
    return FieldError("FieldValueTooLong", field, f"Too long: may not be more than {limit} bytes")


def too_many(field: str, count: int, limit: int) -> FieldError:
    """`field: Too many: N: must have at most M items`."""
    body = f"Too many: {count}: must have at most {limit} items"
    return FieldError("FieldValueTooMany", field, body)


def invalid(kind: str, group: str, name: str, problems: Sequence[FieldError]) -> StatusError:
    """Say what is wrong with an object's fields."""
    texts = list(dict.fromkeys(str(problem) for problem in problems))
    joined = texts[0] if len(texts) == 1 else "[" + ", ".join(texts) + "]"
    message = f'{qualified(kind, group)} "{name}" is invalid: {joined}'
    causes = [{"reason": p.reason, "message": p.body, "field": p.field} for p in problems]
    return StatusError(422, "Invalid", message, _details(group, kind, name, causes=causes))

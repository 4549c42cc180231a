"""The order in which a write is completed, checked and refused.

Source: kubernetes apiserver pkg/endpoints/handlers/create.go and pkg/registry/generic/registry
/store.go: mutating admission, the addresses of a Service, validation, validating admission.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.plain import Object

from . import admission, status, validation
from .kinds import Kind

if TYPE_CHECKING:
    from .server import ApiServer


def check(
    api: ApiServer, row: Kind, fresh: Object, old: Object | None, trusted: bool, dry_run: bool,
    sub: str = "",
) -> None:  # fmt: skip
    """Complete an object in place, and refuse it for what is wrong with it: a StatusError.

    trusted: a component wrote it, from an object that was checked.   sub: the subresource.
    """
    if not trusted:
        _invalid(row, fresh, validation.early_problems(row, fresh))
    admission.complete(api, row, fresh, old, dry_run)
    if not trusted:
        wrong = validation.metadata_problems(row, fresh, old)
        _invalid(row, fresh, wrong + validation.problems(api, row, fresh, old))
    admission.refuse(api, row, fresh, old, dry_run, sub)
    admission.settle(row, fresh)


def _invalid(row: Kind, obj: Object, wrong: Sequence[status.FieldError]) -> None:
    if wrong:
        meta = obj.get("metadata") or {}
        name = meta.get("name") or meta.get("generateName") or ""
        raise status.invalid(row.kind, row.group, name, wrong)

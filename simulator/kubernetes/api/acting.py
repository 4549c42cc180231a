"""The API server as somebody else meets it: each request is looked at before it is done.

The lab's own user may do everything; whoever is named by `--as` may do what roles allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator.plain import Object

from . import rbac, status
from .server import ApiServer, Objects


class ActingServer(ApiServer):
    """The same server, asked by a user whose requests are authorized one by one.

    It shares the server's own attributes; what a request does inside is not asked for again.
    """

    __slots__ = ("_busy", "_who")

    def __init__(self, api: ApiServer, who: rbac.User) -> None:
        self.__dict__ = api.__dict__
        self._who = who
        self._busy = False

    @property
    def who(self) -> rbac.User:
        """Give the user whose requests these are."""
        return self._who

    @contextmanager
    def _asked(
        self, verb: str, kind: str, namespace: str | None, name: str = "", sub: str = ""
    ) -> Iterator[None]:
        """Refuse a request that its user may not make; StatusError (Forbidden)."""
        if self._busy:
            yield
            return
        row = self.row(kind)
        place = (namespace or "") if row.namespaced else ""
        wanted = rbac.Request(verb, row.group, row.plural, sub, name, place)
        rbac.authorize(self.store, self._who, wanted)
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def get(self, kind: str, namespace: str | None, name: str) -> Object:
        """Give one object; Forbidden, NotFound."""
        with self._asked("get", kind, namespace, name):
            return super().get(kind, namespace, name)

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
    ) -> Objects:
        """Give the objects of a kind; Forbidden."""
        with self._asked("list", kind, namespace):
            return super().list(kind, namespace, labels, fields)

    def create(self, obj: Object, manager: str = "unknown", dry_run: bool = False) -> Object:
        """Store a new object; Forbidden."""
        row = self.kind_of(obj)
        namespace = (obj.get("metadata") or {}).get("namespace") or "default"
        with self._asked("create", row.store, namespace):
            return super().create(obj, manager, dry_run)

    def update(
        self, obj: Object, subresource: str = "", manager: str = "unknown", dry_run: bool = False
    ) -> Object:
        """Replace an object; Forbidden."""
        row = self.row(obj["of"]) if subresource == "scale" else self.kind_of(obj)
        meta = obj.get("metadata") or {}
        place, name = meta.get("namespace") or "default", meta.get("name") or ""
        with self._asked("update", row.store, place, name, subresource):
            return super().update(obj, subresource, manager, dry_run)

    def patch(
        self,
        kind: str,
        namespace: str | None,
        name: str,
        change: Any,
        type: str = "strategic",
        subresource: str = "",
        manager: str = "unknown",
        force: bool = False,
        dry_run: bool = False,
    ) -> Object:
        """Change a part of an object; Forbidden."""
        with self._asked("patch", kind, namespace or "default", name, subresource):
            return super().patch(
                kind, namespace, name, change, type, subresource, manager, force, dry_run
            )

    def delete(
        self,
        kind: str,
        namespace: str | None,
        name: str,
        grace_s: int | None = None,
        propagation: str | None = "Background",
        uid: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Delete an object; Forbidden."""
        with self._asked("delete", kind, namespace, name):
            return super().delete(kind, namespace, name, grace_s, propagation, uid, dry_run)

    def evict(
        self, namespace: str, name: str, grace_s: int | None = None, dry_run: bool = False
    ) -> Object:
        """Evict a pod; Forbidden."""
        with self._asked("create", "Pod", namespace, name, "eviction"):
            return super().evict(namespace, name, grace_s, dry_run)

    def allow(self, verb: str, kind: str, namespace: str, name: str, sub: str = "") -> None:
        """Refuse an act that no method stands for, such as reading a log; Forbidden."""
        with self._asked(verb, kind, namespace, name, sub):
            return


def acting(api: ApiServer, name: str, groups: tuple[str, ...]) -> ActingServer:
    """Give the server to one who acts for another; groups without a user are refused."""
    if not name:
        text = "requested [{Group %s  authentication.k8s.io/v1  }] without impersonating a user"
        raise status.StatusError(500, "", text % (groups[0] if groups else ""))
    return ActingServer(api, rbac.user(name, groups))

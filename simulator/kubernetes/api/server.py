"""The API server: everything that is written to a cluster goes through here.

A write is decoded, defaulted, admitted, validated and stored; what is refused is a StatusError
in upstream's words. Reads come from the store. Source of the order of things: kubernetes
apiserver pkg/registry/generic/registry/store.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.plain import Object, copy, get

from . import (
    admission,
    bootstrap,
    checking,
    convert,
    custom,
    decode,
    defaults,
    flow,
    patch,
    patched,
    rbac,
    reviews,
    selectors,
    status,
    validation,
)
from .deletion import Deletion
from .kinds import BUILTIN, Kind, of_object
from .kinds import find as find_kind
from .pods import PodSubresources
from .scale import ScaleSubresource

if TYPE_CHECKING:
    from simulator.engine import Engine

Objects: TypeAlias = list[Object]
Names: TypeAlias = list[str]

COMPONENTS = frozenset({"kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver",
                        "cluster-autoscaler"})  # fmt: skip
"""Managers whose objects are not checked again: they are made from objects that were.

# Simplified: Objects that the control plane itself writes are not validated a second time.
"""

SYSTEM_FIELDS = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
                 "generation", "selfLink")  # fmt: skip


class ApiServer(Deletion, PodSubresources, ScaleSubresource):
    """Create, get, list, update, patch, delete; bind, evict, scale. Keeps nothing of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store
        self.store.index("Service", "clusterIP", lambda s: s["spec"].get("clusterIPs") or ())
        self.store.index("Pod", "node", lambda p: (p["spec"].get("nodeName") or "",))
        self._rows: dict[str, Kind] | None = None
        self.warnings: list[str] = []  # of the request at work; whoever asks takes them away
        engine.table("kubectl")  # what `kubectl config set-context` sets, by machine
        self.store.watch("CustomResourceDefinition", self._forget_custom)
        engine.at_setup(lambda: bootstrap.setup(engine))

    # Kinds

    def kinds(self) -> list[Kind]:
        """Give all kinds that are served: the built-in ones and those of custom definitions."""
        return list(self._table().values())

    def _table(self) -> dict[str, Kind]:
        if self._rows is None:
            custom = [
                kind
                for crd in self.store.list("CustomResourceDefinition")
                for kind in convert.kinds_of_definition(crd)
            ]
            rows = sorted([*BUILTIN, *custom], key=lambda k: (k.group, k.plural))
            self._rows = {row.store: row for row in rows}
        return self._rows

    def kind(self, word: str) -> Kind | None:
        """Find a kind by a word (`deploy`, `pods`, `deployments.apps`), or None."""
        return find_kind(word, self.kinds())

    def kind_of(self, obj: Object) -> Kind:
        """Give the kind of an object; raises StatusError when the server does not serve it."""
        kind = str(obj.get("kind")).partition(".")[0]
        found = of_object(str(obj.get("apiVersion")), kind, self.kinds())
        if found is None:
            raise status.no_resource()
        return found

    def row(self, kind: str) -> Kind:
        """Give a kind by its name in the store; raises StatusError."""
        found = self._table().get(kind)
        if found is None:
            raise status.no_resource()
        return found

    def warn(self, text: str) -> None:
        """Warn whoever asks; what nobody takes away is kept in moderation."""
        self.warnings = [*self.warnings[-20:], text] if text else self.warnings

    def _forget_custom(self, *_: object) -> None:
        self._rows = None

    # Reading

    def get(self, kind: str, namespace: str | None, name: str) -> Object:
        """Give one object; raises StatusError (NotFound)."""
        row = self.row(kind)
        found = self.store.get(row.store, (namespace or "") if row.namespaced else "", name)
        if found is None:
            raise status.not_found(row.plural, row.group, name)
        return found

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        labels: str | None = None,
        fields: str | None = None,
    ) -> Objects:
        """Give the objects of a kind: of one namespace or all, by label and field selector."""
        row = self.row(kind)
        items = self.store.list(row.store, namespace if row.namespaced else None)
        try:
            if labels:
                wanted = selectors.parse(labels)
                items = [o for o in items if wanted.matches(o["metadata"].get("labels"))]
            if fields:
                terms = selectors.parse_fields(fields)
                selectors.check_fields(row.kind, terms, custom.selectable(self.store, row))
                items = [o for o in items if selectors.matches_fields(terms, o)]
        except selectors.SelectorError as error:
            raise status.bad_request(str(error)) from error
        return items

    # Writing

    def create(self, obj: Object, manager: str = "unknown", dry_run: bool = False) -> Object:
        """Store a new object; answers it as stored. Raises StatusError."""
        row = self.kind_of(obj)
        if "create" not in row.verbs:
            raise status.method_not_allowed(row.plural, row.group, "create")
        if row.custom and custom.is_going(self.store, row):
            why = "create not allowed while custom resource definition is terminating"
            raise status.StatusError(405, "MethodNotAllowed", why)
        fresh: Object = copy(obj)
        trusted = manager in COMPONENTS
        if not trusted:
            fresh = self._decoded(row, fresh)
        if reviews.is_asked(row):
            return reviews.answer(self, row, fresh, self.who)
        fresh = convert.to_stored(row, fresh)
        self._place(row, fresh)
        meta = fresh["metadata"]
        for field in (*SYSTEM_FIELDS, "resourceVersion"):
            meta.pop(field, None)
        if row.generation:
            meta["generation"] = 1
        if row.status:
            fresh.pop("status", None)
        defaults.fill(row.kind, fresh)
        self._note_asker(row, fresh)
        self._own(fresh, None, manager)  # what admission adds below is nobody's
        checking.check(self, row, fresh, None, trusted, dry_run)
        return self._store_new(row, fresh, dry_run)

    def update(
        self, obj: Object, subresource: str = "", manager: str = "unknown", dry_run: bool = False
    ) -> Object:
        """Replace an object, or one subresource of it. Raises StatusError."""
        if subresource == "status":
            return self._update_status_of(obj, manager, dry_run)
        if subresource == "scale":
            return self.update_scale(obj, manager=manager, dry_run=dry_run)
        return self._replace(obj, subresource, manager, dry_run)

    def _replace(self, obj: Object, sub: str, manager: str, dry_run: bool) -> Object:
        """Write the whole of an object.   sub: "finalize" for a namespace, "scale" for a note."""
        row = self.kind_of(obj)
        trusted = manager in COMPONENTS
        fresh = convert.to_stored(row, copy(obj) if trusted else self._decoded(row, copy(obj)))
        if row.namespaced and not fresh["metadata"].get("namespace"):
            fresh["metadata"]["namespace"] = "default"
        old = self._current(row, fresh)
        meta, was = fresh["metadata"], old["metadata"]
        for field in SYSTEM_FIELDS:
            meta.pop(field, None)
            if field in was:
                meta[field] = was[field]
        meta["resourceVersion"] = was["resourceVersion"]
        if row.status and sub != "finalize":
            fresh.pop("status", None)
            if "status" in old:
                fresh["status"] = old["status"]
        if sub == "finalize":
            fresh = {**old, "spec": fresh.get("spec") or {}}
        elif not trusted:
            validation.keep_immutable_defaults(row.kind, fresh, old)
        defaults.fill(row.kind, fresh, old)
        checking.check(self, row, fresh, old, trusted, dry_run, sub)
        if row.generation and _body(fresh) != _body(old):
            meta["generation"] = was.get("generation", 1) + 1
        self._own(fresh, old, manager, sub)
        if fresh == old or dry_run:
            return fresh if dry_run else old
        return self._finish(row, self.store.update({**fresh, "kind": row.store}))

    def update_status(self, obj: Object) -> Object:
        """Replace an object's status only: the cheap way that controllers and kubelets use."""
        meta = obj["metadata"]
        row = self._table().get(obj["kind"]) or self.kind_of(obj)
        old = self.store.get(row.store, meta.get("namespace") or "", meta["name"])
        if old is None:
            raise status.not_found(row.plural, row.group, meta["name"])
        given = meta.get("resourceVersion")
        if given is not None and given != old["metadata"]["resourceVersion"]:
            raise status.conflict(row.plural, row.group, meta["name"])
        if old.get("status") == obj.get("status"):
            return old
        return self.store.update({**old, "status": obj.get("status") or {}})

    def _update_status_of(self, obj: Object, manager: str, dry_run: bool) -> Object:
        """Replace an object's status as a client does: decoded, and noted who wrote it."""
        row = self.kind_of(obj)
        if not row.status:
            raise status.no_resource()
        fresh: Object = self._decoded(row, copy(obj))
        old = self._current(row, fresh)
        fresh = {**copy(old), "status": fresh.get("status") or {}}
        self._own(fresh, old, manager, "status")
        return fresh if dry_run else self.store.update({**fresh, "kind": row.store})

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
        """Change a part of an object.

        type: "strategic", "merge", "json" or "apply" (server-side apply: creates what is not
        there; `force` takes fields over from other managers). Raises StatusError.
        """
        row = self.row(kind)
        place = (namespace or "default") if row.namespaced else ""
        if type == "apply":
            from .apply import server_side_apply

            return server_side_apply(self, row, place, name, change, manager, force, dry_run)
        old = self.get(row.store, place, name)
        if subresource == "scale":
            old = self.get_scale(row.store, place, name)
        fresh = patch.apply(row, old, change, type)
        fresh = patched.typed(fresh, old, old["kind"] if subresource == "scale" else row.kind)
        if subresource != "scale":
            fresh = patched.look(self, row, fresh, change, type)
        patched.check_name(fresh, old)
        if not isinstance(change, dict) or not get(change, "metadata", "resourceVersion"):
            fresh["metadata"]["resourceVersion"] = old["metadata"].get("resourceVersion")
        return self.update(fresh, subresource, manager, dry_run)

    # Inside

    @property
    def who(self) -> rbac.User:
        """Give the user whose requests these are."""
        return rbac.user()

    def _note_asker(self, row: Kind, obj: Object) -> None:
        """Fill in what the server itself knows of a new certificate request or flow schema."""
        if row.kind == "CertificateSigningRequest":
            asked = {"username": self.who.name, "groups": list(self.who.groups)}
            obj["spec"] = {**(obj.get("spec") or {}), **asked}
        elif row.kind == "FlowSchema":
            obj["status"] = {"conditions": [flow.dangling(self.engine, obj)]}

    def _place(self, row: Kind, obj: Object) -> None:
        """Give a new object its namespace and, from generateName, its name."""
        meta = obj.setdefault("metadata", {})
        if row.namespaced:
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
        if not meta.get("name") and meta.get("generateName"):
            stream = self.engine.streams.stream("names", row.store)
            name = meta["generateName"][:58] + stream.name_suffix()
            while self.store.get(row.store, meta.get("namespace") or "", name):
                name = meta["generateName"][:58] + stream.name_suffix()
            meta["name"] = name

    def _store_new(self, row: Kind, obj: Object, dry_run: bool) -> Object:
        meta = obj["metadata"]
        if self.store.get(row.store, meta.get("namespace") or "", meta["name"]) is not None:
            raise status.already_exists(row.plural, row.group, meta["name"])
        if dry_run:
            meta["uid"] = self.engine.streams.uid("dry-run", row.store, meta["name"])
            meta["creationTimestamp"] = self.engine.timestamp()
            return obj
        return self.store.create({**obj, "kind": row.store})

    def _decoded(self, row: Kind, obj: Object) -> Object:
        """Read an object strictly, by its kind's fields or by its definition's schema."""
        fresh = decode.decode(row, obj)
        if row.custom:
            version = str(fresh["apiVersion"]).rpartition("/")[2]
            self.warn(custom.deprecation(self.store, row, version))
            schema = validation.custom.schema_of(self, row, version)
            unknown = validation.custom.unknown_fields(schema, fresh)
            if unknown:
                raise status.bad_request(
                    f'{row.kind} in version "{row.version}" cannot be handled as a {row.kind}: '
                    f"strict decoding error: {decode.unknown_text(unknown)}"
                )
            validation.custom.fill(schema, fresh)
        return fresh

    def tolerate(self, row: Kind, obj: Object) -> tuple[Object, Names]:
        """Drop what a kind does not know, as a server does that is told not to mind it."""
        if not row.custom:
            return decode.known_only(row, obj)
        schema = validation.custom.schema_of(self, row, str(obj["apiVersion"]).rpartition("/")[2])
        unknown, fresh = validation.custom.unknown_fields(schema, obj), copy(obj)
        validation.custom.prune(schema, fresh)
        return fresh, unknown

    def _current(self, row: Kind, obj: Object) -> Object:
        """Give the stored version of what is being written; NotFound, Conflict."""
        meta = obj["metadata"]
        place = (meta.get("namespace") or "") if row.namespaced else ""
        old = self.store.get(row.store, place, meta.get("name") or "")
        if old is None:
            raise status.not_found(row.plural, row.group, meta.get("name") or "")
        given = meta.get("resourceVersion")
        if given and given != old["metadata"]["resourceVersion"]:
            raise status.conflict(row.plural, row.group, meta["name"])
        uid = meta.get("uid")
        if uid and uid != old["metadata"]["uid"]:
            why = (
                f"Precondition failed: UID in precondition: {uid}, "
                f"UID in object meta: {old['metadata']['uid']}"
            )
            raise status.conflict(row.plural, row.group, meta["name"], why)
        return old

    def _may_go(self, row: Kind, old: Object) -> None:
        admission.admit_delete(self, row, old)

    def _own(self, fresh: Object, old: Object | None, manager: str, sub: str = "") -> None:
        """Note which manager wrote which fields.

        # Simplified: Of the control plane's own writes only those of a scale are noted in
        # managedFields; controllers and kubelets leave no entries of the status they report.
        """
        if (manager in COMPONENTS and sub != "scale") or manager == "unknown":
            return
        from .apply import note_update

        note_update(self.engine, fresh, old, manager, sub)

    def _finish(self, row: Kind, stored: Object) -> Object:
        """Remove an object whose deletion waited for its last finalizer."""
        meta = stored["metadata"]
        waits = meta.get("finalizers") or (
            row.kind == "Namespace" and stored["spec"].get("finalizers")
        )
        if (
            meta.get("deletionTimestamp")
            and not waits
            and not meta.get("deletionGracePeriodSeconds")
        ):
            return self.store.delete(row.store, meta.get("namespace") or "", meta["name"])
        return stored


def _body(obj: Object) -> Object:
    """Give what a generation counts the changes of."""
    return {k: v for k, v in obj.items() if k not in ("metadata", "status", "apiVersion", "kind")}

"""Who may do what: the rules of roles, gathered over the bindings of a user.

Source: kubernetes plugin/pkg/auth/authorizer/rbac and pkg/registry/rbac/validation/rule.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from . import status

if TYPE_CHECKING:
    from simulator.store import Store

MASTERS = "system:masters"
"""The group that no role is needed for."""
AUTHENTICATED, ANONYMOUS = "system:authenticated", "system:anonymous"
ACCOUNT = "system:serviceaccount:"
ADMIN = ("kubernetes-admin", ("kubeadm:cluster-admins", AUTHENTICATED))
"""The user of the lab's kubeconfig, as kubeadm makes it."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who asks.   groups: with those that the server itself adds."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.   subresource: "log" of pods/log.   url: instead of a resource."""

    verb: str
    group: str = ""
    plural: str = ""
    subresource: str = ""
    name: str = ""
    namespace: str = ""
    url: str = ""

    @property
    def resource(self) -> str:
        """The resource as rules name it (`pods`, `pods/log`)."""
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural


def user(name: str = "", groups: tuple[str, ...] = ()) -> User:
    """Give the lab's own user, or the one that `--as` and `--as-group` stand for."""
    if not name:
        return User(*ADMIN)
    found = list(groups)
    if name.startswith(ACCOUNT) and not groups:
        namespace = name[len(ACCOUNT) :].partition(":")[0]
        found = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
    if name != ANONYMOUS and AUTHENTICATED not in found:
        found.append(AUTHENTICATED)
    if name == ANONYMOUS and not groups:
        found.append("system:unauthenticated")
    return User(name, tuple(found))


def rules_of(store: Store, who: User, namespace: str) -> tuple[list[Object], list[str]]:
    """Give the rules that hold for a user in a namespace ("": of the whole cluster).

    The second list says which roles are bound and not there.
    """
    rules: list[Object] = []
    missing: list[str] = []
    for binding, place in _bindings(store, namespace):
        if not any(_is(s, who, place) for s in binding.get("subjects") or ()):
            continue
        reference = binding["roleRef"]
        kind, name = reference["kind"], reference["name"]
        role = store.get(kind, place if kind == "Role" else "", name)
        if role is None:
            missing.append(f'{kind.lower()}.rbac.authorization.k8s.io "{name}" not found')
        else:
            rules += role.get("rules") or []
    return rules, missing


def _bindings(store: Store, namespace: str) -> Iterator[tuple[Object, str]]:
    for binding in store.list("ClusterRoleBinding"):
        yield binding, ""
    if namespace:
        for binding in store.list("RoleBinding", namespace):
            yield binding, namespace


def decide(store: Store, who: User, request: Request) -> tuple[bool, str]:
    """Tell whether a user may do something, and why not where there is more to say than no."""
    if MASTERS in who.groups:
        return True, ""
    rules, missing = rules_of(store, who, request.namespace)
    if any(_permits(rule, request) for rule in rules):
        return True, ""
    if not missing:
        return False, ""
    why = missing[0] if len(missing) == 1 else f"[{', '.join(missing)}]"
    return False, f"RBAC: {why}"


def authorize(store: Store, who: User, request: Request) -> None:
    """Refuse what a user may not do, in upstream's words; StatusError (Forbidden)."""
    allowed, why = decide(store, who, request)
    if allowed:
        return
    if request.url:
        text = f'User "{who.name}" cannot {request.verb} path "{request.url}"'
        raise status.StatusError(403, "Forbidden", f"forbidden: {text}{': ' if why else ''}{why}")
    scope = f'in the namespace "{request.namespace}"' if request.namespace else ""
    text = (
        f'User "{who.name}" cannot {request.verb} resource "{request.resource}" in API group '
        f'"{request.group}" {scope or "at the cluster scope"}'
    )
    raise status.forbidden(
        request.plural, request.group, request.name, f"{text}: {why}" if why else text
    )


def _is(subject: dict[str, Any], who: User, namespace: str) -> bool:
    if subject["kind"] == "User":
        return bool(subject["name"] == who.name)
    if subject["kind"] == "Group":
        return subject["name"] in who.groups
    place = subject.get("namespace") or namespace
    return who.name == f"{ACCOUNT}{place}:{subject['name']}"


def _permits(rule: Object, request: Request) -> bool:
    verbs = rule.get("verbs") or ()
    if "*" not in verbs and request.verb not in verbs:
        return False
    if request.url:
        return any(_covers(url, request.url) for url in rule.get("nonResourceURLs") or ())
    groups, names = rule.get("apiGroups") or (), rule.get("resourceNames") or ()
    if "*" not in groups and request.group not in groups:
        return False
    if names and request.name not in names:
        return False
    wanted = ("*", request.resource, *([f"*/{request.subresource}"] if request.subresource else ()))
    return any(one in (rule.get("resources") or ()) for one in wanted)


def _covers(allowed: str, url: str) -> bool:
    return allowed in ("*", url) or (allowed.endswith("*") and url.startswith(allowed[:-1]))


def compact(rules: list[Object]) -> list[Object]:
    """Write rules as one of each resource and URL, verbs put together, in kubectl's order."""
    found: dict[tuple[str, str, tuple[str, ...], str], list[str]] = {}
    for rule in rules:
        names = tuple(rule.get("resourceNames") or ())
        keys = [
            (group, resource, (name,) if name else (), "")
            for group in rule.get("apiGroups") or ()
            for resource in rule.get("resources") or ()
            for name in (names or ("",))
        ]
        keys += [("", "", (), url) for url in rule.get("nonResourceURLs") or ()]
        for key in keys:
            verbs = found.setdefault(key, [])
            verbs += [verb for verb in rule.get("verbs") or () if verb not in verbs]
    rows = [
        {"group": key[0], "resource": key[1], "names": list(key[2]), "url": key[3], "verbs": verbs}
        for key, verbs in found.items()
    ]
    return sorted(rows, key=_sort_text)


def _sort_text(row: Object) -> str:
    """Give the text of a rule by which Go sorts it."""
    groups = "" if row["url"] else row["group"]
    names = " ".join(row["names"])
    return (
        f"Verbs:[{' '.join(row['verbs'])}],APIGroups:[{groups}],Resources:[{row['resource']}],"
        f"ResourceNames:[{names}],NonResourceURLs:[{row['url']}],"
    )

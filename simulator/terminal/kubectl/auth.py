"""kubectl auth: what somebody may do, and who one is; tokens of service accounts.

Source: kubectl v0.32 pkg/cmd/auth (cani.go, whoami.go) and pkg/cmd/create/create_token.go.
"""

from __future__ import annotations

import re

from simulator.kubernetes.api import rbac
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.tokens import bound_token

from .command import OUTPUT, Command
from .errors import KubectlError
from .flags import Flag
from .session import Session
from .tabwriter import tabulate

VERBS = ("get", "put", "post", "head", "options", "delete", "patch")
RESOURCE_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete",
                  "deletecollection", "use", "bind", "escalate", "impersonate", "*", "approve",
                  "sign", "attest")  # fmt: skip
UNITS = {"s": 1, "m": 60, "h": 3600}


def can_i(session: Session) -> int:
    """Say whether an act is allowed."""
    session.check_server()
    if session.flag("list"):
        return _list(session)
    if len(session.args) != 2:
        raise KubectlError(
            "you must specify two arguments: verb resource or verb resource/resourceName.\n"
            "See 'kubectl auth can-i -h' for help and examples."
        )
    allowed, why = rbac.decide(session.engine.store, session.user, _request(session))
    if not session.flag("quiet"):
        session.out("yes\n" if allowed else f"no - {why}\n" if why else "no\n")
    return 0 if allowed else 1


def _request(session: Session) -> rbac.Request:
    """Read what is asked about: `verb resource[/name]` or `verb /path`."""
    verb, what = session.args
    if what.startswith("/"):
        if session.flag("subresource"):
            raise KubectlError("--subresource can not be used with NonResourceURL")
        if verb not in (*VERBS, "*"):
            session.err(f"Warning: verb '{verb}' is not a known verb\n\n")
        return rbac.Request(verb, url=what)
    word, _, name = what.partition("/")
    row = session.api.kind(word) if word != "*" else None
    group, plural = (row.group, row.plural) if row else ("*", "*") if word == "*" else ("", word)
    everywhere = bool(session.flag("all-namespaces"))
    if row is None and word != "*":
        plural, _, group = word.partition(".")
        place = f" in group '{group}'" if group else ""
        session.err(f"Warning: the server doesn't have a resource type '{plural}'{place}\n\n")
    elif row is not None and not row.namespaced and not everywhere:
        place = f" in group '{row.group}'" if row.group else ""
        session.err(f"Warning: resource '{row.plural}' is not namespace scoped{place}\n\n")
    if verb not in RESOURCE_VERBS:
        session.err(f"Warning: verb '{verb}' is not a known verb\n\n")
    namespace = "" if everywhere or _is_global(row) else session.namespace
    return rbac.Request(verb, group, plural, session.flag("subresource"), name, namespace)


def _is_global(row: Kind | None) -> bool:
    return row is not None and not row.namespaced


def _list(session: Session) -> int:
    """Print every rule that holds for the user in the namespace."""
    if session.args:
        raise KubectlError("list option must be specified with no arguments")
    namespace = "" if session.flag("all-namespaces") else session.namespace
    rules, _ = rbac.rules_of(session.engine.store, session.user, namespace)
    rows = []
    for row in rbac.compact(rules):
        resource, slash, sub = row["resource"].partition("/")
        shown = f"{resource}.{row['group']}" if row["group"] else resource
        cells = (f"[{row['url']}]", f"[{' '.join(row['names'])}]", f"[{' '.join(row['verbs'])}]")
        rows.append("\t".join((shown + slash + sub, *cells)))
    head = "Resources\tNon-Resource URLs\tResource Names\tVerbs"
    lines = rows if session.flag("no-headers") else [head, *rows]
    session.out(tabulate("".join(line + "\n" for line in lines), 6, 3))
    return 0


def whoami(session: Session) -> int:
    """Say as whom the line is run."""
    session.check_server()
    groups = " ".join(session.user.groups)
    rows = f"ATTRIBUTE\tVALUE\nUsername\t{session.user.name}\nGroups\t[{groups}]\n"
    session.out(tabulate(rows, 6, 3))
    return 0


def create_token(session: Session) -> int:
    """Print a token of a service account."""
    if len(session.args) != 1:
        raise KubectlError(
            f"exactly one NAME is required, got {len(session.args)}\n"
            "See 'kubectl create token -h' for help and examples"
        )
    session.check_server()
    seconds = _seconds(session.flag("duration"))
    account = session.get(session.kind("serviceaccounts"), session.args[0])
    meta = account["metadata"]
    session.allow("create", "ServiceAccount", meta["namespace"], meta["name"], "token")
    token = bound_token(
        session.engine, account, session.now_us(), seconds, session.flag("audience") or None
    )
    session.out(token + "\n")
    return 0


def _seconds(text: str) -> int:
    """Read --duration; a token lives an hour, and never less than ten minutes."""
    if not text:
        return 3600
    parts = re.findall(r"(\d+)([smh])", text)
    if "".join(number + unit for number, unit in parts) != text:
        raise KubectlError(
            f'invalid argument "{text}" for "--duration" flag: time: invalid duration "{text}"'
        )
    seconds = sum(int(number) * UNITS[unit] for number, unit in parts)
    if 0 < seconds < 600:
        raise KubectlError(
            'failed to create token: TokenRequest.authentication.k8s.io "" is invalid: '
            f"spec.expirationSeconds: Invalid value: {seconds}: "
            "may not specify a duration less than 10 minutes"
        )
    return seconds or 3600


COMMANDS: tuple[Command, ...] = (
    Command(
        "auth can-i",
        "Ask whether an act is allowed",
        can_i,
        (
            Flag("list", "bool", default=False),
            Flag("quiet", "bool", "q", False),
            Flag("no-headers", "bool", default=False),
            Flag("all-namespaces", "bool", "A", False),
            Flag("subresource", default=""),
        ),
        reads=True,
    ),
    Command("auth whoami", "Say as whom you act", whoami, OUTPUT, reads=True),
    Command(
        "create token",
        "Print a token of a service account",
        create_token,
        (Flag("duration", default=""), Flag("audience", "list"), *OUTPUT),
        reads=True,
    ),
)

"""One kubectl line at work: its flags, its namespace, the server, and words for objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api import rbac, selectors
from simulator.kubernetes.api.acting import ActingServer, acting
from simulator.kubernetes.api.kinds import Kind, in_category
from simulator.kubernetes.api.status import StatusError
from simulator.kubernetes.api.tables import Clock
from simulator.plain import Object

from .errors import KubectlError
from .flags import Parsed

if TYPE_CHECKING:
    from simulator.kubernetes.api.server import ApiServer
    from simulator.terminal.program import Call

API_PORT = 6443
CONTEXT = "drydock"


class Session:
    """What every command works with. Made anew at each step: what lasts is in `call.state`."""

    def __init__(self, call: Call, parsed: Parsed, name: str) -> None:
        self.call = call
        self.parsed = parsed
        self.name = name
        self.engine = call.engine
        self.state: dict[str, Any] = call.state
        self.clock = Clock(call.engine.start, call.engine.now_us)
        self._acting: ActingServer | None = None

    @property
    def api(self) -> ApiServer:
        """The API server; raises KubectlError when it cannot be reached."""
        self.check_server()
        if self._acting is None and (self.flag("as") or self.flag("as-group")):
            self._acting = acting(self.engine.api, self.flag("as") or "", self._groups())
        return self._acting or self.engine.api

    @property
    def user(self) -> rbac.User:
        """Who the line is run as: the lab's own user, or the one that `--as` names."""
        return rbac.user(self.flag("as") or "", self._groups())

    def _groups(self) -> tuple[str, ...]:
        return tuple(self.flag("as-group") or ())

    def allow(self, verb: str, kind: str, namespace: str, name: str, sub: str) -> None:
        """Refuse an act on a subresource that the line's user may not do; StatusError."""
        api = self.api
        if isinstance(api, ActingServer):
            api.allow(verb, kind, namespace, name, sub)

    @property
    def args(self) -> list[str]:
        """The words of the line that are no flags."""
        return self.parsed.args

    def flag(self, name: str) -> Any:
        """Give a flag's value."""
        return self.parsed.flags.get(name)

    def changed(self, name: str) -> bool:
        """Tell whether a flag was given."""
        return name in self.parsed.changed

    def out(self, text: str) -> None:
        """Write to standard output."""
        self.call.out(text)

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.call.err(text)

    def warn(self) -> None:
        """Write what the server has warned of since the last time, each once."""
        api = self.engine.api
        for text in dict.fromkeys(api.warnings):
            self.err(f"Warning: {text}\n")
        api.warnings = []

    # The server and the context

    def check_server(self) -> None:
        """Refuse to go on where there is no cluster, or its control plane is down."""
        problem = self.engine.cluster.problem(self.call.machine)
        if problem is not None:
            raise KubectlError(problem, plain=False)

    @property
    def namespace(self) -> str:
        """The namespace of the line, or of the context."""
        return str(self.flag("namespace") or self.settings().get("namespace") or "default")

    def settings(self) -> dict[str, Any]:
        """Give what `config set-context` has set for this machine. Table "kubectl"."""
        return self.engine.table("kubectl").get(self.call.machine) or {}

    # Kinds and objects

    def kind(self, word: str) -> Kind:
        """Give the kind for a word; raises KubectlError in kubectl's words."""
        found = self.api.kind(word)
        if found is None:
            raise KubectlError(f'the server doesn\'t have a resource type "{word}"')
        return found

    def kinds(self, words: str) -> list[Kind]:
        """Give the kinds for `pods,svc` or `all`."""
        found: list[Kind] = []
        for word in words.split(","):
            group = in_category(word, self.api.kinds())
            found += group or [self.kind(word)]
        return list(dict.fromkeys(found))

    def place(self, row: Kind) -> str | None:
        """Give the namespace in which a kind is looked up."""
        return self.namespace if row.namespaced else None

    def get(self, row: Kind, name: str) -> Object:
        """Give one object; raises StatusError (NotFound)."""
        return self.api.get(row.store, self.place(row), name)

    def select(self, row: Kind, all_namespaces: bool = False) -> list[Object]:
        """Give the objects that the line's selectors mean."""
        labels, fields = self.flag("selector"), self.flag("field-selector")
        if labels:
            try:
                selectors.parse(labels)
            except selectors.SelectorError as error:
                raise KubectlError(str(error)) from error
        namespace = None if all_namespaces else self.place(row)
        try:
            return self.api.list(row.store, namespace, labels, fields)
        except StatusError as error:
            if error.reason != "BadRequest":
                raise
            version = row.api_version if row.group else f"/{row.version}"
            text = (
                f'Unable to find "{version}, Resource={row.plural}" that match label selector '
                f'"{labels or ""}", field selector "{fields or ""}": {error.message}'
            )
            raise StatusError(error.code, error.reason, text, error.details) from error

    def now_us(self) -> int:
        """Give the simulated time."""
        return self.engine.now_us


def control_plane(session: Session) -> str:
    """Name the machine that the API server is on."""
    machines = session.engine.scenario.data.get("machines") or ()
    return next((m["name"] for m in machines if m.get("role") == "control-plane"), "")


def server_address(session: Session) -> str:
    """Give host and port of the API server."""
    machine = session.engine.machines.get(control_plane(session))
    ip = ((machine or {}).get("status") or {}).get("ip") or control_plane(session)
    return f"{ip}:{API_PORT}"


def full_name(row: Kind, name: str) -> str:
    """Name an object as kubectl does when it has done something (`deployment.apps/web`)."""
    return f"{row.singular}.{row.group}/{name}" if row.group else f"{row.singular}/{name}"


def targets(session: Session, words: list[str]) -> list[tuple[Kind, str]]:
    """Read `kind name...` or `kind/name...` as kinds and names; raises KubectlError."""
    if not words:
        return []
    if any("/" in word for word in words):
        pairs = []
        for word in words:
            kind, slash, name = word.partition("/")
            if not slash:
                raise KubectlError(
                    "there is no need to specify a resource type as a separate argument when "
                    "passing arguments in resource/name form (e.g. 'kubectl get "
                    "resource/<resource_name>' instead of 'kubectl get resource "
                    "resource/<resource_name>'"
                )
            if not kind or not name or "/" in name:
                raise KubectlError(
                    "arguments in resource/name form must have a single resource and name"
                )
            pairs.append((session.kind(kind), name))
        return pairs
    kinds = session.kinds(words[0])
    return [(kind, name) for kind in kinds for name in words[1:]]

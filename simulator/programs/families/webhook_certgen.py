"""kube-webhook-certgen: makes the certificate of an admission webhook and puts it into a Secret.

Its `create` is the Job without which the published ingress-nginx never starts, as its controller
mounts the Secret. Source: ingress-nginx/images/kube-webhook-certgen/cmd.

# Simplified: The certificate is a text that only looks like one, and `patch` changes nothing.
"""

from __future__ import annotations

import base64

from simulator.errors import DrydockError
from simulator.timing import MS

from ..process import Family, Process

NAME = "kube-webhook-certgen"
WORK_US = 400 * MS
"""Making two keys of elliptic curves and asking the API server (assumed)."""


def is_certgen(p: Process) -> bool:
    """Tell whether a container's image is that of this program."""
    image = str(p.container["Config"]["Image"])
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0] == NAME


class WebhookCertgen(Family):
    """kube-webhook-certgen create --host=... --namespace=... --secret-name=..."""

    name = "webhook-certgen"

    def begin(self, p: Process) -> None:
        """Take the time, then act."""
        p.row["memory"] = 8 << 20
        p.wake(WORK_US)

    def wake(self, p: Process) -> None:
        """Make the Secret if it is not there yet."""
        words = p.argv[1:]
        options = dict(word[2:].split("=", 1) for word in words if word[:2] == "--" and "=" in word)
        name, namespace = options.get("secret-name", ""), options.get("namespace", "")
        if "create" not in words or not name or not namespace:
            p.exit(0)
            return
        if p.engine.store.get("Secret", namespace, name) is not None:
            p.err('{"level":"info","msg":"secret already exists"}\n')
            p.exit(0)
            return
        data = {key: _pem(p, key, name) for key in ("ca", "cert", "key")}
        meta = {"name": name, "namespace": namespace}
        from simulator.kubernetes.api import rbac
        from simulator.kubernetes.api.acting import ActingServer

        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": data}
        try:
            ActingServer(p.engine.api, rbac.user(_account(p))).create(secret, NAME)
        except DrydockError as error:
            p.err(f'{{"level":"fatal","msg":"error creating secret: {error.message}"}}\n')
            p.exit(1)
            return
        p.exit(0)


def _pem(p: Process, key: str, name: str) -> str:
    kind = "EC PRIVATE KEY" if key == "key" else "CERTIFICATE"
    body = p.engine.streams.hex(64, "certificate", name, key)
    text = f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"
    return base64.b64encode(text.encode()).decode()


def _account(p: Process) -> str:
    """Give the user name of the pod's ServiceAccount."""
    ref = p.container["drydock"]["pod"] or {}
    pod = p.engine.store.get("Pod", ref.get("namespace", ""), ref.get("name", ""))
    account = (pod or {}).get("spec", {}).get("serviceAccountName") or "default"
    return f"system:serviceaccount:{ref.get('namespace', 'default')}:{account}"


FAMILIES: list[Family] = [WebhookCertgen()]

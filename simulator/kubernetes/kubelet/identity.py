"""Who a container is: its host name and domain, and what its hosts file says.

Source: pkg/kubelet/kubelet_pods.go (GeneratePodHostNameAndDomain, ensureHostsFile), v1.32.
"""

from __future__ import annotations

from typing import Any

from simulator.network.dns import DOMAIN
from simulator.plain import Object


def hostname_of(pod: Object) -> str:
    """Give a pod's host name: its own, with the domain where it wants that."""
    spec = pod["spec"]
    name = str(spec.get("hostname") or pod["metadata"]["name"][:63].rstrip("-."))
    domain = domain_of(pod)
    return f"{name}.{domain}" if spec.get("setHostnameAsFQDN") and domain else name


def domain_of(pod: Object) -> str:
    """Give the domain of a pod that has a subdomain, "" for none."""
    subdomain = pod["spec"].get("subdomain")
    return f"{subdomain}.{pod['metadata']['namespace']}.svc.{DOMAIN}" if subdomain else ""


def hosts_of(pod: Object, container: Object) -> dict[str, Any]:
    """Give what a pod's container shares beside the usual, each only where there is one.

    {"domain": of the pod, "aliases": of its hosts file, "shared": whether its containers see each
    other's processes, "target": the container whose processes one for debugging sees}.
    """
    found = {
        "domain": domain_of(pod),
        "aliases": pod["spec"].get("hostAliases"),
        "shared": pod["spec"].get("shareProcessNamespace"),
        "target": container.get("targetContainerName"),
    }
    return {key: value for key, value in found.items() if value}

"""`docker version` and `docker info`: the programs of Docker Engine 28.2.2 and what they run on.

Source: docker/cli 28.2.2 (cli/command/system/version.go, info.go); the versions are those of the
packages docker-ce 28.2.2, containerd.io 1.7.27, docker-buildx-plugin and docker-compose-plugin.
"""

from __future__ import annotations

from typing import Any

from simulator.docker.compose.container import VERSION as COMPOSE
from simulator.programs.kernel.machine import ARCHITECTURES, RELEASE

from . import contexts, formats
from .client import Client
from .template import TemplateError, render, to_json

VERSION = "28.2.2"
API = "1.50"
COMMIT = "e6534b4"
SERVER_COMMIT = "45873be"
GO = "go1.24.3"
BUILT = "Fri May 30 12:07:27 2025"
STAMP = "2025-05-30T12:07:27.000000000+00:00"
COMMUNITY = "Docker Engine - Community"
CONTAINERD = ("1.7.27", "05044ec0a9a75232cad458027ca83437aae3f4da")
RUNC = ("1.2.5", "v1.2.5-0-g59923ef")
INIT = ("0.19.0", "de40ad0")
BUILDX = "v0.24.0"
PLUGINS = "/usr/libexec/docker/cli-plugins"
NETWORKS = ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"]
LOGS = ["awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk",
        "syslog"]  # fmt: skip
SECURITY = ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"]
Row = dict[str, Any]


def _arch(c: Client) -> str:
    machine = c.engine.machines.get(c.machine)
    arch = str(machine["spec"]["arch"]) if machine else "amd64"
    return "arm" if arch.startswith("arm/") else arch


def version_data(c: Client) -> Row:
    """Give what `docker version` shows of client and server."""
    arch = _arch(c)
    client = {
        "Platform": {"Name": COMMUNITY}, "Version": VERSION, "ApiVersion": API,
        "DefaultAPIVersion": API, "GitCommit": COMMIT, "GoVersion": GO, "Os": "linux",
        "Arch": arch, "BuildTime": BUILT, "Context": contexts.known(c.engine, c.machine)[0],
    }  # fmt: skip
    engine = {
        "ApiVersion": API, "Arch": arch, "BuildTime": BUILT, "Experimental": "false",
        "GitCommit": SERVER_COMMIT, "GoVersion": GO, "KernelVersion": RELEASE,
        "MinAPIVersion": "1.24", "Os": "linux",
    }  # fmt: skip
    parts = (("containerd", CONTAINERD), ("runc", RUNC), ("docker-init", INIT))
    server = {
        "Platform": {"Name": COMMUNITY}, "Version": VERSION, "ApiVersion": API,
        "MinAPIVersion": "1.24", "Os": "linux", "Arch": arch,
        "Components": [
            {"Name": "Engine", "Version": VERSION, "Details": engine},
            *({"Name": name, "Version": number, "Details": {"GitCommit": commit}}
              for name, (number, commit) in parts),
        ],
        "GitCommit": SERVER_COMMIT, "GoVersion": GO, "KernelVersion": RELEASE, "BuildTime": STAMP,
    }  # fmt: skip
    return {"Client": client, "Server": server}


def _formatted(c: Client, data: Row, name: str, code: int) -> int | None:
    """Answer `--format`; None when it is not asked for."""
    form = c.line.text("format")
    if not form:
        return None
    try:
        c.out((to_json(data) if form == "json" else render(form, data)) + "\n")
    except TemplateError as error:
        c.err(f"template parsing error: template: {name}:1: {error}\n")
        return code
    return 0


def version(c: Client) -> int:
    """Show versions."""
    data = version_data(c)
    answered = _formatted(c, data, "version", 64)
    if answered is not None:
        return answered
    client, server = data["Client"], data["Server"]
    c.out(
        f"Client: {COMMUNITY}\n"
        f" Version:           {client['Version']}\n API version:       {client['ApiVersion']}\n"
        f" Go version:        {client['GoVersion']}\n Git commit:        {client['GitCommit']}\n"
        f" Built:             {client['BuildTime']}\n"
        f" OS/Arch:           {client['Os']}/{client['Arch']}\n"
        f" Context:           {client['Context']}\n\n"
    )
    refused = contexts.refusal(c.engine, c.machine)
    if refused:
        c.err(refused)
        return 1
    c.out(
        f"Server: {COMMUNITY}\n Engine:\n"
        f"  Version:          {server['Version']}\n"
        f"  API version:      {server['ApiVersion']} (minimum version 1.24)\n"
        f"  Go version:       {server['GoVersion']}\n  Git commit:       {server['GitCommit']}\n"
        f"  Built:            {BUILT}\n"
        f"  OS/Arch:          {server['Os']}/{server['Arch']}\n  Experimental:     false\n"
    )  # fmt: skip
    for part in server["Components"][1:]:
        c.out(
            f" {part['Name']}:\n  Version:          {part['Version']}\n"
            f"  GitCommit:        {part['Details']['GitCommit']}\n"
        )
    return 0


def info_data(c: Client) -> Row:
    """Give what `docker info` shows, by the names of the API."""
    containers = c.docker.containers(c.machine)
    machine = c.engine.machines.get(c.machine)
    spec: Row = machine["spec"] if machine else {"arch": "amd64", "cpu": 4, "memory": 8 << 30}
    running = sum(1 for one in containers if one["State"]["Running"])
    paused = sum(1 for one in containers if one["State"]["Paused"])
    return {
        "ID": c.engine.streams.uid("docker", c.machine), "Containers": len(containers),
        "ContainersRunning": running - paused, "ContainersPaused": paused,
        "ContainersStopped": len(containers) - running,
        "Images": len(c.engine.images.list(c.machine)), "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"],
                         ["Using metacopy", "false"], ["Native Overlay Diff", "true"],
                         ["userxattr", "false"]],
        "Plugins": {"Volume": ["local"], "Network": NETWORKS, "Authorization": None, "Log": LOGS},
        "MemoryLimit": True, "SwapLimit": True, "CpuCfsPeriod": True, "CpuCfsQuota": True,
        "CPUShares": True, "CPUSet": True, "PidsLimit": True, "IPv4Forwarding": True,
        "Debug": False, "OomKillDisable": False, "LoggingDriver": "json-file",
        "CgroupDriver": "systemd", "CgroupVersion": "2", "NEventsListener": 0,
        "KernelVersion": RELEASE, "OperatingSystem": "Ubuntu 24.04.2 LTS", "OSVersion": "24.04",
        "OSType": "linux", "Architecture": ARCHITECTURES.get(spec["arch"], "x86_64"),
        "IndexServerAddress": "https://index.docker.io/v1/",
        "RegistryConfig": {"InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8"], "Mirrors": None},
        "NCPU": int(spec["cpu"]), "MemTotal": int(spec["memory"]), "GenericResources": None,
        "DockerRootDir": "/var/lib/docker", "HttpProxy": "", "HttpsProxy": "", "NoProxy": "",
        "Name": c.machine, "Labels": [], "ExperimentalBuild": False, "ServerVersion": VERSION,
        "Runtimes": {"io.containerd.runc.v2": {"path": "runc"}, "runc": {"path": "runc"}},
        "DefaultRuntime": "runc",
        "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
                  "ControlAvailable": False, "Error": "", "RemoteManagers": None},
        "LiveRestoreEnabled": False, "Isolation": "", "InitBinary": "docker-init",
        "ContainerdCommit": {"ID": CONTAINERD[1]}, "RuncCommit": {"ID": RUNC[1]},
        "InitCommit": {"ID": INIT[1]}, "SecurityOptions": SECURITY, "CDISpecDirs": [],
        "Warnings": None, "ClientInfo": _client_info(c),
    }  # fmt: skip


def _client_info(c: Client) -> Row:
    rows = (("buildx", "Docker Buildx", BUILDX), ("compose", "Docker Compose", f"v{COMPOSE}"))
    plugins = [
        {"SchemaVersion": "0.1.0", "Vendor": "Docker Inc.", "Version": number,
         "ShortDescription": title, "Name": name, "Path": f"{PLUGINS}/docker-{name}"}
        for name, title, number in rows
    ]  # fmt: skip
    return {"Debug": False, "Platform": {"Name": COMMUNITY}, "Version": VERSION,
            "Context": contexts.known(c.engine, c.machine)[0], "Plugins": plugins,
            "Warnings": None}  # fmt: skip


def info(c: Client) -> int:
    """Show the daemon's summary."""
    data = info_data(c)
    answered = _formatted(c, data, "", 64)
    if answered is not None:
        return answered
    c.out(
        f"Client: {COMMUNITY}\n Version:    {VERSION}\n Context:    default\n Debug Mode: false\n"
    )
    c.out(" Plugins:\n")
    for plugin in data["ClientInfo"]["Plugins"]:
        c.out(
            f"  {plugin['Name']}: {plugin['ShortDescription']} ({plugin['Vendor']})\n"
            f"    Version:  {plugin['Version']}\n    Path:     {plugin['Path']}\n"
        )
    c.out("\nServer:\n" + _server(data) + "\n")
    return 0


def _server(data: Row) -> str:
    plugins = data["Plugins"]
    return (
        f" Containers: {data['Containers']}\n  Running: {data['ContainersRunning']}\n"
        f"  Paused: {data['ContainersPaused']}\n  Stopped: {data['ContainersStopped']}\n"
        f" Images: {data['Images']}\n Server Version: {VERSION}\n Storage Driver: overlay2\n"
        + "".join(f"  {name}: {value}\n" for name, value in data["DriverStatus"])
        + " Logging Driver: json-file\n Cgroup Driver: systemd\n Cgroup Version: 2\n Plugins:\n"
        + "".join(f"  {k}: {' '.join(plugins[k])}\n" for k in ("Volume", "Network", "Log"))
        + f" Swarm: inactive\n Runtimes: {' '.join(data['Runtimes'])}\n Default Runtime: runc\n"
        f" Init Binary: docker-init\n containerd version: {CONTAINERD[1]}\n"
        f" runc version: {RUNC[1]}\n init version: {INIT[1]}\n"
        " Security Options:\n  apparmor\n  seccomp\n   Profile: builtin\n  cgroupns\n"
        f" Kernel Version: {RELEASE}\n"
        f" Operating System: {data['OperatingSystem']}\n OSType: linux\n"
        f" Architecture: {data['Architecture']}\n CPUs: {data['NCPU']}\n"
        f" Total Memory: {formats.bytes_size(data['MemTotal'])}\n Name: {data['Name']}\n"
        f" ID: {data['ID']}\n Docker Root Dir: /var/lib/docker\n Debug Mode: false\n"
        " Experimental: false\n Insecure Registries:\n  ::1/128\n  127.0.0.0/8\n"
        " Live Restore Enabled: false\n"
    )

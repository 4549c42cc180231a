"""What dpkg prints while it unpacks and sets up, and what the packages' own scripts print."""

from __future__ import annotations

from simulator.docker.shellmodel.packages import debian
from simulator.docker.shellmodel.packages.apt_output import Output
from simulator.docker.shellmodel.packages.debian import Deb, Release
from simulator.docker.shellmodel.packages.placing import put_package
from simulator.docker.shellmodel.process import Run

ASKING = (
    *("ca-certificates", "tzdata", "openssh-server", "locales", "ssl-cert", "apache2"),
    *("postgresql-client-common", "mariadb-common", "php8.2-cli", "php8.2-common"),
)
"""Packages whose setting up starts debconf (some of them; recalled)."""
SERVICES = {
    "cron": "cron", "nginx": "nginx", "redis-server": "redis-server", "apache2": "apache2",
    "supervisor": "supervisor", "openssh-server": "ssh", "dbus": "dbus", "postgresql": "postgresql",
    "rsyslog": "rsyslog",
}  # fmt: skip
"""Packages that try to start their service, which nothing in a container can do."""
CHOICES = {
    "g++": [("/usr/bin/g++", "/usr/bin/c++", "c++")],
    "netcat-openbsd": [("/bin/nc.openbsd", "/bin/nc", "nc")],
    "netcat-traditional": [("/bin/nc.traditional", "/bin/nc", "nc")],
    "nano": [
        ("/bin/nano", "/usr/bin/editor", "editor"),
        ("/bin/nano", "/usr/bin/pico", "pico"),
    ],
    "vim": [
        ("/usr/bin/vim.basic", f"/usr/bin/{name}", name)
        for name in ("vim", "vimdiff", "rvim", "rview", "vi", "view", "ex", "editor")
    ],
}
"""What packages register with update-alternatives: (program, link, name)."""
SHORT_NAME = 21
"""Letters of a file's name up to which dpkg shows its folder, too (30 with "archives/")."""
CERTIFICATES = 142
"""Certificates of Mozilla's bundle that ca-certificates links (2024)."""


def unpack(run: Run, out: Output, debs: list[Deb], where: Release) -> None:
    """Unpack packages in this order, set them up by what they need, run triggers."""
    utils = debian.recorded(run.tree, "apt-utils")
    if not utils:
        run.err("debconf: delaying package configuration, since apt-utils is not installed\n")
    fetched = sum(deb.fetch for deb in debs)
    if fetched:
        seconds = max(1, run.clock.us // 1_000_000)
        out.say(f"Fetched {out.size(fetched)} in {seconds}s ({out.size(fetched // seconds)}/s)\n")
    if utils and any(deb.name in ASKING for deb in debs):
        run.out("Preconfiguring packages ...\n")
    _lay_out(run, out, debs)
    for deb in debian.by_depth(debs):
        run.out(f"Setting up {deb.shown} ({deb.version}) ...\n")
        _scripts(run, deb)
    _triggers(run, debs, where)


def _lay_out(run: Run, out: Output, debs: list[Deb]) -> None:
    width = len(str(len(debs) - 1))
    for number, deb in enumerate(debs):
        file = f"{deb.name}_{deb.bare}_{deb.architecture}.deb"
        if len(debs) > 1:
            file = f"{number:0{width}}-{file}"
        elif len(file) <= SHORT_NAME:
            file = f"archives/{file}"
        run.out(f"Selecting previously unselected package {deb.shown}.\n")
        if number == 0:
            out.database()
        run.out(f"Preparing to unpack .../{file} ...\nUnpacking {deb.shown} ({deb.version}) ...\n")
        put_package(run, debian.files_of(deb), "deb")


def _scripts(run: Run, deb: Deb) -> None:
    if deb.name in ASKING and run.env("DEBIAN_FRONTEND") != "noninteractive":
        run.err(_no_frontend(debian.recorded(run.tree, "perl"), run.env("TERM")))
    if deb.name == "ca-certificates":
        run.out(_certificates(CERTIFICATES))
    if deb.name == "openssh-server":
        run.out(
            "\nCreating config file /etc/ssh/sshd_config with new version\nCreating SSH2 RSA key; "
            "this may take some time ...\nCreating SSH2 ECDSA key; this may take some time ...\n"
            "Creating SSH2 ED25519 key; this may take some time ...\n"
        )
    for program, link, name in CHOICES.get(deb.origin, ()):
        run.out(f"update-alternatives: using {program} to provide {link} ({name}) in auto mode\n")
    if deb.name in SERVICES:
        run.out(
            "invoke-rc.d: could not determine current runlevel\n"
            "invoke-rc.d: policy-rc.d denied execution of start.\n"
        )


def _no_frontend(perl: bool, term: str) -> str:
    first = (
        "(Dialog frontend requires a screen at least 13 lines tall and 31 columns wide.)"
        if term and term != "dumb"
        else "(TERM is not set, so the dialog frontend is not usable.)"
    )
    second = (
        "(This frontend requires a controlling tty.)"
        if perl
        else "(Can't locate Term/ReadLine.pm in @INC (you may need to install the Term::ReadLine "
        "module))"
    )
    return (
        f"debconf: unable to initialize frontend: Dialog\ndebconf: {first}\n"
        "debconf: falling back to frontend: Readline\n"
        f"debconf: unable to initialize frontend: Readline\ndebconf: {second}\n"
        "debconf: falling back to frontend: Teletype\n"
    )


def _certificates(added: int) -> str:
    return f"Updating certificates in /etc/ssl/certs...\n{added} added, 0 removed; done.\n"


def _triggers(run: Run, debs: list[Deb], where: Release) -> None:
    rows = debian.table(where)
    if any(deb.name.startswith("lib") or deb.same for deb in debs):
        run.out(f"Processing triggers for libc-bin ({rows['libc-bin'].version}) ...\n")
    if any(deb.name == "ca-certificates" for deb in debs):
        version = rows["ca-certificates"].version
        run.out(f"Processing triggers for ca-certificates ({version}) ...\n" + _certificates(0))
        run.out("Running hooks in /etc/ca-certificates/update.d...\ndone.\n")

"""The accounts that packages of servers make when they are installed."""

from __future__ import annotations

import re

from simulator.docker.shellmodel import users
from simulator.docker.shellmodel.process import Run

ACCOUNTS = (
    (r"postgresql(-common|-server|-?\d+(-server)?)?", "postgres", "/var/lib/postgresql"),
    (r"redis(-server|-tools)?", "redis", "/var/lib/redis"),
    (r"(default-)?(mysql|mariadb)(-server)?(-[\d.]+)?", "mysql", "/var/lib/mysql"),
    (r"memcached", "memcache", "/nonexistent"),
    (r"openssh-server", "sshd", "/run/sshd"),
    (r"rabbitmq-server", "rabbitmq", "/var/lib/rabbitmq"),
    (r"mongodb(-org)?(-server)?", "mongodb", "/home/mongodb"),
    (r"tor", "debian-tor", "/var/lib/tor"),
    (r"tomcat\d+", "tomcat", "/var/lib/tomcat"),
    (r"bind9", "bind", "/var/cache/bind"),
    (r"jenkins", "jenkins", "/var/lib/jenkins"),
    (r"dovecot-core", "dovecot", "/usr/lib/dovecot"),
    (r"postfix", "postfix", "/var/spool/postfix"),
)
"""Packages, the account that they make, its home.   Source: the packages' postinst, recalled."""
FIRST_ID = 100


def add_account(run: Run, package: str) -> None:
    """Make the account of a package and its home, when it has one and the account is missing."""
    for pattern, name, home in ACCOUNTS:
        if re.fullmatch(pattern, package):
            _add(run, name, home)
            return


def _add(run: Run, name: str, home: str) -> None:
    passwd, group = users.rows(run.tree, "/etc/passwd"), users.rows(run.tree, "/etc/group")
    if not passwd or any(row[0] == name for row in passwd):
        return
    known = next((row[2] for row in group if row[0] == name), None)
    gid = known or _free([row[2] for row in group])
    uid = _free([row[2] for row in passwd])
    if known is None:
        _append(run, "/etc/group", f"{name}:x:{gid}:")
    _append(run, "/etc/passwd", f"{name}:x:{uid}:{gid}:{name}:{home}:/usr/sbin/nologin")
    if home.startswith("/var/"):
        run.tree.make_dir(home)
        run.tree.change(home, uid=int(uid), gid=int(gid))


def _free(taken: list[str]) -> str:
    return next(str(i) for i in range(FIRST_ID, 1000) if str(i) not in taken)


def _append(run: Run, path: str, line: str) -> None:
    text = run.tree.text(path) or ""
    run.tree.write(path, text + ("\n" if text and not text.endswith("\n") else "") + line + "\n")

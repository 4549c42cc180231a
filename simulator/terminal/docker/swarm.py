"""Commands of Swarm mode and of a daemon's experiments: what a daemon without them answers.

# Simplified: There is no Swarm mode: `docker swarm init` and `join`, `docker trust` and
# `docker plugin install` are refused, and the rest answers as a daemon outside of a swarm.
"""

from __future__ import annotations

LISTS = {
    "node": "demote inspect ls promote ps rm update",
    "service": "create inspect logs ls ps rm rollback scale update",
    "stack": "config deploy ls ps rm services",
    "secret": "create inspect ls rm",
    "config": "create inspect ls rm",
    "swarm": "ca init join join-token leave unlock unlock-key update",
    "plugin": "create disable enable inspect install ls push rm set upgrade",
    "trust": "inspect revoke sign key signer",
    "checkpoint": "create ls rm",
}
"""The further words of each group of commands. Source: the help of docker 28.2.2."""
MANAGER = ('Error response from daemon: This node is not a swarm manager. Use "docker swarm init" '
           'or "docker swarm join" to connect this node to swarm and try again.\n')  # fmt: skip


def answer(words: list[str]) -> tuple[str, int] | None:
    """Give what such a line prints and its exit code; None for any other line."""
    group, word = words[0], (words[1:] or [""])[0]
    if group not in LISTS:
        return None
    known = LISTS[group].split()
    if word == "list":
        word = "ls"
    refused = f"docker {' '.join(words[:2]).rstrip()}: not part of this simulator\n"
    if not word or word.startswith("-"):
        return refused, 1
    if word not in known:
        text = f"docker: unknown command: docker {group} {word}\n\nUsage:  docker {group}\n\n"
        return f"{text}Run 'docker {group} --help' for more information\n", 1
    if (group, word) == ("swarm", "leave"):
        return "Error response from daemon: This node is not part of a swarm\n", 1
    if (group, word) == ("plugin", "ls"):
        return "ID        NAME      DESCRIPTION   ENABLED\n", 0
    if group == "checkpoint":
        return (f'"docker checkpoint {word}" is only supported on a Docker daemon with '
                "experimental features enabled\n", 1)  # fmt: skip
    if group in ("trust", "plugin") or (group, word) in (("swarm", "init"), ("swarm", "join")):
        return refused, 1
    return MANAGER, 1

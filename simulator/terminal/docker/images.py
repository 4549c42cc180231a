"""`docker images`, `history`, `tag`, `rmi`, `image prune`, `search`, `login`, `logout`."""

from __future__ import annotations

from typing import Any

from simulator import globs
from simulator.docker import reference
from simulator.docker.daemon import DockerError
from simulator.docker.reference import ReferenceError_
from simulator.plain import Object

from . import formats, trees
from .client import Client
from .formats import parse_time
from .listing import fields
from .optionchecks import platform_complaint

COLUMNS = [
    ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("ID", "IMAGE ID"), ("CreatedSince", "CREATED"),
    ("Size", "SIZE"), ("Digest", "DIGEST"), ("CreatedAt", "CREATED AT"),
    ("Containers", "CONTAINERS"), ("SharedSize", "SHARED SIZE"), ("UniqueSize", "UNIQUE SIZE"),
    ("VirtualSize", "VIRTUAL SIZE"),
]  # fmt: skip
HISTORY_COLUMNS = [
    ("ID", "IMAGE"), ("CreatedSince", "CREATED"), ("CreatedBy", "CREATED BY"), ("Size", "SIZE"),
    ("Comment", "COMMENT"), ("CreatedAt", "CREATED AT"),
]  # fmt: skip


SWITCHES = ("1", "t", "true", "0", "f", "false")


def images(c: Client) -> int:
    """List images."""
    if c.line.on("tree"):
        return trees.tree(c)
    rows: list[dict[str, Any]] = []
    for image in c.engine.images.list(c.machine):
        rows += image_rows(c, image)
    if c.args:
        rows = [row for row in rows if _matches(row, c.args[0])]
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        if name not in ("dangling", "label", "reference", "before", "since", "until"):
            return c.daemon_error(DockerError(400, f"invalid filter '{name}'"))
        if name == "dangling" and value.lower() not in SWITCHES:
            return c.daemon_error(DockerError(400, f"invalid filter 'dangling=[{value}]'"))
        if name in ("before", "since"):
            other = c.engine.images.find(c.machine, value)
            if other is None:
                shown = value if ":" in value.rpartition("/")[2] else f"{value}:latest"
                return c.daemon_error(DockerError(404, f"No such image: {shown}"))
            bound, sign = int(other["drydock"]["createdUs"]), 1 if name == "since" else -1
            rows = [row for row in rows if sign * (row["_createdUs"] - bound) > 0]
        elif name == "until":
            limit = parse_time(c.engine, value)
            if limit is None:
                return c.daemon_error(DockerError(
                    400, f'failed to parse value as time or duration: "{value}"'))  # fmt: skip
            rows = [row for row in rows if row["_createdUs"] < limit]
        elif name == "dangling":
            rows = [
                row for row in rows if (row["Tag"] == "<none>") == (value.lower() in SWITCHES[:3])
            ]
        elif name == "reference":
            rows = [row for row in rows if _matches(row, value)]
        elif name == "label":
            key, has, wish = value.partition("=")
            rows = [row for row in rows if key in row["_labels"]
                    and (not has or row["_labels"][key] == wish)]  # fmt: skip
    if c.line.on("quiet") and not c.line.text("format"):
        c.out("".join(f"{row['ID']}\n" for row in rows))
        return 0
    default = "Repository Tag ID CreatedSince Size"
    if c.line.on("digests"):
        default = "Repository Tag Digest ID CreatedSince Size"
    return fields(c, rows, COLUMNS, default)


def image_rows(c: Client, image: Object) -> list[dict[str, Any]]:
    """Give what `docker images` can show of an image: a row for each of its names."""
    number = image["Id"] if c.line.on("no-trunc") else image["Id"].removeprefix("sha256:")[:12]
    created = int(image["drydock"]["createdUs"])
    size = formats.human_size(image["Size"], 3)
    digests = dict(text.split("@") for text in image["RepoDigests"])
    names = [tuple(name.rsplit(":", 1)) for name in image["RepoTags"]]
    if not names:
        names = [(repository, "<none>") for repository in digests] or [("<none>", "<none>")]
    return [
        {
            "Repository": repository,
            "Tag": tag,
            "ID": number,
            "Digest": digests.get(repository, "<none>"),
            "CreatedSince": f"{formats.human_duration(c.engine.now_us - created)} ago",
            "CreatedAt": formats.created_at(c.engine, created),
            "Size": size,
            "VirtualSize": size,
            "Containers": "N/A",
            "SharedSize": "N/A",
            "UniqueSize": "N/A",
            "_createdUs": created,
            "_labels": image["Config"].get("Labels") or {},
        }
        for repository, tag in sorted(names)
    ]


def _matches(row: dict[str, Any], wish: str) -> bool:

    repository, _, tag = wish.partition(":") if ":" in wish.rpartition("/")[2] else (wish, "", "")
    if tag and not globs.fits(row["Tag"], tag):
        return False
    return globs.fits(row["Repository"], repository)


def history(c: Client) -> int:
    """Show how an image was made."""
    wrong = platform_complaint(c.line.text("platform"))
    if wrong:
        c.err(f"invalid platform: {wrong}\n")
        return 1
    try:
        found = c.engine.images.history(c.machine, c.args[0])
    except DockerError as error:
        return c.daemon_error(error)
    full = c.line.on("no-trunc")
    rows = []
    for row in found:
        number, created = row["Id"], int(row["CreatedUs"])
        if number.startswith("sha256:") and not full:
            number = number[7:19]
        by = row["CreatedBy"].replace("\t", " ")
        rows.append({
            "ID": number,
            "CreatedSince": f"{formats.human_duration(c.engine.now_us - created)} ago",
            "CreatedAt": c.engine.timestamp(created),
            "CreatedBy": by if full else formats.ellipsis(by, 45),
            "Size": formats.human_size(row["Size"], 3),
            "Comment": row["Comment"],
        })  # fmt: skip
    if c.line.on("quiet"):
        c.out("".join(f"{row['ID']}\n" for row in rows))
        return 0
    return fields(c, rows, HISTORY_COLUMNS, "ID CreatedSince CreatedBy Size Comment")


def tag(c: Client) -> int:
    """Give an image one more name."""
    if c.args[0] != c.args[0].lower() and c.engine.images.find(c.machine, c.args[0]) is None:
        try:
            reference.parse(c.args[0])
        except ReferenceError_ as error:
            c.err(f'Error parsing reference: "{c.args[0]}" is not a valid repository/tag: '
                  f"{error}\n")  # fmt: skip
            return 1
    try:
        reference.parse(c.args[1])
    except ReferenceError_ as error:
        c.err(f'Error parsing reference: "{c.args[1]}" is not a valid repository/tag: {error}\n')
        return 1
    try:
        c.engine.images.tag(c.machine, c.args[0], c.args[1])
    except DockerError as error:
        return c.daemon_error(error)
    return 0


def remove(c: Client) -> int:
    """Remove images."""
    wrong = next(filter(None, map(platform_complaint, c.line.all("platform"))), None)
    if wrong:
        c.err(f"{wrong}\n")
        return 1
    errors = []
    for ref in c.args:
        try:
            for row in c.engine.images.remove(c.machine, ref, force=c.line.on("force")):
                for what, name in row.items():
                    c.out(f"{what}: {name}\n")
        except DockerError as error:
            if c.line.on("force") and error.status == 404:
                c.err(f"Error response from daemon: {error.message}\n")
                continue
            errors.append(error.message)
    for message in errors:
        c.err(f"Error response from daemon: {message}\n")
    return 1 if errors else 0


def prune(c: Client) -> int:
    """Remove dangling images, or all that no container uses."""
    everything = c.line.on("all")
    what = ("all images without at least one container associated to them" if everything
            else "all dangling images")  # fmt: skip
    if not c.confirmed(f"WARNING! This will remove {what}."):
        return 0
    before = _stored(c)
    rows = c.engine.images.prune(c.machine, everything=everything)
    if rows:
        c.out("Deleted Images:\n")
        c.out("".join(f"{what.lower()}: {name}\n" for row in rows for what, name in row.items()))
        c.out("\n")
    c.out(f"Total reclaimed space: {formats.human_size(before - _stored(c))}\n")
    return 0


def _stored(c: Client) -> int:
    """Add up the bytes of the layers that the machine holds."""
    sizes: dict[str, int] = {}
    for image in c.engine.images.list(c.machine):
        rows = image["drydock"]["layers"]
        sizes.update({row["diffID"]: int(row["size"]) for row in rows})
    return sum(sizes.values())


SEARCH_FILTERS = ("is-automated", "is-official", "stars")
MOST_FOUND = 100


def search(c: Client) -> int:
    """Search the hub."""
    limit = int(c.line.text("limit", "0") or 0)
    if not 0 <= limit <= MOST_FOUND:
        c.err(f"Error response from daemon: Limit {limit} is outside the range of [1, 100]\n")
        return 1
    rows = c.engine.hub.search(c.args[0])
    for text in c.line.all("filter"):
        key, equals, value = text.partition("=")
        wrong = _filter_error(key.strip().lower(), equals, value)
        if wrong:
            c.err(wrong + "\n")
            return 1
        rows = [row for row in rows if _passes(row, key.strip().lower(), value)]
    shown = []
    for row in rows[: limit or 25]:
        about = str(row["description"])
        shown.append({
            "Name": row["name"],
            "Description": about if c.line.on("no-trunc") else formats.ellipsis(about, 45),
            "StarCount": str(row["star_count"]), "IsOfficial": "[OK]" if row["official"] else "",
            "IsAutomated": "",
        })  # fmt: skip
    columns = [("Name", "NAME"), ("Description", "DESCRIPTION"), ("StarCount", "STARS"),
               ("IsOfficial", "OFFICIAL"), ("IsAutomated", "AUTOMATED")]  # fmt: skip
    return fields(c, shown, columns, "Name Description StarCount IsOfficial")


def _filter_error(key: str, equals: str, value: str) -> str:
    """Say what is wrong with a filter, as the client and the daemon do."""
    if not equals:
        return f'invalid argument "{key}" for "-f, --filter" flag: invalid filter \'{key}\''
    daemon = "Error response from daemon: invalid filter"
    if key not in SEARCH_FILTERS:
        return f"{daemon} '{key}'"
    good = value.isdigit() if key == "stars" else value in ("true", "false", "1", "0")
    return "" if good else f"{daemon} '{key}=[{value}]'"


def _passes(row: dict[str, Any], key: str, value: str) -> bool:
    if key == "stars":
        return int(row["star_count"]) >= int(value[:9])
    wanted = value in ("true", "1")
    return (row["official"] if key == "is-official" else False) == wanted


TOKEN_HINT = (
    "\ni Info → A Personal Access Token (PAT) can be used instead.\n"
    "         To create a PAT, visit https://app.docker.com/settings\n    \n    \n"
)


def login(c: Client) -> int:
    """Log in to a registry; what is not on the line is asked for.

    # Simplified: `docker login` without a name asks for it, where the real client opens a browser;
    # what is typed is kept in the lab's log like every command, so never type a real password.
    """
    host = c.args[0] if c.args else reference.HUB
    user, password = c.line.text("username"), c.line.text("password")
    if c.line.on("password-stdin"):
        if not user:
            c.err("Must provide --username with --password-stdin\n")
            return 1
        password = c.call.stdin.rstrip("\r\n")
    elif password:
        c.err("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")
    if (not user or not password) and not c.call.stdin_tty:
        c.err("Error: Cannot perform an interactive login from a non TTY device\n")
        return 1
    if user and not password and host == reference.HUB and not c.state.get("answers"):
        c.out(TOKEN_HINT)
    user = user or c.ask("user", "Username: ")
    if not user:
        c.err("username is required\n")
        return 1
    password = password or c.ask("password", "Password: ", hidden=True)
    if not password:
        c.err("password is required\n")
        return 1
    try:
        c.engine.hub.login(c.machine, user, password, host)
    except DockerError as error:
        return c.daemon_error(error)
    c.err("\nWARNING! Your credentials are stored unencrypted in "
          "'/home/student/.docker/config.json'.\nConfigure a credential helper to remove this "
          "warning. See\nhttps://docs.docker.com/go/credential-store/\n\n")  # fmt: skip
    c.out("Login Succeeded\n")
    return 0


def logout(c: Client) -> int:
    """Forget a login."""
    host = c.args[0] if c.args else reference.HUB
    shown = "https://index.docker.io/v1/" if host == reference.HUB else host
    c.out(f"Removing login credentials for {shown}\n")
    c.engine.hub.logout(c.machine, host)
    return 0

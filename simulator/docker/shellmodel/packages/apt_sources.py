"""Where packages come from: the archives of a release, `apt-get update`, and `Get:` lines."""

from __future__ import annotations

import re

from simulator.docker import tree
from simulator.docker.shellmodel.packages.apt_output import Output
from simulator.docker.shellmodel.packages.debian import Deb, Release, release
from simulator.docker.shellmodel.process import Run

LISTS = "/var/lib/apt/lists"
LIST_BYTES = 19_600_000
"""Package lists of Debian's main archive, unpacked (assumed, about 20 MB)."""
UNIVERSE = re.compile(
    r"htop|tini|dumb-init|gosu|supervisor|tree|jq|libjq1|libonig5|imagemagick.*|libmagick.*|ffmpeg"
    r"|nodejs|npm|redis.*|php8.*-(?!common).*|python3-(pip|venv|wheel).*|netcat-.*|socat|cmake.*"
    r"|ninja-build|python-is-python3|default-mysql-client|default-libmysqlclient-dev|apache2-utils"
    r"|liblqr-.*|libjemalloc2|liblzf1|traceroute|net-tools|postgresql-client|nginx-.*|ruby.*-telnet"
)
"""Packages that Ubuntu has in universe (recalled); all others are in main."""
DEBIAN_SIZES = {
    "bookworm": (151_000, 55_400, 48_000, 8_793_000, 6_924, 283_000),
    "trixie": (140_000, 47_300, 43_400, 9_670_000, 5_412, 96_400),
    "bullseye": (116_000, 44_100, 27_200, 8_066_000, 18_800, 377_000),
}
"""Bytes of three InRelease and three Packages files: the release, its updates, security."""
UBUNTU_INDEX = (
    ("-security", "InRelease", 126_000),
    ("", "InRelease", 256_000),
    ("-updates", "InRelease", 126_000),
    ("-backports", "InRelease", 126_000),
    ("-security", "main", 1_560_000),
    ("-security", "universe", 1_140_000),
    ("-security", "restricted", 2_230_000),
    ("-security", "multiverse", 30_300),
    ("", "main", 1_808_000),
    ("", "universe", 19_300_000),
    ("", "restricted", 117_000),
    ("", "multiverse", 331_000),
    ("-updates", "main", 1_920_000),
    ("-updates", "universe", 1_500_000),
    ("-updates", "restricted", 2_410_000),
    ("-updates", "multiverse", 33_100),
    ("-backports", "main", 48_800),
    ("-backports", "universe", 33_900),
)
"""Index files of Ubuntu 24.04 in 2025, with their bytes (recalled)."""


def has_lists(run: Run) -> bool:
    """Tell whether `apt-get update` was here."""
    return any(run.tree.files[p]["type"] in ("bundle", "file") for p in run.tree.below(LISTS))


def root(where: Release, part: str = "") -> str:
    """Give the address of an archive.   part: "-security", "-updates" or ""."""
    if not where.ubuntu:
        return f"http://deb.debian.org/debian{'-security' if part == '-security' else ''}"
    if where.arch != "amd64":
        return "http://ports.ubuntu.com/ubuntu-ports"
    return f"http://{'security' if part == '-security' else 'archive'}.ubuntu.com/ubuntu"


def host(where: Release) -> str:
    """Name the host of a release's packages."""
    return root(where).split("/")[2]


def _index(where: Release) -> list[tuple[str, int]]:
    """List what `update` fetches: the text of the line, and bytes."""
    if where.ubuntu:
        return [
            (f"{root(where, part)} {where.suite}{part} InRelease", size)
            if name == "InRelease"
            else (f"{root(where, part)} {where.suite}{part}/{name} {where.arch} Packages", size)
            for part, name, size in UBUNTU_INDEX
        ]
    sizes = DEBIAN_SIZES.get(where.suite, DEBIAN_SIZES["bookworm"])
    parts = ("", "-updates", "-security")
    rows = [
        (f"{root(where, part)} {where.suite}{part} InRelease", size)
        for part, size in zip(parts, sizes[:3], strict=True)
    ]
    return rows + [
        (f"{root(where, part)} {where.suite}{part}/main {where.arch} Packages", size)
        for part, size in zip(parts, sizes[3:], strict=True)
    ]


def _added(run: Run, where: Release) -> list[tuple[str, int]]:
    """List the same of archives that somebody added to /etc/apt/sources.list.d."""
    rows = []
    for path in run.tree.below("/etc/apt/sources.list.d"):
        for line in (run.tree.text(path) or "").splitlines():
            match = re.match(r"deb\s+(?:\[[^\]]*\]\s*)?(https?://\S+)\s+(\S+)((?:\s+\S+)*)", line)
            if match is None or match[1].startswith(root(where)):
                continue
            url, suite = match[1].rstrip("/"), match[2]
            rows.append((f"{url} {suite} InRelease", 12_100))
            rows += [(f"{url} {suite}/{c} {where.arch} Packages", 14_700) for c in match[3].split()]
    return rows[:40]


def update(run: Run, _names: list[str]) -> int:
    """`apt-get update`."""
    out, where = Output(run), release(run.tree, run.clock.arch)
    rows = _index(where) + _added(run, where)
    again = has_lists(run)
    begun = run.clock.us
    if again:
        rows = [row for row in rows if row[0].endswith("InRelease")]
    fetched = 0 if again else sum(size for _, size in rows)
    if not run.download(fetched, 6):
        return _failed(run, out, where)
    for number, (text, size) in enumerate(rows, start=1):
        out.say(f"Hit:{number} {text}\n" if again else f"Get:{number} {text} [{out.size(size)}]\n")
    run.spend(1_600_000)
    run.put(f"{LISTS}/*", tree.bundle_entry(LIST_BYTES, 9, f"lists {where.suite} {where.arch}"))
    if fetched:
        out.say(_rate(out, fetched, run.clock.us - begun))
    out.say("Reading package lists...\n")
    if run.name == "apt":
        out.say("Building dependency tree...\nReading state information...\n")
        out.say("All packages are up to date.\n")
    return 0


def _rate(out: Output, fetched: int, us: int) -> str:
    seconds = max(1, us // 1_000_000)
    return f"Fetched {out.size(fetched)} in {seconds}s ({out.size(fetched // seconds)}/s)\n"


def _failed(run: Run, out: Output, where: Release) -> int:
    name = host(where)
    rows = [text for text, _ in _index(where) if text.endswith("InRelease")]
    for number, text in enumerate(rows, start=1):
        at = text.split("/")[2]
        out.say(f"Err:{number} {text}\n  Temporary failure resolving '{at}'\n")
    out.say("Reading package lists...\n")
    for text in rows:
        url, suite, _ = text.split(" ")
        run.err(
            f"W: Failed to fetch {url}/dists/{suite}/InRelease  Temporary failure resolving "
            f"'{url.split('/')[2] or name}'\n"
        )
    run.err(
        "W: Some index files failed to download. They have been ignored, or old ones used "
        "instead.\n"
    )
    return 0


def place(deb: Deb, where: Release) -> str:
    """Name the part of the archive that a package comes from: "bookworm/main"."""
    if not where.ubuntu:
        return f"{where.suite}/main"
    newer = re.search(r"ubuntu[\d.]*\.\d|~2\d\.04", deb.version)
    component = "universe" if UNIVERSE.fullmatch(deb.name) else "main"
    return f"{where.suite}{'-updates' if newer else ''}/{component}"


def got(debs: list[Deb], where: Release) -> list[str]:
    """Give the lines that tell what is fetched."""
    return [
        f"Get:{number} {root(where)} {place(deb, where)} {where.arch} {deb.name} "
        f"{deb.architecture} {deb.version} [{Output.size(deb.fetch)}]\n"
        for number, deb in enumerate(debs, start=1)
    ]


def pool(deb: Deb, where: Release) -> str:
    """Give the address of a package's file."""
    letter = deb.name[:4] if deb.name.startswith("lib") else deb.name[:1]
    component = place(deb, where).split("/")[1]
    return (
        f"{root(where)}/pool/{component}/{letter}/{deb.name}/"
        f"{deb.name}_{deb.version.split(':')[-1]}_{deb.architecture}.deb"
    )

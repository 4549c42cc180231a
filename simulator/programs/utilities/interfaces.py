"""ip, ifconfig, route, netstat, ss: interfaces, routes and open ports of a container.

Sources: what iproute2 6, net-tools 2.10 and BusyBox 1.37 print.
"""

from __future__ import annotations

from ..kernel import sockets
from ..kernel.process import name_of
from ..kernel.sockets import Interface, broadcast, dotted, network_of
from . import Context, Utility
from .files import split

FOREVER = "       valid_lft forever preferred_lft forever\n"
ALL_HOSTS = ("0.0.0.0", "::", "*")


def ip(c: Context) -> int:
    """Show addresses, links, routes or neighbours; changing them needs CAP_NET_ADMIN."""
    words = [word for word in c.argv[1:] if not word.startswith("-")]
    brief = any(word in ("-br", "-brief") for word in c.argv)
    what = words[0] if words else ""
    if not what:
        c.err("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n")
        return 1 if c.is_busybox else 255
    verb = words[1] if len(words) > 1 else "show"
    if verb in ("add", "del", "delete", "set", "replace", "change", "flush"):
        if c.is_busybox:
            return c.fail("RTNETLINK answers: Operation not permitted", 2)
        c.err("RTNETLINK answers: Operation not permitted\n")
        return 2
    names = [word for word in words[1:] if word not in ("show", "list", "ls", "dev", "s", "get")]
    for full, show in (("address", _addresses), ("link", _addresses), ("route", _routes)):
        if full.startswith(what):
            return show(c, names, full == "link", brief)
    if "neighbour".startswith(what) or "neighbor".startswith(what):
        return 0
    c.err(f'Object "{what}" is unknown, try "ip help".\n')
    return 1


def _addresses(c: Context, names: list[str], links: bool, brief: bool) -> int:
    found = sockets.interfaces(c.p)
    if names and names[0] != "lo" and all(one.name != names[0] for one in found):
        if c.is_busybox:
            return c.fail(f"can't find device '{names[0]}'")
        c.err(f'Device "{names[0]}" does not exist.\n')
        return 1
    if not names or names[0] == "lo":
        c.out(_loopback(c, links, brief))
    for one in found:
        if not names or names[0] == one.name:
            c.out(_interface(c, one, links, brief))
    return 0


def _loopback(c: Context, links: bool, brief: bool) -> str:
    if brief:
        shown = "00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP>" if links else "127.0.0.1/8 ::1/128"
        return f"{'lo':<16} {'UNKNOWN':<14} {shown} \n"
    group = "qlen 1000" if c.is_busybox else "group default qlen 1000"
    mode = "mode DEFAULT " if links and not c.is_busybox else ""
    text = (f"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {mode}{group}\n"
            "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n")  # fmt: skip
    if links:
        return text
    return text + "    inet 127.0.0.1/8 scope host lo\n" + FOREVER


def _interface(c: Context, one: Interface, links: bool, brief: bool) -> str:
    peer = f"@if{one.peer}" if one.peer else ""
    if brief:
        shown = f"{one.mac} <BROADCAST,MULTICAST,UP,LOWER_UP>" if links \
            else f"{one.address}/{one.prefix}"  # fmt: skip
        return f"{one.name + peer:<16} {'UP':<14} {shown} \n"
    group = "" if c.is_busybox else ("mode DEFAULT " if links else "") + "group default "
    netns = "" if c.is_busybox or not one.peer else " link-netnsid 0"
    up = "<BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN>" if c.is_busybox and one.peer \
        else "<BROADCAST,MULTICAST,UP,LOWER_UP>"  # fmt: skip
    text = (f"{one.at}: {one.name}{peer}: {up} mtu {one.mtu} qdisc noqueue state UP {group}\n"
            f"    link/ether {one.mac} brd ff:ff:ff:ff:ff:ff{netns}\n")  # fmt: skip
    if links:
        return text
    return text + (f"    inet {one.address}/{one.prefix} brd {broadcast(one)} scope global "
                   f"{one.name}\n") + FOREVER  # fmt: skip


def _routes(c: Context, names: list[str], links: bool, brief: bool) -> int:
    if names and names[0] not in ("default",):
        way = sockets.default_route(c.p)
        if way is None:
            c.err("RTNETLINK answers: Network is unreachable\n")
            return 2
        c.out(f"{names[0]} via {way[0]} dev {way[1].name} src {way[1].address} \n")
        return 0
    way = sockets.default_route(c.p)
    if way is not None:
        c.out(f"default via {way[0]} dev {way[1].name} \n")
    for one in () if names else sockets.interfaces(c.p):
        own = "scope link  src" if c.is_busybox else "proto kernel scope link src"
        c.out(f"{network_of(one)}/{one.prefix} dev {one.name} {own} {one.address} \n")
    return 0


def ifconfig(c: Context) -> int:
    """Show interfaces.

    # Simplified: ifconfig counts no bytes.
    """
    rows = [(one.name, one.mac, one.address, one.prefix, broadcast(one), one.mtu)
            for one in sockets.interfaces(c.p)]  # fmt: skip
    rows.append(("lo", "", "127.0.0.1", 8, "", 65536))
    _, names = split(c.argv)
    for name, mac, address, prefix, everybody, mtu in rows:
        if names and names[0] != name:
            continue
        mask = dotted((1 << 32) - (1 << 32 - prefix))
        if c.is_busybox:
            kind = f"Link encap:Ethernet  HWaddr {mac.upper()}  " if mac else \
                "Link encap:Local Loopback  "  # fmt: skip
            shared = f"  Bcast:{everybody}" if everybody else ""
            flags = "BROADCAST RUNNING MULTICAST" if mac else "LOOPBACK RUNNING"
            c.out(f"{name:<10}{kind}\n          inet addr:{address}{shared}  Mask:{mask}\n"
                  f"          UP {flags}  MTU:{mtu}  Metric:1\n\n")  # fmt: skip
        else:
            flags = "4163<UP,BROADCAST,RUNNING,MULTICAST>" if mac else "73<UP,LOOPBACK,RUNNING>"
            shared = f"  broadcast {everybody}" if everybody else ""
            kind = f"        ether {mac}  txqueuelen 0  (Ethernet)\n" if mac else \
                "        loop  txqueuelen 1000  (Local Loopback)\n"  # fmt: skip
            c.out(f"{name}: flags={flags}  mtu {mtu}\n        inet {address}  netmask {mask}"
                  f"{shared}\n{kind}\n")  # fmt: skip
    return 0


def route(c: Context) -> int:
    """Show the routes, as `route -n` does."""
    c.out("Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric "
          "Ref    Use Iface\n")  # fmt: skip
    way = sockets.default_route(c.p)
    zero = "0.0.0.0"
    if way is not None:
        c.out(f"{zero:<15} {way[0]:<15} {zero:<15} UG    0      0        0 {way[1].name}\n")
    for one in sockets.interfaces(c.p):
        mask = dotted((1 << 32) - (1 << 32 - one.prefix))
        c.out(f"{network_of(one):<15} {zero:<15} {mask:<15} U     0      0        0 {one.name}\n")
    return 0


def netstat(c: Context) -> int:
    """Show the ports on which somebody listens; -p names the program to root.

    # Simplified: netstat and ss show who listens, not the connections that are open.
    """
    flags, _ = split(c.argv)
    if "r" in flags:
        return route(c)
    if not {"l", "a", "listening", "all"} & set(flags):
        head = "(w/o servers)"
    else:
        head = "(only servers)" if {"l", "listening"} & set(flags) else "(servers and established)"
    named = bool({"p", "programs"} & set(flags))
    c.out(
        f"Active Internet connections {head}\nProto Recv-Q Send-Q Local Address           "
        f"Foreign Address         State       {'PID/Program name    ' if named else ''}\n"
    )
    if "w/o" in head or ("u" in flags and "t" not in flags):
        return 0
    for address, port, row in sockets.listening(c.p):
        six = ":" in address
        local, other = f"{address}:{port}", ":::*" if six else "0.0.0.0:*"
        who = f"{row['pid']}/{name_of(row)}" if row and _may_see(c, row) else "-"
        c.out(f"{'tcp6' if six and not c.is_busybox else 'tcp':<5}      0      0 {local:<23} "
              f"{other:<23} {'LISTEN':<11} {f'{who:<19} ' if named else ''}\n")  # fmt: skip
    return 0


def _may_see(c: Context, row: dict[str, object]) -> bool:
    return c.p.uid == 0 or row.get("uid") == c.p.uid


def ss(c: Context) -> int:
    """Show the ports on which somebody listens, as iproute2's ss does."""
    flags, _ = split(c.argv)
    named = bool({"p", "processes"} & set(flags))
    both = "t" not in flags
    c.out(("Netid " if both else "") + "State  Recv-Q Send-Q Local Address:Port Peer Address:Port"
          + ("Process" if named else "") + "\n")  # fmt: skip
    if not {"l", "a", "listening", "all"} & set(flags) or ("u" in flags and both):
        return 0
    for address, port, row in sockets.listening(c.p):
        shown = "[::]" if address == "::" else address
        peer = "[::]:*" if ":" in address else "0.0.0.0:*"
        who = f'users:(("{name_of(row)}",pid={row["pid"]},fd=6))' \
            if named and row and _may_see(c, row) else ""  # fmt: skip
        c.out(("tcp   " if both else "") + f"LISTEN 0      4096   {f'{shown}:{port}':>18} "
              f"{peer:>17}{who}\n")  # fmt: skip
    return 0


ALL: dict[str, Utility] = {
    "ip": ip, "ifconfig": ifconfig, "route": route, "netstat": netstat, "ss": ss,
}  # fmt: skip

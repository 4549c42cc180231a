"""The public Internet from inside containers: names, echoes, pages, and where there is no way."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from simulator.network.public import address_of, is_global, is_public
from tests.docker_world import add_image, make_lab, output, run_for, start

ALPINE, PYTHON, NODE = "alpine:3.24", "python:3.13", "node:22-slim"


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    for image in (ALPINE, PYTHON, NODE):
        add_image(made, image)
    return made


def printed(lab: Lab, *command: str, image: str = ALPINE, **host: object) -> str:
    """Run a command as a container and give what it printed."""
    container = start(lab, image, *command, HostConfig=host)
    run_for(lab, 60)
    return output(lab, container)


@pytest.mark.parametrize("name", ["google.com", "api.github.com", "pypi.org", "bbc.co.uk"])
def test_well_formed_names_are_public(name: str) -> None:
    assert is_public(name)
    assert is_global(address_of(name))


@pytest.mark.parametrize(
    "name", ["db", "web.default.svc", "db.internal", "x.local", "shop.test", "-a.com", "a..com", ""]
)
def test_private_and_malformed_names_are_not_public(name: str) -> None:
    assert not is_public(name)


@pytest.mark.parametrize("address", ["10.0.0.1", "172.17.0.2", "192.168.1.20", "127.0.0.1", "x"])
def test_private_addresses_are_not_of_the_internet(address: str) -> None:
    assert not is_global(address)


def test_a_container_looks_public_names_up_pings_and_fetches(lab: Lab) -> None:
    script = "nslookup google.com | tail -3; ping -c 2 8.8.8.8 | grep packets; nslookup db; "
    script += "wget -qO- http://example.com | grep title; nc -zv github.com 443"
    text = printed(lab, "sh", "-c", script)
    assert f"Name:\tgoogle.com\nAddress: {address_of('google.com')}\n" in text
    assert "2 packets transmitted, 2 packets received, 0% packet loss" in text
    assert "<head><title>example.com</title></head>" in text
    assert "** server can't find db: NXDOMAIN" in text
    assert f"github.com ({address_of('github.com')}:443) open" in text


def test_an_archive_has_the_size_that_a_build_step_gives_it(lab: Lab) -> None:
    script = "wget -q https://example.com/x.tar.gz; wc -c < x.tar.gz; stat x.tar.gz | grep Size"
    assert int(printed(lab, "sh", "-c", script).split()[-1]) > 1_000_000


def test_python_and_node_reach_the_same_internet(lab: Lab) -> None:
    code = "import socket; print(socket.gethostbyname('example.com'))"
    assert printed(lab, "python", "-c", code, image=PYTHON) == f"{address_of('example.com')}\n"
    js = "fetch('https://example.com').then(r => r.text()).then(t => console.log(t.slice(0, 15)))"
    assert printed(lab, "node", "-e", js, image=NODE) == "<!doctype html>\n"


def test_dig_and_host_show_the_same_address(lab: Lab) -> None:
    script = "apk add bind-tools >/dev/null 2>&1; dig +short google.com; host google.com; host db; "
    script += "dig db | grep status; dig +noall +answer google.com"
    address = address_of("google.com")
    text = printed(lab, "sh", "-c", script)
    assert text.splitlines()[:3] == [
        address, f"google.com has address {address}", "Host db not found: 3(NXDOMAIN)",
    ]  # fmt: skip
    assert "status: NXDOMAIN" in text
    assert text.splitlines()[-1].split() == ["google.com.", "600", "IN", "A", address]


def test_network_none_has_no_way_out(lab: Lab) -> None:
    script = "ping -c 1 8.8.8.8; nslookup google.com; wget -qO- http://example.com; ip r"
    text = printed(lab, "sh", "-c", script, NetworkMode="none")
    assert "ping: sendto: Network unreachable" in text
    assert "NXDOMAIN" in text
    assert "wget: bad address 'example.com'" in text
    assert "default" not in text


def test_nothing_resolves_when_the_machines_link_is_cut() -> None:
    lab = make_lab()
    add_image(lab, ALPINE)
    name = next(iter(lab.engine.machines.names()))
    lab.engine.store.change("Machine", "", name, lambda one: one["status"].update(reachable=False))
    assert printed(lab, "ping", "-c", "1", "google.com") == "ping: bad address 'google.com'\n"


def test_ip_and_netstat_show_the_address_the_way_out_and_who_listens(lab: Lab) -> None:
    text = printed(lab, "sh", "-c", "nc -lk -p 8080 & sleep 1; ip a; ip r; netstat -tln")
    assert "inet 172.17.0." in text
    assert "default via 172.17.0.1 dev eth0" in text
    assert "0.0.0.0:8080" in text

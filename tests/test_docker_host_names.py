"""What containers know of their machine: its name, its address, and logs that nobody keeps."""

from __future__ import annotations

from tests.project_world import Project


def test_host_gateway_is_the_machine_as_its_containers_reach_it() -> None:
    lab = Project("=== a\nx\n")
    lab.run("docker run -d --name web -p 8081:80 nginx:1.27-alpine", 15)
    hosts = lab.run("docker run --rm --add-host me:host-gateway alpine cat /etc/hosts", 8)
    assert "\n172.17.0.1\tme\n" in hosts
    line = "docker run --rm --add-host me:host-gateway alpine wget -qO- http://me:8081"
    assert "Welcome to nginx!" in lab.run(line, 8)
    assert "Welcome to nginx!" in lab.run("docker run --rm alpine wget -qO- 172.17.0.1:8081", 8)


def test_a_container_that_shares_the_machines_names_has_its_hostname() -> None:
    lab = Project("=== a\nx\n")
    lab.run("docker pull alpine", 8)
    assert lab.run("docker run --rm --network host alpine hostname", 5) == "laptop\n"
    assert lab.run("docker run --rm --uts host alpine hostname", 5) == "laptop\n"
    hosts = lab.run("docker run --rm --hostname a --domainname b.c alpine cat /etc/hosts", 5)
    assert "\ta.b.c\ta\n" in hosts


def test_logs_that_no_driver_keeps_cannot_be_read() -> None:
    lab = Project("=== a\nx\n")
    lab.run("docker run -d --name quiet --log-driver none alpine echo hi", 8)
    assert lab.run("docker logs quiet") == (
        "Error response from daemon: configured logging driver does not support reading\n"
    )

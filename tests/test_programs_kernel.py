"""What a process in a container sees of its machine: /proc, /sys, /dev, and who reads them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from simulator.programs.kernel.entries import KernelEntry
from tests.docker_world import add_image, make_lab, output, run_for, start, state

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
    run_for(lab, 30)
    return output(lab, container)


def shell(lab: Lab, script: str, image: str = ALPINE, **host: object) -> str:
    """Run a script as a container and give what it printed."""
    return printed(lab, "sh", "-c", script, image=image, **host)


def test_limits_of_a_container_are_in_its_cgroup(lab: Lab) -> None:
    script = "cd /sys/fs/cgroup; cat memory.max memory.swap.max cpu.max pids.max cpu.weight"
    assert shell(lab, script).split() == ["max", "max", "max", "100000", "max", "100"]
    host = {"Memory": 100 << 20, "NanoCpus": 500_000_000, "PidsLimit": 50, "CpuShares": 1024}
    assert shell(lab, script, **host).split() == [
        "104857600", "104857600", "50000", "100000", "50", "39",
    ]  # fmt: skip


def test_a_container_sees_all_of_its_machines_memory_and_processors(lab: Lab) -> None:
    host = {"Memory": 100 << 20, "NanoCpus": 500_000_000}
    script = "grep MemTotal /proc/meminfo; grep -c processor /proc/cpuinfo; nproc; free -m"
    machine = lab.engine.machines.get(next(iter(lab.engine.machines.names())))
    assert machine is not None
    memory, count = machine["spec"]["memory"], int(machine["spec"]["cpu"])
    lines = shell(lab, script, **host).splitlines()
    assert lines[0].split() == ["MemTotal:", str(memory >> 10), "kB"]
    assert lines[1:3] == [str(count)] * 2
    assert lines[4].split()[:2] == ["Mem:", str(memory >> 20)]


def test_only_cpuset_cpus_changes_the_number_of_processors(lab: Lab) -> None:
    assert shell(lab, "nproc; nproc --all", CpusetCpus="0-2").split()[0] == "3"
    code = "import os; print(len(os.sched_getaffinity(0)))"
    assert printed(lab, "python", "-c", code, image=PYTHON, CpusetCpus="1") == "1\n"
    js = "console.log(require('os').cpus().length)"
    assert printed(lab, "node", "-e", js, image=NODE, CpusetCpus="0,2") == "2\n"


def test_python_and_node_read_the_files_of_the_kernel(lab: Lab) -> None:
    code = "print(open('/sys/fs/cgroup/memory.max').read(), open('/proc/self/cgroup').read())"
    assert printed(lab, "python", "-c", code, image=PYTHON, Memory=64 << 20) == (
        "67108864\n 0::/\n\n"
    )
    js = "process.stdout.write(require('fs').readFileSync('/sys/fs/cgroup/cpu.max', 'utf8'))"
    assert printed(lab, "node", "-e", js, image=NODE, NanoCpus=10**9) == "100000 100000\n"


def test_proc_shows_a_process_with_its_command_environment_and_capabilities(lab: Lab) -> None:
    script = ("tr '\\0' ' ' < /proc/1/cmdline | cut -c1-5; tr '\\0' '\\n' < /proc/1/environ | "
              "grep ^HOME; readlink /proc/self/exe; grep CapEff /proc/1/status")  # fmt: skip
    assert shell(lab, script).splitlines() == [
        "sh -c", "HOME=/root", "/bin/busybox", "CapEff:\t00000000a80425fb",
    ]  # fmt: skip
    dropped = shell(lab, "grep CapEff /proc/1/status", CapDrop=["ALL"], CapAdd=["NET_BIND_SERVICE"])
    assert dropped == "CapEff:\t0000000000000400\n"


def test_nothing_of_the_kernels_files_is_kept_in_a_layer(lab: Lab) -> None:
    script = ("cat /proc/meminfo > /tmp/m; cp -a /proc/cpuinfo /tmp/c; echo 5 > "
              "/proc/1/oom_score_adj; rm -rf /proc/1; mkdir /dev/shm/q; ls /sys /dev")  # fmt: skip
    container = start(lab, ALPINE, "sh", "-c", script)
    run_for(lab, 30)
    engine = lab.engine
    found = engine.docker.find(state_machine(lab), container)
    assert found is not None
    paths = [row["Path"] for row in engine.docker.files.changes(found)]
    assert paths == ["/tmp", "/tmp/c", "/tmp/m"]
    assert engine.docker.files.view(found).text("/tmp/c")
    assert engine.docker.files.view(found).text("/proc/meminfo") is None


def state_machine(lab: Lab) -> str:
    """Name the first machine."""
    return next(iter(lab.engine.machines.names()))


def test_proc_sys_and_the_cgroup_are_read_only_unless_privileged(lab: Lab) -> None:
    script = "echo 1 > /proc/sys/vm/swappiness; echo $?; echo 1 > /sys/fs/cgroup/memory.max"
    text = shell(lab, script)
    assert text.count("Read-only file system") == 2
    assert "Read-only" not in shell(lab, script, Privileged=True)


def test_devices_without_end_give_as_much_as_is_asked_for(lab: Lab) -> None:
    script = ("head -c 16 /dev/urandom | wc -c; tr -dc a-z < /dev/urandom | head -c 12 | wc -c; "
              "head -c 1M /dev/zero > /z; wc -c < /dev/null; ls -l /z /dev/null")  # fmt: skip
    lines = shell(lab, script).splitlines()
    assert lines[:3] == ["16", "12", "0"]
    assert " 1048576 " in lines[3]
    assert lines[4].startswith("crw-rw-rw-")
    assert "1, 3" in lines[4]


def test_each_reading_of_urandom_is_another_but_the_same_in_the_same_lab() -> None:
    labs = [make_lab(), make_lab()]
    texts = []
    for one in labs:
        add_image(one, ALPINE)
        texts.append(
            shell(one, "for i in 1 2; do tr -dc a-z < /dev/urandom | head -c 9; echo; done")
        )
    assert texts[0] == texts[1]
    first, second = texts[0].split()
    assert first != second


def test_tail_of_dev_zero_is_killed_for_its_memory(lab: Lab) -> None:
    container = start(lab, ALPINE, "tail", "/dev/zero", HostConfig={"Memory": 20 << 20})
    run_for(lab, 5)
    assert (state(lab, container)["OOMKilled"], state(lab, container)["ExitCode"]) == (True, 137)
    assert shell(lab, "tail /dev/zero; echo $?", Memory=20 << 20) == "Killed\n137\n"


def test_df_shows_each_file_system_and_gnu_each_only_once(lab: Lab) -> None:
    busybox = [line.split()[-1] for line in shell(lab, "df", Tmpfs={"/t": "size=10m"}).splitlines()]
    assert {"/", "/dev", "/dev/shm", "/t", "/etc/hosts", "/etc/hostname"} <= set(busybox)
    rows = [line.split() for line in shell(lab, "df -h", image=PYTHON).splitlines()[1:]]
    assert [row[-1] for row in rows][:3] == ["/", "/dev", "/dev/shm"]
    assert sum(row[0].startswith("/dev/") for row in rows) == 1


def test_mount_shows_the_tmpfs_and_makes_none_without_privileges(lab: Lab) -> None:
    text = shell(lab, "mount | grep ' /t '", Tmpfs={"/t": "size=10m"})
    assert text == "tmpfs on /t type tmpfs (rw,nosuid,nodev,noexec,relatime,size=10240k,inode64)\n"
    assert "permission denied" in shell(lab, "mount -t tmpfs none /mnt")


def test_ps_aux_and_ps_ef_have_the_columns_of_procps(lab: Lab) -> None:
    usage, full = (shell(lab, f"ps {flags}", image=PYTHON).splitlines() for flags in ("aux", "-ef"))
    assert usage[0].split()[:6] == ["USER", "PID", "%CPU", "%MEM", "VSZ", "RSS"]
    assert usage[1].split()[:2] == ["root", "1"]
    assert full[0].split() == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    named = shell(lab, "ps -o pid,comm --no-headers", image=PYTHON).split()
    assert named[:2] == ["1", "sh"]


def test_base64_and_od_write_bytes_as_text(lab: Lab) -> None:
    script = "echo -n admin | base64; echo YWRtaW4= | base64 -d; echo; echo hi | od -c"
    assert shell(lab, script) == "YWRtaW4=\nadmin\n0000000   h   i  \\n\n0000003\n"


def test_resolv_conf_says_where_it_comes_from(lab: Lab) -> None:
    lab.engine.docker.networks.create(state_machine(lab), {"Name": "shop"})
    legacy = shell(lab, "cat /etc/resolv.conf; ls /.dockerenv")
    assert legacy.startswith("# Generated by Docker Engine.\n")
    assert legacy.endswith(
        "nameserver 192.168.1.1\n\n# Based on host file: '/etc/resolv.conf' (legacy)\n"
        "# Overrides: []\n/.dockerenv\n"
    )
    own = shell(lab, "cat /etc/resolv.conf", NetworkMode="shop", Dns=["1.1.1.1"])
    assert own.endswith(
        "nameserver 127.0.0.11\noptions ndots:0\n\n# Based on host file: '/etc/resolv.conf' "
        "(internal resolver)\n# ExtServers: [1.1.1.1]\n# Overrides: [nameservers]\n"
        "# Option ndots from: internal\n"
    )


def test_a_copy_of_a_file_of_the_kernel_holds_its_text(lab: Lab) -> None:
    script = "cp /proc/cpuinfo /a; cp -a /proc/version /b; grep -c processor /a; wc -l < /b"
    assert int(shell(lab, script).split()[0]) > 1
    assert shell(lab, script).split()[1] == "1"


def test_workers_of_nginx_are_seen_by_ps_top_and_the_cgroup(lab: Lab) -> None:
    add_image(lab, "nginx:latest")
    container = start(lab, "nginx:latest", HostConfig={"CpusetCpus": "0-1"})
    run_for(lab, 5)
    rows = lab.engine.programs.processes(container)
    assert [row["argv"][0] for row in rows] == [
        "nginx: master process nginx -g daemon off;", *["nginx: worker process"] * 2,
    ]  # fmt: skip
    assert [row["user"] for row in rows] == ["root", "nginx", "nginx"]
    script = "cat /sys/fs/cgroup/cgroup.procs; cat /proc/1/comm; kill $(sed -n 2p "
    script += "/sys/fs/cgroup/cgroup.procs); echo $?"
    engine = lab.engine.docker
    text = engine.exec_(state_machine(lab), container, ["sh", "-c", script])[1]
    numbers = [str(row["pid"]) for row in rows]
    assert text.split()[:3] == numbers
    assert text.split()[-2:] == ["nginx", "0"]


def test_nginx_tunes_its_workers_to_the_quota_when_it_is_asked_to(lab: Lab) -> None:
    add_image(lab, "nginx:latest")
    asked = ["NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE=1"]
    host = {"NanoCpus": 1_500_000_000}
    container = start(lab, "nginx:latest", Env=asked, HostConfig=host)
    run_for(lab, 5)
    assert len(lab.engine.programs.processes(container)) == 3
    assert "not followed" not in output(lab, container)


def test_nothing_new_can_be_made_in_proc(lab: Lab) -> None:
    assert "can't create /proc/new" in shell(lab, "echo 1 > /proc/new")
    assert "No such file or directory" in shell(lab, "touch /proc/x")


def test_stat_prints_what_its_format_asks_for(lab: Lab) -> None:
    script = "echo hi > /f; chmod 640 /f; stat -c '%n %s %a %U:%G %F' /f; stat -c %F /dev/null"
    assert shell(lab, script) == "/f 3 640 root:root regular file\ncharacter special file\n"


def made_up(value: Any) -> int:
    """Count the kernel's own entries in a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, KernelEntry) + sum(made_up(one) for one in inner)


def test_archives_and_copies_of_the_kernels_files_are_plain_data() -> None:
    lab = make_lab()
    add_image(lab, ALPINE)
    script = "tar czf /a.tgz /proc/1 /dev; tar cf /b.tar -C /sys/fs cgroup; mv /proc/version /v"
    start(lab, ALPINE, "sh", "-c", f"{script}; cp -a /proc/1 /c; ln /proc/stat /s; sleep 99")
    run_for(lab, 5)
    layers = lab.engine.table("docker.containers")
    assert {"/a.tgz", "/b.tar", "/v", "/s"} <= set(next(iter(layers.values()))["files"])
    assert made_up(layers) == 0


def test_tr_knows_octal_numbers_classes_complements_and_repeats(lab: Lab) -> None:
    assert shell(lab, "printf 'a\\0b' | tr '\\0' '\\n'; echo") == "a\nb\n"
    assert shell(lab, "echo 'aB3-c' | tr -cd '[:alnum:]'") == "aB3c"
    assert shell(lab, "echo 'a   b' | tr -s ' '") == "a b\n"

"""What the modelled Redis keeps, how it starts and how it ends."""

from __future__ import annotations

from tests.docker_world import add_image, output, run_for, start, state
from tests.redis_world import HOST, World

VOLUME = {"Binds": ["data:/data"]}


def again(world: World, *argv: str, volume: bool = True) -> World:
    """Remove the server's container, and start another one in its place."""
    world.docker.remove("laptop", world.server, force=True, volumes=True)
    more = {**HOST, **(VOLUME if volume else {})}
    world.server = start(world.lab, "redis:7.0", *argv, HostConfig=more, name="queue")
    return world


def crash(world: World) -> None:
    world.docker.kill("laptop", world.server)
    world.go_on(1)


def test_data_lives_in_the_volume_and_not_in_the_container() -> None:
    world = World(**VOLUME)
    world.ask("SET", "a", "1", "EX", "1000")
    world.ask("RPUSH", "l", "x", "y")
    world.docker.stop("laptop", world.server)
    world.go_on(2)
    assert "DB saved on disk" in output(world.lab, world.server)
    again(world)
    assert world.ask("GET", "a") == "1" and world.ask("LRANGE", "l", "0", "-1") == ["x", "y"]
    assert 980 < world.ask("TTL", "a") < 1000
    assert "Done loading RDB, keys loaded: 2, keys expired: 0." in output(world.lab, world.server)
    world.docker.stop("laptop", world.server)
    world.go_on(2)
    assert again(world, volume=False).ask("DBSIZE") == 0


def test_a_killed_server_loses_what_it_had_not_saved() -> None:
    world = World(**VOLUME)
    world.ask("SET", "a", "1")
    world.ask("SAVE")
    world.ask("SET", "b", "1")
    crash(world)
    assert again(world).ask("KEYS", "*") == ["a"]


def test_the_append_only_file_survives_a_kill() -> None:
    appending = ("redis-server", "--appendonly", "yes")
    world = World(*appending, **VOLUME)
    world.ask("SELECT", "2")
    for words in (["SET", "a", "1"], ["INCR", "a"], ["SADD", "s", "x", "y"], ["SPOP", "s"],
                  ["SET", "t", "1", "EX", "1"]):  # fmt: skip
        world.ask(*words)
    left = world.ask("SMEMBERS", "s")
    crash(world)
    world.go_on(2)
    again(world, *appending)
    world.ask("SELECT", "2")
    assert world.ask("GET", "a") == "2" and world.ask("SMEMBERS", "s") == left
    assert world.ask("GET", "t") is None
    listed = world.docker.exec_("laptop", world.server, ["ls", "/data/appendonlydir"])[1]
    assert listed.split() == [
        "appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof", "appendonly.aof.manifest"
    ]  # fmt: skip
    assert "DB loaded from append only file" in output(world.lab, world.server)


def test_a_machine_without_power_loses_the_last_second_of_the_append_only_file() -> None:
    world = World("redis-server", "--appendonly", "yes", **VOLUME, RestartPolicy={"Name": "always"})
    world.ask("SET", "a", "1")
    world.go_on(3)
    world.ask("SET", "b", "1")
    for power in ("power-off", "power-on"):
        world.lab.do({"fault": {"kind": power, "target": "laptop"}})
        world.go_on(120)
    assert world.ask("KEYS", "*") == ["a"]


def test_save_points_save_by_themselves() -> None:
    world = World("redis-server", "--save", "60", "2", **VOLUME)
    world.ask("SET", "a", "1")
    world.go_on(100)
    assert "Saving..." not in output(world.lab, world.server)
    world.ask("SET", "b", "1")
    world.go_on(1)
    text = output(world.lab, world.server)
    assert "* 2 changes in 60 seconds. Saving...\n" in text
    assert "* Background saving terminated with success\n" in text
    crash(world)
    assert again(world).ask("DBSIZE") == 2


def test_without_save_points_nothing_is_saved_at_the_end() -> None:
    world = World("redis-server", "--save", "", **VOLUME)
    world.ask("SET", "a", "1")
    world.docker.stop("laptop", world.server)
    world.go_on(2)
    text = output(world.lab, world.server)
    assert "Saving the final" not in text and text.endswith("ready to exit, bye bye...\n")
    assert again(world).ask("DBSIZE") == 0


def test_a_disk_that_cannot_be_written_stops_the_writes() -> None:
    world = World()
    world.docker.remove("laptop", world.server, force=True)
    host = {**HOST, "Binds": ["data:/data:ro"]}
    root = start(world.lab, "redis:7.0", HostConfig=host)
    assert state(world.lab, root)["ExitCode"] == 1  # the start script cannot give /data away
    assert "Read-only file system" in output(world.lab, root)
    world.server = start(world.lab, "redis:7.0", HostConfig=host, name="queue", User="999")
    assert world.ask("SET", "a", "1") == "OK"
    world.ask("BGSAVE")
    world.go_on(1)
    assert "for saving: Read-only file system" in output(world.lab, world.server)
    assert world.ask("SET", "a", "1").startswith("MISCONF Redis is configured to save RDB")
    assert world.ask("GET", "a") == "1"


def test_the_start_script_gives_the_server_to_a_user_of_its_own() -> None:
    world = World(Binds=["/srv/data:/data"])
    row = world.lab.engine.programs.processes(world.server)[0]
    assert (row["pid"], row["user"], row["argv"]) == (1, "redis", ["redis-server"])
    world.ask("SAVE")
    listed = world.docker.exec_("laptop", world.server, ["ls", "-l", "/data/dump.rdb"])[1]
    assert " redis redis " in listed


def test_settings_come_from_a_file_and_from_the_command_line() -> None:
    script = (
        "printf 'port 7000\\nmaxmemory 10mb\\nrequirepass abc\\n' > /tmp/r.conf; "
        "exec redis-server /tmp/r.conf --port 7001 --maxmemory-policy allkeys-lru"
    )
    world = World("sh", "-c", script)
    lab = world.lab
    assert lab.engine.programs.listening(world.server) == [7001]
    pair = ["-p", "7001", "-a", "abc", "--no-auth-warning"]
    assert world.cli(*pair, "config", "get", "maxmemory*").startswith("maxmemory\n10485760\n")
    assert world.cli(*pair, "config", "get", "maxmemory-policy").endswith("allkeys-lru\n")
    bad = world.cli(*pair, "config", "set", "maxmemory", "lots")
    assert bad == (
        "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a "
        "memory value\n\n"
    )


def test_a_wrong_setting_ends_the_start_in_redis_words() -> None:
    lab = World().lab
    box = start(lab, "redis:7.0", "redis-server", "--maxmemory", "lots")
    assert state(lab, box)["ExitCode"] == 1
    assert output(lab, box) == (
        "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line "
        "2\n>>> 'maxmemory \"lots\"'\nargument must be a memory value\n"
    )
    missing = start(lab, "redis:7.0", "redis-server", "/no.conf")
    said = "# Fatal error, can't open config file '/no.conf': No such file or directory\n"
    assert output(lab, missing).endswith(said)


def test_only_the_loopback_may_come_in_when_the_server_is_told_so() -> None:
    world = World("redis-server", "--protected-mode", "yes")
    box = world.other("redis-cli", "-h", "queue", "ping", name="box")
    assert output(world.lab, box).startswith("DENIED Redis is running in protected mode")
    assert world.cli("ping") == "PONG\n"
    bound = World("redis-server", "--bind", "127.0.0.1")
    box = bound.other("redis-cli", "-h", "queue", "ping", name="box")
    assert output(bound.lab, box) == (
        "Could not connect to Redis at queue:6379: Connection refused\n"
    )


def test_the_log_is_that_of_the_version() -> None:
    world = World()
    old = output(world.lab, world.server)
    assert old.splitlines()[-1].endswith("* Ready to accept connections")
    assert "# oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo" in old
    for image in ("redis:8.0", "docker.io/valkey/valkey:8.1"):
        add_image(world.lab, image)
        box = start(world.lab, image)
        text = output(world.lab, box)
        assert text.splitlines()[-1].endswith("* Ready to accept connections tcp")
        title = "Valkey" if "valkey" in image else "Redis"
        assert f"* oO0OoO0OoO0Oo {title} is starting oO0OoO0OoO0Oo" in text
        assert "# WARNING Memory overcommit must be enabled!" in text.splitlines()[0]
        said = world.cli("info", "server", box=box)
        assert ("server_name:valkey" in said) == (title == "Valkey")


def test_valkey_has_its_own_names() -> None:
    world = World()
    add_image(world.lab, "docker.io/valkey/valkey:8.1")
    box = start(world.lab, "docker.io/valkey/valkey:8.1", "valkey-server", "--port", "7000")
    said = world.docker.exec_("laptop", box, ["valkey-cli", "-p", "7000", "set", "a", "1"])
    assert said == (0, "OK\n")


def test_shutdown_ends_the_container() -> None:
    world = World()
    assert world.cli("shutdown") == ""
    world.go_on(1)
    assert state(world.lab, world.server)["ExitCode"] == 0
    assert state(world.lab, world.server)["Status"] == "exited"


def test_who_speaks_the_protocol_by_hand_is_understood() -> None:
    world = World()
    box = world.other("sleep", "1000", name="box", image="alpine:3.24")
    script = ["sh", "-c", r"printf 'PING\r\nSET a 1\r\nGET a\r\n' | nc queue 6379"]
    assert world.docker.exec_("laptop", box, script)[1] == "+PONG\r\n+OK\r\n$1\r\n1\r\n"
    run_for(world.lab, 1)
    assert world.ask("GET", "a") == "1"


def test_a_replica_has_the_data_of_its_master_and_refuses_writes() -> None:
    world = World()
    world.ask("SET", "a", "1")
    follower = world.other("redis-server", "--replicaof", "queue", "6379", name="follower", wait=8)
    assert world.cli("get", "a", box=follower) == "1\n"
    world.ask("RPUSH", "l", "x", "y")
    world.ask("LPOP", "l")
    world.go_on(1)
    assert world.cli("lrange", "l", "0", "-1", box=follower) == "y\n"
    refused = "READONLY You can't write against a read only replica.\n\n"
    assert world.cli("set", "a", "2", box=follower) == refused
    assert "master_link_status:up" in world.cli("info", "replication", box=follower)
    assert "connected_slaves:1" in world.ask("INFO", "replication")
    assert world.ask("WAIT", "1", "100") == 1
    world.docker.kill("laptop", world.server)
    world.go_on(3)
    text = output(world.lab, follower)
    assert "MASTER <-> REPLICA sync: Finished with success" in text
    assert "# Connection with master lost." in text
    assert "master_link_status:down" in world.cli("info", "replication", box=follower)
    world.cli("replicaof", "no", "one", box=follower)
    assert world.cli("set", "a", "2", box=follower) == "OK\n"

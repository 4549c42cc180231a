"""The modelled Redis: its values, its clients, what it keeps and what it says."""

from __future__ import annotations

import orjson
import pytest

from simulator.lab import Lab
from tests.docker_world import output, run_for, start, state
from tests.redis_world import HOST, World

WRONGTYPE = "WRONGTYPE Operation against a key holding the wrong kind of value"


@pytest.fixture
def world() -> World:
    return World()


def test_a_key_has_a_type_and_refuses_the_commands_of_others(world: World) -> None:
    assert world.ask("SET", "a", "1") == "OK"
    assert world.ask("LPUSH", "a", "x") == WRONGTYPE
    assert world.ask("HGETALL", "a") == WRONGTYPE
    assert world.ask("INCR", "a") == 2
    assert world.ask("SADD", "s", "x") == 1 and world.ask("GET", "s") == WRONGTYPE
    assert [world.ask("TYPE", key) for key in ("a", "s", "no")] == ["string", "set", "none"]


def test_redis_complains_in_its_own_words(world: World) -> None:
    wrong = "ERR wrong number of arguments for 'get' command"
    assert world.ask("GET") == wrong
    unknown = "ERR unknown command 'FOO', with args beginning with: 'a' 'b' "
    assert world.ask("FOO", "a", "b") == unknown
    world.ask("SET", "a", "x")
    assert world.ask("INCR", "a") == "ERR value is not an integer or out of range"
    assert world.ask("SET", "a", "1", "EX", "0") == "ERR invalid expire time in 'set' command"
    assert world.ask("SELECT", "99") == "ERR DB index is out of range"
    assert world.ask("CONFIG", "FOO") == "ERR unknown subcommand 'FOO'. Try CONFIG HELP."
    assert world.ask("ZADD", "z", "NX", "XX", "1", "a") == (
        "ERR XX and NX options at the same time are not compatible"
    )


def test_set_takes_its_options(world: World) -> None:
    assert world.ask("SET", "a", "1", "NX") == "OK"
    assert world.ask("SET", "a", "2", "NX") is None
    assert world.ask("SET", "a", "3", "XX", "GET", "EX", "10") == "1"
    assert world.ask("TTL", "a") == 10
    world.ask("SET", "a", "4", "KEEPTTL")
    assert world.ask("TTL", "a") == 10
    world.ask("SET", "a", "5")
    assert world.ask("TTL", "a") == -1


def test_a_key_expires_in_simulated_time(world: World) -> None:
    world.ask("SET", "a", "1", "PX", "1500")
    world.ask("SET", "b", "1")
    world.go_on(1)
    assert world.ask("GET", "a") == "1" and world.ask("PTTL", "a") == 500
    world.go_on(1)
    assert world.ask("GET", "a") is None and world.ask("TTL", "a") == -2
    assert world.ask("DBSIZE") == 1
    assert "expired_keys:1" in world.ask("INFO", "stats")


def test_expire_takes_its_conditions(world: World) -> None:
    world.ask("SET", "a", "1")
    assert [world.ask("EXPIRE", "a", "10", word) for word in ("XX", "GT", "NX")] == [0, 0, 1]
    assert [world.ask("EXPIRE", "a", "5", word) for word in ("GT", "LT")] == [0, 1]
    assert world.ask("PERSIST", "a") == 1 and world.ask("TTL", "a") == -1


def test_lists_sets_hashes_and_sorted_sets_do_their_work(world: World) -> None:
    ask = world.ask
    ask("RPUSH", "l", "a", "b", "c", "b")
    assert ask("LREM", "l", "-1", "b") == 1 and ask("LRANGE", "l", "0", "-1") == ["a", "b", "c"]
    assert ask("LINSERT", "l", "BEFORE", "b", "x") == 4 and ask("LPOS", "l", "b") == 2
    assert ask("LMOVE", "l", "m", "LEFT", "RIGHT") == "a" and ask("LPOP", "l", "2") == ["x", "b"]
    ask("HSET", "h", "f", "1", "g", "2")
    assert ask("HINCRBY", "h", "f", "4") == 5 and ask("HMGET", "h", "f", "no") == ["5", None]
    assert ask("HGETALL", "h") == {"map": [["f", "5"], ["g", "2"]]}
    ask("SADD", "s", "1", "2", "3")
    ask("SADD", "t", "2", "3", "4")
    assert ask("SINTER", "s", "t") == ["2", "3"] and ask("SDIFFSTORE", "d", "s", "t") == 1
    ask("ZADD", "z", "3", "c", "1", "a", "2", "b")
    assert ask("ZRANGE", "z", "0", "-1", "REV", "WITHSCORES") == ["c", "3", "b", "2", "a", "1"]
    assert ask("ZRANGEBYSCORE", "z", "(1", "+inf", "LIMIT", "0", "1") == ["b"]
    assert ask("ZINCRBY", "z", "5", "a") == "6" and ask("ZRANK", "z", "a") == 2
    assert ask("ZPOPMIN", "z") == ["b", "2"]


def test_a_scan_gives_every_key_that_stays_at_least_once(world: World) -> None:
    keys = [f"k{n}" for n in range(100)]
    for key in keys:
        world.ask("SET", key, "x")
    cursor, seen, rounds = "0", [], 0
    while rounds == 0 or cursor != "0":
        cursor, found = world.ask("SCAN", cursor, "MATCH", "k*", "COUNT", "7")
        seen += found
        world.ask("DEL", f"k{rounds}")
        rounds += 1
    assert {*keys[15:]} <= {*seen}
    assert world.cli("--scan", "--pattern", "k9?").split() == [f"k9{n}" for n in range(10)]


def test_a_transaction_is_carried_out_as_a_whole_or_not_at_all(world: World) -> None:
    ask = world.ask
    ask("MULTI")
    assert ask("INCR", "a") == "QUEUED" and ask("LPUSH", "a", "x") == "QUEUED"
    assert ask("EXEC") == [1, {"error": WRONGTYPE}]
    ask("MULTI")
    assert ask("GET").startswith("ERR wrong number")
    aborted = "EXECABORT Transaction discarded because of previous errors."
    assert ask("EXEC") == aborted
    ask("WATCH", "a")
    ask("MULTI")
    ask("SET", "a", "9")
    ask("SET", "a", "5", client="another")
    assert ask("EXEC") is None and ask("GET", "a") == "5"


def test_blpop_waits_for_what_another_container_pushes(world: World) -> None:
    waiting = world.docker.exec_start("laptop", world.server, ["redis-cli", "blpop", "jobs", "0"])
    world.go_on(60)
    assert world.docker.exec_state(waiting)["Running"]
    assert world.ask("INFO", "clients").count("blocked_clients:1") == 1
    pusher = world.other("redis-cli", "-h", "queue", "rpush", "jobs", "one", name="pusher")
    assert output(world.lab, pusher) == "1\n"
    found = world.docker.exec_state(waiting)
    assert found["Output"] == "jobs\none\n" and found["ExitCode"] == 0
    assert world.ask("EXISTS", "jobs") == 0


def test_blpop_gives_up_after_its_timeout(world: World) -> None:
    waiting = world.docker.exec_start(
        "laptop", world.server, ["redis-cli", "--no-raw", "brpop", "x", "2"]
    )
    world.go_on(1.9)
    assert world.docker.exec_state(waiting)["Running"]
    world.go_on(0.2)
    assert world.docker.exec_state(waiting)["Output"] == "(nil)\n"


def test_who_waited_first_is_served_first_and_the_dead_get_nothing(world: World) -> None:
    boxes = [
        world.other("redis-cli", "-h", "queue", "blpop", "jobs", "0", name=f"worker{n}")
        for n in range(3)
    ]
    world.docker.kill("laptop", boxes[0])
    world.go_on(1)
    world.ask("RPUSH", "jobs", "a", "b", "c")
    world.go_on(1)
    assert [output(world.lab, box) for box in boxes] == ["", "jobs\na\n", "jobs\nb\n"]
    assert world.ask("LRANGE", "jobs", "0", "-1") == ["c"]


def test_a_worker_loop_consumes_what_another_container_pushes(world: World) -> None:
    loop = "while true; do redis-cli -h queue blpop jobs 0; done"
    worker = world.other("sh", "-c", loop, name="worker")
    push = "for n in 1 2 3; do redis-cli -h queue rpush jobs job$n >/dev/null; sleep 1; done"
    world.other("sh", "-c", push, name="producer", wait=10)
    assert output(world.lab, worker).split() == [
        "jobs", "job1", "jobs", "job2", "jobs", "job3"
    ]  # fmt: skip


def test_a_client_that_waits_hears_that_the_server_is_gone(world: World) -> None:
    worker = world.other("redis-cli", "-h", "queue", "blpop", "jobs", "0", name="worker")
    world.docker.kill("laptop", world.server)
    world.go_on(2)
    assert output(world.lab, worker) == "Error: Server closed the connection\n"
    assert state(world.lab, worker)["ExitCode"] == 1


def test_what_is_published_reaches_those_who_subscribed(world: World) -> None:
    listener = world.other("redis-cli", "-h", "queue", "subscribe", "news", name="listener")
    pattern = world.other("redis-cli", "-h", "queue", "psubscribe", "n*", name="pattern")
    assert world.ask("PUBLISH", "news", "hello") == 2
    world.go_on(1)
    assert output(world.lab, listener) == "subscribe\nnews\n1\nmessage\nnews\nhello\n"
    assert output(world.lab, pattern).endswith("pmessage\nn*\nnews\nhello\n")
    world.docker.kill("laptop", listener)
    world.go_on(1)
    assert world.ask("PUBLISH", "news", "again") == 1
    assert world.ask("PUBSUB", "NUMSUB", "news") == ["news", 0]


def test_monitor_shows_what_others_ask(world: World) -> None:
    watcher = world.other("redis-cli", "-h", "queue", "monitor", name="watcher")
    world.cli("set", "a", 'say "x"')
    world.go_on(1)
    lines = output(world.lab, watcher).splitlines()
    assert lines[0] == "OK" and lines[1].endswith('] "set" "a" "say \\"x\\""')
    assert " [0 127.0.0.1:" in lines[1]


def test_keyspace_events_are_published_when_they_are_wanted(world: World) -> None:
    world.ask("CONFIG", "SET", "notify-keyspace-events", "KEA")
    listener = world.other(
        "redis-cli", "-h", "queue", "psubscribe", "__keyevent@0__:*", name="events"
    )
    world.ask("SET", "a", "1", "EX", "1")
    world.go_on(3)
    text = output(world.lab, listener)
    assert "__keyevent@0__:set\na\n" in text and "__keyevent@0__:expired\na\n" in text


def test_a_password_is_asked_for() -> None:
    world = World("redis-server", "--requirepass", "secret")
    assert world.ask("GET", "a") == "NOAUTH Authentication required."
    wrong = "WRONGPASS invalid username-password pair or user is disabled."
    assert world.ask("AUTH", "x") == wrong
    assert world.ask("AUTH", "secret") == "OK" and world.ask("GET", "a") is None
    warning = (
        "Warning: Using a password with '-a' or '-u' option on the command line interface may not "
        "be safe.\n"
    )
    assert world.cli("-a", "secret", "ping") == warning + "PONG\n"
    assert world.cli("ping", env=["REDISCLI_AUTH=secret"]) == "PONG\n"
    assert world.cli("-u", "redis://:secret@127.0.0.1", "ping") == warning + "PONG\n"
    assert world.cli("-a", "no", "ping") == (
        f"{warning}AUTH failed: {wrong}\nNOAUTH Authentication required.\n\n"
    )


def test_a_connection_has_its_own_database(world: World) -> None:
    world.ask("SELECT", "3")
    world.ask("SET", "a", "1")
    assert world.ask("GET", "a", client="other") is None
    assert world.cli("-n", "3", "get", "a") == "1\n"
    assert "db3:keys=1,expires=0,avg_ttl=0" in world.cli("info", "keyspace")


def test_a_full_memory_refuses_writes_or_throws_away_what_is_old() -> None:
    world = World("redis-server", "--maxmemory", "2mb")
    refused = "OOM command not allowed when used memory > 'maxmemory'."
    answers = [world.ask("SET", f"k{n}", "x" * 100_000) for n in range(15)]
    assert answers[0] == "OK" and answers[-1] == refused and world.ask("GET", "k0") is not None
    world.go_on(1)
    world.ask("GET", "k0")
    world.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert [world.ask("SET", f"n{n}", "x" * 100_000) for n in range(5)] == ["OK"] * 5
    assert world.ask("EXISTS", "k0") == 1 and world.ask("EXISTS", "k1") == 0
    assert "evicted_keys:0" not in world.ask("INFO", "stats")


def test_the_kernel_kills_a_server_that_grows_beyond_its_container(world: World) -> None:
    small = start(world.lab, "redis:7.0", HostConfig={**HOST, "Memory": 20 << 20}, name="small")
    lab = world.lab
    for n in range(20):
        if not lab.engine.programs.listening(small):
            break
        request = {"redis": ["SET", f"k{n}", "x" * 1_000_000]}
        lab.engine.programs.respond(small, 6379, request)
        run_for(lab, 1)
    assert state(lab, small)["OOMKilled"] and state(lab, small)["ExitCode"] == 137


def test_many_commands_and_long_lists_cost_little(world: World) -> None:
    import time

    began = time.process_time()
    for _ in range(10_000):
        world.ask("INCR", "a")
    world.ask("RPUSH", "l", *(str(n) for n in range(50_000)))
    for _ in range(1000):
        world.ask("LPOP", "l")
        world.ask("RPUSH", "l", "x")
    assert time.process_time() - began < 3
    assert world.ask("GET", "a") == "10000" and world.ask("LLEN", "l") == 50_000


def test_the_state_is_plain_data_and_goes_on_after_a_keyframe(world: World) -> None:
    world.ask("ZADD", "z", "+inf", "a", "-inf", "b", "0.1", "c")
    world.ask("SET", "bytes", "\ud800")
    world.ask("SETRANGE", "bytes", "1", "é")
    rows = world.lab.engine.programs.processes(world.server)
    assert orjson.loads(orjson.dumps(rows)) == rows
    before = world.ask("ZRANGE", "z", "0", "-1", "WITHSCORES")
    assert before == ["b", "-inf", "c", "0.10000000000000001", "a", "inf"]


def test_a_typed_session_has_the_prompts_of_redis_cli(world: World) -> None:
    lab = world.lab
    entry = lab.do({"terminal": "docker exec -it queue redis-cli", "machine": "laptop"})["entry"]
    run_for(lab, 1)
    lines = ["select 2\n", "multi\n", "set a 1\n", "exec\n", "lrange no 0 -1\n", 'get "\n',
             "blpop x 1\n"]  # fmt: skip
    for line in lines:
        lab.do({"stdin": {"entry": entry, "text": line}})
        run_for(lab, 2)
    lab.do({"stdin": {"entry": entry, "text": "subscribe c\n"}})
    run_for(lab, 1)
    lab.do({"stdin": {"entry": entry, "text": "\x03"}})
    run_for(lab, 1)
    lab.do({"stdin": {"entry": entry, "text": "quit\n"}})
    run_for(lab, 1)
    found = lab.entry(entry)
    assert found is not None and found["exit_code"] == 0
    start_, two = "127.0.0.1:6379> ", "127.0.0.1:6379[2]> "
    assert found["output"] == (
        f"{start_}select 2\nOK\n{two}multi\nOK\n127.0.0.1:6379[2](TX)> set a 1\nQUEUED\n"
        f"127.0.0.1:6379[2](TX)> exec\n1) OK\n{two}lrange no 0 -1\n(empty array)\n"
        f'{two}get "\nInvalid argument(s)\n{two}blpop x 1\n(nil)\n(1.00s)\n'
        f"{two}subscribe c\nReading messages... (press Ctrl-C to quit)\n"
        f'1) "subscribe"\n2) "c"\n3) (integer) 1\n^C{two}quit\n'
    )


def test_commands_come_through_standard_input(world: World) -> None:
    piped = world.cli(stdin="set a 1\nget a\n3 incr a\n")
    assert piped == "OK\n1\n2\n3\n4\n"
    assert (
        world.cli("-x", "set", "b", stdin="text\n") == "OK\n" and world.ask("GET", "b") == "text\n"
    )
    script = ["sh", "-c", "echo 'incr a' | redis-cli; echo $(redis-cli get b)"]
    assert world.docker.exec_("laptop", world.server, script)[1] == "5\ntext\n"
    assert world.cli("-r", "3", "incr", "a") == "6\n7\n8\n"
    assert world.cli("--csv", "mget", "a", "no") == '"8",NULL\n'


def test_the_client_says_why_it_cannot_connect(world: World) -> None:
    box = world.other("sleep", "100", name="box", image="redis:7.0")
    said = "Could not connect to Redis at {}\n"
    assert world.cli("-h", "nohost", "ping", box=box) == (
        said.format("nohost:6379: Name or service not known")
    )
    assert world.cli("ping", box=box) == said.format("127.0.0.1:6379: Connection refused")
    assert world.cli("-z", box=box) == "Unrecognized option or bad number of args for: '-z'\n"


def test_the_same_session_replays_to_the_same_digest() -> None:
    from tests.docker_world import make_lab

    lab = make_lab()
    for line in (
        "docker run -d --name r redis:7.0",
        "docker exec r redis-cli sadd s a b c d e f",
        "docker exec r redis-cli spop s 3",
        "docker exec r redis-cli srandmember s",
    ):
        lab.do({"terminal": line, "machine": "laptop"})
        run_for(lab, 60)
    assert Lab.replay(lab.export()).digest() == lab.digest()


def test_a_worker_that_keeps_the_job_in_a_variable_waits_for_each_job(world: World) -> None:
    loop = (
        "n=0; while true; do n=$((n+1)); job=$(redis-cli -h queue blpop jobs 0 | tail -n 1); "
        'echo "$n: $job for $(redis-cli -h queue get who)"; done'
    )
    worker = world.other("sh", "-c", loop, name="worker")
    world.ask("SET", "who", "me")
    for job in ("a", "b", "c"):
        world.ask("RPUSH", "jobs", job)
        world.go_on(5)
    assert output(world.lab, worker).splitlines() == ["1: a for me", "2: b for me", "3: c for me"]
    assert "cmdstat_blpop:calls=4," in world.ask("INFO", "commandstats")
    world.docker.stop("laptop", worker)
    world.go_on(12)
    assert world.ask("RPUSH", "jobs", "d") == 1


def test_a_condition_of_the_shell_waits_too(world: World) -> None:
    script = (
        "if redis-cli -h queue --no-auth-warning blpop go 0 | grep -q yes; then echo gone; fi; "
        "case $(redis-cli -h queue brpop x 1) in '') echo nothing;; esac"
    )
    box = world.other("sh", "-c", script, name="box")
    world.ask("RPUSH", "go", "yes")
    world.go_on(3)
    assert output(world.lab, box) == "gone\nnothing\n"


def test_a_loop_behind_a_subscription_gets_each_message_when_it_comes(world: World) -> None:
    loop = (
        "redis-cli -h queue --csv subscribe news | grep --line-buffered message | "
        'while read -r line; do echo "got $line"; redis-cli -h queue incr seen; done; echo over'
    )
    box = world.other("sh", "-c", loop, name="box")
    for text in ("one", "two"):
        world.ask("PUBLISH", "news", text)
        world.go_on(5)
        assert world.ask("GET", "seen") == {"one": "1", "two": "2"}[text]
    assert output(world.lab, box) == (
        'got "message","news","one"\n1\ngot "message","news","two"\n2\n'
    )
    world.docker.kill("laptop", world.server)
    world.go_on(2)
    assert output(world.lab, box).endswith("over\n")

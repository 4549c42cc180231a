"""The commands: arity, flags, first key, last key, step. Source: COMMAND of redis-server 7.0.15.

A negative arity is a minimum. Flags: w writes, r reads, m refused when memory is full, f fast, a
admin, n no password needed, p for those who subscribe, b waits, M never inside MULTI, k keys at
other places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .keyspace import Call

Handler = Callable[["Call", list[str]], Any]

ROWS = """
append 3 wmf 1 1 1;auth -2 fn 0 0 0;bgrewriteaof 1 a 0 0 0;bgsave -1 a 0 0 0;bitcount -2 r 1 1 1
bitop -4 wm 2 -1 1;bitpos -3 r 1 1 1;blmove 6 wmb 1 2 1;blmpop -5 wbk 0 0 0;blpop -3 wb 1 -2 1
brpop -3 wb 1 -2 1;brpoplpush 4 wmb 1 2 1;bzmpop -5 wbk 0 0 0;bzpopmax -3 wbf 1 -2 1
bzpopmin -3 wbf 1 -2 1;client -2 . 0 0 0;cluster -2 . 0 0 0;command -1 . 0 0 0;config -2 . 0 0 0
copy -3 wm 1 2 1;dbsize 1 rf 0 0 0;debug -2 a 0 0 0;decr 2 wmf 1 1 1;decrby 3 wmf 1 1 1
del -2 w 1 -1 1;discard 1 f 0 0 0;echo 2 f 0 0 0;eval -3 k 0 0 0;evalsha -3 k 0 0 0;exec 1 . 0 0 0
exists -2 rf 1 -1 1;expire -3 wf 1 1 1;expireat -3 wf 1 1 1;expiretime 2 rf 1 1 1;fcall -3 k 0 0 0
flushall -1 w 0 0 0;flushdb -1 w 0 0 0;function -2 . 0 0 0;get 2 rf 1 1 1;getbit 3 rf 1 1 1
getdel 2 wf 1 1 1;getex -2 wf 1 1 1;getrange 4 r 1 1 1;getset 3 wmf 1 1 1;hdel -3 wf 1 1 1
hello -1 fn 0 0 0;hexists 3 rf 1 1 1;hget 3 rf 1 1 1;hgetall 2 r 1 1 1;hincrby 4 wmf 1 1 1
hincrbyfloat 4 wmf 1 1 1;hkeys 2 r 1 1 1;hlen 2 rf 1 1 1;hmget -3 rf 1 1 1;hmset -4 wmf 1 1 1
hrandfield -2 r 1 1 1;hscan -3 r 1 1 1;hset -4 wmf 1 1 1;hsetnx 4 wmf 1 1 1;hstrlen 3 rf 1 1 1
hvals 2 r 1 1 1;incr 2 wmf 1 1 1;incrby 3 wmf 1 1 1;incrbyfloat 3 wmf 1 1 1;info -1 . 0 0 0
keys 2 r 0 0 0;lastsave 1 f 0 0 0;latency -2 . 0 0 0;lindex 3 r 1 1 1;linsert 5 wm 1 1 1
llen 2 rf 1 1 1;lmove 5 wm 1 2 1;lmpop -4 wk 0 0 0;lolwut -1 rf 0 0 0;lpop -2 wf 1 1 1
lpos -3 r 1 1 1;lpush -3 wmf 1 1 1;lpushx -3 wmf 1 1 1;lrange 4 r 1 1 1;lrem 4 w 1 1 1
lset 4 wm 1 1 1;ltrim 4 w 1 1 1;memory -2 . 0 0 0;mget -2 rf 1 -1 1;module -2 . 0 0 0
monitor 1 a 0 0 0;move 3 wf 1 1 1;mset -3 wm 1 -1 2;msetnx -3 wm 1 -1 2;multi 1 f 0 0 0
object -2 . 0 0 0;persist 2 wf 1 1 1;pexpire -3 wf 1 1 1;pexpireat -3 wf 1 1 1
pexpiretime 2 rf 1 1 1;pfadd -2 wmf 1 1 1;pfcount -2 r 1 -1 1;pfmerge -2 wm 1 -1 1;ping -1 f 0 0 0
psetex 4 wm 1 1 1;psubscribe -2 p 0 0 0
psync -3 aM 0 0 0;pttl 2 rf 1 1 1;publish 3 f 0 0 0;pubsub -2 . 0 0 0
punsubscribe -1 p 0 0 0;quit -1 fn 0 0 0;randomkey 1 r 0 0 0;readonly 1 f 0 0 0
readwrite 1 f 0 0 0;rename 3 w 1 2 1;renamenx 3 wf 1 2 1;replicaof 3 a 0 0 0;reset 1 fn 0 0 0
role 1 f 0 0 0;rpop -2 wf 1 1 1;rpoplpush 3 wm 1 2 1;rpush -3 wmf 1 1 1;rpushx -3 wmf 1 1 1
sadd -3 wmf 1 1 1;save 1 aM 0 0 0;scan -2 r 0 0 0;scard 2 rf 1 1 1;script -2 . 0 0 0
sdiff -2 r 1 -1 1;sdiffstore -3 wm 1 -1 1;select 2 f 0 0 0;set -3 wm 1 1 1;setbit 4 wm 1 1 1
setex 4 wm 1 1 1;setnx 3 wmf 1 1 1;setrange 4 wm 1 1 1;shutdown -1 aM 0 0 0;sinter -2 r 1 -1 1
sintercard -3 rk 0 0 0;sinterstore -3 wm 1 -1 1;sismember 3 rf 1 1 1;slaveof 3 a 0 0 0
slowlog -2 . 0 0 0;smembers 2 r 1 1 1;smismember -3 rf 1 1 1;smove 4 wf 1 2 1;sort -2 wmk 1 1 1
sort_ro -2 rk 1 1 1;spop -2 wf 1 1 1;srandmember -2 r 1 1 1;srem -3 wf 1 1 1;sscan -3 r 1 1 1
strlen 2 rf 1 1 1;subscribe -2 p 0 0 0;substr 4 r 1 1 1;sunion -2 r 1 -1 1
sunionstore -3 wm 1 -1 1;swapdb 3 wf 0 0 0;time 1 f 0 0 0;touch -2 rf 1 -1 1;ttl 2 rf 1 1 1
type 2 rf 1 1 1;unlink -2 wf 1 -1 1;unsubscribe -1 p 0 0 0;unwatch 1 f 0 0 0;wait 3 . 0 0 0
watch -2 f 1 -1 1;xack -4 wf 1 1 1;xadd -5 wmf 1 1 1;xautoclaim -6 wf 1 1 1;xclaim -6 wf 1 1 1
xdel -3 wf 1 1 1;xgroup -2 . 0 0 0;xinfo -2 . 0 0 0;xlen 2 rf 1 1 1;xpending -3 r 1 1 1
xrange -4 r 1 1 1;xread -4 rbk 0 0 0;xreadgroup -7 wbk 0 0 0;xrevrange -4 r 1 1 1;xtrim -4 w 1 1 1
zadd -4 wmf 1 1 1;zcard 2 rf 1 1 1;zcount 4 rf 1 1 1;zdiff -3 rk 0 0 0;zdiffstore -4 wmk 1 1 1
zincrby 4 wmf 1 1 1;zinter -3 rk 0 0 0;zintercard -3 rk 0 0 0;zinterstore -4 wmk 1 1 1
zlexcount 4 rf 1 1 1;zmpop -4 wk 0 0 0;zmscore -3 rf 1 1 1;zpopmax -2 wf 1 1 1;zpopmin -2 wf 1 1 1
zrandmember -2 r 1 1 1;zrange -4 r 1 1 1;zrangebylex -4 r 1 1 1;zrangebyscore -4 r 1 1 1
zrangestore -5 wm 1 2 1;zrank -3 rf 1 1 1;zrem -3 wf 1 1 1;zremrangebylex 4 w 1 1 1
zremrangebyrank 4 w 1 1 1;zremrangebyscore 4 w 1 1 1;zrevrange -4 r 1 1 1;zrevrangebylex -4 r 1 1 1
zrevrangebyscore -4 r 1 1 1;zrevrank -3 rf 1 1 1;zscan -3 r 1 1 1;zscore 3 rf 1 1 1
zunion -3 rk 0 0 0;zunionstore -4 wmk 1 1 1
"""


@dataclass(slots=True)
class Command:
    """A row of the table, and who carries the command out."""

    name: str
    arity: int
    flags: str
    keys: tuple[int, int, int]
    run: Handler
    writes: bool
    denied_when_full: bool


HANDLERS: dict[str, Handler] = {}
_commands: dict[str, Command] = {}


def on(*names: str) -> Callable[[Handler], Handler]:
    """Name the commands that a function carries out: it gets the call and the arguments."""

    def keep(function: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, function))
        return function

    return keep


def commands() -> dict[str, Command]:
    """Give all commands by their names in small letters."""
    if not _commands:
        from . import commands as modules

        assert modules.__all__  # each has put its handlers into the table

        for row in ROWS.replace("\n", ";").strip(";").split(";"):
            name, arity, flags, *keys = row.split()
            first, last, step = (int(key) for key in keys)
            _commands[name] = Command(
                name, int(arity), flags, (first, last, step), HANDLERS[name], "w" in flags,
                "m" in flags,
            )  # fmt: skip
    return _commands


def keys_of(command: Command, words: list[str]) -> list[str]:
    """List the keys in a command line whose keys are at fixed places."""
    first, last, step = command.keys
    if not first:
        return []
    end = last if last >= 0 else len(words) + last
    return words[first : end + 1 : step]

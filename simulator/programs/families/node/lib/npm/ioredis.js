'use strict';
// ioredis: commands wait until the server is there; errors are printed, not thrown.

const EventEmitter = require('events');
const http = require('http');

class ReplyError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'ReplyError', enumerable: false });
  }
}
class MaxRetriesPerRequestError extends Error {
  constructor(most) {
    super(`Reached the max retries per request limit (which is ${most}). Refer to "maxRetriesPerRequest" option for details.`);
    Object.defineProperty(this, 'name', { value: 'MaxRetriesPerRequestError', enumerable: false });
  }
}

const COMMANDS = `append auth blpop brpop blmove config copy dbsize decr decrby del echo exists expire expireat flushall flushdb get getdel getex getrange getset hdel hexists hget hgetall hincrby
hincrbyfloat hkeys hlen hmget hmset hset hsetnx hvals incr incrby incrbyfloat info keys lindex linsert llen lmove lpop lpos lpush lpushx lrange lrem lset ltrim mget mset move persist pexpire
pfadd pfcount ping psetex pttl publish randomkey rename rpop rpoplpush brpoplpush rpush rpushx sadd scan scard sdiff set setex setnx setrange sinter sismember smembers smove spop srandmember srem sunion
strlen time touch ttl type unlink watch unwatch xack xadd xdel xgroup xlen xrange xread xreadgroup xtrim zadd zcard zcount zincrby zpopmax zpopmin zrange zrangebyscore zrank zrem
zremrangebyscore zrevrange zrevrank zscore eval client select`.split(/\s+/);

class Redis extends EventEmitter {
  constructor(...args) {
    super();
    const options = { maxRetriesPerRequest: 20, retryStrategy: (times) => Math.min(times * 50, 2000) };
    for (const one of args) {
      if (typeof one === 'number') options.port = one;
      else if (typeof one === 'string' && /^rediss?:/.test(one)) {
        const url = new URL(one);
        Object.assign(options, { host: url.hostname, port: Number(url.port || 6379), password: url.password || undefined, db: Number(url.pathname.slice(1) || 0) });
      } else if (typeof one === 'string') options.host = one;
      else Object.assign(options, one);
    }
    this.options = { host: 'localhost', port: 6379, db: 0, ...options };
    this.status = 'wait';
    for (const [key, value] of [['_waiting', []], ['_sent', []], ['_times', 0], ['_name', ''], ['_hold', 0], ['_channels', []]]) {
      Object.defineProperty(this, key, { value, enumerable: false, writable: true });
    }
    if (!this.options.lazyConnect) this.connect().catch(() => {});
  }

  connect() {
    if (this.status === 'ready' || this.status === 'connecting') return Promise.reject(new Error('Redis is already connecting/connected'));
    this.status = 'connecting';
    return new Promise((resolve, reject) => {
      const name = `io-${process.pid}-${sys.randomHex(4)}`;
      const { host, port, password, db } = this.options;
      sys.ask(host, port, { redis: password ? ['AUTH', password] : ['PING'], client: name }, (answer) => {
        if (this.status === 'end') return;
        if (answer.error) {
          const error = /^[A-Z]+ /.test(answer.error) ? new ReplyError(answer.error) : http._connectError(answer.error, host, port);
          this._quiet(error);
          reject(error);
          this._again();
          return;
        }
        this._name = name;
        this._times = 0;
        this.status = 'ready';
        this._hold = sys.hold(host, port, () => this._lost());
        if (db) this._send(['SELECT', String(db)], () => {}, () => {});
        this.emit('connect');
        this.emit('ready');
        const rows = this._waiting;
        this._waiting = [];
        for (const row of rows) this._send(...row);
        resolve();
      });
    });
  }

  _quiet(error) {
    if (this.listenerCount('error')) this.emit('error', error);
    else console.error('[ioredis] Unhandled error event:', error.stack);
  }

  _again() {
    this._times++;
    const wait = this.options.retryStrategy ? this.options.retryStrategy(this._times) : null;
    this.emit('close');
    const most = this.options.maxRetriesPerRequest;
    if (typeof most === 'number' && this._times % (most + 1) === 0) {
      const rows = this._waiting;
      this._waiting = [];
      for (const row of rows) row[2](new MaxRetriesPerRequestError(most));
    }
    if (typeof wait !== 'number') {
      this.status = 'end';
      this.emit('end');
      const rows = this._waiting;
      this._waiting = [];
      for (const row of rows) row[2](new Error('Connection is closed.'));
      return;
    }
    this.status = 'reconnecting';
    this.emit('reconnecting', wait);
    setTimeout(() => this.connect().catch(() => {}), wait);
  }

  _lost() {
    if (this.status !== 'ready') return;
    this.status = 'close';
    const sent = this._sent;
    this._sent = [];
    this._waiting.unshift(...sent);
    this._again();
  }

  _send(list, resolve, reject) {
    if (this.status === 'end') {
      reject(new Error('Connection is closed.'));
      return;
    }
    if (this.status === 'wait') this.connect().catch(() => {});
    if (this.status !== 'ready') {
      this._waiting.push([list, resolve, reject]);
      return;
    }
    const row = [list, resolve, reject];
    this._sent.push(row);
    sys.ask(this.options.host, this.options.port, { redis: list, client: this._name }, (answer) => {
      const at = this._sent.indexOf(row);
      if (at < 0) return;
      if (answer.error === 'closed' || /^E[A-Z]+$/.test(answer.error || '')) {
        this._lost();
        return;
      }
      this._sent.splice(at, 1);
      if (answer.error) reject(new ReplyError(answer.error));
      else {
        let value = answer.value === undefined ? null : answer.value;
        if (value && typeof value === 'object' && !Array.isArray(value) && value.map) value = value.map.flat();
        if (list[0] === 'HGETALL' && Array.isArray(value)) {
          const made = {};
          for (let i = 0; i + 1 < value.length; i += 2) made[value[i]] = value[i + 1];
          value = made;
        }
        resolve(value);
      }
    });
  }

  call(name, ...args) {
    const done = typeof args[args.length - 1] === 'function' ? args.pop() : null;
    const list = [name.toUpperCase()];
    for (const one of args.flat()) {
      if (one !== null && typeof one === 'object' && !Buffer.isBuffer(one)) for (const [key, value] of one instanceof Map ? one : Object.entries(one)) list.push(String(key), String(value));
      else list.push(one === null || one === undefined ? '' : String(one));
    }
    const made = new Promise((resolve, reject) => this._send(list, resolve, reject));
    if (done) made.then((value) => done(null, value), done);
    return made;
  }

  subscribe(...channels) {
    const done = typeof channels[channels.length - 1] === 'function' ? channels.pop() : null;
    let count = 0;
    const made = Promise.all(channels.flat().map((channel) => new Promise((resolve) => {
      const start = () => sys.ask(this.options.host, this.options.port, { redis: ['SUBSCRIBE', channel], client: this._name }, (answer) => {
        const row = answer.value;
        if (!Array.isArray(row)) return;
        if (row[0] === 'message') this.emit('message', row[1], row[2]);
        else resolve(++count);
      }, true);
      if (this.status === 'ready') start();
      else this.once('ready', start);
    }))).then(() => channels.flat().length);
    if (done) made.then((value) => done(null, value), done);
    return made;
  }

  duplicate(more) { return new Redis({ ...this.options, ...more }); }

  pipeline() { return new Pipeline(this); }

  multi() { return new Pipeline(this); }

  async quit() {
    this.disconnect();
    return 'OK';
  }

  disconnect() {
    this.status = 'end';
    if (this._hold) sys.stopAsking(this._hold);
    process.nextTick(() => {
      this.emit('close');
      this.emit('end');
    });
  }
}

class Pipeline {
  constructor(client) {
    this.client = client;
    this.rows = [];
  }

  async exec() {
    const out = [];
    for (const [name, args] of this.rows) out.push(await this.client.call(name, ...args).then((value) => [null, value], (error) => [error, undefined]));
    return out;
  }
}

for (const name of COMMANDS) {
  Object.defineProperty(Redis.prototype, name, { value(...args) { return this.call(name, ...args); }, writable: true, configurable: true });
  Object.defineProperty(Pipeline.prototype, name, { value(...args) { this.rows.push([name, args]); return this; }, writable: true, configurable: true });
}

Redis.Redis = Redis;
Redis.default = Redis;
module.exports = Redis;

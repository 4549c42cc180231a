'use strict';
// The client of node-redis 5.

const EventEmitter = require('events');
const http = require('http');

class SocketClosedUnexpectedlyError extends Error {
  constructor() { super('Socket closed unexpectedly'); }
}
class ClientClosedError extends Error {
  constructor() { super('The client is closed'); }
}
class ClientOfflineError extends Error {
  constructor() { super('The client is offline'); }
}
class DisconnectsClientError extends Error {
  constructor() { super('Disconnects client'); }
}
class ReconnectStrategyError extends Error {
  constructor(error, socketError) {
    super(error.message);
    this.originalError = error;
    this.socketError = socketError;
  }
}
class ErrorReply extends Error {}
class SimpleError extends ErrorReply {}
class WatchError extends Error {
  constructor(message = 'One (or more) of the watched keys has been changed') { super(message); }
}

const pairs = (list) => {
  const out = Object.create(null);
  for (let i = 0; i + 1 < list.length; i += 2) out[list[i]] = list[i + 1];
  return out;
};
const keyed = (reply) => (reply === null ? null : { key: reply[0], element: reply[1] });
const scored = (list) => {
  const out = [];
  for (let i = 0; i + 1 < list.length; i += 2) out.push({ value: list[i], score: Number(list[i + 1]) });
  return out;
};
const number = (reply) => (reply === null ? null : Number(reply));

// Commands whose arguments may be numbers, or whose answer takes another form than the wire's.
const REPLIES = {
  hGetAll: (reply) => (Array.isArray(reply) ? pairs(reply) : Object.assign(Object.create(null), reply)), brPop: keyed, blPop: keyed,
  configGet: pairs, zScore: number, zIncrBy: number, incrByFloat: (reply) => reply, zRangeWithScores: scored, zPopMin: (reply) => scored(reply)[0] || null,
  zPopMax: (reply) => scored(reply)[0] || null, time: (reply) => new Date(Number(reply[0]) * 1000),
};
const NUMBERS = ['set', 'setEx', 'pSetEx', 'expire', 'pExpire', 'expireAt', 'incrBy', 'decrBy', 'incrByFloat', 'lRange', 'lTrim', 'lIndex', 'lSet', 'lRem', 'brPop', 'blPop',
  'zAdd', 'zIncrBy', 'zRange', 'zRangeByScore', 'zRemRangeByScore', 'hSet', 'hIncrBy', 'getRange', 'setRange', 'select', 'lPopCount', 'rPopCount', 'brpop', 'xRead', 'zRangeWithScores', 'blMove'];
const NAMES = `append auth bgSave bitCount blMove blPop brPop clientId configGet configSet copy dbSize decr decrBy del dump echo eval exists expire expireAt expireTime
flushAll flushDb geoAdd get getBit getDel getEx getRange getSet hDel hExists hGet hGetAll hIncrBy hIncrByFloat hKeys hLen hMGet hSet hSetNX hStrLen hVals incr incrBy incrByFloat info keys
lIndex lInsert lLen lMove lPop lPopCount lPos lPush lPushX lRange lRem lSet lTrim mGet mSet move persist pExpire pfAdd pfCount ping pSetEx pTTL publish rPop rPopCount rPopLPush rPush rPushX
randomKey rename renameNX sAdd sCard sDiff sInter sIsMember sMembers sMove sPop sRandMember sRem sUnion save scan set setBit setEx setNX setRange strLen time touch ttl type unlink watch unwatch
xAck xAdd xDel xGroupCreate xLen xRange xRead xReadGroup xTrim zAdd zCard zCount zIncrBy zPopMax zPopMin zRange zRangeByScore zRangeWithScores zRank zRem zRemRangeByScore zRevRank zScore`.split(/\s+/);

function words(name, args) {
  const out = [];
  const fits = NUMBERS.includes(name);
  const add = (value) => {
    if (typeof value === 'number' && fits) out.push(String(value));
    else if (typeof value === 'string') out.push(value);
    else if (Buffer.isBuffer(value)) out.push(value.toString());
    else if (value instanceof Date) out.push(String(Math.floor(value / 1000)));
    else throw new TypeError(`"arguments[${out.length + 1}]" must be of type "string | Buffer", got ${value === null ? 'object' : typeof value} instead.`);
  };
  if (name === 'set') {
    add(args[0]);
    add(args[1]);
    const options = args[2] || {};
    for (const key of ['EX', 'PX', 'EXAT', 'PXAT']) if (options[key] !== undefined) out.push(key, String(options[key]));
    if (options.expiration) out.push(options.expiration.type, String(options.expiration.value));
    for (const key of ['NX', 'XX', 'KEEPTTL', 'GET']) if (options[key] || options.condition === key) out.push(key);
    return out;
  }
  if (name === 'zAdd') {
    add(args[0]);
    for (const row of [].concat(args[1])) out.push(String(row.score), String(row.value));
    return out;
  }
  if (name === 'xAdd') {
    add(args[0]);
    add(args[1]);
    for (const key of Object.keys(args[2])) out.push(key, String(args[2][key]));
    return out;
  }
  if (name === 'zRangeWithScores') return [...args.map(String), 'WITHSCORES'];
  if (name === 'scan') return [String(args[0]), ...(args[1] && args[1].MATCH ? ['MATCH', args[1].MATCH] : []), ...(args[1] && args[1].COUNT ? ['COUNT', String(args[1].COUNT)] : [])];
  if ((name === 'brPop' || name === 'blPop')) return [...[].concat(args[0]).map(String), String(args[1] === undefined ? 0 : args[1])];
  if (name === 'eval') {
    const options = args[1] || {};
    return [args[0], String((options.keys || []).length), ...(options.keys || []), ...(options.arguments || [])];
  }
  for (const one of args) {
    if (Array.isArray(one)) for (const inner of one.flat()) add(inner);
    else if (one instanceof Map) for (const [key, value] of one) { add(key); add(typeof value === 'number' ? String(value) : value); }
    else if (one !== null && typeof one === 'object' && !Buffer.isBuffer(one) && !(one instanceof Date)) {
      for (const key of Object.keys(one)) { add(key); add(typeof one[key] === 'number' ? String(one[key]) : one[key]); }
    } else if (one !== undefined) add(one);
  }
  return out;
}

const WIRE = { lPopCount: 'LPOP', rPopCount: 'RPOP', zRangeWithScores: 'ZRANGE', xGroupCreate: 'XGROUP CREATE', configGet: 'CONFIG GET', configSet: 'CONFIG SET', clientId: 'CLIENT ID' };

function valueOf(answer) {
  if (answer.value && typeof answer.value === 'object' && !Array.isArray(answer.value) && answer.value.map) return answer.value.map.flat();
  return answer.value === undefined ? null : answer.value;
}

class RedisClient extends EventEmitter {
  constructor(options = {}) {
    super();
    let { socket = {} } = options;
    const rows = { database: options.database || 0, password: options.password, username: options.username };
    if (options.url) {
      const url = new URL(options.url);
      if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') throw new TypeError('Invalid protocol');
      socket = { host: url.hostname, port: Number(url.port || 6379), ...socket };
      if (url.password) rows.password = decodeURIComponent(url.password);
      if (url.username) rows.username = decodeURIComponent(url.username);
      if (url.pathname.length > 1) rows.database = Number(url.pathname.slice(1));
    }
    const hidden = {
      _options: options, _row: rows, _host: socket.host || 'localhost', _port: Number(socket.port || 6379), _strategy: socket.reconnectStrategy,
      _waiting: [], _open: false, _ready: false, _name: '', _sent: [], _hold: 0, _channels: new Map(), _retries: 0,
    };
    for (const key of Object.keys(hidden)) Object.defineProperty(this, key, { value: hidden[key], enumerable: false, writable: true });
  }

  get isOpen() { return this._open; }

  get isReady() { return this._ready; }

  get options() { return this._options; }

  connect() {
    if (this._open) return Promise.reject(new Error('Socket already opened'));
    this._open = true;
    return new Promise((resolve, reject) => this._try(resolve, reject, 0));
  }

  _try(resolve, reject, retries) {
    if (!this._open) return;
    const failed = (error) => {
      if (!this._open) return;
      const wait = this._delay(retries, error);
      if (wait instanceof Error || wait === false) {
        this._open = false;
        const wrong = wait instanceof Error && wait !== error ? new ReconnectStrategyError(wait, error) : error;
        this._fail(wrong);
        this.emit('error', wrong);
        reject(wrong);
        return;
      }
      this.emit('error', error);
      setTimeout(() => {
        this.emit('reconnecting');
        this._try(resolve, reject, retries + 1);
      }, wait);
    };
    const first = this._row.password ? ['AUTH', ...(this._row.username ? [this._row.username] : []), this._row.password] : ['PING'];
    const name = `${process.pid}-${sys.randomHex(4)}`;
    sys.ask(this._host, this._port, { redis: first, client: name }, (answer) => {
      if (answer.error) {
        failed(/^[A-Z]+ /.test(answer.error) ? new SimpleError(answer.error) : http._connectError(answer.error, this._host, this._port));
        return;
      }
      if (!this._open) return;
      this._name = name;
      this._ready = true;
      this._hold = sys.hold(this._host, this._port, () => this._lost());
      if (this._row.database) this._send(['SELECT', String(this._row.database)], () => {}, () => {});
      this.emit('connect');
      this.emit('ready');
      const rows = this._waiting;
      this._waiting = [];
      for (const row of rows) this._send(...row);
      for (const [channel, row] of this._channels) this._listen(channel, row.pattern);
      resolve(this);
    });
  }

  _delay(retries, cause) {
    const strategy = this._strategy;
    if (strategy === false) return false;
    if (typeof strategy === 'number') return strategy;
    if (typeof strategy === 'function') return strategy(retries, cause);
    return Math.min(Math.pow(2, retries) * 50, 2000) + sys.randomInt(0, 200);
  }

  _lost() {
    if (!this._ready) return;
    this._ready = false;
    const error = new SocketClosedUnexpectedlyError();
    const sent = this._sent;
    this._sent = [];
    for (const row of sent) row.reject(error);
    if (!this._open) return;
    this.emit('error', error);
    if (!this._open || this._strategy === false) return;
    this.emit('reconnecting');
    this._try(() => {}, () => {}, 0);
  }

  _fail(error) {
    const rows = this._waiting;
    this._waiting = [];
    for (const row of rows) row[2](error);
  }

  _send(list, resolve, reject) {
    if (!this._open) {
      reject(new ClientClosedError());
      return;
    }
    if (!this._ready) {
      if (this._options.disableOfflineQueue) reject(new ClientOfflineError());
      else this._waiting.push([list, resolve, reject]);
      return;
    }
    const row = { reject };
    this._sent.push(row);
    sys.ask(this._host, this._port, { redis: list, client: this._name }, (answer) => {
      const at = this._sent.indexOf(row);
      if (at < 0) return;
      this._sent.splice(at, 1);
      if (answer.error === 'closed' || /^E[A-Z]+$/.test(answer.error || '')) {
        this._sent.push(row);
        this._lost();
      } else if (answer.error) reject(new SimpleError(answer.error));
      else resolve(valueOf(answer));
    });
  }

  sendCommand(list) {
    return new Promise((resolve, reject) => this._send(list.map(String), resolve, reject));
  }

  multi() { return new Multi(this); }

  duplicate(more) { return new RedisClient({ ...this._options, ...more }); }

  subscribe(channels, listener) { return this._subscribe(channels, listener, false); }

  pSubscribe(channels, listener) { return this._subscribe(channels, listener, true); }

  async _subscribe(channels, listener, pattern) {
    if (!this._open) throw new ClientClosedError();
    for (const channel of [].concat(channels)) {
      const row = this._channels.get(channel) || { listeners: [], pattern };
      row.listeners.push(listener);
      this._channels.set(channel, row);
      if (this._ready && row.listeners.length === 1) await this._listen(channel, pattern);
    }
  }

  _listen(channel, pattern) {
    return new Promise((resolve) => {
      sys.ask(this._host, this._port, { redis: [pattern ? 'PSUBSCRIBE' : 'SUBSCRIBE', channel], client: this._name }, (answer) => {
        if (answer.error === 'closed') {
          this._lost();
          return;
        }
        const row = valueOf(answer);
        if (!Array.isArray(row)) return;
        if (row[0] === 'message') for (const fn of (this._channels.get(row[1]) || { listeners: [] }).listeners) fn(row[2], row[1]);
        else if (row[0] === 'pmessage') for (const fn of (this._channels.get(row[1]) || { listeners: [] }).listeners) fn(row[row.length - 1], row[2]);
        else resolve();
      }, true);
    });
  }

  async unsubscribe(channel) {
    if (channel) this._channels.delete(channel);
    else this._channels.clear();
    await this.sendCommand(channel ? ['UNSUBSCRIBE', channel] : ['UNSUBSCRIBE']);
  }

  async quit() {
    if (!this._open) throw new ClientClosedError();
    this._end();
    return 'OK';
  }

  async close() { this._end(); }

  async disconnect() { this._end(); }

  destroy() { this._end(); }

  _end() {
    if (!this._open) throw new ClientClosedError();
    const sent = this._sent;
    this._sent = [];
    for (const row of sent) row.reject(new DisconnectsClientError());
    this._open = false;
    this._ready = false;
    if (this._hold) sys.stopAsking(this._hold);
    this.emit('end');
  }

  unref() {}

  ref() {}

  async *scanIterator(options = {}) {
    let cursor = '0';
    do {
      const [next, keys] = await this.sendCommand(['SCAN', cursor, ...(options.MATCH ? ['MATCH', options.MATCH] : []), ...(options.COUNT ? ['COUNT', String(options.COUNT)] : [])]);
      cursor = String(next);
      yield keys;
    } while (cursor !== '0');
  }
}

class Multi {
  constructor(client) {
    this.client = client;
    this.rows = [];
  }

  async exec() {
    const send = (list) => this.client.sendCommand(list);
    send(['MULTI']).catch(() => {});
    for (const row of this.rows) send(row.list).catch(() => {});
    const replies = await send(['EXEC']);
    if (replies === null) throw new WatchError();
    return replies.map((reply, i) => {
      const plain = reply && typeof reply === 'object' && 'status' in reply ? reply.status : reply;
      if (plain && plain.error) return new SimpleError(plain.error);
      return this.rows[i].reply ? this.rows[i].reply(plain) : plain;
    });
  }

  execAsPipeline() { return Promise.all(this.rows.map((row) => this.client.sendCommand(row.list))); }
}

for (const name of NAMES) {
  const wire = (WIRE[name] || name.toUpperCase()).split(' ');
  const reply = REPLIES[name];
  const method = function command(...args) {
    let list;
    try {
      list = [...wire, ...words(name, args)];
    } catch (error) {
      return Promise.reject(error);
    }
    const made = this.sendCommand(list);
    return reply ? made.then(reply) : made;
  };
  const queued = function command(...args) {
    this.rows.push({ list: [...wire, ...words(name, args)], reply });
    return this;
  };
  for (const key of [name, name.toUpperCase()]) {
    Object.defineProperty(RedisClient.prototype, key, { value: method, writable: true, configurable: true });
    Object.defineProperty(Multi.prototype, key, { value: queued, writable: true, configurable: true });
  }
}

module.exports = {
  createClient: (options) => new RedisClient(options), RedisClient, SocketClosedUnexpectedlyError, ClientClosedError, ClientOfflineError, ErrorReply, SimpleError, WatchError,
};

'use strict';
// pg: Client and Pool of node-postgres.

const EventEmitter = require('events');
const http = require('http');

class DatabaseError extends Error {
  constructor(row) {
    super(row.message);
    this.length = 100 + row.message.length;
    Object.defineProperty(this, 'name', { value: 'error', enumerable: false });
    this.severity = row.severity;
    this.code = row.sqlstate;
    this.detail = row.detail === null ? undefined : row.detail;
    this.hint = row.hint === null ? undefined : row.hint;
    this.position = row.position === null ? undefined : String(row.position);
    this.stack = this.stack.replace(/^[^\n]*/, `error: ${row.message}`);
  }
}

function settings(options) {
  const row = typeof options === 'string' ? { connectionString: options } : { ...options };
  const made = {
    host: row.host || process.env.PGHOST || 'localhost', port: Number(row.port || process.env.PGPORT || 5432),
    user: row.user || process.env.PGUSER || process.env.USER || 'root', password: row.password || process.env.PGPASSWORD, database: row.database || process.env.PGDATABASE,
  };
  if (row.connectionString) {
    const url = new URL(row.connectionString);
    made.host = url.hostname || made.host;
    made.port = Number(url.port || 5432);
    if (url.username) made.user = decodeURIComponent(url.username);
    if (url.password) made.password = decodeURIComponent(url.password);
    if (url.pathname.length > 1) made.database = url.pathname.slice(1);
  }
  made.database = made.database || made.user;
  return made;
}

function valueOf(value, type) {
  if (value === null) return null;
  if (/^(timestamp|timestamptz|date)/.test(type)) return new Date(String(value).replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00').replace(/^([^Z+]*T[^Z+-]*)$/, '$1Z'));
  if (/^(int8|bigint|numeric)$/.test(type)) return String(value);
  if (/^jsonb?$/.test(type) && typeof value === 'string') return JSON.parse(value);
  return value;
}

function resultOf(answer, mode) {
  const columns = answer.columns || [];
  const rows = (answer.rows || []).map((row) => {
    if (mode === 'array') return row.map((value, i) => valueOf(value, columns[i].type));
    const made = {};
    columns.forEach((column, i) => { made[column.name] = valueOf(row[i], column.type); });
    return made;
  });
  const tag = (answer.tag || '').split(' ');
  return { command: tag[0] || null, rowCount: answer.count === undefined ? rows.length : answer.count, oid: null, rows, fields: columns.map((one) => ({ name: one.name, dataType: one.type })) };
}

class Client extends EventEmitter {
  constructor(options) {
    super();
    const row = settings(options);
    Object.assign(this, { host: row.host, port: row.port, user: row.user, database: row.database });
    for (const [key, value] of [['_password', row.password], ['_name', `pg-${process.pid}-${sys.randomHex(4)}`], ['_state', 'new'], ['_hold', 0]]) {
      Object.defineProperty(this, key, { value, enumerable: false, writable: true });
    }
  }

  connect(done) {
    const made = new Promise((resolve, reject) => {
      if (this._state !== 'new') {
        reject(new Error('Client has already been connected. You cannot reuse a client.'));
        return;
      }
      this._state = 'connecting';
      this._ask('', [], (answer) => {
        if (answer.error) {
          this._state = 'failed';
          reject(this._wrong(answer.error));
          return;
        }
        this._state = 'open';
        this._hold = sys.hold(this.host, this.port, () => {
          this._state = 'failed';
          if (this.closing) return;
          this.emit('error', new Error('Connection terminated unexpectedly'));
          this.emit('end');
        });
        this.emit('connect');
        resolve(this);
      });
    });
    if (!done) return made;
    made.then(() => done(null, this), done);
    return undefined;
  }

  _wrong(error) {
    if (typeof error === 'object') return new DatabaseError(error);
    return error === 'closed' ? new Error('Connection terminated unexpectedly') : http._connectError(error, this.host, this.port);
  }

  _ask(sql, params, done) {
    const row = { sql, client: this._name, user: this.user, password: this._password, database: this.database };
    if (params && params.length) Object.assign(row, { params: params.map((one) => (one instanceof Date ? one.toISOString() : one !== null && typeof one === 'object' && !Array.isArray(one) && !Buffer.isBuffer(one) ? JSON.stringify(one) : one)), style: 'dollar' });
    sys.ask(this.host, this.port, row, done);
  }

  query(text, params, done) {
    const fn = typeof params === 'function' ? params : done;
    const sql = typeof text === 'object' ? text.text : text;
    const values = typeof text === 'object' ? text.values : typeof params === 'function' ? undefined : params;
    const made = new Promise((resolve, reject) => {
      if (this._state === 'ended') {
        reject(new Error('Client was closed and is not queryable'));
        return;
      }
      if (this._state === 'failed') {
        reject(new Error('Client has encountered a connection error and is not queryable'));
        return;
      }
      this._ask(sql, values, (answer) => {
        if (answer.error) reject(this._wrong(answer.error));
        else if (answer.results && answer.results.length > 1) resolve(answer.results.map((one) => resultOf(one, text.rowMode)));
        else resolve(resultOf(answer, text.rowMode));
      });
    });
    if (!fn) return made;
    made.then((value) => fn(null, value), (error) => fn(error));
    return undefined;
  }

  end(done) {
    this.closing = true;
    this._state = 'ended';
    if (this._hold) sys.stopAsking(this._hold);
    const made = new Promise((resolve) => process.nextTick(() => {
      this.emit('end');
      resolve();
    }));
    if (!done) return made;
    made.then(() => done());
    return undefined;
  }

  release() { if (this.pool) this.pool._free(this); }
}

class Pool extends EventEmitter {
  constructor(options = {}) {
    super();
    this.options = { max: 10, idleTimeoutMillis: 10000, ...(typeof options === 'string' ? { connectionString: options } : options) };
    for (const [key, value] of [['_idle', []], ['_count', 0], ['_waiting', []], ['_ended', false]]) Object.defineProperty(this, key, { value, enumerable: false, writable: true });
  }

  get totalCount() { return this._count; }

  get idleCount() { return this._idle.length; }

  get waitingCount() { return this._waiting.length; }

  connect(done) {
    const made = this._take();
    if (!done) return made;
    made.then((client) => done(null, client, () => client.release()), (error) => done(error, undefined, () => {}));
    return undefined;
  }

  async _take() {
    if (this._ended) throw new Error('Cannot use a pool after calling end on the pool');
    while (this._idle.length) {
      const client = this._idle.pop();
      clearTimeout(client._timer);
      if (client._state === 'open') return client;
    }
    if (this._count >= this.options.max) return new Promise((resolve) => this._waiting.push(resolve));
    this._count++;
    const client = new Client(this.options);
    try {
      await client.connect();
    } catch (error) {
      this._count--;
      throw error;
    }
    Object.defineProperty(client, 'pool', { value: this, enumerable: false });
    Object.defineProperty(client, '_timer', { value: undefined, enumerable: false, writable: true });
    client.on('error', (error) => {
      this._count--;
      this._idle = this._idle.filter((one) => one !== client);
      this.emit('error', error, client);
    });
    this.emit('connect', client);
    return client;
  }

  _free(client) {
    if (this._waiting.length) {
      this._waiting.shift()(client);
      return;
    }
    if (client._state !== 'open') return;
    this._idle.push(client);
    if (this.options.idleTimeoutMillis) {
      client._timer = setTimeout(() => {
        this._idle = this._idle.filter((one) => one !== client);
        this._count--;
        client.end();
      }, this.options.idleTimeoutMillis);
    }
  }

  query(text, params, done) {
    const fn = typeof params === 'function' ? params : done;
    const made = this._take().then((client) => client.query(text, typeof params === 'function' ? undefined : params).finally(() => client.release()));
    if (!fn) return made;
    made.then((value) => fn(null, value), (error) => fn(error));
    return undefined;
  }

  async end() {
    this._ended = true;
    for (const client of this._idle) {
      clearTimeout(client._timer);
      await client.end();
    }
    this._idle = [];
  }
}

module.exports = { Client, Pool, DatabaseError, types: { setTypeParser() {}, builtins: {} }, defaults: {} };
module.exports.default = module.exports;

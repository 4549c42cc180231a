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
    for (const key of ['detail', 'hint', 'position']) this[key] = row[key] === null ? undefined : String(row[key]);
    const constraint = /^23/.test(row.sqlstate) && /constraint "([^"]+)"/.exec(row.message);
    this.constraint = constraint ? constraint[1] : undefined;
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

const OIDS = { bool: 16, boolean: 16, bytea: 17, int8: 20, bigint: 20, int2: 21, smallint: 21, int4: 23, integer: 23, text: 25, json: 114, real: 700, float8: 701, 'double precision': 701, varchar: 1043, date: 1082, time: 1083, timestamp: 1114, timestamptz: 1184, interval: 1186, numeric: 1700, uuid: 2950, jsonb: 3802 };
const parsers = {};

// Simplified: An interval is given to the program as its text, where node-postgres makes an object of it.
function valueOf(value, type) {
  if (value === null) return null;
  if (Array.isArray(value) && type.endsWith('[]')) return value.map((one) => valueOf(one, type.slice(0, -2)));
  const own = parsers[OIDS[type]];
  if (own) return own(typeof value === 'boolean' ? String(value)[0] : typeof value === 'object' ? JSON.stringify(value) : String(value));
  if (/^(timestamp|date)/.test(type)) {
    const text = String(value).replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
    return new Date(type === 'timestamptz' || text.includes('T') ? text : `${text}T00:00:00`);
  }
  if (/^(int8|bigint|numeric)$/.test(type)) return String(value);
  if (type === 'bytea') return Buffer.from(String(value).replace(/^\\x/, ''), 'hex');
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
  const counted = /\d$/.test(answer.tag || '');
  return {
    command: tag[0] || null, rowCount: counted ? Number(tag[tag.length - 1]) : null, oid: tag[0] === 'INSERT' ? 0 : null, rows,
    fields: columns.map((one, i) => ({ name: one.name, tableID: 0, columnID: i + 1, dataTypeID: OIDS[one.type] || 0, format: 'text' })), rowAsArray: mode === 'array',
  };
}

function arrayText(list) {
  const inner = list.map((one) => {
    if (one === null || one === undefined) return 'NULL';
    if (Array.isArray(one)) return arrayText(one);
    return `"${String(valueFor(one)).replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
  });
  return `{${inner.join(',')}}`;
}

function valueFor(one) {
  if (one === undefined || one === null) return null;
  if (Buffer.isBuffer(one)) return `\\x${one.toString('hex')}`;
  if (one instanceof Date) return one.toISOString().replace('Z', '+00:00');
  if (Array.isArray(one)) return arrayText(one);
  if (typeof one === 'object') return typeof one.toPostgres === 'function' ? valueFor(one.toPostgres(valueFor)) : JSON.stringify(one);
  return typeof one === 'boolean' || typeof one === 'number' ? one : String(one);
}

class Client extends EventEmitter {
  constructor(options) {
    super();
    const row = settings(options);
    Object.assign(this, { host: row.host, port: row.port, user: row.user, database: row.database });
    for (const [key, value] of [['_password', row.password], ['_name', sys.session()], ['_state', 'new'], ['_hold', 0]]) {
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
      this._ask(undefined, undefined, (answer) => {
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
    if (typeof error === 'object') {
      if (error.severity !== 'CLIENT') return new DatabaseError(error);
      return new Error(`SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a ${this._password === '' ? 'non-empty ' : ''}string`);
    }
    return error === 'closed' ? new Error('Connection terminated unexpectedly') : http._connectError(error, this.host, this.port);
  }

  _ask(sql, params, done) {
    const row = { session: this._name };
    if (this._state === 'open') row.known = true;
    else row.auth = { user: this.user, password: typeof this._password === 'string' ? this._password : '', database: this.database };
    if (sql !== undefined) row.sql = String(sql);
    if (params && params.length) Object.assign(row, { params: params.map(valueFor), style: 'dollar' });
    sys.sql(this.host, this.port, row, done);
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
    if (this._hold) sys.sql(this.host, this.port, { session: this._name, close: true }, () => {});
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

module.exports = { Client, Pool, DatabaseError, types: { setTypeParser: (oid, format, fn) => { parsers[oid] = fn || format; }, builtins: { BOOL: 16, INT8: 20, DATE: 1082, TIMESTAMP: 1114, TIMESTAMPTZ: 1184, NUMERIC: 1700, JSON: 114, JSONB: 3802 } }, defaults: {} };
module.exports.default = module.exports;

'use strict';
// mysql2: connections and pools, with callbacks and promises.

const EventEmitter = require('events');
const http = require('http');

function wrong(error, host, port) {
  if (typeof error !== 'object') {
    if (error !== 'closed') return http._connectError(error, host, port);
    const made = new Error('Connection lost: The server closed the connection.');
    return Object.assign(made, { fatal: true, code: 'PROTOCOL_CONNECTION_LOST' });
  }
  const made = new Error(error.message);
  const names = { 1045: 'ER_ACCESS_DENIED_ERROR', 1049: 'ER_BAD_DB_ERROR', 1054: 'ER_BAD_FIELD_ERROR', 1062: 'ER_DUP_ENTRY', 1064: 'ER_PARSE_ERROR', 1146: 'ER_NO_SUCH_TABLE' };
  return Object.assign(made, { code: names[error.code] || 'ER_UNKNOWN_ERROR', errno: error.code, sqlState: error.sqlstate, sqlMessage: error.message });
}

function settings(options) {
  if (typeof options !== 'string') return { host: 'localhost', port: 3306, user: 'root', ...options };
  const url = new URL(options);
  return { host: url.hostname, port: Number(url.port || 3306), user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), database: url.pathname.slice(1) };
}

class Connection extends EventEmitter {
  constructor(options) {
    super();
    this.config = settings(options);
    Object.defineProperty(this, '_name', { value: `mysql-${process.pid}-${sys.randomHex(4)}`, enumerable: false });
    this.closed = false;
  }

  send(sql, params) {
    const { host, port, user, password, database } = this.config;
    const row = { sql: typeof sql === 'object' ? sql.sql : sql, client: this._name, user, password, database };
    const values = params || (typeof sql === 'object' ? sql.values : undefined);
    if (values && values.length) Object.assign(row, { params: values.map((one) => (one instanceof Date ? one.toISOString().slice(0, 19).replace('T', ' ') : one)), style: 'qmark' });
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new Error("Can't add new command when connection is in closed state"));
        return;
      }
      sys.ask(host, Number(port), row, (answer) => {
        if (answer.error) {
          const error = wrong(answer.error, host, port);
          error.sql = row.sql;
          reject(error);
        } else if (!answer.columns) {
          resolve([{ fieldCount: 0, affectedRows: answer.count || 0, insertId: answer.insert_id || 0, info: '', serverStatus: 2, warningStatus: 0, changedRows: answer.changed || 0 }, undefined]);
        } else {
          resolve([answer.rows.map((one) => Object.fromEntries(answer.columns.map((column, i) => [column.name, one[i]]))), answer.columns]);
        }
      });
    });
  }
}

function callback(holder) {
  const run = (sql, params, done) => {
    const fn = typeof params === 'function' ? params : done;
    const made = holder.send(sql, typeof params === 'function' ? undefined : params);
    made.then(([rows, fields]) => fn && fn(null, rows, fields), (error) => (fn ? fn(error) : holder.emit('error', error)));
  };
  return {
    on: (event, fn) => holder.on(event, fn), query: run, execute: run, ping: (fn) => run('SELECT 1', fn), config: holder.config,
    connect: (fn) => holder.send('SELECT 1').then(() => fn && fn(null), (error) => (fn ? fn(error) : holder.emit('error', error))),
    end: (fn) => { holder.closed = true; if (fn) process.nextTick(fn, null); }, destroy: () => { holder.closed = true; },
    getConnection: (fn) => holder.send('SELECT 1').then(() => fn(null, { ...callback(holder), release() {} }), fn),
    beginTransaction: (fn) => run('START TRANSACTION', fn), commit: (fn) => run('COMMIT', fn), rollback: (fn) => run('ROLLBACK', fn), promise: () => promised(holder), release() {},
  };
}

function promised(holder) {
  return {
    query: (sql, params) => holder.send(sql, params), execute: (sql, params) => holder.send(sql, params), on: (event, fn) => holder.on(event, fn), config: holder.config,
    ping: () => holder.send('SELECT 1').then(() => true), connect: () => holder.send('SELECT 1').then(() => {}), end: async () => { holder.closed = true; }, release() {},
    beginTransaction: () => holder.send('START TRANSACTION'), commit: () => holder.send('COMMIT'), rollback: () => holder.send('ROLLBACK'),
    getConnection: async () => {
      const one = new Connection(holder.config);
      await one.send('SELECT 1');
      return promised(one);
    },
  };
}

module.exports = {
  createConnection: (options) => callback(new Connection(options)), createPool: (options) => callback(new Connection(options)),
  createPromise: async (options) => {
    const made = new Connection(options);
    await made.send('SELECT 1');
    return promised(made);
  },
  createPromisePool: (options) => promised(new Connection(options)),
};

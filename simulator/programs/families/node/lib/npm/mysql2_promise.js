'use strict';
// mysql2/promise: the connections and pools of mysql2, whose methods give promises.

const mysql = require('mysql2');

const asked = (run) => new Promise((resolve, reject) => {
  run((error, rows, fields) => (error ? reject(error) : resolve([rows, fields])));
});

function common(inner) {
  return {
    query: (sql, params) => asked((done) => inner.query(sql, params, done)), execute: (sql, params) => asked((done) => inner.execute(sql, params, done)),
    on: (event, fn) => inner.on(event, fn), once: (event, fn) => inner.once(event, fn), end: () => new Promise((resolve) => { inner.end(() => resolve()); }),
    escape: mysql.escape, escapeId: mysql.escapeId, format: mysql.format, config: inner.config,
  };
}

function connection(inner) {
  const simple = (name) => () => asked((done) => inner[name](done)).then(() => undefined);
  return {
    ...common(inner), connection: inner, get threadId() { return inner.threadId; }, connect: simple('connect'), ping: () => simple('ping')().then(() => true), beginTransaction: simple('beginTransaction'),
    commit: simple('commit'), rollback: simple('rollback'), release: () => inner.release(), destroy: () => inner.destroy(), changeUser: (options) => asked((done) => inner.changeUser(options, done)),
  };
}

function pool(inner) {
  return { ...common(inner), pool: inner, getConnection: () => asked((done) => inner.getConnection(done)).then(([one]) => connection(one)), releaseConnection: (one) => one.release() };
}

async function createConnection(options) {
  const inner = new mysql.Connection(options);
  await asked((done) => inner.connect(done));
  return connection(inner);
}

module.exports = { createConnection, createPool: (options) => pool(new mysql.Pool(options)), escape: mysql.escape, escapeId: mysql.escapeId, format: mysql.format, raw: mysql.raw, _connection: connection, _pool: pool };
module.exports.default = module.exports;

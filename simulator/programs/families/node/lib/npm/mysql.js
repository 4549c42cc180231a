'use strict';
// mysql: as mysql2 with callbacks, but it does not know the way in which MySQL 8 checks passwords.

const base = require('mysql2');

function refuses(version) {
  if (/MariaDB/.test(version) || Number(version.split('.')[0]) < 8) return null;
  const message = 'ER_NOT_SUPPORTED_AUTH_MODE: Client does not support authentication protocol requested by server; consider upgrading MySQL client';
  return Object.assign(new Error(message), { code: 'ER_NOT_SUPPORTED_AUTH_MODE', errno: 1251, sqlMessage: message.slice(28), sqlState: '08004', fatal: true });
}

class Connection extends base.Connection {
  _refuses(version) { return refuses(version); }

  // Errors of `mysql` begin with their code.
  _run(sql, params, byRow, done, tells) {
    super._run(sql, params, byRow, (error, ...rest) => {
      if (error && error.sqlState && !error.message.startsWith(error.code)) error.message = `${error.code}: ${error.message}`;
      done(error, ...rest);
    }, tells);
  }
}

class Pool extends base.Pool {
  _make() { return new Connection(this.config); }
}

module.exports = { createConnection: (options) => new Connection(options), createPool: (options) => new Pool(options), escape: base.escape, escapeId: base.escapeId, format: base.format, raw: base.raw };
module.exports.default = module.exports;

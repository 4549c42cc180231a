'use strict';
// mysql2: connections and pools that speak to the modelled MySQL and MariaDB, with callbacks.

const EventEmitter = require('events');
const http = require('http');
const sqlstring = require('sqlstring');

const NAMES = {
  1007: 'ER_DB_CREATE_EXISTS', 1008: 'ER_DB_DROP_EXISTS', 1040: 'ER_CON_COUNT_ERROR', 1044: 'ER_DBACCESS_DENIED_ERROR', 1045: 'ER_ACCESS_DENIED_ERROR', 1046: 'ER_NO_DB_ERROR',
  1048: 'ER_BAD_NULL_ERROR', 1049: 'ER_BAD_DB_ERROR', 1050: 'ER_TABLE_EXISTS_ERROR', 1051: 'ER_BAD_TABLE_ERROR', 1052: 'ER_NON_UNIQ_ERROR', 1054: 'ER_BAD_FIELD_ERROR',
  1055: 'ER_WRONG_FIELD_WITH_GROUP', 1060: 'ER_DUP_FIELDNAME', 1061: 'ER_DUP_KEYNAME', 1062: 'ER_DUP_ENTRY', 1064: 'ER_PARSE_ERROR', 1065: 'ER_EMPTY_QUERY', 1066: 'ER_NONUNIQ_TABLE',
  1068: 'ER_MULTIPLE_PRI_KEY', 1072: 'ER_KEY_COLUMN_DOES_NOT_EXITS', 1074: 'ER_TOO_BIG_FIELDLENGTH', 1075: 'ER_WRONG_AUTO_KEY', 1091: 'ER_CANT_DROP_FIELD_OR_KEY', 1096: 'ER_NO_TABLES_USED',
  1110: 'ER_FIELD_SPECIFIED_TWICE', 1111: 'ER_INVALID_GROUP_FUNC_USE', 1113: 'ER_TABLE_MUST_HAVE_COLUMNS', 1136: 'ER_WRONG_VALUE_COUNT_ON_ROW', 1146: 'ER_NO_SUCH_TABLE',
  1193: 'ER_UNKNOWN_SYSTEM_VARIABLE', 1205: 'ER_LOCK_WAIT_TIMEOUT', 1222: 'ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT', 1235: 'ER_NOT_SUPPORTED_YET', 1241: 'ER_OPERAND_COLUMNS',
  1242: 'ER_SUBQUERY_NO_1_ROW', 1248: 'ER_DERIVED_MUST_HAVE_ALIAS', 1264: 'ER_WARN_DATA_OUT_OF_RANGE', 1265: 'WARN_DATA_TRUNCATED', 1292: 'ER_TRUNCATED_WRONG_VALUE',
  1305: 'ER_SP_DOES_NOT_EXIST', 1364: 'ER_NO_DEFAULT_FOR_FIELD', 1366: 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 1396: 'ER_CANNOT_USER', 1406: 'ER_DATA_TOO_LONG',
  1451: 'ER_ROW_IS_REFERENCED_2', 1452: 'ER_NO_REFERENCED_ROW_2', 1582: 'ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 1690: 'ER_DATA_OUT_OF_RANGE', 1822: 'ER_FK_NO_INDEX_PARENT', 1824: 'ER_FK_CANNOT_OPEN_PARENT',
};
const TYPES = { decimal: 246, tinyint: 1, smallint: 2, int: 3, float: 4, double: 5, timestamp: 7, bigint: 8, date: 10, time: 11, datetime: 12, json: 245, varchar: 253, text: 252, char: 254 };

function wrong(error, host, port) {
  if (typeof error !== 'object') {
    if (error !== 'closed') return Object.assign(http._connectError(error, host, port), { fatal: true });
    return Object.assign(new Error('Connection lost: The server closed the connection.'), { fatal: true, code: 'PROTOCOL_CONNECTION_LOST' });
  }
  return Object.assign(new Error(error.message), { code: NAMES[error.code] || `ER_${error.code}`, errno: error.code, sqlState: error.sqlstate, sqlMessage: error.message });
}

function settings(options) {
  if (typeof options !== 'string' && !(options && options.uri)) return { host: 'localhost', port: 3306, ...options };
  const url = new URL(typeof options === 'string' ? options : options.uri);
  return {
    host: url.hostname || 'localhost', port: Number(url.port || 3306), user: decodeURIComponent(url.username), password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || undefined, ...(typeof options === 'object' ? options : {}),
  };
}

function valueOf(value, type, config) {
  if (value === null || value === undefined) return null;
  if (/^(datetime|timestamp|date)/.test(type) && !config.dateStrings) {
    const text = String(value).replace(' ', 'T');
    return new Date(text.includes('T') ? text : `${text}T00:00:00`);
  }
  if (/^decimal/.test(type)) return config.decimalNumbers ? Number(value) : String(value);
  if (type === 'json' && typeof value === 'string') return JSON.parse(value);
  return typeof value === 'boolean' ? Number(value) : value;
}

// The first two values that a callback gets after its error: rows and fields, or a header.
function resultOf(answer, config, byRow) {
  if (!answer.columns) {
    const changed = answer.changed === undefined ? answer.count || 0 : answer.changed;
    const update = /^UPDATE/i.test(answer.tag || '');
    const info = update ? `Rows matched: ${answer.count || 0}  Changed: ${changed}  Warnings: 0` : '';
    return [{ fieldCount: 0, affectedRows: answer.count || 0, insertId: answer.insert_id || 0, info, serverStatus: 2, warningStatus: 0, changedRows: update ? changed : 0 }, undefined];
  }
  const { columns } = answer;
  const rows = answer.rows.map((row) => {
    if (byRow) return row.map((value, i) => valueOf(value, columns[i].type, config));
    const made = {};
    columns.forEach((column, i) => { made[column.name] = valueOf(row[i], column.type, config); });
    return made;
  });
  return [rows, columns.map((one) => ({ name: one.name, columnType: TYPES[one.type] || 253, type: TYPES[one.type] || 253 }))];
}

class Connection extends EventEmitter {
  constructor(options) {
    super();
    this.config = settings(options);
    for (const [key, value] of [['_session', sys.session()], ['_state', 'new'], ['_hold', 0], ['_queue', []], ['_pool', null]]) Object.defineProperty(this, key, { value, enumerable: false, writable: true });
    this.threadId = null;
    this.connectError = null;
  }

  // done(error): the first call opens the connection, later ones hear what became of it.
  _open(done) {
    if (this._state === 'open') return done(null);
    if (this._state === 'failed' || this._state === 'closed') return process.nextTick(done, this.connectError || new Error("Can't add new command when connection is in closed state"));
    this._queue.push(done);
    if (this._state === 'opening') return undefined;
    this._state = 'opening';
    const { host, port, user, password, database } = this.config;
    const auth = { user, password: password === undefined || password === null ? '' : String(password), database: database || '' };
    sys.sql(host, Number(port), { session: this._session, auth }, (answer) => {
      let error = answer.error ? wrong(answer.error, host, port) : null;
      if (!error && answer.version === undefined) error = Object.assign(new Error('Connection lost: The server closed the connection.'), { fatal: true, code: 'PROTOCOL_CONNECTION_LOST' });
      if (!error && this._refuses) error = this._refuses(answer.version);
      this._state = error ? 'failed' : 'open';
      this.connectError = error;
      if (!error) this._watch(answer);
      const waiting = this._queue.splice(0);
      waiting.forEach((one) => one(error));
      if (!error) this.emit('connect', answer);
      else if (!waiting.some((one) => one.tells)) this.emit('error', error);
    });
    return undefined;
  }

  _watch(answer) {
    const { host, port } = this.config;
    this.threadId = answer.pid;
    this._hold = sys.hold(host, Number(port), () => {
      if (this._state !== 'open') return;
      this._state = 'failed';
      this.connectError = null;
      const error = wrong('closed');
      if (this._pool) this._pool._drop(this);
      else this.emit('error', error);
      this.emit('end');
    });
  }

  _run(sql, params, byRow, done, tells = true) {
    const { host, port } = this.config;
    const go = (problem) => {
      if (problem) return done(problem);
      const row = { session: this._session, known: true, sql };
      if (params && params.length) Object.assign(row, { params, style: 'qmark' });
      return sys.sql(host, Number(port), row, (answer) => {
        if (answer.error) {
          const error = Object.assign(wrong(answer.error, host, port), { sql });
          return done(error);
        }
        const many = answer.results && answer.results.length > 1;
        if (many && !this.config.multipleStatements) {
          const next = sql.slice(sql.indexOf(';') + 1).trim();
          const message = `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${next.slice(0, 80)}' at line 1`;
          return done(Object.assign(wrong({ message, code: 1064, sqlstate: '42000' }), { sql }));
        }
        if (!many) return done(null, ...resultOf(answer, this.config, byRow));
        const all = answer.results.map((one) => resultOf(one, this.config, byRow));
        return done(null, all.map((one) => one[0]), all.map((one) => one[1]));
      });
    };
    go.tells = tells;
    this._open(go);
  }

  _statement(sql, params, done, prepared) {
    const row = typeof sql === 'object' ? sql : { sql };
    const fn = typeof params === 'function' ? params : done;
    const values = typeof params === 'function' || params === undefined ? row.values : params;
    const query = new EventEmitter();
    const then = (error, rows, fields) => {
      if (fn) fn(error, rows, fields);
      else if (error) (query.listenerCount('error') ? query : this).emit('error', error);
      else {
        query.emit('fields', fields);
        if (Array.isArray(rows)) rows.forEach((one) => query.emit('result', one));
        query.emit('end');
      }
    };
    const bad = prepared && values && Array.from(values).some((one) => one === undefined);
    if (bad) throw new TypeError('Bind parameters must not contain undefined. To pass SQL NULL specify JS null');
    if (!prepared) this._run(sqlstring.format(row.sql, values), undefined, row.rowsAsArray, then, Boolean(fn));
    else this._run(row.sql, values && Array.from(values).map((one) => (one instanceof Date ? sqlstring.dateToString(one) : one !== null && typeof one === 'object' && !Buffer.isBuffer(one) ? JSON.stringify(one) : one)), row.rowsAsArray, then, Boolean(fn));
    return query;
  }

  query(sql, params, done) { return this._statement(sql, params, done, false); }

  execute(sql, params, done) { return this._statement(sql, params, done, true); }

  connect(done) {
    const go = (error) => {
      if (done) done(error);
      else if (error) this.emit('error', error);
    };
    go.tells = true;
    this._open(go);
  }

  ping(done) { this._run('SELECT 1', undefined, false, (error) => done && done(error)); }

  beginTransaction(done) { return this.query('START TRANSACTION', done); }

  commit(done) { return this.query('COMMIT', done); }

  rollback(done) { return this.query('ROLLBACK', done); }

  changeUser(options, done) {
    this._hangUp();
    Object.assign(this.config, options);
    this._session = sys.session();
    this._state = 'new';
    this.connect(done);
  }

  escape(value) { return sqlstring.escape(value); }

  escapeId(name) { return sqlstring.escapeId(name); }

  format(sql, values) { return sqlstring.format(sql, values); }

  _hangUp() {
    if (this._hold) {
      sys.stopAsking(this._hold);
      sys.sql(this.config.host, Number(this.config.port), { session: this._session, close: true }, () => {});
    }
    this._hold = 0;
    this._state = 'closed';
  }

  // Statements that were sent before are answered first.
  end(done) {
    const close = () => {
      this._hangUp();
      this.emit('end');
      if (done) done(null);
    };
    if (this._state === 'opening') this._queue.push(Object.assign(() => setImmediate(close), { tells: true }));
    else process.nextTick(close);
  }

  destroy() { this._hangUp(); }

  release() { if (this._pool) this._pool._free(this); }

  promise() { return require('mysql2/promise')._connection(this); }
}

class Pool extends EventEmitter {
  constructor(options) {
    super();
    this.config = { connectionLimit: 10, waitForConnections: true, queueLimit: 0, ...settings(options) };
    for (const [key, value] of [['_idle', []], ['_count', 0], ['_waiting', []], ['_ended', false]]) Object.defineProperty(this, key, { value, enumerable: false, writable: true });
  }

  getConnection(done) {
    if (this._ended) return process.nextTick(done, new Error('Pool is closed.'));
    if (this._idle.length) return process.nextTick(done, null, this._idle.shift());
    if (this._count >= this.config.connectionLimit) {
      const full = this.config.queueLimit && this._waiting.length >= this.config.queueLimit;
      if (!this.config.waitForConnections) return process.nextTick(done, new Error('No connections available.'));
      if (full) return process.nextTick(done, new Error('Queue limit reached.'));
      this._waiting.push(done);
      return undefined;
    }
    this._count++;
    const made = this._make();
    made._pool = this;
    return made.connect((error) => {
      if (error) {
        this._count--;
        return done(error);
      }
      this.emit('connection', made);
      return done(null, made);
    });
  }

  _make() { return new Connection(this.config); }

  _free(one) {
    if (one._state !== 'open') return;
    if (this._waiting.length) process.nextTick(this._waiting.shift(), null, one);
    else if (!this._idle.includes(one)) this._idle.push(one);
  }

  _drop(one) {
    this._count--;
    this._idle = this._idle.filter((other) => other !== one);
  }

  _statement(kind, sql, params, done) {
    const fn = typeof params === 'function' ? params : done;
    this.getConnection((error, one) => {
      if (error) return fn ? fn(error) : this.emit('error', error);
      try {
        return one[kind](sql, typeof params === 'function' ? undefined : params, (...rows) => {
          one.release();
          if (fn) fn(...rows);
        });
      } catch (problem) {
        one.release();
        if (!fn) throw problem;
        return fn(problem);
      }
    });
  }

  query(sql, params, done) { this._statement('query', sql, params, done); }

  execute(sql, params, done) { this._statement('execute', sql, params, done); }

  end(done) {
    this._ended = true;
    this._idle.forEach((one) => one._hangUp());
    this._idle = [];
    if (done) process.nextTick(done, null);
  }

  escape(value) { return sqlstring.escape(value); }

  escapeId(name) { return sqlstring.escapeId(name); }

  format(sql, values) { return sqlstring.format(sql, values); }

  promise() { return require('mysql2/promise')._pool(this); }
}

module.exports = {
  createConnection(options) {
    const made = new Connection(options);
    process.nextTick(() => { if (made._state === 'new') made._open(() => {}); });
    return made;
  },
  createPool: (options) => new Pool(options), Connection, Pool, ...sqlstring,
};
module.exports.default = module.exports;

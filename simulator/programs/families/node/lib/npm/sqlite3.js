'use strict';
// sqlite3: databases in files of the container, with callbacks.

const EventEmitter = require('events');
const { bind, codeOf, rowsOf } = require('_sqlite');

// Simplified: The modelled sqlite3 carries a statement out when it is called, and only its callback waits.
function failure(message, code, errno) {
  const error = Object.assign(new Error(`${code}: ${message}`), { errno, code });
  error.stack = `Error: ${error.message}`;
  return error;
}

function wrong(message) {
  const [code, errno] = codeOf(message);
  return failure(message, code, errno);
}

function split(args) {
  const rest = [...args];
  const done = typeof rest[rest.length - 1] === 'function' ? rest.pop() : null;
  const given = rest.length === 1 && typeof rest[0] === 'object' && rest[0] !== null && !(rest[0] instanceof Date) && !Buffer.isBuffer(rest[0]) ? rest[0] : rest;
  return [given, done];
}

class Statement extends EventEmitter {
  constructor(db, sql, given) {
    super();
    Object.defineProperty(this, '_db', { value: db, enumerable: false });
    Object.defineProperty(this, '_given', { value: given || [], enumerable: false, writable: true });
    this.sql = sql;
  }

  _params(given) {
    if (Array.isArray(given) ? given.length : Object.keys(given).length) this._given = given;
    return this._given;
  }

  bind(...args) {
    const [given, done] = split(args);
    this._params(given);
    if (done) setImmediate(() => done.call(this, null));
    return this;
  }

  run(...args) { return this._do('run', args); }

  get(...args) { return this._do('get', args); }

  all(...args) { return this._do('all', args); }

  _do(how, args) {
    const [given, done] = split(args);
    const [error, answer] = this._db._carry(this.sql, this._params(given));
    if (!error && how === 'run') {
      this.lastID = answer.lastID;
      this.changes = answer.changes;
    }
    const rows = error || how === 'run' ? undefined : rowsOf(answer);
    this._db._tell(this, done, error, how === 'get' ? rows && rows[0] : rows);
    return this;
  }

  each(...args) {
    const complete = args.length > 1 && typeof args[args.length - 1] === 'function' && typeof args[args.length - 2] === 'function' ? args.pop() : null;
    const [given, row] = split(args);
    const [error, answer] = this._db._carry(this.sql, this._params(given));
    if (error) {
      this._db._tell(this, complete || row, error);
      return this;
    }
    const rows = rowsOf(answer);
    if (row) for (const one of rows) this._db._tell(this, row, null, one);
    if (complete) this._db._tell(this, complete, null, rows.length);
    return this;
  }

  reset(done) { if (done) setImmediate(() => done.call(this, null)); return this; }

  finalize(done) { if (done) setImmediate(() => done.call(this._db, null)); return this._db; }
}

class Database extends EventEmitter {
  constructor(filename, mode, callback) {
    super();
    const done = typeof mode === 'function' ? mode : callback;
    const flags = typeof mode === 'number' ? mode : module.exports.OPEN_READWRITE | module.exports.OPEN_CREATE;
    const made = sys.sqliteOpen(String(filename), Boolean(flags & module.exports.OPEN_CREATE));
    this.open = !made.wrong;
    this.filename = String(filename);
    this.mode = flags;
    Object.defineProperty(this, '_name', { value: made.name, enumerable: false, writable: true });
    Object.defineProperty(this, '_wrong', { value: made.wrong ? wrong(made.wrong) : null, enumerable: false, writable: true });
    this._tell(this, done, this._wrong);
    if (this.open) setImmediate(() => this.emit('open'));
  }

  _carry(sql, given) {
    if (this._wrong) return [this._wrong];
    if (!this._name) return [failure('Database is closed', 'SQLITE_MISUSE', 21)];
    if (typeof sql !== 'string') throw new TypeError('Argument 0 must be a string');
    const answer = sys.sqliteRun(this._name, given ? bind(sql, given) : sql);
    return answer.error ? [wrong(answer.error.message)] : [null, answer];
  }

  _tell(that, done, error, value) {
    setImmediate(() => {
      if (done) done.call(that, error || null, ...(error || value === undefined ? [] : [value]));
      else if (error) {
        if (!this.listenerCount('error')) throw error;
        this.emit('error', error);
      }
    });
  }

  _with(how, sql, args) { new Statement(this, sql, [])[how](...args); return this; }

  run(sql, ...args) { return this._with('run', sql, args); }

  get(sql, ...args) { return this._with('get', sql, args); }

  all(sql, ...args) { return this._with('all', sql, args); }

  each(sql, ...args) { return this._with('each', sql, args); }

  exec(sql, done) {
    const [error] = this._carry(sql, null);
    this._tell(this, done, error);
    return this;
  }

  prepare(sql, ...args) {
    const [given, done] = split(args);
    const made = new Statement(this, sql, given);
    if (done) setImmediate(() => done.call(made, null));
    return made;
  }

  serialize(work) { if (work) work.call(this); }

  parallelize(work) { if (work) work.call(this); }

  configure() { return this; }

  interrupt() {}

  wait(done) { if (done) setImmediate(done); return this; }

  close(done) {
    const error = this._name ? null : this._wrong || failure('Database is closed', 'SQLITE_MISUSE', 21);
    if (this._name) sys.sqliteClose(this._name);
    this._name = undefined;
    this.open = false;
    this._tell(this, done, error);
    if (!error) setImmediate(() => this.emit('close'));
  }
}

module.exports = {
  Database, Statement, OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_CREATE: 4, OPEN_FULLMUTEX: 0x10000, OPEN_URI: 0x40,
  verbose() { return module.exports; },
  cached: { objects: {}, Database(filename, ...args) { return new Database(filename, ...args); } },
};
module.exports.default = module.exports;

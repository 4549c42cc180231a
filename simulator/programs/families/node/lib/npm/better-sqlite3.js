'use strict';
// better-sqlite3: databases in files of the container, without callbacks.

const { bind, places, codeOf, rowsOf } = require('_sqlite');

class SqliteError extends Error {
  constructor(message, code) {
    super(message);
    this.name = 'SqliteError';
    this.code = code;
  }
}
const KINDS = [[/^UNIQUE/, 'UNIQUE'], [/^NOT NULL/, 'NOTNULL'], [/^FOREIGN KEY/, 'FOREIGNKEY'], [/^CHECK/, 'CHECK'], [/PRIMARY KEY/, 'PRIMARYKEY']];

function wrong(message) {
  const [code] = codeOf(message);
  const kind = code === 'SQLITE_CONSTRAINT' && KINDS.find(([pattern]) => pattern.test(message));
  return new SqliteError(message, kind ? `${code}_${kind[1]}` : code);
}

function checked(value) {
  if (value === null || ['number', 'string', 'bigint'].includes(typeof value) || Buffer.isBuffer(value)) return value;
  throw new TypeError('SQLite3 can only bind numbers, strings, bigints, buffers, and null');
}

function isNamed(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

function filled(sql, args) {
  const wanted = places(sql).filter((one) => typeof one === 'object');
  const list = [];
  let names = {};
  for (const one of args) {
    if (Array.isArray(one)) list.push(...one);
    else if (isNamed(one)) names = one;
    else list.push(one);
  }
  const given = {};
  for (const one of wanted) {
    if (one.name) {
      if (!(one.name.slice(1) in names)) throw new RangeError(`Missing named parameter "${one.name.slice(1)}"`);
      given[one.name] = checked(names[one.name.slice(1)]);
    } else if (one.index <= list.length) given[one.index] = checked(list[one.index - 1]);
    else throw new RangeError('Too few parameter values were provided');
  }
  if (list.length > wanted.filter((one) => one.index).length) throw new RangeError('Too many parameter values were provided');
  return wanted.length ? bind(sql, given) : sql;
}

class Statement {
  constructor(database, sql) {
    this.source = sql;
    this.database = database;
    this.reader = /^\s*(select|with|values|pragma|explain)\b/i.test(sql) || /\breturning\b/i.test(sql);
    Object.defineProperty(this, '_bound', { value: [], enumerable: false, writable: true });
    Object.defineProperty(this, '_how', { value: '', enumerable: false, writable: true });
  }

  _rows(args) {
    if (!this.reader) throw new TypeError('This statement does not return data. Use run() instead');
    const answer = this.database._run(filled(this.source, args.length ? args : this._bound));
    const rows = rowsOf(answer);
    if (this._how === 'pluck') return rows.map((row) => Object.values(row)[0]);
    return this._how === 'raw' ? rows.map((row) => Object.values(row)) : rows;
  }

  run(...args) {
    if (this.reader && /^\s*select/i.test(this.source)) throw new TypeError('This statement returns data. Use get(), all(), or iterate() instead');
    const { changes, lastID } = this.database._run(filled(this.source, args.length ? args : this._bound));
    return { changes, lastInsertRowid: lastID };
  }

  get(...args) { return this._rows(args)[0]; }

  all(...args) { return this._rows(args); }

  * iterate(...args) { yield* this._rows(args); }

  bind(...args) { this._bound = args; return this; }

  pluck(on = true) { this._how = on ? 'pluck' : ''; return this; }

  raw(on = true) { this._how = on ? 'raw' : ''; return this; }

  columns() { return (this.database._run(this.source).columns || []).map((one) => ({ name: one.name, column: one.name, table: null, database: 'main', type: null })); }
}

class Database {
  constructor(filename = '', options = {}) {
    const made = sys.sqliteOpen(String(filename), !options.fileMustExist && !options.readonly);
    if (made.wrong && !require('fs').existsSync(require('path').dirname(filename))) throw new TypeError('Cannot open database because the directory does not exist');
    if (made.wrong) throw wrong(made.wrong);
    this.name = String(filename);
    this.open = true;
    this.inTransaction = false;
    this.readonly = Boolean(options.readonly);
    this.memory = filename === ':memory:' || filename === '';
    Object.defineProperty(this, '_name', { value: made.name, enumerable: false });
    Object.defineProperty(this, '_log', { value: options.verbose, enumerable: false });
  }

  _run(sql) {
    if (!this.open) throw new TypeError('The database connection is not open');
    if (this._log) this._log(sql);
    if (this.readonly && !/^\s*(select|with|pragma|explain)\b/i.test(sql)) throw wrong('attempt to write a readonly database');
    const answer = sys.sqliteRun(this._name, sql);
    if (answer.error) throw wrong(answer.error.message);
    this.inTransaction = Boolean(answer.tx);
    return answer;
  }

  prepare(sql) {
    if (typeof sql !== 'string') throw new TypeError('Expected first argument to be a string');
    return new Statement(this, sql);
  }

  exec(sql) { this._run(sql); return this; }

  pragma(text, options = {}) {
    const rows = rowsOf(this._run(`PRAGMA ${text}`));
    return options.simple ? rows[0] && Object.values(rows[0])[0] : rows;
  }

  transaction(work) {
    const db = this;
    const run = function run(...args) {
      if (db.inTransaction) return work.apply(this, args);
      db._run('BEGIN');
      try {
        const value = work.apply(this, args);
        db._run('COMMIT');
        return value;
      } catch (error) {
        if (db.inTransaction) db._run('ROLLBACK');
        throw error;
      }
    };
    run.deferred = run; run.immediate = run; run.exclusive = run; run.default = run;
    return run;
  }

  // Simplified: Functions of a program's own, aggregates, extensions and backups are not followed by the modelled better-sqlite3: they raise an error.
  function() { throw new Error('drydock: functions of a program are not followed by the modelled better-sqlite3'); }

  close() { if (this.open) sys.sqliteClose(this._name); this.open = false; return this; }
}

function open(filename, options) { return new Database(filename, options); }
module.exports = new Proxy(Database, { apply(target, that, args) { return open(...args); } });
module.exports.SqliteError = SqliteError;
module.exports.default = module.exports;

'use strict';
// sqlite: promises around sqlite3.

class Statement {
  constructor(stmt) { this.stmt = stmt; }

  _do(how, args) {
    return new Promise((done, fail) => {
      this.stmt[how](...args, function told(error, value) {
        if (error) fail(error);
        else done(how === 'run' ? { stmt: this, lastID: this.lastID, changes: this.changes } : value);
      });
    });
  }

  run(...args) { return this._do('run', args); }

  get(...args) { return this._do('get', args); }

  all(...args) { return this._do('all', args); }

  bind(...args) { this.stmt.bind(...args); return Promise.resolve(); }

  finalize() { return Promise.resolve(); }
}

class Database {
  constructor(config) { this.config = config; this.db = null; }

  open() {
    return new Promise((done, fail) => {
      const args = this.config.mode === undefined ? [] : [this.config.mode];
      this.db = new this.config.driver(this.config.filename, ...args, (error) => (error ? fail(error) : done()));
    });
  }

  _do(how, sql, args) {
    return new Promise((done, fail) => {
      this.db[how](sql, ...args, function told(error, value) {
        if (error) fail(error);
        else done(how === 'run' ? { stmt: this, lastID: this.lastID, changes: this.changes } : value);
      });
    });
  }

  run(sql, ...args) { return this._do('run', sql, args); }

  get(sql, ...args) { return this._do('get', sql, args); }

  all(sql, ...args) { return this._do('all', sql, args); }

  exec(sql) { return this._do('exec', sql, []); }

  async each(sql, ...args) {
    const row = args.pop();
    const rows = await this.all(sql, ...args);
    rows.forEach((one) => row(null, one));
    return rows.length;
  }

  prepare(sql, ...args) { return Promise.resolve(new Statement(this.db.prepare(sql, ...args))); }

  getDatabaseInstance() { return this.db; }

  close() { return new Promise((done, fail) => { this.db.close((error) => (error ? fail(error) : done())); }); }
}

module.exports = { open: async (config) => { const db = new Database(config); await db.open(); return db; }, Database, Statement };

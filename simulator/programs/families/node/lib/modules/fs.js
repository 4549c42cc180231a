'use strict';
// fs: files of the container's tree, at once, with callbacks and with promises.

const path = require('path');

const TYPES = { file: 0o100000, dir: 0o040000, link: 0o120000 };

class Stats {
  constructor(row) {
    this.size = row.size;
    this.mode = row.mode | (TYPES[row.kind] || 0o100000);
    this.uid = row.uid;
    this.gid = row.gid;
    this.mtimeMs = this.atimeMs = this.ctimeMs = this.birthtimeMs = Date.now() - Math.floor(sys.now() / 1000);
    this.mtime = this.atime = this.ctime = this.birthtime = new Date(this.mtimeMs);
    Object.defineProperty(this, '_kind', { value: row.kind, enumerable: false });
  }

  isFile() { return this._kind === 'file'; }

  isDirectory() { return this._kind === 'dir'; }

  isSymbolicLink() { return this._kind === 'link'; }
}

class Dirent extends Stats {
  constructor(name, parent, row) {
    super(row);
    for (const key of Object.keys(this)) delete this[key];
    this.name = name;
    this.parentPath = parent;
    this.path = parent;
  }
}

function encodingOf(options) {
  return typeof options === 'string' ? options : options && options.encoding;
}

function readFileSync(name, options) {
  const data = sys.readFile(name);
  const encoding = encodingOf(options);
  if (typeof data === 'string') return encoding ? data : Buffer.from(data);
  return encoding ? data.toString(encoding) : data;
}

function writeFileSync(name, data, options) {
  sys.writeFile(name, data, Boolean(options && String(options.flag || '').startsWith('a')));
}

function appendFileSync(name, data) { sys.writeFile(name, data, true); }

function existsSync(name) {
  try {
    return sys.stat(name) !== undefined;
  } catch {
    return false;
  }
}

function missing(name, call) {
  return sys.systemError('ENOENT', `ENOENT: no such file or directory, ${call} '${name}'`, call, { path: name });
}

function statSync(name, options) {
  const row = sys.stat(name);
  if (!row) {
    if (options && options.throwIfNoEntry === false) return undefined;
    throw missing(name, 'stat');
  }
  return new Stats(row);
}

function accessSync(name) { if (!sys.stat(name)) throw missing(name, 'access'); }

function readdirSync(name, options) {
  const names = sys.readDir(name);
  const rows = [];
  for (const one of names) {
    const full = path.join(String(name), one);
    const row = sys.stat(full) || { kind: 'link', size: 0, mode: 0, uid: 0, gid: 0 };
    rows.push(options && options.withFileTypes ? new Dirent(one, String(name), row) : one);
    if (options && options.recursive && row.kind === 'dir') {
      for (const inner of readdirSync(full, options)) rows.push(typeof inner === 'string' ? `${one}/${inner}` : inner);
    }
  }
  return rows;
}

function mkdirSync(name, options) {
  const made = sys.makeDir(name, Boolean(options && options.recursive));
  return options && options.recursive ? made : undefined;
}

function rmSync(name, options = {}) {
  const row = sys.stat(name);
  if (!row) {
    if (options.force) return;
    throw missing(name, 'rm');
  }
  if (row.kind === 'dir' && !options.recursive) {
    const error = new Error(`Path is a directory: rm returned EISDIR (is a directory) ${name}`);
    error.name = 'SystemError';
    error.code = 'ERR_FS_EISDIR';
    throw error;
  }
  sys.remove(name, 'rm', true);
}

function rmdirSync(name) { sys.remove(name, 'rmdir', false); }

function unlinkSync(name) { sys.remove(name, 'unlink', false); }

function renameSync(from, to) { sys.rename(from, to); }

function copyFileSync(from, to) { sys.writeFile(to, sys.readFile(from), false); }

function chmodSync(name, mode) { sys.chmod(name, typeof mode === 'string' ? parseInt(mode, 8) : mode); }

function realpathSync(name) {
  if (!sys.stat(name)) throw missing(name, 'realpath');
  return path.resolve(name);
}

const once = {
  readFile: readFileSync, writeFile: writeFileSync, appendFile: appendFileSync, stat: statSync, lstat: statSync, access: accessSync,
  readdir: readdirSync, mkdir: mkdirSync, rm: rmSync, rmdir: rmdirSync, unlink: unlinkSync, rename: renameSync, copyFile: copyFileSync,
  chmod: chmodSync, realpath: realpathSync, chown: () => {}, utimes: () => {}, cp: copyFileSync,
  mkdtemp: (prefix) => {
    const name = prefix + sys.randomHex(3);
    sys.makeDir(name, false);
    return name;
  },
};

const fs = { constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 }, existsSync, Stats, Dirent, promises: { constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 } } };
for (const name of Object.keys(once)) {
  const act = once[name];
  fs[`${name}Sync`] = act;
  fs[name] = (...args) => {
    const done = args.pop();
    if (typeof done !== 'function') {
      const error = new TypeError(`The "cb" argument must be of type function. Received ${sys.received(done)}`);
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    let value;
    let failed = null;
    try {
      value = act(...args);
    } catch (error) {
      failed = error;
    }
    sys.later(() => (failed ? done(failed) : done(null, value)), 100);
  };
  fs.promises[name] = (...args) => new Promise((resolve, reject) => {
    let value;
    try {
      value = act(...args);
    } catch (error) {
      error.stack = error.stack.split('\n')[0] + '\n    at async open (node:internal/fs/promises:639:25)';
      sys.later(() => reject(error), 100);
      return;
    }
    sys.later(() => resolve(value), 100);
  });
}
fs.exists = (name, done) => sys.later(() => done(existsSync(name)), 100);

fs.createWriteStream = (name, options) => {
  const { Writable } = require('stream');
  if (!(options && String(options.flags || '').startsWith('a'))) sys.writeFile(name, '', false);
  return new Writable({
    write(chunk, encoding, done) {
      sys.writeFile(name, String(chunk), true);
      done();
    },
  });
};
fs.createReadStream = (name, options) => {
  const { Readable } = require('stream');
  const stream = new Readable({ read() {} });
  stream.path = name;
  sys.later(() => {
    let data;
    try {
      data = readFileSync(name, options);
    } catch (error) {
      stream.emit('error', error);
      return;
    }
    stream.emit('open', 3);
    stream.push(data);
    stream.push(null);
  }, 100);
  return stream;
};
fs.watch = fs.watchFile = () => ({ close() {}, on() {} });
fs.openSync = () => 3;
fs.closeSync = () => {};
module.exports = fs;

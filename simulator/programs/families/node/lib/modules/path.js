'use strict';
// The POSIX half of path.

function check(path, name = 'path') {
  if (typeof path !== 'string') {
    const error = new TypeError(`The "${name}" argument must be of type string. Received ${path === undefined ? 'undefined' : path === null ? 'null' : sys.received(path)}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
}

function normalize(path) {
  check(path);
  if (!path) return '.';
  const out = [];
  const root = path[0] === '/';
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (out.length && out[out.length - 1] !== '..') out.pop();
      else if (!root) out.push('..');
    } else out.push(part);
  }
  const tail = path.endsWith('/') && out.length ? '/' : '';
  return (root ? '/' : '') + out.join('/') + tail || (root ? '/' : '.');
}

function join(...parts) {
  for (const part of parts) check(part);
  const rows = parts.filter((part) => part);
  return rows.length ? normalize(rows.join('/')) : '.';
}

function resolve(...parts) {
  let path = '';
  for (let i = parts.length - 1; i >= 0 && path[0] !== '/'; i--) {
    check(parts[i], `paths[${i}]`);
    if (parts[i]) path = path ? `${parts[i]}/${path}` : parts[i];
  }
  if (path[0] !== '/') path = `${process.cwd()}/${path}`;
  const made = normalize(path);
  return made.length > 1 && made.endsWith('/') ? made.slice(0, -1) : made;
}

function basename(path, end) {
  check(path);
  const name = path.replace(/\/+$/, '').split('/').pop();
  return end && name.endsWith(end) && name !== end ? name.slice(0, -end.length) : name;
}

function dirname(path) {
  check(path);
  const clean = path.replace(/\/+$/, '');
  const at = clean.lastIndexOf('/');
  if (at < 0) return path[0] === '/' && !clean ? '/' : '.';
  return at === 0 ? '/' : clean.slice(0, at);
}

function extname(path) {
  const name = basename(path);
  const at = name.lastIndexOf('.');
  return at > 0 ? name.slice(at) : '';
}

function relative(from, to) {
  const a = resolve(from).split('/').filter(Boolean);
  const b = resolve(to).split('/').filter(Boolean);
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return [...a.slice(i).map(() => '..'), ...b.slice(i)].join('/');
}

function parse(path) {
  const base = basename(path);
  const ext = extname(path);
  const dir = dirname(path);
  return { root: path[0] === '/' ? '/' : '', dir: dir === '.' && !path.startsWith('.') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
}

function format(row) {
  const dir = row.dir || row.root || '';
  const base = row.base || `${row.name || ''}${row.ext || ''}`;
  return dir ? (dir === row.root ? dir + base : `${dir}/${base}`) : base;
}

const path = {
  resolve, normalize, isAbsolute: (one) => one[0] === '/', join, relative, dirname, basename, extname, format, parse, sep: '/', delimiter: ':',
};
path.posix = path;
module.exports = path;

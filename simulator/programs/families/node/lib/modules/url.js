'use strict';
// URL, URLSearchParams, TextEncoder and TextDecoder.

const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21' };

function decode(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

function encode(text) {
  return encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

class URLSearchParams {
  constructor(init = '') {
    const rows = [];
    if (typeof init === 'string') {
      for (const part of init.replace(/^\?/, '').split('&')) {
        if (!part) continue;
        const at = part.indexOf('=');
        rows.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
      }
    } else if (init && init[Symbol.iterator]) for (const [key, value] of init) rows.push([String(key), String(value)]);
    else for (const key of Object.keys(init || {})) rows.push([key, String(init[key])]);
    Object.defineProperty(this, '_rows', { value: rows, enumerable: false, writable: true });
    Object.defineProperty(this, '_url', { value: null, enumerable: false, writable: true });
  }

  _changed() { if (this._url) this._url._query = this._rows.length ? `?${this}` : ''; }

  get size() { return this._rows.length; }

  get(name) {
    const found = this._rows.find((row) => row[0] === name);
    return found ? found[1] : null;
  }

  getAll(name) { return this._rows.filter((row) => row[0] === name).map((row) => row[1]); }

  has(name) { return this._rows.some((row) => row[0] === name); }

  set(name, value) {
    const at = this._rows.findIndex((row) => row[0] === name);
    if (at < 0) this._rows.push([name, String(value)]);
    else {
      this._rows[at] = [name, String(value)];
      this._rows = this._rows.filter((row, i) => i <= at || row[0] !== name);
    }
    this._changed();
  }

  append(name, value) {
    this._rows.push([String(name), String(value)]);
    this._changed();
  }

  delete(name) {
    this._rows = this._rows.filter((row) => row[0] !== name);
    this._changed();
  }

  sort() { this._rows = this._rows.sort((a, b) => (a[0] < b[0] ? -1 : Number(a[0] > b[0]))); }

  forEach(fn) { for (const [key, value] of this._rows) fn(value, key, this); }

  keys() { return this._rows.map((row) => row[0]).values(); }

  values() { return this._rows.map((row) => row[1]).values(); }

  entries() { return this._rows.map((row) => [...row]).values(); }

  [Symbol.iterator]() { return this.entries(); }

  toString() { return this._rows.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&'); }

  [Symbol.for('nodejs.util.inspect.custom')](depth, options) {
    const rows = this._rows.map(([key, value]) => `${sys.inspect(key)} => ${sys.inspect(value)}`);
    return rows.length ? `URLSearchParams { ${rows.join(', ')} }` : 'URLSearchParams {}';
  }
}

function invalid(input, base) {
  const error = new TypeError('Invalid URL');
  error.code = 'ERR_INVALID_URL';
  error.input = input;
  if (base !== undefined) error.base = base;
  return error;
}

class URL {
  constructor(input, base) {
    let text = String(input).trim();
    if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) {
      if (base === undefined) throw invalid(text);
      const root = new URL(base);
      if (text.startsWith('//')) text = root.protocol + text;
      else if (text.startsWith('/')) text = root.origin + text;
      else if (text.startsWith('?')) text = root.origin + root.pathname + text;
      else if (text.startsWith('#')) text = root.origin + root.pathname + root.search + text;
      else text = root.origin + root.pathname.replace(/[^/]*$/, '') + text;
    }
    const found = /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:([^/?#@]*)@)?(\[[^\]]*\]|[^/?#:]*)(?::([^/?#]*))?)?([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text);
    if (!found) throw invalid(String(input), base);
    const [, protocol, user, host, port, path, query, hash] = found;
    const scheme = protocol.toLowerCase();
    const special = scheme in PORTS;
    if (special && !host) throw invalid(String(input), base);
    if (port && !/^\d{1,5}$/.test(port)) throw invalid(String(input), base);
    const [name, ...secret] = (user || '').split(':');
    const rows = {
      _protocol: scheme, _username: name, _password: secret.join(':'), _hostname: (host || '').toLowerCase(),
      _port: port && port !== PORTS[scheme] ? String(Number(port)) : '', _path: special || host !== undefined ? clean(path || '/') : path,
      _query: query && query !== '?' ? query.replace(/ /g, '%20') : '', _hash: hash && hash !== '#' ? hash : '', _slashes: host !== undefined,
    };
    for (const key of Object.keys(rows)) Object.defineProperty(this, key, { value: rows[key], enumerable: false, writable: true });
    const params = new URLSearchParams(this._query);
    params._url = this;
    Object.defineProperty(this, '_params', { value: params, enumerable: false, writable: true });
  }

  get protocol() { return this._protocol; }

  set protocol(value) { this._protocol = value.endsWith(':') ? value : `${value}:`; }

  get username() { return this._username; }

  set username(value) { this._username = encodeURIComponent(value); }

  get password() { return this._password; }

  set password(value) { this._password = encodeURIComponent(value); }

  get hostname() { return this._hostname; }

  set hostname(value) { this._hostname = value; }

  get port() { return this._port; }

  set port(value) { this._port = String(value) === PORTS[this._protocol] ? '' : String(value); }

  get host() { return this._hostname + (this._port ? `:${this._port}` : ''); }

  get origin() { return this._protocol in PORTS ? `${this._protocol}//${this.host}` : 'null'; }

  get pathname() { return this._path; }

  set pathname(value) { this._path = clean(value.startsWith('/') ? value : `/${value}`); }

  get search() { return this._query; }

  set search(value) {
    this._query = value && !value.startsWith('?') ? `?${value}` : value;
    this._params._rows = new URLSearchParams(this._query)._rows;
  }

  get searchParams() { return this._params; }

  get hash() { return this._hash; }

  set hash(value) { this._hash = value && !value.startsWith('#') ? `#${value}` : value; }

  get href() {
    const user = this._username ? `${this._username}${this._password ? `:${this._password}` : ''}@` : '';
    return `${this._protocol}${this._slashes ? '//' : ''}${user}${this.host}${this._path}${this._query}${this._hash}`;
  }

  toString() { return this.href; }

  toJSON() { return this.href; }

  static canParse(input, base) {
    try {
      return Boolean(new URL(input, base));
    } catch {
      return false;
    }
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    const row = {};
    for (const key of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']) row[key] = this[key];
    return `URL ${sys.inspect(row)}`;
  }
}

function clean(path) {
  const out = [];
  const parts = path.split('/');
  parts.forEach((part, i) => {
    if (part === '..') {
      if (out.length > 1) out.pop();
      if (i === parts.length - 1) out.push('');
    } else if (part === '.') {
      if (i === parts.length - 1) out.push('');
    } else out.push(part.replace(/[ "<>`{}]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`));
  });
  return out.join('/') || '/';
}

class TextEncoder {
  get encoding() { return 'utf-8'; }

  encode(text = '') { return new Uint8Array([...Buffer.from(String(text))]); }
}

class TextDecoder {
  get encoding() { return 'utf-8'; }

  decode(data) { return data === undefined ? '' : Buffer.from(data).toString(); }
}

function parse(text, query) {
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(text);
  const url = new URL(text, 'http://none');
  const row = {
    protocol: absolute ? url.protocol : null, slashes: absolute || null, auth: url.username || null, host: absolute ? url.host : null,
    port: url.port || null, hostname: absolute ? url.hostname : null, hash: url.hash || null, search: url.search || null,
    query: url.search ? url.search.slice(1) : null, pathname: url.pathname, path: url.pathname + url.search, href: text,
  };
  if (query) row.query = Object.fromEntries(url.searchParams);
  return row;
}

module.exports = {
  URL, URLSearchParams, TextEncoder, TextDecoder, parse, format: (row) => (row instanceof URL ? row.href : `${row.protocol || 'http:'}//${row.host || row.hostname}${row.pathname || ''}${row.search || ''}`),
  resolve: (from, to) => new URL(to, from).href, fileURLToPath: (url) => decodeURIComponent(new URL(url).pathname), pathToFileURL: (path) => new URL(`file://${require('path').resolve(path)}`),
};

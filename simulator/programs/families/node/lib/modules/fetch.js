'use strict';
// fetch and what belongs to it.

const http = require('http');

class Headers {
  constructor(init) {
    Object.defineProperty(this, '_rows', { value: new Map(), enumerable: false });
    if (init) for (const [key, value] of typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init)) this.append(key, value);
  }

  append(name, value) {
    const key = name.toLowerCase();
    this._rows.set(key, this._rows.has(key) ? `${this._rows.get(key)}, ${value}` : String(value));
  }

  set(name, value) { this._rows.set(name.toLowerCase(), String(value)); }

  get(name) {
    const found = this._rows.get(name.toLowerCase());
    return found === undefined ? null : found;
  }

  has(name) { return this._rows.has(name.toLowerCase()); }

  delete(name) { this._rows.delete(name.toLowerCase()); }

  forEach(fn) { this._rows.forEach((value, key) => fn(value, key, this)); }

  entries() { return this._rows.entries(); }

  keys() { return this._rows.keys(); }

  values() { return this._rows.values(); }

  [Symbol.iterator]() { return this._rows.entries(); }
}

class Response {
  constructor(body, options = {}) {
    const rows = { _body: body === undefined || body === null ? '' : body, _used: false };
    for (const key of Object.keys(rows)) Object.defineProperty(this, key, { value: rows[key], enumerable: false, writable: true });
    this.status = options.status === undefined ? 200 : options.status;
    this.statusText = options.statusText || http.STATUS_CODES[this.status] || '';
    this.headers = new Headers(options.headers);
    this.ok = this.status >= 200 && this.status < 300;
    this.redirected = Boolean(options.redirected);
    this.type = 'basic';
    this.url = options.url || '';
  }

  get bodyUsed() { return this._used; }

  get body() {
    const text = this._body;
    return { async *[Symbol.asyncIterator]() { yield new TextEncoder().encode(text); } };
  }

  async text() {
    if (this._used) throw new TypeError('Body is unusable: Body has already been read');
    this._used = true;
    return String(this._body);
  }

  async json() { return JSON.parse(await this.text()); }

  async arrayBuffer() { return Buffer.from(await this.text()); }

  async blob() { return Buffer.from(await this.text()); }

  clone() { return new Response(this._body, { status: this.status, headers: [...this.headers], url: this.url }); }

  static json(value, options = {}) {
    return new Response(JSON.stringify(value), { ...options, headers: { 'content-type': 'application/json', ...options.headers } });
  }

  static error() { return new Response('', { status: 0 }); }
}

class Request {
  constructor(url, options = {}) {
    this.url = String(url);
    this.method = (options.method || 'GET').toUpperCase();
    this.headers = new Headers(options.headers);
    this.body = options.body;
    this.signal = options.signal;
  }
}

class Event {
  constructor(type) { this.type = type; }
}

class EventTarget {
  addEventListener(type, fn) { ((this._listeners ||= {})[type] ||= []).push(fn); }

  removeEventListener(type, fn) {
    if (this._listeners && this._listeners[type]) this._listeners[type] = this._listeners[type].filter((one) => one !== fn);
  }

  dispatchEvent(event) {
    for (const fn of (this._listeners && this._listeners[event.type]) || []) fn.call(this, event);
    return true;
  }
}

function aborted(reason, name = 'AbortError', message = 'This operation was aborted') {
  if (reason !== undefined) return reason;
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: name, enumerable: false, configurable: true });
  error.code = name === 'AbortError' ? 20 : 23;
  error.stack = `${name}: ${message}`;
  return error;
}

class AbortSignal extends EventTarget {
  constructor() {
    super();
    this.aborted = false;
    this.reason = undefined;
  }

  throwIfAborted() { if (this.aborted) throw this.reason; }

  _abort(reason) {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.onabort) this.onabort(new Event('abort'));
    this.dispatchEvent(new Event('abort'));
  }

  static timeout(ms) {
    const signal = new AbortSignal();
    setTimeout(() => signal._abort(aborted(undefined, 'TimeoutError', 'The operation was aborted due to timeout')), ms).unref();
    return signal;
  }

  static abort(reason) {
    const signal = new AbortSignal();
    signal._abort(aborted(reason));
    return signal;
  }
}

class AbortController {
  constructor() { this.signal = new AbortSignal(); }

  abort(reason) { this.signal._abort(aborted(reason)); }
}

function failed(cause) {
  const error = new TypeError('fetch failed', { cause });
  return error;
}

function fetch(input, options = {}) {
  return new Promise((resolve, reject) => {
    const asked = input instanceof Request ? { ...input, url: input.url } : { ...options, url: String(input) };
    let url;
    try {
      url = new URL(asked.url);
    } catch (error) {
      reject(new TypeError(`Failed to parse URL from ${asked.url}`, { cause: error }));
      return;
    }
    const headers = { accept: '*/*', 'accept-language': '*', 'user-agent': 'node' };
    for (const [key, value] of new Headers(asked.headers)) headers[key] = value;
    let body = asked.body === undefined || asked.body === null ? '' : asked.body;
    if (body instanceof URLSearchParams && !headers['content-type']) headers['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8';
    else if (typeof body === 'string' && body && !headers['content-type']) headers['content-type'] = 'text/plain;charset=UTF-8';
    body = String(body);
    const method = (asked.method || 'GET').toUpperCase();
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const signal = asked.signal;
    if (signal && signal.aborted) {
      reject(signal.reason);
      return;
    }
    let over = false;
    const number = sys.ask(url.hostname, port, { method, path: url.pathname + url.search, headers: { host: url.host, ...headers }, body }, (answer) => {
      if (over) return;
      over = true;
      if (answer.error) {
        reject(failed(answer.error === 'closed' ? Object.assign(new Error('other side closed'), { name: 'SocketError', code: 'UND_ERR_SOCKET' })
          : http._connectError(answer.error, url.hostname, port)));
        return;
      }
      const location = answer.headers && (answer.headers.Location || answer.headers.location);
      if (location && answer.status >= 300 && answer.status < 400 && asked.redirect !== 'manual' && (asked.hops || 0) < 20) {
        const next = answer.status === 307 || answer.status === 308 ? asked : { ...asked, method: 'GET', body: undefined };
        fetch(new URL(location, url).href, { ...next, hops: (asked.hops || 0) + 1 }).then(resolve, reject);
        return;
      }
      resolve(new Response(answer.body, { status: answer.status, headers: answer.headers || {}, url: url.href, redirected: Boolean(asked.hops) }));
    });
    if (signal) {
      signal.addEventListener('abort', () => {
        if (over) return;
        over = true;
        if (number) sys.stopAsking(number);
        reject(signal.reason);
      });
    }
  });
}

module.exports = { fetch, Headers, Request, Response, Event, EventTarget, AbortSignal, AbortController };

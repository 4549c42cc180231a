'use strict';
// http: servers, their requests and responses, and the client.

const EventEmitter = require('events');

const STATUS_CODES = {
  100: 'Continue', 101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 206: 'Partial Content',
  301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect',
  400: 'Bad Request', 401: 'Unauthorized', 402: 'Payment Required', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  406: 'Not Acceptable', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone', 411: 'Length Required', 413: 'Payload Too Large',
  415: 'Unsupported Media Type', 418: "I'm a Teapot", 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
};
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', 'CONNECT'];

class IncomingMessage extends EventEmitter {
  constructor(row) {
    super();
    this.method = row.method;
    this.url = row.url;
    this.headers = row.headers || {};
    this.rawHeaders = Object.entries(this.headers).flat();
    this.httpVersion = '1.1';
    this.httpVersionMajor = 1;
    this.httpVersionMinor = 1;
    this.complete = false;
    this.statusCode = row.status === undefined ? null : row.status;
    this.statusMessage = row.status === undefined ? null : STATUS_CODES[row.status] || '';
    this.socket = { remoteAddress: row.client ? `::ffff:${row.client}` : '127.0.0.1', remotePort: 52344, encrypted: false, destroy() {}, setTimeout() {}, on() {} };
    this.connection = this.socket;
    Object.defineProperty(this, '_body', { value: row.body || '', enumerable: false, writable: true });
    Object.defineProperty(this, '_sent', { value: false, enumerable: false, writable: true });
    Object.defineProperty(this, '_encoding', { value: null, enumerable: false, writable: true });
  }

  _flow() {
    if (this._sent) return;
    this._sent = true;
    process.nextTick(() => {
      if (this._body) this.emit('data', this._encoding ? this._body : Buffer.from(this._body));
      this.complete = true;
      this.emit('end');
      this.emit('close');
    });
  }

  on(event, fn) {
    super.on(event, fn);
    if (event === 'data' || event === 'end' || event === 'readable') this._flow();
    return this;
  }

  addListener(event, fn) { return this.on(event, fn); }

  setEncoding(name) {
    this._encoding = name;
    return this;
  }

  resume() {
    this._flow();
    return this;
  }

  pause() { return this; }

  unpipe() { return this; }

  pipe(target) {
    this.on('data', (chunk) => target.write(chunk));
    this.on('end', () => target.end());
    return target;
  }

  setTimeout() { return this; }

  destroy() { return this; }

  async *[Symbol.asyncIterator]() {
    if (this._body) yield Buffer.from(this._body);
  }
}

class ServerResponse extends EventEmitter {
  constructor(req, number) {
    super();
    this.req = req;
    this.statusCode = 200;
    this.statusMessage = '';
    this.headersSent = false;
    this.writableEnded = false;
    this.writableFinished = false;
    this.finished = false;
    this.sendDate = true;
    this.socket = req.socket;
    for (const [name, value] of [['_number', number], ['_headers', Object.create(null)], ['_names', Object.create(null)], ['_chunks', []], ['locals', {}]]) {
      Object.defineProperty(this, name, { value, enumerable: false, writable: true });
    }
  }

  _open(what) {
    if (this.headersSent) {
      const error = new Error(`Cannot ${what} headers after they are sent to the client`);
      error.code = 'ERR_HTTP_HEADERS_SENT';
      throw error;
    }
  }

  setHeader(name, value) {
    this._open('set');
    if (value === undefined) {
      const error = new TypeError(`Invalid value "undefined" for header "${name}"`);
      error.code = 'ERR_HTTP_INVALID_HEADER_VALUE';
      throw error;
    }
    const key = String(name).toLowerCase();
    this._headers[key] = value;
    this._names[key] = String(name);
    return this;
  }

  appendHeader(name, value) {
    const before = this.getHeader(name);
    return this.setHeader(name, before === undefined ? value : [].concat(before, value));
  }

  getHeader(name) { return this._headers[String(name).toLowerCase()]; }

  getHeaders() { return { ...this._headers }; }

  getHeaderNames() { return Object.keys(this._headers); }

  hasHeader(name) { return String(name).toLowerCase() in this._headers; }

  removeHeader(name) {
    this._open('remove');
    delete this._headers[String(name).toLowerCase()];
  }

  writeHead(status, reason, headers) {
    this._open('write');
    const rows = typeof reason === 'object' && reason !== null ? reason : headers || {};
    this.statusCode = status;
    if (typeof reason === 'string') this.statusMessage = reason;
    if (Array.isArray(rows)) {
      for (let i = 0; i + 1 < rows.length; i += 2) this.setHeader(rows[i], rows[i + 1]);
    } else {
      for (const name of Object.keys(rows)) this.setHeader(name, rows[name]);
    }
    this.headersSent = true;
    return this;
  }

  flushHeaders() { this.headersSent = true; }

  writeContinue() {}

  write(chunk, encoding, done) {
    if (this.writableEnded) {
      const error = new Error('write after end');
      error.code = 'ERR_STREAM_WRITE_AFTER_END';
      this.emit('error', error);
      return false;
    }
    if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk) && !(chunk instanceof Uint8Array)) {
      const error = new TypeError(`The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ${sys.received(chunk)}`);
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    this.headersSent = true;
    this._chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const fn = typeof encoding === 'function' ? encoding : done;
    if (fn) process.nextTick(fn);
    return true;
  }

  end(chunk, encoding, done) {
    if (this.writableEnded) return this;
    if (typeof chunk === 'function') {
      done = chunk;
      chunk = undefined;
    } else if (typeof encoding === 'function') done = encoding;
    if (chunk !== undefined && chunk !== null) this.write(chunk);
    this.headersSent = true;
    this.writableEnded = true;
    this.finished = true;
    const headers = {};
    for (const key of Object.keys(this._headers)) {
      const value = this._headers[key];
      headers[this._names[key]] = Array.isArray(value) ? value.map(String) : String(value);
    }
    const body = this.req.method === 'HEAD' ? '' : this._chunks.join('');
    sys.respond(this._number, this.statusCode, headers, body);
    this.writableFinished = true;
    sys.job(() => {
      if (done) done();
      this.emit('finish');
      this.emit('close');
    });
    return this;
  }

  cork() {}

  uncork() {}

  setTimeout() { return this; }

  destroy() {
    if (!this.writableEnded) this.end();
    return this;
  }
}

class Server extends EventEmitter {
  constructor(options, listener) {
    super();
    const fn = typeof options === 'function' ? options : listener;
    if (fn) this.on('request', fn);
    this.listening = false;
    this.timeout = 0;
    this.keepAliveTimeout = 5000;
    this.headersTimeout = 60000;
    this.requestTimeout = 300000;
    Object.defineProperty(this, '_at', { value: null, enumerable: false, writable: true });
  }

  listen(...args) {
    let done = args[args.length - 1];
    done = typeof done === 'function' ? done : undefined;
    let port = args[0];
    let host = typeof args[1] === 'string' ? args[1] : undefined;
    if (port !== null && typeof port === 'object') {
      host = port.host;
      port = port.port;
    }
    if (typeof port === 'function' || port === undefined || port === null) port = 0;
    const number = Number(port);
    if (port === '' || !(number >= 0 && number < 65536) || !Number.isInteger(number)) {
      const error = new RangeError(`options.port should be >= 0 and < 65536. Received type ${typeof port} (${typeof port === 'string' ? `'${port}'` : port}).`);
      error.code = 'ERR_SOCKET_BAD_PORT';
      throw error;
    }
    if (done) this.once('listening', done);
    const made = sys.listen(number, host, (row, id) => this._take(row, id));
    if (typeof made === 'string') {
      const address = host || '::';
      const words = { EADDRINUSE: 'address already in use', EACCES: 'permission denied' };
      const error = sys.systemError(made, `listen ${made}: ${words[made]} ${address === '::' ? ':::' : `${address}:`}${number}`, 'listen', { address, port: number });
      sys.job(() => this.emit('error', error));
      return this;
    }
    this._at = { address: host || '::', family: host && !host.includes(':') ? 'IPv4' : 'IPv6', port: made };
    this.listening = true;
    process.nextTick(() => this.emit('listening'));
    return this;
  }

  _take(row, id) {
    const req = new IncomingMessage(row);
    const res = new ServerResponse(req, id);
    Object.defineProperty(req, 'res', { value: res, enumerable: false, writable: true });
    if (!this.listenerCount('request')) res.end();
    else this.emit('request', req, res);
  }

  address() { return this._at; }

  close(done) {
    if (!this.listening) {
      if (done) {
        const error = new Error('Server is not running.');
        error.code = 'ERR_SERVER_NOT_RUNNING';
        process.nextTick(done, error);
      }
      return this;
    }
    this.listening = false;
    sys.unlisten(this._at.port);
    if (done) this.once('close', done);
    process.nextTick(() => this.emit('close'));
    return this;
  }

  closeAllConnections() {}

  closeIdleConnections() {}

  setTimeout() { return this; }

  ref() { return this; }

  unref() { return this; }

  async [Symbol.asyncDispose]() { this.close(); }
}

class ClientRequest extends EventEmitter {
  constructor(where, done) {
    super();
    this.where = where;
    this.chunks = [];
    this.headers = where.headers;
    this.destroyed = false;
    if (done) this.once('response', done);
  }

  setHeader(name, value) { this.headers[name.toLowerCase()] = value; }

  getHeader(name) { return this.headers[name.toLowerCase()]; }

  write(chunk) {
    this.chunks.push(String(chunk));
    return true;
  }

  setTimeout(ms, fn) {
    if (fn) this.on('timeout', fn);
    if (ms) this.timer = setTimeout(() => this.emit('timeout'), ms);
    return this;
  }

  destroy(error) {
    this.destroyed = true;
    if (error) process.nextTick(() => this.emit('error', error));
    return this;
  }

  abort() { return this.destroy(); }

  end(chunk) {
    if (chunk !== undefined && typeof chunk !== 'function') this.write(chunk);
    const { host, port, method, path } = this.where;
    const row = { method, path, headers: { host: `${host}${port === 80 || port === 443 ? '' : `:${port}`}`, ...this.headers }, body: this.chunks.join('') };
    sys.ask(host, port, row, (answer) => {
      if (this.timer) clearTimeout(this.timer);
      if (this.destroyed) return;
      if (answer.error) this.emit('error', connectError(answer.error, host, port));
      else {
        const headers = {};
        for (const name of Object.keys(answer.headers || {})) headers[name.toLowerCase()] = answer.headers[name];
        const res = new IncomingMessage({ status: answer.status, headers, body: answer.body });
        if (!this.emit('response', res)) res.resume();
      }
      this.emit('close');
    });
    return this;
  }
}

function connectError(code, host, port) {
  if (code === 'closed' || code === 'ECONNRESET') {
    const error = new Error('socket hang up');
    error.code = 'ECONNRESET';
    return error;
  }
  if (code === 'ENOTFOUND') {
    return sys.systemError('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`, 'getaddrinfo', { hostname: host });
  }
  const address = sys.address(host);
  return sys.systemError(code, `connect ${code} ${address}:${port}`, 'connect', { address, port });
}

function asked(url, options, scheme) {
  let row = {};
  if (typeof url === 'string' || url instanceof URL) {
    const parts = new URL(String(url));
    row = { protocol: parts.protocol, hostname: parts.hostname, port: parts.port, path: parts.pathname + parts.search };
  } else row = { ...url };
  if (options && typeof options === 'object') row = { ...row, ...options };
  const standard = row.protocol === 'https:' || scheme === 'https' ? 443 : 80;
  const headers = {};
  for (const name of Object.keys(row.headers || {})) headers[name.toLowerCase()] = String(row.headers[name]);
  return {
    host: String(row.hostname || row.host || 'localhost').replace(/:\d+$/, ''), port: Number(row.port || standard),
    method: (row.method || 'GET').toUpperCase(), path: row.path || '/', headers,
  };
}

function client(scheme) {
  const request = (url, options, done) => {
    const fn = typeof options === 'function' ? options : done;
    return new ClientRequest(asked(url, typeof options === 'function' ? undefined : options, scheme), fn);
  };
  const get = (url, options, done) => request(url, options, done).end();
  return { request, get };
}

class Agent {
  constructor(options) { this.options = options || {}; }

  destroy() {}
}

const plain = client('http');
module.exports = {
  STATUS_CODES, METHODS, IncomingMessage, ServerResponse, Server, ClientRequest, Agent, globalAgent: new Agent(),
  createServer: (options, listener) => new Server(options, listener), request: plain.request, get: plain.get, _client: client, _connectError: connectError,
};

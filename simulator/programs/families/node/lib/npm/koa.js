'use strict';
// Koa: middleware around a context.

const EventEmitter = require('events');
const http = require('http');

function compose(list) {
  return (ctx, last) => {
    const run = (at) => {
      const fn = at === list.length ? last : list[at];
      if (!fn) return Promise.resolve();
      try {
        return Promise.resolve(fn(ctx, () => run(at + 1)));
      } catch (error) {
        return Promise.reject(error);
      }
    };
    return run(0);
  };
}

class Context {
  constructor(app, req, res) {
    Object.assign(this, { app, req, res, state: {}, params: {} });
    this.request = this;
    this.response = this;
    Object.defineProperty(this, '_body', { value: undefined, enumerable: false, writable: true });
    Object.defineProperty(this, '_set', { value: false, enumerable: false, writable: true });
    res.statusCode = 404;
  }

  get method() { return this.req.method; }

  get url() { return this.req.url; }

  get originalUrl() { return this.req.url; }

  get path() { return this.req.url.split('?')[0]; }

  get query() { return Object.fromEntries(new URLSearchParams(this.req.url.split('?')[1] || '')); }

  get headers() { return this.req.headers; }

  get header() { return this.req.headers; }

  get host() { return this.req.headers.host; }

  get ip() { return this.req.socket.remoteAddress; }

  get(name) { return this.req.headers[name.toLowerCase()] || ''; }

  set(name, value) {
    if (typeof name === 'object') for (const key of Object.keys(name)) this.res.setHeader(key, name[key]);
    else this.res.setHeader(name, value);
  }

  get status() { return this.res.statusCode; }

  set status(code) {
    this._set = true;
    this.res.statusCode = code;
  }

  get body() { return this._body; }

  set body(value) {
    this._body = value;
    if (!this._set) this.res.statusCode = value === null || value === undefined ? 204 : 200;
  }

  get type() { return this.res.getHeader('Content-Type'); }

  set type(name) { this.res.setHeader('Content-Type', name.includes('/') ? name : { json: 'application/json; charset=utf-8', html: 'text/html; charset=utf-8', text: 'text/plain; charset=utf-8' }[name] || name); }

  throw(status, message) {
    const error = new Error(message || http.STATUS_CODES[status]);
    Object.assign(error, { status, statusCode: status, expose: status < 500 });
    throw error;
  }

  redirect(url) {
    this.status = 302;
    this.set('Location', url);
    this.body = `Redirecting to ${url}.`;
  }
}

class Koa extends EventEmitter {
  constructor() {
    super();
    this.middleware = [];
    this.env = process.env.NODE_ENV || 'development';
    this.context = {};
  }

  use(fn) {
    if (typeof fn !== 'function') throw new TypeError('middleware must be a function!');
    this.middleware.push(fn);
    return this;
  }

  callback() {
    const run = compose(this.middleware);
    if (!this.listenerCount('error')) {
      this.on('error', (error) => {
        if (error.status === 404 || error.expose) return;
        console.error(`\n${(error.stack || String(error)).replace(/^/gm, '  ')}\n`);
      });
    }
    return (req, res) => {
      const ctx = new Context(this, req, res);
      Object.assign(ctx, this.context);
      run(ctx).then(() => finish(ctx)).catch((error) => {
        this.emit('error', error, ctx);
        const status = error.status || 500;
        res.statusCode = status;
        res.setHeader('Content-Type', 'text/plain; charset=utf-8');
        res.end(error.expose ? error.message : http.STATUS_CODES[status]);
      });
    };
  }

  listen(...args) { return http.createServer(this.callback()).listen(...args); }
}

function finish(ctx) {
  let body = ctx.body;
  if (body === undefined) {
    ctx.res.setHeader('Content-Type', 'text/plain; charset=utf-8');
    body = http.STATUS_CODES[ctx.status] || String(ctx.status);
  } else if (body === null) body = '';
  else if (typeof body === 'object' && !Buffer.isBuffer(body)) {
    if (!ctx.type) ctx.type = 'json';
    body = JSON.stringify(body);
  } else if (!ctx.type) ctx.type = /^\s*</.test(String(body)) ? 'html' : 'text';
  ctx.res.end(Buffer.isBuffer(body) ? body : String(body));
}

Koa.default = Koa;
module.exports = Koa;

'use strict';
// Fastify: routes, hooks, replies, its log lines.

const http = require('http');
const pino = require('pino');

function compile(path) {
  const keys = [];
  const text = path.replace(/:(\w+)/g, (all, key) => { keys.push(key); return '([^/]+)'; }).replace(/\*$/, () => { keys.push('*'); return '(.*)'; });
  return { regex: new RegExp(`^${text}$`), keys };
}

class Reply {
  constructor(raw, request) {
    this.raw = raw;
    this.request = request;
    this.sent = false;
  }

  get statusCode() { return this.raw.statusCode; }

  code(status) {
    this.raw.statusCode = status;
    return this;
  }

  status(code) { return this.code(code); }

  header(name, value) {
    this.raw.setHeader(name, value);
    return this;
  }

  headers(rows) {
    for (const name of Object.keys(rows)) this.header(name, rows[name]);
    return this;
  }

  type(name) { return this.header('content-type', name); }

  redirect(url, code) { return this.code(typeof code === 'number' ? code : 302).header('location', url).send(''); }

  send(value) {
    if (this.sent) return this;
    this.sent = true;
    if (sys.isError(value)) {
      const status = value.statusCode || value.status || 500;
      this.code(status);
      const row = { statusCode: status, ...(value.code ? { code: value.code } : {}), error: http.STATUS_CODES[status], message: value.message };
      return this.json(row);
    }
    if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) return this.json(value);
    if (value !== undefined && value !== null && value !== '' && !this.raw.hasHeader('content-type')) this.type('text/plain; charset=utf-8');
    this.raw.end(value === undefined || value === null ? '' : Buffer.isBuffer(value) ? value : String(value));
    return this;
  }

  json(value) {
    if (!this.raw.hasHeader('content-type')) this.type('application/json; charset=utf-8');
    const text = JSON.stringify(value);
    this.header('content-length', Buffer.byteLength(text));
    this.raw.end(text);
    return this;
  }
}

function fastify(options = {}) {
  const quiet = { info() {}, error() {}, warn() {}, debug() {}, trace() {}, fatal() {}, child() { return quiet; } };
  const log = options.logger ? pino(options.logger === true ? {} : options.logger) : quiet;
  const routes = [];
  const hooks = {};
  const plugins = [];
  let failed = null;
  let missing = null;
  let count = 0;
  const app = { log, server: null, decorate(name, value) { app[name] = value; return app; }, decorateRequest() { return app; }, decorateReply() { return app; } };
  const add = (prefix) => (row) => {
    for (const method of [].concat(row.method)) routes.push({ method: method.toUpperCase(), ...compile(prefix + (row.url || row.path)), handler: row.handler, schema: row.schema, pre: [].concat(row.preHandler || []) });
    return app;
  };
  const scoped = (target, prefix) => {
    target.route = add(prefix);
    for (const method of ['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'all']) {
      target[method] = (path, opts, handler) => {
        const fn = handler || opts;
        const list = method === 'all' ? ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] : [method];
        return add(prefix)({ ...(handler ? opts : {}), method: list, url: path === '/' && prefix ? '' : path, handler: fn }) && target;
      };
    }
    target.register = (plugin, opts = {}) => {
      const inner = scoped(Object.create(target), prefix + (opts.prefix || ''));
      plugins.push(() => new Promise((resolve, reject) => {
        const made = typeof plugin === 'function' ? plugin(inner, opts, (error) => (error ? reject(error) : resolve())) : undefined;
        if (sys.isPromise(made)) made.then(resolve, reject);
        else if (typeof plugin !== 'function' || plugin.length < 3) resolve();
      }));
      return target;
    };
    return target;
  };
  scoped(app, '');
  app.addHook = (name, fn) => { (hooks[name] ||= []).push(fn); return app; };
  app.setErrorHandler = (fn) => { failed = fn; return app; };
  app.setNotFoundHandler = (fn) => { missing = fn; return app; };
  app.addContentTypeParser = () => app;
  const run = async (name, ...args) => {
    for (const fn of hooks[name] || []) {
      await new Promise((resolve, reject) => {
        const made = fn(...args, (error) => (error ? reject(error) : resolve()));
        if (sys.isPromise(made)) made.then(resolve, reject);
        else if (fn.length <= args.length) resolve();
      });
    }
  };
  const answer = async (req, res) => {
    const [path, search] = req.url.split('?');
    const request = { raw: req, id: `req-${(++count).toString(36)}`, method: req.method, url: req.url, headers: req.headers, query: Object.fromEntries(new URLSearchParams(search || '')), params: {}, body: undefined, ip: req.socket.remoteAddress, hostname: req.headers.host, log };
    const reply = new Reply(res, request);
    const began = sys.now();
    log.info({ reqId: request.id, req: { method: req.method, url: req.url, host: req.headers.host, remoteAddress: req.socket.remoteAddress, remotePort: 52344 } }, 'incoming request');
    res.on('finish', () => log.info({ reqId: request.id, res: { statusCode: res.statusCode }, responseTime: (sys.now() - began) / 1000 }, 'request completed'));
    try {
      const route = routes.find((one) => one.regex.test(path) && (one.method === req.method || (req.method === 'HEAD' && one.method === 'GET')));
      await run('onRequest', request, reply);
      if (!route) {
        if (missing) return await missing(request, reply);
        return reply.code(404).json({ message: `Route ${req.method}:${req.url} not found`, error: 'Not Found', statusCode: 404 });
      }
      const found = route.regex.exec(path);
      route.keys.forEach((key, i) => { request.params[key] = decodeURIComponent(found[i + 1]); });
      if (req._body) {
        const type = req.headers['content-type'] || '';
        if (type.includes('json')) {
          try {
            request.body = JSON.parse(req._body);
          } catch (error) {
            error.statusCode = 400;
            throw error;
          }
        } else request.body = type.includes('urlencoded') ? Object.fromEntries(new URLSearchParams(req._body)) : req._body;
      }
      await run('preHandler', request, reply);
      for (const fn of route.pre) await fn(request, reply);
      if (reply.sent) return undefined;
      const made = await route.handler.call(app, request, reply);
      if (made !== undefined && made !== reply && !reply.sent) reply.send(made);
    } catch (error) {
      if (failed) return failed(error, request, reply);
      log.error({ reqId: request.id, err: error }, error.message);
      reply.send(error);
    }
    return undefined;
  };
  app.ready = async () => {
    while (plugins.length) await plugins.shift()();
    await run('onReady');
  };
  app.listen = (where = {}, done) => {
    const port = typeof where === 'object' ? where.port || 0 : where;
    const host = (typeof where === 'object' && where.host) || 'localhost';
    const made = app.ready().then(() => new Promise((resolve, reject) => {
      app.server = http.createServer(answer);
      app.server.once('error', reject);
      app.server.listen(port, host, () => {
        const shown = host === 'localhost' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
        log.info(`Server listening at http://${shown}:${app.server.address().port}`);
        resolve(`http://${shown}:${app.server.address().port}`);
      });
    }));
    if (!done) return made;
    made.then((address) => done(null, address), (error) => done(error));
    return undefined;
  };
  app.close = async () => {
    await run('onClose', app);
    if (app.server) app.server.close();
  };
  return app;
}

fastify.fastify = fastify;
fastify.default = fastify;
module.exports = fastify;

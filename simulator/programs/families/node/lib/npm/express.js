'use strict';
// Express 5 and 4, whichever is installed: applications, routers, requests and responses.

const EventEmitter = require('events');
const http = require('http');
const path = require('path');
const fs = require('fs');
const { compile } = require('express/paths');

const MAJOR = Number(sys.versionOf('express').split('.')[0]) || 5;

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];
const TYPES = {
  html: 'text/html; charset=utf-8', json: 'application/json; charset=utf-8', txt: 'text/plain; charset=utf-8', text: 'text/plain; charset=utf-8',
  js: MAJOR >= 5 ? 'text/javascript; charset=utf-8' : 'application/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg',
  xml: 'application/xml', bin: 'application/octet-stream', ico: 'image/x-icon', md: 'text/markdown; charset=utf-8', yaml: 'text/yaml',
};

function match(layer, url) {
  for (const { regex, keys } of layer.patterns) {
    const found = regex.exec(url);
    if (found) {
      const params = {};
      keys.forEach((key, i) => {
        const value = found[i + 1];
        if (value === undefined) return;
        if (key.list) params[key.list] = value.split('/').map(decodeURIComponent);
        else params[key] = decodeURIComponent(value);
      });
      return { path: found[0], params };
    }
  }
  return null;
}

function flat(list) {
  return list.flat(Infinity);
}

function layerOf(where, fns, end, method, route) {
  const list = Array.isArray(where) ? where : [where];
  return { patterns: list.map((one) => compile(one, end, MAJOR)), root: !end && list.length === 1 && list[0] === '/', fns, method, route: route || null, end };
}

function check(fns, what) {
  if (!fns.length) throw new TypeError(`${what} requires a middleware function`);
  for (const fn of fns) {
    if (typeof fn !== 'function') throw new TypeError(what.startsWith('Route') ? `argument handler must be a function` : `argument handler must be a function`);
  }
}

function pathOf(req) {
  const at = req.url.indexOf('?');
  return at < 0 ? req.url : req.url.slice(0, at);
}

function parseQuery(text, extended) {
  const out = {};
  if (!text) return out;
  for (const part of text.split('&')) {
    if (!part) continue;
    const at = part.indexOf('=');
    const key = decodeURIComponent((at < 0 ? part : part.slice(0, at)).replace(/\+/g, ' '));
    const value = at < 0 ? '' : decodeURIComponent(part.slice(at + 1).replace(/\+/g, ' '));
    if (extended && /^[^\[\]]+(\[[^\[\]]*\])+$/.test(key)) nest(out, key, value);
    else if (key in out) out[key] = [].concat(out[key], value);
    else out[key] = value;
  }
  return out;
}

// Puts a[b][c]=value and a[]=value where qs does.
function nest(out, key, value) {
  const names = key.replace(/\]/g, '').split('[');
  let place = out;
  names.slice(0, -1).forEach((name, i) => {
    if (['__proto__', 'constructor', 'prototype'].includes(name)) return;
    const list = names[i + 1] === '' || /^\d+$/.test(names[i + 1]);
    if (typeof place[name] !== 'object' || place[name] === null) place[name] = list ? [] : {};
    place = place[name];
  });
  const last = names[names.length - 1];
  if (Array.isArray(place)) place.push(value);
  else if (!['__proto__', 'constructor', 'prototype'].includes(last)) place[last] = last in place ? [].concat(place[last], value) : value;
}

function Router(options) {
  function router(req, res, next) {
    router.handle(req, res, next);
  }
  router.stack = [];
  router.mergeParams = Boolean(options && options.mergeParams);
  router.hooks = {};
  for (const name of Object.keys(routing)) router[name] = routing[name];
  return router;
}

const routing = {
  use(...args) {
    let where = '/';
    if (typeof args[0] !== 'function' && !(Array.isArray(args[0]) && typeof args[0][0] === 'function')) where = args.shift();
    const fns = flat(args);
    check(fns, 'app.use()');
    for (const fn of fns) this.stack.push(layerOf(where, [fn], false, null));
    return this;
  },

  all(where, ...fns) {
    const list = flat(fns);
    check(list, 'Route.all()');
    this.stack.push(layerOf(where, list, true, 'all', where));
    return this;
  },

  route(where) {
    const made = {};
    for (const method of [...METHODS, 'all']) {
      made[method] = (...fns) => {
        this[method](where, ...fns);
        return made;
      };
    }
    return made;
  },

  param(name, fn) {
    (this.hooks[name] ||= []).push(fn);
    return this;
  },

  handle(req, res, done) {
    const stack = this.stack;
    const parent = { url: req.url, base: req.baseUrl || '', params: req.params };
    let at = 0;
    const allowed = [];
    const next = (error) => {
      req.url = parent.url;
      req.baseUrl = parent.base;
      if (error === 'router') return done();
      const url = pathOf(req);
      while (at < stack.length) {
        const layer = stack[at++];
        const found = layer.root ? { path: '', params: {} } : match(layer, url);
        if (!found) continue;
        if (layer.method && layer.method !== 'all' && layer.method !== req.method.toLowerCase()
          && !(req.method === 'HEAD' && layer.method === 'get')) {
          allowed.push(layer.method.toUpperCase());
          continue;
        }
        if (layer.method && error && !layer.fns.some((fn) => fn.length === 4)) continue;
        req.params = this.mergeParams ? { ...parent.params, ...found.params } : found.params;
        if (layer.method) req.route = { path: layer.route };
        else if (found.path) {
          req.url = req.url.slice(found.path.length) || '/';
          if (req.url[0] !== '/') req.url = `/${req.url}`;
          req.baseUrl = parent.base + found.path;
        }
        return hooked(this, req, res, found.params, (wrong) => run(layer, req, res, wrong || error, next));
      }
      req.params = parent.params;
      if (!error && req.method === 'OPTIONS' && allowed.length) {
        res.set('Allow', [...new Set(allowed)].join(', '));
        return res.send([...new Set(allowed)].join(', '));
      }
      return done(error);
    };
    next();
  },
};

for (const method of METHODS) {
  routing[method] = function add(where, ...fns) {
    const list = flat(fns);
    check(list, `Route.${method}()`);
    this.stack.push(layerOf(where, list, true, method, where));
    return this;
  };
}

function hooked(router, req, res, params, done) {
  const rows = [];
  for (const name of Object.keys(params)) for (const fn of router.hooks[name] || []) rows.push([fn, params[name], name]);
  const next = (error) => {
    if (error || !rows.length) return done(error);
    const [fn, value, name] = rows.shift();
    return fn(req, res, next, value, name);
  };
  next();
}

function run(layer, req, res, error, out) {
  let at = 0;
  const next = (wrong) => {
    if (wrong === 'route') return out();
    const current = wrong === undefined || wrong === null ? undefined : wrong;
    while (at < layer.fns.length) {
      const fn = layer.fns[at++];
      if (current !== undefined ? fn.length !== 4 : fn.length > 3) continue;
      try {
        const made = current !== undefined ? fn(current, req, res, next) : fn(req, res, next);
        if (sys.isPromise(made) && (MAJOR >= 5 || express.asyncErrors)) made.then(null, (thrown) => next(thrown || new Error('Rejected promise')));
      } catch (thrown) {
        next(thrown);
      }
      return undefined;
    }
    return out(current);
  };
  next(error);
}

// Requests and responses

const request = {
  get(name) {
    const key = name.toLowerCase();
    if (key === 'referer' || key === 'referrer') return this.headers.referer || this.headers.referrer;
    return this.headers[key];
  },
  accepts(...types) {
    const accept = this.headers.accept || '*/*';
    const list = flat(types);
    if (accept.includes('*/*')) return list[0];
    return list.find((type) => accept.includes(type) || accept.includes(TYPES[type] ? TYPES[type].split(';')[0] : type)) || false;
  },
  is(type) {
    const kind = this.headers['content-type'] || '';
    return kind.includes(type) ? type : false;
  },
};
request.header = request.get;

const response = {
  status(code) {
    this.statusCode = code;
    return this;
  },
  set(name, value) {
    if (typeof name === 'object') {
      for (const key of Object.keys(name)) this.set(key, name[key]);
      return this;
    }
    let text = Array.isArray(value) ? value.map(String) : String(value);
    if (name.toLowerCase() === 'content-type' && !/charset/.test(text) && /^text\/|json/.test(text)) text += '; charset=utf-8';
    this.setHeader(name, text);
    return this;
  },
  get(name) { return this.getHeader(name); },
  append(name, value) {
    const before = this.get(name);
    return this.set(name, before ? [].concat(before, value) : value);
  },
  vary(name) { return this.append('Vary', name); },
  type(name) {
    return this.set('Content-Type', name.includes('/') ? name : TYPES[name.replace('.', '')] || 'application/octet-stream');
  },
  send(body) {
    let data = body;
    if (typeof data === 'object' && data !== null && !Buffer.isBuffer(data)) return this.json(data);
    if (typeof data === 'number' && MAJOR < 5) return this.sendStatus(data);
    if (typeof data === 'number' || typeof data === 'boolean') return this.json(data);
    if (typeof data === 'string' && !this.get('Content-Type')) this.type('html');
    if (Buffer.isBuffer(data) && !this.get('Content-Type')) this.type('bin');
    if (data === null || data === undefined) data = '';
    this.set('Content-Length', Buffer.byteLength(data));
    if (!this.get('ETag') && data.length) this.set('ETag', `W/"${Buffer.byteLength(data).toString(16)}-${sys.digest('sha1', data).toString('base64').slice(0, 27)}"`);
    if (this.statusCode === 204 || this.statusCode === 304) data = '';
    this.end(data);
    return this;
  },
  json(value) {
    const app = this.app;
    const text = JSON.stringify(value, app.get('json replacer'), app.get('json spaces'));
    if (!this.get('Content-Type')) this.set('Content-Type', 'application/json');
    return this.send(text === undefined ? '' : text);
  },
  jsonp(value) { return this.json(value); },
  sendStatus(code) {
    this.statusCode = code;
    this.type('txt');
    return this.send(http.STATUS_CODES[code] || String(code));
  },
  redirect(...args) {
    const [code, url] = args.length > 1 ? (typeof args[0] === 'number' ? args : [args[1], args[0]]) : [302, args[0]];
    this.statusCode = code;
    const where = url === 'back' && MAJOR < 5 ? this.req.get('Referrer') || '/' : url;
    this.set('Location', where);
    const html = this.req.accepts('text', 'html') === 'html';
    const text = `${http.STATUS_CODES[code]}. Redirecting to ${where}`;
    if (html) return this.type('html').send(`<p>${text}</p>`);
    return this.type('txt').send(text);
  },
  location(url) { return this.set('Location', url); },
  cookie(name, value, options = {}) {
    let text = `${name}=${encodeURIComponent(typeof value === 'object' ? `j:${JSON.stringify(value)}` : String(value))}; Path=${options.path || '/'}`;
    if (options.maxAge !== undefined) text += `; Max-Age=${Math.floor(options.maxAge / 1000)}`;
    if (options.httpOnly) text += '; HttpOnly';
    if (options.secure) text += '; Secure';
    if (options.sameSite) text += `; SameSite=${options.sameSite === true ? 'Strict' : options.sameSite}`;
    return this.append('Set-Cookie', text);
  },
  clearCookie(name) { return this.append('Set-Cookie', `${name}=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT`); },
  attachment(name) {
    return this.set('Content-Disposition', name ? `attachment; filename="${path.basename(name)}"` : 'attachment');
  },
  format(rows) {
    const type = this.req.accepts(Object.keys(rows)) || 'default';
    rows[type](this.req, this);
    return this;
  },
  sendFile(name, options, done) {
    const fn = typeof options === 'function' ? options : done;
    const root = options && options.root;
    if (!root && !path.isAbsolute(name)) throw new TypeError('path must be absolute or specify root to res.sendFile');
    const full = root ? path.join(root, name) : name;
    if (!fs.existsSync(full) || fs.statSync(full).isDirectory()) {
      const error = sys.systemError('ENOENT', `ENOENT: no such file or directory, stat '${full}'`, 'stat', { path: full });
      error.status = 404;
      error.statusCode = 404;
      error.expose = false;
      if (fn) fn(error);
      else this.req.next(error);
      return;
    }
    if (!this.get('Content-Type')) this.type(path.extname(full).slice(1) || 'bin');
    this.send(fs.readFileSync(full));
    if (fn) fn();
  },
  download(name, shown) {
    this.attachment(typeof shown === 'string' ? shown : name);
    this.sendFile(path.resolve(name));
  },
  render(view, locals, done) {
    const fn = typeof locals === 'function' ? locals : done;
    this.app.render(view, typeof locals === 'object' ? { ...this.locals, ...locals } : this.locals, (error, html) => {
      if (fn) fn(error, html);
      else if (error) this.req.next(error);
      else this.send(html);
    });
  },
};
response.header = response.set;
response.contentType = response.type;

function escape(text) {
  return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');
}

function page(text) {
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>${text}</pre>\n</body>\n</html>\n`;
}

function last(app, req, res) {
  return (error) => {
    if (res.headersSent) {
      if (error && app.get('env') !== 'test') console.error(error.stack || String(error));
      if (!res.writableEnded) res.end();
      return;
    }
    if (!error) {
      res.statusCode = 404;
      for (const name of res.getHeaderNames()) if (name.startsWith('content-') || name === 'etag') res.removeHeader(name);
      res.setHeader('Content-Security-Policy', "default-src 'none'");
      res.setHeader('X-Content-Type-Options', 'nosniff');
      res.setHeader('Content-Type', 'text/html; charset=utf-8');
      const body = page(`Cannot ${escape(req.method)} ${escape(pathOf({ url: req.originalUrl }))}`);
      res.setHeader('Content-Length', Buffer.byteLength(body));
      res.end(body);
      return;
    }
    const status = error.status || error.statusCode;
    res.statusCode = status >= 400 && status < 600 ? status : (res.statusCode >= 400 ? res.statusCode : 500);
    if (app.get('env') !== 'test') console.error(error.stack || String(error));
    const shown = app.get('env') === 'production' ? http.STATUS_CODES[res.statusCode] : (error.stack || String(error));
    const body = page(escape(shown).replace(/\n/g, '<br>').replace(/ {2}/g, ' &nbsp;'));
    res.setHeader('Content-Security-Policy', "default-src 'none'");
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.setHeader('Content-Length', Buffer.byteLength(body));
    res.end(body);
  };
}

const application = {
  set(name, value) {
    if (value === undefined) return this.settings[name];
    this.settings[name] = value;
    return this;
  },
  enable(name) { return this.set(name, true); },
  disable(name) { return this.set(name, false); },
  enabled(name) { return Boolean(this.settings[name]); },
  disabled(name) { return !this.settings[name]; },
  engine(ext, fn) {
    this.engines[ext.replace(/^\./, '')] = fn;
    return this;
  },
  get(...args) {
    if (args.length === 1) return this.settings[args[0]];
    this.router.get(...args);
    return this;
  },
  use(...args) {
    this.router.use(...args);
    return this;
  },
  all(...args) {
    this.router.all(...args);
    return this;
  },
  route(where) { return this.router.route(where); },
  param(name, fn) {
    this.router.param(name, fn);
    return this;
  },
  render(view, locals, done) {
    const ext = path.extname(view).slice(1) || this.get('view engine');
    const file = path.resolve(this.get('views') || `${process.cwd()}/views`, path.extname(view) ? view : `${view}.${ext}`);
    if (!ext) {
      done(new Error('No default engine was specified and no extension was provided.'));
      return;
    }
    if (!fs.existsSync(file)) {
      done(new Error(`Failed to lookup view "${view}" in views directory "${this.get('views') || `${process.cwd()}/views`}"`));
      return;
    }
    const engine = this.engines[ext] || require(ext).__express || require(ext).renderFile;
    engine(file, { ...this.locals, ...locals, settings: this.settings }, done);
  },
  handle(req, res, done) {
    const fresh = !req.app;
    req.app = res.app = this;
    if (fresh) {
      for (const name of Object.keys(request)) req[name] = request[name];
      for (const name of Object.keys(response)) res[name] = response[name];
      req.res = res;
      req.originalUrl = req.url;
      req.baseUrl = '';
      req.params = {};
      const at = req.url.indexOf('?');
      req.query = parseQuery(at < 0 ? '' : req.url.slice(at + 1), this.get('query parser') === 'extended');
      req.protocol = (this.get('trust proxy') && req.headers['x-forwarded-proto']) || 'http';
      req.secure = req.protocol === 'https';
      req.hostname = String(req.headers.host || '').replace(/:\d+$/, '');
      req.host = req.headers.host;
      const forwarded = this.get('trust proxy') ? req.headers['x-forwarded-for'] : '';
      req.ip = forwarded ? forwarded.split(',')[0].trim() : req.socket.remoteAddress;
      req.ips = forwarded ? forwarded.split(',').map((one) => one.trim()) : [];
      req.xhr = (req.headers['x-requested-with'] || '').toLowerCase() === 'xmlhttprequest';
      req.fresh = false;
      req.stale = true;
      if (this.enabled('x-powered-by')) res.setHeader('X-Powered-By', 'Express');
    }
    Object.defineProperty(req, 'path', { get() { return pathOf(this); }, configurable: true, enumerable: false });
    const end = done || last(this, req, res);
    req.next = end;
    this.router.handle(req, res, end);
  },
  listen(...args) {
    const server = http.createServer(this);
    const done = args[args.length - 1];
    if (typeof done === 'function' && MAJOR >= 5) {
      let called = false;
      const once = (error) => {
        if (called) return;
        called = true;
        done(error);
      };
      args[args.length - 1] = () => once();
      server.once('error', (error) => {
        if (done.length > 0) once(error);
        else throw error;
      });
    }
    return server.listen(...args);
  },
};
for (const method of METHODS) {
  if (method === 'get') continue;
  application[method] = function add(...args) {
    this.router[method](...args);
    return this;
  };
}

function express() {
  function app(req, res, next) {
    app.handle(req, res, next);
  }
  for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
    if (name !== 'constructor') app[name] = EventEmitter.prototype[name];
  }
  for (const name of Object.keys(application)) app[name] = application[name];
  app.settings = { env: process.env.NODE_ENV || 'development', 'x-powered-by': true, etag: 'weak', 'query parser': MAJOR >= 5 ? 'simple' : 'extended', views: `${process.cwd()}/views` };
  app.locals = { settings: app.settings };
  app.engines = {};
  app.router = Router();
  app.mountpath = '/';
  return app;
}

// Bodies

function reader(kind, options, parse) {
  const wanted = options.type || kind;
  return function body(req, res, next) {
    const type = req.headers['content-type'] || '';
    const fits = typeof wanted === 'function' ? wanted(req) : [].concat(wanted).some((one) => type.includes(one.replace('*/*', '').replace('/*', '/')));
    if (req._read) return next();
    if (!req._body || !fits) {
      if (MAJOR < 5 && req.body === undefined) req.body = {};
      return next();
    }
    req._read = true;
    const limit = typeof options.limit === 'number' ? options.limit : parseLimit(options.limit || '100kb');
    if (Buffer.byteLength(req._body) > limit) {
      const error = new Error('request entity too large');
      Object.assign(error, { name: 'PayloadTooLargeError', expected: Buffer.byteLength(req._body), length: Buffer.byteLength(req._body), limit, type: 'entity.too.large', status: 413, statusCode: 413, expose: true });
      return next(error);
    }
    try {
      req.body = parse(req._body);
    } catch (error) {
      Object.assign(error, { status: 400, statusCode: 400, expose: true, type: 'entity.parse.failed', body: req._body });
      return next(error);
    }
    return next();
  };
}

function parseLimit(text) {
  const found = /^([\d.]+)\s*(kb|mb|gb|b)?$/i.exec(text);
  const unit = { kb: 1024, mb: 1048576, gb: 1073741824, b: 1 }[((found && found[2]) || 'b').toLowerCase()];
  return found ? Number(found[1]) * unit : 102400;
}

express.json = (options = {}) => reader('application/json', options, (text) => {
  if (options.strict !== false && !/^[\s]*[{[]/.test(text)) JSON.parse(text.trim()[0] === undefined ? '' : `${text.trim()[0]}#`);
  return JSON.parse(text, options.reviver);
});
express.urlencoded = (options = {}) => reader('application/x-www-form-urlencoded', options, (text) => parseQuery(text, options.extended === undefined ? MAJOR < 5 : options.extended));
express.text = (options = {}) => reader('text/plain', options, (text) => text);
express.raw = (options = {}) => reader('application/octet-stream', options, (text) => Buffer.from(text));

express.static = (root, options = {}) => {
  if (!root) throw new TypeError('root path required');
  const base = path.resolve(root);
  return function serveStatic(req, res, next) {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next();
    let name;
    try {
      name = path.join(base, decodeURIComponent(pathOf(req)));
    } catch {
      return next();
    }
    if (!name.startsWith(base) || /\/\.[^/]/.test(name.slice(base.length))) return next();
    if (fs.existsSync(name) && fs.statSync(name).isDirectory()) {
      if (!pathOf({ url: req.originalUrl }).endsWith('/') && options.redirect !== false && pathOf(req) !== '/') {
        res.statusCode = 301;
        res.setHeader('Location', `${pathOf({ url: req.originalUrl })}/`);
        return res.end();
      }
      if (options.index === false) return next();
      name = path.join(name, options.index || 'index.html');
    }
    if (!fs.existsSync(name)) {
      const found = (options.extensions || []).find((ext) => fs.existsSync(`${name}.${ext}`));
      if (!found) return next();
      name = `${name}.${found}`;
    }
    if (!res.get('Cache-Control')) res.setHeader('Cache-Control', `public, max-age=${options.maxAge ? Math.floor(Number(options.maxAge) / 1000) || 0 : 0}`);
    res.setHeader('Accept-Ranges', 'bytes');
    res.sendFile(name);
    return undefined;
  };
};

express.Router = Router;
express.request = request;
express.response = response;
express.application = application;
express.query = () => (req, res, next) => next();
express.default = express;
module.exports = express;

'use strict';
// express-session: sessions named by a signed cookie, kept in the memory of the process.

const crypto = require('crypto');

class MemoryStore {
  constructor() { this.sessions = {}; }

  get(id, done) { process.nextTick(done, null, this.sessions[id] ? JSON.parse(this.sessions[id]) : undefined); }

  set(id, session, done) {
    this.sessions[id] = JSON.stringify(session);
    if (done) process.nextTick(done, null);
  }

  destroy(id, done) {
    delete this.sessions[id];
    if (done) process.nextTick(done, null);
  }
}

const signature = (id, secret) => crypto.createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');

function idOf(header, name, secrets) {
  for (const part of (header || '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() !== name) continue;
    const value = decodeURIComponent(part.slice(at + 1).trim());
    const id = value.slice(2, value.lastIndexOf('.'));
    if (value.startsWith('s:') && secrets.some((one) => value === `s:${id}.${signature(id, one)}`)) return id;
  }
  return undefined;
}

function cookieText(name, value, options) {
  let text = `${name}=${encodeURIComponent(value)}; Path=${options.path || '/'}`;
  if (options.maxAge) text += `; Expires=${new Date(Date.now() + options.maxAge).toUTCString()}`;
  if (options.httpOnly !== false) text += '; HttpOnly';
  if (options.secure) text += '; Secure';
  return options.sameSite ? `${text}; SameSite=${String(options.sameSite)[0].toUpperCase()}${String(options.sameSite).slice(1)}` : text;
}

function session(options = {}) {
  const secrets = [].concat(options.secret || []);
  const name = options.name || 'connect.sid';
  const cookie = options.cookie || {};
  const store = options.store || new MemoryStore();
  if (!secrets.length) throw new Error('secret option required for sessions');
  if (process.env.NODE_ENV === 'production' && store instanceof MemoryStore) {
    console.warn('Warning: connect.session() MemoryStore is not\ndesigned for a production environment, as it will leak\nmemory, and will not scale past a single process.');
  }

  function give(req, row) {
    const hidden = (key, value) => Object.defineProperty(req.session, key, { value, enumerable: false, configurable: true });
    req.session = { cookie: { path: '/', httpOnly: true, originalMaxAge: cookie.maxAge || null, ...cookie }, ...row };
    hidden('id', req.sessionID);
    hidden('save', (done) => store.set(req.sessionID, req.session, done));
    hidden('touch', () => {});
    hidden('reload', (done) => done && done());
    hidden('destroy', (done) => {
      store.destroy(req.sessionID, done);
      req.session = undefined;
    });
    hidden('regenerate', (done) => {
      store.destroy(req.sessionID);
      fresh(req);
      if (done) process.nextTick(done, null);
    });
  }

  function fresh(req) {
    req.sessionID = sys.randomHex(16);
    req._newSession = true;
    give(req, {});
  }

  return (req, res, next) => {
    if (req.session) {
      next();
      return;
    }
    const end = res.end;
    let before = '';
    res.end = function ended(...args) {
      if (req.session) {
        const text = JSON.stringify(req.session);
        const changed = text !== before;
        if (!res.headersSent && ((req._newSession && (changed || options.saveUninitialized !== false)) || options.rolling)) {
          res.setHeader('Set-Cookie', [].concat(res.getHeader('Set-Cookie') || [], cookieText(name, `s:${req.sessionID}.${signature(req.sessionID, secrets[0])}`, cookie)));
        }
        if (changed || (req._newSession && options.saveUninitialized !== false)) store.set(req.sessionID, req.session);
      }
      return end.apply(res, args);
    };
    const go = (row) => {
      if (row) give(req, row);
      else fresh(req);
      before = JSON.stringify(req.session);
      next();
    };
    const id = idOf(req.headers.cookie, name, secrets);
    req.sessionStore = store;
    if (!id) {
      go();
      return;
    }
    store.get(id, (error, row) => {
      if (error) {
        next(error);
        return;
      }
      if (row) req.sessionID = id;
      go(row);
    });
  };
}

module.exports = session;
module.exports.default = session;
module.exports.MemoryStore = MemoryStore;

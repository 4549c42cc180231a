'use strict';
// jsonwebtoken: tokens signed by HMAC-SHA256 (HS256); other algorithms are refused aloud.

const crypto = require('crypto');

function named(name) {
  return class extends Error {
    constructor(message, more) {
      super(message);
      Object.defineProperty(this, 'name', { value: name, enumerable: false, configurable: true });
      Object.assign(this, more);
    }
  };
}

const JsonWebTokenError = named('JsonWebTokenError');
const TokenExpiredError = class extends JsonWebTokenError {
  constructor(message, expiredAt) {
    super(message, { expiredAt });
    Object.defineProperty(this, 'name', { value: 'TokenExpiredError', enumerable: false });
  }
};
const UNITS = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31557600 };
const url64 = (base64) => base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const encode = (value) => url64(Buffer.from(JSON.stringify(value)).toString('base64'));
const signed = (text, secret) => url64(crypto.createHmac('sha256', secret).update(text).digest('base64'));

function seconds(span) {
  if (typeof span === 'number') return span;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w|y)?[a-z]*$/i.exec(String(span).trim());
  if (!match) throw new Error('"expiresIn" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60');
  return Math.floor(Number(match[1]) * (match[2] && match[2] !== 'ms' ? UNITS[match[2].toLowerCase()] : 1 / 1000));
}

function decode(token, options = {}) {
  const parts = String(token).split('.');
  if (parts.length !== 3) return null;
  try {
    const [header, payload] = parts.slice(0, 2).map((one) => JSON.parse(Buffer.from(one.replace(/-/g, '+').replace(/_/g, '/'), 'base64').toString()));
    return options.complete ? { header, payload, signature: parts[2] } : payload;
  } catch {
    return null;
  }
}

function make(payload, secret, options) {
  if (!secret) throw new Error('secretOrPrivateKey must have a value');
  if (options.algorithm && options.algorithm !== 'HS256') throw new Error(`drydock: the algorithm ${options.algorithm} is not followed by the model`);
  const now = Math.floor(Date.now() / 1000);
  const row = typeof payload === 'object' ? { ...payload } : payload;
  if (typeof row === 'object') {
    if (!options.noTimestamp && row.iat === undefined) row.iat = now;
    if (options.expiresIn !== undefined) row.exp = row.iat + seconds(options.expiresIn);
    for (const [key, name] of [['issuer', 'iss'], ['subject', 'sub'], ['audience', 'aud']]) if (options[key]) row[name] = options[key];
  }
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(row)}`;
  return `${text}.${signed(text, secret)}`;
}

function check(token, secret, options) {
  if (!token) throw new JsonWebTokenError('jwt must be provided');
  if (typeof token !== 'string') throw new JsonWebTokenError('jwt must be a string');
  const parts = token.split('.');
  if (parts.length !== 3) throw new JsonWebTokenError('jwt malformed');
  const row = decode(token);
  if (row === null) throw new JsonWebTokenError('invalid token');
  if (!secret) throw new JsonWebTokenError('secret or public key must be provided');
  if (signed(`${parts[0]}.${parts[1]}`, secret) !== parts[2]) throw new JsonWebTokenError('invalid signature');
  if (!options.ignoreExpiration && row.exp !== undefined && Date.now() / 1000 >= row.exp) throw new TokenExpiredError('jwt expired', new Date(row.exp * 1000));
  return row;
}

function run(work, options, done) {
  const fn = typeof options === 'function' ? options : done;
  if (!fn) return work(options || {});
  let found;
  try {
    found = work(typeof options === 'function' ? {} : options || {});
  } catch (error) {
    process.nextTick(fn, error);
    return undefined;
  }
  process.nextTick(fn, null, found);
  return undefined;
}

module.exports = {
  sign: (payload, secret, options, done) => run((wish) => make(payload, secret, wish), options, done), verify: (token, secret, options, done) => run((wish) => check(token, secret, wish), options, done),
  decode, JsonWebTokenError, TokenExpiredError,
};
module.exports.default = module.exports;

'use strict';
// morgan: a line for each request that was answered.

const FORMATS = {
  combined: ':remote-addr - :remote-user [:date[clf]] ":method :url HTTP/:http-version" :status :res[content-length] ":referrer" ":user-agent"',
  common: ':remote-addr - :remote-user [:date[clf]] ":method :url HTTP/:http-version" :status :res[content-length]',
  short: ':remote-addr :remote-user :method :url HTTP/:http-version :status :res[content-length] - :response-time ms',
  tiny: ':method :url :status :res[content-length] - :response-time ms',
  dev: ':method :url \u001b[0m:status\u001b[0m :response-time ms - :res[content-length]',
};
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (n) => String(n).padStart(2, '0');

function dated(kind) {
  const at = new Date();
  if (kind === 'iso') return at.toISOString();
  if (kind === 'web') return at.toUTCString();
  return `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}

const tokens = {};

function line(format, req, res, took) {
  return format.replace(/:([-\w]{2,})(?:\[([^\]]+)\])?/g, (all, name, inner) => {
    const made = {
      'remote-addr': () => req.ip || (req.socket && req.socket.remoteAddress), 'remote-user': () => undefined, date: () => dated(inner || 'web'), method: () => req.method,
      url: () => req.originalUrl || req.url, 'http-version': () => '1.1', status: () => res.statusCode, res: () => res.getHeader(inner), req: () => req.headers[inner.toLowerCase()],
      referrer: () => req.headers.referer, 'user-agent': () => req.headers['user-agent'], 'response-time': () => (took / 1000).toFixed(3), 'total-time': () => (took / 1000).toFixed(3),
    };
    const value = tokens[name] ? tokens[name](req, res, inner) : made[name] ? made[name]() : all;
    return value === undefined || value === null ? '-' : String(value);
  });
}

function morgan(format = 'default', options = {}) {
  const shown = FORMATS[format] || format;
  const stream = options.stream || process.stdout;
  return function logger(req, res, next) {
    const began = sys.now();
    res.on('finish', () => {
      if (options.skip && options.skip(req, res)) return;
      let text = typeof shown === 'function' ? shown(tokens, req, res) : line(shown, req, res, sys.now() - began);
      if (format === 'dev') {
        const colour = res.statusCode >= 500 ? 31 : res.statusCode >= 400 ? 33 : res.statusCode >= 300 ? 36 : res.statusCode >= 200 ? 32 : 0;
        text = `\u001b[0m${text.replace('\u001b[0m', `\u001b[${colour}m`)}\u001b[0m`;
      }
      if (text) stream.write(`${text}\n`);
    });
    next();
  };
}
morgan.token = (name, fn) => { tokens[name] = fn; return morgan; };
morgan.format = (name, fn) => { FORMATS[name] = fn; };
module.exports = morgan;

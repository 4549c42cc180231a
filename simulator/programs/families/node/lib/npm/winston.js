'use strict';
// winston: levels, formats and the console as a transport.

const LEVELS = { error: 0, warn: 1, info: 2, http: 3, verbose: 4, debug: 5, silly: 6 };
const rest = (info) => {
  const out = {};
  for (const key of Object.keys(info)) if (!['level', 'message', 'timestamp', 'label'].includes(key)) out[key] = info[key];
  return out;
};
const plain = (transform) => () => ({ transform });
const format = {
  json: plain((info) => { info._text = JSON.stringify({ ...info, _text: undefined }); return info; }),
  simple: plain((info) => { const more = rest(info); delete more._text; info._text = `${info.level}: ${info.message}${Object.keys(more).length ? ` ${JSON.stringify(more)}` : ''}`; return info; }),
  timestamp: () => ({ transform: (info) => { info.timestamp = new Date().toISOString(); return info; } }),
  colorize: plain((info) => info), splat: plain((info) => info), align: plain((info) => info), prettyPrint: plain((info) => info), cli: plain((info) => info),
  errors: plain((info) => info), uncolorize: plain((info) => info), metadata: plain((info) => info),
  label: (options) => ({ transform: (info) => { info.label = options.label; return info; } }),
  printf: (fn) => ({ transform: (info) => { info._text = fn(info); return info; } }),
  combine: (...list) => ({ transform: (info) => list.reduce((made, one) => (made ? one.transform(made) : made), info) }),
};

class Console {
  constructor(options = {}) { Object.assign(this, { level: options.level, format: options.format }); }

  write(info, level) { if (LEVELS[level] <= LEVELS[this.level || 'silly']) sys.out(`${info._text}\n`); }
}

class File {
  constructor(options = {}) { Object.assign(this, { level: options.level, filename: options.filename, format: options.format }); }

  write(info, level) {
    if (LEVELS[level] > LEVELS[this.level || 'silly']) return;
    const fs = require('fs');
    const folder = require('path').dirname(this.filename);
    fs.mkdirSync(folder, { recursive: true });
    fs.appendFileSync(this.filename, `${info._text}\n`);
  }
}

function createLogger(options = {}) {
  const logger = { level: options.level || 'info', transports: [].concat(options.transports || []), format: options.format || format.json(), defaultMeta: options.defaultMeta };
  logger.log = (level, message, ...more) => {
    if (typeof level === 'object') return logger.log(level.level, level.message, level);
    if (!(LEVELS[level] <= LEVELS[logger.level])) return logger;
    const info = { level, message: sys.isError(message) ? message.message : message, ...logger.defaultMeta };
    if (sys.isError(message)) info.stack = message.stack;
    for (const one of more) if (one !== null && typeof one === 'object') Object.assign(info, sys.isError(one) ? { stack: one.stack } : one);
    for (const transport of logger.transports) {
      let made = logger.format.transform({ ...info });
      if (made && transport.format) made = transport.format.transform({ ...made, _text: undefined });
      if (made) transport.write(made._text === undefined ? format.json().transform(made) : made, level);
    }
    return logger;
  };
  for (const name of Object.keys(LEVELS)) logger[name] = (...args) => logger.log(name, ...args);
  logger.add = (transport) => { logger.transports.push(transport); return logger; };
  logger.child = (more) => createLogger({ ...options, transports: logger.transports, defaultMeta: { ...options.defaultMeta, ...more } });
  logger.on = () => logger;
  logger.end = () => {};
  return logger;
}

const base = createLogger({ transports: [new Console()] });
module.exports = { ...base, createLogger, format, transports: { Console, File }, addColors() {}, config: { npm: { levels: LEVELS } } };

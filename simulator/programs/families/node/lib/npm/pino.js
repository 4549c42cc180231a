'use strict';
// pino: a JSON line for each message.

const os = require('os');

const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity };

function shown(error) { return { type: error.constructor.name, message: error.message, stack: error.stack, ...error }; }

function pino(options = {}, stream) {
  return build({ level: options.level || 'info', base: options.base === null ? {} : options.base || { pid: process.pid, hostname: os.hostname() }, name: options.name, stream: stream || process.stdout });
}

function build(row) {
  const logger = { level: row.level, levels: { values: LEVELS } };
  for (const name of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
    logger[name] = (first, ...rest) => {
      if (LEVELS[name] < LEVELS[logger.level]) return;
      const line = { level: LEVELS[name], time: Date.now(), ...row.base };
      if (row.name) line.name = row.name;
      let words = rest;
      if (sys.isError(first)) {
        line.err = shown(first);
        if (!rest.length) line.msg = first.message;
      } else if (first !== null && typeof first === 'object') {
        for (const key of Object.keys(first)) line[key] = sys.isError(first[key]) ? shown(first[key]) : first[key];
      } else words = [first, ...rest];
      if (words.length) line.msg = sys.format(words);
      row.stream.write(`${JSON.stringify(line)}\n`);
    };
  }
  logger.silent = () => {};
  logger.child = (more) => build({ ...row, level: logger.level, base: { ...row.base, ...more } });
  logger.isLevelEnabled = (name) => LEVELS[name] >= LEVELS[logger.level];
  logger.flush = () => {};
  return logger;
}

pino.pino = pino;
pino.default = pino;
pino.transport = () => process.stdout;
pino.destination = () => process.stdout;
pino.stdTimeFunctions = { epochTime: () => '', isoTime: () => '' };
module.exports = pino;

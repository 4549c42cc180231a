'use strict';
// util: formatting, promisify and tests of types.

function promisify(fn) {
  if (typeof fn !== 'function') {
    const error = new TypeError(`The "original" argument must be of type function. Received ${sys.received(fn)}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
  if (fn[promisify.custom]) return fn[promisify.custom];
  return function promisified(...args) {
    return new Promise((resolve, reject) => {
      fn.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value)));
    });
  };
}
promisify.custom = Symbol.for('nodejs.util.promisify.custom');

function callbackify(fn) {
  return (...args) => {
    const done = args.pop();
    fn(...args).then((value) => process.nextTick(done, null, value), (error) => process.nextTick(done, error));
  };
}

function inherits(child, parent) {
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

function deprecate(fn, message, code) {
  let told = false;
  return function deprecated(...args) {
    if (!told) {
      told = true;
      sys.err(`(node:${process.pid}) ${code ? `[${code}] ` : ''}DeprecationWarning: ${message}\n(Use \`node --trace-deprecation ...\` to show where the warning was created)\n`);
    }
    return new.target ? new fn(...args) : fn.apply(this, args);
  };
}

function inspect(value, options, depth, colors) {
  if (typeof options === 'boolean') return sys.inspect(value, { showHidden: options, depth, colors });
  return sys.inspect(value, options);
}
inspect.custom = Symbol.for('nodejs.util.inspect.custom');
inspect.defaultOptions = { depth: 2, colors: false };

function isDeepStrictEqual(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Map || a instanceof Set) return isDeepStrictEqual([...a], [...b]);
  if (sys.isError(a) && (a.message !== b.message || a.name !== b.name)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]));
}

const kind = (name) => (value) => sys.kindOf(value) === name;
const styles = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, gray: 90, bold: 1, underline: 4 };

function parseArgs({ args = process.argv.slice(2), options = {}, allowPositionals = false } = {}) {
  const values = {};
  const positionals = [];
  for (const name of Object.keys(options)) if ('default' in options[name]) values[name] = options[name].default;
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    const long = word.startsWith('--') ? word.slice(2).split('=')[0] : undefined;
    const name = long || (word.startsWith('-') ? Object.keys(options).find((one) => options[one].short === word[1]) : undefined);
    if (name && options[name]) {
      const value = options[name].type === 'boolean' ? true : word.includes('=') ? word.slice(word.indexOf('=') + 1) : args[++i];
      if (options[name].multiple) (values[name] ||= []).push(value);
      else values[name] = value;
    } else if (word.startsWith('-')) {
      const error = new TypeError(`Unknown option '${word}'`);
      error.code = 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
      throw error;
    } else positionals.push(word);
  }
  if (positionals.length && !allowPositionals) {
    const error = new TypeError(`Unexpected argument '${positionals[0]}'. This command does not take positional arguments`);
    error.code = 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL';
    throw error;
  }
  return { values, positionals };
}

const world = require('url');
module.exports = {
  promisify, callbackify, inherits, deprecate, inspect, isDeepStrictEqual, parseArgs, format: (...args) => sys.format(args),
  formatWithOptions: (options, ...args) => sys.format(args), debuglog: () => () => {}, debug: () => () => {}, isArray: Array.isArray,
  stripVTControlCharacters: (text) => text.replace(/\u001b\[\d+(;\d+)*m/g, ''),
  styleText: (style, text) => [].concat(style).reduce((made, one) => `\u001b[${styles[one]}m${made}\u001b[39m`, text),
  types: {
    isPromise: (value) => sys.isPromise(value), isDate: kind('Date'), isRegExp: kind('RegExp'), isMap: kind('Map'), isSet: kind('Set'),
    isNativeError: (value) => sys.isError(value), isProxy: kind('Proxy'), isGeneratorObject: kind('Generator'), isTypedArray: kind('Typed'),
    isAsyncFunction: (value) => sys.inspect(value).startsWith('[AsyncFunction'),
  },
  TextEncoder: world.TextEncoder, TextDecoder: world.TextDecoder,
};

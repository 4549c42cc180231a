'use strict';
// EventEmitter.

const many = 10;

class EventEmitter {
  constructor() {
    this._events = Object.create(null);
    Object.defineProperty(this, '_warned', { value: {}, enumerable: false });
  }

  _list(event) {
    if (!this._events) this._events = Object.create(null);
    return this._events[event] || [];
  }

  _add(event, fn, once, first) {
    if (typeof fn !== 'function') {
      const error = new TypeError(`The "listener" argument must be of type function. Received ${fn === null ? 'null' : typeof fn}`);
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    if (event !== 'newListener' && this._list('newListener').length) this.emit('newListener', event, fn);
    const row = { fn, once };
    const list = this._list(event);
    this._events[event] = first ? [row, ...list] : [...list, row];
    const most = this._most === undefined ? many : this._most;
    if (most && this._events[event].length === most + 1) {
      sys.err(`(node:${process.pid}) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. ${most + 1} ${String(event)} listeners added to [${this.constructor.name}]. MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit\n(Use \`node --trace-warnings ...\` to show where the warning was created)\n`);
    }
    return this;
  }

  on(event, fn) { return this._add(event, fn, false, false); }

  addListener(event, fn) { return this._add(event, fn, false, false); }

  once(event, fn) { return this._add(event, fn, true, false); }

  prependListener(event, fn) { return this._add(event, fn, false, true); }

  prependOnceListener(event, fn) { return this._add(event, fn, true, true); }

  off(event, fn) {
    const list = this._list(event);
    const at = list.findLastIndex((row) => row.fn === fn);
    if (at >= 0) this._events[event] = list.filter((_, i) => i !== at);
    return this;
  }

  removeListener(event, fn) { return this.off(event, fn); }

  removeAllListeners(event) {
    if (event === undefined) this._events = Object.create(null);
    else delete this._events[event];
    return this;
  }

  emit(event, ...args) {
    const list = this._list(event);
    if (!list.length) {
      if (event === 'error') {
        const error = args[0];
        if (sys.isError(error)) throw error;
        const made = new Error(`Unhandled error. (${typeof error === 'string' ? `'${error}'` : sys.inspect(error)})`);
        made.code = 'ERR_UNHANDLED_ERROR';
        made.context = error;
        throw made;
      }
      return false;
    }
    for (const row of list) {
      if (row.once) this._events[event] = this._list(event).filter((one) => one !== row);
      row.fn.apply(this, args);
    }
    return true;
  }

  listeners(event) { return this._list(event).map((row) => row.fn); }

  rawListeners(event) { return this.listeners(event); }

  listenerCount(event) { return this._list(event).length; }

  eventNames() { return Reflect.ownKeys(this._events || {}).filter((name) => this._events[name].length); }

  setMaxListeners(n) {
    Object.defineProperty(this, '_most', { value: n, enumerable: false, writable: true, configurable: true });
    return this;
  }

  getMaxListeners() { return this._most === undefined ? many : this._most; }
}

// So that `EventEmitter.call(this)` and util.inherits work as with Node's own function.
function Emitter() {
  if (new.target) {
    Object.defineProperty(this, '_events', { value: Object.create(null), enumerable: false, writable: true, configurable: true });
    return this;
  }
  if (this) Object.defineProperty(this, '_events', { value: Object.create(null), enumerable: false, writable: true, configurable: true });
  return undefined;
}
Object.defineProperty(Emitter, 'name', { value: 'EventEmitter' });
for (const name of Object.getOwnPropertyNames(EventEmitter.prototype)) {
  if (name !== 'constructor') {
    Object.defineProperty(Emitter.prototype, name, {
      value: EventEmitter.prototype[name], enumerable: false, writable: true, configurable: true,
    });
  }
}

Emitter.EventEmitter = Emitter;
Emitter.defaultMaxListeners = many;
Emitter.once = (emitter, event) => new Promise((resolve, reject) => {
  const failed = (error) => { emitter.off(event, done); reject(error); };
  const done = (...args) => { emitter.off('error', failed); resolve(args); };
  emitter.once(event, done);
  if (event !== 'error') emitter.once('error', failed);
});
Emitter.listenerCount = (emitter, event) => emitter.listenerCount(event);
Emitter.on = async function* on(emitter, event) {
  const waiting = [];
  let wake = null;
  emitter.on(event, (...args) => {
    waiting.push(args);
    if (wake) wake();
  });
  for (;;) {
    while (waiting.length) yield waiting.shift();
    await new Promise((resolve) => { wake = resolve; });
  }
};

module.exports = Emitter;

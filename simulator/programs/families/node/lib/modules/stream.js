'use strict';
// Streams, in their everyday use.

const EventEmitter = require('events');

class Stream extends EventEmitter {}

class Readable extends Stream {
  constructor(options = {}) {
    super();
    this.readable = true;
    this.destroyed = false;
    for (const [key, value] of [['_waiting', []], ['_flowing', false], ['_over', false], ['_encoding', options.encoding], ['_asked', false]]) {
      Object.defineProperty(this, key, { value, enumerable: false, writable: true });
    }
    if (options.read) this._read = options.read;
  }

  static from(items) {
    const made = new Readable({ read() {} });
    (async () => {
      for await (const one of items) made.push(one);
      made.push(null);
    })();
    return made;
  }

  _read() {}

  push(chunk) {
    this._waiting.push(chunk);
    if (this._flowing) process.nextTick(() => this._drain());
    return this._waiting.length < 16;
  }

  _drain() {
    while (this._flowing && this._waiting.length) {
      const chunk = this._waiting.shift();
      if (chunk === null) {
        if (this._over) return;
        this._over = true;
        this.emit('end');
        this.emit('close');
      } else this.emit('data', this._encoding && Buffer.isBuffer(chunk) ? chunk.toString(this._encoding) : chunk);
    }
    if (this._flowing && !this._over && !this._waiting.length) this._read();
  }

  on(event, fn) {
    super.on(event, fn);
    if (event === 'data') this.resume();
    return this;
  }

  resume() {
    this._flowing = true;
    process.nextTick(() => this._drain());
    return this;
  }

  pause() {
    this._flowing = false;
    return this;
  }

  setEncoding(name) {
    this._encoding = name;
    return this;
  }

  read() { return this._waiting.length ? this._waiting.shift() : null; }

  pipe(target) {
    this.on('data', (chunk) => target.write(chunk));
    this.on('end', () => { if (target !== process.stdout && target !== process.stderr) target.end(); });
    return target;
  }

  destroy(error) {
    this.destroyed = true;
    if (error) this.emit('error', error);
    this.emit('close');
    return this;
  }

  async *[Symbol.asyncIterator]() {
    const rows = [];
    let wake = () => {};
    let over = false;
    let failed = null;
    this.on('end', () => { over = true; wake(); });
    this.on('error', (error) => { failed = error; over = true; wake(); });
    this.on('data', (chunk) => { rows.push(chunk); wake(); });
    for (;;) {
      while (rows.length) yield rows.shift();
      if (failed) throw failed;
      if (over) return;
      await new Promise((resolve) => { wake = resolve; });
    }
  }
}

class Writable extends Stream {
  constructor(options = {}) {
    super();
    this.writable = true;
    Object.defineProperty(this, '_queue', { value: [], enumerable: false, writable: true });
    Object.defineProperty(this, '_busy', { value: false, enumerable: false, writable: true });
    if (options.write) this._write = options.write;
    if (options.final) this._final = options.final;
  }

  _write(chunk, encoding, done) { done(); }

  _final(done) { done(); }

  write(chunk, encoding, done) {
    this._queue.push([chunk, typeof encoding === 'function' ? encoding : done]);
    if (!this._busy) this._next();
    return true;
  }

  _next() {
    const row = this._queue.shift();
    if (!row) {
      if (this._ending) {
        this._ending = false;
        this._final((error) => {
          if (error) this.emit('error', error);
          this.emit('finish');
          this.emit('close');
        });
      }
      return;
    }
    this._busy = true;
    this._write(typeof row[0] === 'string' ? Buffer.from(row[0]) : row[0], 'buffer', (error) => {
      this._busy = false;
      if (error) this.emit('error', error);
      if (row[1]) row[1](error);
      process.nextTick(() => this._next());
    });
  }

  end(chunk, encoding, done) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') this.write(chunk);
    const fn = [chunk, encoding, done].find((one) => typeof one === 'function');
    if (fn) this.once('finish', fn);
    Object.defineProperty(this, '_ending', { value: true, enumerable: false, writable: true });
    if (!this._busy) process.nextTick(() => this._next());
    return this;
  }

  destroy() { return this; }
}

class Duplex extends Readable {
  constructor(options = {}) {
    super(options);
    this.writable = true;
    Object.defineProperty(this, '_queue', { value: [], enumerable: false, writable: true });
    Object.defineProperty(this, '_busy', { value: false, enumerable: false, writable: true });
    if (options.write) this._write = options.write;
    if (options.final) this._final = options.final;
  }
}
for (const name of ['_write', '_final', 'write', '_next', 'end']) Duplex.prototype[name] = Writable.prototype[name];

class Transform extends Duplex {
  constructor(options = {}) {
    super(options);
    if (options.transform) this._transform = options.transform;
    if (options.flush) this._flush = options.flush;
  }

  _transform(chunk, encoding, done) { done(null, chunk); }

  _flush(done) { done(); }

  _write(chunk, encoding, done) {
    this._transform(chunk, encoding, (error, value) => {
      if (value !== undefined && value !== null) this.push(value);
      done(error);
    });
  }

  _final(done) {
    this._flush((error, value) => {
      if (value !== undefined && value !== null) this.push(value);
      this.push(null);
      done(error);
    });
  }
}

class PassThrough extends Transform {}

function pipeline(...list) {
  const done = typeof list[list.length - 1] === 'function' ? list.pop() : () => {};
  let called = false;
  const once = (error) => {
    if (called) return;
    called = true;
    done(error);
  };
  for (const one of list) one.on('error', once);
  list.reduce((from, to) => from.pipe(to));
  const last = list[list.length - 1];
  if (last === process.stdout || last === process.stderr) list[list.length - 2].on('end', () => once());
  else last.on('finish', () => once());
  return list[list.length - 1];
}

Object.assign(Stream, { Stream, Readable, Writable, Duplex, Transform, PassThrough, pipeline, finished: (stream, done) => stream.on('end', () => done()).on('finish', () => done()).on('error', done) });
Stream.promises = { pipeline: (...list) => new Promise((resolve, reject) => pipeline(...list, (error) => (error ? reject(error) : resolve()))) };
module.exports = Stream;

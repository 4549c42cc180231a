'use strict';
// readline: lines of standard input or of a stream.

const EventEmitter = require('events');

class Interface extends EventEmitter {
  constructor(options) {
    super();
    const { input, output } = options;
    Object.defineProperty(this, '_out', { value: output, enumerable: false });
    Object.defineProperty(this, '_asked', { value: [], enumerable: false, writable: true });
    this.closed = false;
    this._prompt = options.prompt || '> ';
    const take = (line) => {
      const asked = this._asked.shift();
      if (asked) asked(line);
      else this.emit('line', line);
    };
    if (input === process.stdin) {
      sys.readLines((line) => {
        if (line === null) this.close();
        else take(line.replace(/\r?\n$/, ''));
      });
    } else if (input) {
      let rest = '';
      input.on('data', (chunk) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const line of lines) take(line.replace(/\r$/, ''));
      });
      input.on('end', () => {
        if (rest) take(rest);
        this.close();
      });
    }
  }

  question(text, options, done) {
    if (this._out) this._out.write(text);
    this._asked.push(typeof options === 'function' ? options : done);
  }

  setPrompt(text) { this._prompt = text; }

  prompt() { if (this._out) this._out.write(this._prompt); }

  write() {}

  pause() { return this; }

  resume() { return this; }

  close() {
    if (this.closed) return;
    this.closed = true;
    sys.readLines(null);
    this.emit('close');
  }

  async *[Symbol.asyncIterator]() {
    const rows = [];
    let wake = () => {};
    this.on('line', (line) => { rows.push(line); wake(); });
    this.on('close', () => wake());
    for (;;) {
      while (rows.length) yield rows.shift();
      if (this.closed) return;
      await new Promise((resolve) => { wake = resolve; });
    }
  }
}

module.exports = {
  Interface, createInterface: (options, output) => new Interface(options.input ? options : { input: options, output }), clearLine: () => true, cursorTo: () => true,
  promises: { createInterface: (options) => { const made = new Interface(options); const ask = made.question.bind(made); made.question = (text) => new Promise((resolve) => ask(text, resolve)); return made; } },
};

'use strict';
// commander, in its everyday use.
class Command {
  constructor(name) { Object.assign(this, { _name: name || '', rows: [], commands: [], args: [], values: {}, fn: null }); }

  name(text) { this._name = text; return this; }

  description() { return this; }

  version(text) { this.told = text; return this; }

  option(flags, words, fallback) {
    const long = /--(no-)?([\w-]+)/.exec(flags);
    const key = long[2].replace(/-(\w)/g, (all, char) => char.toUpperCase());
    this.rows.push({ key, long: `--${long[1] || ''}${long[2]}`, short: (/(?:^|\s)(-\w)\b/.exec(flags) || [])[1], takes: /[<[]/.test(flags), no: Boolean(long[1]) });
    if (long[1]) this.values[key] = true;
    else if (fallback !== undefined) this.values[key] = fallback;
    return this;
  }

  requiredOption(...args) { return this.option(...args); }

  argument() { return this; }

  action(fn) { this.fn = fn; return this; }

  command(text) {
    const made = new Command(text.split(' ')[0]);
    this.commands.push(made);
    return made;
  }

  opts() { return this.values; }

  parse(argv = process.argv) {
    const list = argv.slice(2);
    const inner = this.commands.find((one) => one._name === list[0]);
    if (inner) return inner.parse(['', '', ...list.slice(1)]);
    if (this.told && (list.includes('-V') || list.includes('--version'))) {
      console.log(this.told);
      process.exit(0);
    }
    for (let i = 0; i < list.length; i++) {
      const [word, given] = list[i].split('=');
      const row = this.rows.find((one) => one.long === word || one.short === word);
      if (row) this.values[row.key] = row.takes ? (given === undefined ? list[++i] : given) : !row.no;
      else if (word.startsWith('-')) {
        console.error(`error: unknown option '${word}'`);
        process.exit(1);
      } else this.args.push(list[i]);
    }
    if (this.fn) this.fn(...this.args, this.values, this);
    return this;
  }

  parseAsync(argv) { return Promise.resolve(this.parse(argv)); }
}
module.exports = { Command, program: new Command() };

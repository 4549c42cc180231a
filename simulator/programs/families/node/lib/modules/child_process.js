'use strict';
// child_process: programs of the container.

const EventEmitter = require('events');

class Child extends EventEmitter {
  constructor() {
    super();
    this.exitCode = null;
    this.stdout = new EventEmitter();
    this.stderr = new EventEmitter();
    this.stdin = { write() {}, end() {} };
    for (const one of [this.stdout, this.stderr]) one.setEncoding = () => one;
  }

  kill(signal) {
    if (this.exitCode === null) process.kill(this.pid, signal);
    return true;
  }

  unref() {}
}

function run(argv, capture, done) {
  const child = new Child();
  const made = sys.spawn(argv, capture, (code, text) => {
    child.exitCode = code > 128 ? null : code;
    child.signalCode = code === 137 ? 'SIGKILL' : code === 143 ? 'SIGTERM' : null;
    if (text) child.stdout.emit('data', Buffer.from(text));
    child.stdout.emit('end');
    if (done) done(code, text);
    child.emit('exit', child.exitCode, child.signalCode);
    child.emit('close', child.exitCode, child.signalCode);
  });
  if (typeof made === 'number') child.pid = made;
  else {
    const error = sys.systemError('ENOENT', `spawn ${argv[0]} ENOENT`, `spawn ${argv[0]}`, { path: argv[0], spawnargs: argv.slice(1) });
    process.nextTick(() => child.emit('error', error));
  }
  return child;
}

function finish(command, done) {
  return (code, text) => {
    if (!done) return;
    if (code === 0) done(null, text, '');
    else done(Object.assign(new Error(`Command failed: ${command}\n`), { code, killed: false, signal: null, cmd: command, stdout: text, stderr: '' }), text, '');
  };
}

const exec = (command, options, done) => run(['sh', '-c', command], true, finish(command, typeof options === 'function' ? options : done));
const execFile = (file, args, options, done) => {
  const list = Array.isArray(args) ? args : [];
  return run([file, ...list], true, finish([file, ...list].join(' '), [args, options, done].find((one) => typeof one === 'function')));
};
const spawn = (file, args, options) => {
  const list = Array.isArray(args) ? args : [];
  const row = (Array.isArray(args) ? options : args) || {};
  const inherit = row.stdio === 'inherit' || (Array.isArray(row.stdio) && row.stdio[1] === 'inherit');
  return run(row.shell ? ['sh', '-c', [file, ...list].join(' ')] : [file, ...list], !inherit);
};
const custom = Symbol.for('nodejs.util.promisify.custom');
for (const fn of [exec, execFile]) {
  fn[custom] = (...args) => new Promise((resolve, reject) => fn(...args, (error, stdout, stderr) => (error ? reject(error) : resolve({ stdout, stderr }))));
}
const now = () => { throw new Error('spawnSync is not modelled: a program cannot wait for another without its event loop'); };
module.exports = { exec, execFile, spawn, fork: (file, args = []) => run([process.execPath, file, ...args], false), execSync: now, spawnSync: now, execFileSync: now };

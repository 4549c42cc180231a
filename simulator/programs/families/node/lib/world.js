// console, process and what else every program finds.

function console$log(...args) {
  sys.out(sys.indented(sys.format(args)) + '\n');
}

function console$info(...args) {
  sys.out(sys.indented(sys.format(args)) + '\n');
}

function console$debug(...args) {
  sys.out(sys.indented(sys.format(args)) + '\n');
}

function console$error(...args) {
  sys.err(sys.indented(sys.format(args)) + '\n');
}

function console$warn(...args) {
  sys.err(sys.indented(sys.format(args)) + '\n');
}

function console$trace(...args) {
  const at = new Error().stack.split('\n').slice(2).join('\n');
  sys.err(`Trace${args.length ? `: ${sys.format(args)}` : ''}\n${at}\n`);
}

function console$dir(value, options) {
  sys.out(sys.inspect(value, options) + '\n');
}

function console$group(...args) {
  if (args.length) console.log(...args);
  sys.indent(2);
}

function console$groupCollapsed(...args) {
  console.group(...args);
}

function console$groupEnd() {
  sys.indent(-2);
}

function console$assert(value, ...args) {
  if (value) return;
  if (typeof args[0] === 'string') console.warn(`Assertion failed: ${args[0]}`, ...args.slice(1));
  else console.warn('Assertion failed', ...args);
}

function console$count(label = 'default') {
  console.log(`${label}: ${sys.counted(`count ${label}`, 1)}`);
}

function console$countReset(label = 'default') {
  sys.counted(`count ${label}`, 0);
}

function console$time(label = 'default') {
  sys.counted(`time ${label}`, 0, sys.now());
}

function shownTime(us) {
  const ms = us / 1000;
  if (ms >= 60000) return `${Math.floor(ms / 60000)}:${(ms % 60000 / 1000).toFixed(3).padStart(6, '0')} (m:ss.mmm)`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(3)}s`;
  return `${Number(ms.toFixed(3))}ms`;
}

function console$timeEnd(label = 'default') {
  console.log(`${label}: ${shownTime(sys.now() - sys.counted(`time ${label}`))}`);
}

function console$timeLog(label = 'default', ...args) {
  console.log(`${label}: ${shownTime(sys.now() - sys.counted(`time ${label}`))}`, ...args);
}

function console$table(rows) {
  if (rows === null || typeof rows !== 'object') return console.log(rows);
  const columns = [];
  let plain = false;
  const keys = Object.keys(rows);
  for (const key of keys) {
    const row = rows[key];
    if (row !== null && typeof row === 'object') {
      for (const name of Object.keys(row)) if (!columns.includes(name)) columns.push(name);
    } else plain = true;
  }
  const head = ['(index)', ...columns, ...(plain ? ['Values'] : [])];
  const body = keys.map((key) => {
    const row = rows[key];
    const inner = row !== null && typeof row === 'object';
    const cells = columns.map((name) => (inner && Object.hasOwn(row, name) ? sys.inspect(row[name], { depth: 0 }) : ''));
    return [key, ...cells, ...(plain ? [inner ? '' : sys.inspect(row)] : [])];
  });
  const widths = head.map((name, i) => Math.max(name.length, ...body.map((row) => row[i].length)) + 2);
  const line = (row) => `│${row.map((cell, i) => ` ${cell}${' '.repeat(widths[i] - 1 - cell.length)}`).join('│')}│`;
  const rule = (a, b, c) => a + widths.map((n) => '─'.repeat(n)).join(b) + c;
  console.log([rule('┌', '┬', '┐'), line(head), rule('├', '┼', '┤'), ...body.map(line), rule('└', '┴', '┘')].join('\n'));
}

function process$on(event, fn) {
  sys.listeners(event, [...sys.listening(event), fn]);
  return process;
}

function process$once(event, fn) {
  return process.on(event, fn);
}

function process$addListener(event, fn) {
  return process.on(event, fn);
}

function process$off(event, fn) {
  sys.listeners(event, sys.listening(event).filter((one) => one !== fn));
  return process;
}

function process$removeListener(event, fn) {
  return process.off(event, fn);
}

function process$removeAllListeners(event) {
  sys.listeners(event, []);
  return process;
}

function process$listeners(event) {
  return sys.listening(event);
}

function process$listenerCount(event) {
  return sys.listening(event).length;
}

function process$emit(event, ...args) {
  const found = sys.listening(event);
  for (const fn of found) fn.call(process, ...args);
  return found.length > 0;
}

function process$setMaxListeners() {
  return process;
}

function process$emitWarning(warning, kind) {
  const name = typeof kind === 'string' ? kind : (kind && kind.type) || (warning && warning.name) || 'Warning';
  sys.err(`(node:${process.pid}) ${name}: ${(warning && warning.message) || warning}\n(Use \`node --trace-warnings ...\` to show where the warning was created)\n`);
}

function process$memoryUsage() {
  const rss = sys.heap();
  return { rss, heapTotal: Math.round(rss * 0.16), heapUsed: Math.round(rss * 0.11), external: 1500000, arrayBuffers: 10500 };
}

function process$uptime() {
  return sys.now() / 1e6;
}

function process$hrtime(before) {
  const us = sys.now() + 1e9;
  const made = [Math.floor(us / 1e6), (us % 1e6) * 1000];
  if (!before) return made;
  let seconds = made[0] - before[0];
  let nano = made[1] - before[1];
  if (nano < 0) {
    seconds--;
    nano += 1e9;
  }
  return [seconds, nano];
}

function process$hrtime$bigint() {
  return BigInt(sys.now() + 1e9) * 1000n;
}

function process$cpuUsage() {
  return { user: Math.round(sys.now() / 50) + 30000, system: 12000 };
}

function process$resourceUsage() {
  return { userCPUTime: 30000, systemCPUTime: 12000, maxRSS: sys.heap() / 1024 };
}

function process$abort() {
  sys.gone(134);
}

function process$getuid() {
  return sys.info().uid;
}

function process$getgid() {
  return sys.info().gid;
}

function process$geteuid() {
  return sys.info().uid;
}

function process$umask() {
  return 18;
}

function process$cwd() {
  return sys.info().cwd;
}

function process$binding() {
  throw new Error('No such module');
}

function performance$now() {
  return sys.now() / 1000;
}

function performance$mark(name) {
  return { name, entryType: 'mark', startTime: sys.now() / 1000, duration: 0 };
}

function performance$measure(name) {
  return { name, entryType: 'measure', startTime: 0, duration: sys.now() / 1000 };
}

function globalThis$btoa(text) {
  return Buffer.from(String(text), 'latin1').toString('base64');
}

function globalThis$atob(text) {
  return Buffer.from(String(text), 'base64').toString('latin1');
}

function globalThis$setImmediate(fn, ...args) {
  return sys.immediate(fn, args);
}

function globalThis$clearImmediate(made) {
  sys.clearImmediate(made);
}

function crypto$randomUUID() {
  const hex = sys.randomHex(16);
  const variant = '89ab'[parseInt(hex[16], 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function crypto$getRandomValues(array) {
  const hex = sys.randomHex(array.length * 4);
  for (let i = 0; i < array.length; i++) array[i] = parseInt(hex.slice(8 * i, 8 * i + 8), 16);
  return array;
}

function Symbol$keyFor(symbol) {
  return symbol.description;
}

function process$stdin$on(event, fn) {
  if (event === 'data') {
    sys.readLines((line) => {
      if (line === null) for (const one of sys.listening('stdin end')) one();
      else fn(line);
    });
  } else if (event === 'end') sys.listeners('stdin end', [...sys.listening('stdin end'), fn]);
  return process.stdin;
}

function process$stdin$setEncoding() {
  return process.stdin;
}

function process$stdin$resume() {
  return process.stdin;
}

function process$stdin$pause() {
  sys.readLines(null);
  return process.stdin;
}

function process$stdin$unref() {
  return process.stdin;
}

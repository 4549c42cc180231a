// Methods of Promise and of async generators that are written in terms of the others.

function Promise$prototype$finally(fn) {
  if (typeof fn !== 'function') return this.then(fn, fn);
  return this.then(
    (value) => Promise.resolve(fn()).then(() => value),
    (error) => Promise.resolve(fn()).then(() => { throw error; }),
  );
}

function Promise$all(items) {
  return new Promise((resolve, reject) => {
    const out = [];
    let left = 1;
    let i = 0;
    for (const one of items) {
      const at = i++;
      left++;
      out[at] = undefined;
      Promise.resolve(one).then((value) => {
        out[at] = value;
        if (--left === 0) resolve(out);
      }, reject);
    }
    if (--left === 0) resolve(out);
  });
}

function Promise$allSettled(items) {
  return Promise.all([...items].map((one) => Promise.resolve(one).then(
    (value) => ({ status: 'fulfilled', value }),
    (reason) => ({ status: 'rejected', reason }),
  )));
}

function Promise$race(items) {
  return new Promise((resolve, reject) => {
    for (const one of items) Promise.resolve(one).then(resolve, reject);
  });
}

function Promise$any(items) {
  return new Promise((resolve, reject) => {
    const errors = [];
    let left = 1;
    let i = 0;
    const failed = () => {
      if (--left === 0) reject(new AggregateError(errors, 'All promises were rejected'));
    };
    for (const one of items) {
      const at = i++;
      left++;
      Promise.resolve(one).then(resolve, (error) => { errors[at] = error; failed(); });
    }
    failed();
  });
}

function Promise$try(fn, ...args) {
  return new Promise((resolve) => resolve(fn(...args)));
}

async function stepAsync(generator, mode, value) {
  for (;;) {
    const row = mode === 1 ? generator.throw(value) : mode === 2 ? generator.return(value) : generator.next(value);
    if (row.done) return { value: row.value, done: true };
    if (!sys.isAwait(row.value)) return { value: row.value, done: false };
    try {
      value = await sys.awaited(row.value);
      mode = 0;
    } catch (error) {
      value = error;
      mode = 1;
    }
  }
}

function queueAsync(outer, mode, value) {
  const before = sys.queue(outer);
  const run = () => stepAsync(sys.inner(outer), mode, value);
  const made = before ? before.then(run, run) : run();
  sys.queue(outer, made);
  return made;
}

function AsyncGenerator$prototype$next(value) {
  return queueAsync(this, 0, value);
}

function AsyncGenerator$prototype$throw(error) {
  return queueAsync(this, 1, error);
}

function AsyncGenerator$prototype$return(value) {
  return queueAsync(this, 2, value);
}

async function sys$runModule(id) {
  const spaces = [];
  for (const one of sys.moduleNeeds(id)) {
    const waits = sys.moduleLoad(id, one);
    if (waits) await waits;
    spaces.push(sys.moduleSpace(id, one));
  }
  await sys.moduleRun(id, spaces);
  return sys.moduleSpace(id, id);
}

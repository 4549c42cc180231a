'use strict';
const wait = (ms, value) => new Promise((resolve) => setTimeout(() => resolve(value), ms));
module.exports = {
  setTimeout: wait, setImmediate: (value) => new Promise((resolve) => setImmediate(() => resolve(value))), scheduler: { wait },
  async *setInterval(ms, value) {
    for (;;) {
      await wait(ms);
      yield value;
    }
  },
};

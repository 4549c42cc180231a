'use strict';
class AsyncLocalStorage {
  run(store, fn, ...args) {
    const before = this.store;
    this.store = store;
    try {
      return fn(...args);
    } finally {
      this.store = before;
    }
  }

  getStore() { return this.store; }

  enterWith(store) { this.store = store; }
}
class AsyncResource { runInAsyncScope(fn, self, ...args) { return fn.apply(self, args); } }
module.exports = { AsyncLocalStorage, AsyncResource, createHook: () => ({ enable() {}, disable() {} }), executionAsyncId: () => 1 };

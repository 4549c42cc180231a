'use strict';
const EventEmitter = require('events');

class Worker extends EventEmitter {
  constructor() {
    super();
    process.nextTick(() => this.emit('error', new Error('worker_threads are not modelled')));
  }

  postMessage() {}

  async terminate() { return 0; }
}
module.exports = { isMainThread: true, parentPort: null, workerData: null, threadId: 0, Worker };

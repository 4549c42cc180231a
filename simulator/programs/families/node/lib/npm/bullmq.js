'use strict';
// bullmq, in its simplest form: a list of jobs in Redis, taken by workers.

const EventEmitter = require('events');
const Redis = require('ioredis');

const client = (options) => {
  const given = (options && (options.connection || options.redis)) || {};
  if (given instanceof Redis) return given.duplicate();
  return typeof given === 'string' ? new Redis(given) : new Redis({ ...given, maxRetriesPerRequest: null });
};

class Queue extends EventEmitter {
  constructor(name, options) {
    super();
    this.name = name;
    if (typeof options === 'string') options = { connection: options };
    Object.defineProperty(this, 'options', { value: options, enumerable: false });
    Object.defineProperty(this, '_redis', { value: client(options), enumerable: false });
    this._redis.on('error', (error) => this.emit('error', error));
  }

  async add(name, data, options = {}) {
    if (typeof name !== 'string') [name, data, options] = ['__default__', name, data || {}];
    const id = String(options.jobId || await this._redis.incr(`bull:${this.name}:id`));
    const job = { id, name, data, opts: options, timestamp: Date.now(), attemptsMade: 0 };
    await this._redis.hset(`bull:${this.name}:${id}`, 'name', name, 'data', JSON.stringify(data), 'timestamp', String(job.timestamp));
    if (options.delay) setTimeout(() => this._redis.lpush(`bull:${this.name}:wait`, id), options.delay);
    else await this._redis.lpush(`bull:${this.name}:wait`, id);
    return job;
  }

  async addBulk(rows) { return Promise.all(rows.map((row) => this.add(row.name, row.data, row.opts))); }

  async count() { return this._redis.llen(`bull:${this.name}:wait`); }

  async getJobCounts() { return { waiting: await this.count() }; }

  process(count, fn) {
    const worker = new Worker(this.name, fn || count, this.options || {});
    for (const event of ['completed', 'failed', 'active', 'error']) worker.on(event, (...args) => this.emit(event, ...args));
  }

  async close() { this._redis.disconnect(); }
}

class Worker extends EventEmitter {
  constructor(name, fn, options = {}) {
    super();
    this.name = name;
    this.running = true;
    Object.defineProperty(this, '_redis', { value: client(options), enumerable: false });
    Object.defineProperty(this, '_side', { value: client(options), enumerable: false });
    this._redis.on('error', (error) => (this.listenerCount('error') ? this.emit('error', error) : console.error(error)));
    this._side.on('error', () => {});
    for (let i = 0; i < (options.concurrency || 1); i++) this._loop(fn, i === 0 ? this._redis : client(options));
  }

  async _loop(fn, redis) {
    while (this.running) {
      let row;
      try {
        row = await redis.brpoplpush(`bull:${this.name}:wait`, `bull:${this.name}:active`, '0');
      } catch {
        if (!this.running) return;
        await new Promise((resolve) => setTimeout(resolve, 1000));
        continue;
      }
      if (row) await this._do(fn, String(row));
    }
  }

  async _do(fn, id) {
    const key = `bull:${this.name}:${id}`;
    const held = await this._side.hgetall(key);
    const job = { id, name: held.name, data: JSON.parse(held.data || 'null'), opts: {}, timestamp: Number(held.timestamp), attemptsMade: 0, queueName: this.name, updateProgress: async (value) => { this.emit('progress', job, value); }, progress: () => {}, log: async () => {} };
    this.emit('active', job, 'waiting');
    try {
      const value = fn.length > 1 ? await new Promise((resolve, reject) => fn(job, (error, made) => (error ? reject(error) : resolve(made)))) : await fn(job);
      job.returnvalue = value;
      await this._side.lrem(`bull:${this.name}:active`, 1, id);
      await this._side.zadd(`bull:${this.name}:completed`, String(Date.now()), id);
      this.emit('completed', job, value, 'active');
    } catch (error) {
      job.failedReason = error.message;
      job.attemptsMade = 1;
      await this._side.lrem(`bull:${this.name}:active`, 1, id);
      await this._side.zadd(`bull:${this.name}:failed`, String(Date.now()), id);
      this.emit('failed', job, error, 'active');
    }
  }

  async close() {
    this.running = false;
    this._redis.disconnect();
    this._side.disconnect();
  }
}

class QueueEvents extends EventEmitter {}

module.exports = { Queue, Worker, QueueEvents };

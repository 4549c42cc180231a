'use strict';
// mongodb: whether the server can be reached is modelled, its data is not.

class MongoServerSelectionError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'MongoServerSelectionError', enumerable: false });
  }
}

function reachable(url, wait = 30000) {
  const where = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^:/,?]+)(?::(\d+))?/.exec(url || '') || [null, 'localhost'];
  const host = where[1];
  const port = Number(where[2] || 27017);
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const look = () => {
      const code = sys.reach(host, port);
      if (!code) sys.later(resolve, 3000);
      else if (Date.now() - began >= wait) reject(new MongoServerSelectionError(code === 'ENOTFOUND' ? `getaddrinfo ENOTFOUND ${host}` : `connect ${code} ${sys.address(host)}:${port}`));
      else setTimeout(look, 500);
    };
    look();
  });
}

class MongoClient {
  constructor(url, options = {}) { Object.assign(this, { url, options }); }

  async connect() {
    await reachable(this.url, this.options.serverSelectionTimeoutMS);
    return this;
  }

  db(name) { return sys.inert(`mongodb.db.${name}`); }

  async close() {}

  static async connect(url, options) { return new MongoClient(url, options).connect(); }
}

class ObjectId {
  constructor(id) { this.id = id || sys.randomHex(12); }

  toString() { return this.id; }

  toHexString() { return this.id; }

  toJSON() { return this.id; }
}

module.exports = { MongoClient, ObjectId, MongoServerSelectionError, _reachable: reachable };

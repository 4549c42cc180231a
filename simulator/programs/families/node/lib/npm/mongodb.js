'use strict';
// mongodb: the driver, which speaks to the modelled MongoDB (see families/mongo).

const EventEmitter = require('events');
const { ObjectId, BSONError, _wire, _unwire } = require('bson');

function named(name, Base = Error) {
  return class extends Base {
    constructor(message, more) {
      super(message);
      Object.assign(this, more);
      Object.defineProperty(this, 'name', { value: name, enumerable: false, configurable: true });
      this.stack = this.stack.replace(/^[^\n:]*/, name);
    }
  };
}

const MongoError = named('MongoError');
const MongoServerError = named('MongoServerError', MongoError);
const MongoBulkWriteError = named('MongoBulkWriteError', MongoServerError);
const MongoParseError = named('MongoParseError', MongoError);
const MongoNetworkError = named('MongoNetworkError', MongoError);
const MongoInvalidArgumentError = named('MongoInvalidArgumentError', MongoError);
const MongoServerSelectionError = named('MongoServerSelectionError', MongoError);

function parsed(url) {
  const match = /^mongodb(\+srv)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(url || '');
  if (!match) throw new MongoParseError('Invalid scheme, expected connection string to start with "mongodb://" or "mongodb+srv://"');
  const [host, port] = match[4].split(',')[0].split(':');
  return {
    host: host || 'localhost', port: Number(port || 27017), user: match[2] && decodeURIComponent(match[2]), password: match[3] === undefined ? undefined : decodeURIComponent(match[3]),
    base: match[5] || 'test', query: new URLSearchParams(match[6] || ''),
  };
}

class MongoClient extends EventEmitter {
  constructor(url, options = {}) {
    super();
    Object.assign(this, { options });
    const place = parsed(url);
    if (options.auth) Object.assign(place, { user: options.auth.username, password: options.auth.password });
    Object.defineProperty(this, '_place', { value: place, enumerable: false });
    Object.defineProperty(this, '_holds', { value: [], enumerable: false, writable: true });
    this._wait = Number(options.serverSelectionTimeoutMS || place.query.get('serverSelectionTimeoutMS') || 30000);
    this._closed = false;
  }

  // The driver looks for its server until it is there, or for serverSelectionTimeoutMS.
  _select() {
    const { host, port } = this._place;
    const began = Date.now();
    return new Promise((resolve, reject) => {
      const look = () => {
        const code = sys.reach(host, port);
        if (!code) resolve();
        else if (Date.now() - began >= this._wait) reject(new MongoServerSelectionError(code === 'ENOTFOUND' ? `getaddrinfo ENOTFOUND ${host}` : `connect ${code} ${sys.address(host)}:${port}`));
        else setTimeout(look, 500);
      };
      look();
    });
  }

  async _command(base, command) {
    await this._select();
    const { host, port, user, password } = this._place;
    const row = { mongo: _wire(command), db: base };
    if (user) row.auth = { user, password };
    const answer = await new Promise((resolve) => { sys.sql(host, port, row, resolve); });
    if (answer.error) throw new MongoNetworkError(answer.error === 'closed' ? `connection 1 to ${sys.address(host)}:${port} closed` : `connect ${answer.error} ${sys.address(host)}:${port}`);
    if (!answer.ok) throw new MongoServerError(answer.errmsg || 'the server does not speak the protocol of MongoDB', _unwire({ ok: 0, code: answer.code, codeName: answer.codeName, keyPattern: answer.keyPattern, keyValue: answer.keyValue }));
    return _unwire(answer);
  }

  async connect() {
    await this._command('admin', { hello: 1 });
    const { host, port } = this._place;
    const hold = this._holds.length ? 0 : sys.hold(host, port, () => { this._holds = []; });
    if (hold) this._holds.push(hold);
    this.emit('open', this);
    return this;
  }

  db(name) { return new Db(this, name || this._place.base); }

  async close() {
    this._holds.splice(0).forEach((one) => sys.stopAsking(one));
    this._closed = true;
  }

  startSession() { throw new MongoInvalidArgumentError('drydock: sessions and transactions of MongoDB are not followed by the model'); }

  static async connect(url, options) { return new MongoClient(url, options).connect(); }
}

class Db {
  constructor(client, name) {
    Object.defineProperty(this, 'client', { value: client, enumerable: false });
    this.databaseName = name;
  }

  collection(name) { return new Collection(this, name); }

  command(command) { return this.client._command(this.databaseName, command); }

  admin() { return { ping: () => this.client._command('admin', { ping: 1 }), command: (one) => this.client._command('admin', one), listDatabases: () => this.client._command('admin', { listDatabases: 1 }) }; }

  async createCollection(name) {
    await this.command({ create: name });
    return this.collection(name);
  }

  listCollections(filter = {}) { return new Cursor(async () => (await this.command({ listCollections: 1 })).cursor.firstBatch.filter((one) => !filter.name || one.name === filter.name)); }

  async collections() { return (await this.listCollections().toArray()).map((one) => this.collection(one.name)); }

  async dropCollection(name) { return this.collection(name).drop(); }

  async dropDatabase() {
    await this.command({ dropDatabase: 1 });
    return true;
  }
}

class Cursor {
  constructor(load, wish = {}) {
    for (const [key, value] of [['_load', load], ['_wish', wish], ['_rows', null]]) Object.defineProperty(this, key, { value, enumerable: false, writable: true });
  }

  _with(more) {
    Object.assign(this._wish, more);
    return this;
  }

  sort(by, way) { return this._with({ sort: typeof by === 'string' ? { [by]: way === undefined ? 1 : way } : Array.isArray(by) ? Object.fromEntries(by) : by }); }

  limit(n) { return this._with({ limit: n }); }

  skip(n) { return this._with({ skip: n }); }

  project(projection) { return this._with({ projection }); }

  map(fn) {
    const load = this._load;
    this._load = async (wish) => (await load(wish)).map(fn);
    return this;
  }

  async _all() {
    if (!this._rows) this._rows = [...await this._load(this._wish)];
    return this._rows;
  }

  async toArray() { return (await this._all()).splice(0); }

  async next() {
    const rows = await this._all();
    return rows.length ? rows.shift() : null;
  }

  async hasNext() { return (await this._all()).length > 0; }

  async forEach(fn) { for (const one of await this.toArray()) fn(one); }

  async count() { return (await this._all()).length; }

  async close() { this._rows = []; }

  async* [Symbol.asyncIterator]() { for (const one of await this.toArray()) yield one; }
}

function atomic(update) {
  if (!update || !Object.keys(update).length || !Object.keys(update).every((key) => key[0] === '$')) throw new MongoInvalidArgumentError('Update document requires atomic operators');
  return update;
}

class Collection {
  constructor(db, name) {
    Object.defineProperty(this, '_db', { value: db, enumerable: false });
    this.collectionName = name;
    this.namespace = `${db.databaseName}.${name}`;
  }

  _run(name, more) { return this._db.command({ [name]: this.collectionName, ...more }); }

  async _insert(docs, ordered) {
    for (const doc of docs) if (doc._id === undefined) doc._id = new ObjectId();
    const answer = await this._run('insert', { documents: docs, ordered });
    if (answer.writeErrors) {
      const first = answer.writeErrors[0];
      const Kind = docs.length > 1 ? MongoBulkWriteError : MongoServerError;
      throw new Kind(first.errmsg, { index: first.index, code: first.code, keyPattern: first.keyPattern, keyValue: first.keyValue, ...(docs.length > 1 ? { writeErrors: answer.writeErrors } : {}) });
    }
    return answer;
  }

  async insertOne(doc) {
    await this._insert([doc], true);
    return { acknowledged: true, insertedId: doc._id };
  }

  async insertMany(docs, options = {}) {
    if (!Array.isArray(docs) || !docs.length) throw new MongoInvalidArgumentError('Invalid BulkOperation, Batch cannot be empty');
    const answer = await this._insert(docs, options.ordered !== false);
    return { acknowledged: true, insertedCount: answer.n, insertedIds: { ...docs.map((one) => one._id) } };
  }

  find(filter = {}, options = {}) { return new Cursor(async (wish) => (await this._run('find', { filter, ...wish })).cursor.firstBatch, { ...options }); }

  async findOne(filter = {}, options = {}) { return (await this._run('find', { filter, ...options, limit: 1 })).cursor.firstBatch[0] || null; }

  async _update(q, u, multi, options = {}) {
    const answer = await this._run('update', { updates: [{ q, u, multi, upsert: Boolean(options.upsert) }] });
    const upserted = answer.upserted || [];
    return { acknowledged: true, modifiedCount: answer.nModified, upsertedId: upserted.length ? upserted[0]._id : null, upsertedCount: upserted.length, matchedCount: answer.n - upserted.length };
  }

  async updateOne(filter, update, options) { return this._update(filter, atomic(update), false, options); }

  async updateMany(filter, update, options) { return this._update(filter, atomic(update), true, options); }

  async replaceOne(filter, doc, options) { return this._update(filter, doc, false, options); }

  async deleteOne(filter = {}) { return { acknowledged: true, deletedCount: (await this._run('delete', { deletes: [{ q: filter, limit: 1 }] })).n }; }

  async deleteMany(filter = {}) { return { acknowledged: true, deletedCount: (await this._run('delete', { deletes: [{ q: filter, limit: 0 }] })).n }; }

  async _modify(query, more, options = {}) {
    const answer = await this._run('findAndModify', { query, ...more, sort: options.sort, fields: options.projection, upsert: Boolean(options.upsert), new: options.returnDocument === 'after' });
    return options.includeResultMetadata ? answer : answer.value;
  }

  findOneAndUpdate(filter, update, options) { return this._modify(filter, { update: atomic(update) }, options); }

  findOneAndReplace(filter, update, options) { return this._modify(filter, { update }, options); }

  findOneAndDelete(filter, options) { return this._modify(filter, { remove: true }, options); }

  async countDocuments(query = {}) { return (await this._run('count', { query })).n; }

  async estimatedDocumentCount() { return (await this._run('count', {})).n; }

  async distinct(key, query = {}) { return (await this._run('distinct', { key, query })).values; }

  aggregate(pipeline = []) { return new Cursor(async () => (await this._run('aggregate', { pipeline, cursor: {} })).cursor.firstBatch); }

  async createIndex(key, options = {}) {
    const keys = typeof key === 'string' ? { [key]: 1 } : key;
    const name = options.name || Object.entries(keys).map((one) => one.join('_')).join('_');
    await this._run('createIndexes', { indexes: [{ key: keys, name, ...options }] });
    return name;
  }

  async drop() {
    await this._run('drop', {});
    return true;
  }

  watch() { throw new MongoServerError('The $changeStream stage is only supported on replica sets', { code: 40573 }); }
}

module.exports = {
  MongoClient, Db, Collection, ObjectId, ObjectID: ObjectId, BSONError, MongoError, MongoServerError, MongoBulkWriteError, MongoParseError, MongoNetworkError, MongoServerSelectionError,
  ServerApiVersion: { v1: '1' },
};
module.exports.default = module.exports;

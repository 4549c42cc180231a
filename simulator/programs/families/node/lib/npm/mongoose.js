'use strict';
// mongoose: connections and models over the modelled driver.

const EventEmitter = require('events');
const { MongoClient, ObjectId } = require('mongodb');
const { Schema, CastError, ValidationError, ValidatorError } = require('mongoose/schema');
const { compile, Query } = require('mongoose/model');

class MongooseError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'MongooseError', enumerable: false, configurable: true });
  }
}

class MongooseServerSelectionError extends MongooseError {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'MongooseServerSelectionError', enumerable: false });
  }
}

const BUFFER_MS = 10000;
const UNCOUNTED = /^(data|information|media|news|series|sheep|fish|equipment|rice|money|species)$/;

function plural(name) {
  const text = name.toLowerCase();
  if (UNCOUNTED.test(text) || /s$/.test(text) && !/(ss|us|is)$/.test(text)) return text;
  const odd = { person: 'people', child: 'children', man: 'men', woman: 'women', mouse: 'mice' };
  if (odd[text]) return odd[text];
  if (/[^aeiou]y$/.test(text)) return text.replace(/y$/, 'ies');
  return /(s|x|z|ch|sh)$/.test(text) ? `${text}es` : `${text}s`;
}

class Connection extends EventEmitter {
  constructor(base) {
    super();
    for (const [key, value] of [['base', base], ['client', null], ['models', {}], ['_waiting', []], ['_hold', 0]]) Object.defineProperty(this, key, { value, enumerable: false, writable: true });
    this.readyState = 0;
  }

  get db() { return this.client && this.client.db(this._name); }

  get host() { return this.client && this.client._place.host; }

  get port() { return this.client && this.client._place.port; }

  get name() { return this._name; }

  async openUri(url, options = {}) {
    if (typeof url !== 'string') throw new MongooseError(`The \`uri\` parameter to \`openUri()\` must be a string, got "${typeof url}". Make sure the first parameter to \`mongoose.connect()\` or \`mongoose.createConnection()\` is a string.`);
    this._state(2, 'connecting');
    try {
      const client = new MongoClient(url, { ...options, ...(options.user ? { auth: { username: options.user, password: options.pass } } : {}) });
      this._name = options.dbName || client._place.base;
      await client.connect();
      this.client = client;
    } catch (error) {
      this._state(0, 'disconnected');
      const made = error.name === 'MongoServerSelectionError' ? new MongooseServerSelectionError(error.message) : error;
      if (this.listenerCount('error')) this.emit('error', made);
      throw made;
    }
    this._hold = sys.hold(this.host, this.port, () => this._state(0, 'disconnected'));
    this._state(1, 'connected');
    this.emit('open');
    this._waiting.splice(0).forEach((one) => one());
    return this;
  }

  _state(number, event) {
    this.readyState = number;
    this.emit(event);
  }

  asPromise() { return this.readyState === 1 ? Promise.resolve(this) : new Promise((resolve) => { this._waiting.push(() => resolve(this)); }); }

  async close() {
    if (this.client) await this.client.close();
    if (this._hold) sys.stopAsking(this._hold);
    this._hold = 0;
    this._state(0, 'close');
  }

  collection(name) { return this.db.collection(name); }

  // Operations before the connection is open wait for it, ten seconds at most.
  _collection(op, model) {
    const name = model.collection.name;
    if (this.client) return this._indexed(model, name);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new MongooseError(`Operation \`${name}.${op}()\` buffering timed out after ${BUFFER_MS}ms`)), BUFFER_MS);
      this._waiting.push(() => {
        clearTimeout(timer);
        resolve(this._indexed(model, name));
      });
    });
  }

  async _indexed(model, name) {
    const made = this.db.collection(name);
    if (model._indexed) return made;
    Object.defineProperty(model, '_indexed', { value: true, enumerable: false });
    for (const [keys, options] of model.schema.indexes_) {
      const kept = Object.fromEntries(Object.entries(options).filter(([, one]) => one));
      await made.createIndex(keys, kept).catch((error) => { if (model.listenerCount) model.emit('index', error); });
    }
    return made;
  }

  model(name, schema, collection) {
    if (!schema && this.models[name]) return this.models[name];
    if (!schema) throw Object.assign(new MongooseError(`Schema hasn't been registered for model "${name}".\nUse mongoose.model(name, schema)`), {});
    if (this.models[name]) {
      const error = new MongooseError(`Cannot overwrite \`${name}\` model once compiled.`);
      Object.defineProperty(error, 'name', { value: 'OverwriteModelError', enumerable: false });
      throw error;
    }
    const wanted = schema instanceof Schema ? schema : new Schema(schema);
    this.models[name] = compile(this, name, wanted, collection || wanted.options.collection || plural(name), (op, model) => this._collection(op, model));
    return this.models[name];
  }

  startSession() { throw new MongooseError('drydock: sessions and transactions of MongoDB are not followed by the model'); }
}

// As in mongoose, `new` may be left out.
const Callable = new Proxy(Schema, { apply(target, that, args) { return new Schema(...args); } });

const mongoose = { Schema: Callable, Types: { ObjectId }, Error: Object.assign(MongooseError, { CastError, ValidationError, ValidatorError, MongooseServerSelectionError }), MongooseError, Query, Promise, version: '8.9.0', STATES: ['disconnected', 'connected', 'connecting', 'disconnecting'] };
const connection = new Connection(mongoose);
Object.assign(mongoose, {
  connection, connections: [connection], models: connection.models, ObjectId, mongo: { MongoClient, ObjectId },
  connect: async (url, options) => {
    await connection.openUri(url, options);
    return mongoose;
  },
  createConnection: (url, options) => {
    const made = new Connection(mongoose);
    if (url) made.openUri(url, options).catch((error) => { if (!made.listenerCount('error')) throw error; });
    return made;
  },
  disconnect: () => connection.close(),
  model: (name, schema, collection) => connection.model(name, schema, collection),
  startSession: () => connection.startSession(),
  isValidObjectId: (id) => ObjectId.isValid(id), set: () => mongoose, get: () => undefined, plugin: () => mongoose,
});
module.exports = mongoose;
module.exports.default = mongoose;

'use strict';
// mongoose: models, their documents and queries.

const { ObjectId } = require('bson');
const { cast, castAll, check, get } = require('mongoose/schema');

// A filter or an update whose values have the types that the schema says.
function castQuery(schema, query, model) {
  const made = {};
  for (const [key, value] of Object.entries(query || {})) {
    if (key === '$and' || key === '$or' || key === '$nor') made[key] = value.map((one) => castQuery(schema, one, model));
    else if (value === undefined) continue;
    else {
      const rule = key === '_id' ? { type: ObjectId } : schema.paths[key];
      const inner = rule && Array.isArray(rule.type) ? (rule.type[0] && rule.type[0].type) || rule.type[0] : rule && rule.type;
      made[key] = castValue(value, inner, key, model);
    }
  }
  return made;
}

function castValue(value, type, path, model) {
  if (value === null || !type || value instanceof RegExp) return value;
  if (typeof value === 'object' && !(value instanceof ObjectId) && !(value instanceof Date) && !Array.isArray(value)) {
    if (!Object.keys(value).some((key) => key[0] === '$')) return value._id === undefined ? value : cast(value, type, path, model);
    return Object.fromEntries(Object.entries(value).map(([op, one]) => [op, /^\$(in|nin|all)$/.test(op) ? one.map((item) => cast(item, type, path, model)) : /^\$(eq|ne|gte?|lte?)$/.test(op) ? cast(one, type, path, model) : one]));
  }
  return Array.isArray(value) ? value : cast(value, type, path, model);
}

function castUpdate(schema, update, model) {
  const made = {};
  for (const [key, value] of Object.entries(update || {})) {
    if (key[0] === '$') made[key] = { ...made[key], ...value };
    else if (key !== '_id' && key !== '__v' && value !== undefined) made.$set = { ...made.$set, [key]: value };
  }
  for (const path of Object.keys(made.$set || {})) {
    const rule = schema.paths[path];
    if (rule) made.$set[path] = cast(made.$set[path], rule.type, path, model);
    else if (schema.options.strict !== false && !Object.keys(schema.paths).some((one) => one.startsWith(`${path}.`) || path.startsWith(`${one}.`))) delete made.$set[path];
  }
  if (made.$set && !Object.keys(made.$set).length) delete made.$set;
  if (schema.options.timestamps) made.$set = { ...made.$set, updatedAt: new Date() };
  return made;
}

class Query {
  constructor(model, op, run, filter) {
    Object.assign(this, { model, op, _run: run, _filter: filter, _wish: {}, _lean: false, _populate: [], _one: op !== 'find', _fail: null });
  }

  sort(by) {
    if (typeof by === 'string') this._wish.sort = Object.fromEntries(by.split(/\s+/).filter(Boolean).map((one) => (one[0] === '-' ? [one.slice(1), -1] : [one, 1])));
    else this._wish.sort = Object.fromEntries(Object.entries(by || {}).map(([key, way]) => [key, way === -1 || way === 'desc' || way === 'descending' || way === '-1' ? -1 : 1]));
    return this;
  }

  limit(n) { this._wish.limit = Number(n); return this; }

  skip(n) { this._wish.skip = Number(n); return this; }

  select(fields) {
    this._wish.projection = typeof fields === 'string' ? Object.fromEntries(fields.split(/\s+/).filter(Boolean).map((one) => (one[0] === '-' ? [one.slice(1), 0] : [one.replace('+', ''), 1]))) : fields;
    return this;
  }

  lean() { this._lean = true; return this; }

  populate(path, select) { this._populate.push(...(typeof path === 'string' ? path.split(/\s+/).map((one) => ({ path: one, select })) : [].concat(path))); return this; }

  where(key, value) {
    if (typeof key === 'object') Object.assign(this._filter, key);
    else if (value !== undefined) this._filter[key] = value;
    else this._at = key;
    return this;
  }

  equals(value) { this._filter[this._at] = value; return this; }

  orFail(make) { this._fail = make || (() => new Error(`No document found for query "${JSON.stringify(this._filter)}" on model "${this.model.modelName}"`)); return this; }

  countDocuments() { return this.model.countDocuments(this._filter); }

  async exec() {
    const found = await this._run(this);
    if (this._fail && (found === null || (Array.isArray(found) && !found.length))) throw typeof this._fail === 'function' ? this._fail() : this._fail;
    const rows = Array.isArray(found) ? found : [found];
    for (const one of this._populate) for (const row of rows) if (row) await populated(this.model, row, one);
    return found;
  }

  then(good, bad) { return this.exec().then(good, bad); }

  catch(bad) { return this.exec().catch(bad); }

  finally(fn) { return this.exec().finally(fn); }
}
for (const [name, op] of [['gt', '$gt'], ['gte', '$gte'], ['lt', '$lt'], ['lte', '$lte'], ['in', '$in'], ['ne', '$ne']]) {
  Query.prototype[name] = function compare(value) {
    this._filter[this._at] = { ...this._filter[this._at], [op]: value };
    return this;
  };
}

async function populated(model, row, { path, select }) {
  const rule = model.schema.paths[path];
  const own = Array.isArray(rule && rule.type) ? rule.type[0] : rule;
  const other = own && own.ref && model.base.models[own.ref.modelName || own.ref];
  if (!other) throw new Error(`Schema hasn't been registered for model "${own && own.ref}".\nUse mongoose.model(name, schema)`);
  const of = (id) => (select ? other.findById(id).select(select) : other.findById(id)).exec();
  const value = row[path];
  row[path] = Array.isArray(value) ? (await Promise.all(value.map(of))).filter(Boolean) : value ? await of(value) : value;
}

async function hooks(schema, when, name, self, args = []) {
  for (const fn of schema.hooks[when][name] || []) {
    if (fn.length > args.length) await new Promise((resolve, reject) => { const made = fn.call(self, ...args, (error) => (error ? reject(error) : resolve())); if (made && made.then) made.then(resolve, reject); });
    else await fn.call(self, ...args);
  }
}

function compile(base, name, schema, collectionName, runner) {
  const hidden = (self, key, value) => Object.defineProperty(self, key, { value, enumerable: false, writable: true, configurable: true });

  class Model {
    constructor(given = {}, loaded = false) {
      const errors = {};
      const row = loaded ? given : castAll(schema, given, name, errors);
      hidden(this, '$errors', errors);
      hidden(this, 'isNew', !loaded);
      if (row._id === undefined && !loaded) this._id = new ObjectId();
      Object.assign(this, row);
      hidden(this, '$was', loaded ? JSON.stringify(row) : '{}');
      if (!loaded) for (const key of Object.keys(schema.virtuals)) if (given[key] !== undefined && schema.virtuals[key].set) this[key] = given[key];
    }

    get id() { return String(this._id); }

    isModified(path) { return !path || JSON.stringify(get(this, path)) !== JSON.stringify(get(JSON.parse(this.$was), path)); }

    get(path) { return get(this, path); }

    set(path, value) { Object.assign(this, typeof path === 'object' ? path : { [path]: value }); return this; }

    async validate() { check(schema, this, name, { ...this.$errors }); }

    async save() {
      await this.validate();
      await hooks(schema, 'pre', 'save', this);
      const row = { _id: this._id, ...castAll(schema, this, name) };
      if (schema.options.timestamps) {
        row.updatedAt = new Date();
        if (!row.createdAt) row.createdAt = row.updatedAt;
      }
      if (this.isNew && schema.options.versionKey !== false) row.__v = 0;
      const c = await runner(this.isNew ? 'insertOne' : 'updateOne', Model);
      if (this.isNew) await c.insertOne(row);
      else await c.replaceOne({ _id: this._id }, row);
      Object.assign(this, row);
      this.isNew = false;
      this.$was = JSON.stringify(row);
      await hooks(schema, 'post', 'save', this, [this]);
      return this;
    }

    async deleteOne() { return (await runner('deleteOne', Model)).deleteOne({ _id: this._id }); }

    async populate(path) { await populated(Model, this, typeof path === 'string' ? { path } : path); return this; }

    toObject(options = {}) { return shown(this, { ...schema.options.toObject, ...options }); }

    toJSON() { return shown(this, schema.options.toJSON || {}); }

    [Symbol.for('nodejs.util.inspect.custom')]() { return { ...this }; }
  }

  function shown(doc, options) {
    let made = { ...doc };
    if (options.virtuals || options.getters) {
      made.id = doc.id;
      for (const key of Object.keys(schema.virtuals)) made[key] = doc[key];
    }
    if (options.versionKey === false) delete made.__v;
    if (options.transform) made = options.transform(doc, made, options) || made;
    return made;
  }

  const load = (row, query) => (row === null || (query && query._lean) ? row : new Model(row, true));
  const query = (op, filter, run) => new Query(Model, op, async (one) => {
    const wanted = castQuery(schema, one._filter, name);
    return run(await runner(op, Model), wanted, one);
  }, { ...filter });
  const modify = (op, how) => (filter, update, options = {}) => query(op, filter, async (c, wanted, one) => {
    if (options.runValidators) check({ paths: Object.fromEntries(Object.entries(schema.paths).filter(([path]) => path in { ...update, ...update.$set })) }, { ...update, ...update.$set }, 'Validation failed');
    const wish = { sort: one._wish.sort, projection: one._wish.projection, upsert: options.upsert, returnDocument: options.new || options.returnDocument === 'after' || options.returnOriginal === false ? 'after' : 'before' };
    return load(await how(c, wanted, update, wish), one);
  });
  const made = (update, upsert) => {
    const row = castUpdate(schema, update, name);
    if (upsert && schema.options.timestamps) row.$setOnInsert = { createdAt: new Date(), ...row.$setOnInsert };
    return Object.keys(row).length ? row : { $set: {} };
  };
  const byId = (id) => ({ _id: id });

  Object.assign(Model, {
    modelName: name, schema, base, collection: { name: collectionName, collectionName },
    find: (filter, fields, options = {}) => {
      const one = query('find', filter, async (c, wanted, q) => (await c.find(wanted, q._wish).toArray()).map((row) => load(row, q)));
      if (fields) one.select(fields);
      return Object.assign(one, { _wish: { ...one._wish, ...options } });
    },
    findOne: (filter, fields) => {
      const one = query('findOne', filter, async (c, wanted, q) => load(await c.findOne(wanted, q._wish), q));
      return fields ? one.select(fields) : one;
    },
    findById: (id, fields) => Model.findOne(byId(id), fields),
    create: async (...docs) => {
      const many = Array.isArray(docs[0]);
      const list = many ? docs[0] : docs;
      const saved = [];
      for (const one of list) saved.push(await new Model(one).save());
      return many || docs.length > 1 ? saved : saved[0];
    },
    insertMany: async (list) => {
      const docs = [].concat(list).map((one) => new Model(one));
      for (const doc of docs) await doc.validate();
      for (const doc of docs) await doc.save();
      return docs;
    },
    findOneAndUpdate: modify('findOneAndUpdate', (c, wanted, update, wish) => c.findOneAndUpdate(wanted, made(update, wish.upsert), wish)),
    findOneAndDelete: modify('findOneAndDelete', (c, wanted, update, wish) => c.findOneAndDelete(wanted, wish)),
    findByIdAndUpdate: (id, update, options) => Model.findOneAndUpdate(byId(id), update, options),
    findByIdAndDelete: (id) => Model.findOneAndDelete(byId(id), {}),
    updateOne: (filter, update, options) => query('updateOne', filter, (c, wanted) => c.updateOne(wanted, made(update), options)),
    updateMany: (filter, update, options) => query('updateMany', filter, (c, wanted) => c.updateMany(wanted, made(update), options)),
    deleteOne: (filter) => query('deleteOne', filter, (c, wanted) => c.deleteOne(wanted)),
    deleteMany: (filter) => query('deleteMany', filter, (c, wanted) => c.deleteMany(wanted)),
    countDocuments: (filter) => query('countDocuments', filter, (c, wanted) => c.countDocuments(wanted)),
    estimatedDocumentCount: () => query('estimatedDocumentCount', {}, (c) => c.estimatedDocumentCount()),
    exists: (filter) => query('findOne', filter, async (c, wanted) => { const row = await c.findOne(wanted, { projection: { _id: 1 } }); return row; }),
    distinct: (key, filter) => query('distinct', filter, (c, wanted) => c.distinct(key, wanted)),
    aggregate: (pipeline) => query('aggregate', {}, (c) => c.aggregate(pipeline).toArray()),
    init: async () => Model, syncIndexes: async () => [],
  });
  for (const [key, one] of Object.entries(schema.virtuals)) Object.defineProperty(Model.prototype, key, { get: one.get, set: one.set, configurable: true });
  Object.assign(Model.prototype, schema.methods);
  Object.assign(Model, schema.statics);
  Object.defineProperty(Model, 'name', { value: name });
  return Model;
}

module.exports = { compile, Query };

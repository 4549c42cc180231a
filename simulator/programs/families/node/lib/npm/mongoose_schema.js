'use strict';
// mongoose: schemas, the casting of values and their checks, in Mongoose's words.

const { ObjectId } = require('bson');

class CastError extends Error {
  constructor(kind, value, path, model) {
    const type = value === null ? 'null' : Array.isArray(value) ? 'Array' : typeof value === 'object' ? 'Object' : typeof value;
    const shown = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
    super(`Cast to ${kind} failed for value ${shown} (type ${type}) at path "${path}"${model ? ` for model "${model}"` : ''}`);
    Object.defineProperty(this, 'name', { value: 'CastError', enumerable: false });
    Object.assign(this, { stringValue: shown, kind, value, path });
  }
}

class ValidatorError extends Error {
  constructor(message, kind, path, value) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'ValidatorError', enumerable: false });
    Object.assign(this, { properties: { message, type: kind, path, value }, kind, path, value });
  }
}

class ValidationError extends Error {
  constructor(model, errors) {
    super(`${model} validation failed: ${Object.entries(errors).map(([path, one]) => `${path}: ${one.message}`).join(', ')}`);
    Object.defineProperty(this, 'name', { value: 'ValidationError', enumerable: false });
    Object.assign(this, { errors, _message: `${model} validation failed` });
  }
}

class Mixed {}

class Schema {
  constructor(rows = {}, options = {}) {
    Object.assign(this, { options, methods: {}, statics: {}, paths: {}, virtuals: {}, hooks: { pre: {}, post: {} }, indexes_: [] });
    this.add(rows);
    if (options.timestamps) this.add({ createdAt: Date, updatedAt: Date });
    if (options.virtuals) for (const [name, one] of Object.entries(options.virtuals)) this.virtuals[name] = one;
    Object.assign(this.methods, options.methods);
    Object.assign(this.statics, options.statics);
  }

  add(rows, before = '') {
    for (const [name, row] of Object.entries(rows instanceof Schema ? rows.paths : rows)) this._path(`${before}${name}`, row);
    return this;
  }

  _path(path, row) {
    const plain = row !== null && typeof row === 'object' && !Array.isArray(row) && !(row instanceof Schema);
    const isRule = plain && 'type' in row && (typeof row.type !== 'object' || !row.type || Array.isArray(row.type) || row.type instanceof Schema || !('type' in row.type));
    if (plain && !isRule && Object.keys(row).length) return this.add(row, `${path}.`);
    const rule = isRule ? { ...row } : { type: plain ? Mixed : row };
    if (typeof rule.type === 'string') rule.type = { string: String, number: Number, boolean: Boolean, date: Date, objectid: ObjectId }[rule.type.toLowerCase()] || Mixed;
    if (rule.type === undefined) throw new TypeError(`Invalid schema configuration: \`undefined\` is not a valid type at path \`${path}\`.`);
    this.paths[path] = rule;
    if (rule.unique || rule.index) this.indexes_.push([{ [path]: 1 }, { unique: Boolean(rule.unique), sparse: Boolean(rule.sparse) }]);
    return this;
  }

  index(keys, options = {}) {
    this.indexes_.push([keys, options]);
    return this;
  }

  pre(names, options, fn) {
    for (const name of [].concat(names)) (this.hooks.pre[name] ||= []).push(fn || options);
    return this;
  }

  post(names, options, fn) {
    for (const name of [].concat(names)) (this.hooks.post[name] ||= []).push(fn || options);
    return this;
  }

  method(name, fn) {
    Object.assign(this.methods, typeof name === 'object' ? name : { [name]: fn });
    return this;
  }

  static(name, fn) {
    Object.assign(this.statics, typeof name === 'object' ? name : { [name]: fn });
    return this;
  }

  virtual(name) {
    const made = (this.virtuals[name] ||= {});
    const row = { get(fn) { made.get = fn; return row; }, set(fn) { made.set = fn; return row; } };
    return row;
  }

  plugin(fn, options) {
    fn(this, options);
    return this;
  }

  set(name, value) {
    this.options[name] = value;
    if (name === 'timestamps' && value) this.add({ createdAt: Date, updatedAt: Date });
    return this;
  }

  path(name) { return this.paths[name]; }
}
Schema.Types = { ObjectId, Mixed, String, Number, Boolean, Date, Array };
Schema.ObjectId = ObjectId;

function cast(value, type, path, model) {
  if (value === null || value === undefined) return value;
  if (Array.isArray(type)) return (Array.isArray(value) ? value : [value]).map((one) => (type.length ? cast(one, type[0] && type[0].type ? type[0].type : type[0], path, model) : one));
  if (type instanceof Schema) return castAll(type, value, model);
  if (type === String) {
    if (typeof value === 'object' && !(value instanceof ObjectId) && !(value instanceof Date)) throw new CastError('string', value, path, model);
    return String(value);
  }
  if (type === Number) {
    const made = value === '' ? null : typeof value === 'object' && !(value instanceof Date) ? NaN : Number(value);
    if (Number.isNaN(made)) throw new CastError('Number', value, path, model);
    return made;
  }
  if (type === Boolean) {
    if ([true, 'true', 1, '1', 'yes'].includes(value)) return true;
    if ([false, 'false', 0, '0', 'no'].includes(value)) return false;
    throw new CastError('Boolean', value, path, model);
  }
  if (type === Date) {
    const made = value instanceof Date ? value : new Date(value);
    if (Number.isNaN(made.getTime())) throw new CastError('date', value, path, model);
    return made;
  }
  if (type === ObjectId) {
    const id = value && value._id !== undefined ? value._id : value;
    if (!ObjectId.isValid(id)) throw new CastError('ObjectId', value, path, model);
    return id instanceof ObjectId ? id : new ObjectId(id);
  }
  return value;
}

const get = (doc, path) => path.split('.').reduce((at, key) => (at === null || at === undefined ? undefined : at[key]), doc);

function put(doc, path, value) {
  const parts = path.split('.');
  const last = parts.pop();
  let at = doc;
  for (const key of parts) at = at[key] ||= {};
  at[last] = value;
}

// A plain document of what the schema knows; the rest is left out, as in strict mode.
function castAll(schema, given, model, errors) {
  const made = {};
  if (given._id !== undefined) made._id = schema.paths._id ? given._id : cast(given._id, ObjectId, '_id', model);
  for (const [path, rule] of Object.entries(schema.paths)) {
    let value = get(given, path);
    if (value === undefined && rule.default !== undefined) value = typeof rule.default === 'function' ? rule.default.call(given) : rule.default;
    if (value === undefined && Array.isArray(rule.type)) value = [];
    if (value === undefined) continue;
    try {
      value = cast(value, rule.type, path, model);
    } catch (error) {
      if (!errors) throw error;
      errors[path] = error;
      continue;
    }
    if (typeof value === 'string') value = polished(value, rule);
    put(made, path, value);
  }
  if (schema.options.strict === false) for (const key of Object.keys(given)) if (!(key in made)) made[key] = given[key];
  if (given.__v !== undefined) made.__v = given.__v;
  return made;
}

function polished(text, rule) {
  let made = rule.trim ? text.trim() : text;
  if (rule.lowercase) made = made.toLowerCase();
  return rule.uppercase ? made.toUpperCase() : made;
}

const first = (rule) => (Array.isArray(rule) ? rule[0] : rule);
const words = (rule, usual) => (Array.isArray(rule) && rule[1] ? String(rule[1]) : usual);

// The complaint about one value, or undefined.
function complaint(doc, path, rule, value) {
  const needed = typeof first(rule.required) === 'function' ? first(rule.required).call(doc) : first(rule.required);
  const make = (message, kind) => new ValidatorError(message.replace(/\{VALUE\}/g, String(value)).replace(/\{PATH\}/g, path), kind, path, value);
  if (needed && (value === undefined || value === null || value === '')) return make(typeof needed === 'string' ? needed : words(rule.required, `Path \`${path}\` is required.`), 'required');
  if (value === undefined || value === null) return undefined;
  const shown = typeof value === 'string' ? value : String(value);
  const choices = rule.enum && (Array.isArray(rule.enum) ? rule.enum : rule.enum.values || Object.values(rule.enum));
  if (choices && !choices.includes(value)) return make((rule.enum.message) || `\`${shown}\` is not a valid enum value for path \`${path}\`.`, 'enum');
  if (rule.minlength !== undefined || rule.minLength !== undefined) {
    const most = rule.minlength || rule.minLength;
    if (shown.length < first(most)) return make(words(most, `Path \`${path}\` (\`${shown}\`, length ${shown.length}) is shorter than the minimum allowed length (${first(most)}).`), 'minlength');
  }
  if (rule.maxlength !== undefined || rule.maxLength !== undefined) {
    const most = rule.maxlength || rule.maxLength;
    if (shown.length > first(most)) return make(words(most, `Path \`${path}\` (\`${shown}\`, length ${shown.length}) is longer than the maximum allowed length (${first(most)}).`), 'maxlength');
  }
  if (rule.min !== undefined && value < first(rule.min)) return make(words(rule.min, `Path \`${path}\` (${shown}) is less than minimum allowed value (${first(rule.min)}).`), 'min');
  if (rule.max !== undefined && value > first(rule.max)) return make(words(rule.max, `Path \`${path}\` (${shown}) is more than maximum allowed value (${first(rule.max)}).`), 'max');
  if (rule.match && !first(rule.match).test(shown)) return make(words(rule.match, `Path \`${path}\` is invalid (${shown}).`), 'regexp');
  const own = rule.validate && (typeof rule.validate === 'function' ? { validator: rule.validate } : Array.isArray(rule.validate) ? { validator: rule.validate[0], message: rule.validate[1] } : rule.validate);
  if (own && own.validator && !own.validator.call(doc, value)) return make(typeof own.message === 'function' ? own.message({ value, path }) : own.message || `Validator failed for path \`${path}\` with value \`${shown}\``, 'user defined');
  return undefined;
}

function check(schema, doc, model, errors = {}) {
  for (const [path, rule] of Object.entries(schema.paths)) {
    const wrong = errors[path] ? undefined : complaint(doc, path, rule, get(doc, path));
    if (wrong) errors[path] = wrong;
  }
  if (Object.keys(errors).length) throw new ValidationError(model, errors);
}

module.exports = { Schema, CastError, ValidationError, ValidatorError, cast, castAll, check, get };

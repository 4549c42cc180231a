'use strict';
// bson: ObjectId, and values as the extended JSON that the modelled MongoDB takes and gives.

const inspected = Symbol.for('nodejs.util.inspect.custom');

class BSONError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'BSONError', enumerable: false });
  }
}

class ObjectId {
  constructor(id) {
    const text = id === undefined || id === null ? Math.floor(Date.now() / 1000).toString(16) + sys.randomHex(8) : String(id);
    if (!/^[0-9a-fA-F]{24}$/.test(text)) throw new BSONError('input must be a 24 character hex string, 12 byte Uint8Array, or an integer');
    Object.defineProperty(this, 'id', { value: text.toLowerCase(), enumerable: false });
    this._bsontype = 'ObjectId';
    Object.defineProperty(this, '_bsontype', { enumerable: false });
  }

  toString() { return this.id; }

  toHexString() { return this.id; }

  toJSON() { return this.id; }

  valueOf() { return this.id; }

  equals(other) { return other !== null && other !== undefined && String(other) === this.id; }

  getTimestamp() { return new Date(parseInt(this.id.slice(0, 8), 16) * 1000); }

  [inspected]() { return `new ObjectId('${this.id}')`; }

  static isValid(id) { return id instanceof ObjectId || /^[0-9a-fA-F]{24}$/.test(String(id)); }

  static createFromHexString(id) { return new ObjectId(id); }
}

function wire(value) {
  if (value === null || value === undefined) return null;
  if (value instanceof ObjectId) return { $oid: value.id };
  if (value instanceof Date) return { $date: value.toISOString() };
  if (value instanceof RegExp) return { $regex: value.source, $options: value.flags.replace(/[^im]/g, '') };
  if (Array.isArray(value)) return value.map(wire);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value !== 'object') return value;
  if (typeof value.toBSON === 'function') return wire(value.toBSON());
  const made = {};
  if (value.$regex instanceof RegExp) return wire({ $options: value.$regex.flags.replace(/[^im]/g, ''), ...value, $regex: value.$regex.source });
  for (const [key, one] of value instanceof Map ? value.entries() : Object.entries(value)) if (one !== undefined && typeof one !== 'function') made[key] = wire(one);
  return made;
}

function unwire(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(unwire);
  if (typeof value.$oid === 'string') return new ObjectId(value.$oid);
  if (typeof value.$date === 'string') return new Date(value.$date);
  const made = {};
  for (const key of Object.keys(value)) made[key] = unwire(value[key]);
  return made;
}

module.exports = { ObjectId, ObjectID: ObjectId, BSONError, _wire: wire, _unwire: unwire };

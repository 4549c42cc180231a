'use strict';
const EventEmitter = require('events');
const { _reachable, ObjectId } = require('mongodb');

class MongooseServerSelectionError extends Error {
  constructor(message) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'MongooseServerSelectionError', enumerable: false });
  }
}

const connection = new EventEmitter();
connection.readyState = 0;
async function connect(url, options = {}) {
  connection.readyState = 2;
  try {
    await _reachable(url, options.serverSelectionTimeoutMS);
  } catch (error) {
    connection.readyState = 0;
    const made = new MongooseServerSelectionError(error.message);
    if (connection.listenerCount('error')) connection.emit('error', made);
    throw made;
  }
  connection.readyState = 1;
  connection.emit('connected');
  connection.emit('open');
  return module.exports;
}
class Schema {
  constructor(rows) { Object.assign(this, { rows, methods: {}, statics: {}, virtual: () => ({ get() {}, set() {} }), pre() {}, post() {}, index() {}, plugin() {}, set() {} }); }
}
Schema.Types = { ObjectId, Mixed: Object };
module.exports = { connect, connection, Schema, Types: { ObjectId }, model: (name) => sys.inert(`mongoose.${name}`), set() {}, disconnect: async () => {}, createConnection: () => connection };
module.exports.default = module.exports;

'use strict';
// Lets Express 4 hand rejected promises of handlers on, as Express 5 does by itself.
Object.defineProperty(require('express'), 'asyncErrors', { value: true, configurable: true });
module.exports = {};

'use strict';
const mysql = require('mysql2');

module.exports = { createConnection: mysql.createPromise, createPool: mysql.createPromisePool };

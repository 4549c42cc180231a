'use strict';
module.exports = require('bcrypt');

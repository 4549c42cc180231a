'use strict';
module.exports = require('bullmq').Queue;

'use strict';
const http = require('http');

const secure = http._client('https');
module.exports = { ...http, request: secure.request, get: secure.get };

'use strict';
module.exports = Object.assign((...args) => fetch(...args), { fetch: (...args) => fetch(...args) });

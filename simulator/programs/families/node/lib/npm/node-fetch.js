'use strict';
module.exports = Object.assign((...args) => fetch(...args), { default: (...args) => fetch(...args) });

'use strict';
module.exports = { createRequire: () => require, builtinModules: ['fs', 'http', 'path', 'os'] };

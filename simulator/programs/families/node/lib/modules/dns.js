'use strict';
const http = require('http');

function lookup(host, options, done) {
  const fn = typeof options === 'function' ? options : done;
  const code = sys.reach(host, 1);
  sys.later(() => {
    if (code === 'ENOTFOUND') fn(http._connectError('ENOTFOUND', host, 0));
    else if (options && options.all) fn(null, [{ address: sys.address(host), family: 4 }]);
    else fn(null, sys.address(host), 4);
  }, 300);
}
const promised = (host, options) => new Promise((resolve, reject) => lookup(host, options || {}, (error, address, family) => (error ? reject(error) : resolve(options && options.all ? address : { address, family }))));
const resolve4 = (host, done) => lookup(host, {}, (error, address) => (error ? done(error) : done(null, [address])));
module.exports = { lookup, resolve: resolve4, resolve4, promises: { lookup: promised, resolve4: (host) => promised(host).then((row) => [row.address]) }, setDefaultResultOrder() {} };

'use strict';
// wait-port: asks again and again until something listens on a port.

const http = require('http');

const CLOSED = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];
const UNKNOWN = ['ENOTFOUND', 'EAI_AGAIN'];

// Whether a port is open: what answers need not speak HTTP.
function open(host, port) {
  return new Promise((done, fail) => {
    const request = http.request({ host, port, path: '/', method: 'GET' }, () => done(true));
    request.on('error', (error) => {
      if (UNKNOWN.includes(error.code)) fail(error);
      else done(!CLOSED.includes(error.code));
    });
    request.end();
  });
}

module.exports = async function waitPort({ host, port, timeout = 0, interval = 1000, waitForDns = false }) {
  const end = timeout ? Date.now() + timeout : Infinity;
  for (;;) {
    try {
      if (await open(host || 'localhost', port)) return { open: true, ipVersion: 4 };
    } catch (error) {
      if (!waitForDns) throw error;
    }
    if (Date.now() + interval > end) return { open: false };
    await new Promise((done) => { setTimeout(done, interval); });
  }
};
module.exports.default = module.exports;

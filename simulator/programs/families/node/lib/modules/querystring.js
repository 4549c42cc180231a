'use strict';
function parse(text) {
  const out = Object.create(null);
  for (const [key, value] of new URLSearchParams(text)) out[key] = key in out ? [].concat(out[key], value) : value;
  return out;
}
const stringify = (row) => Object.keys(row || {}).map((key) => [].concat(row[key]).map((one) => `${encodeURIComponent(key)}=${encodeURIComponent(one)}`).join('&')).join('&');
module.exports = { parse, stringify, decode: parse, encode: stringify, escape: encodeURIComponent, unescape: decodeURIComponent };

'use strict';
// lodash: the functions that are met most.
const each = (list, fn) => { if (Array.isArray(list)) list.forEach(fn); else for (const key of Object.keys(list || {})) fn(list[key], key); return list; };
const by = (how) => (typeof how === 'function' ? how : typeof how === 'string' ? (row) => get(row, how) : how && typeof how === 'object' ? (row) => Object.keys(how).every((key) => row[key] === how[key]) : (row) => row);
const values = (list) => (Array.isArray(list) ? list : Object.values(list || {}));
const path = (where) => (Array.isArray(where) ? where : String(where).replace(/\[(\w+)\]/g, '.$1').split('.').filter(Boolean));
function get(row, where, fallback) {
  let made = row;
  for (const key of path(where)) made = made === undefined || made === null ? undefined : made[key];
  return made === undefined ? fallback : made;
}
function set(row, where, value) {
  const keys = path(where);
  let at = row;
  keys.slice(0, -1).forEach((key, i) => { at = at[key] ??= /^\d+$/.test(keys[i + 1]) ? [] : {}; });
  at[keys[keys.length - 1]] = value;
  return row;
}
function merge(target, ...sources) {
  for (const source of sources) for (const key of Object.keys(source || {})) target[key] = source[key] && typeof source[key] === 'object' && !Array.isArray(source[key]) ? merge(target[key] || {}, source[key]) : source[key];
  return target;
}
const words = (text) => String(text).match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) || [];
const capitalize = (text) => String(text).charAt(0).toUpperCase() + String(text).slice(1).toLowerCase();
const group = (list, how) => { const out = {}; for (const one of values(list)) (out[by(how)(one)] ||= []).push(one); return out; };
const delay = (fn, ms, lead) => { let timer; return (...args) => { if (lead) { if (timer) return undefined; timer = setTimeout(() => { timer = null; }, ms); return fn(...args); } clearTimeout(timer); timer = setTimeout(() => fn(...args), ms); return undefined; }; };
const _ = {
  get, set, merge, has: (row, where) => get(row, where) !== undefined, each, forEach: each, map: (list, how) => (Array.isArray(list) ? list.map(by(how)) : Object.keys(list || {}).map((key) => by(how)(list[key], key))),
  filter: (list, how) => values(list).filter(by(how)), reject: (list, how) => values(list).filter((one) => !by(how)(one)), find: (list, how) => values(list).find(by(how)), some: (list, how) => values(list).some(by(how)), every: (list, how) => values(list).every(by(how)),
  reduce: (list, fn, start) => values(list).reduce(fn, start), groupBy: group, keyBy: (list, how) => Object.fromEntries(values(list).map((one) => [by(how)(one), one])), countBy: (list, how) => Object.fromEntries(Object.entries(group(list, how)).map(([key, rows]) => [key, rows.length])),
  sortBy: (list, how) => [...values(list)].sort((a, b) => { for (const one of [].concat(how)) { const x = by(one)(a); const y = by(one)(b); if (x < y) return -1; if (x > y) return 1; } return 0; }), orderBy: (list, how, dirs = []) => { const made = _.sortBy(list, how); return [].concat(dirs)[0] === 'desc' ? made.reverse() : made; },
  uniq: (list) => [...new Set(list)], uniqBy: (list, how) => [...new Map([...list].reverse().map((one) => [by(how)(one), one])).values()].reverse(), chunk: (list, size = 1) => Array.from({ length: Math.ceil(list.length / size) }, (x, i) => list.slice(i * size, i * size + size)), flatten: (list) => list.flat(), flattenDeep: (list) => list.flat(Infinity), compact: (list) => list.filter(Boolean),
  sum: (list) => list.reduce((a, b) => a + b, 0), sumBy: (list, how) => list.reduce((a, b) => a + by(how)(b), 0), mean: (list) => list.reduce((a, b) => a + b, 0) / list.length, max: (list) => (list.length ? Math.max(...list) : undefined), min: (list) => (list.length ? Math.min(...list) : undefined), maxBy: (list, how) => _.sortBy(list, how).pop(), minBy: (list, how) => _.sortBy(list, how)[0],
  range: (a, b, step = 1) => { const [from, to] = b === undefined ? [0, a] : [a, b]; return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (x, i) => from + i * step); }, times: (n, fn) => Array.from({ length: n }, (x, i) => fn(i)), pick: (row, ...keys) => Object.fromEntries(keys.flat().filter((key) => key in row).map((key) => [key, row[key]])), omit: (row, ...keys) => Object.fromEntries(Object.entries(row).filter(([key]) => !keys.flat().includes(key))),
  cloneDeep: (value) => structuredClone(value), clone: (value) => (Array.isArray(value) ? [...value] : { ...value }), isEqual: (a, b) => require('util').isDeepStrictEqual(a, b), isEmpty: (value) => !value || (typeof value === 'object' ? (value.size ?? Object.keys(value).length) === 0 : !value.length), isNil: (value) => value === null || value === undefined, isString: (value) => typeof value === 'string', isNumber: (value) => typeof value === 'number', isArray: Array.isArray, isObject: (value) => value !== null && typeof value === 'object', isFunction: (value) => typeof value === 'function', isPlainObject: (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype,
  capitalize, upperFirst: (text) => text.charAt(0).toUpperCase() + text.slice(1), camelCase: (text) => words(text).map((one, i) => (i ? capitalize(one) : one.toLowerCase())).join(''), kebabCase: (text) => words(text).map((one) => one.toLowerCase()).join('-'), snakeCase: (text) => words(text).map((one) => one.toLowerCase()).join('_'), startCase: (text) => words(text).map(capitalize).join(' '),
  random: (a = 0, b = 1) => sys.randomInt(a, b + 1), sample: (list) => list[sys.randomInt(0, list.length)], shuffle: (list) => { const out = [...list]; for (let i = out.length - 1; i > 0; i--) { const at = sys.randomInt(0, i + 1); [out[i], out[at]] = [out[at], out[i]]; } return out; }, first: (list) => list[0], head: (list) => list[0], last: (list) => list[list.length - 1], take: (list, n = 1) => list.slice(0, n), drop: (list, n = 1) => list.slice(n), difference: (a, b) => a.filter((one) => !b.includes(one)), intersection: (a, b) => a.filter((one) => b.includes(one)), union: (...lists) => [...new Set(lists.flat())], zip: (...lists) => lists[0].map((x, i) => lists.map((list) => list[i])), partition: (list, how) => [list.filter(by(how)), list.filter((one) => !by(how)(one))], keys: (row) => Object.keys(row || {}), values, entries: (row) => Object.entries(row || {}), mapValues: (row, fn) => Object.fromEntries(Object.entries(row).map(([key, one]) => [key, by(fn)(one, key)])), invert: (row) => Object.fromEntries(Object.entries(row).map(([key, one]) => [one, key])), debounce: (fn, ms) => delay(fn, ms, false), throttle: (fn, ms) => delay(fn, ms, true), once: (fn) => { let made; let done = false; return (...args) => { if (!done) { done = true; made = fn(...args); } return made; }; }, memoize: (fn) => { const known = new Map(); return (key) => { if (!known.has(key)) known.set(key, fn(key)); return known.get(key); }; }, noop: () => {}, identity: (value) => value, defaults: (target, ...more) => { for (const row of more) for (const key of Object.keys(row)) if (target[key] === undefined) target[key] = row[key]; return target; }, padStart: (text, size, fill) => String(text).padStart(size, fill), truncate: (text, { length = 30 } = {}) => (text.length > length ? `${text.slice(0, length - 3)}...` : text), clamp: (n, low, high) => Math.min(Math.max(n, low), high), round: (n, places = 0) => Math.round(n * 10 ** places) / 10 ** places,
};
module.exports = _;

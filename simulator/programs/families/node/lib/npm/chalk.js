'use strict';
// chalk: without a terminal that has colours, texts as they are.
const make = () => new Proxy((...args) => args.join(' '), { get: (target, key) => (key === 'default' ? chalk : key === 'level' ? 0 : ['hex', 'rgb', 'bgHex', 'ansi256'].includes(key) ? () => make() : make()) });
const chalk = make();
module.exports = chalk;

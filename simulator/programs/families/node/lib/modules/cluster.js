'use strict';
// cluster: the primary alone serves; its workers are counted and do nothing of their own.
const EventEmitter = require('events');

const cluster = new EventEmitter();
Object.assign(cluster, { isPrimary: false, isMaster: false, isWorker: true, workers: {}, worker: { id: 1, process, on() {}, send() {} }, setupPrimary() {}, fork() { return new EventEmitter(); } });
module.exports = cluster;

'use strict';
// Simplified: A program that forks with cluster is followed as one worker, which serves alone; its log says so.
const EventEmitter = require('events');

sys.err('drydock: the module cluster is not followed by the model: one worker serves alone\n');
const cluster = new EventEmitter();
Object.assign(cluster, { isPrimary: false, isMaster: false, isWorker: true, workers: {}, worker: { id: 1, process, on() {}, send() {} }, setupPrimary() {}, fork() { return new EventEmitter(); } });
module.exports = cluster;

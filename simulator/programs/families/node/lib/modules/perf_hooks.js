'use strict';
module.exports = { performance, PerformanceObserver: class { observe() {} } };

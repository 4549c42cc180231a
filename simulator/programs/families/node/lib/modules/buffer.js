'use strict';
module.exports = { Buffer, Blob: undefined };

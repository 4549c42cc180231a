'use strict';
module.exports = Object.assign(() => Object.assign(() => {}, { enabled: false, extend: () => () => {} }), { enable() {}, enabled: () => false });

'use strict';
module.exports = { nanoid: (size = 21) => Array.from({ length: size }, () => 'useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict'[sys.randomInt(0, 64)]).join('') };

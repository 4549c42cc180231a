'use strict';
const v4 = () => globalThis.crypto.randomUUID();
const v7 = () => {
  const hex = Date.now().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${v4().slice(15)}`;
};
module.exports = { v4, v1: v4, v7, NIL: '00000000-0000-0000-0000-000000000000', validate: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) };

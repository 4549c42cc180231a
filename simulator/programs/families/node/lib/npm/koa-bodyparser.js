'use strict';
module.exports = () => (ctx, next) => {
  const text = ctx.req._body;
  const type = ctx.req.headers['content-type'] || '';
  if (text && type.includes('json')) ctx.request.parsed = JSON.parse(text);
  else if (text) ctx.request.parsed = Object.fromEntries(new URLSearchParams(text));
  return next();
};

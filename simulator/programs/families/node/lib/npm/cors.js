'use strict';
module.exports = function cors(options = {}) {
  return (req, res, next) => {
    const origin = options.origin === undefined || options.origin === '*' ? '*' : options.origin === true ? req.headers.origin : options.origin;
    const list = [].concat(origin);
    if (origin) res.setHeader('Access-Control-Allow-Origin', list.length > 1 ? (list.includes(req.headers.origin) ? req.headers.origin : list[0]) : String(list[0]));
    if (origin !== '*') res.setHeader('Vary', 'Origin');
    if (options.credentials) res.setHeader('Access-Control-Allow-Credentials', 'true');
    if (req.method !== 'OPTIONS') return next();
    res.setHeader('Access-Control-Allow-Methods', [].concat(options.methods || 'GET,HEAD,PUT,PATCH,POST,DELETE').join(','));
    if (req.headers['access-control-request-headers']) res.setHeader('Access-Control-Allow-Headers', req.headers['access-control-request-headers']);
    res.statusCode = options.optionsSuccessStatus || 204;
    res.setHeader('Content-Length', '0');
    return res.end();
  };
};

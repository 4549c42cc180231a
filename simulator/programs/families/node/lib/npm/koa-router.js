'use strict';
class Router {
  constructor(options = {}) {
    this.prefix = options.prefix || '';
    this.rows = [];
  }

  routes() {
    return (ctx, next) => {
      for (const row of this.rows) {
        const found = row.regex.exec(ctx.path);
        if (!found || (row.method !== 'ALL' && row.method !== ctx.method && !(ctx.method === 'HEAD' && row.method === 'GET'))) continue;
        ctx.params = Object.fromEntries(row.keys.map((key, i) => [key, decodeURIComponent(found[i + 1])]));
        const run = (at) => (at < row.fns.length ? Promise.resolve(row.fns[at](ctx, () => run(at + 1))) : next());
        return run(0);
      }
      return next();
    };
  }

  allowedMethods() { return (ctx, next) => next(); }

  use(fn) { this.rows.push({ method: 'ALL', regex: /^/, keys: [], fns: [fn] }); return this; }
}
for (const method of ['get', 'post', 'put', 'delete', 'patch', 'all']) {
  Router.prototype[method] = function add(path, ...fns) {
    const keys = [];
    const text = (this.prefix + path).replace(/:(\w+)/g, (all, key) => { keys.push(key); return '([^/]+)'; });
    this.rows.push({ method: method.toUpperCase(), regex: new RegExp(`^${text}/?$`), keys, fns });
    return this;
  };
}
module.exports = Router;

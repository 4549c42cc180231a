'use strict';
// axios, by fetch's way out.

const http = require('http');

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    Object.defineProperty(this, 'name', { value: 'AxiosError', enumerable: false });
    this.code = code;
    this.config = config;
    this.response = response;
    if (response) this.status = response.status;
    this.isAxiosError = true;
  }
}

function full(config) {
  const url = new URL(config.url || '', config.baseURL ? `${config.baseURL.replace(/\/$/, '')}/` : undefined);
  if (config.baseURL && config.url && config.url.startsWith('/')) url.pathname = `${new URL(config.baseURL).pathname.replace(/\/$/, '')}${config.url.split('?')[0]}`;
  for (const key of Object.keys(config.params || {})) url.searchParams.append(key, config.params[key]);
  return url;
}

function send(config) {
  return new Promise((resolve, reject) => {
    let url;
    try {
      url = full(config);
    } catch {
      reject(new AxiosError('Invalid URL', 'ERR_INVALID_URL', config));
      return;
    }
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const headers = { accept: 'application/json, text/plain, */*', 'user-agent': 'axios/1.13.2', host: url.host };
    for (const key of Object.keys(config.headers || {})) headers[key.toLowerCase()] = String(config.headers[key]);
    let body = config.data === undefined || config.data === null ? '' : config.data;
    if (typeof body === 'object' && !(body instanceof URLSearchParams)) {
      body = JSON.stringify(body);
      headers['content-type'] ||= 'application/json';
    } else if (body) headers['content-type'] ||= 'application/x-www-form-urlencoded';
    let over = false;
    const timer = config.timeout ? setTimeout(() => {
      over = true;
      reject(new AxiosError(`timeout of ${config.timeout}ms exceeded`, 'ECONNABORTED', config));
    }, config.timeout) : null;
    sys.ask(url.hostname, port, { method: (config.method || 'get').toUpperCase(), path: url.pathname + url.search, headers, body: String(body) }, (answer) => {
      if (over) return;
      if (timer) clearTimeout(timer);
      if (answer.error) {
        const cause = http._connectError(answer.error, url.hostname, port);
        const error = new AxiosError(cause.message, cause.code, config);
        for (const key of ['errno', 'syscall', 'address', 'port', 'hostname']) if (cause[key] !== undefined) error[key] = cause[key];
        error.cause = cause;
        reject(error);
        return;
      }
      let data = answer.body;
      if (config.responseType !== 'text') {
        try {
          data = JSON.parse(data);
        } catch {
          // what is no JSON stays a text
        }
      }
      const rows = {};
      for (const key of Object.keys(answer.headers || {})) rows[key.toLowerCase()] = answer.headers[key];
      const response = { status: answer.status, statusText: http.STATUS_CODES[answer.status] || '', headers: rows, config, data };
      const fine = config.validateStatus ? config.validateStatus(answer.status) : answer.status >= 200 && answer.status < 300;
      if (fine) resolve(response);
      else reject(new AxiosError(`Request failed with status code ${answer.status}`, answer.status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE', config, undefined, response));
    });
  });
}

function make(defaults) {
  const before = [];
  const after = [];
  const axios = (url, config) => axios.request(typeof url === 'string' ? { ...config, url } : url);
  axios.defaults = { headers: { common: {} }, ...defaults };
  axios.request = (config) => {
    let made = Promise.resolve({ ...axios.defaults, ...config, headers: { ...axios.defaults.headers.common, ...defaults.headers, ...config.headers } });
    for (const [ok, fail] of before) made = made.then(ok, fail);
    made = made.then(send);
    for (const [ok, fail] of after) made = made.then(ok, fail);
    return made;
  };
  for (const method of ['get', 'delete', 'head', 'options']) axios[method] = (url, config) => axios.request({ ...config, method, url });
  for (const method of ['post', 'put', 'patch']) axios[method] = (url, data, config) => axios.request({ ...config, method, url, data });
  axios.create = (config) => make({ ...defaults, ...config });
  axios.interceptors = { request: { use: (...fns) => before.push(fns) }, response: { use: (...fns) => after.push(fns) } };
  axios.isAxiosError = (error) => Boolean(error && error.isAxiosError);
  axios.all = (list) => Promise.all(list);
  axios.AxiosError = AxiosError;
  return axios;
}

const axios = make({});
axios.default = axios;
module.exports = axios;

'use strict';
// sqlstring: values and names as MySQL writes them; mysql and mysql2 use it for `query`.

const pad = (n, width = 2) => String(n).padStart(width, '0');

function dateText(date) {
  if (Number.isNaN(date.getTime())) return 'NULL';
  return `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`;
}

function quoted(text) {
  const marks = { '\0': '\\0', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\x1a': '\\Z', '"': '\\"', "'": "\\'", '\\': '\\\\' };
  return `'${text.replace(/[\0\b\t\n\r\x1a"'\\]/g, (one) => marks[one])}'`;
}

function escapeId(name) {
  if (Array.isArray(name)) return name.map(escapeId).join(', ');
  return String(name).split('.').map((one) => `\`${one.replace(/`/g, '``')}\``).join('.');
}

function escape(value, objects) {
  if (value === undefined || value === null) return 'NULL';
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Date) return dateText(value) === 'NULL' ? 'NULL' : `'${dateText(value)}'`;
  if (Buffer.isBuffer(value)) return `X'${value.toString('hex')}'`;
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? `(${escape(one)})` : escape(one, true))).join(', ');
  if (typeof value === 'object') {
    if (typeof value.toSqlString === 'function') return String(value.toSqlString());
    if (objects) return quoted(String(value));
    return Object.keys(value).filter((key) => typeof value[key] !== 'function').map((key) => `${escapeId(key)} = ${escape(value[key], true)}`).join(', ');
  }
  return quoted(String(value));
}

function format(sql, values) {
  if (values === undefined || values === null) return sql;
  const list = Array.isArray(values) ? values : [values];
  let at = 0;
  return sql.replace(/\?\?|\?/g, (mark) => {
    if (at >= list.length) return mark;
    const value = list[at++];
    return mark === '??' ? escapeId(value) : escape(value);
  });
}

module.exports = { escape, escapeId, format, dateToString: dateText, raw: (sql) => ({ toSqlString: () => sql }) };

'use strict';
// What sqlite3 and better-sqlite3 share: values in the text of a statement, and SQLite's codes.

function literal(value) {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'NULL';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return String(value.getTime());
  if (Buffer.isBuffer(value)) return `x'${value.toString('hex')}'`;
  return `'${String(value).replace(/'/g, "''")}'`;
}

// The pieces of a statement: texts, and places as {name} or {index}.
const places = (sql) => sys.sqlitePlaces(sql);

// given: values by their place, or by their name with its sign.
function bind(sql, given) {
  const list = Array.isArray(given);
  let at = 0;
  const named = {};
  return places(sql).map((one) => {
    if (typeof one === 'string') return one;
    if (!list) return literal(given ? given[one.name || one.index] : undefined);
    if (one.index) return literal(given[one.index - 1]);
    if (!(one.name in named)) { named[one.name] = at; at += 1; }
    return literal(given[named[one.name]]);
  }).join('');
}

const CODES = [
  [/constraint failed/, 'SQLITE_CONSTRAINT', 19], [/readonly database/, 'SQLITE_READONLY', 8], [/database is locked/, 'SQLITE_BUSY', 5],
  [/unable to open/, 'SQLITE_CANTOPEN', 14], [/not a database/, 'SQLITE_NOTADB', 26], [/datatype mismatch/, 'SQLITE_MISMATCH', 20],
];

function codeOf(message) {
  const found = CODES.find(([pattern]) => pattern.test(message));
  return found ? [found[1], found[2]] : ['SQLITE_ERROR', 1];
}

function rowsOf(answer) {
  if (!answer.columns) return [];
  const names = answer.columns.map((one) => one.name);
  return answer.rows.map((row) => {
    const made = {};
    names.forEach((name, i) => { made[name] = typeof row[i] === 'boolean' ? Number(row[i]) : row[i]; });
    return made;
  });
}

module.exports = { bind, places, codeOf, rowsOf };

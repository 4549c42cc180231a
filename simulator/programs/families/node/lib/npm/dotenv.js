'use strict';
const fs = require('fs');
const path = require('path');

function parse(text) {
  const out = {};
  for (const line of String(text).split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line);
    if (!found || line.trim().startsWith('#')) continue;
    let value = found[2].trim();
    const mark = value[0];
    if ((mark === '"' || mark === "'" || mark === '`') && value.lastIndexOf(mark) > 0) {
      value = value.slice(1, value.lastIndexOf(mark));
      if (mark === '"') value = value.replace(/\\n/g, '\n');
    } else value = value.replace(/\s+#.*$/, '');
    out[found[1]] = value;
  }
  return out;
}

function config(options = {}) {
  const file = path.resolve(options.path || '.env');
  let parsed = {};
  let error;
  try {
    parsed = parse(fs.readFileSync(file, 'utf8'));
  } catch (wrong) {
    error = wrong;
  }
  let count = 0;
  for (const key of Object.keys(parsed)) {
    if (options.override || process.env[key] === undefined) {
      process.env[key] = parsed[key];
      count++;
    }
  }
  const version = sys.versionOf('dotenv') || '17.2.3';
  const talks = parseInt(version, 10) >= 17;  // it has been silent before
  if (talks && !options.quiet) console.log(`[dotenv@${version}] injecting env (${count}) from ${path.basename(file)}`);
  return error ? { parsed, error } : { parsed };
}

module.exports = { config, parse };

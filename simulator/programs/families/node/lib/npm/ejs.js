'use strict';
// EJS 3: templates with <% %>, compiled to a function of what they are given.

const fs = require('fs');
const path = require('path');

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const RESERVED = new Set(`break case catch class const continue debugger default delete do else enum export extends false finally
  for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static
  await locals escapeFn include __append __output __at`.split(/\s+/));

const exported = module.exports;

function escapeXML(text) {
  return text === undefined || text === null ? '' : String(text).replace(/[&<>'"]/g, (c) => ESCAPES[c]);
}
exported.escapeXML = escapeXML;
exported.VERSION = sys.versionOf('ejs') || '3.1.10';
exported.name = 'ejs';
exported.localsName = 'locals';
exported.delimiter = '%';
exported.openDelimiter = '<';
exported.closeDelimiter = '>';
exported.fileLoader = fs.readFileSync;
exported.clearCache = () => {};

// Splits a template into texts and tags: [kind, text, line].
function scan(source, options) {
  const d = options.delimiter || exported.delimiter;
  const open = (options.openDelimiter || exported.openDelimiter) + d;
  const close = d + (options.closeDelimiter || exported.closeDelimiter);
  const rows = [];
  let rest = source.replace(/^\uFEFF/, '');
  let line = 1;
  if (options.rmWhitespace) rest = rest.replace(/[\r\n]+/g, '\n').replace(/^\s+|\s+$/gm, '');
  while (rest) {
    const at = rest.indexOf(open);
    if (at < 0) {
      rows.push(['text', rest.split(d + close).join(close), line]);
      break;
    }
    let before = rest.slice(0, at).split(d + close).join(close);
    rest = rest.slice(at + open.length);
    if (rest[0] === d) {
      rows.push(['text', before + open, line]);
      line += before.split('\n').length - 1;
      rest = rest.slice(1);
      continue;
    }
    const kind = '=-#_'.includes(rest[0] || ' ') ? rest[0] : '';
    if (kind === '_') before = before.replace(/[ \t]+$/, '');
    rows.push(['text', before, line]);
    line += before.split('\n').length - 1;
    const end = rest.indexOf(close);
    if (end < 0) throw new Error(`Could not find matching close tag for "${open}${kind}".`);
    let code = rest.slice(kind ? 1 : 0, end);
    rest = rest.slice(end + close.length);
    const start = line;
    line += code.split('\n').length - 1;
    if (code.endsWith('-')) {
      code = code.slice(0, -1);
      const trimmed = rest.replace(/^[ \t]*\r?\n/, '');
      if (trimmed !== rest) line += 1;
      rest = rest.replace(/^[ \t]*\r?\n/, '');
    } else if (code.endsWith('_')) {
      code = code.slice(0, -1);
      const trimmed = rest.replace(/^[ \t]*\r?\n/, '');
      if (trimmed !== rest) line += 1;
      rest = trimmed;
    }
    if (kind !== '#') rows.push([kind === '=' ? 'escaped' : kind === '-' ? 'raw' : 'code', code, start]);
  }
  return rows;
}

function written(source, options, names) {
  let text = `module.exports = function (locals, escapeFn, include, __at${names.map((one) => `, ${one}`).join('')}) {\n`;
  text += "let __output = '';\nconst __append = (s) => { if (s !== undefined && s !== null) __output += s; };\n{\n";
  for (const [kind, code, line] of scan(source, options)) {
    if (kind === 'text') {
      if (code) text += `__append(${JSON.stringify(code)});\n`;
      continue;
    }
    const plain = code.replace(/;\s*$/, '');
    if (kind === 'code') text += /^\s*(\}|case\b|default\b|else\b)/.test(code) ? `${code}\n` : `__at.line = ${line};\n${code}\n`;
    else text += `__at.line = ${line};\n__append(${kind === 'escaped' ? 'escapeFn(' : '('}${plain}\n));\n`;
  }
  return `${text}}\nreturn __output;\n};\n`;
}

function rethrow(error, source, filename, lineno) {
  if (!(error instanceof Error)) return error;
  const lines = source.split('\n');
  const start = Math.max(lineno - 3, 0);
  const shown = lines.slice(start, Math.min(lines.length, lineno + 3)).map((one, i) => {
    const curr = i + start + 1;
    return `${curr === lineno ? ' >> ' : '    '}${curr}| ${one}`;
  }).join('\n');
  error.path = filename;
  const before = error.message;
  error.message = `${filename || 'ejs'}:${lineno}\n${shown}\n\n${before}`;
  if (error.stack) error.stack = error.stack.replace(before, () => error.message);
  return error;
}

function viewsOf(options) {
  return [].concat(options.views || (options.settings && options.settings.views) || []);
}

function included(name, options) {
  const withExt = path.extname(name) ? name : `${name}.ejs`;
  const tries = [];
  if (name.startsWith('/')) {
    for (const root of [].concat(options.root || '/')) tries.push(path.resolve(root, withExt.replace(/^\/+/, '')));
  } else if (options.filename) {
    tries.push(path.resolve(path.dirname(options.filename), withExt));
  }
  for (const views of viewsOf(options)) tries.push(path.resolve(views, withExt));
  const found = tries.find((one) => fs.existsSync(one));
  if (!found) throw new Error(`Could not find the include file "${name}"`);
  return found;
}

function compile(source, options = {}) {
  const text = String(source);
  const escapeFn = options.escape || options.escapeFunction || escapeXML;
  const render = (data = {}) => {
    const names = Object.keys(data).filter((one) => /^[A-Za-z_$][\w$]*$/.test(one) && !RESERVED.has(one));
    const at = { line: 1 };
    let fn;
    try {
      fn = sys.evaluate(written(text, options, names));
    } catch (error) {
      if (error instanceof SyntaxError) {
        error.message += `${options.filename ? ` in ${options.filename}` : ''} while compiling ejs\n\nIf the above error is not helpful, you may want to try EJS-Lint:\nhttps://github.com/RyanZim/EJS-Lint`;
      }
      throw error;
    }
    const include = (name, more) => {
      const file = included(name, options);
      return compile(String(fs.readFileSync(file, 'utf8')), { ...options, filename: file })({ ...data, ...more });
    };
    try {
      return fn.apply(options.context, [data, escapeFn, include, at, ...names.map((one) => data[one])]);
    } catch (error) {
      throw rethrow(error, text, options.filename, at.line);
    }
  };
  if (options.async) return async (data) => render(data);
  return render;
}
exported.compile = compile;

exported.render = (template, data = {}, options = {}) => compile(template, { ...optionsIn(data), ...options })(data);

// Express hands the options over together with the data.
function optionsIn(data) {
  const out = {};
  for (const name of ['delimiter', 'openDelimiter', 'closeDelimiter', 'context', 'filename', 'root', 'views', 'rmWhitespace', 'settings', 'async']) {
    if (data && data[name] !== undefined) out[name] = data[name];
  }
  if (data && data.settings && data.settings['view options']) Object.assign(out, data.settings['view options']);
  return out;
}

exported.renderFile = (filename, ...args) => {
  const done = typeof args[args.length - 1] === 'function' ? args.pop() : null;
  const data = args[0] || {};
  const made = () => compile(String(fs.readFileSync(filename, 'utf8')), { ...optionsIn(data), ...args[1], filename })(data);
  if (!done) return new Promise((resolve) => resolve(made()));
  let html;
  try {
    html = made();
  } catch (error) {
    return done(error);
  }
  return done(null, html);
};
exported.__express = exported.renderFile;
exported.default = exported;

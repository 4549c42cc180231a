'use strict';
// Paths of routes: path-to-regexp 0.1 of Express 4, and path-to-regexp 8 of Express 5.

class PathError extends TypeError {
  constructor(message, path) {
    super(`${message}: ${path}; visit https://git.new/pathToRegexpError for info`);
    this.originalPath = path;
  }
}

function quoted(char) {
  return /[.+^$()|[\]\\]/.test(char) ? `\\${char}` : char;
}

function nameAt(path, at) {
  const found = path.slice(at).match(/^[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/);
  if (found) return found[0];
  const text = path.slice(at).match(/^"((?:[^"\\]|\\.)+)"/);
  return text ? text[0] : '';
}

// What ends a parameter: the rest of its segment, or what stands before the next text.
function five(path) {
  const keys = [];
  let text = '';
  let at = 0;
  let depth = 0;
  while (at < path.length) {
    const char = path[at];
    if (char === ':' || char === '*') {
      const name = nameAt(path, at + 1);
      if (!name) throw new PathError(`Missing parameter name at index ${at + 1}`, path);
      keys.push(char === '*' ? { list: name.replace(/"/g, '') } : name.replace(/"/g, ''));
      text += char === '*' ? '([\\s\\S]+)' : '([^/]+)';
      at += 1 + name.length;
    } else if (char === '{') {
      depth += 1;
      text += '(?:';
      at += 1;
    } else if (char === '}' && depth) {
      depth -= 1;
      text += ')?';
      at += 1;
    } else if ('()[]+?!}'.includes(char)) {
      throw new PathError(`Unexpected ${char} at index ${at}, expected end`, path);
    } else if (char === '\\') {
      if (at + 1 === path.length) throw new PathError(`Unexpected end after \\ at index ${at + 1}`, path);
      text += quoted(path[at + 1]);
      at += 2;
    } else {
      text += quoted(char);
      at += 1;
    }
  }
  if (depth) throw new PathError(`Unexpected end at index ${path.length}, expected }`, path);
  return { text, keys };
}

function four(path) {
  const keys = [];
  let text = '';
  let at = 0;
  let unnamed = 0;
  while (at < path.length) {
    const char = path[at];
    const name = char === ':' ? path.slice(at + 1).match(/^\w+/) : null;
    if (name) {
      at += 1 + name[0].length;
      keys.push(name[0]);
      let inner = '[^\\/]+?';
      if (path[at] === '(') {
        const end = path.indexOf(')', at);
        inner = path.slice(at + 1, end < 0 ? path.length : end);
        at = end < 0 ? path.length : end + 1;
      }
      const many = path[at] === '*';
      if (many) at += 1;
      const optional = path[at] === '?';
      if (optional) at += 1;
      const more = many ? '(?:\\/[^\\/]+?)*' : '';
      if (optional && text.endsWith('/')) text = `${text.slice(0, -1)}(?:\\/(${inner}${more}))?`;
      else text += `(${inner}${more})${optional ? '?' : ''}`;
    } else if (char === '*') {
      keys.push(String(unnamed++));
      text += '(.*)';
      at += 1;
    } else if (char === '(') {
      if (path[at + 1] !== '?') keys.push(String(unnamed++));
      text += '(';
      at += 1;
      if (path[at] === '*') {
        text += '.*';
        at += 1;
      }
    } else {
      text += char === '.' ? '\\.' : char;
      at += 1;
    }
  }
  return { text, keys };
}

// Gives { regex, keys }: a key is a name, or { list } for what may hold several segments.
function compile(path, end, major) {
  if (sys.isRegExp(path)) return { regex: path, keys: [] };
  if (typeof path !== 'string') throw new TypeError(`path must be a string, array of strings, or regular expression`);
  const made = major >= 5 ? five(path) : four(path);
  let { text } = made;
  if (text.endsWith('/') && text !== '/') text = text.slice(0, -1);
  if (text === '/' && !end) text = '';
  const regex = new RegExp(end ? `^${text === '/' ? '' : text}/?$` : `^${text}(?=/|$)`, 'i');
  return { regex, keys: made.keys };
}

module.exports = { compile, PathError };

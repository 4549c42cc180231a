'use strict';
// assert.

const util = require('util');

class AssertionError extends Error {
  constructor(options) {
    super(options.message);
    this.generatedMessage = !options.given;
    this.code = 'ERR_ASSERTION';
    this.actual = options.actual;
    this.expected = options.expected;
    this.operator = options.operator;
    Object.defineProperty(this, 'name', { value: 'AssertionError', enumerable: false });
    this.stack = this.stack.replace(/^Error/, 'AssertionError [ERR_ASSERTION]');
  }
}

function fail(message, words, actual, expected, operator) {
  if (sys.isError(message)) throw message;
  throw new AssertionError({ message: message === undefined ? words : message, given: message !== undefined, actual, expected, operator });
}

function assert(value, message) {
  if (!value) fail(message, 'The expression evaluated to a falsy value', value, true, '==');
}
const show = (value) => util.inspect(value);
assert.ok = assert;
assert.equal = (a, b, message) => { if (!(a == b)) fail(message, `${show(a)} == ${show(b)}`, a, b, '=='); };
assert.notEqual = (a, b, message) => { if (a == b) fail(message, `${show(a)} != ${show(b)}`, a, b, '!='); };
assert.strictEqual = (a, b, message) => { if (!Object.is(a, b)) fail(message, `Expected values to be strictly equal:\n\n${show(a)} !== ${show(b)}\n`, a, b, 'strictEqual'); };
assert.notStrictEqual = (a, b, message) => { if (Object.is(a, b)) fail(message, `Expected "actual" to be strictly unequal to: ${show(b)}`, a, b, 'notStrictEqual'); };
assert.deepStrictEqual = (a, b, message) => { if (!util.isDeepStrictEqual(a, b)) fail(message, `Expected values to be strictly deep-equal:\n${show(a)}\n\nshould loosely deep-equal\n\n${show(b)}`, a, b, 'deepStrictEqual'); };
assert.deepEqual = assert.deepStrictEqual;
assert.notDeepStrictEqual = (a, b, message) => { if (util.isDeepStrictEqual(a, b)) fail(message, 'Expected "actual" not to be strictly deep-equal to', a, b, 'notDeepStrictEqual'); };
assert.match = (text, regex, message) => { if (!regex.test(text)) fail(message, `The input did not match the regular expression ${regex}. Input:\n\n${show(text)}\n`, text, regex, 'match'); };
assert.fail = (message) => fail(message, 'Failed', undefined, undefined, 'fail');
assert.throws = (fn, wanted, message) => {
  try {
    fn();
  } catch (error) {
    if (sys.isRegExp(wanted) && !wanted.test(String(error))) throw error;
    return;
  }
  fail(typeof wanted === 'string' ? wanted : message, 'Missing expected exception.', undefined, wanted, 'throws');
};
assert.rejects = async (made, wanted, message) => {
  try {
    await (typeof made === 'function' ? made() : made);
  } catch {
    return;
  }
  fail(message, 'Missing expected rejection.', undefined, wanted, 'rejects');
};
assert.doesNotThrow = (fn) => fn();
assert.ifError = (value) => { if (value !== null && value !== undefined) throw value; };
assert.AssertionError = AssertionError;
assert.strict = assert;
module.exports = assert;

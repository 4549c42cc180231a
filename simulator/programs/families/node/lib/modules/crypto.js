'use strict';
// crypto: digests and random values.

class Hash {
  constructor(name, key) {
    Object.defineProperty(this, '_row', { value: { name, key, data: '' }, enumerable: false });
    sys.digest(name, '');
  }

  update(data) {
    this._row.data += typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    return this;
  }

  digest(encoding) {
    const { name, key, data } = this._row;
    const made = sys.digest(name, data, key);
    return encoding ? made.toString(encoding) : made;
  }
}

module.exports = {
  createHash: (name) => new Hash(name), createHmac: (name, key) => new Hash(name, key), hash: (name, data, encoding = 'hex') => new Hash(name).update(data).digest(encoding),
  randomUUID: () => globalThis.crypto.randomUUID(),
  randomBytes: (size, done) => {
    const made = Buffer.from(sys.randomHex(size), 'hex');
    if (!done) return made;
    process.nextTick(done, null, made);
    return undefined;
  },
  randomInt: (low, high, done) => {
    const made = high === undefined || typeof high === 'function' ? sys.randomInt(0, low) : sys.randomInt(low, high);
    const fn = typeof high === 'function' ? high : done;
    if (fn) process.nextTick(fn, null, made);
    return made;
  },
  getHashes: () => ['md5', 'sha1', 'sha256', 'sha512'],
  timingSafeEqual: (a, b) => Buffer.from(a).equals(Buffer.from(b)),
  pbkdf2Sync: (secret, salt, rounds, size) => {
    sys.spend(rounds);
    return Buffer.from(sys.digest('sha512', `${secret}${salt}${rounds}`).toString('hex').repeat(4), 'hex').subarray(0, size);
  },
  scryptSync: (secret, salt, size) => {
    sys.spend(50000);
    return Buffer.from(sys.digest('sha512', `${secret}${salt}`).toString('hex').repeat(4), 'hex').subarray(0, size);
  },
  webcrypto: globalThis.crypto,
};

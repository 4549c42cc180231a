'use strict';
// bcrypt: hashes of passwords that look and compare as bcrypt's.
// Simplified: The hash behind the modelled bcrypt is HMAC-SHA256, so that a hash that real bcrypt made never matches.

const crypto = require('crypto');

const text64 = (base64) => base64.replace(/\+/g, '.').replace(/=/g, '');
const genSaltSync = (rounds = 10) => `$2b$${String(rounds).padStart(2, '0')}$${text64(crypto.randomBytes(17).toString('base64')).slice(0, 22)}`;

function hashSync(password, salt) {
  if (password === undefined || password === null || salt === undefined) throw new Error('data and salt arguments required');
  const whole = typeof salt === 'number' ? genSaltSync(salt) : salt;
  if (!/^\$2[aby]\$\d\d\$.{22}/.test(whole)) throw new Error('Invalid salt. Salt must be in the form of: $Vers$log2(NumRounds)$saltvalue');
  const head = whole.slice(0, 29);
  return head + text64(crypto.createHmac('sha256', head).update(String(password)).digest('base64')).slice(0, 31);
}

const compareSync = (password, hash) => {
  if (password === undefined || password === null || hash === undefined) throw new Error('data and hash arguments required');
  return /^\$2[aby]\$\d\d\$/.test(hash) && hashSync(password, hash) === hash;
};

// A cost of 10 takes about 60 ms, and each further one twice as long.
const later = (cost, work, done) => {
  const made = new Promise((resolve, reject) => {
    setTimeout(() => { try { resolve(work()); } catch (error) { reject(error); } }, 60 * 2 ** (Number(cost) - 10));
  });
  if (!done) return made;
  made.then((value) => done(null, value), done);
  return undefined;
};
const costOf = (salt) => (typeof salt === 'number' ? salt : String(salt).slice(4, 6) || 10);

module.exports = {
  genSaltSync, hashSync, compareSync, genSalt: (rounds = 10, done) => later(0, () => genSaltSync(rounds), done), hash: (password, salt, done) => later(costOf(salt), () => hashSync(password, salt), done),
  compare: (password, hash, done) => later(costOf(hash), () => compareSync(password, hash), done), getRounds: (hash) => Number(String(hash).slice(4, 6)),
};
module.exports.default = module.exports;

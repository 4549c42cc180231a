'use strict';
module.exports = () => (req, res, next) => next();

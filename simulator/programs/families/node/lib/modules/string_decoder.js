'use strict';
class StringDecoder {
  write(chunk) { return chunk.toString(); }

  end(chunk) { return chunk ? chunk.toString() : ''; }
}
module.exports = { StringDecoder };

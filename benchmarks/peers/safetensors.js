// Reads safetensors files: https://github.com/huggingface/safetensors#format.
'use strict';
const fs = require('node:fs');

/** Tensors ({data, shape}) by name, and the metadata, of a file. */
exports.read = path => {
  const bytes = fs.readFileSync(path);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata = {}, ...header } = JSON.parse(bytes.toString('utf8', 8, end));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const copy = Uint8Array.from(bytes.subarray(end + from, end + to));
    tensors[name] = { shape, data: dtype === 'F32' ? new Float32Array(copy.buffer) : copy };
  }
  return { tensors, metadata };
};

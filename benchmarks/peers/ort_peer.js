// Times one work in ONNX Runtime: ort_peer.js FILE NAME THREADS SECONDS GRAPHS; one JSON object on standard output. GRAPHS is the
// folder of export_onnx.py. Calls the package's native binding itself: run() of the package is the same call put off to the event loop.
'use strict';
const path = require('node:path');
const { Tensor } = require('onnxruntime-common');
const { binding, initOrt } = require('onnxruntime-node/dist/binding');
const { read } = require('./safetensors');
const { Search } = require('./cem');

const [file, name, threads, seconds, folder] = process.argv.slice(2);
const { tensors, metadata } = read(file);
initOrt();

/** A graph whose output keeps its memory from run to run. */
class Graph {
  constructor(graph) {
    this.session = new binding.InferenceSession();
    this.session.loadModel(path.join(folder, `${graph}.onnx`), {
      intraOpNumThreads: Number(threads), interOpNumThreads: 1, executionMode: 'sequential', graphOptimizationLevel: 'all',
    });
    this.shapes = this.session.inputMetadata.map(input => input.shape);
    const { shape } = this.session.outputMetadata[0];
    this.output = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)), shape);
  }

  run(...inputs) {
    this.session.run(Object.fromEntries(inputs.map((input, i) => [`input${i}`, input])), { output: this.output }, {});
    return this.output;
  }
}

/** [N, H, W, C] to [N, C, H, W]. */
function toPlanes(data, [n, h, w, c]) {
  const planes = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let p = 0; p < h * w; p++)
      for (let k = 0; k < c; k++) planes[(i * c + k) * h * w + p] = data[(i * h * w + p) * c + k];
  return new Tensor('float32', planes, [n, c, h, w]);
}

/** [N, C, H, W] to [N, H, W, C]. */
function toRows({ data, dims: [n, c, h, w] }) {
  const rows = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < h * w; p++) rows[(i * h * w + p) * c + k] = data[(i * c + k) * h * w + p];
  return rows;
}

const input = tensor => toPlanes(tensors[`input/${tensor}`].data, tensors[`input/${tensor}`].shape);
const matrix = (data, columns) => new Tensor('float32', data, [data.length / columns, columns]);
const sigmoid = x => 1 / (1 + Math.exp(-x));

/** Both images as the tower takes them. */
function images() {
  const { data: current, shape: [n, h, w] } = tensors['input/current'], goal = tensors['input/goal'].data;
  const stacked = new Float32Array(2 * current.length);
  for (let p = 0; p < n * h * w; p++)
    for (let k = 0; k < 3; k++) {
      stacked[6 * p + k] = current[3 * p + k] / 255;
      stacked[6 * p + 3 + k] = goal[3 * p + k] / 255;
    }
  return toPlanes(stacked, [n, h, w, 6]);
}

function single(graph, inputs, output, convert) {
  const session = new Graph(graph);
  return { run: () => session.run(...inputs), outputs: () => ({ [output]: convert(session.run(...inputs)) }) };
}

function decision(x = images(), prefix = '') {
  const tower = new Graph(`${prefix}tower`), head = new Graph(`${prefix}head`);
  const search = new Search(JSON.parse(metadata.network), tensors);
  const rows = matrix(search.rows, search.columns.length), actions = matrix(tensors['input/actions'].data, search.columns.length);
  const q = () => head.run(tower.run(x), actions).data.map(sigmoid);
  return {
    search, q, x,
    run() {
      const maps = tower.run(x);
      return search.run(() => head.run(maps, rows).data);
    },
    outputs: () => ({ q: q() }),
  };
}

function labels() {
  const average = decision(), lagged = decision(average.x, 'lagged-');
  const tower = new Graph('lagged-tower'), head = new Graph('lagged-one'), { search } = average;
  const rows = matrix(search.bestRows, search.columns.length), discount = Number(metadata.discount);
  return {
    run() {
      const best = average.run();
      search.encode(best.actions, search.bestRows);
      const logits = head.run(tower.run(average.x), rows).data;
      return best.logits.map((logit, i) => discount * sigmoid(Math.min(logit, logits[i])));
    },
    outputs: () => ({ q: average.q(), q_lagged: lagged.q() }),
  };
}

const works = {
  layer: () => single('layer', [input('x')], 'y', toRows),
  tower: () => single('tower', [input('x')], 'map', toRows),
  head: () => single('head', [input('map'), matrix(tensors['input/actions'].data, tensors['input/actions'].shape[1])], 'logits', y => y.data),
  decision: () => decision(),
  labels,
};

/** Largest over all outputs of max |peer − ours| / max |ours|. */
function difference(outputs) {
  return Math.max(...Object.entries(outputs).map(([output, values]) => {
    const ours = tensors[`output/${output}`].data;
    let [most, largest] = [0, 0];
    for (let i = 0; i < ours.length; i++) {
      most = Math.max(most, Math.abs(values[i] - ours[i]));
      largest = Math.max(largest, Math.abs(ours[i]));
    }
    return most / largest;
  }));
}

/** Milliseconds of each run for the time given, at least three, after half of it to warm up, at least two; 0: of a single run. Ascending. */
function measure(run) {
  const repeat = (least, limit) => {
    const times = [], end = performance.now() + 1e3 * limit;
    while (performance.now() < end || times.length < least) {
      const start = performance.now();
      run();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b);
  };
  if (Number(seconds) === 0) return repeat(1, 0);
  repeat(2, Number(seconds) / 2);
  return repeat(3, Number(seconds));
}

const work = works[name.split('/')[0]]();
const apart = difference(work.outputs());
const times = measure(work.run);
const quantile = share => times[Math.round(share * (times.length - 1))];
console.log(JSON.stringify({
  median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9), runs: times.length,
  difference: Number.isFinite(apart) ? apart : Number.MAX_VALUE,
  version: `ONNX Runtime ${require('onnxruntime-node/package.json').version}, Node ${process.version}`,
}));

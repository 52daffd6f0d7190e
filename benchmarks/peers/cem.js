// The cross-entropy method (src/ActionableModels/Policies/CrossEntropyMethod.cs), all pairs together.
'use strict';
const ITERATIONS = 2, SAMPLES = 64, ELITES = 6, ACTION = 7, STATE = 2;

// Random numbers are drawn before the clock starts, in tables of a prime length that all searches walk through.
const uniforms = Float32Array.from({ length: 65537 }, Math.random);
const normals = uniforms.map(u => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * Math.random()));
let at = 0;
const next = () => (at = at === normals.length - 1 ? 0 : at + 1);

/** Searches the action box of an exchange file for the rows of a network's action input. */
exports.Search = class {
  constructor(spec, tensors) {
    const input = name => tensors[`input/${name}`].data;
    [this.low, this.high, this.binary, this.mean0, this.deviation0, this.states] =
      ['low', 'high', 'binary', 'initial_mean', 'initial_deviation', 'states'].map(input);
    this.columns = spec.ActionBlocks.flatMap(block => block.Columns.map(c => ({ source: c.Source, kind: c.Kind, scale: block.Scale })));
    this.pairs = this.states.length / STATE;
    this.actions = new Float32Array(this.pairs * SAMPLES * ACTION);
    this.rows = new Float32Array(this.pairs * SAMPLES * this.columns.length);
    this.best = { actions: new Float32Array(this.pairs * ACTION), logits: new Float32Array(this.pairs) };
    this.bestRows = new Float32Array(this.pairs * this.columns.length);
    [this.mean, this.deviation] = [new Float32Array(this.pairs * ACTION), new Float32Array(this.pairs * ACTION)];
  }

  /** The best of the last iteration; evaluate gives a logit for each row of the action input. */
  run(evaluate) {
    for (let b = 0; b < this.pairs; b++) {
      this.mean.set(this.mean0, b * ACTION);
      this.deviation.set(this.deviation0, b * ACTION);
    }
    let logits;
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      this.#sample();
      this.encode(this.actions, this.rows);
      logits = evaluate(this.rows);
      if (iteration < ITERATIONS - 1) this.#refit(logits);
    }
    for (let b = 0; b < this.pairs; b++) {
      let best = b * SAMPLES;
      for (let r = best + 1; r < (b + 1) * SAMPLES; r++) if (logits[r] > logits[best]) best = r;
      for (let d = 0; d < ACTION; d++) this.best.actions[b * ACTION + d] = this.actions[best * ACTION + d];
      this.best.logits[b] = logits[best];
    }
    return this.best;
  }

  /** Rows of the action input, for as many actions on each pair as the arrays hold. */
  encode(actions, rows) {
    const width = this.columns.length, count = actions.length / ACTION, each = count / this.pairs;
    this.columns.forEach(({ source, kind, scale }, c) => {
      for (let r = 0, a = source, to = c; r < count && source < ACTION; r++, a += ACTION, to += width)
        rows[to] = scale * (kind === 'Sine' ? Math.sin(actions[a]) : kind === 'Cosine' ? Math.cos(actions[a]) : actions[a]);
      for (let b = 0, to = c; b < this.pairs && source >= ACTION; b++)
        for (let r = 0; r < each; r++, to += width) rows[to] = scale * this.states[b * STATE + source - ACTION];
    });
  }

  #sample() {
    for (let b = 0; b < this.pairs; b++)
      for (let d = 0; d < ACTION; d++) {
        const [mean, deviation, low, high] = [this.mean[b * ACTION + d], this.deviation[b * ACTION + d], this.low[d], this.high[d]];
        for (let r = b * SAMPLES * ACTION + d, end = r + SAMPLES * ACTION; r < end; r += ACTION)
          this.actions[r] = this.binary[d] ? (uniforms[next()] < mean ? 1 : 0) : Math.min(Math.max(mean + deviation * normals[next()], low), high);
      }
  }

  #refit(logits) {
    for (let b = 0; b < this.pairs; b++) {
      const elites = [];
      for (let r = b * SAMPLES; r < (b + 1) * SAMPLES; r++) {
        if (elites.length === ELITES && logits[r] <= logits[elites[ELITES - 1]]) continue;
        let at = Math.min(elites.length, ELITES - 1);
        for (; at > 0 && logits[elites[at - 1]] < logits[r]; at--) elites[at] = elites[at - 1];
        elites[at] = r;
      }
      for (let d = 0; d < ACTION; d++) {
        let sum = 0, squares = 0;
        for (const r of elites) sum += this.actions[r * ACTION + d];
        const mean = sum / ELITES;
        for (const r of elites) squares += (this.actions[r * ACTION + d] - mean) ** 2;
        this.mean[b * ACTION + d] = mean;
        this.deviation[b * ACTION + d] = Math.sqrt(squares / (ELITES - 1));
      }
    }
  }
};

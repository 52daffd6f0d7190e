"""The cross-entropy method (src/ActionableModels/Policies/CrossEntropyMethod.cs) in numpy, all pairs together."""
import numpy as np

ITERATIONS, SAMPLES, ELITES = 2, 64, 6


class Search:
    """Searches the action box of an exchange file for the rows of a network's action input."""

    def __init__(self, spec, tensors):
        self.low, self.high, self.mean, self.deviation = (
            tensors[f"input/{name}"] for name in ("low", "high", "initial_mean", "initial_deviation"))
        self.flags = int(np.argmax(tensors["input/binary"]))
        self.states = tensors["input/states"]
        columns = [(column["Source"], column["Kind"], block["Scale"]) for block in spec["ActionBlocks"] for column in block["Columns"]]
        self.source, kinds, scale = zip(*columns)
        self.sine, self.cosine = kinds.index("Sine"), kinds.index("Cosine")
        self.scale = np.array(scale, np.float32)
        # Random numbers are drawn before the clock starts: every search starts somewhere else in the same ones.
        random = np.random.default_rng(1)
        self.numbers = ITERATIONS * len(self.states) * SAMPLES * len(self.low)
        self.normals, self.uniforms = random.standard_normal(2 * self.numbers, np.float32), random.random(2 * self.numbers, np.float32)
        self.searches = 0

    def encode(self, actions):
        """Rows [B·A, inputs] for actions [B, A, 7]."""
        b, a, d = actions.shape
        both = np.concatenate([actions, np.broadcast_to(self.states[:, None], (b, a, 2))], 2)
        rows = both[..., self.source] * self.scale
        rows[..., self.sine] = np.sin(actions[..., self.source[self.sine]])
        rows[..., self.cosine] = np.cos(actions[..., self.source[self.cosine]])
        return rows.reshape(b * a, -1)

    def best(self, evaluate):
        """(actions [B, 7], logits [B]): the best of the last iteration; evaluate gives a logit for each row of the action input."""
        b, d, f = len(self.states), len(self.low), self.flags
        mean, deviation = self.mean[None, None], self.deviation[None, None]
        start = self.searches * 7919 % self.numbers
        self.searches += 1
        for iteration in range(ITERATIONS):
            drawn = slice(start + iteration * b * SAMPLES * d, start + (iteration + 1) * b * SAMPLES * d)
            actions = self.normals[drawn].reshape(b, SAMPLES, d) * deviation + mean
            np.clip(actions, self.low, self.high, out=actions)
            actions[..., f:] = self.uniforms[drawn].reshape(b, SAMPLES, d)[..., f:] < mean[..., f:]
            logits = evaluate(self.encode(actions)).reshape(b, SAMPLES)
            if iteration < ITERATIONS - 1:
                elites = np.argpartition(logits, SAMPLES - ELITES, 1)[:, -ELITES:]
                chosen = np.take_along_axis(actions, elites[..., None], 1)
                mean, deviation = chosen.mean(1, keepdims=True), chosen.std(1, ddof=1, keepdims=True)
        best = logits.argmax(1)
        return actions[np.arange(b), best], logits[np.arange(b), best]

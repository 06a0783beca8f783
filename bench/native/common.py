"""What all yardsticks need: inputs like those of data.mjs (what they hold doesn't change the time), and repetition."""

import numpy as np

random = np.random.default_rng(1)


def gradient_scale(spec):
    """As in data.mjs."""
    return 1e20 if spec["op"] == "softmax" else 1.0


def normal(*shape):
    return random.standard_normal(shape, dtype=np.float32)


def rows_and_labels(spec):
    rows, inputs, outputs = spec["rows"], spec["sizes"][0], spec["sizes"][-1]
    y = random.integers(0, 2, (rows, 1)) if outputs == 1 else np.eye(outputs)[random.integers(0, outputs, rows)]
    return normal(rows, inputs), y.astype(np.float32)


def repeat(work):
    def run(count):
        for _ in range(count):
            work()

    return run


def oriented(spec):
    """The matrices of a chain of products, and how each is read."""
    a, b = normal(spec["n"], spec["n"]), normal(spec["n"], spec["n"]) * np.float32(spec["n"] ** -0.5)
    return a, b, (lambda v: v.T) if spec["transposeA"] else (lambda v: v), (lambda v: v.T) if spec["transposeB"] else (lambda v: v)

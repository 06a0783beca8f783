"""JAX: every step one compiled function."""

import jax
import jax.numpy as jnp
import numpy as np

from common import gradient_scale, normal, oriented, random, repeat, rows_and_labels


def engine(threads):
    activations = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "softmax": jax.nn.softmax}
    functions = {**activations, "exponential": jnp.exp, "exp(-x)": lambda v: jnp.exp(-v), "gelu": lambda v: jax.nn.gelu(v, approximate=False)}

    def layers(sizes):
        return [(jnp.asarray(normal(i, o) * i**-0.5), jnp.zeros(o)) for i, o in zip(sizes, sizes[1:])]

    def logits(parameters, x, names):
        for i, (w, b) in enumerate(parameters):
            x = x @ w + b
            if i < len(parameters) - 1:
                x = activations[names[i]](x)
        return x

    losses = {
        "categoricalCrossentropy": lambda z, y: -jnp.mean(jnp.sum(jax.nn.log_softmax(z) * y, axis=-1)),
        "binaryCrossentropy": lambda z, y: jnp.mean(jax.nn.softplus(z) - y * z),
    }

    def update(optimizer, p, g, state, t):
        """One optimizer step of a leaf; `state` holds what it remembers."""
        if optimizer == "sgd":
            return p - 0.01 * g, state
        if optimizer == "rmsprop":
            square = 0.9 * state[1] + 0.1 * g * g
            return p - 0.001 * g / (jnp.sqrt(square) + 1e-7), (state[0], square)
        mean, square = 0.9 * state[0] + 0.1 * g, 0.999 * state[1] + 0.001 * g * g
        rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return p - rate * mean / (jnp.sqrt(square) + 1e-7), (mean, square)

    def train(spec, keep=jnp.asarray):
        batch, names, optimizer = spec["batch"], spec["activations"], spec["optimizer"]
        x, y = rows_and_labels(spec)
        batches = [(keep(x[i : i + batch]), keep(y[i : i + batch])) for i in range(0, spec["rows"], batch)]
        flat, tree = jax.tree.flatten(layers(spec["sizes"]))
        state = [(jnp.zeros_like(p), jnp.zeros_like(p)) for p in flat]
        loss = losses[spec["loss"]]

        @jax.jit
        def step(flat, state, t, xs, ys):
            value, gradients = jax.value_and_grad(lambda leaves: loss(logits(jax.tree.unflatten(tree, leaves), xs, names), ys))(flat)
            updated = [update(optimizer, p, g, s, t) for p, g, s in zip(flat, gradients, state)]
            return value, [p for p, _ in updated], [s for _, s in updated], t + 1

        def run(epochs):
            nonlocal flat, state
            t = jnp.float32(1)
            for _ in range(epochs):
                for xs, ys in batches:
                    value, flat, state, t = step(flat, state, t, xs, ys)
                float(value)

        return run

    def train_on_batch(spec):
        return train(spec, lambda given: given)

    def predict(spec):
        parameters, names = layers(spec["sizes"]), spec["activations"]
        x = normal(spec["rows"], spec["sizes"][0])
        f = jax.jit(lambda p, v: activations[names[-1]](logits(p, v, names)))
        return repeat(lambda: np.asarray(f(parameters, x)))

    def gemm(spec):
        a, b, left, right = oriented(spec)
        a, b = jnp.asarray(a), jnp.asarray(b)

        @jax.jit
        def chain(y, b):
            for _ in range(spec["repeat"]):
                y = left(y) @ right(b)
            return y

        return repeat(lambda: chain(a, b).block_until_ready())

    def elementwise(spec):
        x, f = jnp.asarray(normal(spec["rows"], spec["cols"])), functions[spec["op"]]

        @jax.jit
        def chain(v):
            for _ in range(spec["repeat"]):
                v = f(v)
            return v

        if spec["repeat"] == 1:
            given = np.asarray(x)
            return repeat(lambda: np.asarray(chain(given)))
        return repeat(lambda: chain(x).block_until_ready())

    def conv(spec):
        cells = (spec["batch"], spec["size"], spec["size"], spec["channels"])
        filters = (3, 3, spec["channels"], spec["channels"])
        x, dy, kernel = (jnp.asarray(normal(*shape)) for shape in (cells, cells, filters))

        def forward(v, k):
            return jax.lax.conv_general_dilated(v, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

        def both(v, dy, k):
            y, back = jax.vjp(lambda kernel: forward(v, kernel), k)
            return y, back(dy)

        passes = {
            "forward": lambda v, dy, k: forward(v, k),
            "input gradient": lambda v, dy, k: jax.vjp(lambda image: forward(image, k), v)[1](dy),
            "forward and filter gradient": both,
        }
        f = jax.jit(passes[spec["pass"]])
        return repeat(lambda: jax.block_until_ready(f(x, dy, kernel)))

    def layer_norm(x, gamma, beta):
        centred = x - x.mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * gamma + beta

    def rows(spec):
        x, gamma, beta = jnp.asarray(normal(spec["rows"], spec["cols"])), jnp.ones(spec["cols"]), jnp.zeros(spec["cols"])

        softmax = spec["op"] == "softmax"

        def row(x, gamma, beta):
            y = x
            for _ in range(spec["repeat"]):
                y = jax.nn.softmax(y) if softmax else layer_norm(y, gamma, beta)
            return (y[0] * x[0]).sum() * gradient_scale(spec)

        f = jax.jit(jax.grad(row, argnums=(0, 1, 2)))
        return repeat(lambda: jax.block_until_ready(f(x, gamma, beta)))

    def gpt(spec):
        width, heads, block, vocabulary = spec["width"], spec["heads"], spec["block"], spec["vocabulary"]
        tensor = lambda *shape: jnp.asarray(normal(*shape) * np.float32(0.02))
        norm = lambda: (jnp.ones(width), jnp.zeros(width))
        dense = lambda i, o: (tensor(i, o), jnp.zeros(o))
        blocks = [(norm(), dense(width, 3 * width), dense(width, width), norm(), dense(width, 4 * width), dense(4 * width, width)) for _ in range(spec["depth"])]
        causal = jnp.tril(jnp.ones((block, block), bool))

        def loss(parameters, x, y):
            table, places, blocks, last, head = parameters
            h = table[x] + places
            for first, qkv, out, second, up, down in blocks:
                q, k, v = (part.reshape(*x.shape, heads, -1) for part in jnp.split(layer_norm(h, *first) @ qkv[0] + qkv[1], 3, -1))
                scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) * (width // heads) ** -0.5
                weights = jax.nn.softmax(jnp.where(causal, scores, -1e9))
                h = h + jnp.einsum("bhqk,bkhd->bqhd", weights, v).reshape(*x.shape, width) @ out[0] + out[1]
                h = h + jax.nn.gelu(layer_norm(h, *second) @ up[0] + up[1], approximate=False) @ down[0] + down[1]
            logits = jax.nn.log_softmax(layer_norm(h, *last) @ head)
            return -jnp.take_along_axis(logits, y[..., None], -1).mean()

        return loss, (tensor(vocabulary, width), tensor(block, width), blocks, norm(), tensor(width, vocabulary))

    def train_gpt(spec):
        loss, parameters = gpt(spec)
        flat, tree = jax.tree.flatten(parameters)
        state = [(jnp.zeros_like(p), jnp.zeros_like(p)) for p in flat]
        shape = (spec["rows"] // spec["batch"], spec["batch"], spec["block"])
        x, y = (jnp.asarray(random.integers(0, spec["vocabulary"], shape)) for _ in range(2))

        @jax.jit
        def step(flat, state, t, xs, ys):
            value, gradients = jax.value_and_grad(lambda leaves: loss(jax.tree.unflatten(tree, leaves), xs, ys))(flat)
            updated = [update("adam", p - 4e-6 * p, g, s, t) for p, g, s in zip(flat, gradients, state)]
            return value, [p for p, _ in updated], [s for _, s in updated], t + 1

        def run(epochs):
            nonlocal flat, state
            t = jnp.float32(1)
            for _ in range(epochs):
                for xs, ys in zip(x, y):
                    value, flat, state, t = step(flat, state, t, xs, ys)
                float(value)

        return run

    return {"train": train, "trainOnBatch": train_on_batch, "trainGpt": train_gpt, "predict": predict, "conv": conv, "gemm": gemm, "map": elementwise, "rows": rows}

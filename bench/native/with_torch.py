"""PyTorch, eager, as its tutorials write a training step."""

import torch
import torch.nn.functional as F
from torch import nn

from common import gradient_scale, normal, oriented, random, repeat, rows_and_labels


class Last(nn.Module):
    """The last state of a recurrent layer."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0][:, -1]


class Block(nn.Module):
    """A transformer's block, norms first."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        split = lambda part: part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = (split(part) for part in self.qkv(self.first(x)).chunk(3, -1))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.mlp(self.second(x))


class Places(nn.Module):
    """Letters and their places."""

    def __init__(self, spec):
        super().__init__()
        self.letters = nn.Embedding(spec["vocabulary"], spec["width"])
        self.places = nn.Parameter(tensor(spec["block"], spec["width"]) * 0.02)

    def forward(self, x):
        return self.letters(x) + self.places


def tensor(*shape):
    return torch.from_numpy(normal(*shape))


def engine(threads):
    torch.set_num_threads(threads)
    activations = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softmax": lambda: nn.Softmax(-1)}
    functions = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softmax": lambda v: F.softmax(v, -1), "exponential": torch.exp, "exp(-x)": lambda v: torch.exp(-v), "gelu": F.gelu}
    losses = {"categoricalCrossentropy": F.cross_entropy, "binaryCrossentropy": F.binary_cross_entropy_with_logits}
    optimizers = {
        "sgd": lambda p: torch.optim.SGD(p, 0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p, 0.001, alpha=0.9),
        "adam": lambda p: torch.optim.Adam(p, 0.001),
        "adamw": lambda p: torch.optim.AdamW(p, 0.001, weight_decay=0.004),
    }

    def trained(model, optimizer, loss, x, y, batch):
        steps = optimizers[optimizer](model.parameters())

        def run(epochs):
            for _ in range(epochs):
                for xs, ys in zip(x.split(batch), y.split(batch)):
                    steps.zero_grad()
                    value = loss(model(xs), ys)
                    value.backward()
                    steps.step()
                value.item()

        return run

    def rows_of(spec):
        return tuple(torch.from_numpy(part) for part in rows_and_labels(spec))

    def dense(spec):
        """Without the last activation, which belongs to the loss."""
        pairs = list(zip(spec["sizes"], spec["sizes"][1:]))
        layers = [layer for (i, o), name in zip(pairs, spec["activations"]) for layer in (nn.Linear(i, o), activations[name]())]
        return nn.Sequential(*layers[:-1])

    def convnet():
        stage = lambda i, o: (nn.Conv2d(i, o, 3), nn.ReLU(), nn.MaxPool2d(2))
        return nn.Sequential(*stage(1, 32), *stage(32, 64), nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, 10))

    def train(spec):
        return trained(dense(spec), spec["optimizer"], losses[spec["loss"]], *rows_of(spec), spec["batch"])

    def train_convnet(spec):
        x, y = rows_of({**spec, "sizes": [784, 10]})
        return trained(convnet(), spec["optimizer"], F.cross_entropy, x.reshape(-1, 1, 28, 28), y, spec["batch"])

    def train_recurrent(spec):
        layer = {"lstm": nn.LSTM, "gru": nn.GRU}[spec["cell"]](spec["features"], spec["units"], batch_first=True)
        model = nn.Sequential(Last(layer), nn.Linear(spec["units"], spec["classes"]))
        x, y = rows_of({**spec, "sizes": [spec["places"] * spec["features"], spec["classes"]]})
        return trained(model, "adam", F.cross_entropy, x.reshape(-1, spec["places"], spec["features"]), y, spec["batch"])

    def train_gpt(spec):
        width = spec["width"]
        blocks = [Block(width, spec["heads"]) for _ in range(spec["depth"])]
        model = nn.Sequential(Places(spec), *blocks, nn.LayerNorm(width), nn.Linear(width, spec["vocabulary"], bias=False))
        x, y = (torch.from_numpy(random.integers(0, spec["vocabulary"], (spec["rows"], spec["block"]))) for _ in range(2))
        return trained(model, "adamw", lambda z, t: F.cross_entropy(z.flatten(0, 1), t.flatten()), x, y, spec["batch"])

    def answered(model, x):
        model.eval()

        def work():
            with torch.inference_mode():
                F.softmax(model(x), -1).numpy()

        return repeat(work)

    def predict(spec):
        return answered(dense(spec), tensor(spec["rows"], spec["sizes"][0]))

    def predict_convnet(spec):
        return answered(convnet(), tensor(spec["rows"], 1, 28, 28))

    def quiet(work):
        def once():
            with torch.inference_mode():
                work()

        return repeat(once)

    def gemm(spec):
        a, b, left, right = oriented(spec)
        a, b = torch.from_numpy(a), torch.from_numpy(b)

        def work():
            y = a
            for _ in range(spec["repeat"]):
                y = left(y) @ right(b)

        return quiet(work)

    def elementwise(spec):
        x, f = tensor(spec["rows"], spec["cols"]), functions[spec["op"]]

        def work():
            v = x
            for _ in range(spec["repeat"]):
                v = f(v)

        return quiet(work)

    def rows(spec):
        cols, softmax = spec["cols"], spec["op"] == "softmax"
        x, gamma, beta = leaves = [v.requires_grad_() for v in (tensor(spec["rows"], cols), torch.ones(cols), torch.zeros(cols))]
        f = functions["softmax"] if softmax else lambda v: F.layer_norm(v, (cols,), gamma, beta)

        def work():
            y = x
            for _ in range(spec["repeat"]):
                y = f(y)
            torch.autograd.grad((y[0] * x[0]).sum() * gradient_scale(spec), leaves, allow_unused=True)

        return repeat(work)

    def conv(spec):
        cells = (spec["batch"], spec["channels"], spec["size"], spec["size"])
        x, dy, kernel = tensor(*cells), tensor(*cells), tensor(spec["channels"], spec["channels"], 3, 3)
        forward = lambda: F.conv2d(x, kernel, padding=1)

        def both():
            forward()
            torch.nn.grad.conv2d_weight(x, kernel.shape, dy, padding=1)

        passes = {"forward": forward, "input gradient": lambda: torch.nn.grad.conv2d_input(x.shape, kernel, dy, padding=1), "forward and filter gradient": both}
        return quiet(passes[spec["pass"]])

    return {
        "train": train,
        "trainOnBatch": train,
        "trainConvnet": train_convnet,
        "trainRecurrent": train_recurrent,
        "trainGpt": train_gpt,
        "predict": predict,
        "predictConvnet": predict_convnet,
        "gemm": gemm,
        "map": elementwise,
        "rows": rows,
        "conv": conv,
    }

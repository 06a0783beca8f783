"""Keras on the backend that its environment names: `fit`, as people call it."""

import keras
import numpy as np

from common import normal, random, repeat, rows_and_labels


def engine(threads):
    snake = {"categoricalCrossentropy": "categorical_crossentropy", "binaryCrossentropy": "binary_crossentropy"}

    def build(spec):
        sizes = spec["sizes"]
        dense = [keras.layers.Dense(units, activation=name) for units, name in zip(sizes[1:], spec["activations"])]
        return keras.Sequential([keras.Input((sizes[0],)), *dense])

    def convnet():
        conv = lambda filters: keras.layers.Conv2D(filters, 3, activation="relu")
        pool = lambda: keras.layers.MaxPooling2D()
        end = [keras.layers.Flatten(), keras.layers.Dropout(0.5), keras.layers.Dense(10, activation="softmax")]
        return keras.Sequential([keras.Input((28, 28, 1)), conv(32), pool(), conv(64), pool(), *end])

    def trained(model, spec, loss, x, y):
        model.compile(optimizer=spec["optimizer"], loss=snake[loss])
        return lambda epochs: model.fit(x, y, batch_size=spec["batch"], epochs=epochs, verbose=0)

    def train(spec):
        return trained(build(spec), spec, spec["loss"], *rows_and_labels(spec))

    def train_on_batch(spec):
        model, (x, y) = build(spec), rows_and_labels(spec)
        model.compile(optimizer=spec["optimizer"], loss=snake[spec["loss"]])
        return repeat(lambda: model.train_on_batch(x, y))

    def train_convnet(spec):
        x, y = rows_and_labels({**spec, "sizes": [784, 10]})
        return trained(convnet(), spec, "categoricalCrossentropy", x.reshape(-1, 28, 28, 1), y)

    def train_recurrent(spec):
        layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[spec["cell"]]
        model = keras.Sequential([keras.Input((spec["places"], spec["features"])), layer(spec["units"]), keras.layers.Dense(spec["classes"], activation="softmax")])
        x, y = rows_and_labels({**spec, "sizes": [spec["places"] * spec["features"], spec["classes"]]})
        return trained(model, {**spec, "optimizer": "adam"}, "categoricalCrossentropy", x.reshape(-1, spec["places"], spec["features"]), y)

    def predict_convnet(spec):
        model, x = convnet(), normal(spec["rows"], 28, 28, 1)
        return repeat(lambda: model.predict_on_batch(x))

    def predict(spec):
        model, x = build(spec), normal(spec["rows"], spec["sizes"][0])
        return repeat(lambda: model.predict_on_batch(x))

    def train_gpt(spec):
        layers, width = keras.layers, spec["width"]

        class Places(layers.Layer):
            def build(self, shape):
                self.table = self.add_weight(shape=shape[1:])

            def call(self, x):
                return x + self.table

        norm = lambda: layers.LayerNormalization(epsilon=1e-5)
        places = keras.Input((spec["block"],), dtype="int32")
        x = Places()(layers.Embedding(spec["vocabulary"], width)(places))
        for _ in range(spec["depth"]):
            n = norm()(x)
            x = x + layers.MultiHeadAttention(spec["heads"], width // spec["heads"])(n, n, use_causal_mask=True)
            x = x + layers.Dense(width)(layers.Dense(4 * width, activation="gelu")(norm()(x)))
        model = keras.Model(places, layers.Dense(spec["vocabulary"], use_bias=False)(norm()(x)))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.AdamW(1e-3), loss=loss)
        x, y = (random.integers(0, spec["vocabulary"], (spec["rows"], spec["block"]), dtype=np.int32) for _ in range(2))
        return lambda epochs: model.fit(x, y, batch_size=spec["batch"], epochs=epochs, verbose=0)

    return {"train": train, "trainOnBatch": train_on_batch, "trainConvnet": train_convnet, "trainRecurrent": train_recurrent, "trainGpt": train_gpt, "predict": predict, "predictConvnet": predict_convnet}

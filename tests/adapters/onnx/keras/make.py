# SPDX-License-Identifier: Apache-2.0
"""Write the files beside this one as Keras users do: `pip install tensorflow-cpu==2.21.0 tf2onnx==1.17.0`, then run it.

They are kept, since TensorFlow is too large to install for three small files. No data: all weights are random.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
import tf2onnx
from tensorflow import keras

HERE = Path(__file__).parent
layers = keras.layers


def table():
    return keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(8),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Dense(3, activation="softmax"),
        ]
    )


def residual():
    given = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(given)
    inner = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same", use_bias=False)(x))
    x = layers.Activation("relu")(layers.Add()([x, inner]))
    return keras.Model(given, layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(x))))


def joined():
    given = keras.Input((8, 8, 1))
    x = layers.Conv2D(3, 3, strides=2, activation="tanh")(given)
    x = layers.Flatten()(layers.AveragePooling2D(pool_size=2, strides=1)(x))
    x = layers.Concatenate()([layers.Dense(5, activation="sigmoid")(x), layers.Dense(4, activation="elu")(x)])
    return keras.Model(given, layers.Dense(1, activation="sigmoid")(x))


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    for made, shape in ((table, (6,)), (residual, (8, 8, 1)), (joined, (8, 8, 1))):
        net = made()
        for weight in net.weights:
            if "moving" in weight.name or "gamma" in weight.name:
                weight.assign(rng.uniform(0.5, 1.5, weight.shape).astype("float32") - ("mean" in weight.name))
        signature = [tf.TensorSpec((None, *shape), tf.float32, name="x")]
        answer = tf.function(lambda x, net=net: net(x, training=False), input_signature=signature)
        file = str(HERE / f"{made.__name__}.onnx")
        tf2onnx.convert.from_function(answer, input_signature=signature, opset=17, output_path=file)
        x = rng.random((20, *shape)).astype("float32")
        np.savez(HERE / f"{made.__name__}.npz", x=x, y=net(x, training=False).numpy())

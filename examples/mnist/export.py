# SPDX-License-Identifier: Apache-2.0
"""Write the network of this example as an ONNX file, for ``probatum-onnx.toml``.

It is the network that ``probatum assess probatum.toml`` trains on the spot: same pictures, same seed. Trained on the
same machine, both descriptions of this folder speak of one network, and both reports say the same of it.

Your own network needs the last call only. PyTorch's newer exporter (the one without ``dynamo=False``; it wants ``pip
install onnxscript``) serves as well: add ``external_data=False``, so that all numbers are in the one file.
"""

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from recipe import Reader, load, train

from probatum.seeds import number


def network(seed: int) -> Reader:
    """Train as a run with this seed does."""
    (pictures, digits), _ = load()
    rows = pd.DataFrame(pictures.reshape(len(pictures), -1)).rename(columns=str).assign(digit=digits)
    return train(rows, number(seed, "recipe/train"))


def write(reader: Reader, file: Path) -> None:
    """Write it so that it takes any number of pictures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of this exporter, which needs no further package
        torch.onnx.export(
            reader,
            (torch.from_numpy(np.zeros((2, 28, 28), dtype=np.float32)),),
            file,
            dynamo=False,
            input_names=["pictures"],
            output_names=["scores"],
            dynamic_axes={"pictures": {0: "rows"}, "scores": {0: "rows"}},
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the network of this example as digits.onnx.")
    parser.add_argument("--seed", type=int, default=0, help="that of the run to compare with")
    target = Path(__file__).with_name("digits.onnx")
    write(network(parser.parse_args().seed), target)
    sys.stdout.write(f"wrote the network to {target}\n")

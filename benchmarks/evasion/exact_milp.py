# SPDX-License-Identifier: Apache-2.0
"""The truth about small networks of linear layers and (leaky) ReLUs, by a mixed-integer program that HiGHS solves.

Tjeng et al. 2019, arXiv:1711.07356. Nothing here is shared with the certifier that is measured.
"""

import numpy as np
import torch
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix
from torch import nn

SLACK = 1e-6  # by which units may lie beyond their bounds: what HiGHS tolerates


def layers_of(module: nn.Module) -> list[tuple[np.ndarray, np.ndarray, float]] | None:
    """Return weight, bias and slope on the left of what follows (1: nothing does); None: other layers."""
    found: list[tuple[np.ndarray, np.ndarray, float]] = []
    for layer in module.children():
        if isinstance(layer, nn.Linear):
            found.append((layer.weight.double().numpy(), layer.bias.double().numpy(), 1.0))
        elif isinstance(layer, nn.ReLU | nn.LeakyReLU):
            found[-1] = (*found[-1][:2], float(getattr(layer, "negative_slope", 0.0)))
        elif not isinstance(layer, nn.Flatten):
            return None
    return found


def decide(module: nn.Module, low: np.ndarray, high: np.ndarray, y: int, *, seconds: float) -> str | np.ndarray:
    """Return "safe", "unknown", or a point of the box where another class is answered.

    Args:
        module: the network.
        low: (d,) least of each cell.
        high: (d,) most.
        y: right class.
        seconds: for each other class, at most.
    """
    layers = layers_of(module)
    if layers is None:
        return "unknown"
    bounds, outcome = _bounds(layers, low, high), "safe"
    for other in range(len(layers[-1][1])):
        if other == y:
            continue
        found = _solved(layers, bounds, low, high, y, other, seconds)
        if isinstance(found, np.ndarray):
            x = torch.from_numpy(found.astype(np.float32))[None]
            if int(module(x.clamp(torch.from_numpy(low).float(), torch.from_numpy(high).float())).argmax()) != y:
                return found
            outcome = "unknown"  # a tie, but for rounding
        elif found == "unknown":
            outcome = "unknown"
    return outcome


def _bounds(
    layers: list[tuple[np.ndarray, np.ndarray, float]], low: np.ndarray, high: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return bounds on what each curve gets: both lines of every curve have the chord's slope, carried back."""
    known: list[tuple[np.ndarray, np.ndarray]] = []
    for place in range(len(layers) - 1):
        ends = []
        for sign in (1.0, -1.0):
            back, total = sign * layers[place][0], sign * layers[place][1]
            for before in range(place - 1, -1, -1):
                weight, bias, slope = layers[before]
                down, up = known[before]
                on, off = down >= 0, up <= 0
                chord = np.where(on, 1.0, np.where(off, slope, (up - slope * down) / np.maximum(up - down, 1e-12)))
                shift = np.where(on | off, 0.0, up - chord * up)
                total = total + np.minimum(back, 0) @ shift
                back = back * chord
                total, back = total + back @ bias, back @ weight
            ends.append(total + np.maximum(back, 0) @ low + np.minimum(back, 0) @ high)
        known.append((ends[0] - SLACK, -ends[1] + SLACK))
    return known


def _solved(
    layers: list[tuple[np.ndarray, np.ndarray, float]], bounds: list[tuple[np.ndarray, np.ndarray]], low: np.ndarray,
    high: np.ndarray, y: int, other: int, seconds: float,
) -> str | np.ndarray:  # fmt: skip
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    least: list[float] = []
    most: list[float] = []
    starts, count, low_ends, high_ends, whole = [0], len(low), [*low], [*high], [0] * len(low)

    def constrain(terms: list[tuple[int, float]], down: float, up: float) -> None:
        for column, value in terms:
            rows.append(len(least))
            columns.append(column)
            values.append(value)
        least.append(down)
        most.append(up)

    for (weight, bias, slope), (down, up) in zip(layers[:-1], bounds, strict=True):
        given, starts = starts[-1], [*starts, count]
        size = len(bias)
        bits = {unit: count + size + place for place, unit in enumerate(np.flatnonzero((down < 0) & (up > 0)))}
        for unit in range(size):
            terms = [(given + cell, -value) for cell, value in enumerate(weight[unit]) if value]
            here = count + unit
            low_ends.append(max(down[unit], slope * down[unit]))
            high_ends.append(max(up[unit], slope * up[unit]))
            whole.append(0)
            if unit not in bits:
                straight = 1.0 if down[unit] >= 0 else slope
                constrain(
                    [(here, 1.0), *((c, v * straight) for c, v in terms)], bias[unit] * straight, bias[unit] * straight
                )
                continue
            bit = bits[unit]
            constrain([(here, 1.0), *terms], bias[unit], np.inf)  # at least what it gets
            constrain([(here, 1.0), *((c, v * slope) for c, v in terms)], slope * bias[unit], np.inf)
            # at most what it gets, where the bit is 1; at most the slope times that, where it is 0
            constrain(
                [(here, 1.0), *terms, (bit, -(1 - slope) * down[unit])], -np.inf, bias[unit] - (1 - slope) * down[unit]
            )
            constrain(
                [(here, 1.0), *((c, v * slope) for c, v in terms), (bit, -(1 - slope) * up[unit])], -np.inf,
                slope * bias[unit],
            )  # fmt: skip
        count += size + len(bits)
        low_ends += [0.0] * len(bits)
        high_ends += [1.0] * len(bits)
        whole += [1] * len(bits)
    weight, bias, _ = layers[-1]
    last = weight[y] - weight[other]
    constrain([(starts[-1] + cell, value) for cell, value in enumerate(last)], -np.inf, bias[other] - bias[y])
    weights = coo_matrix((values, (rows, columns)), shape=(len(least), count)).tocsc()
    answer = milp(
        np.zeros(count), integrality=np.array(whole), bounds=Bounds(np.array(low_ends), np.array(high_ends)),
        constraints=LinearConstraint(weights, least, most),
        options={"time_limit": seconds},
    )  # fmt: skip
    if answer.status == 2:
        return "safe"
    return np.asarray(answer.x[: len(low)]) if answer.x is not None else "unknown"

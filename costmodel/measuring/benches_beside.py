"""Micro-benchmarks of what is no convolution: values on their own, layout, matrices."""

from collections.abc import Iterator
from random import Random

from costmodel.measuring.chains import ODD, Chain, Layer, most, width


def element_wise(side: int, draw: Random) -> Iterator[Chain]:
    """Activations, norms, sums, gates and pools, in blocks and in rows.

    A GELU is not among them: it needs an operator set whose average pools onnxruntime runs another way, far slower.
    """
    for name, turn in ((name, turn) for name in ("blocks", "rows") for turn in range(2)):
        limit = min(most(side), 512)
        c = width(draw, tuple(range(16, 528, 16)), limit) if name == "blocks" else width(draw, ODD[3:], limit)
        smaller = {"kernel": 2, "stride": 2} if side > 7 else {"kernel": 3, "stride": 2, "padding": 1}
        layers: list[Layer] = [
            {"conv2d": c, "name": "a"},
            {"name": "b", "relu": {}},
            {"name": "c", "add": ["a", "b"]},
            "silu",
            {"max_pool": {"kernel": 3, "stride": 1, "padding": 1}},
            {"avg_pool": {"kernel": 3, "stride": 1, "padding": 1}},
            "batch_norm",
            {"name": "d", "relu": {}},
            {"multiply": ["c", "d"]},
            {"multiply": {"x": "identity", "gate": ["global_avg_pool", {"conv2d": c}, "sigmoid"]}},
            "prelu",
            {"multiply": {"x": "identity", "gate": ["global_avg_pool", {"conv2d": c}, "hardsigmoid"]}},
            "batch_norm",
            "relu",
            "hardswish",
            {"max_pool": smaller},
            {"avg_pool": {"kernel": 3, "stride": 2, "padding": 1}},
        ]
        yield Chain(f"element-wise in {name} at {side}.{turn}", [c, side, side], layers)


def laid_out(side: int, draw: Random) -> Iterator[Chain]:
    """Splits, concats, shuffles and gathers, in blocks and in rows."""
    for turn in range(3):
        c = width(draw, (16, 24, 32, 48, 64, 96, 116, 128, 176, 240, 256, 352, 480), most(side) / 2)
        layers: list[Layer] = []
        for _ in range(3):
            half = "c_in / 2"
            layers += [
                {"concat": {"pass": {"slice": {"stop": half}}, "main": [{"slice": half}, "relu"]}},
                {"shuffle": 2},
                {"index_select": "c_in"},
                {"shuffle": 4},
                "relu",
            ]
        layers += [{"concat": {"past": "identity", "new": {"conv2d": draw.choice([16, 32, 64])}}}, {"conv2d": c}]
        layers += [{"concat": {"past": "identity", "new": {"conv2d": c}}}, "relu"]
        yield Chain(f"laid out at {side}.{turn}", [c, side, side], layers)


def linear() -> Iterator[Chain]:
    """Matrices times a vector, from a few that stay in the nearest caches to many that do not."""
    for mebibytes in (1, 2, 4, 8, 16, 32, 64):
        pairs = max(mebibytes // 16, 1)
        wide = mebibytes * 2**18 // (2 * pairs * 1024)
        layers: list[Layer] = [{"linear": wide}, "relu", {"linear": 1024}]
        yield Chain(f"linear, {mebibytes} MiB", [1024, 1, 1], layers * pairs)


def matrices(draw: Random) -> Iterator[Chain]:
    """Matrices times the tokens of a sequence, and what stands between them."""
    for side in (7, 14, 28):
        for heads in (3, 6):
            c = 64 * heads
            layers: list[Layer] = [
                {"conv2d": c},
                {"reshape": {"t": "h_in * w_in", "c": "c_in"}},
                "layer_norm",
                {"attention": {"heads": heads}},
                "layer_norm",
                {"linear": draw.choice([2, 4]) * c},
                "gelu",
                {"linear": c},
                "softmax",
            ]
            yield Chain(f"{side**2} tokens, {heads} heads", [32, side, side], layers)

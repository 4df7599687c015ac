"""Matrix products, norms and what treats each value on its own, in ONNX."""

from math import prod, sqrt
from typing import Any

from costmodel.exporting.run import Run, Writer
from costmodel.exporting.taken import axis
from costmodel.tensor import SIDES, Tensor


def linear(run: Run) -> str:
    """Every channel with every output: Gemm of a vector, MatMul of each token."""
    x, y = run.x, run.y
    weights, bias = [y.c, x.c], run.field("bias")
    if x.has("t"):
        name = run.node("MatMul", run.parameter([x.c, y.c], "weight"), part="product" if bias else "")
        return run.node("Add", run.parameter([y.c], "bias", like="shift"), of=[name]) if bias else name
    name = run.reshaped(run.inputs[0], [y.n, x.c], "vector") if any(x.has(side) for side in SIDES) else run.inputs[0]
    more = [run.parameter([y.c], "bias", like="shift")] if bias else []
    return run.node("Gemm", run.parameter(weights, "weight"), *more, of=[name], transB=1)


def matmul(run: Run) -> str:
    """The product of two tensors, the second turned where it is asked for."""
    a, b = run.inputs
    rank = len(run.x.dims)
    if run.field("transpose"):
        b = run.swapped(b, [*range(rank - 2), rank - 1, rank - 2], "turned")
    return run.node("MatMul", of=[a, b])


def attention(run: Run) -> str:
    """Attention written out: three projections, the scores, their softmax, the weighted sum, a projection."""
    x, source, y = run.x, run.line.inputs[-1], run.y
    heads, windows = run.field("heads"), run.field("windows")
    dim = x.c if run.field("dim") is None else run.field("dim")
    shared = heads if run.field("kv_heads") is None else run.field("kv_heads")
    of = dim // heads

    def projected(name: str, width: int, out: int, part: str) -> str:
        weight = run.parameter([width, out], f"{part}.weight")
        last = part == "out"
        if not run.field("bias"):
            return run.node("MatMul", weight, of=[name], part="" if last else part)
        found = run.node("MatMul", weight, of=[name], part=f"{part} product")
        bias = run.parameter([out], f"{part}.bias", like="shift")
        return run.node("Add", bias, of=[found], part="" if last else part)

    def headed(name: str, tokens: int, count: int, part: str, order: list[int]) -> str:
        seen = run.reshaped(name, [x.n * windows, tokens // windows, count, of], f"{part} heads")
        turned = run.swapped(seen, order, f"{part} turned")
        if count == heads:
            return turned
        rows = [of, tokens // windows] if order[-1] == 1 else [tokens // windows, of]
        apart = run.reshaped(turned, [x.n * windows, count, 1, *rows], f"{part} apart")
        wide = run.constant([x.n * windows, count, heads // count, *rows], f"{part} wide.shape")
        shown = run.node("Expand", wide, of=[apart], part=f"{part} wide")
        return run.reshaped(shown, [x.n * windows, heads, *rows], f"{part} shared")

    query = headed(projected(run.inputs[0], x.c, dim, "query"), x.t, heads, "query", [0, 2, 1, 3])
    key = headed(projected(run.inputs[-1], source.c, of * shared, "key"), source.t, shared, "key", [0, 2, 3, 1])
    value = headed(projected(run.inputs[-1], source.c, of * shared, "value"), source.t, shared, "value", [0, 2, 1, 3])
    scores = run.node("MatMul", of=[query, key], part="scores")
    scaled = run.node("Mul", run.model.scalar(1 / sqrt(of), f"{run.at}.scale"), of=[scores], part="scaled")
    if learned := run.field("position_bias"):
        sides = [heads, x.t // windows, source.t // windows]
        index = run.constant([place % learned for place in range(prod(sides))], "position.index")
        table = run.parameter([learned], "position_bias", like="shift")
        looked_up = run.reshaped(run.node("Gather", index, of=[table], part="position"), sides, "positions")
        scaled = run.node("Add", looked_up, of=[scaled], part="biased")
    shares = run.node("Softmax", of=[scaled], part="softmax", axis=-1)
    summed = run.swapped(run.node("MatMul", of=[shares, value], part="weighted"), [0, 2, 1, 3], "weighted turned")
    return projected(run.reshaped(summed, [x.n, x.t, dim], "joined"), dim, y.c, "out")


def scaled_dot_product(run: Run) -> str:
    """Scores of queries and keys, their softmax, and sums of the values; keys that several share are shown to each."""
    query, key, value = run.inputs
    x, k, v = run.line.inputs
    rank = len(x.dims)
    if rank > 3 and k.shape[-3] != x.shape[-3]:
        key, value = (_shown(run, name, y, x.shape[-3], part) for name, y, part in ((key, k, "key"), (value, v, "value")))
    turned = run.swapped(key, [*range(rank - 2), rank - 1, rank - 2], "turned")
    scores = run.node("MatMul", of=[query, turned], part="scores")
    scaled = run.node("Mul", run.model.scalar(1 / sqrt(x.shape[-1]), f"{run.at}.scale"), of=[scores], part="scaled")
    return run.node("MatMul", of=[run.node("Softmax", of=[scaled], part="softmax", axis=-1), value])


def _shown(run: Run, name: str, x: Tensor, many: int, part: str) -> str:
    """Matrices shown to several others each."""
    *before, few, rows, columns = x.shape
    apart = run.reshaped(name, [*before, few, 1, rows, columns], f"{part} apart")
    wide = run.constant([*before, few, many // few, rows, columns], f"{part} wide.shape")
    shown = run.node("Expand", wide, of=[apart], part=f"{part} wide")
    return run.reshaped(shown, [*before, many, rows, columns], f"{part} shared")


def batch_norm(run: Run) -> str:
    """Scale and shift by fixed statistics."""
    scale, shift = (run.parameter([run.x.c], kind, like=like) for kind, like in (("weight", "scale"), ("bias", "shift")))
    mean = run.parameter([run.x.c], "running_mean", like="shift", learned=False)
    variance = run.parameter([run.x.c], "running_var", like="variance", learned=False)
    return _by_channel(run, "BatchNormalization", [scale, shift, mean, variance])


def _by_channel(run: Run, op: str, more: list[str], **options: int) -> str:
    """A norm that ONNX has for n×c×… : channels that are last are brought there, and a vector gets a side of 1."""
    x, name = run.x, run.inputs[0]
    if x.has("t"):
        order = [0, len(x.dims) - 1, *range(1, len(x.dims) - 1)]
        found = run.model.node(op, [run.swapped(name, order, "turned"), *more], f"{run.at}/norm", **options)
        turned = run.model.said(found, [x.shape[place] for place in order])
        return run.swapped(turned, [0, *range(2, len(order)), 1], "")
    if len(x.dims) == 2 and op != "BatchNormalization":
        found = run.model.node(op, [run.reshaped(name, [*x.shape, 1], "signal"), *more], f"{run.at}/norm", **options)
        return run.reshaped(run.model.said(found, [*x.shape, 1]), [*x.shape], "")
    return run.model.node(op, [name, *more], run.at, **options)


def layer_norm(run: Run) -> str:
    """Mean 0 and variance 1 over some dimensions, which are brought to the end where they are not there."""
    x, over = run.x, run.field("over")
    over = [over] if isinstance(over, str) else [*over]
    names = [*x.dims]
    order = [*(name for name in names if name not in over), *(name for name in names if name in over)]
    shape = [x.dims[name] for name in order if name in over]
    turned = order != names
    places = [names.index(name) for name in order]
    name = run.swapped(run.inputs[0], places, "turned") if turned else run.inputs[0]
    learned = run.field("affine")
    more = [run.parameter(shape, "weight", like="scale") if learned else run.model.ones(shape, f"{run.at}.ones")]
    if run.line.op == "rms_norm":
        found = run.node("RMSNormalization", *more, of=[name], part="norm" if turned else "", axis=-len(shape), since=23)
    else:
        more += [run.parameter(shape, "bias", like="shift")] if learned else []
        found = run.node("LayerNormalization", *more, of=[name], part="norm" if turned else "", axis=-len(shape))
    return run.swapped(found, [places.index(place) for place in range(len(places))], "") if turned else found


def group_norm(run: Run) -> str:
    """Mean 0 and variance 1 of each group of channels."""
    return _by_channel(run, "GroupNormalization", _scales(run), num_groups=run.field("groups"), since=21)


def instance_norm(run: Run) -> str:
    """Mean 0 and variance 1 of each channel."""
    return _by_channel(run, "InstanceNormalization", _scales(run))


def _scales(run: Run) -> list[str]:
    """A scale and a shift a channel; 1 and 0 where nothing is learned."""
    if run.field("affine"):
        return [run.parameter([run.x.c], "weight", like="scale"), run.parameter([run.x.c], "bias", like="shift")]
    return [run.constant([value] * run.x.c, name) for value, name in ((1.0, "ones"), (0.0, "zeros"))]


def softmax(run: Run) -> str:
    """Shares of 1 along a dimension."""
    return run.node("Softmax", axis=axis(run.x, run.field("axis")))


def relu6(run: Run) -> str:
    """Each value clipped to 0 … 6."""
    return run.node("Clip", run.model.scalar(0, f"{run.at}.min"), run.model.scalar(6, f"{run.at}.max"))


def prelu(run: Run) -> str:
    """A learned slope for all, or one a channel."""
    x = run.x
    behind = len(x.dims) - axis(x, "c") - 1
    shape = [1] if run.field("shared") else [x.c, *[1] * behind]
    return run.node("PRelu", run.parameter(shape, "weight", like="shift"))


def silu(run: Run) -> str:
    """Each value times its sigmoid."""
    return run.node("Mul", run.node("Sigmoid", part="sigmoid"))


def hardsigmoid(run: Run) -> str:
    """relu6(x + 3)/6."""
    return run.node("HardSigmoid", alpha=1 / 6, beta=0.5)


def alone(op: str, since: int = 1) -> Writer:
    """An op of its own in ONNX."""
    return lambda run: run.node(op, since=since)


def learned(op: str) -> Writer:
    """Learned values, or constants, that values are multiplied by or added to."""

    def write(run: Run) -> str:
        over, many = run.field("over"), run.field("learned")
        shape = [size if name in over else 1 for name, size in run.x.dims.items()]
        places = prod(shape)
        if many in (None, places):
            return run.node(op, run.parameter(shape, "weight", like="scale" if op == "Mul" else "shift"))
        if many == 0:
            held = run.parameter(shape, "constant", like="scale", learned=False)
            return run.node(op, held)
        table = run.parameter([many], "table", like="shift")
        index = run.constant([place % many for place in range(places)], "index")
        return run.node(op, run.reshaped(run.node("Gather", index, of=[table], part="looked up"), shape, "values"))

    return write


def tokens(run: Run) -> str:
    """Learned tokens in front of a sequence, the same for all samples."""
    x, count = run.x, run.field("count")
    held = run.parameter([1, count, x.c], "weight", like="shift")
    wide = run.constant([x.n, count, x.c], "wide.shape")
    shown = run.node("Expand", wide, of=[held], part="wide")
    return run.model.node("Concat", [shown, run.inputs[0]], run.at, axis=1)


def embedding(run: Run) -> str:
    """Rows of a table by number; what enters is a number as a float, as all inputs are."""
    whole = run.node("Cast", part="whole", to=7)
    seen = run.reshaped(whole, [run.y.n, run.y.t], "numbers")
    table = run.parameter([run.field("entries"), run.y.c], "weight")
    return run.model.node("Gather", [table, seen], run.at, axis=0)


def local_norm(run: Run) -> str:
    """LRN, of a tensor with its channels second."""
    x = run.x
    sizes = [x.n, x.c, *[1] * (4 - len(x.dims)), *x.shape[2:]] if not x.has("t") else [x.n * x.t, x.c, 1, 1]
    if sizes == x.shape:
        return run.node("LRN", size=run.field("size"))
    seen = run.reshaped(run.inputs[0], sizes, "seen")
    return run.reshaped(run.node("LRN", of=[seen], part="norm", size=run.field("size")), [*x.shape], "")


def function(run: Run) -> str:
    """A function of each value, by the op that ONNX has for it or by those that make it."""
    word = run.field("function")
    if word in _NUMBERED:
        op, number = _NUMBERED[word]
        return run.node(op, run.model.scalar(number, f"{run.at}.{word}"))
    if word == "clip":
        return run.node("Clip", run.model.scalar(-1, f"{run.at}.min"), run.model.scalar(1, f"{run.at}.max"))
    if word == "rsqrt":
        return run.node("Reciprocal", of=[run.node("Sqrt", part="root")])
    if word == "square":
        return run.node("Mul", run.inputs[0])
    if word in ("quantize", "dequantize"):
        return _quantized(run, word)
    if word in ("not", "compare"):
        zero = run.model.scalar(0, f"{run.at}.zero")
        return run.node("Cast", of=[run.node("Equal" if word == "not" else "Greater", zero, part="is")], to=1)
    op, since = _FUNCTIONS[word]
    more: dict[str, Any] = {"approximate": "tanh"} if word == "gelu_tanh" else {"to": 1} if word == "cast" else {}
    return run.node(op, since=since, **more)


_NUMBERED = {
    "power": ("Pow", 2.5),
    "scale": ("Mul", 0.7),
    "shift": ("Add", 0.7),
    "maximum": ("Max", 0.1),
    "minimum": ("Min", 0.1),
}
"""Functions with a constant in them, whose value is no part of a cost."""
_FUNCTIONS = {
    **{
        name.lower(): (name, 13)
        for name in ("Exp", "Log", "Sqrt", "Erf", "Sin", "Cos", "Tan", "Abs", "Sign", "Floor", "Ceil", "Round")
    },
    "negate": ("Neg", 13),
    "reciprocal": ("Reciprocal", 13),
    "leaky_relu": ("LeakyRelu", 16),
    "softsign": ("Softsign", 1),
    "softplus": ("Softplus", 1),
    "mish": ("Mish", 18),
    "selu": ("Selu", 6),
    "celu": ("Celu", 12),
    "gelu_tanh": ("Gelu", 20),
    "cast": ("Cast", 13),
}


def _quantized(run: Run, word: str) -> str:
    """To eight bits, or from them; the other half is a view that the file needs, since its tensors are floats."""
    step, zero = run.model.scalar(0.1, f"{run.at}.step"), run.model.byte(f"{run.at}.zero")
    if word == "quantize":
        return run.node("Cast", of=[run.node("QuantizeLinear", step, zero, part="bytes")], to=1)
    return run.node("DequantizeLinear", step, zero, of=[run.node("Cast", part="bytes", to=3)])


WRITERS: dict[str, Writer] = {
    "scaled_dot_product": scaled_dot_product,
    "scale": learned("Mul"),
    "shift": learned("Add"),
    "tokens": tokens,
    "embedding": embedding,
    "local_norm": local_norm,
    "map": function,
    "linear": linear,
    "matmul": matmul,
    "attention": attention,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "rms_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "softmax": softmax,
    "relu": alone("Relu"),
    "relu6": relu6,
    "prelu": prelu,
    "elu": alone("Elu"),
    "sigmoid": alone("Sigmoid"),
    "tanh": alone("Tanh"),
    "silu": silu,
    "gelu": alone("Gelu", since=20),
    "hardsigmoid": hardsigmoid,
    "hardswish": alone("HardSwish"),
}
"""How each op that computes on values is written."""

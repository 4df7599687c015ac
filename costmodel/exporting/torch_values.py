"""Functions of values and learned values as PyTorch spells them."""

from collections.abc import Callable
from math import prod

from costmodel.exporting.spelling import Op, Spelled, stretched
from costmodel.exporting.taken import axis

_ONE = {
    **{
        name: f"{{0}}.{name}()"
        for name in ("exp", "log", "sqrt", "rsqrt", "erf", "sin", "cos", "tan", "abs", "sign", "floor", "ceil", "round")
    },
    "power": "{0}.pow(2.5)",
    "scale": "{0} * 0.5",
    "shift": "{0} + 0.5",
    "reciprocal": "{0}.reciprocal()",
    "square": "{0}.square()",
    "negate": "-{0}",
    "not": "({0} == 0).float()",
    "compare": "({0} > 0).float()",
    "maximum": "{0}.clamp(min=0.1)",
    "minimum": "{0}.clamp(max=0.1)",
    "clip": "{0}.clamp(-1, 1)",
    **{name: f"F.{name}({{0}})" for name in ("leaky_relu", "softsign", "softplus", "mish", "selu", "celu")},
    "log_sigmoid": "F.logsigmoid({0})",
    "gelu_tanh": 'F.gelu({0}, approximate="tanh")',
    "quantize": "({0} / 0.1).round().clamp(-128, 127)",
    "dequantize": "({0} - 0.0) * 0.1",
    "cast": "{0}.clone()",
}
"""Functions of one value; numbers in them are no part of a cost."""
_TWO = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "divide": "{0} / {1}",
    "mod": "{0}.fmod({1})",
    "power": "{0}.pow({1})",
    "maximum": "torch.maximum({0}, {1})",
    "minimum": "torch.minimum({0}, {1})",
    "equal": "({0} == {1}).float()",
    "less": "({0} < {1}).float()",
    "greater": "({0} > {1}).float()",
    "and": "(({0} != 0) & ({1} != 0)).float()",
    "or": "(({0} != 0) | ({1} != 0)).float()",
    "xor": "(({0} != 0) ^ ({1} != 0)).float()",
}
"""Functions of two values."""
_MANY = {
    "max": "{0}.amax({1}{2})",
    "min": "{0}.amin({1}{2})",
    "sum": "{0}.sum({1}{2})",
    "norm": "{0}.norm(2, {1}{2})",
    "norm1": "{0}.abs().sum({1}{2})",
    "sum_square": "{0}.square().sum({1}{2})",
    "logsumexp": "{0}.logsumexp({1}{2})",
}
"""Functions of many values along some dimensions."""


def function(op: Op) -> Spelled:
    """A function of each value."""
    return Spelled("", _ONE[op.field("function")].format(op.inputs[0]))


def combine(op: Op) -> Spelled:
    """A function of several tensors."""
    names, word = stretched(op), op.field("function")
    if word == "where":
        return Spelled("", f"torch.where({names[0]} != 0, {', '.join([*names[1:], '0.0'][:2])})")
    text = names[0]
    for place, name in enumerate(names[1:]):
        text = _TWO[word].format(f"({text})" if place else text, name)
    return Spelled("", text)


def reduce(op: Op) -> Spelled:
    """One value of many; several dimensions one after the other, where PyTorch takes one at a time."""
    names, word, keep = op.averaged, op.field("function"), bool(op.field("keep"))
    places = [axis(op.x, name) for name in names]
    if word in _MANY:
        if not places:
            return Spelled(
                "",
                {"norm1": "{0}.abs()", "norm": "{0}.abs()", "sum_square": "{0}.square()"}.get(word, "{0}").format(op.inputs[0]),
            )
        return Spelled(
            "", _MANY[word].format(op.inputs[0], f"({', '.join(map(str, places))},)", ", keepdim=True" if keep else "")
        )
    kept = [at for at in range(len(op.x.dims)) if at not in places]
    seen = (
        f"{op.inputs[0]}.permute({', '.join(map(str, kept + places))}).flatten({len(kept)})"
        if places
        else f"{op.inputs[0]}.unsqueeze(-1)"
    )
    found = f"{seen}.prod(-1)" if word == "product" else f"{seen}.{word}(-1).float()"
    return Spelled("", f"{found}.reshape({', '.join(map(str, ('-1', *op.y.shape[1:])))})" if keep else found)


def learned(sign: str) -> Callable[[Op], Spelled]:
    """Learned values that are multiplied by, or added."""

    def write(op: Op) -> Spelled:
        over, many = op.field("over"), op.field("learned")
        shape = ", ".join(str(size if name in over else 1) for name, size in op.x.dims.items())
        places = prod(size for name, size in op.x.dims.items() if name in over)
        start = "ones" if sign == "*" else "zeros"
        if many == 0:
            return Spelled("", f"{op.inputs[0]} {sign} torch.{start}({shape}, device={op.inputs[0]}.device)")
        if many in (None, places):
            return Spelled(f"nn.Parameter(torch.{start}({shape}))", f"{op.inputs[0]} {sign} {{m}}")
        index = f"torch.arange({places}, device={op.inputs[0]}.device) % {many}"
        return Spelled(f"nn.Parameter(torch.{start}({many}))", f"{op.inputs[0]} {sign} {{m}}[{index}].reshape({shape})")

    return write


def tokens(op: Op) -> Spelled:
    """Learned tokens in front of a sequence."""
    x = op.inputs[0]
    return Spelled(
        f"nn.Parameter(torch.zeros(1, {op.field('count')}, {op.x.c}))",
        f"torch.cat([{{m}}.expand({x}.shape[0], -1, -1), {x}], 1)",
    )


def embedding(op: Op) -> Spelled:
    """Rows of a table by number."""
    return Spelled(f"nn.Embedding({op.field('entries')}, {op.y.c})", f"{{m}}({op.inputs[0]}.long().reshape(-1, {op.y.t}))")


def parameters(op: Op) -> Spelled:
    """A parameter that no call reads."""
    return Spelled(f"nn.Parameter(torch.ones({op.field('count')}))", op.inputs[0])


def local_norm(op: Op) -> Spelled:
    """Local response normalisation, which wants channels second and something behind them."""
    x, size = op.inputs[0], op.field("size")
    if op.x.has("t"):
        return Spelled("", f"F.local_response_norm({x}.transpose(1, -1), {size}).transpose(1, -1)")
    if not op.rank:
        return Spelled("", f"F.local_response_norm({x}.unsqueeze(-1), {size}).squeeze(-1)")
    return Spelled("", f"F.local_response_norm({x}, {size})")


def permute(op: Op) -> Spelled:
    """The dimensions in another order."""
    places = ", ".join(str(axis(op.x, name)) for name in op.field("order"))
    return Spelled("", f"{op.inputs[0]}.permute(0, {places})")


def tile(op: Op) -> Spelled:
    """A tensor repeated."""
    times = ", ".join(str(after // before) for after, before in zip(op.y.shape, op.x.shape, strict=True))
    return Spelled("", f"{op.inputs[0]}.repeat({times})")


def scaled_dot_product(op: Op) -> Spelled:
    """PyTorch's own, with heads that share keys where there are fewer of these."""
    shares = ", enable_gqa=True" if [*op.line.inputs[0].shape[:-2]] != [*op.line.inputs[1].shape[:-2]] else ""
    return Spelled("", f"F.scaled_dot_product_attention({', '.join(op.inputs)}{shares})")


def recurrent(name: str) -> Callable[[Op], Spelled]:
    """Cells run over a sequence; their last states are left."""

    def write(op: Op) -> Spelled:
        both = ", bidirectional=True" if op.field("directions") > 1 else ""
        bias = "" if op.field("bias") else ", bias=False"
        made = f"nn.{name}({op.x.c}, {op.field('out')}, batch_first=True{both}{bias})"
        return Spelled(made, f"{{m}}({op.inputs[0]})[0]")

    return write


OPS: dict[str, Callable[[Op], Spelled]] = {
    "map": function,
    "combine": combine,
    "reduce": reduce,
    "scale": learned("*"),
    "shift": learned("+"),
    "tokens": tokens,
    "embedding": embedding,
    "parameters": parameters,
    "local_norm": local_norm,
    "lstm": recurrent("LSTM"),
    "gru": recurrent("GRU"),
    "rnn": recurrent("RNN"),
    "permute": permute,
    "tile": tile,
    "scaled_dot_product": scaled_dot_product,
}
"""How each of these is spelled."""

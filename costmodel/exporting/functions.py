"""Functions of values in ONNX; what it says of truths is turned into numbers."""

from typing import Any

from costmodel.exporting.joining import seen
from costmodel.exporting.run import Run, Writer

_FLOAT, _INT8, _BOOL = 1, 3, 9
"""Data types by their numbers in the format."""


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
    if word == "log_sigmoid":
        return run.node("Log", of=[run.node("Sigmoid", part="sigmoid")])
    if word in ("quantize", "dequantize"):
        return _quantized(run, word)
    if word in ("not", "compare"):
        zero = run.model.scalar(0, f"{run.at}.zero")
        return _number(run, run.node("Equal" if word == "not" else "Greater", zero, part="is"))
    op, since = _FUNCTIONS[word]
    return run.node(op, since=since, **_OPTIONS.get(word, {}))


_NUMBERED = {
    "power": ("Pow", 2.5),
    "scale": ("Mul", 0.5),
    "shift": ("Add", 0.5),
    "maximum": ("Max", 0.1),
    "minimum": ("Min", 0.1),
}
"""Functions with a constant in them, some number that is no part of a cost."""
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
_OPTIONS: dict[str, dict[str, Any]] = {"gelu_tanh": {"approximate": "tanh"}, "cast": {"to": _FLOAT}}


def _quantized(run: Run, word: str) -> str:
    """To eight bits, or from them; the other half is a view that the file needs, since its tensors are floats."""
    step, zero = run.model.scalar(0.1, f"{run.at}.step"), run.model.byte(f"{run.at}.zero")
    if word == "quantize":
        return _number(run, run.node("QuantizeLinear", step, zero, part="bytes"))
    return run.node("DequantizeLinear", step, zero, of=[run.node("Cast", part="bytes", to=_INT8)])


def combine(run: Run) -> str:
    """A function of several tensors, one after the other."""
    word, names = run.field("function"), [seen(run, place) for place in range(len(run.inputs))]
    if word == "where":
        if len(names) == 2:
            names.append(run.model.scalar(0.0, f"{run.at}.constant"))
        return run.node("Where", of=[_truth(run, names[0], "truth"), *names[1:]])
    if word in _OF_TRUTHS:
        names = [_truth(run, name, f"truth {place}") for place, name in enumerate(names)]
    name, last = names[0], len(names) - 1
    more = {"fmod": 1} if word == "mod" else {}
    for place, other in enumerate(names[1:], 1):
        is_end = place == last and word not in (*_OF_TRUTHS, *_COMPARING)
        name = run.node(_COMBINED[word], of=[name, other], part="" if is_end else f"part {place}", **more)
        if word in _COMPARING and place < last:
            name = _number(run, name, f"number {place}")
    if not last:
        return run.node("Identity")
    return _number(run, name) if word in (*_OF_TRUTHS, *_COMPARING) else name


def _truth(run: Run, name: str, part: str) -> str:
    return run.node("Cast", of=[name], part=part, to=_BOOL)


def _number(run: Run, name: str, part: str = "") -> str:
    return run.node("Cast", of=[name], part=part, to=_FLOAT)


_OF_TRUTHS, _COMPARING = ("and", "or", "xor"), ("equal", "less", "greater")
_COMBINED = {
    "add": "Add",
    "subtract": "Sub",
    "divide": "Div",
    "power": "Pow",
    "maximum": "Max",
    "minimum": "Min",
    "equal": "Equal",
    "less": "Less",
    "greater": "Greater",
    "and": "And",
    "or": "Or",
    "xor": "Xor",
    "mod": "Mod",
}

WRITERS: dict[str, Writer] = {"map": function, "combine": combine}
"""How functions of values are written."""

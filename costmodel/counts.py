"""What a convention may count at one line of a ledger, by name; how the counted code spells an op decides some of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from costmodel.algebra import Num, ratio
from costmodel.cost import COUNTS as KINDS

if TYPE_CHECKING:
    from costmodel.ledger import Line

SPELLINGS = ("module", "function", "subclass", "mean", "avg_pool")
"""How code may write an op: as a module of its framework, by calling a function, as a module of a class of its own, a
global pooling as a mean over two axes, or as an average pooling whose window is the whole map."""
USUAL = SPELLINGS[0]
"""How an op is spelled unless a spec says otherwise."""

_MODULE, _CALLED = (USUAL,), ("module", "function")


class Count(NamedTuple):
    """Something that can be counted: what a bridge calls it, how much of it a line has, and at which lines.

    `sites` names ops or families of ops, each with the spellings at which it counts; None: every line.
    """

    said: str
    measure: "Callable[[Line], Num]"
    sites: Mapping[str, tuple[str, ...]] | None = None

    def at(self, line: "Line", spelling: str) -> Num:
        """How much of it there is at a line whose op is spelled so; 0 where it does not count."""
        if self.sites is None:
            return self.measure(line)
        found = self.sites.get(line.op) or self.sites.get(line.rule.family) or ()
        return self.measure(line) if spelling in found else 0


def _kind(name: str) -> "Callable[[Line], Num]":
    return lambda line: getattr(line.cost, name)


def _outputs(line: "Line") -> Num:
    return line.output.size


def _inputs(line: "Line") -> Num:
    return line.inputs[0].size


def _params(line: "Line") -> Num:
    return line.output.n * line.cost.params


def _everywhere(*ops: str) -> Mapping[str, tuple[str, ...]]:
    return dict.fromkeys(ops, SPELLINGS)


_SAID = {"fma": "conv + FC", "add": "additions", "mul": "multiplications", "cmp": "comparisons", "exp": "transcendentals"}
_GLOBAL = ("global_avg_pool", "adaptive_avg_pool")

COUNTS = {
    **{kind: Count(_SAID.get(kind, kind), _kind(kind)) for kind in KINDS if kind not in ("read", "write", "given")},
    "means": Count("running means", lambda line: ratio(line.cost.buffers, 2), _everywhere("batch_norm")),
    "conv": Count("convolutions", _kind("fma"), _everywhere("conv")),
    "fc": Count("FC layers", _kind("fma"), _everywhere("linear")),
    "products": Count("products of matrices", _kind("fma"), _everywhere("matmul", "attention")),
    "conv_biases": Count("convolutions' biases", _kind("add"), _everywhere("conv")),
    "fc_biases": Count("FC layers' biases", _kind("add"), _everywhere("linear")),
    "other_params": Count("parameters of FC, norms", _params, {"linear": SPELLINGS, "norm": _MODULE}),
    "batch_norm": Count("batch norm", _outputs, _everywhere("batch_norm")),
    "batch_norm_modules": Count("batch norm modules", _outputs, {"batch_norm": _MODULE}),
    "layer_norm": Count("layer norm", _outputs, _everywhere("layer_norm")),
    "layer_norm_modules": Count("layer norm modules", _outputs, {"layer_norm": _MODULE}),
    "relu_inputs": Count("ReLU", _outputs, _everywhere("relu")),
    "activation_modules": Count("ReLU, ReLU6, GELU modules", _outputs, dict.fromkeys(("relu", "relu6", "gelu"), _MODULE)),
    "activation_calls": Count("ReLU, SiLU, GELU calls", _outputs, dict.fromkeys(("relu", "silu", "gelu"), _CALLED)),
    "pool_modules": Count(
        "inputs of pool modules",
        _inputs,
        {"max_pool": _MODULE, "avg_pool": _MODULE, "global_avg_pool": (USUAL, "avg_pool"), "adaptive_avg_pool": _MODULE},
    ),
    "pool_calls": Count(
        "inputs of pool calls",
        _inputs,
        {
            "max_pool": _CALLED,
            "avg_pool": _CALLED,
            "global_avg_pool": (*_CALLED, "avg_pool"),
            "adaptive_avg_pool": _CALLED,
        },
    ),
    "global_pool": Count("global pooling", _inputs, dict.fromkeys(_GLOBAL, _CALLED)),
    "global_pool_modules": Count(
        "global pool modules, in and out",
        lambda line: _inputs(line) + _outputs(line),
        dict.fromkeys(_GLOBAL, _MODULE),
    ),
    "avg_pool_modules": Count(
        "outputs of average pool modules", _outputs, {"avg_pool": _MODULE, "global_avg_pool": ("avg_pool",)}
    ),
    "averaged": Count(
        "values averaged", lambda line: line.cost.add + line.cost.mul, _everywhere("avg_pool", "global_avg_pool")
    ),
}
"""Everything that can be counted, by name; first the kinds of a `Cost`, as they are."""

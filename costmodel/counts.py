"""What a convention may count at one line of a ledger, by name; how the counted code spells an op decides some of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from costmodel.algebra import Num, choose, equal, ratio
from costmodel.cost import COUNTS as KINDS

if TYPE_CHECKING:
    from costmodel.line import Line

SPELLINGS = ("module", "function", "subclass", "mean", "avg_pool")
"""How code may write an op: as a module of its framework, by calling a function, as a module of a class of its own, a
global pooling as a mean over its sides, or as an average pooling whose window is the whole map.

A join or a matrix product has no module, and is its operator (`a + b`, `a @ b`) unless it is a function. A batch norm of
a class of its own is taken for one that holds its activation as a module (as timm's), another norm for one that holds none.
"""
USUAL = SPELLINGS[0]
"""How an op is spelled unless a spec says otherwise."""

Measure: TypeAlias = "Callable[[Line], Num]"
Sites: TypeAlias = Mapping[str, tuple[str, ...]]

_MODULE, _FUNCTION, _CALLED = ("module",), ("function",), ("module", "function")
_CLASSES, _OWN = ("module", "subclass"), ("function", "subclass")


class Count(NamedTuple):
    """Something that can be counted: what a bridge calls it, how much of it a line has, and at which lines.

    In what it is called, `{}` stands for the ops that there are.

    `sites` names ops, or families of ops as `conv family`, each with the spellings at which it counts; None: every line.
    """

    said: str
    measure: Measure
    sites: Sites | None = None

    def at(self, line: "Line", spelling: str) -> Num:
        """How much of it there is at a line whose op is spelled so; 0 where it does not count."""
        if self.sites is None:
            return self.measure(line)
        found = self.sites.get(line.op) or self.sites.get(f"{line.rule.family} family") or ()
        return self.measure(line) if spelling in found else 0


def _kind(name: str) -> Measure:
    return lambda line: getattr(line.cost, name)


def _outputs(line: "Line") -> Num:
    return line.output.size


def _inputs(line: "Line") -> Num:
    return line.inputs[0].size


def _mult_adds(line: "Line") -> Num:
    return line.cost.fma


def _params(line: "Line") -> Num:
    return line.output.n * line.cost.params


def _on_maps(measure: Measure) -> Measure:
    return lambda line: measure(line) if line.inputs[0].kind == "map" else 0


def _scaled(line: "Line") -> Num:
    return _inputs(line) if line.cost.affine else 0


def _unscaled(line: "Line") -> Num:
    return 0 if line.cost.affine else _inputs(line)


def _scores(line: "Line") -> Num:
    """The mult-adds of attention's two products: one a score and value of a head, twice."""
    dim = line.fields.get("dim")
    width = line.inputs[0].c if dim is None else dim
    return 2 * line.cost.exp * ratio(width, line.fields["heads"])


def _projections(line: "Line") -> Num:
    return _mult_adds(line) - _scores(line)


def _projected(line: "Line") -> Num:
    """The additions of attention's biases: its softmax takes away what it adds but for one a row, and one comparison less.

    A bias by position is one for each score, as an exponential is.
    """
    scores = 2 if line.fields.get("position_bias") is not None else 1
    return line.cost.add - scores * line.cost.exp - line.cost.cmp


def _all_projected(line: "Line") -> Num:
    """The same, with biases on what leaves it even where it has none."""
    return _projected(line) if line.cost.biases else _outputs(line)


def _batched(line: "Line") -> Num:
    """The additions of biases on queries, keys and values where there are several samples."""
    return choose(equal(line.inputs[0].n, 1), 0, _projected(line) - _outputs(line)) if line.cost.biases else 0


def _queries(line: "Line") -> Num:
    dim = line.fields.get("dim")
    return _inputs(line) if dim is None else ratio(_inputs(line), line.inputs[0].c) * dim


def _by_outputs(line: "Line") -> Num:
    """How much more a transposed convolution would cost if each of its weights met each place of its output."""
    return ratio(line.cost.weights * line.output.size, line.output.c) - _mult_adds(line)


def _by_group(line: "Line") -> Num:
    """What is lost where the filters of a group are divided by the groups once more, and cut to a whole number."""
    groups = line.fields.get("groups", 1)
    filters = ratio(line.output.c, groups)
    return _mult_adds(line) - ratio(_mult_adds(line), filters) * (filters // groups)


def _windows(line: "Line") -> Num:
    """A window's area and one for each output, as floating-point numbers, cut to a whole one: as thop has it.

    Of symbols and many points a window is taken to be whole.
    """
    x, y = line.inputs[0], line.output
    area = 1.0
    for side in x.sides:
        if not (isinstance(x.dims[side], int) and isinstance(y.dims.get(side, 1), int)):
            return x.size + y.size
        area *= x.dims[side] / y.dims.get(side, 1)
    return int((area + 1) * y.size) if isinstance(y.size, int) else x.size + y.size


def _interpolated(**factors: int) -> Measure:
    return lambda line: factors.get(line.fields.get("mode", "nearest"), 0) * line.output.size


def _gates(**factors: int) -> Measure:
    return lambda line: factors[line.op] * line.output.size


def _each_step(line: "Line") -> Num:
    """The additions of a recurrent layer's biases, in each step of each sample."""
    return line.cost.biases * line.output.n * line.output.t


def _first_output(line: "Line") -> Num:
    return ratio(line.output.size, line.output.n)


def _softmax(line: "Line") -> Num:
    return line.cost.exp + line.cost.add


def _at(spellings: tuple[str, ...], *ops: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(ops, spellings)


_SAID = {"fma": "conv + FC", "add": "additions", "mul": "multiplications", "cmp": "comparisons", "exp": "transcendentals"}
_ADAPTIVE = ("global_avg_pool", "adaptive_avg_pool")
_POOLS = ("max_pool", "avg_pool", "global_max_pool", "adaptive_max_pool", "adaptive_avg_pool")
_NORMS = ("layer_norm", "group_norm", "instance_norm")
_RELUS = ("relu", "gelu", "elu", "prelu")
_SIZED = ("upsample", "resize")
_TRANSPOSED = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")

COUNTS = {
    **{kind: Count(_SAID.get(kind, kind), _kind(kind)) for kind in KINDS if kind not in ("read", "write", "given")},
    "means": Count("running means", lambda line: ratio(line.cost.buffers, 2), _at(SPELLINGS, "batch_norm")),
    # mult-adds
    "conv": Count("convolutions", _mult_adds, _at(SPELLINGS, "conv family")),
    "not_conv": Count(
        "mult-adds of {}",
        _mult_adds,
        _at(SPELLINGS, "linear", "matmul", "attention", "scaled_dot_product", "own family") | _at(_FUNCTION, "conv family"),
    ),
    "not_modules": Count(
        "mult-adds outside conv and FC modules",
        _mult_adds,
        _at(_OWN, "conv family", "linear") | _at(SPELLINGS, "matmul", "attention", "scaled_dot_product", "own family"),
    ),
    "own_classes": Count("mult-adds of layers that are no plain module", _mult_adds, _at(_OWN, "conv family", "linear")),
    "projections": Count("projections of attention, as functions", _projections, _at(_FUNCTION, "attention")),
    "fused": Count("products inside fused attention", _scores, _at(_MODULE, "attention")),
    "scores": Count("products inside calls of fused attention", _mult_adds, _at(SPELLINGS, "scaled_dot_product")),
    "recurrent": Count("mult-adds of {}", _mult_adds, _at(SPELLINGS, "recurrent family")),
    "lstm": Count("mult-adds of LSTM layers", _mult_adds, _at(SPELLINGS, "lstm")),
    "operators": Count("products written as @", _mult_adds, _at(_MODULE, "matmul")),
    "transposed": Count("{} by their outputs", _by_outputs, _at(_CLASSES, *_TRANSPOSED)),
    "transposed_modules": Count("{} by their outputs", _by_outputs, _at(_MODULE, *_TRANSPOSED)),
    "transposed_groups": Count("groups of transposed convolutions", _by_group, _at(SPELLINGS, *_TRANSPOSED)),
    # biases, parameters
    "conv_biases": Count("convolutions' biases", _kind("add"), _at(SPELLINGS, "conv family")),
    "conv_layer_biases": Count("convolutions' biases", _kind("add"), _at(_CLASSES, "conv family")),
    "conv_module_biases": Count("convolutions' biases", _kind("add"), _at(_MODULE, "conv family")),
    "fc_biases": Count("FC layers' biases", _kind("add"), _at(SPELLINGS, "linear")),
    "fc_module_biases": Count("FC layers' biases", _kind("add"), _at(_MODULE, "linear")),
    "attention_biases": Count("attention's biases", _projected, _at(SPELLINGS, "attention")),
    "attention_module_biases": Count("attention's biases", _all_projected, _at(_MODULE, "attention")),
    "batched_biases": Count("attention's biases before its products", _batched, _at(_MODULE, "attention")),
    "recurrent_biases": Count("biases of {}", _each_step, _at(SPELLINGS, "recurrent family")),
    "unrolled_biases": Count("biases of {}", _each_step, _at(SPELLINGS, "gru", "rnn")),
    "other_params": Count(
        "parameters of {}",
        _params,
        _at(_CLASSES, "linear", "norm family", "embedding") | _at(_MODULE, "batch_norm", "prelu"),
    ),
    # norms
    "batch_norm": Count("batch norm", _outputs, _at(SPELLINGS, "batch_norm")),
    "norms": Count("{}", _scaled, _at(SPELLINGS, *_NORMS)),
    "unscaled_norms": Count("{} without scale", _unscaled, _at(SPELLINGS, *_NORMS)),
    "batch_norm_modules": Count("batch norm modules", _outputs, _at(_MODULE, "batch_norm")),
    "layer_norm_modules": Count("layer norm modules", _outputs, _at(_MODULE, "layer_norm")),
    "scaled_modules": Count("{} modules", _scaled, _at(_MODULE, "layer_norm", "instance_norm")),
    "unscaled_modules": Count("{} modules without scale", _unscaled, _at(_MODULE, "layer_norm", "instance_norm")),
    "group_norm_modules": Count("{} modules", _scaled, _at(_MODULE, "group_norm", "instance_norm")),
    "unscaled_group_modules": Count("{} modules without scale", _unscaled, _at(_MODULE, "group_norm", "instance_norm")),
    # activations
    "relu_inputs": Count("ReLU", _outputs, _at(SPELLINGS, "relu")),
    "activation_modules": Count("{} modules", _outputs, _at(_MODULE, *_RELUS)),
    "activation_calls": Count("calls of {}", _outputs, _at(_FUNCTION, "relu6", *_RELUS)),
    "relu6_modules": Count("ReLU6 modules", _outputs, _at(_MODULE, "relu6")),
    "other_calls": Count("calls of {}", _outputs, _at(_CALLED, "silu", "softmax")),
    "prelu_modules": Count("PReLU modules", _outputs, _at(_MODULE, "prelu")),
    "softmax_modules": Count("softmax modules", _softmax, _at(_MODULE, "softmax")),
    "attention_softmax": Count("softmax of attention", _kind("exp"), _at(_CALLED, "attention")),
    "queries": Count("queries scaled", _queries, _at(_MODULE, "attention")),
    "joins": Count("calls that add or multiply", _outputs, _at(_FUNCTION, "add", "multiply")),
    "cell_steps": Count("gates of {} modules", _gates(lstm=8, gru=7, rnn=1), _at(_MODULE, "recurrent family")),
    "unit_steps": Count("gates of {} modules", _gates(lstm=10, gru=7, rnn=1), _at(_MODULE, "recurrent family")),
    # pools, sizes
    "adaptive_pool": Count("inputs of {}", _on_maps(_inputs), _at(_CALLED, *_ADAPTIVE)),
    "adaptive_windows": Count("{} modules, in and out", _windows, _at(_MODULE, *_ADAPTIVE)),
    "pool_modules": Count("{} modules", _inputs, _at(_MODULE, *_POOLS) | _at(("module", "avg_pool"), "global_avg_pool")),
    "pool_calls": Count("calls of {}", _inputs, _at(_FUNCTION, "global_avg_pool", *_POOLS)),
    "avg_pool_modules": Count(
        "outputs of {} modules", _outputs, _at(_MODULE, "avg_pool") | _at(("avg_pool",), "global_avg_pool")
    ),
    "averaged": Count(
        "inputs of {}", lambda line: line.cost.add + line.cost.mul, _at(SPELLINGS, "avg_pool", "global_avg_pool")
    ),
    "upsampled": Count("{}", _on_maps(_interpolated(nearest=1, bilinear=4)), _at(SPELLINGS, *_SIZED)),
    "upsample_modules": Count("{} modules", _first_output, _at(_MODULE, *_SIZED)),
    "upsample_calls": Count("calls of {}", _outputs, _at(_CALLED, *_SIZED)),
    "upsample_steps": Count("{} modules", _interpolated(nearest=1, linear=5, bilinear=11, bicubic=259), _at(_MODULE, *_SIZED)),
}
"""Everything that can be counted, by name; first the kinds of a `Cost`, as they are."""

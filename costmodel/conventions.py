"""How counts become the figures that papers and programs print: one row a convention."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from costmodel.algebra import Num
from costmodel.counts import COUNTS, USUAL

if TYPE_CHECKING:
    from costmodel.line import Line


class Convention(NamedTuple):
    """What is counted, and how often, to make one operation figure and one parameter figure; `unit` names the former.

    `operations` are coefficients of counts by name; `parameters` are names of counts. `slips` are those counts that the
    program plainly has by mistake, each with a sentence.
    """

    name: str
    operations: Mapping[str, int]
    parameters: tuple[str, ...]
    meaning: str
    unit: str = "mult-adds"
    program: bool = False
    slips: Mapping[str, str] = {}

    def figure(self, line: "Line", spelling: str) -> Num:
        """The operations of a line under this convention, in its unit, where public code spells the op so."""
        return sum(factor * COUNTS[count].at(line, spelling) for count, factor in self.operations.items())

    @property
    def counts_mult_adds(self) -> bool:
        """Whether its figure is one per multiply-add, so that it is the mult-adds themselves."""
        return self.operations == {"fma": 1}

    def params(self, line: "Line") -> Num:
        """The parameters of a line under this convention."""
        if self.parameters is _LEARNED:
            return line.owned.params
        mine = [kind for kind in self.parameters if _STORED.get(kind, kind) not in (line.tied or ())]
        return sum(COUNTS[kind].at(line, USUAL) for kind in mine)


_LEARNED = ("weights", "biases", "affine")
_STORED = {"means": "buffers"}
"""Among which parameters or buffers a count of some of them is."""
_EVERY = {"fma": 2, "add": 1, "mul": 1, "cmp": 1, "exp": 1}
_TWICE = "it counts these modules and, once more, the calls that they make"
_FUSED = "it does not see into fused attention"
_RECURRENT = "it does not see into recurrent layers that are one kernel"
_OPERATORS = "it sees no product that is written as an operator"
_BY_OUTPUTS = "it takes a transposed convolution for one at each place of its output"
_ONE = "one per multiply-add"


def _program(name: str, operations: Mapping[str, int], meaning: str, **slips: str) -> Convention:
    unit = "mult-adds" if operations == {"fma": 1} else "operations"
    return Convention(name, operations, _LEARNED, f"{name} counts {meaning}", unit, True, slips)


CONVENTIONS = {
    row.name: row
    for row in (
        Convention("paper", {"fma": 1}, _LEARNED, f"conv + FC, {_ONE}"),
        Convention("weights-only", {"fma": 1}, ("weights",), f"conv + FC, {_ONE}; biases and norms left out"),
        Convention("conv-only", {"conv": 1}, _LEARNED, f"convolutions alone, {_ONE}", "operations"),
        Convention("two-per-mult-add", {"fma": 2}, _LEARNED, "conv + FC, two per multiply-add", "operations"),
        Convention("arithmetic", _EVERY, _LEARNED, "every op, two per multiply-add, one for all else", "operations"),
        Convention("keras", {"fma": 1}, (*_LEARNED, "buffers"), f"conv + FC, {_ONE}; running statistics are parameters"),
        Convention("tf-slim", {"fma": 1}, (*_LEARNED, "means"), f"conv + FC, {_ONE}; three parameters a channel of batch norm"),
        _program("torch", {"fma": 2, "fused": -2, "scores": -2, "lstm": -2}, "conv + FC, two per multiply-add"),
        _program(
            "fvcore",
            {
                "fma": 1,
                "fused": -1,
                "scores": -1,
                "recurrent": -1,
                "batch_norm": 2,
                "norms": 5,
                "unscaled_norms": 4,
                "adaptive_pool": 1,
                "upsampled": 1,
            },
            "conv + FC, norms, adaptive pools, upsampling",
            fused=_FUSED,
            scores=_FUSED,
            recurrent=_RECURRENT,
        ),
        _program(
            "ptflops",
            {
                "fma": 1,
                "own_classes": -1,
                "operators": -1,
                "projections": -1,
                "scores": -1,
                "conv_module_biases": 1,
                "fc_module_biases": 1,
                "attention_module_biases": 1,
                "recurrent_biases": 1,
                "batch_norm_modules": 2,
                "layer_norm_modules": 1,
                "group_norm_modules": 2,
                "unscaled_group_modules": 1,
                "activation_modules": 2,
                "activation_calls": 1,
                "relu6_modules": 1,
                "other_calls": 1,
                "attention_softmax": 1,
                "queries": 1,
                "unit_steps": 1,
                "joins": 1,
                "pool_modules": 2,
                "pool_calls": 1,
                "upsample_modules": 1,
                "upsample_calls": 1,
            },
            "conv + FC, biases, norms, activations, pools",
            activation_modules=_TWICE,
            pool_modules=_TWICE,
            upsample_modules="it counts these modules for the first image, and once more the calls that they make",
            own_classes="it knows plain modules alone",
            operators=_OPERATORS,
            projections="it sees no call of a linear function",
            scores=_FUSED,
        ),
        _program(
            "ptflops-aten",
            {
                "fma": 1,
                "fused": -1,
                "scores": -1,
                "lstm": -1,
                "conv_biases": 1,
                "fc_biases": 1,
                "attention_biases": 1,
                "batched_biases": -1,
                "unrolled_biases": 1,
            },
            "conv + FC, biases",
            fused=_FUSED,
            scores=_FUSED,
            lstm=_RECURRENT,
            batched_biases="of a batch it sees them for one image alone",
        ),
        _program(
            "thop",
            {
                "fma": 1,
                "not_modules": -1,
                "transposed_modules": 1,
                "batch_norm_modules": 4,
                "scaled_modules": 4,
                "unscaled_modules": 2,
                "prelu_modules": 1,
                "softmax_modules": 1,
                "adaptive_windows": 1,
                "avg_pool_modules": 1,
                "upsample_steps": 1,
                "recurrent_biases": 1,
                "cell_steps": 1,
            },
            "conv and FC modules, norms, averages",
            not_modules="it knows plain modules alone",
            transposed_modules=_BY_OUTPUTS,
        ),
        _program(
            "torchinfo",
            {"fma": 1, "not_conv": -1, "transposed": 1, "conv_layer_biases": 1, "recurrent_biases": 1, "other_params": 1},
            "convolutions with biases, parameters of all else",
            not_conv="it does not count what FC layers and products of matrices do",
            transposed=_BY_OUTPUTS,
            other_params="it takes the parameters of these layers for operations, however often they are used",
        ),
        _program(
            "calflops",
            {"fma": 1, "fused": -1, "scores": -1, "recurrent": -1, "operators": -1, "transposed_groups": -1},
            f"conv + FC, {_ONE}",
            fused=_FUSED,
            scores=_FUSED,
            recurrent=_RECURRENT,
            operators=_OPERATORS,
            transposed_groups="it divides a transposed convolution's filters by its groups twice",
        ),
        _program(
            "condensenet",
            {"fma": 1, "fc_biases": 1, "relu_inputs": 1, "averaged": 1},
            "conv + FC, FC biases, ReLU, averages",
        ),
    )
}
"""Every convention by name.

`paper`: ShuffleNetV2 (arXiv:1807.11164) and most of the field. `two-per-mult-add`: a multiplication and an addition each,
as SqueezeNet's repository counts convolutions and FC layers. `arithmetic`: in addition every addition, multiplication,
comparison and transcendental evaluation of biases, norms, activations, poolings and joins. `tf-slim`: the parameters of
tensorflow/models' MobileNet V1 page. `condensenet`: its authors' `measure_model`. Those of programs are what each prints
for one image, or for the batch that it is given, in evaluation mode, gradients on: PyTorch's FlopCounterMode 2.13, fvcore
0.1.5, ptflops 0.7.5, thop 0.1.1, torchinfo 1.8.0, calflops 0.3.2 (`ptflops` is its pytorch backend).
`bench/counters.py` runs them. An op of a spec's own is a convolution to them, and no module.

Not modelled: that ptflops-aten sees no bias of an FC layer right behind a bare transposition, that torchinfo multiplies an
FC layer's parameters by the windows where code puts these into the batch, what attention that returns its weights, or
that runs without gradients, changes, and what programs count of activations that are a `map` here, and of `local_norm`.
"""


def programs() -> list[Convention]:
    """The conventions of programs that count."""
    return [convention for convention in CONVENTIONS.values() if convention.program]

"""How counts become the figures that papers and programs print: one row a convention."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from costmodel.algebra import Num
from costmodel.counts import COUNTS, USUAL

if TYPE_CHECKING:
    from costmodel.ledger import Line


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
            return line.cost.params
        return sum(COUNTS[kind].at(line, USUAL) for kind in self.parameters)


_LEARNED = ("weights", "biases", "affine")
_EVERY = {"fma": 2, "add": 1, "mul": 1, "cmp": 1, "exp": 1}
_PTFLOPS = "it counts calls made inside modules as well as the modules"

CONVENTIONS = {
    row.name: row
    for row in (
        Convention("paper", {"fma": 1}, _LEARNED, "conv + FC, one per multiply-add"),
        Convention("weights-only", {"fma": 1}, ("weights",), "conv + FC, one per multiply-add; biases and norms left out"),
        Convention("conv-only", {"conv": 1}, _LEARNED, "convolutions alone, one per multiply-add", "operations"),
        Convention("two-per-mult-add", {"fma": 2}, _LEARNED, "conv + FC, two per multiply-add", "operations"),
        Convention("arithmetic", _EVERY, _LEARNED, "every op, two per multiply-add, one for all else", "operations"),
        Convention(
            "keras", {"fma": 1}, (*_LEARNED, "buffers"), "conv + FC, one per multiply-add; running statistics are parameters"
        ),
        Convention(
            "tf-slim",
            {"fma": 1},
            (*_LEARNED, "means"),
            "conv + FC, one per multiply-add; three parameters a channel of batch norm",
        ),
        Convention(
            "condensenet",
            {"fma": 1, "fc_biases": 1, "relu_inputs": 1, "averaged": 1},
            _LEARNED,
            "conv + FC with its bias, ReLU, values averaged by pools",
            "operations",
        ),
        Convention(
            "torch", {"fma": 2}, _LEARNED, "PyTorch's FlopCounterMode: conv + FC, two per multiply-add", "operations", True
        ),
        Convention(
            "fvcore",
            {"fma": 1, "batch_norm": 2, "layer_norm": 5, "global_pool": 1},
            _LEARNED,
            "fvcore: conv + FC, norms, global pooling",
            "operations",
            True,
        ),
        Convention(
            "ptflops",
            {
                "fma": 1,
                "conv_biases": 1,
                "fc_biases": 1,
                "batch_norm_modules": 2,
                "layer_norm_modules": 1,
                "activation_modules": 1,
                "pool_modules": 1,
                "activation_calls": 1,
                "pool_calls": 1,
            },
            _LEARNED,
            "ptflops, its pytorch backend: conv + FC with biases, norms, activations and pools",
            "operations",
            True,
            {"activation_calls": _PTFLOPS, "pool_calls": _PTFLOPS},
        ),
        Convention(
            "ptflops-aten",
            {"fma": 1, "conv_biases": 1, "fc_biases": 1},
            _LEARNED,
            "ptflops, its aten backend: conv + FC with biases",
            "operations",
            True,
        ),
        Convention(
            "thop",
            {
                "fma": 1,
                "products": -1,
                "batch_norm_modules": 4,
                "layer_norm_modules": 4,
                "global_pool_modules": 1,
                "avg_pool_modules": 1,
            },
            _LEARNED,
            "thop: conv + FC modules, norms, average pools",
            "operations",
            True,
        ),
        Convention(
            "torchinfo",
            {"fma": 1, "fc": -1, "products": -1, "conv_biases": 1, "other_params": 1},
            _LEARNED,
            "torchinfo: convolutions with biases, and the parameters of all else",
            "operations",
            True,
            {"other_params": "it takes the parameters of these layers for operations, however often they are used"},
        ),
        Convention("calflops", {"fma": 1}, _LEARNED, "calflops' mult-adds: conv + FC", "mult-adds", True),
    )
}
"""Every convention by name.

`paper`: ShuffleNetV2 (arXiv:1807.11164) and most of the field. `two-per-mult-add`: a multiplication and an addition each,
as SqueezeNet's repository counts convolutions and FC layers. `arithmetic`: in addition every addition, multiplication,
comparison and transcendental evaluation of biases, norms, activations, poolings and joins. `tf-slim`: the parameters of
tensorflow/models' MobileNet V1 page. `condensenet`: its authors' `measure_model`. Those of programs are what each prints.
"""

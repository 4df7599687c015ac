"""Traffic models: which of a network's reads and writes a memory-access figure counts, in elements."""

from typing import NamedTuple

from costmodel.algebra import Num
from costmodel.cost import Cost
from costmodel.ops import Op


class Traffic(NamedTuple):
    """A traffic model: its name, whether only ops with mult-adds count, and its sentence in reports."""

    name: str
    kernels_only: bool
    meaning: str

    def moves(self, op: Op, cost: Cost) -> tuple[Num, Num]:
        """The elements that one op moves under this model, of feature maps and of parameters; 0 where it is left out.

        Feature maps as the op's rule says, weights and biases once. A norm's per-channel values are never counted:
        folded or not, they stay beside the arithmetic.
        """
        if self.kernels_only and not op.counted:
            return 0, 0
        return cost.read + cost.write, cost.weights + cost.biases

    def access(self, op: Op, cost: Cost) -> Num:
        """The elements that one op moves under this model."""
        maps, parameters = self.moves(op, cost)
        return maps + parameters


CONV = Traffic("conv", True, "conv + FC, each element once")
"""ShuffleNetV2's memory access cost (arXiv:1807.11164, section 2): the default."""
UNFUSED = Traffic("unfused", False, "every op reads its inputs and writes its outputs")
"""Nothing fused: every op on its own, batch norm unfolded."""

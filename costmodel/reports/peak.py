"""Peak activation memory in words and as data: where it is, what is alive there, which order of the ops lowers it."""

from collections.abc import Iterable
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any

from costmodel.dtypes import Dtypes
from costmodel.line import Place
from costmodel.memory import Alive, Memory, Step
from costmodel.reports.columns import Shown
from costmodel.reports.words import LOWER, share, size
from costmodel.tensor import times

if TYPE_CHECKING:
    from costmodel.schedule import Schedule

_UNITS = (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10), ("B", 1))
_RUNS = 8
"""Runs of branches that are named in a better order."""


def short(shown: Shown) -> str:
    """The peak in one sentence, and the parameters beside it."""
    memory, dtypes = Memory(shown.ledger), shown.dtypes
    least = LOWER if shown.ledger.unknown else ""
    at = f" at {memory.at}" if memory.at else ""
    parameters = size(dtypes.bytes(shown.ledger.totals.params, 0))
    return f"{least}{size(dtypes.bytes(0, memory.elements))} alive{at} ({memory.reuse.name}); parameters {least}{parameters}"


def figures(memory: Memory, dtypes: Dtypes) -> dict[str, Any]:
    """The peak as plain data, with the largest tensor and the most that one op reads and writes."""
    widest = memory.widest
    return {
        "convention": memory.reuse.name,
        **amount(memory.elements, dtypes),
        "at": memory.at,
        "largest": tensor(memory, memory.largest, dtypes),
        "input_output": {
            **amount(widest.own if widest else 0, dtypes),
            "at": memory.flow.path(widest.node) if widest else "",
        },
    }


def amount(elements: int, dtypes: Dtypes) -> dict[str, int]:
    """Elements of feature maps, and their bytes; half a byte, of an odd count of int4, takes a whole one."""
    return {"elements": elements, "bytes": ceil(dtypes.bytes(0, elements))}


def tensor(memory: Memory, of: int, dtypes: Dtypes) -> dict[str, Any]:
    """A tensor as plain data: who made it, its shape and size."""
    found = memory.flow.tensors[of]
    return {"of": memory.flow.path(of), "shape": found.shape, **amount(found.size, dtypes)}


class Scale:
    """The unit in which a report of memory prints bytes, one for all: the largest of which the peak has ten."""

    def __init__(self, memory: Memory, dtypes: Dtypes) -> None:
        self.dtypes, most = dtypes, dtypes.bytes(0, memory.elements)
        self.unit, self.bytes = next(((unit, size) for unit, size in _UNITS if most >= 10 * size), _UNITS[-1])

    def number(self, elements: int) -> str:
        """The bytes of some elements of feature maps, without the unit."""
        amount = self.dtypes.bytes(0, elements)
        return f"{ceil(amount):,}" if self.bytes == 1 else f"{float(amount / self.bytes):,.1f}"

    def __call__(self, elements: int) -> str:
        """The bytes of some elements of feature maps."""
        return f"{self.number(elements)} {self.unit}"


def at_peak(memory: Memory, scale: Scale) -> list[str]:
    """What is alive at the peak, a line a tensor: its shape, its size, why it is."""
    step = memory.peak
    found = [] if step is None else memory.alive(step)
    shapes = [str(memory.flow.tensors[one.of]) for one in found]
    sizes = [scale(memory.flow.sizes[one.of]) for one in found]
    whys = [why(memory, one) for one in found]
    if step is not None and (aside := memory.aside(step)):
        made = memory.flow.nodes[step.node].tensor
        shapes, sizes = [*shapes, times(made.dims[side] for side in made.sides)], [*sizes, scale(aside)]
        whys.append("one channel of what is being written, aside")
    wide, high = max(map(len, shapes), default=0), max(map(len, sizes), default=0)
    return [f"{shape:<{wide}}  {taken:>{high}}  {said}" for shape, taken, said in zip(shapes, sizes, whys, strict=True)]


def why(memory: Memory, one: Alive) -> str:
    """Why a tensor is alive."""
    made = maker(memory, one.of)
    if one.role == "waits" and one.next is not None:
        return f"{made}, waits for {memory.flow.path(one.next)}"
    said = {"input": "input", "overwritten": "input, and output in its place", "output": "output", "kept": "waits"}[one.role]
    return said if one.role == "output" else f"{said}, {made}" + (", leaves the network" if one.role == "kept" else "")


def maker(memory: Memory, of: int) -> str:
    """Who made a tensor, or that nobody did."""
    if of >= 0:
        return f"of {memory.flow.path(of)}"
    return "the network's input" if len(memory.ledger.inputs) == 1 else f"the network's {memory.flow.path(of)}"


def order(memory: Memory, plan: "Schedule", scale: Scale) -> str:
    """What another order of the ops would save, and which branch goes first in it."""
    if plan.peak == plan.before:
        return (
            "no order of the ops has a lower peak" if plan.is_best else "none with a lower peak was found; not all were tried"
        )
    least = "the least of any order" if plan.is_best else "the best found"
    runs = "; ".join(_runs(memory, plan, *stretch) for stretch in plan.stretches)
    saved = share(plan.before - plan.peak, plan.before)
    return f"{scale(plan.peak)} instead of {scale.number(plan.before)} (−{saved} %, {least}); {runs}"


def _runs(memory: Memory, plan: "Schedule", start: int, stop: int) -> str:
    """The branches of a stretch as they run one after the other, but for those at its ends that run as given."""
    chains = {at: memory.ledger.lines[memory.flow.nodes[at].line].place.chain() for at in range(start, stop)}
    first, shared = chains[start], 0
    while all(len(chain) > shared + 1 and chain[shared] is first[shared] for chain in chains.values()):
        shared += 1
    given, runs = (
        [list(run) for _, run in groupby(order, key=lambda at: chains[at][shared])]
        for order in (range(start, stop), plan.order[start:stop])
    )
    while given[0] == runs[0]:
        del given[0], runs[0]
    while given[-1] == runs[-1]:
        del given[-1], runs[-1]
    branches, said = [chains[run[0]][shared] for run in runs], list[str]()
    for number, run in enumerate(runs[:_RUNS]):
        part = "/".join(map(_called, chains[run[-1]][shared + 1 :]))
        goes_on = part and branches[number] in branches[number + 1 :]
        said.append(_called(branches[number]) + (f" as far as {part}" if goes_on else ""))
    above = f"in {first[shared - 1]}: " if shared else ""
    return above + ", then ".join(said) + (", …" if len(runs) > _RUNS else "")


def _called(place: Place) -> str:
    return f"{place.label}.{place.number}" if place.repeated else place.label


def alive(memory: Memory, dtypes: Dtypes) -> dict[str, Any]:
    """What is alive at the peak, as plain data: tensors, and the elements that an op holds aside."""
    step = memory.peak
    found = [] if step is None else memory.alive(step)
    tensors = [
        {
            **tensor(memory, one.of, dtypes),
            "role": one.role,
            "until": "" if one.next is None else memory.flow.path(one.next),
        }
        for one in found
    ]
    return {"alive": tensors, "aside": memory.aside(step) if step is not None else 0}


def scheduled(memory: Memory, plan: "Schedule", dtypes: Dtypes) -> dict[str, Any]:
    """A better order as plain data; no order where none is better."""
    paths = [memory.flow.path(number) for number in plan.order] if plan.peak < plan.before else []
    return {**amount(plan.peak, dtypes), "best": plan.is_best, "order": paths}


def worst(found: Iterable[Step]) -> Step:
    """The first of some steps at which most is alive."""
    return max(found, key=lambda step: step.alive)

"""Peak activation memory in symbols: what is alive while each op runs, as it would be with other numbers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num, Truth
from costmodel.dataflow import VIEW, written
from costmodel.ledger import Ledger
from costmodel.memory import Memory


class Peaks(NamedTuple):
    """What is alive at each step, and what must hold for the ops to share memory as they do at the reference values."""

    alive: list[Num]
    choices: list[Truth]


def peaks(memory: Memory, ledger: Ledger) -> Peaks:
    """The liveness of a network, worked out with numbers, in the symbols of the same network's ledger.

    >>> from costmodel.closed_form import closed
    >>> from costmodel.library import load
    >>> found = closed(load("grouped"), ["channels"])
    >>> (alive,) = peaks(Memory(found.usual), found.ledger).alive
    >>> algebra.substitute(alive, {found.symbols["channels"]: 256})
    1605632
    """
    flow, inputs = memory.flow, [*ledger.inputs.values()]
    parts = {of: written(ledger.lines[node.line], node.part) for of, node in enumerate(flow.nodes)}
    sizes = {of: parts[of][0].size if of >= 0 else inputs[-1 - of].size for of in flow.tensors}
    alive: Any = sum(sizes[of] for of in flow.tensors if of < 0 and (flow.readers[of] or of in flow.kept))
    found: list[Num] = []
    for step in memory.steps:
        gone = sum(sizes[of] for of in step.freed)
        if flow.nodes[step.node].reuse == VIEW:
            found.append(alive)
            alive = alive - gone
            continue
        size = sizes[step.node]
        found.append(alive + (parts[step.node][1] if step.overwrites else size))
        stays = size if flow.readers[step.node] or step.node in flow.kept else 0
        alive = alive + stays - gone
    return Peaks(found or [alive], [*_choices(memory, ledger, sizes)])


def _choices(memory: Memory, ledger: Ledger, sizes: dict[int, Num]) -> Iterator[Truth]:
    """Which tensor is no larger than the one whose memory it shares, or would."""
    flow = memory.flow
    for number, node in enumerate(flow.nodes):
        line = ledger.lines[node.line]
        if line.known and line.cost.read == 0 and line.cost.write == 0 and len(node.sources) == 1:
            x, y = line.inputs[0].size, line.output.size
            yield y <= x if node.reuse == VIEW else algebra.negate(y <= x)
        elif node.reuse in memory.reuse.reuses and len(flow.reads[number]) == 1 and flow.reads[number][0] not in flow.kept:
            fits = sizes[number] <= sizes[flow.reads[number][0]]
            yield fits if flow.sizes[number] <= flow.sizes[flow.reads[number][0]] else algebra.negate(fits)


def highest(alive: list[Num], reference: dict[Any, Num]) -> Num:
    """The largest of what is alive at each step; what is never more than another is left out."""
    ranked = sorted(dict.fromkeys(alive), key=lambda one: -algebra.substitute(one, reference))
    kept: list[Num] = []
    for one in ranked:
        if not any(algebra.decide(other >= one) is True for other in kept):
            kept.append(one)
    return algebra.maximum(*kept)

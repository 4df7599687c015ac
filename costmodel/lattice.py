"""Every network that choices give, as a graph: a node for what enters some layers, an edge for these layers at one choice.

Layers see no more of what came before than the tensor that enters them and the names in their scope. So two beginnings of a
network that leave the same tensor have the same ends before them, and networks without number are a graph of few nodes: a path
through it is a network, and the costs of its edges add up to what it costs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from costmodel.choosing import Choice, Choosing, Picked
from costmodel.evaluate import evaluate
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.problems import Problems


class Edge(NamedTuple):
    """Layers at one choice: the node behind them, the places of the chosen values among those to choose, what they cost."""

    to: int
    picks: tuple[int, ...]
    cost: tuple[int, ...]


class Lattice(NamedTuple):
    """The edges of each node; a node stands before those that its edges lead to, the first is the start, the last the end."""

    edges: list[list[Edge]]
    reason: str
    """Why a choice cannot be built, of the first that cannot."""


class Script:
    """Answers by their places: those that are known, then the first of each; `next` steps to the next combination."""

    def __init__(self, picks: list[int] | None = None) -> None:
        self.picks = picks or []
        self.sizes: list[int] = []

    def ask(self, choice: Choice) -> Any:
        place = len(self.sizes)
        if place == len(self.picks):
            self.picks.append(0)
        self.sizes.append(len(choice.values))
        return choice.values[self.picks[place]]

    def next(self) -> bool:
        """Change the last answer that has another one behind it; false after the last combination."""
        picks = self.picks[: len(self.sizes)]
        while picks and picks[-1] == self.sizes[len(picks) - 1] - 1:
            picks.pop()
        if picks:
            picks[-1] += 1
        self.picks, self.sizes = picks, []
        return bool(picks)


def replayed(
    spec: Spec, settings: Mapping[str, Any], batch: Any, choices: Sequence[Choice], picks: Iterable[int]
) -> tuple[Ledger, list[Picked]]:
    """The network of a path, evaluated as any other, with what is chosen where. Raises `SpecError`."""
    script = Script([*picks])
    walk = Choosing({}, Problems(), choices=choices, ask=script.ask)
    ledger = evaluate(spec.graph, settings, batch, walk=walk)
    return ledger, walk.picked

"""From a graph and numbers to a ledger."""

from collections.abc import Mapping
from typing import Any

from costmodel import algebra
from costmodel.judge import Scope, Stop
from costmodel.ledger import Ledger
from costmodel.line import Place
from costmodel.own import COUNT
from costmodel.problems import Problems
from costmodel.spec.values import Sizes
from costmodel.steps import Graph
from costmodel.tensor import DIMENSIONS, Tensor
from costmodel.walk import Known, Slot, Walk


def evaluate(
    graph: Graph,
    settings: Mapping[str, Any],
    batch: Any = 1,
    reference: Mapping[Any, Any] | None = None,
    problems: Problems | None = None,
    walk: Walk | None = None,
) -> Ledger:
    """The ledger of a graph for its parameters' values (`settings`, complete) and a batch size.

    `reference` gives values for free symbols, for choices that symbols cannot decide; another `walk` may decide in its own
    way. Raises `SpecError` with every mistake that the numbers bring out.
    """
    walk = walk or Walk(reference or {}, problems or Problems())
    problems = walk.problems
    batch, fits = COUNT.check(batch)
    walk.rest_on(fits, "the batch must be a whole number, at least 1", None)
    ledger = Ledger(graph.network.name, graph.network.source, dict(settings), batch, walk.lines, [], walk.conditions)
    ledger.implementation = graph.network.implementation
    try:
        scope, known = entered(graph, settings, batch, walk)
        ledger.inputs.update((name, slot.tensor) for name, slot in known.items())
        first = next(iter(known.values()))
        last = walk.steps(graph.steps, first, scope, known, Place(None, ""))
        ledger.outputs += [walk.named[name].line for name in graph.network.outputs] or [last.line]
    except Stop:
        pass
    except RecursionError:
        # the walk itself is never that deep: sympy is, in formulas within formulas
        if not any(map(algebra.is_symbol, (*settings.values(), batch))):
            raise
        problems.add(None, "the formulas of this network nest too deep to be worked out for symbols", "give it numbers")
    for truth, text, mark, _ in walk.conditions:
        if (point := algebra.failing_point(truth)) is not None:
            problems.add(
                mark, f"{text}; this fails at point {point}", "leave that point out, or evaluate the points one by one"
            )
    problems.check()
    return ledger


def entered(graph: Graph, settings: Mapping[str, Any], batch: Any, walk: Walk) -> tuple[Scope, Known]:
    """The names in scope where a network starts, and its inputs by name."""
    scope = Scope(settings)
    for name, value in graph.network.let.items():
        scope[str(name)] = walk.value(value, scope)
    inputs = graph.network.inputs.items()
    return scope, {name: _enter(walk, name, sizes, scope, batch, -1 - i) for i, (name, sizes) in enumerate(inputs)}


def _enter(walk: Walk, name: str, shape: Sizes, scope: Scope, batch: Any, line: int) -> Slot:
    """The tensor of one input."""
    of = "the input" if name == "input" else name
    checked = {side: walk.fit(f"the {DIMENSIONS[side]} of {of}", COUNT, size, scope) for side, size in shape.sizes.items()}
    tensor = Tensor(n=batch, **{side: size for side, (size, _) in checked.items()})
    walk.small(tensor, shape.mark)
    return Slot(tensor, line, not all(legal for _, legal in checked.values()))

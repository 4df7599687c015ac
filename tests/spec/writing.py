"""Short ways to write a spec in a test, and to see what it comes to."""

from typing import Any

import costmodel
from costmodel.ledger import Ledger


def spec(layers: str, head: str = "", size: str = "[3, 32, 32]") -> str:
    """A spec with these layers: each line an item of the list, unless it is indented or the text starts with `-`."""
    items = (
        layers
        if layers.lstrip().startswith("-")
        else "\n".join(line if line.startswith(" ") else f"  - {line}" for line in layers.strip("\n").split("\n"))
    )
    return f"name: T\n{head}input: {size}\nlayers:\n{items}\n"


def load(layers: str, head: str = "", size: str = "[3, 32, 32]") -> costmodel.Spec:
    """That spec, loaded."""
    return costmodel.loads(spec(layers, head, size), "net.yaml")


def run(layers: str, head: str = "", size: str = "[3, 32, 32]", **settings: Any) -> Ledger:
    """Its ledger."""
    return load(layers, head, size).analyze(**settings)


def shapes(ledger: Ledger) -> list[str]:
    """What leaves each line."""
    return [str(line.output) for line in ledger.lines]


def paths(ledger: Ledger) -> list[str]:
    """Where each line stands."""
    return [line.path for line in ledger.lines]


def refusals(layers: str, head: str = "", size: str = "[3, 32, 32]", **settings: Any) -> list[str]:
    """What is said against a spec, in order: the sentences alone."""
    try:
        run(layers, head, size, **settings)
    except costmodel.SpecError as error:
        return [problem.message for problem in error.problems]
    return []


def needed(spec: costmodel.Spec) -> dict[str, int]:
    """A number with many divisors for each parameter that has no default."""
    return {str(name): 48 for name, default in spec.network.params.items() if default is None}

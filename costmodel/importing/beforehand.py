"""Learned values of which weights are made before anything runs: gains, lengths, the scales of a norm of weights."""

from costmodel.importing.draft import Known, Step
from costmodel.importing.interpreting import Draft, arrange
from costmodel.importing.model import Constant


def beside_weights(draft: Draft) -> None:
    """Put those that no layer counts before each layer whose weights are made of them."""
    found = [beside for made in draft.made if (beside := _beside(made, draft.model.graph.constants))]
    of = {main: (names, many) for main, names, many in found}
    for step in [*draft.steps]:
        mine = [of[name] for name in sorted(step.constants & of.keys())]
        if not mine:
            continue
        source, many = step.sources[0], sum(many for _, many in mine)
        names = frozenset(name for names, _ in mine for name in names)
        held = Step("parameters", {"count": many}, [source], source.output, step.path, step.node, names, step.order - 1)
        step.sources = [held if one is source else one for one in step.sources]
        step.constants -= names
    arrange(draft)


def _beside(made: Known, constants: dict[str, Constant]) -> tuple[str, list[str], int] | None:
    """The largest value that a weight is made of; the learned values beside that, and how many they are.

    A value of the weight's own size is a copy of it, as exporters write one for each layout; zeros and ones alone are what
    a norm without learned scales is given; and of a part, or of several put together, nothing is beside.
    """
    if not isinstance(made.size, int):
        return None
    main = max(made.origins, key=lambda name: (made.origins[name], name))
    others = [name for name in made.origins if name != main and not (name in constants and _is_plain(constants[name]))]
    others = [name for name in others if made.origins[name] != made.size]
    beside = sum(made.origins[name] for name in others)
    more = min(beside, made.origins[main] + beside - made.size)
    return (main, others, more) if more > 0 else None


def _is_plain(constant: Constant) -> bool:
    return constant.data is not None and ({*constant.data} <= {0} or {*constant.data} <= {1})

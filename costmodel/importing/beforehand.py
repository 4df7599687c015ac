"""Learned values of which weights are made before anything runs: gains, lengths, the scales of a norm of weights."""

from costmodel.importing.draft import Known, Step
from costmodel.importing.interpreting import Draft, arrange
from costmodel.importing.model import Constant


def beside_weights(draft: Draft) -> None:
    """Put those that no layer counts before the layer whose weights are made of them."""
    left = dict(found for made in draft.made if (found := _beside(made, draft.model.graph.constants)))
    for step in [*draft.steps]:
        if many := sum(left.pop(name) for name in step.constants & left.keys()):
            source = step.sources[0]
            held = Step("parameters", {"count": many}, [source], source.output, step.path, step.node, order=step.order - 1)
            step.sources = [held if one is source else one for one in step.sources]
    arrange(draft)


def _beside(made: Known, constants: dict[str, Constant]) -> tuple[str, int] | None:
    """The largest value that a weight is made of, and how many learned values it is made of beside that.

    A value of the weight's own size is a copy of it, as exporters write one for each layout; zeros and ones alone are what
    a norm without learned scales is given; and of a part, or of several put together, nothing is beside.
    """
    if not isinstance(made.size, int):
        return None
    main = max(made.origins, key=lambda name: (made.origins[name], name))
    others = [name for name in made.origins if name != main and not (name in constants and _is_plain(constants[name]))]
    beside = sum(made.origins[name] for name in others if made.origins[name] != made.size)
    more = min(beside, made.origins[main] + beside - made.size)
    return (main, more) if more > 0 else None


def _is_plain(constant: Constant) -> bool:
    return constant.data is not None and ({*constant.data} <= {0} or {*constant.data} <= {1})

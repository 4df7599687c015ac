"""What a network of given settings reached on ImageNet, as sources print it."""

from fractions import Fraction
from typing import NamedTuple

from costmodel import algebra
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.published import Applies


class Accuracy(NamedTuple):
    """A printed top-1 accuracy in percent, and where it stands; `text` is the figure as printed, `is_error` 100 less it."""

    top1: Fraction
    text: str
    is_error: bool
    name: str
    source: str


def top1(spec: Spec, ledger: Ledger) -> list[Accuracy]:
    """Every top-1 that was printed for the settings of a ledger, in the order of the spec; those of its own source first.

    Whatever the batch, for it changes none.

    >>> from costmodel.library import load
    >>> spec = load("shufflenetv2")
    >>> [(str(one.top1), one.text, one.source) for one in top1(spec, spec.analyze())]
    [('347/5', '30.6', 'arXiv:1807.11164 table 8')]
    """
    rows = [row for row in spec.network.published if row.accuracy and not row.not_modelled]
    if not rows or not all(algebra.is_single(value) for value in ledger.settings.values()):
        return []
    applies = Applies(spec, ledger)
    found = [
        Accuracy(
            Fraction(100 - figure.value if name == "top1_error" else figure.value),
            figure.text,
            name == "top1_error",
            row.name,
            row.source,
        )
        for row in rows
        if applies.settings(row)
        for name, figure in row.accuracy.items()
    ]
    own = spec.network.source.partition(" ")[0]
    return sorted(found, key=lambda one: not own or not one.source.startswith(own))

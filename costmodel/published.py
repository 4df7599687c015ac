"""Published figures beside computed ones, for the settings of a ledger."""

from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.conventions import CONVENTIONS
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.spec.figures import Figure
from costmodel.spec.published import Published


class Comparison(NamedTuple):
    """One printed figure and the count that it should be."""

    source: str
    metric: str
    printed: Figure
    computed: Any
    convention: str
    met: bool
    differs: str


def published(spec: Spec, ledger: Ledger) -> list[Comparison]:
    """Every published figure that was printed for the settings of a ledger: one image, every setting one value."""
    if ledger.batch != 1 or not all(algebra.is_single(value) for value in ledger.settings.values()):
        return []
    whole = (row for row in spec.network.published if not (row.part or row.without or row.than or row.not_modelled))
    return [found for row in whole if _applies(spec, row, ledger) for found in _compare(row, ledger)]


def _applies(spec: Spec, row: Published, ledger: Ledger) -> bool:
    variant = None if row.variant == "default" else row.variant
    wanted = spec.settings({str(name): value for name, value in row.settings.items()}, variant)
    return all(algebra.decide(algebra.equal(wanted[name], value)) for name, value in ledger.settings.items())


def _compare(row: Published, ledger: Ledger) -> list[Comparison]:
    """A printed figure beside each count; what is but a lower bound meets none."""
    convention, complete = CONVENTIONS[row.convention], not ledger.unknown
    computed = {"mult_adds": ledger.operations(None, convention), "params": ledger.sums(convention=convention).params}
    return [
        Comparison(
            source=row.source,
            metric=metric,
            printed=printed,
            computed=computed[metric],
            convention=row.convention,
            met=complete and printed.met(computed[metric], row.cut),
            differs=row.differs if complete else "some ops are not counted",
        )
        for metric, printed in row.figures.items()
        if isinstance(printed, Figure) and not (printed.share or printed.ratio)
    ]

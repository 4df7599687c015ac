"""Published figures beside computed ones: for the settings of a ledger, or all of a spec's, each with its verdict."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.conventions import CONVENTIONS
from costmodel.layers import kinds, labels, under
from costmodel.ledger import Ledger
from costmodel.library import Spec, load
from costmodel.line import Line
from costmodel.ops.fields import spoken
from costmodel.problems import Problem, SpecError, did_you_mean, one_of
from costmodel.spec.figures import Figure
from costmodel.spec.published import Printed, Published
from costmodel.spec.shelf import bundled
from costmodel.spec.source import Text
from costmodel.spec.values import BadValue, Formula, Value

STATUSES = {
    "exact": "printed to the unit, and equal",
    "equal": "equal at the digits printed",
    "off": "not equal, and the spec says why",
    "unknown": "not equal, and no reason is known",
    "unbuilt": "the settings cannot be built",
    "not modelled": "of something that the spec does not build",
}
"""Each verdict on a figure, and what it means."""


class Comparison(NamedTuple):
    """One printed figure, what it should be, and the verdict; `computed` is None where nothing can be.

    A share is in percent. `reason` says why a figure is not met; beside one that is met, it is a stated reason that does
    not hold.
    """

    row: Published
    metric: str
    printed: Printed | None
    status: str
    reason: str = ""
    computed: Any = None
    complete: bool = True

    @property
    def met(self) -> bool:
        """Whether the figure is what is computed, at the digits printed."""
        return self.status in ("exact", "equal")

    @property
    def difference(self) -> float | None:
        """How far the printed figure is from what is computed, as a part of that; None where there is no telling."""
        if not isinstance(self.printed, Figure) or not isinstance(self.computed, int | Fraction) or not self.computed:
            return None
        return float(Fraction(self.printed.value) / self.computed - 1)


def published(spec: Spec, ledger: Ledger) -> list[Comparison]:
    """The published figures that were printed for the settings of a ledger: one image, every setting one value.

    Ratios to other networks are left out, for these would have to be evaluated too.
    """
    rows = spec.network.published
    if not rows or ledger.batch != 1 or not all(algebra.is_single(value) for value in ledger.settings.values()):
        return []
    applies, counts = Applies(spec, ledger), _Counts(ledger)
    here = (row for row in rows if not row.not_modelled and row.than is None and applies(row))
    return [found for row in here for found in _verdicts(row, applies.figures(row), counts)]


def reconcile(spec: Spec) -> list[Comparison]:
    """Every published figure of a spec, in order, evaluated at the settings of its row.

    Raises `SpecError` with every part named that is not there.
    """
    evaluations, found = _Evaluations(spec), list[Comparison]()
    problems: list[Problem] = []
    for row in spec.network.published:
        try:
            found += _reconciled(row, evaluations)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return found


class _Counts:
    """The counts of one ledger, or of parts of it, by a metric and a convention; the same is not counted twice."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.of = cache(self._of)
        self.count = cache(self._count)

    @cached_property
    def kinds(self) -> dict[str, list[Line]]:
        """The lines of each kind of layer."""
        return kinds(self.ledger.lines)

    def _of(self, part: Text | None, without: tuple[Text, ...]) -> list[Line]:
        """The lines of a part, or of all, without those of others."""
        left_out = {id(line) for name in without for line in self.lines(name)}
        return [line for line in (self.ledger.lines if part is None else self.lines(part)) if id(line) not in left_out]

    def lines(self, part: Text) -> list[Line]:
        """The layers of a kind, else the lines under a place. Raises `SpecError` where there are none."""
        if found := self.kinds.get(part) or under(self.ledger.lines, part):
            return found
        names = list(dict.fromkeys([*labels(self.ledger.lines), *self.kinds]))
        message = f"no layer of {self.ledger.name} is called '{part}' at the settings of this row, nor is one of that kind"
        raise SpecError([Problem(part.mark, message, did_you_mean(part, names, f"there are {one_of(names)}"))])

    def _count(self, metric: str, convention: str, part: Text | None, without: tuple[Text, ...]) -> Any:
        lines, rule = self.of(part, without), CONVENTIONS[convention]
        if metric == "mult_adds":
            return self.ledger.operations(lines, rule)
        return self.ledger.sums(lines, convention=rule).params

    def complete(self, row: Published, printed: Printed) -> bool:
        """Whether all that a figure is of is counted; of a share, the whole."""
        is_share = isinstance(printed, Figure) and printed.share
        return not self.ledger.unknown or all(line.known for line in self.of(None if is_share else row.part, row.without))


class _Evaluations:
    """The counts of one spec at any settings, each evaluated once, and those of the specs it is compared with."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.known: dict[tuple[str, ...], _Counts | SpecError] = {}
        self.other = cache(lambda name: _Counts(load(bundled()[name]).analyze()))

    def at(self, row: Published, symbols: bool) -> _Counts:
        """The counts at a row's settings; `symbols` stand for parameters that have no value. Raises `SpecError`."""
        given: dict[str, Any] = {str(name): value for name, value in row.settings.items()}
        if symbols:
            given |= {name: algebra.symbol(name, whole=True) for name in _unset(self.spec, row)}
        settings = self.spec.settings(given, _variant(row))
        key = tuple(map(repr, settings.values()))
        if key not in self.known:
            try:
                self.known[key] = _Counts(self.spec.evaluate(settings))
            except SpecError as error:
                self.known[key] = error
        found = self.known[key]
        if isinstance(found, SpecError):
            raise found
        return found


def _reconciled(row: Published, evaluations: _Evaluations) -> list[Comparison]:
    """The verdicts on a row; what cannot be built is one too."""
    if row.not_modelled:
        figures: Mapping[str, Printed | None] = row.figures or {"": None}
        return [Comparison(row, metric, printed, "not modelled", row.not_modelled) for metric, printed in figures.items()]
    found: list[Comparison] = []
    for metric, printed in row.figures.items():
        try:
            counts = evaluations.at(row, symbols=isinstance(printed, Formula))
            other = evaluations.other(row.than) if row.than is not None else None
        except SpecError as error:
            found.append(Comparison(row, metric, printed, "unbuilt", error.problems[0].brief))
            continue
        found.append(_verdict(row, metric, printed, counts, other))
    return _with_stale(found)


def _verdicts(row: Published, figures: Mapping[str, Printed], counts: _Counts) -> list[Comparison]:
    return _with_stale([_verdict(row, metric, printed, counts) for metric, printed in figures.items()])


def _with_stale(found: list[Comparison]) -> list[Comparison]:
    """The verdicts on a row, with the reason that it states also where every figure is met: then it does not hold."""
    if not all(one.met for one in found):
        return found
    return [one._replace(reason=one.row.differs) for one in found]


def _verdict(row: Published, metric: str, printed: Printed, counts: _Counts, other: _Counts | None = None) -> Comparison:
    """The verdict on one figure, by the rule of its row."""
    verdict = partial(Comparison, row, metric, printed)
    count = partial(counts.count, metric, row.convention)
    computed = count(row.part, row.without)
    complete = counts.complete(row, printed)
    if isinstance(printed, Figure) and (printed.share or other is not None):
        over, under = (computed, count(None, row.without)) if other is None else (_whole(other, row, metric), computed)
        if not under:
            return verdict("off", "there is nothing to compare with")
        computed = Fraction(100 * over if printed.share else over, under)
        complete = complete and (other is None or not other.ledger.unknown)
    if not complete:
        return verdict("off", "some ops are not counted", computed, complete=False)
    if isinstance(printed, Formula):
        status = "exact" if algebra.decide(algebra.equal(_value(printed, counts), computed)) is True else ""
    else:
        status = "exact" if printed.exact(computed) else "equal" if printed.met(computed, row.cut) else ""
    if status:
        return verdict(status, computed=computed)
    nominal = "the source itself calls it approximate: ~" if isinstance(printed, Figure) and printed.nominal else ""
    reason = row.differs or nominal
    return verdict("off" if reason else "unknown", reason, computed)


def _value(printed: Formula, counts: _Counts) -> Any:
    """What a printed formula gives at the settings of a ledger. Raises `SpecError` where that is no number."""
    try:
        value = printed.evaluate(counts.ledger.settings)
    except BadValue as error:
        raise SpecError([Problem(error.mark, error.message, error.hint)]) from None
    if isinstance(value, str) or algebra.is_truth(value):
        raise SpecError([Problem(printed.mark, f"a figure is a number, and '{printed.text}' is {spoken(value)}")])
    return value


def _whole(counts: _Counts, row: Published, metric: str) -> Any:
    return counts.count(metric, row.convention, None, ())


class Applies:
    """Whether rows were printed for the settings of a ledger; a hundred rows cost little more than one."""

    def __init__(self, spec: Spec, ledger: Ledger) -> None:
        self.spec, self.ledger = spec, ledger
        self.usual: dict[frozenset[str], bool] = {}

    def __call__(self, row: Published) -> bool:
        """Whether what a row sets is so, and all else as usual, and the row has figures for it."""
        return self.settings(row) and bool(self.figures(row))

    def settings(self, row: Published) -> bool:
        """Whether what a row sets is so, and all else as usual."""
        chosen = _chosen(self.spec, row)
        if not all(self.holds(name, value.evaluate({})) for name, value in chosen):
            return False
        names = frozenset(str(name) for name, _ in chosen)
        if names not in self.usual:
            self.usual[names] = self.others_are_usual(names)
        return self.usual[names]

    def holds(self, name: str, value: Any) -> bool:
        """Whether a parameter has a value."""
        return algebra.decide(algebra.equal(value, self.ledger.settings[name])) is True

    def others_are_usual(self, names: frozenset[str]) -> bool:
        """Whether the parameters that are not named have their defaults, as far as they have any."""
        params, settings = self.spec.network.params, self.ledger.settings
        given = {str(name): settings[name] for name, default in params.items() if name in names or default is None}
        return all(self.holds(name, value) for name, value in self.spec.settings(given).items())

    def figures(self, row: Published) -> Mapping[str, Printed]:
        """The figures of a row that are for one setting; a formula is for all values of parameters without a default."""
        if not _unset(self.spec, row):
            return row.figures
        return {metric: printed for metric, printed in row.figures.items() if isinstance(printed, Formula)}


def _variant(row: Published) -> Text | None:
    return None if row.variant == "default" else row.variant


def _chosen(spec: Spec, row: Published) -> Iterable[tuple[Text, Value]]:
    """What a row sets, by itself and by its variant."""
    variant = _variant(row)
    return ((spec.network.variants[variant] | row.settings) if variant else row.settings).items()


def _unset(spec: Spec, row: Published) -> list[str]:
    """The parameters without a default that a row gives no value."""
    names = {str(name) for name, _ in _chosen(spec, row)}
    return [str(name) for name, default in spec.network.params.items() if default is None and name not in names]

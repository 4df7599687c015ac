"""Whether a network is within its budgets, and which units have most of what it costs."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.budget import Budget, budget
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.dtypes import Dtypes
from costmodel.layers import by_unit, unit_of
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.memory import IN_PLACE, REUSES, Memory, Reuse
from costmodel.problems import Mark, Problem, SpecError
from costmodel.traffic import CONV, TRAFFIC, Traffic

__all__ = ["Rules", "Share", "Verdict", "budget", "judged"]


class Rules(NamedTuple):
    """How a figure is counted where its budget does not say."""

    dtypes: Dtypes = Dtypes()
    traffic: Traffic = CONV
    convention: Convention = CONVENTIONS["paper"]
    reuse: Reuse = IN_PLACE


class Share(NamedTuple):
    """A unit's part of a figure."""

    path: str
    mark: Mark
    value: Fraction


class Verdict(NamedTuple):
    """What a budget says of a network: `within`, `over`, or `unknown` where the figure is a lower bound within it.

    `how` is the rule by which the figure is counted; `most` are the units that have most of it, the largest first.
    """

    budget: Budget
    ledger: Ledger
    value: Fraction
    is_least: bool
    how: str
    most: list[Share]

    @property
    def status(self) -> str:
        """`within`, `over` or `unknown`; a lower bound is over where it is too much already, and never within."""
        met = self.budget.holds(self.value)
        if not self.is_least:
            return "within" if met else "over"
        if self.budget.sign in (">=", ">"):
            return "within" if met else "unknown"
        return "unknown" if met else "over"

    @property
    def passes(self) -> bool:
        """Whether it is within its budget for certain."""
        return self.status == "within"


def judged(given: Budget, ledger: Ledger, rules: Rules) -> Verdict:
    """Hold a network against a budget; `rules` say how it is counted where the budget does not.

    Raises `SpecError` for a ledger of points or symbols.

    >>> from costmodel.library import load
    >>> judged(budget("mult_adds<=300M"), load("mobilenetv2").analyze(), Rules()).status
    'over'
    """
    if not all(algebra.is_single(line.output.size) for line in ledger.lines):
        message = "a budget needs plain numbers, and this network has points or symbols"
        raise SpecError([Problem(None, message, "evaluate the points one by one")])
    asked = counted(given, rules)
    if given.metric == "peak":
        return _peak(given, ledger, asked)
    of, how = figures(given, ledger, asked)
    parts = [(lines, of(lines)) for lines in by_unit(ledger.lines)]
    most = sorted(((lines, value) for lines, value in parts if value), key=lambda part: -part[1])[:_MOST]
    shares = [Share(str(unit_of(lines[0]) or ""), _mark(lines[0]), Fraction(value)) for lines, value in most]
    return Verdict(given, ledger, Fraction(sum(value for _, value in parts)), bool(ledger.unknown), how, shares)


_MOST = 3
"""How many units are named that have most of a figure."""


def counted(given: Budget, rules: Rules) -> Rules:
    """How a budget's figure is counted."""
    words = given.qualifiers
    found = rules
    if "dtype" in words:
        found = found._replace(dtypes=_dtypes(words["dtype"], rules.dtypes))
    if "traffic" in words:
        found = found._replace(traffic=_traffic(words["traffic"], rules.traffic))
    if "convention" in words:
        found = found._replace(convention=CONVENTIONS[words["convention"]])
    if "memory" in words:
        found = found._replace(reuse=REUSES[words["memory"]])
    return found


def _dtypes(words: str, otherwise: Dtypes) -> Dtypes:
    """One data type for all kinds of tensors, then those of some kinds."""
    for word in words.split(","):
        kind, equals, name = word.partition("=")
        otherwise = otherwise._replace(**{kind: name}) if equals else Dtypes(*[word] * len(Dtypes._fields))
    return otherwise


def _traffic(words: str, otherwise: Traffic) -> Traffic:
    """A traffic model, then what it takes for views and copies."""
    for word in words.split(","):
        op, equals, way = word.partition("=")
        changed: dict[str, Any] = {op: way}
        otherwise = otherwise._replace(**changed) if equals else TRAFFIC[word]
    return otherwise


def figures(given: Budget, ledger: Ledger, asked: Rules) -> tuple[Callable[[list[Line]], Any], str]:
    """What some lines have of a figure, `peak` aside, and the rule in words."""
    metric, dtypes = given.metric, asked.dtypes
    said = f", {dtypes}" if given.in_bytes else ""
    if metric == "kernels":
        first = Counter(kernel[0] for kernel in ledger.kernels(asked.traffic))
        return lambda lines: sum(first[line] for line in lines), asked.traffic.spelled
    if metric in ("mult_adds", "operations"):
        rule = asked.convention if metric == "operations" else CONVENTIONS["paper"]
        return lambda lines: ledger.operations(lines, rule), rule.name
    if metric == "params":
        rule = asked.convention

        def params(lines: list[Line]) -> Any:
            amount = sum(rule.params(line) for line in lines)
            return dtypes.bytes(amount, 0) if given.in_bytes else amount

        return params, f"{rule.name}{said}"

    def moved(lines: list[Line]) -> Any:
        moves = ledger.moved(lines, asked.traffic)
        maps = {"access": moves.maps, "reads": moves.read, "writes": moves.written, "loads": 0}[metric]
        loaded = moves.loaded if metric in ("access", "loads") else 0
        return dtypes.bytes(loaded, maps) if given.in_bytes else loaded + maps

    return moved, f"{asked.traffic.spelled}{said}"


def _peak(given: Budget, ledger: Ledger, asked: Rules) -> Verdict:
    """Peak activation memory, in the order of the spec, and the op at which it is."""
    memory = Memory(ledger, asked.reuse)
    elements = memory.elements
    value = Fraction(asked.dtypes.bytes(0, elements)) if given.in_bytes else Fraction(elements)
    line = ledger.lines[memory.flow.nodes[memory.peak.node].line] if memory.peak is not None else None
    most = [Share(memory.at, _mark(line), value)] if line is not None else []
    how = f"{asked.reuse.name}, in the spec's order{f', {asked.dtypes}' if given.in_bytes else ''}"
    return Verdict(given, ledger, value, bool(ledger.unknown), how, most)


def _mark(line: Line) -> Mark:
    unit = unit_of(line)
    return unit.mark if unit is not None and unit.mark is not None else line.mark

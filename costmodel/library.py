"""Finding, loading and analysing specs: the doors for people who write Python."""

import os
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.evaluate import evaluate
from costmodel.graph import build
from costmodel.ledger import Ledger
from costmodel.ops.fields import Count, Kind, Unfit, spoken
from costmodel.problems import Mark, Problem, Problems, SpecError, did_you_mean, one_of, shortened
from costmodel.spec.formula import WORDS, is_small
from costmodel.spec.network import Network
from costmodel.spec.parse import parse
from costmodel.spec.shelf import bundled, find
from costmodel.spec.source import Text, read_file
from costmodel.spec.values import BadValue, Formula, Value, read_value
from costmodel.steps import Graph

__all__ = ["Spec", "bundled", "find", "load", "loads"]

_COUNT: Kind = Count.__metadata__[0]


class Spec:
    """A network that was read and found sound; `analyze` costs it for any settings of its parameters."""

    def __init__(self, graph: Graph, warnings: tuple[Problem, ...]) -> None:
        self.graph = graph
        self.warnings = warnings

    def __repr__(self) -> str:
        return f"<Spec {self.network.name}: {', '.join(self.network.params)}>"

    @property
    def network(self) -> Network:
        """What the spec says."""
        return self.graph.network

    def settings(self, given: Mapping[str, Any], variant: str | None = None) -> dict[str, Any]:
        """Every parameter's value: as given, else the variant's, else the default. Raises `SpecError`."""
        problems = Problems()
        settings = _Settings(self.network, problems).resolve(given, variant)
        problems.check()
        return settings

    def analyze(self, *, variant: str | None = None, batch: Any = 1, **settings: Any) -> Ledger:
        """The cost of every node, for a variant and settings such as `alpha="0.5"`.

        A setting is a number, text as in a spec, an array of points, or a symbol; a float is read as its shortest
        decimal. `batch` is the number of images. Raises `SpecError` with everything that cannot be built.

        >>> load("mobilenet").analyze(alpha="0.5").totals.mult_adds
        149497088
        """
        return self.evaluate(self.settings(settings, variant), batch)

    def evaluate(self, settings: Mapping[str, Any], batch: Any = 1) -> Ledger:
        """The cost of every node for complete settings."""
        return evaluate(self.graph, settings, _batch(batch), self.reference(settings))

    def reference(self, settings: Mapping[str, Any]) -> dict[Any, Any]:
        """What a parameter's symbol stands for where symbols cannot decide: the parameter's default."""
        symbols = {name: value for name, value in settings.items() if algebra.is_symbol(value)}
        if not symbols:
            return {}
        given = {name: value for name, value in settings.items() if name not in symbols}
        required = {str(name) for name, default in self.network.params.items() if default is None}
        defaults = _Settings(self.network, Problems()).resolve(given | dict.fromkeys(required, 1), None)
        return {value: defaults[name] for name, value in symbols.items() if name in defaults and name not in required}


def _batch(batch: Any) -> Any:
    try:
        size = algebra.exact(int(batch) if isinstance(batch, str) and batch.strip().isdecimal() else batch)
        if is_small(size):
            return _COUNT.check(size)[0]
        message = "the batch has more than 18 digits"
    except Unfit as error:
        message = f"the batch {error.message}"
    except (ValueError, TypeError):
        message = f"the batch must be a whole number, and is {shortened(repr(batch))}"
    raise SpecError([Problem(None, message)])


class _Settings:
    """Resolves parameters in the order in which the spec declares them."""

    def __init__(self, network: Network, problems: Problems) -> None:
        self.network, self.problems = network, problems

    def resolve(self, given: Mapping[str, Any], variant: str | None, *, complete: bool = True) -> dict[str, Any]:
        """Every parameter's value; `complete` if one without a value is a mistake."""
        chosen: dict[str, Any] = {str(k): v for k, v in self.variant(variant).items()} | self.known(given)
        settings: dict[str, Any] = {}
        for name, default in self.network.params.items():
            value = chosen.get(name, default)
            if value is not None or str(name) in chosen:
                found = self.value(name, value, settings)
                if found is not None and self.same_kind(name, found, default, settings, value):
                    settings[str(name)] = found
            elif complete:
                hint = f"give it a value: --set {name}=…"
                self.problems.add(name.mark, f"the parameter '{name}' has no default, and no value is given", hint)
        self.same_points(settings)
        return settings

    def same_points(self, settings: Mapping[str, Any]) -> None:
        """Arrays go together point by point, and not with symbols."""
        counts = {name: n for name, value in settings.items() if (n := algebra.points_in(value)) is not None}
        if len(set(counts.values())) > 1:
            said = one_of(f"{n} for '{name}'" for name, n in counts.items())
            self.problems.add(None, f"arrays go together point by point, and these differ in length: {said}")
        if counts and any(algebra.is_symbol(value) for value in settings.values()):
            self.problems.add(None, "settings are arrays or symbols, and here are both", "substitute numbers afterwards")

    def known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The given values of parameters that exist."""
        names = self.network.params
        for name in given:
            if name not in names:
                mark = name.mark if isinstance(name, Text) else None
                legal = f"its parameters are {one_of(names)}" if names else "it has no parameters"
                self.problems.add(mark, f"{self.network.name} has no parameter '{name}'", did_you_mean(name, names, legal))
        return {str(name): value for name, value in given.items()}

    def variant(self, name: str | None) -> dict[Text, Value]:
        """What a variant sets."""
        names = self.network.variants
        if name is None:
            return {}
        if name in names:
            return names[name]
        mark = name.mark if isinstance(name, Text) else None
        legal = f"its variants are {one_of(names)}" if names else "it has no variants"
        self.problems.add(mark, f"{self.network.name} has no variant '{name}'", did_you_mean(name, names, legal))
        return {}

    def value(self, name: Text, value: Any, scope: Mapping[str, Any]) -> Any:
        """A setting worked out, or None where it cannot be."""
        try:
            if isinstance(value, str):
                text = value if isinstance(value, Text) else Text(value, Mark(name, 1, 1, value))
                value = read_value(text)
                for other, mark in value.names():
                    raise BadValue(mark, f"'{other}' is neither a number nor a word of specs", did_you_mean(other, WORDS))
            if not isinstance(value, Value):
                return self.number(name, value)
            # a default that reads a name without a value waits until that name has one
            return value.evaluate(scope) if all(other in scope for other, _ in value.names()) else None
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
        return None

    def number(self, name: Text, value: Any) -> Any:
        """A value that a program gave, or None where it is none."""
        try:
            found = algebra.exact(value)
            if algebra.is_symbol(found) and (odd := self.not_whole(name)) and found.is_integer:
                message = f"the parameter '{name}' takes values such as {odd}, and the symbol {found} stands for whole ones"
                self.problems.add(None, message, "costmodel.algebra.symbol makes one that does not")
        except (ValueError, TypeError):
            self.problems.add(None, f"the parameter '{name}' is a number or a word, and here is {shortened(repr(value))}")
            return None
        if not is_small(found):
            self.problems.add(None, f"the parameter '{name}' has more than 18 digits")
            return None
        return found

    def not_whole(self, name: Text) -> str:
        """A value that the spec itself gives to a parameter and that is not whole; nothing where there is none."""
        rows = (*self.network.variants.values(), *(row.settings for row in self.network.published))
        found = (settings[name].evaluate({}) for settings in rows if name in settings)
        return next((spoken(v) for v in found if algebra.is_number(v) and not algebra.whole(v)[1]), "")

    def same_kind(self, name: Text, found: Any, default: Value | None, scope: Mapping[str, Any], value: Any) -> bool:
        """Whether a number stays a number and a word a word."""
        if default is None or value is default:
            return True
        return self.alike(name, found, self.value(name, default, scope), getattr(value, "mark", None))

    def alike(self, name: Text, found: Any, usual: Any, mark: Mark | None) -> bool:
        """Whether a value is of the kind of the default, as far as both are known, and not below zero where that is not."""
        if type(found) in (int, Fraction) and type(usual) in (int, Fraction) and found < 0 <= usual:
            self.problems.add(mark, f"the parameter '{name}' is {spoken(found)}, and cannot be negative")
            return False
        if found is None or usual is None or _kind(found) == _kind(usual):
            return True
        self.problems.add(mark, f"the parameter '{name}' is {_kind(usual)}, and {spoken(found)} is {_kind(found)}")
        return False


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return "a list"
    return "a word" if isinstance(value, str) else "a number"


def _check_settings(network: Network, problems: Problems) -> None:
    """See that every variant and every published row sets what there is, to values of the right kind."""
    checks = _Settings(network, problems)
    usual = _Settings(network, Problems()).resolve({}, None, complete=False)
    for variant in {row.variant: None for row in network.published if row.variant != "default"}:
        checks.variant(variant)
    seen: set[tuple[str, str]] = set()
    for settings in (*network.variants.values(), *(row.settings for row in network.published)):
        for name, value in settings.items():
            known = (str(name), value.text) if isinstance(value, Formula) else None
            if str(name) in usual and (known is None or known not in seen):
                found = checks.value(name, value, {})
                checks.alike(name, found, usual[str(name)], value.mark)
                seen |= {known} if known else set()


def load(name: str | os.PathLike[str]) -> Spec:
    """Load a spec by path or bundled name.

    Raises `SpecError` with every mistake in it, each with its place; what is legal and probably not meant is in
    `warnings`.

    >>> load("mobilenetv2").analyze().totals.params
    3504872
    """
    path = find(os.fspath(name))
    text, shown = read_file(path, str(path))
    return loads(text, shown)


def loads(text: str, file: str = "spec") -> Spec:
    """Load a spec from its text; `file` is its name in messages. Raises `SpecError`."""
    problems = Problems()
    network = parse(text, file, problems)
    graph = build(network, problems)
    _check_settings(network, problems)
    problems.check()
    return Spec(graph, tuple(problems.warnings))

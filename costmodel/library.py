"""Finding, loading and analysing specs: the doors for people who write Python."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from costmodel import algebra
from costmodel.evaluate import evaluate
from costmodel.graph import Graph, build
from costmodel.ledger import Ledger
from costmodel.ops.fields import spoken
from costmodel.problems import Mark, Problem, Problems, SpecError, did_you_mean, one_of
from costmodel.spec.network import Network
from costmodel.spec.parse import parse
from costmodel.spec.source import Text, read_file
from costmodel.spec.values import BadValue, Value, read_value


def bundled() -> dict[str, Path]:
    """Every bundled spec by its name, such as `mobilenet` or `units/grouped`."""
    here = Path(__file__).parent
    root = next(p for p in (here / "specs", here.parent / "specs") if p.is_dir())
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.yaml"))}


def find(name: str) -> Path:
    """The spec that a name means: a file in front of the user first, then a bundled one, with or without `.yaml`.

    Raises `SpecError` where there is neither.
    """
    near = [Path(name), Path(f"{name}.yaml")]
    for path in near:
        if path.is_file():
            return path
    specs = bundled()
    stem = name.removesuffix(".yaml")
    if stem in specs:
        return specs[stem]
    if near[0].exists():
        kind = "directory" if near[0].is_dir() else "special file"
        raise SpecError([Problem(None, f"{name} is a {kind}, and a spec is a file")])
    hint = did_you_mean(Path(stem).name, specs, f"the bundled specs are {one_of(specs)}")
    raise SpecError([Problem(None, f"no file {name} here, and no bundled spec of that name", hint)])


class Spec:
    """A network that was read and found sound; `analyze` costs it for any settings of its parameters."""

    def __init__(self, graph: Graph, warnings: tuple[Problem, ...]) -> None:
        self.graph = graph
        self.warnings = warnings

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
        problems = Problems()
        defaults = _Settings(self.network, problems).resolve(given | dict.fromkeys(required, 1), None)
        return {value: defaults[name] for name, value in symbols.items() if name not in required}


def _batch(batch: Any) -> Any:
    size = algebra.exact(batch)
    if (isinstance(size, int) and not isinstance(size, bool) and size < 1) or isinstance(size, str | bool):
        raise SpecError([Problem(None, f"the batch is a whole number, at least 1, and is {spoken(size)}")])
    return size


class _Settings:
    """Resolves parameters in the order in which the spec declares them."""

    def __init__(self, network: Network, problems: Problems) -> None:
        self.network, self.problems = network, problems

    def resolve(self, given: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
        chosen: dict[str, Any] = {str(k): v for k, v in self.variant(variant).items()} | self.known(given)
        settings: dict[str, Any] = {}
        for name, default in self.network.params.items():
            value = chosen.get(name, default)
            if value is None:
                self.problems.add(name.mark, f"the parameter '{name}' has no default", f"give it a value: --set {name}=…")
                continue
            found = self.value(value, settings)
            if found is not None:
                self.same_kind(name, found, default, settings, value)
                settings[str(name)] = found
        return settings

    def known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        names = self.network.params
        for name in given:
            if name not in names:
                mark = name.mark if isinstance(name, Text) else None
                legal = f"its parameters are {one_of(names)}" if names else "it has no parameters"
                self.problems.add(mark, f"{self.network.name} has no parameter '{name}'", did_you_mean(name, names, legal))
        return {str(name): value for name, value in given.items()}

    def variant(self, name: str | None) -> dict[Text, Value]:
        if name is None or name in self.network.variants:
            return self.network.variants[name] if name else {}
        mark = name.mark if isinstance(name, Text) else None
        names = self.network.variants
        legal = f"its variants are {one_of(names)}" if names else "it has no variants"
        self.problems.add(mark, f"{self.network.name} has no variant '{name}'", did_you_mean(name, names, legal))
        return {}

    def value(self, value: Any, scope: Mapping[str, Any]) -> Any:
        """A setting worked out, or None where it cannot be."""
        try:
            if isinstance(value, str):
                text = value if isinstance(value, Text) else Text(value, Mark("setting", 1, 1, value))
                value = read_value(text)
                for name, mark in value.names():
                    raise BadValue(mark, f"'{name}' is neither a number nor a word of specs")
                return value.evaluate({})
            if hasattr(value, "evaluate"):
                return value.evaluate(scope)
            return algebra.exact(value)
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
        except ValueError as error:
            self.problems.add(None, str(error))
        return None

    def same_kind(self, name: Text, found: Any, default: Value | None, scope: Mapping[str, Any], value: Any) -> None:
        """A number stays a number, a word a word."""
        if default is None or value is default:
            return
        usual = self.value(default, scope)
        if usual is not None and _kind(found) != _kind(usual):
            mark = getattr(value, "mark", None)
            self.problems.add(mark, f"the parameter '{name}' is {_kind(usual)}, and {spoken(found)} is {_kind(found)}")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list):
        return "a list"
    return "a word" if isinstance(value, str) else "a number"


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
    problems.check()
    return Spec(graph, tuple(problems.warnings))

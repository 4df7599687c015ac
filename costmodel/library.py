"""Finding, loading and analysing specs: the doors for people who write Python."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from costmodel import algebra
from costmodel.advice import advised
from costmodel.evaluate import evaluate
from costmodel.graph import build
from costmodel.importing.door import of_module, text_of
from costmodel.ledger import Ledger
from costmodel.lifting import formulas, lifted
from costmodel.ops.fields import Unfit
from costmodel.own import COUNT
from costmodel.problems import Problem, Problems, SpecError, shortened
from costmodel.settings import Settings, check_settings
from costmodel.spec.formula import is_small
from costmodel.spec.network import Network
from costmodel.spec.parse import parse
from costmodel.spec.shelf import bundled, find, parted
from costmodel.steps import Graph

__all__ = ["Spec", "bundled", "find", "from_torch", "load", "loads", "unit"]


BATCH = "batch"
"""The name by which a setting may say how many samples enter."""


class Spec:
    """A network that was read and found sound; `analyze` costs it for any settings of its parameters.

    `seen` has, of a block that is a unit, the values of its parameters where its spec calls it; it is None of all others.
    """

    def __init__(
        self,
        graph: Graph,
        warnings: tuple[Problem, ...],
        text: str,
        seen: Mapping[str, list[Any]] | None = None,
        cut: tuple[Any, ...] | None = None,
    ) -> None:
        self.graph = graph
        self.warnings = warnings
        self.text = text
        self.seen = seen
        self._cut = cut

    def __reduce__(self) -> tuple[Callable[..., "Spec"], tuple[Any, ...]]:
        read = self.text, self.network.file  # another process reads the same text
        return (loads, read) if self._cut is None else (_cut, (*read, *self._cut))

    def __repr__(self) -> str:
        return f"<Spec {self.network.name}: {', '.join(self.network.params)}>"

    @property
    def network(self) -> Network:
        """What the spec says."""
        return self.graph.network

    def settings(self, given: Mapping[str, Any], variant: str | None = None) -> dict[str, Any]:
        """Every parameter's value: as given, else the variant's, else the default. Raises `SpecError`."""
        problems = Problems()
        settings = Settings(self.network, problems).resolve(given, variant)
        problems.check()
        return settings

    def analyze(self, *, variant: str | None = None, batch: Any = 1, **settings: Any) -> Ledger:
        """The cost of every node, for a variant and settings such as `alpha="0.5"`.

        A setting is a number, text as in a spec, an array of points, or a symbol; a float is read as its shortest
        decimal. `batch` is the number of images. Raises `SpecError` with everything that cannot be built.

        >>> load("mobilenet").analyze(alpha="0.5").totals.mult_adds
        149497088
        """
        return self.cost(settings, variant, batch)

    def cost(self, given: Mapping[str, Any], variant: str | None = None, batch: Any = 1) -> Ledger:
        """The cost of every node for settings as they are given; hints name values that can be built. Raises `SpecError`.

        A setting `batch` is the batch, as a model calls the axis of its samples.
        """
        given, batch = batched(self.network, given, batch)
        settings = self.settings(given, variant)
        try:
            return self.evaluate(settings, batch)
        except SpecError as error:
            raise advised(error, settings, lambda name, value: self.builds({**given, name: value}, variant)) from None

    def builds(self, given: Mapping[str, Any], variant: str | None = None) -> bool:
        """Whether the network can be built at these settings."""
        try:
            self.evaluate(self.settings(given, variant))
        except SpecError:
            return False
        return True

    def evaluate(self, settings: Mapping[str, Any], batch: Any = 1) -> Ledger:
        """The cost of every node for complete settings."""
        return evaluate(self.graph, settings, _batch(batch), self.reference(settings))

    def unit(self, block: str, given: Mapping[str, Any] = {}, letters: Sequence[str] = ()) -> tuple["Spec", dict[str, Any]]:
        """A block as a spec of its own, and of settings those that are left to be given; as `library.unit`."""
        values = formulas(given)
        read = {name for value in values.values() for name, _ in value.names()}
        named = [name for name in letters if name in read]
        graph, seen = lifted(self.graph, block, values, named)
        left = {name: value for name, value in given.items() if name not in values or name not in graph.network.params}
        cut = block, {name: value for name, value in given.items() if name not in left}, named
        return Spec(graph, self.warnings, self.text, seen, cut), left

    def reference(self, settings: Mapping[str, Any]) -> dict[Any, Any]:
        """What a parameter's symbol stands for where symbols cannot decide: its default, if that hangs on no other symbol."""
        symbols = {name: value for name, value in settings.items() if algebra.is_symbol(value)}
        if not symbols:
            return {}
        given = {name: value for name, value in settings.items() if name not in symbols}
        defaults = Settings(self.network, Problems()).resolve(given, None, complete=False)
        return {value: defaults[name] for name, value in symbols.items() if name in defaults}


def batched(network: Network, given: Mapping[str, Any], batch: Any) -> tuple[Mapping[str, Any], Any]:
    """Settings without one that says how many samples enter, and that number. Raises `SpecError` for two such numbers."""
    if BATCH not in given or BATCH in network.params:
        return given, batch
    said = given[BATCH]
    found = int(said) if isinstance(said, str) and said.strip().isdecimal() else said
    if batch not in (1, found):
        raise SpecError([Problem(getattr(said, "mark", None), f"the batch is {found} here, and {batch} by --batch")])
    return {name: value for name, value in given.items() if name != BATCH}, found


def _batch(batch: Any) -> Any:
    try:
        size = algebra.exact(int(batch) if isinstance(batch, str) and batch.strip().isdecimal() else batch)
        if is_small(size):
            COUNT.check(size)  # of points and symbols the walk notes what is open
            return size
        message = "the batch has more than 18 digits"
    except Unfit as error:
        message = f"the batch {error.message}"
    except (ValueError, TypeError):
        message = f"the batch must be a whole number, and is {shortened(repr(batch))}"
    raise SpecError([Problem(None, message)])


def load(spec: str | os.PathLike[str] | Mapping[str, Any]) -> Spec:
    """Load a spec by path or bundled name, a block of one (`mobilenetv2:bottleneck`), or one given as nested dicts and lists.

    An ONNX model (`model.onnx`) is imported. Raises `SpecError` with every mistake in it, each with its place; what is legal
    and probably not meant is in `warnings`. A dict is written out as text first, and its places are those in that text,
    called `dict`.

    >>> load("mobilenetv2").analyze().totals.params
    3504872
    >>> load({"name": "T", "input": [3, 8, 8], "layers": [{"conv2d": 16}, "relu"]}).analyze().totals.mult_adds
    3072
    """
    if isinstance(spec, Mapping):
        from costmodel.spec.dicts import CALLED, written

        return loads(written(spec), CALLED)
    if not isinstance(spec, str | os.PathLike):
        kind = type(spec).__name__
        raise SpecError(
            [Problem(None, f"a spec is a path, the name of a bundled spec or a dict, and here is one of type {kind}")]
        )
    return unit(os.fspath(spec))[0]


def unit(
    text: str, given: Mapping[str, Any] = {}, letters: Sequence[str] = (), *, allow_unknown: bool = False
) -> tuple[Spec, dict[str, Any]]:
    """The spec of that name, and of settings those that are left to be given.

    Of a block (`SPEC:BLOCK`) a setting may read its other parameters and the sizes that enter, or `letters` that it has not:
    these are parameters of the unit then. `allow_unknown` is of ONNX models. Raises `SpecError`.

    >>> from costmodel.spec.source import Text
    >>> from costmodel.problems import Mark
    >>> out = {"out": Text("2*c_in", Mark("--set", 1, 1, "2*c_in"))}
    >>> unit("mobilenet:pair", out)[0].analyze(c_in=8, h=4, w=4).totals.mult_adds
    3200
    """
    path, block = parted(text)
    whole = loads(*text_of(path, str(path), allow_unknown=allow_unknown))
    if block is None:
        return whole, dict(given)
    return whole.unit(block, given, letters)


def loads(text: str, file: str = "spec") -> Spec:
    """Load a spec from its text; `file` is its name in messages. Raises `SpecError`."""
    problems = Problems()
    network = parse(text, file, problems)
    graph = build(network, problems)
    check_settings(network, problems)
    problems.check()
    return Spec(graph, tuple(problems.warnings), text)


def from_torch(
    module: Any,
    example_inputs: Sequence[Any],
    *,
    dynamic: Any = None,
    keywords: Mapping[str, Any] | None = None,
    allow_unknown: bool = False,
) -> Spec:
    """The spec that a `torch.nn.Module` is, by what it does with example inputs, a tuple; `keywords` are inputs by name.

    `torch.export` follows the module as it runs after training. Only the sizes and data types of the inputs count, and no
    weight is read: module and inputs may lie on the device `meta`. The names of modules stay.

    `dynamic` says which sizes are open, as `{"x": {0: "batch", 2: "height"}}` by the input's name or place and by axis, or as
    `torch.export.export` takes `dynamic_shapes`; sizes become parameters of the spec, the first axis of all inputs the batch.
    With `allow_unknown` ops that no layer stands for are layers of which nothing is known. Raises `SpecError`, for PyTorch
    that is missing, too.
    """
    text = of_module(module, example_inputs, dynamic, keywords, allow_unknown=allow_unknown)
    return loads(text, type(module).__name__)


def _cut(text: str, file: str, block: str, given: Mapping[str, Any], letters: Sequence[str]) -> Spec:
    """A block of a spec's text, as it was cut out of it."""
    return loads(text, file).unit(block, given, letters)[0]

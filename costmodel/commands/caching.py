"""`costmodel verify --cache`: a finite on-chip memory, read from the options, and where its reports go."""

from typing import TYPE_CHECKING, Any

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.blocking import OnChip
    from costmodel.single import Sizes
    from costmodel.spec.source import Text


def on_chip(cache: str, dtype: str) -> "OnChip":
    """The memory of `--cache` and `--dtype`. Raises `SpecError`, also where it cannot hold an element."""
    from costmodel.blocking import OnChip

    read = reading.Reader()
    size, dtypes = read(reading.memory, "cache", cache), read(reading.dtypes, dtype)
    read.check()
    chip = OnChip(size, dtypes)
    if chip.elements < 1:
        said = f"--cache {cache} holds no element: one of {chip.word} takes {chip.shortest // 8} bytes"
        raise SpecError([Problem(None, said, "give more, or a shorter --dtype")])
    return chip


def misfits(cache: str | None, dtype: str | None, alone: dict[str, Any]) -> list[Problem]:
    """Options that do not go with `--cache`, given as `alone`, and what does not go without it."""
    if cache is None:
        said = f"--dtype {dtype}: the bound counts elements, whatever their type"
        return [Problem(None, said, "--cache 512KiB has a size in bytes")] if dtype is not None else []
    named = [name for name, value in alone.items() if value]
    said = f"{', '.join(named)}: --cache is a report of its own"
    return [Problem(None, said, "leave one of them out")] if named else []


def write_layer(sizes: "Sizes", chip: "OnChip", form: str, output: str | None, no_color: bool) -> None:
    """Write what a memory means for one layer, in its format to its place."""
    from costmodel.pebbles import convolutions
    from costmodel.reports import caching, caching_data
    from costmodel.single import line_of

    (layer,) = convolutions(line_of(sizes))
    forms = {"json": caching_data.layer_json, "markdown": caching_data.layer_markdown}
    outputs.Written(form, output, no_color).put(caching.screen, layer, chip, **forms)


def write_network(
    spec: str,
    given: "dict[str, Text]",
    variant: str | None,
    batch: int,
    chip: "OnChip",
    form: str,
    output: str | None,
    quiet: bool,
    no_color: bool,
) -> None:
    """Write what a memory means for every convolution and FC layer of a spec. Raises `SpecError`, also where there is none."""
    from costmodel.commands.analyze import warn
    from costmodel.library import load
    from costmodel.reports import caching_data, caching_layers

    loaded = load(spec)
    warn(loaded, quiet)
    ledger = loaded.cost(given, variant, batch)
    if not caching_layers.all_cases(ledger.lines, chip):
        raise SpecError([Problem(None, f"{ledger.name} has no convolution and no FC layer, and --cache is about these")])
    forms = {"json": caching_data.network_json, "csv": caching_data.network_csv, "markdown": caching_data.network_markdown}
    outputs.Written(form, output, no_color).put(caching_layers.screen, ledger, chip, **forms)

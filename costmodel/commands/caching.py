"""`costmodel verify --cache`: a finite on-chip memory, read from the options, and where its reports go."""

from typing import TYPE_CHECKING

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.blocking import OnChip
    from costmodel.ledger import Ledger
    from costmodel.pebbles import Convolution


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


def write_layer(layer: "Convolution", chip: "OnChip", form: str, output: str | None, no_color: bool) -> None:
    """Write what a memory means for one layer, in its format to its place."""
    from costmodel.reports import caching, caching_data

    if form == "table":
        outputs.write_table(output, lambda room: caching.screen(layer, chip, room), no_color)
    else:
        written = caching_data.layer_json if form == "json" else caching_data.layer_markdown
        outputs.write(output, written(layer, chip))


def write_network(ledger: "Ledger", chip: "OnChip", form: str, output: str | None, no_color: bool) -> None:
    """Write what a memory means for every convolution and FC layer of a network. Raises `SpecError` where there is none."""
    from costmodel.reports import caching_data, caching_layers

    if not caching_layers.all_cases(ledger.lines, chip):
        raise SpecError([Problem(None, f"{ledger.name} has no convolution and no FC layer, and --cache is about these")])
    if form == "table":
        outputs.write_table(output, lambda room: caching_layers.screen(ledger, chip, room), no_color)
        return
    writers = {"json": caching_data.network_json, "csv": caching_data.network_csv, "markdown": caching_data.network_markdown}
    outputs.write(output, writers[form](ledger, chip))

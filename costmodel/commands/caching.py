"""`costmodel verify --cache`: a finite on-chip memory, read from the options, and where its reports go."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.blocking import OnChip
    from costmodel.line import Line
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
    elif form == "csv":
        outputs.write(output, caching_data.as_csv(caching.curve(layer, chip)))
    else:
        written = caching_data.layer_json if form == "json" else caching_data.layer_markdown
        outputs.write(output, written(layer, chip))


def write_network(title: str, lines: "Sequence[Line]", chip: "OnChip", form: str, output: str | None, no_color: bool) -> None:
    """Write what a memory means for each convolution and FC layer of a network. Raises `SpecError` where there is none."""
    from costmodel.reports import caching, caching_data

    rows = caching.cases(lines, chip)
    if not rows:
        raise SpecError([Problem(None, f"{title} has no convolution and no FC layer, and --cache is about these")])
    if form == "table":
        outputs.write_table(output, lambda room: caching.network(title, chip, rows, room), no_color)
    elif form == "csv":
        outputs.write(output, caching_data.as_csv(rows))
    else:
        written = caching_data.network_json if form == "json" else caching_data.network_markdown
        outputs.write(output, written(title, chip, rows))

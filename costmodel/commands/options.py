"""The options that several commands share, each defined once; `reading.py` reads their values."""

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

FORMATS = ("table", "json", "csv", "markdown")
"""How a report may be written."""
SWEEP_FORMATS = (*FORMATS, "parquet")
"""The formats of a sweep."""
FEW_FORMATS = ("table", "json", "markdown")
"""How a report may be written that is no table of counts."""
CHECK_FORMATS = (*FEW_FORMATS, "github", "sarif")
"""How findings may be written: the last two are remarks on lines of the spec."""
GROUPINGS = ("op", "layer", "block", "network")
"""What may make a row."""
SHELLS = ("bash", "zsh", "fish")
"""The shells that can complete a command line."""


def offered(*words: str) -> Callable[[], Iterable[str]]:
    """Words that a shell completes."""
    return lambda: words


def _conventions() -> Iterable[str]:
    from costmodel.conventions import CONVENTIONS

    return CONVENTIONS


def _dtypes() -> Iterable[str]:
    from costmodel.dtypes import DTYPES, Dtypes

    return [*DTYPES, *(f"{kind}=" for kind in Dtypes._fields)]


def _traffics() -> Iterable[str]:
    from costmodel.traffic import TRAFFIC

    return TRAFFIC


def _reuses() -> Iterable[str]:
    from costmodel.memory import REUSES

    return REUSES


SpecName = Annotated[str, typer.Argument(metavar="SPEC", help="A spec file, or the name of a bundled spec.")]
Settings = Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")]
Variant = Annotated[str | None, typer.Option("--variant", metavar="NAME", help="Start from a named variant of the spec.")]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="Images in one pass.")]
Dtype = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="TYPE",
        help="Data type, for bytes and a device's peak: int8, or by kind weights=int8,activations=fp16,accumulators=int32. "
        "Accumulators are named in the report and scale nothing: no op moves any.",
        autocompletion=_dtypes,
    ),
]
Cache = Annotated[
    str | None,
    typer.Option(
        "--cache",
        metavar="SIZE",
        help="An on-chip memory, 512KiB: the bound through it, and the best blocking of the loops.",
        autocompletion=offered("16KiB", "64KiB", "512KiB", "2MiB"),
    ),
]
CachedDtype = Annotated[
    str | None,
    typer.Option(
        "--dtype",
        metavar="TYPE",
        help="With --cache, data types as in analyze; accumulators are those of partial sums: int8 has these in int8, too, "
        "int8,accumulators=int32 has not. fp32 unless given.",
        autocompletion=_dtypes,
    ),
]
DeviceName = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="NAME|FILE",
        help="Times that no implementation of the traffic model can beat on a device: a bundled one, as gtx-1080-ti, "
        "or a device file; an unknown one lists all. Of a file that measure --calibrate wrote, predicted times.",
    ),
]
Plot = Annotated[
    str | None,
    typer.Option("--plot", metavar="FILE", help="Draw to a .svg, .pdf or .png: the roofline of --device, or a sweep."),
]
Conventions = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="NAME",
        help="How operations and parameters are counted: paper, weights-only, arithmetic, fvcore …; an unknown one lists all.",
        autocompletion=_conventions,
    ),
]
Traffics = Annotated[
    str,
    typer.Option(
        "--traffic",
        metavar="NAME",
        help="What access counts: conv, unfused, folded, fused or block; split, concat and shuffle are copies or views, "
        "as in folded,split=view.",
        autocompletion=_traffics,
    ),
]
MemoryConvention = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="NAME",
        help="Instead: memory over time and its peak, by separate, in-place or depthwise-in-place.",
        autocompletion=_reuses,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="table, json, csv or markdown; else by the ending of -o, else table.",
        autocompletion=offered(*FORMATS),
    ),
]
SweepFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="table, json, csv, markdown or parquet; else by the ending of -o, else table.",
        autocompletion=offered(*SWEEP_FORMATS),
    ),
]
FewFormats = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="table, json or markdown; else by the ending of -o, else table.",
        autocompletion=offered(*FEW_FORMATS),
    ),
]
CheckFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="table, json, markdown, github or sarif; else by the ending of -o, else table.",
        autocompletion=offered(*CHECK_FORMATS),
    ),
]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")]
Columns = Annotated[
    str | None,
    typer.Option("--columns", metavar="A,B,…", help="Columns of table, csv and markdown, in order; an unknown one lists all."),
]
Sort = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar="COLUMN",
        help="Sort rows: counts from the largest, words from a to z; +COLUMN rises, -COLUMN falls. "
        "A row that runs 5 × counts five times.",
    ),
]
Top = Annotated[str | None, typer.Option("--top", metavar="N", help="Only the first N rows, and the others in one.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No warnings on standard error.")]
NoColour = Annotated[bool, typer.Option("--no-color", help="No colour, as with NO_COLOR set.")]
AllowUnknown = Annotated[
    bool, typer.Option("--allow-unknown", help="Go on where a model has ops that are not known: totals are lower bounds then.")
]

"""What stands behind findings: both sides of groups, how units are fragmented, what is element-wise under each model."""

from collections.abc import Iterator

from costmodel.elementwise import kernels_of, traffic_of
from costmodel.fragments import Fragments, Shape
from costmodel.reports.facts import where
from costmodel.reports.layout import Cell, Column, Screen, table, text
from costmodel.reports.words import LOWER, count, share
from costmodel.reviewing import Entry, Review
from costmodel.traffic import BLOCK, CONV, FOLDED, FUSED, LAID_OUT, POLICIES, TRAFFIC, UNFUSED, VIEW, Traffic

MODELS = (
    CONV,
    UNFUSED,
    FOLDED,
    FOLDED._replace(split=VIEW),
    FOLDED._replace(split=VIEW, concat=VIEW, shuffle=VIEW),
    FUSED,
    FUSED._replace(concat=VIEW, shuffle=VIEW),
    BLOCK,
)
"""The traffic models under which the element-wise share is shown."""


def screen(review: Review, entries: list[Entry], room: int) -> Screen:
    """The tables of the guidelines that were asked for and found something; of G4 in any case."""
    found: Screen = []
    for title, columns, rows in tables(review, entries):
        body = [line for part in table(columns, [rows], room) for line in part]
        found += [text(title, "head"), *body, []]
    return found


def tables(review: Review, entries: list[Entry]) -> Iterator[tuple[str, tuple[Column, ...], list[list[Cell]]]]:
    """Each table with its title, columns and rows; of the entries that are shown."""
    groups = [entry for entry in entries if entry.first.guideline == "G2"]
    if groups:
        yield "G2: memory access at these groups, and with one group", GROUPS, [group_cells(entry) for entry in groups]
    units = [entry for entry in entries if entry.first.guideline == "G3"]
    if "G3" in review.guidelines and not review.traffic.counted:
        rows = [*map(unit_cells, units), network_cells(review)]
        yield f"G3: kernels ({review.traffic.spelled}), and fragments: convolutions and pools", UNITS, rows
    if "G4" in review.guidelines:
        yield "G4: shares of memory access in %, and kernels", SHARES, [*share_rows(review)]


GROUPS = (
    Column("layer", left=True),
    Column("", yields=4),
    Column("g"),
    Column("at g"),
    Column("g = 1, same mult-adds"),
    Column("g = 1, same width"),
)
"""The columns of both sides: with one group, c2/g channels leave at the same mult-adds and input; at the same width all do."""


def group_cells(entry: Entry) -> list[Cell]:
    """One layer, or alike ones: what it moves, and what it would with one group."""
    first = entry.first
    access = first.facts["access"]
    figures = [access, access - first.price, access - first.facts["fixed_width"]]
    times = f"{entry.times} ×" if entry.times > 1 else ""
    return [Cell(where(first)), Cell(times, "dim"), Cell(count(first.facts["groups"])), *map(Cell, map(count, figures))]


UNITS = (
    Column("unit", left=True),
    Column("", yields=4),
    Column("kernels"),
    Column("path"),
    Column("width"),
    Column("at once"),
    Column("fragments"),
    Column("series"),
    Column("parallel"),
)
"""The columns of units: of kernels how many, the longest path, the widest antichain, and how many run at once on average."""


def unit_cells(entry: Entry) -> list[Cell]:
    """One unit, or alike ones."""
    times = f"{entry.times} ×" if entry.times > 1 else ""
    return [Cell(entry.first.path), Cell(times, "dim"), *_shapes(entry.first.facts["kernels"], entry.first.facts["fragments"])]


def network_cells(review: Review) -> list[Cell]:
    """The network as one."""
    found = Fragments(review.ledger, review.traffic).network
    return [Cell("network", "strong"), Cell(""), *_shapes(found.kernels, found.fragments)]


def _shapes(kernels: Shape, fragments: Shape) -> list[Cell]:
    widths = ["?" if shape.width is None else count(shape.width) for shape in (kernels, fragments)]
    at_once = f"{float(kernels.parallelism):.2f}"
    figures = (count(kernels.nodes), count(kernels.longest), widths[0], at_once)
    return [*map(Cell, figures), *map(Cell, (count(fragments.nodes), count(fragments.longest), widths[1]))]


SHARES = (
    Column("model", left=True),
    Column("access"),
    Column("conv+FC"),
    Column("depthwise"),
    Column("element-wise"),
    Column("G4 %"),
    Column("other", yields=4),
    Column("kernels"),
    Column("dw", yields=5),
    Column("G4"),
)
"""The columns of what is element-wise under each traffic model: of access, then of kernels."""


def share_rows(review: Review) -> Iterator[list[Cell]]:
    """What is element-wise under each traffic model; G4 takes in depthwise convolutions and biases, as the paper counts."""
    ledger = review.ledger
    for model in models(review.traffic):
        parts, launches = traffic_of(ledger, ledger.lines, model), kernels_of(ledger, ledger.lines, model)
        amounts = (parts.dense, parts.depthwise, parts.element_wise + parts.biases, parts.counted, parts.others)
        shares = [share(part, parts.total) for part in amounts]
        counts = map(count, (parts.total, launches.total, launches.depthwise, launches.counted))
        access, *kernels = counts
        access = f"{LOWER if ledger.unknown else ''}{access}"
        style = "strong" if model == review.traffic else ""
        yield [Cell(spelled(model), style), *map(Cell, (access, *shares, *kernels))]


def spelled(model: Traffic) -> str:
    """A model by its name; what differs in its policy below its name."""
    if model.spelled == model.name:
        return model.name
    if all(getattr(model, name) == VIEW for name in LAID_OUT):
        return "  all views"
    own = TRAFFIC[model.name]
    changed = [name for name in LAID_OUT if getattr(model, name) != getattr(own, name)]
    ways = {way: ", ".join(name for name in changed if getattr(model, name) == way) for way in POLICIES}
    return f"  {'; '.join(f'{names} as {way}' for way, names in ways.items() if names)}"


def models(asked: Traffic) -> list[Traffic]:
    """The traffic models that are set side by side; the one that was asked for is among them, below its name."""
    if asked in MODELS:
        return [*MODELS]
    last = max(at for at, model in enumerate(MODELS) if model.name == asked.name)
    return [*MODELS[: last + 1], asked, *MODELS[last + 1 :]]

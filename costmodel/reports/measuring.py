"""What `measure` says: networks with their times, a network's layers, and how well counts order and predict the times."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from costmodel.measuring.agreement import LEAST, Agreement, agreements
from costmodel.measuring.results import Layer, Report, Timed
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text
from costmodel.reports.markdown import escaped
from costmodel.reports.markdown import table as written
from costmodel.reports.roofline import rate
from costmodel.reports.words import count, share

RANGE = (0.05, 0.95)
"""The runs between which a network's spread is said."""


class Shown(NamedTuple):
    """What is shown: reports, the first of them measured now or saved like the others; of layers the `top` slowest."""

    reports: Sequence[Report]
    measured: bool
    top: int | None = None

    @property
    def networks(self) -> list[tuple[Report, Timed]]:
        """Every network with the report that it is in."""
        return [(report, one) for report in self.reports for one in report.networks]

    def agreements(self) -> list[Agreement]:
        """How counts go with times, of the networks of the first report; nothing of fewer than three."""
        found = self.reports[0].networks
        figures = [{"mult_adds": float(one.mult_adds), "access": float(one.access)} for one in found]
        known = len(found) >= LEAST and all(all(one.values()) for one in figures)
        return agreements(figures, [one.seconds for one in found]) if known else []


def screen(shown: Shown, room: int) -> Screen:
    """The report for a screen."""
    lines: Screen = [*enumerated(settings(shown.reports[0]), room), *enumerated(RULES, room, "dim")]
    for title, columns, sections in tables(shown):
        heading, *body = table(columns, sections, room)
        lines += [[], text(title, "head"), *heading, *(line for part in body for line in part)]
    said = [line for label, words in notes(shown) for line in note(label, words, room)]
    return [*lines, *([[]] if said else []), *said]


def settings(report: Report) -> list[str]:
    """The machine, and how it was measured."""
    at = report.settings
    threads = f"{at.threads} thread{'s' if at.threads > 1 else ''}"
    return [at.processor, at.runtime, threads, f"{at.runs} runs, those of {at.warm_up:g} s before them thrown away", at.date]


RULES = (
    "time: the median of the runs, and the range of nine of ten of them",
    "of layers: a profiler's, less what it takes itself",
)

Table = tuple[str, list[Column], list[list[list[Cell]]]]


def tables(shown: Shown) -> Iterator[Table]:
    """The networks; where there is one alone, its layers; where there are several, how counts go with times."""
    yield "Networks", _columns(shown), [[_network(shown, report, one) for report, one in shown.networks]]
    if len(shown.networks) == 1:
        _, one = shown.networks[0]
        yield "Layers", LAYERS, [[*_layers(one, shown.top)], [*_apart(one)]]
    if found := shown.agreements():
        yield "Do counts foretell the times?", AGREEMENT, [[_agreed(one) for one in found]]


def _columns(shown: Shown) -> list[Column]:
    rates = [Column("mult-adds/s", yields=3), Column("bytes/s", yields=4)]
    found = [
        Column("network", left=True),
        Column("mult-adds"),
        Column("access"),
        Column("time"),
        Column("5–95 %", yields=2),
        *rates,
    ]
    return [*found, *([Column("was"), Column("ratio")] if _before(shown) else [])]


def _before(shown: Shown) -> dict[str, Timed]:
    """The networks of saved reports, where others of their names were measured now."""
    if not shown.measured or len(shown.reports) < 2:
        return {}
    saved = {one.network: one for report in shown.reports[1:] for one in report.networks}
    return {one.network: saved[one.network] for one in shown.reports[0].networks if one.network in saved}


def _network(shown: Shown, report: Report, one: Timed) -> list[Cell]:
    low, high = (one.quantile(part) for part in RANGE)
    cells = [
        Cell(one.network, "strong"),
        Cell(count(one.mult_adds)),
        Cell(count(one.access)),
        Cell(duration(one.seconds), "strong"),
        Cell(f"{duration(low, one.seconds)[:-3]}–{duration(high, one.seconds)}", "dim"),
        Cell(_rate(one.mult_adds, one.seconds), "dim"),
        Cell(f"{_rate(one.access_bytes, one.seconds)}B", "dim"),
    ]
    if before := _before(shown):
        was = before.get(one.network) if report is shown.reports[0] else None
        cells += [Cell(duration(was.seconds) if was else ""), Cell(f"{one.seconds / was.seconds:.3f} ×" if was else "")]
    return cells


LAYERS = [
    Column("layer", left=True),
    Column("op", left=True, yields=2),
    Column("mult-adds", yields=1),
    Column("%", yields=1),
    Column("access", yields=1),
    Column("%", yields=1),
    Column("time"),
    Column("%"),
    Column("mult-adds/s", yields=3),
    Column("bytes/s", yields=4),
]


def _layers(one: Timed, top: int | None) -> Iterator[list[Cell]]:
    """The layers in order, or the slowest, and the others in one row."""
    if top is None or top >= len(one.layers):
        yield from (_layer(one, layer) for layer in one.layers)
        return
    slow = sorted(one.layers, key=lambda layer: -layer.seconds)
    yield from (_layer(one, layer) for layer in slow[:top])
    left = slow[top:]
    mult_adds, access = sum(layer.mult_adds for layer in left), sum(layer.access for layer in left)
    yield _layer(one, Layer(f"{len(left)} others", "", mult_adds, access, sum(layer.seconds for layer in left), 1))


def _layer(one: Timed, layer: Layer) -> list[Cell]:
    time = Cell(duration(layer.seconds, one.seconds)) if layer.nodes else Cell("–", "dim")
    heavy = layer.seconds * 10 >= one.seconds
    return [
        Cell(layer.path),
        Cell(layer.op),
        Cell(count(layer.mult_adds)),
        Cell(share(layer.mult_adds, one.mult_adds), "dim"),
        Cell(count(layer.access)),
        Cell(share(layer.access, one.access), "dim"),
        time,
        Cell(share(layer.seconds, one.seconds), "strong" if heavy else "dim"),
        Cell(_rate(layer.mult_adds, layer.seconds), "dim"),
        Cell(f"{_rate(layer.access * one.access_bytes // max(one.access, 1), layer.seconds)}B", "dim"),
    ]


def _apart(one: Timed) -> Iterator[list[Cell]]:
    """What is of no layer, and the total."""
    named = {
        f"{one.reorder_nodes} reorder{'s' if one.reorder_nodes > 1 else ''}": one.reorders,
        "between nodes": one.between,
        "nodes of no known layer": one.unmapped,
    }
    for name, seconds in named.items():
        if seconds:
            cells = [Cell(duration(seconds, one.seconds)), Cell(share(seconds, one.seconds), "dim")]
            yield [Cell(name, "dim"), *[Cell("")] * 5, *cells, Cell(""), Cell("")]
    rates = [Cell(_rate(one.mult_adds, one.seconds)), Cell(f"{_rate(one.access_bytes, one.seconds)}B")]
    whole = [Cell(count(one.mult_adds)), Cell(""), Cell(count(one.access)), Cell(""), Cell(duration(one.seconds)), Cell("")]
    yield [cell._replace(style="strong") for cell in (Cell("total"), Cell(""), *whole, *rates)]


AGREEMENT = [
    Column("by", left=True),
    Column("rank correlation"),
    Column("Kendall's τ", yields=2),
    Column("misordered pairs"),
    Column("median error"),
    Column("worst"),
]


def _agreed(one: Agreement) -> list[Cell]:
    return [
        Cell(one.name, "strong"),
        Cell(f"{one.spearman:.3f}"),
        Cell(f"{one.kendall:.3f}"),
        Cell(f"{one.misordered} of {one.pairs}"),
        Cell(f"{100 * one.median:.1f} %"),
        Cell(f"{100 * one.worst:+.1f} %"),
    ]


def notes(shown: Shown) -> Iterator[tuple[str, str]]:
    """What access is, what the agreement means, and which reports stand beside."""
    yield "access", f"elements under the traffic model {shown.reports[0].settings.traffic}; bytes are those of fp32"
    if len(shown.networks) == 1 and shown.networks[0][1].reorders:
        yield "reorders", "bring channels into blocks, as convolutions want them, and back; they are of no layer"
    if len(shown.networks) == 1 and any(not layer.nodes for layer in shown.networks[0][1].layers):
        yield "–", "runs as one with another layer, or is a view"
    if found := shown.agreements():
        yield "errors", "each network's time predicted from the others', relative to what was measured"
        both = found[-1].factors
        alone = found[0].factors[0]
        yield (
            "fitted",
            (
                f"mult-adds alone: {_per(alone)} mult-adds/s; both: "
                + " + ".join(
                    f"{_per(factor)} {unit}/s" for factor, unit in zip(both, ("mult-adds", "elements"), strict=True) if factor
                )
            ),
        )
    elif len(shown.reports[0].networks) > 1:
        yield "order", f"whether counts foretell times is said of {LEAST} networks or more"
    for report in shown.reports[1 if shown.measured else 0 :]:
        yield "saved", " · ".join((*(one.network for one in report.networks), *settings(report)))


def _per(factor: float) -> str:
    return rate(Fraction(1 / factor)) if factor else "no"


def _rate(amount: float, seconds: float) -> str:
    """A rate with its scale; a dash where nothing was done or no time was seen."""
    return rate(Fraction(amount / seconds)) if amount and seconds else "–"


def duration(seconds: float, whole: float | None = None) -> str:
    """A time in the unit that suits the network's.

    >>> duration(0.0123), duration(0.00002, 0.0123), duration(0.00052)
    ('12.30 ms', '0.020 ms', '0.52 ms')
    """
    unit, scale = ("s", 1) if (whole or seconds) >= 1 else ("ms", 1000)
    return f"{seconds * scale:,.2f} {unit}" if seconds * scale >= 0.1 else f"{seconds * scale:,.3f} {unit}"


def as_markdown(shown: Shown) -> str:
    """The report as Markdown."""
    parts = [
        " · ".join(map(escaped, settings(shown.reports[0]))),
        "  \n".join(map(escaped, RULES)),
        *(
            f"## {escaped(title)}\n\n{written(columns, [row for section in sections for row in section])}"
            for title, columns, sections in tables(shown)
        ),
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(shown)),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"

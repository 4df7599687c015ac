"""What `sweep` says, on a screen, in Markdown, CSV and JSON: its points side by side."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.conventions import CONVENTIONS, Convention
from costmodel.dtypes import Dtypes
from costmodel.listing import Listing
from costmodel.ops.fields import spoken
from costmodel.problems import printable
from costmodel.reports import sweep_rows
from costmodel.reports.columns import Order
from costmodel.reports.layout import Cell, Column, Screen, enumerated, table, text, width_of, wrapped
from costmodel.reports.sweep_files import picked as picked_data
from costmodel.reports.sweep_rows import AMOUNTS, Shape, ratio
from costmodel.reports.words import LOWER, UNKNOWN, count, counting, per, setting, uncounted
from costmodel.sweep import Point, sortable
from costmodel.traffic import CONV, Traffic

if TYPE_CHECKING:
    from costmodel.holding import Hold
    from costmodel.reports.sweep_files import Stop
    from costmodel.survey import Survey

FIGURES = ("per_access", *AMOUNTS, *(f"×{name}" for name in AMOUNTS))
"""Every column beside the swept parameters."""
_DEFAULT = ("operations", "×operations", "params", "×params", "access", "×access", "per_access")
_YIELDS = {"×operations": 3, "×params": 4, "per_access": 5}


class Swept(NamedTuple):
    """What a report shows: the points, what is held fixed, and how.

    `over` are the parameters that are swept; with `stop`, points are missing.
    """

    network: str
    points: list[Point]
    held: dict[str, Any]
    dtypes: Dtypes = Dtypes()
    convention: Convention = CONVENTIONS["paper"]
    columns: tuple[str, ...] = ()
    sort: Order | None = None
    top: int | None = None
    traffic: Traffic = CONV
    survey: "Survey | None" = None
    hold: "Hold | None" = None
    over: tuple[str, ...] = ()
    stop: "Stop | None" = None

    @property
    def names(self) -> list[str]:
        """The swept parameters, and one that is solved for."""
        return [str(name) for name in self.points[0].values] if self.points else [*self.over]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that are shown; without any of a parameter, all of them come first."""
        keys = self.columns or _DEFAULT
        return keys if set(keys) & set(self.names) else (*self.names, *keys)

    @property
    def first(self) -> Point | None:
        """The first point that can be built, which ratios compare with."""
        return next((p for p in self.points if p.totals), None)

    def built(self) -> list[Point]:
        """The points that can be built, sorted; all of them."""
        found = [p for p in self.points if p.totals]
        if self.sort is None:
            return found
        key, falls = self.sort
        return sorted(found, key=lambda p: _weight(self, p, key), reverse=falls)

    def amount(self, point: Point, key: str) -> Any:
        """A count of a point that can be built, exact."""
        assert point.totals is not None
        if key == "bytes":
            return self.dtypes.bytes(point.moves.loaded, point.moves.maps)
        if key == "peak":
            return point.peak
        return point.operations if key == "operations" else getattr(point.totals, key)


def _weight(swept: Swept, point: Point, key: str) -> Any:
    if key == "per_access" and point.uncounted:
        return 0
    if key == "per_access":
        return Fraction(point.operations, swept.amount(point, "access") or 1)
    if key not in swept.names:
        return swept.amount(point, key.lstrip("×"))
    return sortable(next(value for name, value in point.values.items() if str(name) == key))


def heading(swept: Swept) -> list[str]:
    """What stands above the points: the convention, the traffic model, what is held fixed."""
    rule = swept.convention
    multiplying = list(dict.fromkeys(name for point in swept.points for name in point.multiplying))
    held = [setting(name, value) for name, value in swept.held.items() if name not in swept.names]
    held += [str(swept.dtypes)] if "bytes" in {key.lstrip("×") for key in swept.keys} else []
    if swept.hold is not None:
        held.insert(0, f"{swept.hold.figure} next to {count(swept.hold.target)} by {swept.hold.by}")
    compared = "the first row"
    if (swept.sort or swept.top) and swept.first:
        compared = ", ".join(setting(name, value) for name, value in swept.first.values.items())
    return [
        f"{rule.unit}: {counting(rule.meaning, multiplying)} ({rule.name})",
        f"access: {counting(swept.traffic.said, multiplying)} ({swept.traffic.spelled})",
        f"held fixed: {' · '.join(held) or 'nothing'}; × compares with {compared}",
    ]


def columns(swept: Swept) -> list[Column]:
    """The headings of the columns."""
    keys = swept.keys
    found = []
    for at, key in enumerate(keys):
        name = key.lstrip("×")
        title = name if name in swept.names else swept.convention.unit if name == "operations" else name.replace("_", " ")
        title = "mult-adds" if title == "mult adds" else title
        ratio = "×" if at and keys[at - 1] == name else f"× {title}"
        found.append(Column(ratio if key.startswith("×") else title, yields=0 if swept.columns else _YIELDS.get(key, 0)))
    return found


def cells(swept: Swept, point: Point) -> list[Cell]:
    """A point's row."""
    values = {str(name): value for name, value in point.values.items()}
    return [Cell(spoken(values[key]), "strong") if key in values else _figure(swept, point, key) for key in swept.keys]


def _figure(swept: Swept, point: Point, key: str) -> Cell:
    assert swept.first is not None
    if key == "per_access":
        return Cell(UNKNOWN if point.uncounted else per(point.operations, swept.amount(point, "access")), "dim")
    if not key.startswith("×"):
        return Cell(f"{LOWER if point.uncounted else ''}{count(swept.amount(point, key))}")
    if point.uncounted or swept.first.uncounted:
        return Cell(UNKNOWN, "dim")
    now, then = (swept.amount(one, key[1:]) for one in (point, swept.first))
    return Cell(ratio(now, then), "dim")


def unbuilt(swept: Swept) -> list[str]:
    """A sentence for each point that cannot be built."""
    found = [p for p in swept.points if p.totals is None]
    said = [f"cannot be built: {', '.join(setting(n, v) for n, v in p.values.items())}: {p.reason}" for p in found]
    more = swept.survey.unbuilt - len(found) if swept.survey is not None else 0
    return [*said, *([f"cannot be built: {count(more)} more points, each for a reason of its own"] if more else [])]


def _uncounted(swept: Swept) -> list[tuple[str, str]]:
    """The path and the name of each op that is not counted at some point."""
    return list(dict.fromkeys(op for point in swept.points for op in point.uncounted))


def left_out(swept: Swept) -> str:
    """A sentence on the points that `top` leaves out; nothing where there are none."""
    built = len(swept.built()) if swept.survey is None or swept.survey.asked.front else swept.survey.kept
    left = built - len(swept.built()[: swept.top])
    limited = swept.survey is not None and swept.survey.asked.limits
    what = "keep the limits" if limited else "can be built"
    return f"not shown: {count(left)} more point{'s' if left != 1 else ''} that {what}" if left else ""


def picked(swept: Swept) -> str:
    """A sentence on how the points were picked out of how many; nothing where they are all."""
    survey = swept.survey
    if survey is None:
        return ""
    limits, front = survey.asked.limits, survey.asked.front
    points = f"{count(survey.of)} point{'s' if survey.of != 1 else ''}"
    said = [
        points if survey.is_whole else f"stopped after {count(survey.seen.next)} of {points}",
        f"{count(survey.unbuilt)} of them cannot be built" if survey.unbuilt else "",
        f"{count(survey.kept)} keep {', '.join(limit.text for limit in limits)}" if limits else "",
        f"{count(len(swept.built()))} on the front of {survey.asked.front_said}" if front else "",
    ]
    return "; ".join(part for part in said if part)


def notes(swept: Swept) -> list[tuple[str, str]]:
    """The sentences below the points, each with its style: what is left out, not counted, or cannot be built."""
    missing = _uncounted(swept)
    found = [
        (picked(swept), "bad" if swept.stop else ""),
        (left_out(swept), "dim"),
        (f"not counted: {uncounted(missing)}" if missing else "", "bad"),
    ]
    return [(words, style) for words, style in (*found, *((words, "bad") for words in unbuilt(swept))) if words]


def screen(swept: Swept, room: int) -> Screen:
    """The points as rows; each metric beside its ratio to the first point that can be built."""
    body = [cells(swept, point) for point in swept.built()[: swept.top]]
    titles, shown = table(columns(swept), [body], room)
    *rules_shown, held = heading(swept)
    return [
        text(swept.network, "head"),
        *(line for part in rules_shown for line in enumerated([part], room, "dim")),
        *enumerated([held], room),
        [],
        *(titles if body else []),
        *([text("─" * min(width_of(titles + shown), room), "dim")] if body else []),
        *shown,
        *(text(line, style) for words, style in notes(swept) for line in wrapped(printable(words), room)),
    ]


def as_markdown(swept: Swept) -> str:
    """The points as a table of Markdown."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    body = [cells(swept, point) for point in swept.built()[: swept.top]]
    parts = [
        f"## {escaped(swept.network)}",
        "  \n".join(map(escaped, heading(swept))),
        written(columns(swept), body) if body else "",
        "\n".join(f"- {escaped(sentence)}" for sentence, _ in notes(swept)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def listed(swept: Swept) -> list[Point]:
    """The points of JSON and CSV: as swept, or sorted and cut with those that cannot be built behind them."""
    if swept.sort is None and swept.top is None:
        return swept.points
    return [*swept.built()[: swept.top], *(p for p in swept.points if p.totals is None)]


def shape(swept: Swept) -> Shape:
    """What the rows of a file have."""
    first = swept.first
    figures = None
    if first is not None and not first.uncounted:
        figures = {key: swept.amount(first, key) for key in AMOUNTS if key != "peak" or first.peak is not None}
    names, held = tuple(swept.names), dict(swept.held)
    if swept.hold is not None:
        held["held"] = f"{swept.hold.figure} next to {swept.hold.target} by {swept.hold.by}"
    rules = swept.dtypes, swept.convention, swept.traffic
    return Shape(swept.network, names, held, *rules, swept.keys if swept.columns else (), figures)


def as_json(swept: Swept) -> str:
    """The points as JSON; a point that cannot be built has its reason and no totals."""
    points = listed(swept)
    left, shaped = len(swept.points) - len(points), shape(swept._replace(hold=None))  # a document says it in its own words
    tail = {
        "uncounted": [{"path": path, "op": name} for path, name in _uncounted(swept)],
        **({"not_shown": left} if left else {}),
        **({"held": swept.hold._asdict()} if swept.hold is not None else {}),
        **({"picked": picked_data(swept.survey.asked, swept.survey.seen)} if swept.survey is not None else {}),
        **({"stopped": swept.stop.data()} if swept.stop is not None else {}),
    }
    entries = sweep_rows.json_rows(shaped, Listing.of(points))
    return sweep_rows.json_head(shaped) + entries + sweep_rows.json_tail(tail)


def as_csv(swept: Swept) -> str:
    """The points as CSV with a heading: every setting, the totals, the rules, the reason where there are no totals."""
    shaped = shape(swept)
    stopped = sweep_rows.csv_stopped(shaped, swept.stop.sentence) if swept.stop is not None else ""
    return sweep_rows.csv_heading(shaped) + sweep_rows.csv_rows(shaped, Listing.of(listed(swept))) + stopped

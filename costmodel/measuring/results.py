"""What was measured of networks, and how: kept as JSON, and read back from it."""

import json
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, NamedTuple, get_type_hints

from costmodel.problems import Problem, SpecError

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""
REPORT = "measure"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: what it is called, its mult-adds, the elements that it moves, and its seconds, the median of all runs.

    `path` is the place of its convolution or FC layer, or of its first op; `nodes` how many kernels ran for it, 0 where it
    went with another.
    """

    path: str
    op: str
    mult_adds: int
    access: int
    seconds: float
    nodes: int


@dataclass(frozen=True, slots=True)
class Timed:
    """A network: its figures, the seconds of each run, its layers, and the seconds that are of no layer.

    `reorders` go into bringing channels into blocks and back, in `reorder_nodes` kernels; `between` is what a whole run
    takes beyond its nodes, and `unmapped` what nodes take whose layer is not known.
    """

    network: str
    name: str
    settings: dict[str, str]
    batch: int
    mult_adds: int
    access: int
    access_bytes: int
    runs: list[float]
    layers: list[Layer]
    reorders: float
    reorder_nodes: int
    between: float
    unmapped: float

    @property
    def seconds(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    def quantile(self, part: float) -> float:
        """The run below which a part of all lie."""
        found = sorted(self.runs)
        return found[min(int(part * len(found)), len(found) - 1)]


class Settings(NamedTuple):
    """The machine, and how it was measured: `warm_up` are seconds of runs thrown away; access is that of a traffic model."""

    processor: str
    runtime: str
    threads: int
    runs: int
    warm_up: float
    seed: int
    date: str
    traffic: str


class Report(NamedTuple):
    """Networks that were measured alike."""

    settings: Settings
    networks: list[Timed]


def as_json(report: Report) -> str:
    """The report as JSON; times are in seconds."""
    document = {
        "schema": SCHEMA,
        "report": REPORT,
        "settings": report.settings._asdict(),
        "networks": [asdict(one) | {"seconds": one.seconds} for one in report.networks],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, file: str) -> Report:
    """A report that was saved. Raises `SpecError` for a text that is none, and names what is wrong with it."""
    try:
        document = json.loads(text)
    except ValueError as error:
        at = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _none(file, f"it is no JSON, or is cut off{at}") from None
    except RecursionError:
        raise _none(file, "it is nested too deep") from None
    if not isinstance(document, dict) or document.get("report") != REPORT:
        kind = document.get("report") if isinstance(document, dict) else None
        raise _none(file, f"it is a report of '{kind}'" if isinstance(kind, str) else "it is no report of `costmodel measure`")
    if document.get("schema") != SCHEMA:
        raise _none(file, f"its schema is {document.get('schema')!r}, and this program reads {SCHEMA}")
    settings, networks = document.get("settings"), document.get("networks")
    if not isinstance(networks, list) or not networks:
        raise _none(file, "it has no networks")
    try:
        return Report(Settings(**_fields(Settings, settings)), [_timed(one) for one in networks])
    except _Misfit as error:
        raise _none(file, str(error)) from None


class _Misfit(Exception):
    """What does not fit."""


def _none(file: str, why: str) -> SpecError:
    hint = "costmodel measure SPEC… --format json -o FILE.json writes one"
    return SpecError([Problem(None, f"{file} is no saved measurement: {why}", hint)])


def _timed(data: Any) -> Timed:
    found = _fields(Timed, data)
    if not found["runs"] or not all(type(run) in (int, float) and run > 0 for run in found["runs"]):
        raise _Misfit("the runs of a network are times above 0")
    return Timed(**{**found, "layers": [Layer(**_fields(Layer, one)) for one in found["layers"]]})


def _fields(kind: Any, data: Any) -> dict[str, Any]:
    """The fields of a record as a document has them; a number is one, and a text is one."""
    hints = get_type_hints(kind)
    if not isinstance(data, dict):
        raise _Misfit(f"where {kind.__name__.lower()} should stand, there is something else")
    for name, hint in hints.items():
        legal = (int, float) if hint is float else getattr(hint, "__origin__", hint)
        if name not in data:
            raise _Misfit(f"'{name}' is missing")
        if not isinstance(data[name], legal) or isinstance(data[name], bool):
            raise _Misfit(f"'{name}' is not what it should be")
    return {name: data[name] for name in hints}

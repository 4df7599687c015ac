"""Networks run on this machine: the time of each, and of its layers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from costmodel.exporting.writing import exported
from costmodel.layers import by_layer, main_line, op_label
from costmodel.ledger import Ledger
from costmodel.measuring.kernels import REORDERS
from costmodel.measuring.machine import processor, runtime
from costmodel.measuring.mapping import Owners
from costmodel.measuring.naming import named
from costmodel.measuring.results import Layer, Report, Settings, Timed
from costmodel.measuring.running import WARM_UP, Event, Times, timed
from costmodel.ops.fields import spoken
from costmodel.traffic import FUSED, Traffic

_BYTES = 4


class Asked(NamedTuple):
    """How networks are measured."""

    threads: int = 1
    runs: int = 21
    seed: int = 0
    traffic: Traffic = FUSED


def measured(networks: Sequence[tuple[str, Ledger]], asked: Asked = Asked()) -> Report:  # noqa: B008
    """Run networks, each by its name, in turn. Raises `SpecError` for ops that have no counterpart in ONNX."""
    models = [exported(ledger, asked.seed).SerializeToString() for _, ledger in networks]
    times = [
        one._replace(nodes=named(one.nodes, model))
        for one, model in zip(timed(models, asked.runs, asked.threads, asked.seed), models, strict=True)
    ]
    today = datetime.now(UTC).date().isoformat()
    settings = Settings(processor(), runtime(), asked.threads, asked.runs, WARM_UP, asked.seed, today, asked.traffic.spelled)
    found = [network(name, ledger, one, asked.traffic) for (name, ledger), one in zip(networks, times, strict=True)]
    return Report(settings, found)


def network(name: str, ledger: Ledger, times: Times, traffic: Traffic = FUSED) -> Timed:
    """What was measured of a network, by layer.

    The profiler takes time at each node. What nodes take under it beyond a run without it is taken off all of them alike;
    what a run takes beyond its nodes is of no layer.
    """
    whole, seen = median(times.runs), [(event, median(seconds)) for event, seconds in times.nodes]
    beyond = whole - sum(seconds for _, seconds in seen)
    spent = max(-beyond, 0.0) / max(len(seen), 1)
    nodes = _thinned([(event, seconds) for event, seconds in seen], spent, whole)
    totals = ledger.sums(None, traffic=traffic)
    layers, left = _layers(ledger, nodes, traffic)
    reorders = [seconds for event, seconds in left if event.op in REORDERS]
    return Timed(
        name,
        ledger.name,
        {key: spoken(value) for key, value in ledger.settings.items()},
        int(ledger.batch),
        int(totals.mult_adds),
        int(totals.access),
        _BYTES * int(totals.access),
        times.runs,
        layers,
        sum(reorders),
        len(reorders),
        max(beyond, 0.0),
        sum(seconds for event, seconds in left if event.op not in REORDERS),
    )


def _thinned(nodes: Sequence[tuple[Event, float]], spent: float, whole: float) -> list[tuple[Event, float]]:
    """Nodes without what the profiler took; what the shortest do not have is taken off the others in proportion."""
    thin = [max(seconds - spent, 0.0) for _, seconds in nodes]
    scale = whole / sum(thin) if spent and sum(thin) else 1.0
    return [(event, scale * seconds) for (event, _), seconds in zip(nodes, thin, strict=True)]


def _layers(
    ledger: Ledger, nodes: Sequence[tuple[Event, float]], traffic: Traffic
) -> tuple[list[Layer], list[tuple[Event, float]]]:
    """The layers with their times, and the nodes that are of none."""
    owners, by_line = Owners(ledger), dict[int, list[float]]()
    left = []
    for event, seconds in nodes:
        line = None if event.op in REORDERS else owners.line(event.name)
        if line is None:
            left.append((event, seconds))
        else:
            by_line.setdefault(line, []).append(seconds)
    numbers = {line: number for number, line in enumerate(ledger.lines)}
    found = []
    for lines in by_layer(ledger.lines):
        main, totals = main_line(lines), ledger.sums(lines, traffic=traffic)
        spent = [seconds for line in lines for seconds in by_line.get(numbers[line], ())]
        found.append(Layer(main.path, op_label(main), int(totals.mult_adds), int(totals.access), sum(spent), len(spent)))
    return found, left

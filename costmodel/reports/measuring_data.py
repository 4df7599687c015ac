"""`measure` as data: JSON that it reads back, and CSV, a line a layer."""

import csv
import io
import json

from costmodel.measuring import results
from costmodel.reports.measuring import RANGE, Shown

COLUMNS = (
    "network",
    "layer",
    "op",
    "mult_adds",
    "access",
    "seconds",
    "kernels",
    "low",
    "high",
    "threads",
    "runtime",
    "processor",
)
"""The columns: of a network's own line `layer` is empty, and the range of its runs is said."""


def as_json(shown: Shown) -> str:
    """The first report, which can be read back; with how counts go with times, and the other reports, where there are any."""
    first, *others = shown.reports
    document = json.loads(results.as_json(first))
    found = [{**one._asdict(), "median": one.median, "worst": one.worst} for one in shown.agreements()]
    document |= {"agreement": found} if found else {}
    document |= {"with": [json.loads(results.as_json(other)) for other in others]} if others else {}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_csv(shown: Shown) -> str:
    """A line for each network, and one for each of its layers; times in seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for report, one in shown.networks:
        machine = [report.settings.threads, report.settings.runtime, report.settings.processor]
        spread = [one.quantile(part) for part in RANGE]
        writer.writerow([one.network, "", "", one.mult_adds, one.access, one.seconds, "", *spread, *machine])
        for layer in one.layers:
            figures = [layer.mult_adds, layer.access, layer.seconds, layer.nodes]
            writer.writerow([one.network, layer.path, layer.op, *figures, "", "", *machine])
        for name, seconds in (("reorders", one.reorders), ("between", one.between), ("unmapped", one.unmapped)):
            writer.writerow([one.network, f"({name})", "", "", "", seconds, "", "", "", *machine])
    return out.getvalue()

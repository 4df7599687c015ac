"""What other programs print for a network, against what they were seen to print; every step a count of the ledger."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import costmodel
from costmodel.bridge import bridge, programs
from costmodel.conventions import CONVENTIONS
from costmodel.ledger import Ledger

Runner = Callable[..., tuple[int, str, str]]

with (Path(__file__).parent / "reference" / "counters.csv").open(encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(stream))
PRINTED = [
    pytest.param(row, name, id=f"{row['network']}-{row['input']}-{name}")
    for row in ROWS
    for name in CONVENTIONS
    if row.get(name)
]


def counted(row: dict[str, str]) -> Ledger:
    settings = dict(setting.split("=", 1) for setting in row["settings"].split())
    spec = costmodel.load(row["spec"])
    return spec.evaluate(spec.settings(settings, row["variant"] or None))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['network']}-{row['input']}")
def test_the_network_is_the_one_that_was_counted(row: dict[str, str]) -> None:
    totals = counted(row).totals
    assert (str(totals.mult_adds), str(totals.params)) == (row["mult_adds"], row["params"])


@pytest.mark.parametrize(("row", "name"), PRINTED)
def test_a_program_prints_what_the_bridge_leads_to(row: dict[str, str], name: str) -> None:
    found = bridge(counted(row), CONVENTIONS[name])
    assert found.total == int(row[name])
    assert sum(step.factor * step.amount for step in found.steps) == found.total


def test_every_program_was_seen_to_print() -> None:
    assert {c.name for c in programs()} - {"condensenet"} <= {name for row in ROWS for name in row if row[name]}

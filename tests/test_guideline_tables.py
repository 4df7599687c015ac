"""ShuffleNetV2's tables 1 and 2: memory access puts every column of measured speeds into its order."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from costmodel.bounds import ConvBound

TABLES = yaml.safe_load((Path(__file__).parent / "reference" / "guidelines.yaml").read_text(encoding="utf-8"))
AREA = TABLES["map"] ** 2
SCALES = (1, 2, 4)


def stack(row: dict[str, Any], scale: int) -> list[ConvBound]:
    """The layers of one row, its channels multiplied."""
    if "widths" in row:
        c1, c2 = (Fraction(scale * c) for c in row["widths"])
        return [ConvBound(AREA, AREA, 1, a, b) for a, b in ((c1, c2), (c2, c1))] * 10
    c = Fraction(scale * row["width"])
    return [ConvBound(AREA, AREA, 1, c, c, row["groups"])] * 10


@pytest.mark.parametrize("scale", range(3))
@pytest.mark.parametrize(("table", "device"), [("table1", "gpu"), ("table1", "arm"), ("table2", "gpu"), ("table2", "cpu")])
def test_access_orders_the_speeds(table: str, device: str, scale: int) -> None:
    rows = [row for row in TABLES[table] if row["device"] == device]
    access = [sum(layer.access for layer in stack(row, SCALES[scale])) for row in rows]
    speeds = [row["speeds"][scale] for row in rows]
    assert len(rows) == 4
    assert sorted(access) == access, "from the least access to the most"
    assert sorted(speeds, reverse=True) == speeds, "from the fastest to the slowest"
    assert len(set(access)) == len(set(speeds)) == 4


@pytest.mark.parametrize("row", [row for table in ("table1", "table2") for row in TABLES[table]], ids=str)
def test_mult_adds_and_access_are_those_worked_out_apart(row: dict[str, Any]) -> None:
    layers = stack(row, 1)
    assert sum(layer.mult_adds for layer in layers) == row["mult_adds"]
    assert sum(layer.access for layer in layers) == row["access"]
    assert all(layer.holds for layer in layers)


def test_one_row_of_table_2_cannot_be_built() -> None:
    """180 channels are not eight whole groups: 22.5 each. The figures are those of the fraction."""
    unbuilt = [row for row in TABLES["table2"] if row["width"] % row["groups"]]
    assert [(row["device"], row["groups"], row["width"]) for row in unbuilt] == [("cpu", 8, 180)]
    layer = ConvBound(AREA, AREA, 1, 180, 180, 8)
    assert not layer.is_buildable
    assert layer.weights == 8 * Fraction(45, 2) ** 2 == 4050
    assert (10 * layer.mult_adds, 10 * layer.access) == (unbuilt[0]["mult_adds"], unbuilt[0]["access"])
    assert layer.is_tight
    others = (row for row in TABLES["table2"] if row not in unbuilt)
    assert all(ConvBound(AREA, AREA, 1, row["width"], row["width"], row["groups"]).is_buildable for row in others)

"""ShuffleNetV2's tables 1 to 4 as specs: their speeds as printed, and which pairs of rows each measure ranks as these do."""

import itertools
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from schemas import kinds

import costmodel
from costmodel.ranking import MEASURES, Column, agreement, columns
from costmodel.traffic import FUSED, UNFUSED, Traffic

Runner = Callable[..., Any]
TABLES = yaml.safe_load((Path(__file__).parent / "reference" / "guidelines.yaml").read_text(encoding="utf-8"))


def study(number: int, traffic: Traffic = UNFUSED, **settings: Any) -> list[Column]:
    """The columns of a table, those of the GPU first."""
    return columns(costmodel.load(f"studies/table{number}"), settings, traffic)


def verdicts(found: list[Column], measure: str) -> list[str]:
    """For each column which pairs a measure does not rank as the speeds do: `faster > slower`, or = at equal costs."""
    said = []
    for column in found:
        one = column.agreement(measure)
        assert one is not None
        names = [row.name for row in column.built]
        pairs = [(sign, pair) for sign, part in ((">", one.inverted), ("=", one.undecided)) for pair in part]
        said.append(", ".join(f"{names[fast]} {sign} {names[slow]}" for sign, (fast, slow) in pairs))
    return said


def in_order(found: list[Column], measure: str) -> bool:
    return not any(verdicts(found, measure))


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_speeds_are_those_of_the_paper(number: int) -> None:
    printed = sorted(
        (row["device"] == "gpu", str(at), Fraction(str(speed)))
        for row in TABLES[f"table{number}"]
        for at, speed in zip(row.get("at", (1, 2, 4)), row["speeds"], strict=True)
    )
    found = study(number)
    carried = [
        (column.unit.startswith("batches"), column.at.split()[1], Fraction(row.speed))
        for column in found
        for row in column.rows
    ]
    assert sorted(carried) == printed
    assert [len(column.rows) for column in found] == [5 if number == 3 else 4] * 6
    for column in found if number > 2 else ():  # and each stands at its row
        device = "gpu" if column.unit.startswith("batches") else "cpu"
        rows = {row["row"]: row for row in TABLES[f"table{number}"] if row["device"] == device}
        at = int(column.at.split()[1])
        assert {row.name: row.speed for row in column.rows} == {
            name: Fraction(str(row["speeds"][row["at"].index(at)])) for name, row in rows.items()
        }


@pytest.mark.parametrize(("number", "measure"), [(1, "G1 price"), (1, "access"), (2, "G2 price"), (2, "access")])
def test_prices_of_g1_and_g2_rank_every_column(number: int, measure: str) -> None:
    found = study(number)
    assert in_order(found, measure)
    assert all((one := column.agreement(measure)) and one.tau == 1 for column in found)
    pairs = [one.pairs for column in found if (one := column.agreement(measure))]
    assert pairs == ([6] * 6 if number == 1 else [6, 6, 6, 3, 6, 6]), "less those of the row that cannot be built"


def test_what_is_equal_in_all_rows_ranks_nothing() -> None:
    assert study(1)[0].agreement("G2 price") is None
    assert study(2)[0].agreement("G1 price") is None
    assert study(4)[0].agreement("mult-adds") is None


def test_the_row_that_cannot_be_built_stays_with_its_reason() -> None:
    found = [(column.at, row.name, row.reason) for column in study(2) for row in column.rows if row.reason]
    assert found == [("scale 1", "g8-cpu", "groups (8) must divide the input channels (180)")]


S2, S4, P2, P4 = "2-fragment-series", "4-fragment-series", "2-fragment-parallel", "4-fragment-parallel"


@pytest.mark.parametrize("merge", [1, 2])
def test_kernels_rank_table_3_but_for_four_in_series(merge: int) -> None:
    """However branches come together: added or concatenated."""
    found = study(3, merge=merge)
    assert verdicts(found, "G3 kernels") == [
        "",
        "",
        f"{S4} > {S2}, {S4} > {P2}",
        f"{S4} > {P2}, {P4} > {P2}",
        f"{S4} > {P2}",
        f"{S4} > {S2}, {S4} > {P2}",
    ]
    kernels = [[row.measures["G3 kernels"] for row in column.rows] for column in found]
    assert kernels == [[10, 20, 40, 30, 50]] * 6
    assert [[row.measures["G3 path"] for row in column.rows] for column in found] == [[10, 20, 40, 20, 20]] * 6
    assert [[row.measures["G3 width"] for row in column.rows] for column in found] == [[1, 1, 1, 2, 4]] * 6
    taus = [one.tau for column in found if (one := column.agreement("G3 kernels"))]
    assert taus == [1, 1, Fraction(3, 5), Fraction(3, 5), Fraction(5, 7), Fraction(1, 2)]


@pytest.mark.parametrize("merge", [1, 2])
def test_neither_the_path_nor_the_width_ranks_table_3_alone(merge: int) -> None:
    """The path takes four in series to be slower than four in parallel, which they are nowhere."""
    found = study(3, merge=merge)
    assert all(f"{S4} > {P4}" in said for said in verdicts(found, "G3 path"))
    width = verdicts(found, "G3 width")
    assert [said.count(">") for said in width] == [1, 1, 0, 1, 0, 0]
    assert width[0].startswith(f"{P2} > {S4}")
    assert width[4] == ""


NEAREST = [f"{P2} > {S4}", f"{P2} > {S4}", f"{S4} > {S2}", f"{P4} > {P2}", "", f"{S4} > {S2}"]


@pytest.mark.parametrize("merge", [1, 2])
def test_access_ranks_all_pairs_of_a_column_but_one(merge: int) -> None:
    assert verdicts(study(3, merge=merge), "access") == NEAREST


@pytest.mark.parametrize("narrow", ["45/64", "91/128", "181/256"])
def test_how_channels_are_narrowed_changes_no_verdict_on_table_3(narrow: str) -> None:
    """c/√2 is no whole number: 90, 91 or 90.5 of 128, which is 181 of 256."""
    spec = costmodel.load("studies/table3")
    parts = {1: "1", 2: narrow, 4: "1/2"}
    said = []
    for column in study(3):
        c = int(column.at.split()[1])
        sets = {"1-fragment": (1, 1), S2: (2, 1), S4: (4, 1), P2: (1, 2), P4: (1, 4)}
        costs = []
        for row in column.rows:
            series, parallel = sets[row.name]
            ledger = spec.analyze(c=c, series=series, parallel=parallel, part=parts[series * parallel])
            costs.append(ledger.moved(None, UNFUSED).access)
            assert abs(ledger.totals.mult_adds / (10 * 56 * 56 * c * c) - 1) < 0.03, "equal mult-adds, within the rounding"
        found = agreement(costs, [row.speed for row in column.rows])
        names = [row.name for row in column.rows]
        said.append(", ".join(f"{names[fast]} > {names[slow]}" for fast, slow in found.inverted))
        assert not found.undecided
    assert said == NEAREST


TIE = ["shortcut = relu", *["relu = shortcut"] * 5]
LOW = ["shortcut > relu", *[""] * 5]
HIGH = ["", *["relu > shortcut"] * 5]


@pytest.mark.parametrize("h", [7, 14, 56, 112])
@pytest.mark.parametrize(
    ("ratio", "final", "expected"),
    [
        ("1/8", "act", LOW),
        ("1/4", "act", TIE),
        ("1/2", "act", HIGH),
        ("1", "act", HIGH),
        ("1/4", "none", LOW),
        ("1/2", "none", LOW),
        ("3/4", "none", TIE),
        ("1", "none", HIGH),
    ],
)
def test_one_pair_of_table_4_hangs_on_what_is_not_printed(ratio: str, final: str, expected: list[str], h: int) -> None:
    """ReLU alone against the shortcut alone; the other five pairs of each column come out under every assumption.

    A unit's ReLUs read and write 2·ratio·c channels, and c at its end; its shortcut reads 2c and writes c.
    """
    found = study(4, ratio=ratio, h=h, **({} if final == "act" else {"final": final}))
    assert verdicts(found, "G4 access") == verdicts(found, "access") == expected


@pytest.mark.parametrize("ratio", ["1/8", "1/4", "1"])
def test_launches_rank_table_4_as_its_first_column_alone(ratio: str) -> None:
    found = study(4, ratio=ratio)
    assert verdicts(found, "G4 launches") == verdicts(found, "G3 kernels") == HIGH
    assert [row.measures["G4 launches"] for row in found[0].rows] == [40, 30, 10, 0]


def test_once_fused_nothing_of_table_4_is_element_wise_but_the_shortcut() -> None:
    """An add that is fused reads its other input; then the rows with and without ReLU cost the same."""
    rows = {row.name: row.measures["G4 access"] for row in study(4, FUSED)[0].rows}
    assert rows == {"relu-shortcut": 10 * 56**2 * 32, "relu": 0, "shortcut": 10 * 56**2 * 32, "neither": 0}


def test_rows_without_variants_are_told_apart_by_their_settings() -> None:
    text = "name: T\nparams: {c: 8}\ninput: [3, 32, 32]\nlayers: [{conv2d: c}]\npublished:\n"
    rows = "  - {c: 8, speed: 20, unit: images/s}\n  - {c: 16, speed: 10, unit: images/s}\n  - {speed: 7, unit: batches/s}\n"
    one, other = columns(costmodel.loads(text + rows), {})
    assert [(row.name, row.speed) for row in one.rows] == [("c 8", 20), ("c 16", 10)]
    assert in_order([one], "access")
    assert [row.name for row in other.rows] == ["default"]
    assert other.agreement("access") is None


# --- the agreement itself ---------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), max_size=8))
def test_every_pair_of_different_speed_is_counted_once(rows: list[tuple[int, int]]) -> None:
    costs, speeds = [cost for cost, _ in rows], [speed for _, speed in rows]
    found = agreement(costs, speeds)
    pairs = {(a, b) for a, b in itertools.permutations(range(len(rows)), 2) if speeds[a] > speeds[b]}
    assert sorted(itertools.chain(*found)) == sorted(pairs)
    assert all(costs[a] < costs[b] for a, b in found.agreeing)
    assert all(costs[a] > costs[b] for a, b in found.inverted)
    assert all(costs[a] == costs[b] for a, b in found.undecided)
    backwards = agreement([-cost for cost in costs], speeds)
    assert found.tau is None or backwards.tau == -found.tau


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_says_what_the_tests_above_say(run: Runner) -> None:
    code, out, err = run("check", "studies/table3", "--speeds", "--guideline", "G3")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["G3", "kernels", "10/10", "10/10", "8/10", "8/10", "6/7", "6/8"] in lines
    assert ["access", "9/10", "9/10", "9/10", "9/10", "7/7", "7/8"] in lines
    assert ["G3", "kernels", S4, P2, "40", ">", "30", "C", "D", "E", "F"] in lines
    assert not any("G4" in line for line in lines[5:])


@pytest.mark.parametrize("given", ["table1", "table2", "table3 --set merge=2", "table4 --set ratio=1/2 --traffic fused"])
def test_its_json_is_under_its_schema_and_has_every_pair(run: Runner, given: str) -> None:
    code, out, _ = run("check", *f"studies/{given}".split(), "--speeds", "--format", "json")
    assert (code, kinds("check", out)) == (0, ["speeds"])
    for column in json.loads(out)["columns"]:
        built = [row for row in column["rows"] if not row["reason"]]
        for name, found in column["agreement"].items():
            if found is None:
                assert len({row["measures"][name] for row in built}) == 1
                continue
            assert found["pairs"] == sum(len(found[part]) for part in ("agreeing", "inverted", "undecided"))
            gap = Fraction(len(found["agreeing"]) - len(found["inverted"]), found["pairs"])
            assert Fraction(found["tau"]) == gap


def test_markdown_has_every_pair(run: Runner) -> None:
    out = run("check", "studies/table3", "--speeds", "--format", "markdown")[1]
    assert out.count("\n| G") + out.count("\n| access") + out.count("\n| mult-adds") == 7 + 32
    assert "not shown" not in out


@pytest.mark.parametrize("columns", [80, 140])
def test_screens_fit(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for number in (1, 2, 3, 4):
        out = run("check", f"studies/table{number}", "--speeds", "--top", "99")[1]
        assert max(map(len, out.splitlines())) <= columns
        assert "not shown" not in out


def test_measures_have_their_meaning_beside_them(run: Runner) -> None:
    assert json.loads(run("check", "studies/table1", "--speeds", "--format", "json")[1])["measures"] == MEASURES

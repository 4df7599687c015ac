"""Any block is a unit: blocks of specs in their own letters, as papers print them, and as networks of their own."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel import SpecError, library
from costmodel.blocks import Blocks
from costmodel.cost import COUNTS
from costmodel.evaluate import evaluate
from costmodel.library import bundled
from costmodel.line import Line
from costmodel.problems import Mark, Problems
from costmodel.spec.source import Text

Runner = Callable[..., Any]

NET = """\
name: T
params: {width: 16}
input: [8, 12, 12]
blocks:
  pair:
    params: {kernel, out}
    layers:
      - {depthwise: {kernel, padding: same, bias: false}}
      - {conv2d: {out, bias: false}}
  fuse:
    params: {out}
    inputs: [fine, coarse]
    layers:
      - {upsample: 2, from: coarse, name: wide}
      - add: [fine, wide]
      - {conv2d: {out, bias: false}}
  vector: {params: {out}, layers: [{linear: {out, bias: false}}]}
  uncalled: {params: {n}, layers: [{conv2d: {out: n, kernel: 3 if n > 8 else 1, padding: same, bias: false}, when: n > c_in}]}
layers:
  - {pair: {kernel: 3, out: width}, name: fine}
  - {max_pool: 2, name: coarse}
  - {fuse: 32, from: [fine, coarse]}
  - global_avg_pool
  - flatten
  - vector: 10
"""


@pytest.fixture
def net(tmp_path: Path) -> str:
    (tmp_path / "net.yaml").write_text(NET, encoding="utf-8")
    return str(tmp_path / "net.yaml")


def figure(out: str, label: str = "mult-adds") -> str:
    """The formula that is printed of a figure."""
    return str(next(line for line in out.splitlines() if line.startswith(f"{label} ")).split(None, 1)[1])


@pytest.mark.parametrize(
    ("block", "set_", "free", "label", "printed"),
    [
        ("shufflenet:bottleneck", "c_in=c out=c mid=m groups=g", "h,w,c,m,g", "mult-adds", "h·w·(2·c·m/g + 9·m)"),
        ("resnet:bottleneck", "c_in=c out=c mid=m stride=1", "h,w,c,m", "mult-adds", "h·w·(2·c·m + 9·m²)"),
        ("resnext:unit", "c_in=c out=c mid=m groups=g", "h,w,c,m,g", "mult-adds", "h·w·(2·c·m + 9·m²/g)"),
        ("mnasnet:mbconv", "c_in=d1 out=d2 stride=1", "h,w,d1,d2,t,k", "mult-adds", "h·w·d1·t·(d1 + k² + d2)"),
        ("net:pair", "c_in=M out=N h=D_F w=D_F kernel=D_K", "D_K,M,N,D_F", "mult-adds", "D_K²·M·D_F² + M·N·D_F²"),
        ("shufflenet:gconv", "c_in=c1 out=c2 groups=g", "h,w,c1,c2,g", "access", "h·w·(c1 + c2) + c1·c2/g"),
    ],
)
def test_blocks_come_out_as_papers_print_them(
    run: Runner, net: str, block: str, set_: str, free: str, label: str, printed: str
) -> None:
    settings = [word for pair in set_.split() for word in ("--set", pair)]
    ended = run("formula", block.replace("net:pair", f"{net}:pair"), *settings, "--free", free)
    assert ended.code == 0, ended.err
    assert figure(ended.out, label) == printed


def test_what_has_a_value_is_no_symbol(run: Runner) -> None:
    out = run("formula", "mobilenetv2:bottleneck", "--set", "t=6", "--set", "stride=1", "--set", "out=c_in").out
    assert "free: c_in, h, w · t 6 · out c_in · stride 1" in out
    assert figure(out) == "6·h·w·(2·c_in² + 9·c_in)"
    assert "rests on" not in out


def test_a_choice_that_hangs_on_symbols_is_said(run: Runner) -> None:
    out = run("formula", "mobilenetv2:bottleneck", "--set", "stride=1").out
    assert "rests on         stride == 1 and c_in == out is false\n" in out
    assert "                 t != 1 is true\n" in out
    assert "c_in, h, w, t, out are whole" in out


def test_a_choice_by_size_wants_a_number(run: Runner, net: str) -> None:
    ended = run("formula", f"{net}:uncalled")
    assert ended.code == 2
    assert "'n > c_in' is open: it hangs on a symbol that has no reference value" in ended.err
    # a reference for a symbol that stays free: the choice is as it is there
    out = run("formula", f"{net}:uncalled", "--free", "n", "--set", "n=16", "--set", "c_in=8").out
    assert figure(out) == "72·n·h·w"
    assert "n > c_in is true" in out


def test_several_inputs_have_sizes_of_their_own(run: Runner, net: str) -> None:
    out = run("formula", f"{net}:fuse").out
    assert "free: c_in, h, w, c_coarse, h_coarse, w_coarse, out" in out
    assert figure(out) == "c_in·h·w·out"
    assert "add takes tensors of one shape" in out
    tied = ["--set", "h=2*h_coarse", "--set", "w=2*w_coarse", "--set", "c_coarse=c_in"]
    out = run("formula", f"{net}:fuse", *tied).out
    assert figure(out) == "4·c_in·h_coarse·w_coarse·out"
    assert "rests on" not in out


def test_what_enters_is_what_the_spec_gives_it(run: Runner, net: str) -> None:
    assert "free: c_in, out" in run("formula", f"{net}:vector").out
    assert "free: t, c_in, heads, mlp" in run("formula", "vit:encoder").out


def counted(line: Line) -> tuple[Any, ...]:
    """A line's op and every count of it."""
    return line.op, *(getattr(line.cost, name) for name in COUNTS)


@pytest.mark.parametrize("name", [name for name in bundled() if "/" not in name])
def test_every_block_costs_what_it_costs_where_it_is_called(name: str) -> None:
    """As a network of its own, at the numbers of its first call."""
    spec = costmodel.load(name)
    walk = Blocks({}, Problems())
    ledger = evaluate(spec.graph, spec.settings({}), walk=walk)
    met = set()
    for place, call in walk.calls.items():
        block = call.act.plan.name
        if block in met:
            continue
        met.add(block)
        unit = costmodel.load(f"{name}:{block}")
        (x,) = call.inputs
        sides = {side: f"{side}_in" if side == "c" or side in call.act.plan.params else side for side in x.dims}
        sizes = {sides[side]: size for side, size in x.dims.items() if side != "n"}
        given = {str(n): call.scope[n] for n in call.act.plan.params if n in unit.network.params}
        found = unit.analyze(**sizes, **given)
        expected = [line for line in ledger.lines if str(line.place).startswith(f"{place}/") or line.place == place]
        assert [*map(counted, found.lines)] == [*map(counted, expected)], block


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mobilenetv2:botleneck", "MobileNetV2 has no block 'botleneck'\n  = did you mean 'bottleneck'?"),
        ("mobilenetv2:", "MobileNetV2 has no block ''\n  = its blocks are conv_bn, bottleneck"),
        ("mobilenetv2:zzz", "MobileNetV2 has no block 'zzz'\n  = its blocks are conv_bn, bottleneck"),
        ("grouped:unit", "has no block 'unit'\n  = it has no blocks"),
        ("nope:unit", "no file nope here, and no bundled spec of that name"),
        ("mobilenetv2:bottleneck --set out=c", "no name 'c' here"),
        ("mobilenetv2:bottleneck --set out=c", "--free c makes it a letter of the unit"),
        ("mobilenetv2:bottleneck --set out=c_on", "did you mean 'c_in'?"),
        ("mobilenetv2:bottleneck --set outt=c_in", "MobileNetV2: bottleneck has no parameter 'outt'"),
        ("mobilenetv2:bottleneck --set t=out --set out=t", "t, out would wait for one another"),
        ("mobilenetv2:bottleneck --set t=t", "'t' would wait for itself"),
        ("mobilenetv2:bottleneck --free z", "MobileNetV2: bottleneck has no parameter 'z'"),
        ("mobilenetv2:bottleneck --variant x1.4", "MobileNetV2: bottleneck has no variant 'x1.4'"),
        ("mobilenetv3:bneck", "--set se=false --set nl=relu --set minimal=false --set scaled_sizes=false"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: str, said: str) -> None:
    ended = run("formula", *given.split())
    assert ended.code == 2
    assert ended.out == ""
    assert said in ended.err


def test_a_spec_is_not_overwritten_by_what_is_said_of_its_block(run: Runner, net: str) -> None:
    ended = run("formula", f"{net}:fuse", "-o", net)
    assert ended.code == 2
    assert Path(net).read_text(encoding="utf-8") == NET


def test_json_is_under_its_schema(run: Runner) -> None:
    out = run("formula", "mobilenetv2:bottleneck", "--set", "out=2*c_in", "--format", "json").out
    assert kinds("formula", out) == ["formula"]
    found = json.loads(out)
    assert found["settings"] == {"out": "2·c_in", "stride": 1}
    assert "c_in, h, w, t are whole" in found["exact_where"]


def test_code_gives_the_same(run: Runner) -> None:
    scope: dict[str, Any] = {}
    settings = ("--set", "t=6", "--set", "out=c_in", "--set", "stride=2", "--exact")
    exec(run("formula", "mobilenetv2:bottleneck", *settings, "--python").out, scope)
    expected = costmodel.load("mobilenetv2:bottleneck").analyze(c_in=24, h=15, w=9, t=6, out=24, stride=2).totals
    assert tuple(scope[name](24, 15, 9) for name in ("mult_adds", "params", "access")) == expected


def test_analyze_takes_a_block(run: Runner) -> None:
    sizes = ("--set", "c_in=32", "--set", "h=28", "--set", "w=28", "--set", "t=6", "--set", "out=c_in", "--format", "json")
    assert json.loads(run("analyze", "mobilenetv2:bottleneck", *sizes).out)["totals"]["mult_adds"] == 10988544
    ended = run("analyze", "mobilenetv2:bottleneck")
    assert ended.code == 2
    assert "the parameters c_in, h, w, t, out have no default" in ended.err


def test_loading_takes_a_block() -> None:
    with pytest.raises(SpecError, match="no block 'botleneck'"):
        costmodel.load("mobilenetv2:botleneck")
    assert costmodel.load("units/conv").analyze(D_K=3, M=4, N=5, D_F=6).totals.mult_adds == 9 * 4 * 5 * 36


def test_another_process_reads_the_same_block(run: Runner) -> None:
    text = Text("2*m", Mark("--set", 1, 1, "2*m"))
    unit, _ = library.unit("mobilenetv2:bottleneck", {"out": text}, ["m"])
    again = pickle.loads(pickle.dumps(unit))
    sizes = {"c_in": 8, "h": 4, "w": 4, "t": 2, "m": 6}
    assert again.analyze(**sizes).totals == unit.analyze(**sizes).totals
    assert again.seen == unit.seen
    over = ("--over", "t=2,4", "--set", "c_in=8", "--set", "h=4", "--set", "w=4", "--set", "out=8", "--format", "csv")
    alone, two = (run("sweep", "mobilenetv2:bottleneck", *over, *more).out for more in ((), ("--workers", "2")))
    assert [line.split(",")[:2] for line in alone.splitlines()] == [line.split(",")[:2] for line in two.splitlines()]

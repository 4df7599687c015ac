"""The house: which room may import which, what each start-up loads, what ops may not say."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import costmodel
from costmodel.commands.menu import COMMANDS, rule

ROOT = Path(costmodel.__file__).parent
ROOMS = (
    "algebra",
    "tensor",
    "cost",
    "letters",
    "counts",
    "conventions",
    "dtypes",
    "synonyms",
    "problems",
    "device",
    "rates",
    "ops",
    "line",
    "layers",
    "traffic",
    "fusion",
    "spec",
    "steps",
    "own",
    "checks",
    "graph",
    "ledger",
    "roofline",
    "judge",
    "tying",
    "remedy",
    "walk",
    "repeating",
    "evaluate",
    "expand",
    "importing",
    "forms",
    "blocks",
    "dataflow",
    "memory",
    "schedule",
    "bounds",
    "pinning",
    "elementwise",
    "fragments",
    "guidelines",
    "sides",
    "pebbles",
    "blocking",
    "single",
    "proof",
    "theorem",
    "settings",
    "lifting",
    "advice",
    "library",
    "holes",
    "probing",
    "shapes",
    "rewriting",
    "reviewing",
    "compare",
    "budget",
    "verdict",
    "published",
    "ranking",
    "argument",
    "accuracy",
    "bridge",
    "sweep",
    "units",
    "peaks",
    "closed_form",
    "formulas",
    "solving",
    "holding",
    "space",
    "picking",
    "structure",
    "tracing",
    "streaming",
    "listing",
    "shares",
    "crews",
    "survey",
    "cells",
    "goals",
    "domains",
    "searching",
    "choosing",
    "lattice",
    "weaving",
    "paths",
    "staging",
    "replacing",
    "working",
    "explaining",
    "overview",
    "quiz",
    "asking_units",
    "asking",
    "exporting",
    "measuring",
    "reports",
    "explorer",
    "commands",
    "__init__",
    "__main__",
)
HOMES = {
    "yaml": {"spec.source"},
    "pydantic_core": {"spec.fields"},
    "rich": {"reports.styled", "reports.bar"},
    "textual": {"explorer"},
    "typer": {"commands"},
    "matplotlib": {f"reports.{name}" for name in ("annotating", "canvas", "frames", "plot", "scales", "sweep_plot")},
    "numpy": {
        "algebra.arrays",
        "algebra.engines",
        "exporting",
        "importing",
        "measuring",
        "paths",
        "picking",
        "searching",
        "shares",
        "space",
        "staging",
        "streaming",
        "structure",
        "survey",
        "tracing",
    },
    "distributed": {"crews"},
    "polars": {"reports.parquet"},
    "onnx": {"exporting", "importing", "measuring"},
    "onnxruntime": {"measuring"},
    "torch": {"importing"},
    "numba": {"algebra.engines"},
    "sympy": {"algebra.symbols", "proof", "theorem", "reports.notation"},
}
FILES = sorted(ROOT.rglob("*.py"))


def module(path: Path) -> str:
    name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return name.removesuffix(".__init__") if name != "__init__" else name


def imports(path: Path) -> list[str]:
    """Every module that a file imports, at its top or inside a function; imports for type checkers left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    found = []
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def room(name: str) -> str:
    return name.split(".", 1)[0]


@pytest.mark.parametrize("path", FILES, ids=module)
def test_a_file_imports_only_from_its_own_room_and_those_above(path: Path) -> None:
    own = ROOMS.index(room(module(path)))
    ours = [name.removeprefix("costmodel.") for name in imports(path) if name.startswith("costmodel.")]
    below = [name for name in ours if room(name) in ROOMS and ROOMS.index(room(name)) > own]
    # any room may name the package's version
    assert [name for name in below if name != "__version__"] == []


@pytest.mark.parametrize("path", FILES, ids=module)
def test_each_foreign_package_has_one_home(path: Path) -> None:
    name = module(path)
    astray = [
        found
        for found in imports(path)
        if room(found) in HOMES and not any(name == home or name.startswith(f"{home}.") for home in HOMES[room(found)])
    ]
    assert astray == []


@pytest.mark.parametrize("path", FILES, ids=module)
def test_names_that_say_nothing_do_not_exist(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "base", "manager", "misc"}


@pytest.mark.parametrize("path", sorted((ROOT / "ops").glob("*.py")), ids=module)
def test_ops_neither_divide_inexactly_nor_compare_spelling(path: Path) -> None:
    wrong = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
        or (isinstance(node, ast.Compare) and path.stem in RULES and any(isinstance(o, ast.Eq | ast.NotEq) for o in node.ops))
    ]
    assert wrong == []


RULES = sorted(p.stem for p in (ROOT / "ops").glob("*.py") if p.stem not in ("__init__", "registry", "fields"))
"""The files of `ops/` that hold formulas."""


@pytest.mark.parametrize("name", RULES)
def test_ops_branch_only_on_choices(name: str) -> None:
    """No `if` on a comparison of numbers: `bias`, `is None` and words are choices."""
    tree = ast.parse((ROOT / "ops" / f"{name}.py").read_text(encoding="utf-8"))
    tests = [node.test for node in ast.walk(tree) if isinstance(node, ast.If | ast.IfExp)]
    ordered = [ast.unparse(t) for t in tests if isinstance(t, ast.Compare) and not isinstance(t.ops[0], ast.Is | ast.IsNot)]
    assert ordered == []


HEAVY = (
    "numpy",
    "sympy",
    "rich",
    "pydantic",
    "yaml",
    "typer",
    "textual",
    "torch",
    "matplotlib",
    "polars",
    "onnx",
    "onnxruntime",
    "distributed",
    "numba",
)


def loaded(code: str) -> set[str]:
    """Which heavy packages a fresh interpreter has loaded after running some code, its output thrown away."""
    script = f"import sys, io, contextlib\nwith contextlib.redirect_stdout(io.StringIO()):\n    {code}\n"
    script += "print(*[m for m in sys.modules if '.' not in m])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split()) & set(HEAVY)


def command(*arguments: str) -> str:
    run = "from costmodel.commands.app import app"
    return f"{run}\n    try: app({list(arguments)!r})\n    except SystemExit: pass"


def test_import_is_light() -> None:
    assert loaded("import costmodel") == set()


def test_help_loads_no_heavy_package() -> None:
    assert loaded(command("--help")) == {"typer"}


def test_a_command_is_loaded_when_it_is_asked_for() -> None:
    ours = "print(*[m.rpartition('.')[2] for m in sys.modules if m.startswith('costmodel.commands.')])"
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys\nif True:\n    {command('--help')}\n{ours}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(shown.stdout.splitlines()[-1].split()) & {*COMMANDS, "reading", "output"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_menu_says_of_a_command_what_its_docstring_says(name: str) -> None:
    assert inspect.getdoc(rule(name)) == COMMANDS[name]


def test_analyze_loads_neither_numpy_nor_sympy_nor_rich() -> None:
    assert loaded(command("analyze", "mobilenet.yaml")) == {"typer", "pydantic", "yaml"}


def test_json_loads_neither_numpy_nor_sympy_nor_rich() -> None:
    assert loaded(command("analyze", "mobilenet.yaml", "--format", "json")) == {"typer", "pydantic", "yaml"}


def test_a_device_loads_no_more_and_a_plot_matplotlib_without_its_pyplot(tmp_path: Path) -> None:
    assert loaded(command("analyze", "mobilenet.yaml", "--device", "a100")) == {"typer", "pydantic", "yaml"}
    plot = command("analyze", "mobilenet", "--device", "a100", "--plot", str(tmp_path / "roof.svg"))
    assert loaded(plot) == {"typer", "pydantic", "yaml", "numpy", "matplotlib"}
    script = f"import sys\nif True:\n    {plot}\nassert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)


def test_a_proof_adds_sympy_alone() -> None:
    light = loaded(command("verify"))
    assert loaded(command("verify", "--prove")) == light | {"sympy"} > light


def test_a_load_from_python_adds_yaml_and_the_core_of_pydantic_alone() -> None:
    assert loaded("import costmodel; costmodel.load('mobilenet').analyze()") == {"yaml"}


def test_verify_loads_textual_only_for_the_full_screen() -> None:
    assert "textual" not in loaded(command("verify", "-i"))


def test_validators_are_made_only_for_the_ops_a_spec_names() -> None:
    script = (
        "import costmodel; from costmodel.spec import fields; made = set()\n"
        "real = fields.validator_of\n"
        "def spy(name): made.add(name); return real(name)\n"
        "fields.validator_of = spy\n"
        "costmodel.load('grouped')\n"
        "print(*made, real.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["conv2d", "1"]

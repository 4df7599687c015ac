"""Formulas in LaTeX: every op's are well formed, compile where a LaTeX is found, and mean what the screen says."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sympy

from costmodel.ops import OPS
from costmodel.reports import manual
from costmodel.reports.notation import latex, latex_rows, latex_text, screen
from costmodel.theorem import STEPS

Runner = Callable[..., tuple[int, str, str]]
CONV2D = r"""% conv2d; needs \usepackage{amsmath}
\begin{align*}
  h' &= \left\lfloor{\frac{h + 2\,p - d\,\left(k - 1\right) - 1}{s}}\right\rfloor + 1 \\
  w' &= \left\lfloor{\frac{w + 2\,p - d\,\left(k - 1\right) - 1}{s}}\right\rfloor + 1 \\
  \text{output} &= n \times c_{\mathrm{out}} \times h' \times w' \\
  \text{mult-adds} &= \frac{n\,h'\,w'\,c_{\mathrm{in}}\,c_{\mathrm{out}}\,k^{2}}{g} \\
  \text{additions} &= n\,h'\,w'\,c_{\mathrm{out}} \\
"""


def test_the_formulas_of_a_convolution(run: Runner) -> None:
    code, out, err = run("ops", "conv2d", "--latex")
    assert (code, err) == (0, "")
    assert out.startswith(CONV2D)


@pytest.mark.parametrize("name", OPS)
def test_braces_and_brackets_are_closed_in_their_order(name: str) -> None:
    written = manual.latex(name)
    assert written.isascii()
    assert written.count(r"\left") - written.count(r"\leftarrow") == written.count(r"\right") - written.count(r"\rightarrow")
    depth = 0
    for before, sign in zip(f" {written}", written, strict=False):
        depth += {"{": 1, "}": -1}.get(sign, 0) * (before != "\\")
        assert depth >= 0
    assert depth == 0
    rows = written.split("\\begin{align*}")[1].split(" \\\\\n  ")
    assert [row for row in rows if row.count(" &= ") != (not row.startswith(r"  &\quad {} "))] == []


def test_a_long_sum_breaks_before_its_signs() -> None:
    a, b, c, d, e, f = sympy.symbols("p q r s u v")
    assert latex_rows(a + b + c + d, {}) == ["p + q + r + s"]
    assert latex_rows(a + b + c + d + e - f, {}) == ["p + q + r + s", "{} + u - v"]
    assert latex_rows(a + b + c + d - e - f, {}) == ["p + q + r + s", "{} - u - v"]


@pytest.mark.parametrize(
    "arguments", [("ops", "--latex"), ("ops", "residual", "--latex"), ("ops", "conv2d", "--latex", "--format", "json")]
)
def test_latex_is_refused_where_there_are_no_formulas(arguments: tuple[str, ...], run: Runner) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("costmodel: ")


def test_no_text_is_a_command() -> None:
    hostile = r"\input{/etc/passwd} $x$ & % # _ ^ ~ {}"
    escaped = latex_text(hostile)
    assert escaped == (r"\textbackslash{}input\{/etc/passwd\} \$x\$ \& \% \# \_ \textasciicircum{} \textasciitilde{} \{\}")
    assert latex(sympy.Symbol(r"a}\b"), {}) == r"\mathrm{a\}\textbackslash{}b}"


@pytest.mark.parametrize(
    ("formula", "on_screen", "in_latex"),
    [
        ("-x + 1", "1 − x", "1 - x"),
        ("x - 2*y*(z - 1) - 3", "x − 2·y·(z − 1) − 3", r"x - 2\,y\,\left(z - 1\right) - 3"),
        ("x**2/(y*z)", "x²/(y·z)", r"\frac{x^{2}}{y\,z}"),
        ("1/x", "1/x", r"\frac{1}{x}"),
        ("(x + 1)**3", "(x + 1)³", r"\left(x + 1\right)^{3}"),
        ("Max(8, 3*x/2)", "max(8, 3·x/2)", None),
        ("2*Piecewise((0, x <= y), (z, True))", "(0 if x ≤ y; 2·z otherwise)", None),
        ("Mod(x, 8)", "(x mod 8)", None),
        ("ceiling(x/y)", "⌈x/y⌉", r"\left\lceil{\frac{x}{y}}\right\rceil"),
        ("2*sqrt(x*y)/sqrt(z)", "2·√(x·y)/√z", r"\frac{2\,\sqrt{x\,y}}{\sqrt{z}}"),
        ("x/y + 2*sqrt(x*y) + z", "2·√(x·y) + x/y + z", None),
        ("Sum(x + 1, (y, 1, z))", "∑[y = 1 … z] (x + 1)", r"\sum_{y=1}^{z} \left(x + 1\right)"),
        ("Derivative(Function('f')(x), x)", "∂f(x)/∂x", None),
        ("Rational(3, 2)", "3/2", r"\frac{3}{2}"),
    ],
)
def test_notation(formula: str, on_screen: str, in_latex: str | None) -> None:
    value = sympy.sympify(formula, locals={name: sympy.Symbol(name, positive=True) for name in "xyz"})
    assert screen(value) == on_screen
    if in_latex is not None:
        assert latex(value, {}) == in_latex


def test_every_op_compiles(tmp_path: Path) -> None:
    compiled("\n".join(manual.latex(name) for name in OPS), tmp_path)


def test_the_proof_compiles_and_keeps_to_the_page(run: Runner, tmp_path: Path) -> None:
    code, out, err = run("verify", "--prove", "--latex")
    assert (code, err) == (0, "")
    assert out.isascii()
    assert out.count("\\begin{align*}") == out.count("\\paragraph{") == len(STEPS) + 2
    assert "Overfull" not in compiled(out, tmp_path)


def compiled(body: str, folder: Path) -> str:
    """What LaTeX says of a document."""
    compiler = next((found for name in ("pdflatex", "tectonic", "xelatex") if (found := shutil.which(name))), None)
    if compiler is None:
        pytest.skip("no LaTeX found: formulas are checked for balance alone")
    document = folder / "formulas.tex"
    document.write_text(f"\\documentclass{{article}}\n\\usepackage{{amsmath}}\n\\begin{{document}}\n{body}\\end{{document}}\n")
    flags = [] if compiler.endswith("tectonic") else ["-interaction=nonstopmode", "-halt-on-error"]
    done = subprocess.run([compiler, *flags, document.name], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (folder / "formulas.pdf").stat().st_size > 1000
    return done.stdout

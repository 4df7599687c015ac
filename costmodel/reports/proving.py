"""The proof of the bound, step by step, each claim with the mark of its check: screen, Markdown, JSON and LaTeX."""

import json
import textwrap
from collections.abc import Sequence
from typing import Any

from costmodel.bounds import ConvBound
from costmodel.proof import Finding
from costmodel.reports.derivation import (
    LATEX,
    PLAIN,
    Proof,
    failure,
    figures,
    is_proved,
    latex_words,
    parts,
    sizes,
    statement,
    verdict,
)
from costmodel.reports.layout import Cell, Screen, text, wrapped
from costmodel.theorem import DOMAIN

_HEAD = "The least memory access of a convolution, derived"


def screen(proof: Proof, layer: ConvBound, room: int) -> Screen:
    """The proof, and the layer's numbers in it, as lines of text."""
    lines = [*_filled([_HEAD], room, 0, "head"), *_filled(statement(), room, 0), []]
    for sentence in DOMAIN:
        first, *rest = wrapped(sentence, max(room - 2, 20))
        lines += [text(f"· {first}", "dim"), *(text(f"  {line}", "dim") for line in rest)]
    for place, (step, findings) in enumerate(proof, 1):
        lines += [[], *_filled([f"{place:>2}  {step.title}"], room, 0, "strong")]
        lines += [text(f"    {line}", "dim") for line in wrapped(step.words, max(room - 4, 20))]
        for name, meaning in step.lets.items():
            lines += _filled([f"let {PLAIN(name)}", f"= {PLAIN(meaning)}"], room, 4)
        lines += [line for found in findings for line in _claim(found, room)]
    lines += [[], *_filled([f"At {sizes(layer)}"], room, 4, "strong")]
    for figure in figures(layer):
        name, *equal = figure.equation
        lines += _filled([f"{name:<7}", *(f"= {formula}" for formula in equal)], room, 4, further=8)
    return [*lines, [], *_filled([verdict(proof)], room, 0, "good" if is_proved(proof) else "bad")]


def _claim(found: Finding, room: int) -> Screen:
    (first,), *rest = _filled([*parts(found.claim), *filter(None, [failure(found)])], room, 6)
    marked = [Cell(f"    {_mark(found)} ", "good" if found.holds else "bad"), first._replace(text=first.text[6:])]
    return [marked, *rest]


def _mark(found: Finding) -> str:
    return "✓" if found.holds else "✗"


def _filled(pieces: Sequence[str], room: int, indent: int, style: str = "", further: int = 2) -> Screen:
    """Pieces on as few lines as hold them, later ones further in; a piece is broken only where no line holds it."""
    lines = [" " * indent + pieces[0]]
    for piece in pieces[1:]:
        if len(lines[-1]) + 1 + len(piece) <= room:
            lines[-1] += f" {piece}"
        else:
            lines.append(" " * (indent + further) + piece)
    inner = " " * (indent + further + 2)
    broken = (textwrap.wrap(line, max(room, 20), subsequent_indent=inner, break_on_hyphens=False) for line in lines)
    return [text(line, style) for several in broken for line in several]


def as_markdown(proof: Proof, layer: ConvBound) -> str:
    """The proof in Markdown: a heading a step, a bullet a claim."""
    from costmodel.reports.markdown import escaped

    sections = [f"## {_HEAD}", f"`{' '.join(statement())}`", "\n".join(f"- {escaped(words)}" for words in DOMAIN)]
    for place, (step, findings) in enumerate(proof, 1):
        lets = [f"- let `{PLAIN(name)} = {PLAIN(meaning)}`" for name, meaning in step.lets.items()]
        claims = [f"- {_mark(found)} `{' '.join(parts(found.claim))}` {failure(found)}".rstrip() for found in findings]
        sections += [f"### {place}. {escaped(step.title)}", escaped(step.words), "\n".join([*lets, *claims])]
    numbers = "\n".join(f"- `{' = '.join(figure.equation)}`" for figure in figures(layer))
    return "\n\n".join([*sections, "### With numbers", f"At {sizes(layer)}:", numbers, verdict(proof)]) + "\n"


def as_json(proof: Proof, layer: ConvBound) -> str:
    """The proof as JSON: formulas as on the screen; `rest` is what is left of left − right; roots are text, cut."""
    document = {
        "schema": 1,
        "theorem": " ".join(statement()),
        "domain": DOMAIN,
        "steps": [
            {
                "title": step.title,
                "words": step.words,
                "definitions": {PLAIN(name): PLAIN(meaning) for name, meaning in step.lets.items()},
                "claims": list(map(_claim_data, findings)),
            }
            for step, findings in proof
        ],
        "numbers": [figure._asdict() | {"value": _number(figure.value)} for figure in figures(layer)],
        "proved": is_proved(proof),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _number(value: str) -> int | str:
    """A whole number; text where a root was cut."""
    digits = value.replace(",", "")
    return int(digits) if digits.isdecimal() else digits


def _claim_data(found: Finding) -> dict[str, Any]:
    claim = found.claim
    return {
        "kind": claim.kind,
        "claim": " ".join(parts(claim)),
        "left": PLAIN(claim.left),
        "right": PLAIN(claim.right),
        "at": {PLAIN(name): PLAIN(value) for name, value in claim.at.items()},
        "holds": found.holds,
        "rest": PLAIN(found.rest),
    }


def as_latex(proof: Proof, layer: ConvBound) -> str:
    r"""The proof as a fragment for a document with the package amsmath: a `\paragraph` and an `align*` a step."""
    failed = [f"% step {place} is not proved" for place, (_, found) in enumerate(proof, 1) if not is_proved([(_, found)])]
    sections = [
        "\n".join(["% the bound of costmodel verify, derived; needs \\usepackage{amsmath}", *failed]),
        _section(_HEAD, DOMAIN, [_row(*statement(LATEX))]),
    ]
    for place, (step, findings) in enumerate(proof, 1):
        rows = [_row(LATEX(name), f":= {LATEX(meaning)}") for name, meaning in step.lets.items()]
        rows += [_row(*parts(found.claim, LATEX)) for found in findings]
        sections.append(_section(f"{place}. {step.title}", [step.words], rows))
    numbers = [_row(name, *(f"= {same}" for same in equal)) for name, *equal in (f.equation for f in figures(layer, LATEX))]
    sections.append(_section("With numbers", [f"At ${sizes(layer, LATEX)}$:"], numbers))
    return "\n".join(sections)


def _section(title: str, sentences: Sequence[str], rows: Sequence[str]) -> str:
    words = "\n".join(sentence if "$" in sentence else latex_words(sentence) for sentence in sentences)
    equations = " \\\\\n".join(rows)
    return f"\\paragraph{{{latex_words(title)}.}}\n{words}\n\\begin{{align*}}\n{equations}\n\\end{{align*}}\n"


def _row(left: str, right: str, *more: str) -> str:
    """An equation of an `align*`; what is more than a sign goes on lines of its own."""
    further = "".join(f" {part}" if len(part) < _SIGN else f" \\\\\n    &\\quad {part}" for part in more)
    return f"  {left} &{right}{further}"


_SIGN = 8
"""Characters that a sign and its zero have at most."""

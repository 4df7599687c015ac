"""Remarks on lines of files, as GitHub's workflow commands and as SARIF 2.1.0 (OASIS) have them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from costmodel.problems import Mark, printable

LEVELS = ("error", "warning", "note")


class Remark(NamedTuple):
    """A sentence about a place in a file: how bad it is, by which rule, where."""

    level: str
    rule: str
    message: str
    mark: Mark | None


def github(remarks: Iterable[Remark]) -> str:
    """Remarks as workflow commands, a line each, that GitHub shows beside the file.

    >>> print(github([Remark("note", "G1", "100 % a: b", Mark("net.yaml", 3, 5, ""))]), end="")
    ::notice file=net.yaml,line=3,col=5,title=G1::100 %25 a: b
    """
    lines = []
    for level, rule, message, mark in remarks:
        place = {} if mark is None else {"file": uri(mark.file), **({"line": mark.line, "col": mark.col} if mark.line else {})}
        given = ",".join(f"{name}={_property(str(value))}" for name, value in {**place, "title": rule}.items())
        lines.append(f"::{'notice' if level == 'note' else level} {given}::{_escaped(printable(message))}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def uri(file: str) -> str:
    """A file as it is called from where the command runs; as it is where it lies elsewhere."""
    try:
        return Path(file).resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return Path(file).as_posix()


def sarif(remarks: Iterable[Remark], rules: Mapping[str, str], version: str) -> str:
    """Remarks as a SARIF log of one run, with what each rule says."""
    found = list(remarks)
    used = [name for name in rules if any(one.rule == name for one in found)]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "costmodel",
                        "version": version,
                        "rules": [{"id": name, "shortDescription": {"text": rules[name]}} for name in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, used) for one in found],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _result(one: Remark, rules: list[str]) -> dict[str, Any]:
    place = {} if one.mark is None else {"locations": [{"physicalLocation": _location(one.mark)}]}
    return {
        "ruleId": one.rule,
        "ruleIndex": rules.index(one.rule),
        "level": one.level,
        "message": {"text": printable(one.message)},
        **place,
    }


def _location(mark: Mark) -> dict[str, Any]:
    region = {"region": {"startLine": mark.line, "startColumn": mark.col}} if mark.line else {}
    return {"artifactLocation": {"uri": _quoted(uri(mark.file))}, **region}


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return f"file://{quote(path)}" if path.startswith("/") else quote(path)

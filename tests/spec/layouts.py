"""Data laid out as YAML in one of the many ways that mean the same: in brackets or on lines, in quotes or without."""

from collections.abc import Callable
from typing import Any

Node = Any
"""What a spec is made of before it is laid out: a text, None for a name alone, a list, a mapping."""


def _quoted(text: str, chance: Callable[[int], bool], inside: bool) -> str:
    """A text in YAML: in quotes where it must be, and sometimes where it need not."""
    bad = (
        not text
        or text != text.strip()
        or text[0] in "-?:,[]{}#&*!|>'\"%@` "
        or ": " in text
        or " #" in text
        or text[-1] == ":"
    )
    if not bad and not (inside and any(sign in text for sign in ",[]{}")) and not chance(12):
        return text
    if "'" not in text and chance(2):
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flow(node: Node, chance: Callable[[int], bool]) -> str:
    if node is None:
        return ""
    if isinstance(node, str):
        return _quoted(node, chance, inside=True)
    if isinstance(node, dict):
        pairs = [(_quoted(key, chance, inside=True), item) for key, item in node.items()]
        return "{" + ", ".join(key if item is None else f"{key}: {_flow(item, chance)}" for key, item in pairs) + "}"
    return "[" + ", ".join(_flow(item, chance) for item in node) + "]"


def laid_out(node: Node, chance: Callable[[int], bool], depth: int) -> list[str]:
    """Lines, in brackets now and then and always below some depth."""
    if isinstance(node, str) or not node:
        return [_quoted(node, chance, inside=False) if isinstance(node, str) else _flow(node, chance)]
    lines: list[str] = []
    if isinstance(node, dict):
        for key, item in node.items():
            name = _quoted(key, chance, inside=True)
            if item is None or isinstance(item, str):
                lines.append(f"{name}:" + ("" if item is None else f" {_quoted(item, chance, inside=False)}"))
            elif not item or depth > 14 or chance(3):
                lines.append(f"{name}: {_flow(item, chance)}")
            else:
                lines += [
                    f"{name}:" + ("  # why" if chance(9) else ""),
                    *(f"  {line}" for line in laid_out(item, chance, depth + 1)),
                ]
        return lines
    for item in node:
        plain = isinstance(item, str) or depth > 14 or chance(3)
        first, *rest = (
            [_quoted(item, chance, inside=False)]
            if isinstance(item, str)
            else ([_flow(item, chance)] if plain else laid_out(item, chance, depth + 1))
        )
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return lines

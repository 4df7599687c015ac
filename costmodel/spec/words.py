"""A formula's characters and words, looked at before its grammar: most slips show here, and at their very column."""

import keyword
import re
from collections.abc import Iterable
from itertools import accumulate

MAX_LENGTH = 200
"""Characters that a formula may have."""


class FormulaError(Exception):
    """A formula that cannot be read or worked out; `column` counts from 0 within the formula."""

    def __init__(self, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


_WORD = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|//|==|!=|<=|>=|[-+*/%()<>,])",
    re.ASCII,
)
_OPERATORS = frozenset(("and", "or", "if", "else", "not"))
_PYTHON = {
    **dict.fromkeys(("True", "False", "None"), "write `{lower}`"),
    "is": "`==` compares",
    "in": "write `x == a or x == b`",
}
_OTHER_SIGNS = {
    "&&": "write `and`",
    "&": "write `and`",
    "||": "write `or`",
    "|": "write `or`",
    "!": "write `not x`, and `!=` for 'differs'",
    "^": "write `**` for a power",
    "=": "`==` compares",
    "×": "write `*`",
    "·": "write `*`",
    "−": "write `-`",
    "–": "write `-`",
    "÷": "write `/`",
    "≤": "write `<=`",
    "≥": "write `>=`",
    "≠": "write `!=`",
    "²": "write `** 2`",
    ":": "put a space after the colon of a key",
    "[": "formulas have no indexing",
    "?": "write `a if condition else b`",
    "$": "a name stands alone, without a sign",
    '"': "words stand without quotes",
    "'": "words stand without quotes",
}
_PRODUCT = re.compile(r"([1-9]\d*(?:\.\d+)?|0\.\d+)(?![eE]\d*$)([A-Za-z]\w+|[a-jl-z])", re.ASCII)
"""A number that is glued to a name, and no figure such as 300k."""
_PAIR = re.compile(r"(\d+)x(\d+)", re.ASCII)
_NUMBER_HINT = "numbers are decimal, without leading zeros or underscores: 12, 1.4, 1e6"


def check_words(text: str) -> None:
    """Refuse what is no formula, from left to right. Raises `FormulaError`."""
    if not text.strip():
        raise FormulaError(0, "a value is missing here")
    if len(text) > MAX_LENGTH:
        hint = "`let:` gives a part of it a name"
        raise FormulaError(0, f"a formula has at most {MAX_LENGTH} characters, and this one has {len(text)}", hint)
    before, opened, at = "", [], 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        word = _word(text, at, before)
        _check_order(before, word, at)
        if word == "(":
            opened.append(at)
        elif word == ")":
            if not opened:
                raise FormulaError(at, "this ')' closes nothing")
            opened.pop()
        before, at = word, at + len(word)
    if opened:
        raise FormulaError(opened[-1], "this '(' is not closed")
    if not _ends_value(before):
        raise FormulaError(len(text.rstrip()) - 1, f"a value is missing after '{before}'")


def _word(text: str, at: int, before: str) -> str:
    """The word that starts at a column, after another."""
    match = _WORD.match(text, at)
    if not match:
        sign = next((s for s in _OTHER_SIGNS if text.startswith(s, at)), text[at])
        shown = f"'{sign}'" if sign.isprintable() else f"the character U+{ord(sign):04X}"
        hint = _OTHER_SIGNS.get(sign, "names are made of a-z, A-Z, 0-9 and _" if sign.isalnum() else "")
        raise FormulaError(at, f"{shown} has no place in a formula", "" if sign == "[" and not _ends_value(before) else hint)
    word = match[0]
    if match["number"]:
        run = re.compile(r"[\w.]*(?:(?<=[eE])[+-]\d*)?").match(text, at)
        whole = run[0] if run and len(run[0]) > len(word) else word
        if whole != word or re.match(r"0\d", word) or re.search(r"[eE][+-]?\d{4}", word):
            raise FormulaError(at, f"'{whole}' is not a number of specs", _meant(whole))
    elif keyword.iskeyword(word) and word not in _OPERATORS:
        raise FormulaError(at, f"'{word}' has no place in a formula", _PYTHON.get(word, "").format(lower=word.lower()))
    return word


def _meant(word: str) -> str:
    """What to write for a word that starts with a digit."""
    if pair := _PAIR.fullmatch(word):
        return f"one value a side stands in brackets: [{pair[1]}, {pair[2]}]"
    product = _PRODUCT.fullmatch(word)
    return f"write `{product[1]} * {product[2]}`" if product else _NUMBER_HINT


def _ends_value(word: str) -> bool:
    """Whether a value may end with this word, and so an operator may follow."""
    return word == ")" or (word not in _OPERATORS and (word[:1].isalnum() or (word[:1] in "_." and word != "")))


def _check_order(before: str, word: str, at: int) -> None:
    """Values and operators take turns."""
    after_value = _ends_value(before)
    starts_value = word in ("(", "not", "-") or (_ends_value(word) and word != ")")
    if after_value and starts_value and word != "-":
        is_call = word == "(" and (before[0].isalpha() or before[0] == "_")
        if not is_call:
            hint = "write `*` to multiply" if before[0] in ".0123456789)" and word != "not" else ""
            if before[0].isdigit() and word[0].isdigit():
                hint = "a comma stands between the values of a list"
            raise FormulaError(at, f"an operator is missing before '{word}'", hint)
    elif not after_value and not starts_value:
        # `max()` is told apart by its count of values
        if word == ")" and before == "(":
            return
        where = f"between '{before}' and '{word}'" if before else f"before '{word}'"
        raise FormulaError(at, f"a value is missing {where}")


def commas(text: str) -> list[int]:
    """The columns of the commas that stand in no bracket.

    >>> commas("max(8, c), 3")
    [9]
    """
    depths = accumulate((sign in "[(") - (sign in "])") for sign in text)
    return [at for at, (sign, depth) in enumerate(zip(text, depths, strict=True)) if sign == "," and not depth]


def without_commas(text: str) -> list[str]:
    """The values that were meant where the commas between them are missing; none where it may be one value.

    >>> without_commas("3 32 32"), without_commas("s if first")
    (['3', '32', '32'], [])
    """
    parts = text.split()
    plain = len(parts) > 1 and all(re.fullmatch(r"[\w.]+", part, re.ASCII) and part not in _OPERATORS for part in parts)
    return parts if plain else []


def key_hint(key: str, known: Iterable[str], alone: bool = True) -> str:
    """What a key that is none of those known lacks to be one: a colon, or the space after it; nothing where that is unclear.

    `alone` says whether no value stands beside it: a blank in a key that has one is where a comma is missing.

    >>> key_hint("kernel=3", ["kernel"]), key_hint("padding 1", ["padding"])
    ('write `kernel: 3`', 'a colon is missing: write `padding: 1`')
    """
    if ":" in key:
        return "put a space after the colon"
    found = re.fullmatch(r"(\w+)\s*(=|\s)\s*(\S.*)", key)
    if not found or found[1] not in set(known):
        return ""
    if not alone:
        return f"a comma is missing: write `{found[1]}, {found[3]}: …`" if found[2] != "=" else ""
    written = f"write `{found[1]}: {found[3]}`"
    return written if found[2] == "=" else f"a colon is missing: {written}"

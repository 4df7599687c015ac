"""What a row of the tables of known answers and known refusals says."""

from dataclasses import dataclass
from typing import Any

from costmodel.tensor import Tensor


@dataclass(frozen=True)
class Answer:
    """What one op gives at one setting; counts that are not named are 0."""

    op: str
    inputs: tuple[Tensor, ...]
    fields: dict[str, Any]
    output: Tensor
    counts: dict[str, int]


@dataclass(frozen=True)
class Refusal:
    """What one op answers to one setting that cannot be: the sentence of each condition that fails."""

    op: str
    inputs: tuple[Tensor, ...]
    fields: dict[str, Any]
    sentences: tuple[str, ...]


def answer(op: str, *inputs: Tensor, output: Tensor, fields: dict[str, Any] | None = None, **counts: int) -> Answer:
    """One known answer."""
    return Answer(op, inputs, fields or {}, output, counts)


def refusal(op: str, *inputs: Tensor, sentences: tuple[str, ...], fields: dict[str, Any] | None = None) -> Refusal:
    """One known refusal."""
    return Refusal(op, inputs, fields or {}, sentences)


def image(c: int, h: int, w: int, n: int = 1) -> Tensor:
    """A map of `c` channels."""
    return Tensor(n=n, c=c, h=h, w=w)


def signal(c: int, w: int, n: int = 1) -> Tensor:
    """A signal of `c` channels."""
    return Tensor(n=n, c=c, w=w)


def volume(c: int, d: int, h: int, w: int, n: int = 1) -> Tensor:
    """A volume of `c` channels."""
    return Tensor(n=n, c=c, d=d, h=h, w=w)


def tokens(t: int, c: int, n: int = 1) -> Tensor:
    """A sequence of `t` tokens."""
    return Tensor(n=n, t=t, c=c)


def vector(c: int, n: int = 1) -> Tensor:
    """A vector of `c` channels."""
    return Tensor(n=n, c=c)

"""The kinds of tensor that ops take, said in their signatures; a plain `Tensor` is any."""

from typing import Annotated, NamedTuple, TypeAlias

from costmodel.tensor import Tensor


class Takes(NamedTuple):
    """What an input may be called: `Tensor.kind` is one of these."""

    kinds: tuple[str, ...]


Signal: TypeAlias = Annotated[Tensor, Takes(("signal",))]
"""Channels and one side: c×w."""
Map: TypeAlias = Annotated[Tensor, Takes(("map",))]
"""Channels and two sides: c×h×w."""
Volume: TypeAlias = Annotated[Tensor, Takes(("volume",))]
"""Channels and three sides: c×d×h×w."""
Sequence: TypeAlias = Annotated[Tensor, Takes(("sequence",))]
"""Tokens with channels: t×c."""
Spatial: TypeAlias = Annotated[Tensor, Takes(("map", "signal", "volume"))]
"""Channels and at least one side that a window slides over."""

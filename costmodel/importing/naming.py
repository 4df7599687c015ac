"""Names of a model as a spec can have them."""

import re

from costmodel.spec.names import RESERVED


def identifier(text: str) -> str:
    """A name for a size or an input: letters, digits and underscores, unlike the words that a spec has for other things.

    >>> identifier("onnx::MatMul_0"), identifier("2d"), identifier("index")
    ('onnx_MatMul_0', 'size_2d', 'index_')
    """
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "size"
    name = f"size_{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name

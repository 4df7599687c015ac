"""The tensors of an ONNX file: their shapes, and their numbers where these are few and lie in the file."""

import struct
from math import prod
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from costmodel.importing.model import SMALL, Constant
from costmodel.importing.wire import Budget, Malformed, varint

TYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "string", 9: "bool",
    10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: "bfloat16",
    17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4",
    23: "float4e2m1", 24: "float8e8m0", 25: "uint2", 26: "int2",
}  # fmt: skip
"""The data types by their numbers in the format."""
_BITS = {"float32": 32, "float16": 16, "float64": 64, "bfloat16": 16, "bool": 8, "complex64": 64, "complex128": 128}
_BITS |= {f"{kind}{bits}": bits for kind in ("int", "uint") for bits in (2, 4, 8, 16, 32, 64)}
_BITS |= {name: 8 for name in TYPES.values() if name.startswith("float8")} | {"float4e2m1": 4}
LARGEST = 2**63
"""No array of a machine has more elements."""


def constant(found: dict[str, list[Any]], *, learned: bool, name: str = "") -> Constant:
    """A tensor as it was decoded. Raises `Malformed` for a shape that cannot be, and for data that are not of it."""
    name = name or first(found, "name", "")
    shape = tuple(found.get("dims", []))
    number = first(found, "data_type", 0)
    if number not in TYPES:
        raise Malformed(f"the tensor '{name}' has the data type {number}, which is none")
    if any(size < 0 for size in shape):
        raise Malformed(f"the tensor '{name}' has a negative size: {'×'.join(map(str, shape))}")
    if prod(shape) >= LARGEST:
        raise Malformed(f"the tensor '{name}' has {'×'.join(map(str, shape))} elements, more than there can be")
    dtype = TYPES[number]
    if first(found, "data_location", 0) == 1:
        _check_location(found, name)
        return Constant(name, dtype, shape, None, learned)
    data, sample = _numbers(found, name, dtype, prod(shape)), _sample(found, shape)
    is_mask = learned and not sample and prod(shape) <= _WIDEST and _is_mask(found, dtype, data)
    return Constant(name, dtype, shape, data, learned and not is_mask, sample)


_SAMPLED = 512
"""Bytes at the start, in the middle and at the end of a matrix by which copies are told."""
_HIDDEN = -100
"""What a mask adds to what it hides, or less."""
_WIDEST = 2**24
"""The most elements of a mask, as of 4096 tokens by as many."""


def _sample(found: dict[str, list[Any]], shape: tuple[int, ...]) -> bytes:
    """Some bytes of a matrix; none where they are alike but for two values, or few."""
    _, view = found["raw"][-1] if "raw" in found else (0, b"")
    if len(shape) < 2 or len(view) < _SAMPLED:
        return b""
    middle = len(view) // 2
    taken = b"".join(bytes(view[at : at + _SAMPLED]) for at in (0, middle, len(view) - _SAMPLED))
    return taken if len({taken[at : at + 4] for at in range(0, len(taken), 4)}) > 2 else b""


def _is_mask(found: dict[str, list[Any]], dtype: str, data: tuple[Any, ...] | None) -> bool:
    """Whether values are zero, or so low that a softmax leaves nothing of them: nothing learns those."""
    if data is None and dtype in ("float32", "float16", "float64") and "raw" in found:
        values = np.frombuffer(found["raw"][-1][1], dtype=f"<f{_BITS[dtype] // 8}")
        return bool(((values == 0) | (values <= _HIDDEN)).all() and (values < 0).any())
    if data is None or "float" not in dtype:
        return False
    return all(value == 0 or value <= _HIDDEN for value in data) and any(value < 0 for value in data)


def first(found: dict[str, list[Any]], name: str, usual: Any) -> Any:
    """The value of a field that is there once: the last, as the format wants it."""
    values = found.get(name)
    return values[-1] if values else usual


def _check_location(found: dict[str, list[Any]], name: str) -> None:
    """Refuse weights that would lie outside the folder of the file; those inside are not looked at either."""
    said = {first(pair, "key", ""): first(pair, "value", "") for pair in found.get("external_data", [])}
    location = said.get("location", "")
    paths = (PurePosixPath(location), PureWindowsPath(location))
    if any(path.is_absolute() or path.drive or path.root or ".." in path.parts for path in paths):
        raise Malformed(f"the weights of '{name}' are said to lie at '{location}', outside the file's own folder")


def _numbers(found: dict[str, list[Any]], name: str, dtype: str, many: int) -> tuple[Any, ...] | None:
    if "raw" in found:
        _, view = found["raw"][-1]
        bits = _BITS.get(dtype, 0)
        if not isinstance(view, memoryview) or len(view) != -(-many * bits // 8):
            size = len(view) if isinstance(view, memoryview) else 0
            raise Malformed(f"the tensor '{name}' has {many:,} elements of {dtype}, and holds {size:,} bytes")
        return _raw(view, dtype, many) if many <= SMALL else None
    if many > SMALL:
        return None
    if dtype == "string":
        texts = tuple(bytes(view).decode("utf-8", "replace") for _, view in found.get("strings", []))
        return _counted(texts, name, many)
    field = {"float32": "floats", "float64": "doubles", "int64": "int64s", "uint64": "uint64s", "uint32": "uint64s"}.get(
        dtype, "int32s"
    )
    if dtype.startswith(("complex", "float8", "float4")):
        return None
    values = _typed(found.get(field, []), field)
    if not values and many:
        return None if name or many else ()
    return _counted(_read_as(values, dtype, many), name, many)


def _counted(values: tuple[Any, ...] | None, name: str, many: int) -> tuple[Any, ...]:
    values = values or ()
    if len(values) != many:
        raise Malformed(f"the tensor '{name}' has {many:,} elements, and holds {len(values):,}")
    return values


def _typed(parts: list[tuple[int, Any]], field: str) -> list[Any]:
    """Numbers as the format spreads them over fields of their own."""
    values: list[Any] = []
    for wire, part in parts:
        if field in ("floats", "doubles"):
            size, code = (4, "f") if field == "floats" else (8, "d")
            if not isinstance(part, memoryview) or len(part) % size or len(part) > 8 * SMALL:
                raise Malformed("a list of numbers is cut off, or longer than its tensor")
            values += struct.unpack(f"<{len(part) // size}{code}", part)
        elif wire == 0:
            values.append(part)
        else:
            at, budget = 0, Budget(8 * SMALL)
            while at < len(part):
                budget.take()
                value, at = varint(part, at)
                values.append(value)
    if field in ("int32s", "int64s"):
        values = [value - (1 << 64) if value >> 63 else value for value in values]
    return values


def _read_as(values: list[Any], dtype: str, many: int) -> tuple[Any, ...] | None:
    """Numbers whose bits stand in wider ones."""
    if dtype in ("float16", "bfloat16"):
        return _raw(memoryview(np.array(values, dtype=np.uint16).tobytes()), dtype, len(values))
    if dtype == "bool":
        return tuple(map(bool, values))
    if dtype in ("int4", "uint4", "int2", "uint2"):
        return _raw(memoryview(bytes(value & 0xFF for value in values)), dtype, many)
    return tuple(values)


def _raw(view: memoryview, dtype: str, many: int) -> tuple[Any, ...] | None:
    if dtype == "bfloat16":
        return tuple((np.frombuffer(view, dtype="<u2").astype(np.uint32) << 16).view(np.float32).tolist())
    if dtype in ("int4", "uint4", "int2", "uint2"):
        bits = int(dtype[-1])
        each = [byte >> shift & (1 << bits) - 1 for byte in view for shift in range(0, 8, bits)][:many]
        return tuple(v - (1 << bits) if dtype[0] == "i" and v >> bits - 1 else v for v in each)
    kinds = {"float": "f", "int": "i", "uint": "u"}
    kind = next((kinds[word] for word in kinds if dtype.startswith(word) and dtype[len(word) :].isdigit()), "")
    if dtype == "bool":
        return tuple(map(bool, view))
    return tuple(np.frombuffer(view, dtype=f"<{kind}{_BITS[dtype] // 8}").tolist()) if kind else None

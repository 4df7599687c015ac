"""A PyTorch module as an exported program, which says its ops and the sizes between them; no weight is read or copied."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from costmodel.problems import Problem, SpecError

_EXTRA = "pip install 'costmodel[torch]'"


def exported(
    module: Any, inputs: Sequence[Any], keywords: Mapping[str, Any] | None, dynamic: Any
) -> tuple[Any, dict[tuple[str, int], str]]:
    """The program of a module in evaluation mode, without ops in place, and the names of open sizes.

    The names are those of `dynamic`, by the input's name and the axis. Raises `SpecError` for what cannot be exported.
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise SpecError([Problem(None, f"a torch.nn.Module is wanted, and here is one of type {type(module).__name__}")])
    if not isinstance(inputs, Sequence) or isinstance(inputs, str):
        raise SpecError(
            [Problem(None, f"the example inputs are a tuple of what the module takes, and here is {_kind(inputs)}")]
        )
    args, given = (*inputs,), dict(keywords or {})
    names: dict[tuple[str, int], str] = {}
    if _is_simple(dynamic):
        args, given, dynamic, names = _opened(module, args, given, dynamic)
    elif dynamic is not None:
        names = _called(module, args, given, dynamic)
    args, given = _on_the_same_device(module, args, given)
    with _quiet(), evaluating(module):
        try:
            program = torch.export.export(module, args, given, dynamic_shapes=dynamic, strict=False)
            return _functional(torch, program), names
        except Exception as error:  # anything that the module's own code raises
            raise _refused(module, error) from None


def _functional(torch: Any, program: Any) -> Any:
    """A program in which nothing is written over; PyTorch 2.5 makes no other, and would take its layers apart besides."""
    is_later = hasattr(torch.export.exported_program, "default_decompositions")
    return program.run_decompositions({}) if is_later else program


def _torch() -> Any:
    try:
        import torch
        import torch.export
    except ImportError:
        raise SpecError([Problem(None, "PyTorch is not installed, and a module cannot be read without it", _EXTRA)]) from None
    if not hasattr(torch.export, "Dim") or not hasattr(torch.export.Dim, "AUTO"):
        said = f"PyTorch {torch.__version__} is too old: modules are read with 2.5 and later"
        raise SpecError([Problem(None, said, "pip install -U torch")])
    return torch


def _kind(value: Any) -> str:
    return f"one of type {type(value).__name__}"


@contextmanager
def evaluating(module: Any) -> Iterator[None]:
    """The module in evaluation mode for a while; each of its modules is left in the mode that it was in."""
    modes = [(one, one.training) for one in module.modules()]
    try:
        module.eval()
        yield
    finally:
        for one, mode in modes:
            one.training = mode


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings about the way that a program is made, and no fused kernels that hide what a layer does."""
    import logging
    import warnings

    import torch

    fast = torch.backends.mha.get_fastpath_enabled()
    disabled = logging.root.manager.disable
    try:
        torch.backends.mha.set_fastpath_enabled(False)
        logging.disable(logging.CRITICAL)  # what goes wrong is said in one line, and not logged as well
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
        logging.disable(disabled)


def _on_the_same_device(module: Any, args: tuple[Any, ...], given: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The inputs without numbers where the module's parameters have none."""
    import torch
    from torch.utils._pytree import tree_map

    devices = {one.device.type for one in module.parameters()}
    if devices != {"meta"}:
        return args, given
    args, given = tree_map(lambda one: one.to("meta") if isinstance(one, torch.Tensor) else one, (args, given))
    return args, given


# --- sizes that are open -----------------------------------------------------------------------------------------------


def _is_simple(dynamic: Any) -> bool:
    """Whether open sizes are said as `{input: {axis: name}}`."""
    return isinstance(dynamic, Mapping) and all(
        isinstance(axes, Mapping) and all(isinstance(at, int) and isinstance(name, str) for at, name in axes.items())
        for axes in dynamic.values()
    )


def _opened(
    module: Any, args: tuple[Any, ...], given: dict[str, Any], dynamic: Mapping[Any, Mapping[int, str]]
) -> tuple[tuple[Any, ...], dict[str, Any], Any, dict[tuple[str, int], str]]:
    """Open sizes in PyTorch's own words. Raises `SpecError` for inputs and axes that are not there."""
    import torch

    words = _names(module, args, given)
    values = {**dict(zip(words, args, strict=False)), **given}
    wrong, names = [], {}
    for key, axes in dynamic.items():
        word = words[key] if isinstance(key, int) and 0 <= key < len(args) else key
        value = values.get(word)
        if not isinstance(value, torch.Tensor):
            wrong.append(Problem(None, f"no input '{key}' is a tensor", f"the inputs are {', '.join(values)}"))
            continue
        for at, name in axes.items():
            if not -value.dim() <= at < value.dim():
                wrong.append(Problem(None, f"the input '{word}' has {value.dim()} axes, and axis {at} is to be open"))
                continue
            names[word, at % value.dim()] = name
    if wrong:
        raise SpecError(wrong)
    found = {word: _twice(value, [at for one, at in names if one == word]) for word, value in values.items()}
    open_ = getattr(torch.export.Dim, "DYNAMIC", torch.export.Dim.AUTO)
    shapes = {word: {at: open_ for one, at in names if one == word} or None for word in found}
    args = tuple(found[word] for word in words[: len(args)])
    return args, {word: found[word] for word in given}, _as_taken(module, shapes, words, len(args)), names


def _called(module: Any, args: tuple[Any, ...], given: dict[str, Any], dynamic: Any) -> dict[tuple[str, int], str]:
    """What open sizes are called that are said in PyTorch's own words, of inputs that are tensors."""
    by_word = dynamic if isinstance(dynamic, Mapping) else {}
    if isinstance(dynamic, Sequence):
        by_word = dict(zip(_names(module, args, given), dynamic, strict=False))
    names = {}
    for word, axes in by_word.items():
        pairs = axes.items() if isinstance(axes, Mapping) else enumerate(axes) if isinstance(axes, Sequence) else ()
        for at, size in pairs:
            name = getattr(size, "__name__", "")
            if isinstance(at, int) and name.isidentifier():
                names[word, at] = name
    return names


def _names(module: Any, args: tuple[Any, ...], given: dict[str, Any]) -> list[str]:
    """What the inputs by place are called."""
    parameters = inspect.signature(module.forward).parameters.values()
    words: list[str] = []
    for one in parameters:
        if one.kind is inspect.Parameter.VAR_POSITIONAL:
            words += [f"{one.name}_{place}" for place in range(len(args) - len(words))]
        elif one.kind is not inspect.Parameter.VAR_KEYWORD and one.name not in given:
            words.append(one.name)
    if len(words) < len(args):
        raise SpecError([Problem(None, f"the module takes {len(words)} inputs, and {len(args)} are given")])
    return words[: len(args)]


def _as_taken(module: Any, shapes: dict[str, Any], words: list[str], many: int) -> Any:
    """Shapes by the names of the inputs; inputs that the module takes as a list stand in one."""
    found: dict[str, Any] = {}
    left = [*words[:many]]
    for one in inspect.signature(module.forward).parameters.values():
        if one.kind is inspect.Parameter.VAR_POSITIONAL:
            found[one.name] = tuple(shapes[word] for word in left)
            left = []
        elif one.name in shapes:
            found[one.name] = shapes[one.name]
            left = [word for word in left if word != one.name]
    return found | {word: shape for word, shape in shapes.items() if word not in words and word not in found}


def _twice(value: Any, axes: list[int]) -> Any:
    """An example whose open sizes are 2 where they were 1: of a size of 1 an export takes it that it is always 1."""
    for at in axes:
        if value.shape[at] == 1:
            value = value.repeat([2 if axis == at else 1 for axis in range(value.dim())])
    return value


# --- what cannot be exported -------------------------------------------------------------------------------------------


def _refused(module: Any, error: Exception) -> SpecError:
    """The reason in PyTorch's own words, without how it came to it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    listed = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    first = lines[0] if lines else type(error).__name__
    reason = listed[0] if listed and first.startswith("Constraints violated") else first
    hint = ""
    if "specialized it to be a constant" in reason:
        hint = "leave that size out of `dynamic`: the module's code fixes it"
    elif "data-dependent" in str(error) or "Could not guard" in str(error):
        hint = "torch.export cannot follow a choice that hangs on the numbers of a tensor"
    name = type(module).__name__
    return SpecError([Problem(None, f"{name} cannot be exported by PyTorch: {type(error).__name__}: {reason}", hint)])

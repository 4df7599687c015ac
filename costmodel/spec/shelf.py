"""Which file the name of a spec means."""

import re
from collections.abc import Iterable
from pathlib import Path

from costmodel.problems import Problem, SpecError, meant, one_of, shortened


def bundled() -> dict[str, Path]:
    """Every bundled spec by its name, such as `mobilenet` or `units/fire`."""
    here = Path(__file__).parent.parent
    root = next(p for p in (here / "specs", here.parent / "specs") if p.is_dir())
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.yaml"))}


def find(name: str) -> Path:
    """The spec that a name means: a file in front of the user first, then a bundled one, with or without `.yaml`.

    Raises `SpecError` where there is neither.
    """
    if not name.strip():
        raise SpecError([Problem(None, "the name of the spec is empty", _LISTED)])
    try:
        near = [path for path in (Path(name), Path(f"{name}.yaml")) if path.is_file()]
        is_directory, is_something = Path(name).is_dir(), Path(name).exists()
    except OSError as error:
        raise SpecError([Problem(None, f"{shortened(name)}: {(error.strerror or str(error)).lower()}")]) from None
    specs = bundled()
    stem = name.removesuffix(".yaml")
    if near or stem in specs:
        return near[0] if near else specs[stem]
    if is_something:
        kind = "directory" if is_directory else "special file"
        raise SpecError([Problem(None, f"{name} is a {kind}, and a spec is a file")])
    hint = _built(stem, specs) or _hint(stem, specs)
    raise SpecError([Problem(None, f"no file {name} here, and no bundled spec of that name", hint)])


def parted(text: str) -> tuple[Path, str | None]:
    """The file that a name means, and the block of it where one is named: `mobilenetv2:bottleneck`. Raises `SpecError`.

    >>> path, block = parted("mobilenetv2:bottleneck")
    >>> path.name, block
    ('mobilenetv2.yaml', 'bottleneck')
    """
    spec, colon, block = text.rpartition(":")
    if colon and spec.strip() and (not block or block.isidentifier()) and not _is_there(text):
        return find(spec), block
    return find(text), None


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


_LISTED = "`costmodel specs` lists the bundled specs"
_UNIT = re.compile(r"^units?/|[ _-]?(unit|block|module|layer)s?$", re.IGNORECASE)
"""What says of a name that a unit is meant, not a network."""


def _hint(stem: str, specs: Iterable[str]) -> str:
    """The bundled spec that a name probably means: by the whole of it or by its last part, or by a word of it."""
    if inside := [name for name in specs if name.startswith(f"{stem.rstrip('/')}/")]:
        return f"the bundled specs of that kind are {one_of(inside)}"
    word = _UNIT.sub("", stem if _UNIT.match(stem) else Path(stem).name)
    is_unit = _UNIT.search(stem) is not None
    fitting = [name for name in specs if "/" in name or not is_unit]
    # a network comes before a unit of its name
    called = {name.rpartition("/")[2]: name for name in sorted(fitting, key=lambda name: "/" not in name)}
    alike = next((last for last in called if _words(word) & _words(last)), None)
    # resnet_block is a block of ResNet before it is nearly resnext
    near = alike if is_unit and alike and word not in called else meant(word, called) or alike
    return f"did you mean '{called[near]}'?" if near else _LISTED


def _built(stem: str, specs: dict[str, Path]) -> str:
    """What builds the network that others call so, as `resnet18`: a spec, or a spec and its variant; else nothing."""
    from costmodel.spec.files import read_file  # only a mistake needs it
    from costmodel.spec.outline import outline

    called = _plain(Path(stem).name)
    networks = {_plain(name): name for name in specs if "/" not in name}
    families = {plain.rstrip("0123456789"): name for plain, name in networks.items()} | networks
    for family in sorted((family for family in families if family in called), key=len, reverse=True):
        name, rest = families[family], "".join(called.split(family, 1)).strip(".")
        if rest in ("", "v1"):
            return f"did you mean '{name}'?"
        for variant in outline(*read_file(specs[name], name)).variants:
            if rest in (plain := _plain(variant), plain.lstrip("vx")):
                return f"did you mean '{name}' with `--variant {variant}`?"
    return ""


def _plain(name: str) -> str:
    """A name without what people write differently: case, and separators but for a dot between two digits.

    >>> _plain("squeezenet1_1"), _plain("RegNet_X-1.6GF"), _plain("vit_b_16")
    ('squeezenet1.1', 'regnetx1.6gf', 'vitb16')
    """
    dotted = re.sub(r"(?<=[0-9])[^a-z0-9]+(?=[0-9])", ".", name.lower())
    return re.sub(r"[^a-z0-9.]|(?<![0-9])\.|\.(?![0-9])", "", dotted)


def _words(name: str) -> set[str]:
    return {word for word in re.split(r"[^a-z0-9]+", name.lower()) if word}

"""Which file the name of a spec means."""

from pathlib import Path

from costmodel.problems import Problem, SpecError, did_you_mean, one_of, shortened


def bundled() -> dict[str, Path]:
    """Every bundled spec by its name, such as `mobilenet` or `units/grouped`."""
    here = Path(__file__).parent.parent
    root = next(p for p in (here / "specs", here.parent / "specs") if p.is_dir())
    return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.yaml"))}


def find(name: str) -> Path:
    """The spec that a name means: a file in front of the user first, then a bundled one, with or without `.yaml`.

    Raises `SpecError` where there is neither.
    """
    if not name.strip():
        raise SpecError([Problem(None, "the name of the spec is empty", f"the bundled specs are {one_of(bundled())}")])
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
    hint = did_you_mean(Path(stem).name, specs, f"the bundled specs are {one_of(specs)}")
    raise SpecError([Problem(None, f"no file {name} here, and no bundled spec of that name", hint)])

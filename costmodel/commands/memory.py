"""`analyze --memory`: what does not go with it, and its columns."""

from costmodel.problems import Problem, SpecError


def alone_with_memory(memory: str | None, convention: str, traffic: str, device: str | None, plot: str | None) -> None:
    """Refuse, beside a report on memory, what is of another report. Raises `SpecError`."""
    options = {
        "--convention": convention != "paper",
        "--traffic": traffic != "conv",
        "--device": device is not None,
        "--plot": plot is not None,
    }
    asked = [name for name, is_asked in options.items() if is_asked]
    if memory is not None and asked:
        message = f"{', '.join(asked)}: --memory shows what is alive, and neither what is counted nor what is moved"
        raise SpecError([Problem(None, message, "leave one or the other out")])


def columns_of_memory() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a report on memory, and those by which rows rise when sorted."""
    from costmodel.reports.timeline import NAMES, TEXTS

    return NAMES, (*TEXTS, "line")

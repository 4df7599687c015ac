"""`costmodel specs`: the bundled networks; one as text, as it stands or written out flat; the schema for editors."""

from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.options import FEW_FORMATS, FewFormats, NoColour, Output, Quiet, Settings, Variant
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.spec.source import Text


def specs(
    spec: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A bundled spec or a file, to print; all are listed without one.")
    ] = None,
    expanded: Annotated[bool, typer.Option("--expanded", help="Written out: a line a node, numbers only.")] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema with which editors help.")] = False,
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The bundled specs, one of them as text, or their schema."""
    read = reading.Reader()
    read(_fit, spec, expanded, bool(set_) or variant is not None, schema, format is not None)
    # a spec is YAML and a schema JSON, whatever the file is called
    form = "table" if spec is not None or schema else read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output, spec)
    given = read(reading.settings, set_)
    read.check()
    if schema:
        from costmodel.spec.schema import dumps

        outputs.write(output, dumps())
    elif spec is None:
        _list(form, output, no_color)
    elif expanded:
        outputs.write(output, _expanded(spec, given, variant, quiet))
    else:
        from costmodel.importing.door import text_of
        from costmodel.library import find

        path = find(spec)
        outputs.write(output, text_of(path, str(path))[0])


def _fit(spec: str | None, expanded: bool, is_set: bool, schema: bool, formatted: bool) -> None:
    """Refuse options that go with another form of the command. Raises `SpecError`."""
    wrong = []
    if schema and (spec is not None or expanded or is_set or formatted):
        wrong.append("--schema stands alone: it is one for all specs")
    elif spec is None and (expanded or is_set):
        wrong.append(f"{'--expanded needs' if expanded else '--set and --variant need'} the name of a spec")
    elif is_set and not expanded:
        wrong.append("--set and --variant go with --expanded: a file as it stands has no settings")
    elif spec is not None and formatted:
        wrong.append("--format is for the list of specs: a spec is printed as YAML")
    if wrong:
        raise SpecError([Problem(None, message) for message in wrong])


def _list(form: str, output: str | None, no_color: bool) -> None:
    from costmodel.library import bundled, load
    from costmodel.reports import catalogue

    networks = {name: load(path).network for name, path in bundled().items()}
    to = outputs.Written(form, output, no_color)
    to.put(catalogue.screen, networks, json=catalogue.as_json, markdown=catalogue.as_markdown)


def _expanded(spec: str, given: "dict[str, Text]", variant: str | None, quiet: bool) -> str:
    from costmodel.commands.analyze import warn
    from costmodel.expand import expanded
    from costmodel.library import load
    from costmodel.reports.words import setting
    from costmodel.spec.printing import printed

    loaded = load(spec)
    warn(loaded, quiet)
    ledger = loaded.cost(given, variant)
    at = ", ".join(setting(name, value) for name, value in ledger.settings.items())
    return printed(expanded(ledger), f"expanded at {at}" if at else "expanded")

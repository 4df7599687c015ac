"""`costmodel specs`: the bundled networks; one as text, as it stands or written out flat; the schema for editors."""

import sys
from typing import Annotated

import typer

from costmodel.commands.options import Format, NoColour, Quiet, Settings, Variant
from costmodel.commands.options import settings as read_settings
from costmodel.problems import Problem, SpecError


def specs(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A bundled spec or a file, to print; all are listed without one.")
    ] = None,
    expanded: Annotated[bool, typer.Option("--expanded", help="Written out: a line a node, numbers only.")] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema with which editors help.")] = False,
    format: Annotated[Format, typer.Option(help="How the list is written.")] = Format.table,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The bundled specs, one of them as text, or their schema."""
    _fit(name, expanded, bool(set_) or variant is not None, schema, format is not Format.table)
    if schema:
        from costmodel.spec.schema import dumps

        sys.stdout.write(dumps())
    elif name is None:
        _list(format, no_color)
    elif expanded:
        _print_expanded(name, set_, variant, quiet)
    else:
        from costmodel.library import find
        from costmodel.spec.files import read_file

        path = find(name)
        sys.stdout.write(read_file(path, str(path))[0])


def _fit(name: str | None, expanded: bool, is_set: bool, schema: bool, formatted: bool) -> None:
    """Refuse options that go with another form of the command. Raises `SpecError`."""
    wrong = []
    if schema and (name is not None or expanded or is_set or formatted):
        wrong.append("--schema stands alone: it is one for all specs")
    elif name is None and (expanded or is_set):
        wrong.append(f"{'--expanded needs' if expanded else '--set and --variant need'} the name of a spec")
    elif is_set and not expanded:
        wrong.append("--set and --variant go with --expanded: a file as it stands has no settings")
    elif name is not None and formatted:
        wrong.append("--format is for the list of specs: a spec is printed as YAML")
    if wrong:
        raise SpecError([Problem(None, message) for message in wrong])


def _list(format: Format, no_color: bool) -> None:
    from costmodel.library import bundled, load
    from costmodel.reports import catalogue

    networks = {name: load(name_of).network for name, name_of in bundled().items()}
    if format is Format.json:
        sys.stdout.write(catalogue.as_json(networks))
        return
    from costmodel.reports.layout import show, terminal_width

    show(catalogue.screen(networks, terminal_width(sys.stdout)), colour=False if no_color else None)


def _print_expanded(name: str, set_: list[str], variant: str | None, quiet: bool) -> None:
    from costmodel.commands.analyze import warn
    from costmodel.expand import expanded
    from costmodel.library import load
    from costmodel.reports.words import setting
    from costmodel.spec.printing import printed

    loaded = load(name)
    warn(loaded, quiet)
    ledger = loaded.evaluate(loaded.settings(read_settings(set_), variant))
    at = ", ".join(setting(name, value) for name, value in ledger.settings.items())
    sys.stdout.write(printed(expanded(ledger), f"expanded at {at}" if at else "expanded"))

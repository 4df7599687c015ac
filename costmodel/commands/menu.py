"""The commands by name; a command's module is loaded when the command is asked for."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "analyze": "What a network costs, per layer and in all.",
    "sweep": "The totals at several settings, side by side.",
    "verify": "The memory-access bound of a 1×1 convolution.",
    "reconcile": "Figures that papers and programs print, beside what is computed.",
    "ops": "The vocabulary, and one op's costs as formulas.",
    "specs": "The bundled specs, one of them as text, or their schema.",
}
"""Every command with its docstring; it is the function of that name in the module of that name."""


class Menu(TyperGroup):
    """The commands to typer: names and sentences are at hand, and options are read when a command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        lone = typer.Typer(add_completion=False, rich_markup_mode=None)
        lone.command()(getattr(import_module(f"costmodel.commands.{cmd_name}"), cmd_name))
        return typer.main.get_command(lone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

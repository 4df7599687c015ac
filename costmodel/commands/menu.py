"""The commands by name; a command's module is loaded when the command is asked for."""

from importlib import import_module
from keyword import iskeyword
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from costmodel.problems import Problem, SpecError

COMMANDS = {
    "analyze": "What a network costs, per layer and in all.",
    "sweep": "The totals at several settings, side by side.",
    "solve": "What parameters, or choices row by row, must be for a figure to be a value, or the best within limits.",
    "formula": "Closed forms: mult-adds, parameters, access and peak memory in a network's own parameters.",
    "verify": "The memory-access bound of a layer, or of every convolution of a network.",
    "check": "ShuffleNetV2's guidelines as findings with a price, rewrites that lower it, and budgets.",
    "compare": "Networks side by side, with published top-1; or, of two, what differs and why.",
    "explain": "Formula, numbers and result of a layer, a block or a unit, and questions on them.",
    "reconcile": "Figures that papers and programs print, beside what is computed.",
    "import": "An ONNX model as a spec: names kept, repeats folded.",
    "export": "The network as an ONNX model, or as the source of a PyTorch module.",
    "measure": "Networks run on this machine: a time for each layer, and whether counts foretell it; or a device file of it.",
    "ops": "The vocabulary, and one op's costs as formulas.",
    "specs": "The bundled specs, one of them as text, or their schema.",
}
"""Every command with its docstring; `rule` has its function."""


GROUPS = {
    "What does it cost?": ("analyze", "specs", "ops"),
    "What moves, and is it near the bound?": ("verify",),
    "What if?": ("sweep", "solve", "formula"),
    "Is it well designed?": ("check", "compare"),
    "Why that number?": ("explain", "reconcile"),
    "How fast is it here?": ("measure",),
    "Where else can it go?": ("import", "export"),
}
"""The commands by the question that they answer."""


def rule(name: str) -> Any:
    """The function of a command: that of its name in the module of its name, with _ behind a word of Python's."""
    called = f"{name}_" if iskeyword(name) else name
    return getattr(import_module(f"costmodel.commands.{called}"), called)


class Once(TyperCommand):
    """A command whose options are given once, unless they gather values: typer would keep the last in silence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        for option in self.params:
            if option.param_type_name == "option" and not getattr(option, "multiple", False):
                times = sum(arg.partition("=")[0] in option.opts for arg in args)
                if times > 1:
                    raise SpecError([Problem(None, f"{option.opts[0]} is given {times} times, and has one value")])
        return super().parse_args(ctx, args)


_WIDEST = max(map(len, COMMANDS))


class Menu(TyperGroup):
    """The commands to typer: names and sentences are at hand, and options are read when a command is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        lone = typer.Typer(add_completion=False, rich_markup_mode=None)
        lone.command(cls=Once)(rule(cmd_name))
        return typer.main.get_command(lone)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        for question, names in GROUPS.items():
            formatter.write_paragraph()
            formatter.write(f"{question}\n")
            with formatter.indentation():
                formatter.write_dl([(f"{name:<{_WIDEST}}", COMMANDS[name]) for name in names])

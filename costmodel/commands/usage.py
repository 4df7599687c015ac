"""What typer refuses, said in one line of our own with a hint."""

import re
from typing import Any

from costmodel.commands.menu import COMMANDS
from costmodel.problems import Problem, SpecError, did_you_mean, one_of


def answered(error: Any) -> SpecError:
    """A misuse as a problem: an unknown command or option, a missing or superfluous value."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "costmodel"
    name = path.partition(" ")[2] or path
    return SpecError([Problem(None, *_said(error, context, name, path))])


def _said(error: Any, context: Any, name: str, path: str) -> tuple[str, str]:
    message = str(error.message)
    quoted = re.search(r"'(.*?)'", message)
    word = str(getattr(error, "option_name", None) or (quoted[1] if quoted else ""))
    kind, lists = type(error).__name__, f"{path} --help lists them"
    if kind == "NoSuchOption":
        options = [opt for parameter in context.command.params for opt in parameter.opts] if context else []
        owner = f"{name} has no option" if context and context.parent else "there is no option"
        return f"{owner} '{word}'", did_you_mean(word, options, lists)
    if kind == "MissingParameter":
        wanted = error.param
        shown = wanted.opts[0] if wanted.param_type_name == "option" else wanted.metavar
        value = f" {wanted.metavar}" if wanted.param_type_name == "option" else ""
        return f"{name} needs {shown}", f"{shown}{value}: {_first_lower(wanted.help or '')}"
    if kind == "BadOptionUsage":
        return f"{word} needs a value" if "requires" in message else f"{word} takes no value", ""
    if message.startswith("No such command"):
        return f"no command is called '{word}'", did_you_mean(word, COMMANDS, f"the commands are {one_of(COMMANDS)}")
    if extra := re.search(r"extra arguments?(?:\(s\))? \((.*)\)$", message):
        return f"{name} does not know what to do with '{extra[1]}'", f"{path} --help says what it takes"
    return f"{name}: {_first_lower(error.format_message().splitlines()[0])}", f"{path} --help says what it takes"


def _first_lower(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")

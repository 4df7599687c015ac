"""Completion, shell by shell: the script that asks `costmodel` when the user presses Tab, and how it is answered.

Each asks `costmodel` itself and evaluates nothing of the answer: names from a spec are data, whatever is in them. The
first line of an answer says what stands below: `names`, `parts` (names that a value follows, so no space after them),
`specs` (names, and beside them the files that the shell finds itself, which quotes them best) or `files`.
"""

import os
import re
import shlex
import signal
import sys
from typing import Any

from costmodel.commands.completion import complete

PATIENCE = 1.0
"""Seconds after which nothing is answered rather than late."""

BASH = r"""
_costmodel() {
    local word=${COMP_WORDS[COMP_CWORD]} kind= line
    [[ $word == [=:] ]] && word=
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $kind ]]; then COMPREPLY+=("$line"); else kind=$line; fi
    done < <(_COSTMODEL_COMPLETE=bash "$1" "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    case $kind in
        parts) compopt -o nospace ;;
        specs)
            compopt -o filenames
            while IFS= read -r line; do COMPREPLY+=("$line"); done \
                < <(compgen -f -X '!*.yaml' -- "$word"; compgen -d -- "$word")
            ;;
        files)
            compopt -o filenames
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
            ;;
    esac
}
complete -F _costmodel costmodel
"""

ZSH = r"""
#compdef costmodel
_costmodel() {
    local kind
    local -a lines
    lines=("${(@f)$(_COSTMODEL_COMPLETE=zsh ${(Q)words[1]} "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
    kind=$lines[1]
    lines[1]=()
    case $kind in
        names) (( $#lines )) && _describe -t values value lines ;;
        parts) (( $#lines )) && _describe -t values value lines -S '' ;;
        specs)
            (( $#lines )) && _describe -t specs 'bundled spec' lines
            _files -g '*.yaml(-.)'
            ;;
        files) _files ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _costmodel "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _costmodel costmodel
fi
"""

FISH = r"""
function __costmodel_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (env _COSTMODEL_COMPLETE=fish $before "$word" 2>/dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    printf '%s\n' $lines
    switch "$kind"
        case specs
            __fish_complete_suffix "$word" .yaml
        case files
            __fish_complete_path "$word"
    end
end
complete -c costmodel -f -a '(__costmodel_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
"""The script that switches completion on, by shell."""


def answer(group: Any, shell: str, arguments: list[str]) -> str:
    """The answer to a shell's script: a kind, then a line a value, each written as that shell reads it.

    bash hands over the characters at which it splits words and the line up to the cursor; zsh and fish hand over words.
    """
    if shell == "bash":
        breaks, text = arguments
        found = complete(group, split(text)[1:] or [""])
        return _lines(found.kind, _for_bash(found.items, text, breaks))
    found = complete(group, [*arguments[:-1], split(arguments[-1])[-1]])
    if shell == "zsh":
        return _lines(found.kind, [_colons(value) + (f":{text}" if text else "") for value, text in found.items])
    return _lines(found.kind, [f"{value}\t{text}" if text else value for value, text in found.items])


def _lines(kind: str, items: list[str]) -> str:
    return "".join(f"{line}\n" for line in (kind, *items))


def _colons(value: str) -> str:
    return value.replace("\\", "\\\\").replace(":", "\\:")


def split(text: str) -> list[str]:
    """The words of a line that may stop amid a quote, the last one being that at the cursor.

    >>> split('costmodel analyze "my spec.yaml" --set ')
    ['costmodel', 'analyze', 'my spec.yaml', '--set', '']
    """
    cursor = "\0"
    lexer = shlex.shlex(text.replace(cursor, "") + cursor, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:  # an open quote; shlex keeps what it has read of it
        words.append(lexer.token)
    return [word.replace(cursor, "") for word in words]


def _for_bash(items: list[tuple[str, str]], text: str, breaks: str) -> list[str]:
    """Values as bash inserts them: what it holds for an earlier word taken off, signs with a meaning escaped."""
    quote, word, cut, escaped = "", 0, 0, False
    for at, sign in enumerate(text):
        if escaped or (sign == "\\" and quote != "'"):
            escaped = not escaped
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign.isspace():
            word = cut = at + 1
        elif sign in breaks:
            cut = at + 1
    done = len(split(text[word:cut])[-1])
    values = [value[done:] for value, _ in items]
    plain = re.compile(r"[\w.,+@%:=/-]*")
    if quote:
        return [value for value in values if plain.fullmatch(value)]
    return [re.sub(r"([^\w.,+@%:=/-])", r"\\\1", value) for value in values]


def serve(group: Any, shell: str) -> None:
    """Answer a shell's script on standard output; nothing at all where that takes too long."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        sys.stdout.write(answer(group, shell, sys.argv[1:]))
        sys.stdout.flush()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

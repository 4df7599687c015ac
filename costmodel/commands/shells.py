"""The completion scripts: what each shell runs when the user presses Tab.

Each asks `costmodel` itself and evaluates nothing of the answer: names from a spec are data, whatever is in them. The
first line of an answer says what stands below: `names`, `parts` (names that a value follows, so no space after them),
`specs` (names, and beside them the files that the shell finds itself, which quotes them best) or `files`.
"""

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

"""`python -m costmodel …`."""

from costmodel.commands.app import main

main()

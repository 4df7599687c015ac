"""Run the command line from a checkout: `python cli.py analyze mobilenet.yaml`."""

from costmodel.commands.app import main

main()

"""The command line: arguments, one call, print; no arithmetic."""

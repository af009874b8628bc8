"""The command line: reads files and options, prints, and exits with a status.

It decides nothing: every command is one of the engine's answers, written down.
"""

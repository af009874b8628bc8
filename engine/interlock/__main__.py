"""`python -m interlock`: the command line, where no script is installed."""

from interlock.cli.main import main

main()

"""Run the command line as ``python -m tabgan``."""

import sys

from tabgan.cli import main

if __name__ == "__main__":
    sys.exit(main())

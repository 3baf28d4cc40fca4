"""python -m train CONFIG | COMMAND ...      torchrun -m train CONFIG."""

from __future__ import annotations

import sys

from train.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

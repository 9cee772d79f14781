"""Open a run or a network in a window: ``python start_tool.py [RUN or network.safetensors]``."""

import sys

from nnvis.cli import main

if __name__ == "__main__":
    main(["view", *sys.argv[1:]])

"""The package that was built (BYLAW_PYTHON), or the one that is installed."""
import os
import pathlib
import sys

if os.environ.get("BYLAW_PYTHON"):
    sys.path.insert(0, os.environ["BYLAW_PYTHON"])

source = pathlib.Path(__file__).resolve().parents[2]

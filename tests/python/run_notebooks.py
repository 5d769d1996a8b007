#!/usr/bin/python3
"""Executes the notebooks of bindings/python/notebooks, in place of a person, and keeps nothing: `make notebooks`."""
import pathlib
import sys

import nbformat
from nbclient import NotebookClient

folder = pathlib.Path(__file__).resolve().parents[2] / "bindings/python/notebooks"
for path in sorted(folder.glob("*.ipynb")):
    if len(sys.argv) > 1 and path.stem not in sys.argv[1:]:
        continue
    book = nbformat.read(path, as_version=4)
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    images = sum("image/png" in output.get("data", {}) for cell in book.cells if cell.cell_type == "code" for output in cell.outputs)
    texts = [output["text"].strip() for cell in book.cells if cell.cell_type == "code" for output in cell.outputs if output.output_type == "stream"]
    print(f"ok: {path.stem} ({images} figures): {texts[0].splitlines()[0][:120] if texts else ''}")

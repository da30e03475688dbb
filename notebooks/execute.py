"""Execute the notebooks and write their outputs into them.

    python notebooks/execute.py
    python notebooks/execute.py 2 5
    python notebooks/execute.py --fast

Names are the numbers, or beginnings, of the files; none means all. `--fast` sets
TABGAN_NOTEBOOKS_FAST, under which the notebooks use fewer steps and rows, and writes nothing: it
is what the tests do. What is written holds no times, no machine and no address in memory.
"""

import argparse
import base64
import io
import os
import re
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

FOLDER = Path(__file__).resolve().parent
FAST = "TABGAN_NOTEBOOKS_FAST"
SECONDS_PER_CELL = 3600
COLOURS = 256
#: Another number of threads may round differently, and waits long where other programs run.
ONE_THREAD = dict.fromkeys(("MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"), "1")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def main() -> None:
    """Execute what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--fast", action="store_true")
    options = parser.parse_args()
    for path in notebooks(options.names):
        started = time.perf_counter()
        notebook = execute(path, fast=options.fast)
        if not options.fast:
            nbformat.write(notebook, path)
        print(f"{path.name}: {time.perf_counter() - started:.0f} s", flush=True)


def notebooks(names: list[str] | None = None) -> list[Path]:
    """Return the notebooks whose file names begin so, in their order."""
    found = sorted(FOLDER.glob("*.ipynb"))
    for name in names or ():
        if not any(path.name.startswith(name) for path in found):
            raise SystemExit(f"No notebook begins with {name!r}.")
    return [path for path in found if not names or path.name.startswith(tuple(names))]


def execute(
    path: Path, *, fast: bool, folder: Path = FOLDER, data: str | None = os.getenv("TABGAN_DATA")
) -> nbformat.NotebookNode:
    """Return a notebook with fresh outputs, executed in `folder` with `data` as TABGAN_DATA."""
    notebook = nbformat.read(path, as_version=4)
    environment = {k: v for k, v in os.environ.items() if k not in (FAST, "TABGAN_DATA")}
    environment |= ONE_THREAD | ({FAST: "1"} if fast else {})
    environment |= {"TABGAN_DATA": data} if data else {}
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    client.execute(env=environment)
    return clean(notebook)


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Leave out what differs from one machine or run to the next, and make pictures small."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            output.pop("metadata", None)
            if output.output_type in ("display_data", "execute_result"):
                output["metadata"] = nbformat.from_dict({})
                plain = output.data.get("text/plain", "")
                output.data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", "", plain)
                if "image/png" in output.data:
                    output.data["image/png"] = small_picture(output.data["image/png"])
    return notebook


def small_picture(encoded: str) -> str:
    """Return a PNG, in base64, with a palette of few colours."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    target = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, "png", optimize=True)
    return base64.b64encode(target.getvalue()).decode("ascii")


if __name__ == "__main__":
    main()

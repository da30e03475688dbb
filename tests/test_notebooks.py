"""The notebooks run from top to bottom, and what is committed of them is small and clean."""

import base64
import io
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from PIL import Image, ImageChops

from notebooks.execute import FOLDER, METADATA, clean, execute, notebooks, small_picture

PATHS = notebooks()
by_name = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
LARGEST = 400_000
#: Paths of a machine, addresses in memory, and what an exception or a warning leaves behind.
UNWANTED = re.compile(
    r"/(?:home|root|tmp|Users|work|usr)/|[A-Z]:\\|0x[0-9a-f]{6}|Traceback|Warning:"
)

#: A figure that a cell draws at once; those of functions are drawn where they are called.
DRAWS = re.compile(r"^\w.*(?:plt\.subplots|\.plot\(\))", re.MULTILINE)


def _code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _texts(output: nbformat.NotebookNode) -> list[str]:
    if output.output_type == "stream":
        return [output.text]
    return [text for kind, text in output.data.items() if kind.startswith("text/")]


def test_the_notebooks_are_numbered() -> None:
    assert [path.name[:2] for path in PATHS] == [f"{i}-" for i in range(1, len(PATHS) + 1)]
    assert len(PATHS) == 5


def test_the_page_about_the_notebooks_links_to_each() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\(([^)]+\.ipynb)\)", page) == [path.name for path in PATHS]


def test_a_name_that_no_notebook_has_is_refused() -> None:
    assert [path.name[0] for path in notebooks(["2", "1-a"])] == ["1", "2"]
    with pytest.raises(SystemExit, match="begins with '9'"):
        notebooks(["9"])


def test_cleaning_leaves_no_trace_of_the_run() -> None:
    data = {"text/plain": "<Thing at 0x7f30a4c3d550>"}
    shown = nbformat.v4.new_output("display_data", data=data, metadata={"width": 3})
    cell = nbformat.v4.new_code_cell("thing", outputs=[shown], metadata={"execution": {"a": "now"}})
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"author": "somebody"})
    cleaned = clean(notebook)
    nbformat.validate(cleaned)
    assert cleaned.metadata == METADATA
    assert cleaned.cells[0].metadata == {}
    assert cleaned.cells[0].outputs[0].metadata == {}
    assert cleaned.cells[0].outputs[0].data["text/plain"] == "<Thing>"


def test_pictures_become_small_and_stay_what_they_are() -> None:
    ramp = Image.linear_gradient("L").convert("RGB")
    target = io.BytesIO()
    ramp.save(target, "png")
    small = base64.b64decode(small_picture(base64.b64encode(target.getvalue()).decode()))
    picture = Image.open(io.BytesIO(small))
    assert picture.mode == "P"
    assert picture.size == ramp.size
    error = ImageChops.difference(picture.convert("RGB"), ramp)
    assert max(high for _, high in error.getextrema()) < 9


@by_name
def test_what_is_committed_is_small_and_clean(path: Path) -> None:
    assert path.stat().st_size < LARGEST
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert cell.metadata == {}
        for output in cell.get("outputs", ()):
            assert output.output_type in ("stream", "display_data", "execute_result")
            assert output.get("name") != "stderr"
            for text in _texts(output):
                assert not UNWANTED.search(text), text


@by_name
def test_a_notebook_begins_with_its_title_and_the_switch(path: Path) -> None:
    title, settings, *_ = nbformat.read(path, as_version=4).cells
    assert title.cell_type == "markdown"
    assert title.source.startswith(f"# {path.name[0]}. ")
    assert 'FAST = os.environ.get("TABGAN_NOTEBOOKS_FAST") == "1"' in settings.source


@by_name
def test_every_cell_was_run_in_order_and_pictures_are_there(path: Path) -> None:
    cells = _code_cells(nbformat.read(path, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    pictures = [
        base64.b64decode(output.data["image/png"])
        for cell in cells
        for output in cell.outputs
        if output.output_type != "stream" and "image/png" in output.data
    ]
    drawing = [cell for cell in cells if DRAWS.search(cell.source)]
    assert len(pictures) >= len(drawing) > 0
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


@pytest.mark.slow
@by_name
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    executed = execute(tmp_path / path.name, fast=True, folder=tmp_path, data=None)
    for cell in _code_cells(executed):
        assert all(output.get("name") != "stderr" for output in cell.outputs), cell.source
    committed = _code_cells(nbformat.read(path, as_version=4))
    kinds = ([len(cell.outputs) for cell in cells] for cells in (committed, _code_cells(executed)))
    assert next(kinds) == next(kinds)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]

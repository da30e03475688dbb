"""The pages about the project tell the truth about it."""

import ast
import importlib
import inspect
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import tabgan
from tabgan import cli

REPOSITORY = Path(__file__).resolve().parents[1]
ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
DEPENDENCIES = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,-]+\])?>=([\w.]+)")


def _section(page: str, title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", page, flags=re.MULTILINE | re.DOTALL)
    assert found, title
    return found.group(1)


def _rows(text: str) -> list[list[str]]:
    """Return the cells of a table of Markdown, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _pinned(name: str) -> dict[str, str]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    pins = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {_canonical(name): version.partition(";")[0].strip() for name, _, version in pins}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _required(requirements: list[str]) -> dict[str, str]:
    found = [REQUIREMENT.match(requirement) for requirement in requirements]
    return {_canonical(match.group(1)): match.group(2) for match in found if match}


def test_the_tree_lists_what_is_there() -> None:
    listed = re.findall(r"^      ([\w./]+)\s{2,}", _section(ARCHITECTURE, "Tree"), re.MULTILINE)
    package = REPOSITORY / "tabgan"
    there = [path.name + "/" * path.is_dir() for path in package.iterdir()]
    assert listed == sorted(listed, key=lambda name: (name[0] != "_", name.rstrip("/")))
    assert set(listed) == {name for name in there if not name.startswith("__pycache__")}


def test_the_layers_are_those_that_are_tested() -> None:
    source = (REPOSITORY / "tests" / "test_layers.py").read_text(encoding="utf-8")
    assigned = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
    }
    tested = [set(layer) for layer in ast.literal_eval(assigned["LAYERS"])]
    described = [
        set(cells[1].replace("\\", "").split(", "))
        for cells in _rows(_section(ARCHITECTURE, "Layers"))
    ]
    assert described == tested


def test_the_signatures_are_the_real_ones() -> None:
    block = re.search(r"^    .*?(?=^\S)", _section(ARCHITECTURE, "Signatures"), re.M | re.S)
    assert block
    described = re.findall(r"([\w.]+)\(([^)]*)\)", block.group(0))
    assert len(described) == 25
    for name, arguments in described:
        target = tabgan
        for part in name.split("."):
            target = getattr(target, part)
        assert arguments.split() == ", ".join(_parameters(target)).split(), name


def _parameters(function: Callable) -> list[str]:
    """Return the names of the parameters, with a star before those that must be named."""
    names: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        names.append(parameter.name)
    return [name for name in names if name != "self"]


def test_every_term_of_the_code_base_is_a_module_or_a_name_that_exists() -> None:
    for name in re.findall(r"`(tabgan\.\w+)`", ARCHITECTURE + README):
        if not hasattr(tabgan, name.removeprefix("tabgan.")):
            importlib.import_module(name)
    for path in re.findall(r"`((?:tests|docs|benchmarks)/[\w./]*)`", ARCHITECTURE + README):
        assert (REPOSITORY / path).exists(), path


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/architecture.md",
        "docs/dependencies.md",
        "docs/report.md",
        "docs/family.md",
        "docs/conditions.md",
        "docs/schema.md",
    ],
)
def test_links_inside_the_project_lead_somewhere(page: str) -> None:
    path = REPOSITORY / page
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{page} links to {target}"


def test_dependencies_are_described_with_their_floors() -> None:
    described = {_canonical(c[0]): c[1] for c in _rows(_section(DEPENDENCIES, "Always installed"))}
    assert described == _required(PROJECT["dependencies"])


def test_extras_are_described_with_their_floors() -> None:
    described = {
        (cells[0], _canonical(cells[1])): cells[2]
        for cells in _rows(_section(DEPENDENCIES, "Extras"))
    }
    required = {
        (extra, name): floor
        for extra, requirements in PROJECT["optional-dependencies"].items()
        for name, floor in _required(requirements).items()
    }
    assert described == required


def test_every_package_has_a_reason() -> None:
    sections = (_section(DEPENDENCIES, title) for title in ("Always installed", "Extras"))
    for cells in (cells for section in sections for cells in _rows(section)):
        assert len(cells[-1]) > 6, cells


def _all_floors() -> dict[str, str]:
    extras = PROJECT["optional-dependencies"].values()
    return _required([*PROJECT["dependencies"], *(each for extra in extras for each in extra)])


def test_the_constraints_pin_every_dependency_at_its_floor_or_above() -> None:
    pinned = _pinned("constraints.txt")
    floors = _all_floors()
    # The build without CUDA stands for both.
    floors.pop("xgboost")
    assert floors.keys() <= pinned.keys()
    for name, floor in floors.items():
        assert _version(pinned[name]) >= _version(floor), name
    assert pinned["torch"] == "2.13.0"
    assert not any("+" in version for version in pinned.values())


def test_the_minimum_constraints_pin_the_floors_of_what_is_always_installed() -> None:
    pinned = _pinned("constraints-minimum.txt")
    for name, floor in _required(PROJECT["dependencies"]).items():
        exact = _version(pinned[name])
        assert exact[: len(_version(floor))] == _version(floor), name


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_the_readme_gives_two_commands_that_set_everything_up() -> None:
    start = "    python3 -m venv .venv && . .venv/bin/activate && pip install -c constraints.txt "
    assert f'{start}".[report]" && tabgan demo\n' in README
    assert f'{start}".[test]" && pytest\n' in README


def test_the_readme_says_that_another_project_has_the_name() -> None:
    assert "`tabular-gan`" in README
    assert "overwrite each other" in README


def test_the_commands_of_the_readme_are_understood() -> None:
    lines = re.findall(r"^    tabgan (.+)$", README, flags=re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        cli._parser().parse_args(shlex.split(line))


def test_the_python_of_the_readme_parses_and_imports() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(str(node.module))
                assert all(hasattr(module, alias.name) for alias in node.names)


def test_the_checks_are_run_by_one_command() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    for command in ("ruff check", "ruff format --check", "mypy", "pytest", "constraints.txt"):
        assert command in script
    assert (REPOSITORY / ".ci" / "run").stat().st_mode & 0o111

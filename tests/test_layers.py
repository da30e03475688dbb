"""Imports point downwards, heavy ones come late, and no function outgrows a screen.

The layers and the walls are those of docs/architecture.md. They are read from the syntax trees, so
that a rule holds for code that no test runs.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "tabgan"

# From the lowest to the highest. A module may import from lower layers, and inside its own package.
LAYERS = (
    {"exceptions"},
    {"_arguments", "_atomic", "_optional", "_params", "_progress", "_random", "archive"},
    {"schema"},
    {"preprocessing", "metrics", "attacks", "datasets", "table_files"},
    {"networks", "objectives"},
    {"training", "privacy"},
    {"sampling"},
    {"estimators"},
    {"plots", "report"},
    {"demo", "inspection"},
    {"cli"},
    {"__main__"},
)
# The helpers of one layer that another of the same layer builds on.
SIDEWAYS = {("archive", "_atomic"), ("attacks", "metrics"), ("report", "plots")}
JUDGES = ("metrics", "attacks", "plots", "report")
CORE = set("numpy scipy pandas sklearn torch safetensors narwhals tqdm tabgan".split())
# scikit-learn brings these two, and asks for them by name in its own interface.
CORE |= {"joblib", "threadpoolctl"}
OPTIONAL = set("jinja2 matplotlib opacus opendp polars pyarrow ray umap xgboost yaml".split())
# Imports inside functions that are not optional dependencies: module, what it imports, and why.
LATE_IMPORTS = {
    ("cli", "tabgan.preprocessing"): "loads scikit-learn, which --help does not need",
    ("cli", "tabgan.demo"): "loads torch and scikit-learn, which --help does not need",
    ("cli", "tabgan.inspection"): "loads torch and scikit-learn, which --help does not need",
}
# The bodies that may be longer than a screen: a training loop is best read in one piece.
LONG_BODIES = {("training.loop", "train"): 80}
GLOBAL_SEEDING = {"seed", "manual_seed", "manual_seed_all", "set_rng_state", "set_state"}

ALL_FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ALL_FILES
}
MODULE_NAMES = sorted(name for name in MODULES if name != "__init__")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Yield every import statement below `tree`, with the full name of each module it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""
            if node.module == "tabgan":
                yield from ((node, f"tabgan.{alias.name}") for alias in node.names)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _layer(unit: str) -> int:
    found = [level for level, units in enumerate(LAYERS) if unit in units]
    assert found, f"{unit} is in no layer: give it one here and in docs/architecture.md"
    return found[0]


def test_the_package_was_found() -> None:
    assert {"exceptions", "archive", "_random"} <= set(MODULE_NAMES)


@pytest.mark.parametrize("module", MODULE_NAMES)
def test_imports_point_downwards(module: str) -> None:
    unit = module.split(".")[0]
    for node, imported in _imports(_tree(module)):
        parts = imported.split(".")
        if parts[0] != "tabgan" or len(parts) == 1 or parts[1] in (unit, "__version__"):
            continue
        is_lower = _layer(parts[1]) < _layer(unit)
        assert is_lower or (unit, parts[1]) in SIDEWAYS, (
            f"{module}, line {node.lineno}: {unit} (layer {_layer(unit)}) imports {parts[1]} "
            f"(layer {_layer(parts[1])})"
        )


@pytest.mark.parametrize("module", MODULE_NAMES)
def test_imports_are_absolute(module: str) -> None:
    relative = [
        node.lineno
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize("module", [name for name in MODULE_NAMES if name.startswith(JUDGES)])
def test_judges_know_neither_torch_nor_the_estimators(module: str) -> None:
    for node, imported in _imports(_tree(module)):
        assert imported.split(".")[0] != "torch", f"{module}, line {node.lineno}"
        assert not imported.startswith("tabgan.estimators"), f"{module}, line {node.lineno}"


def test_networks_and_objectives_do_not_know_each_other() -> None:
    for unit, other in (("networks", "objectives"), ("objectives", "networks")):
        for module in (name for name in MODULE_NAMES if name.split(".")[0] == unit):
            found = [name for _, name in _imports(_tree(module)) if f"tabgan.{other}" in name]
            assert found == [], module


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_inside_functions_are_optional_or_named_here(module: str) -> None:
    for function in _functions(_tree(module)):
        for node, imported in _imports(function):
            allowed = imported.split(".")[0] in OPTIONAL or (module, imported) in LATE_IMPORTS
            assert allowed, f"{module}, line {node.lineno}: {function.name} imports {imported}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_import_core_dependencies_only(module: str) -> None:
    late = {id(node) for f in _functions(_tree(module)) for node, _ in _imports(f)}
    for node, imported in _imports(_tree(module)):
        top = imported.split(".")[0]
        is_known = top in CORE or top in sys.stdlib_module_names
        assert id(node) in late or is_known, f"{module}, line {node.lineno} imports {imported}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_private_module_of_another_library_is_imported(module: str) -> None:
    for node, imported in _imports(_tree(module)):
        parts = imported.split(".")
        is_private = parts[0] != "tabgan" and any(part.startswith("_") for part in parts)
        assert not is_private or parts[0] == "__future__", f"{module}, line {node.lineno}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_global_random_state_is_set(module: str) -> None:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_global = re.fullmatch(r"(np|numpy|torch|random)[\w.]*", ast.unparse(node.func.value))
            assert not (is_global and node.func.attr in GLOBAL_SEEDING), (
                f"{module}, line {node.lineno}: {ast.unparse(node.func)}"
            )


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_is_ever_unpickled(module: str) -> None:
    imported = {name.split(".")[0] for _, name in _imports(_tree(module))}
    assert imported.isdisjoint({"pickle", "cloudpickle", "dill", "marshal", "shelve"})
    calls = {ast.unparse(n.func) for n in ast.walk(_tree(module)) if isinstance(n, ast.Call)}
    assert calls.isdisjoint({"joblib.load", "torch.load", "np.load", "pd.read_pickle", "eval"})


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a body without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_function_fits_one_screen_and_a_module_one_idea(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 500
    for function in _functions(_tree(module)):
        limit = LONG_BODIES.get((module, function.name), 40)
        assert _body_lines(function) <= limit, f"{module}.{function.name}"


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import tabgan", {"torch", "sklearn", "pandas", "scipy"}),
        ("import tabgan.schema", {"torch", "sklearn"}),
        ("import tabgan.metrics", {"torch"}),
        ("import tabgan.preprocessing", {"torch"}),
        ("import tabgan.plots", {"torch", "matplotlib"}),
        ("import tabgan.report", {"torch", "matplotlib", "umap", "numba", "jinja2", "xgboost"}),
        ("import tabgan.datasets", {"torch"}),
        ("import tabgan.cli", {"torch"}),
        ("import tabgan.estimators", {"matplotlib", "xgboost"}),
    ],
)
def test_an_import_loads_nothing_that_it_does_not_need(statement: str, absent: set[str]) -> None:
    code = f"{statement}; import sys; print(*sorted(set(sys.modules) & {absent!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []

"""What can be imported is what is listed, and `tabgan` loads it when it is first used."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tabgan

PACKAGE = Path(tabgan.__file__).parent
ALL_MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages([str(PACKAGE)], "tabgan.")
    if not found.name.endswith("__main__")
)
LISTING = [name for name in ALL_MODULES if hasattr(importlib.import_module(name), "__all__")]
PUBLIC_NAMES = [
    "Between",
    "MISSING",
    "Schema",
    "SyntheticReport",
    "TableTransformer",
    "TabularGAN",
    "TabularVAE",
    "__version__",
    "infer_schema",
    "load",
]


def test_the_package_exports_these_names() -> None:
    assert sorted(tabgan.__all__) == PUBLIC_NAMES


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_a_public_name_is_loaded_and_listed(name: str) -> None:
    assert getattr(tabgan, name) is not None
    assert name in dir(tabgan)


def test_public_modules_are_reached_without_an_import_of_their_own() -> None:
    code = "import tabgan\nfor name in tabgan._MODULES: assert getattr(tabgan, name), name"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_public_modules_are_all_that_have_no_underscore() -> None:
    found = {each.name for each in pkgutil.iter_modules([str(PACKAGE)])}
    commands = {"__main__", "cli", "demo", "inspection", "table_files"}
    assert {name for name in found if name[0] != "_"} - commands == set(tabgan._MODULES)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'tabgan' has no attribute 'TabularGan'"):
        tabgan.TabularGan  # noqa: B018


def test_type_checkers_see_the_names_that_users_get() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in guarded.body for alias in node.names}
    assert seen == tabgan._HOMES


@pytest.mark.parametrize("module", LISTING)
def test_every_listed_name_exists_once(module: str) -> None:
    imported = importlib.import_module(module)
    assert len(set(imported.__all__)) == len(imported.__all__)
    for name in imported.__all__:
        assert hasattr(imported, name), f"{module}.__all__ lists {name!r}, which does not exist"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("__init__.py")), ids=lambda p: p.parent.name)
def test_a_package_lists_its_names_and_holds_no_logic(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assigned = [ast.unparse(t) for n in tree.body if isinstance(n, ast.Assign) for t in n.targets]
    assert "__all__" in assigned
    if path.parent != PACKAGE:
        logic = (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.With, ast.Try)
        assert not any(isinstance(node, logic) for node in tree.body)


def test_the_package_is_marked_as_typed() -> None:
    assert (PACKAGE / "py.typed").exists()

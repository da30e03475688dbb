"""Public names explain themselves in numpydoc sections."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

# Where users import from. The packages below are what these are made of: a sentence is enough.
USER_MODULES = [
    "tabgan",
    "tabgan.archive",
    "tabgan.datasets",
    "tabgan.estimators",
    "tabgan.metrics",
    "tabgan.plots",
    "tabgan.report",
    "tabgan.table_files",
]
OTHER_MODULES = [
    "tabgan.networks",
    "tabgan.objectives",
    "tabgan.preprocessing",
    "tabgan.sampling",
    "tabgan.schema",
    "tabgan.training",
]


def _public(modules: list[str]) -> list[tuple[str, Any]]:
    found = {}
    for module in modules:
        for name in importlib.import_module(module).__all__:
            value = getattr(importlib.import_module(module), name)
            if inspect.isclass(value) or inspect.isfunction(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return sorted(found.items())


USER_NAMES = _public(USER_MODULES)
EVERY_NAME = _public(USER_MODULES + OTHER_MODULES)
USER_FUNCTIONS = [(name, value) for name, value in USER_NAMES if inspect.isfunction(value)]
USER_CLASSES = [(name, value) for name, value in USER_NAMES if inspect.isclass(value)]


def _section(docstring: str, title: str) -> str | None:
    """Return the text under a numpydoc title, or None."""
    pattern = rf"^{title}\n-{{{len(title)}}}\n(.*?)(?=^\w[^\n]*\n-{{3,}}\n|\Z)"
    found = re.search(pattern, docstring, flags=re.MULTILINE | re.DOTALL)
    return None if found is None else found.group(1)


def _parameters(function: Callable) -> list[str]:
    return [
        name for name in inspect.signature(function).parameters if name not in ("self", "cls", "y")
    ]


def _described(docstring: str, *titles: str) -> set[str]:
    """Return the names that stand at the start of a line in these sections."""
    text = "\n".join(_section(docstring, title) or "" for title in titles)
    heads = re.findall(r"^(\*{0,2}\w[\w*, ]*?)(?: :.*)?$", text, flags=re.MULTILINE)
    return {name.strip(" *") for head in heads for name in head.split(",")}


def _assert_described(name: str, docstrings: list[str], expected: list[str], *titles: str) -> None:
    if any(re.search(r"[Ss]ee\s[^.]*\sfor\s+the\s+parameters", text) for text in docstrings):
        return
    described = set().union(*(_described(text, *titles) for text in docstrings))
    lacking = [each for each in expected if each not in described]
    assert lacking == [], f"{name}: not described under {' or '.join(titles)}"


@pytest.mark.parametrize(("name", "value"), EVERY_NAME, ids=[name for name, _ in EVERY_NAME])
def test_the_first_line_is_one_sentence(name: str, value: Any) -> None:
    docstring = inspect.getdoc(value) if "__doc__" in vars(value) else value.__doc__
    assert docstring, name
    summary, _, rest = docstring.partition("\n")
    assert summary.endswith((".", ":")), f"{name}: {summary!r}"
    assert summary[0].isupper() or summary[0] in "`", f"{name}: {summary!r}"
    assert not rest or rest.startswith("\n"), f"{name}: a blank line follows the first"


@pytest.mark.parametrize(("name", "value"), USER_FUNCTIONS, ids=[n for n, _ in USER_FUNCTIONS])
def test_a_function_describes_parameters_result_and_use(name: str, value: Callable) -> None:
    docstring = inspect.getdoc(value) or ""
    _assert_described(name, [docstring], _parameters(value), "Parameters")
    returns_nothing = inspect.signature(value).return_annotation in (None, "None")
    has_result = any(_section(docstring, title) for title in ("Returns", "Yields"))
    assert has_result or returns_nothing, f"{name}: no Returns"
    assert ">>>" in (_section(docstring, "Examples") or ""), f"{name}: no Examples"


@pytest.mark.parametrize(("name", "value"), USER_CLASSES, ids=[name for name, _ in USER_CLASSES])
def test_a_class_describes_parameters_and_use(name: str, value: type) -> None:
    if issubclass(value, BaseException):
        return
    docstring = inspect.getdoc(value) or ""
    if dataclasses.is_dataclass(value):
        expected = [field.name for field in dataclasses.fields(value) if field.init]
        inherited = [inspect.cleandoc(base.__doc__ or "") for base in value.__mro__[:-1]]
        _assert_described(name, inherited, expected, "Parameters", "Attributes")
        return
    if "__init__" in vars(value):
        _assert_described(name, [docstring], _parameters(value.__init__), "Parameters")
    assert ">>>" in (_section(docstring, "Examples") or ""), f"{name}: no Examples"


@pytest.mark.parametrize(("name", "value"), USER_CLASSES, ids=[name for name, _ in USER_CLASSES])
def test_a_public_method_describes_parameters_and_result(name: str, value: type) -> None:
    if issubclass(value, BaseException):
        return
    for method_name, member in vars(value).items():
        method = getattr(value, method_name) if isinstance(member, classmethod) else member
        is_method = inspect.isfunction(method) or inspect.ismethod(method)
        if method_name.startswith("_") or not is_method:
            continue
        where, docstring = f"{name}.{method_name}", inspect.getdoc(method) or ""
        assert docstring.partition("\n")[0].endswith((".", ":")), where
        _assert_described(where, [docstring], _parameters(method), "Parameters")

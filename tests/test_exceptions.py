"""The tree of errors is the one drawn in its docstring."""

import pytest

from tabgan import exceptions


def _drawn_parents() -> dict[str, str]:
    """Read parent by name from the indented drawing in the module docstring."""
    parents, path = {}, []
    for line in exceptions.__doc__.splitlines():
        name = line.strip().split(" ")[0]
        if not line.startswith("    ") or not hasattr(exceptions, name):
            path = [(len(line) - len(line.lstrip()), name)] if line.startswith("    ") else path
            continue
        indent = len(line) - len(line.lstrip())
        path = [(depth, parent) for depth, parent in path if depth < indent]
        parents[name] = path[-1][1]
        path.append((indent, name))
    return parents


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn = _drawn_parents()
    assert set(drawn) == set(exceptions.__all__)
    for name, parent in drawn.items():
        assert parent in [base.__name__ for base in getattr(exceptions, name).__bases__]


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("InvalidParameterError", ValueError),
        ("InvalidParameterError", TypeError),
        ("TableError", ValueError),
        ("UnseenLevelError", ValueError),
        ("ArchiveVersionError", ValueError),
        ("TableFileError", ValueError),
        ("MissingDependencyError", ImportError),
        ("TrainingError", RuntimeError),
        ("DataWarning", UserWarning),
    ],
)
def test_every_class_is_also_the_builtin_that_a_caller_expects(name: str, builtin: type) -> None:
    assert issubclass(getattr(exceptions, name), builtin)

"""Synthetic tables that a trained judge can hardly tell from the real one.

>>> import tabgan
>>> tabgan.__version__
'0.1.0.dev0'

``tabgan.TabularGAN().fit(table).sample(1000)`` is the whole of it. Names and public modules, such
as ``tabgan.metrics``, are loaded when they are first used, so that ``import tabgan`` is quick and
loads neither torch nor scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tabgan.estimators import TabularGAN as TabularGAN
    from tabgan.estimators import TabularVAE as TabularVAE
    from tabgan.estimators import load as load
    from tabgan.preprocessing import MISSING as MISSING
    from tabgan.preprocessing import Between as Between
    from tabgan.preprocessing import TableTransformer as TableTransformer
    from tabgan.report import SyntheticReport as SyntheticReport
    from tabgan.schema import Schema as Schema
    from tabgan.schema import infer_schema as infer_schema

__version__ = "0.1.0.dev0"

_HOMES = {
    "MISSING": "tabgan.preprocessing",
    "Between": "tabgan.preprocessing",
    "Schema": "tabgan.schema",
    "SyntheticReport": "tabgan.report",
    "TableTransformer": "tabgan.preprocessing",
    "TabularGAN": "tabgan.estimators",
    "TabularVAE": "tabgan.estimators",
    "infer_schema": "tabgan.schema",
    "load": "tabgan.estimators",
}

#: Modules that are reached as attributes without an import of their own.
_MODULES = (
    "archive",
    "datasets",
    "estimators",
    "exceptions",
    "metrics",
    "networks",
    "objectives",
    "plots",
    "preprocessing",
    "report",
    "sampling",
    "schema",
    "training",
)

__all__ = [
    "MISSING",
    "Between",
    "Schema",
    "SyntheticReport",
    "TableTransformer",
    "TabularGAN",
    "TabularVAE",
    "__version__",
    "infer_schema",
    "load",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module where it lives, or a public module, once."""
    if name in _MODULES:
        return import_module(f"tabgan.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'tabgan' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names beside what is loaded already."""
    return sorted({*globals(), *_HOMES, *_MODULES})

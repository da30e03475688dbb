"""Import an optional dependency, or explain how to install it."""

from importlib import import_module
from types import ModuleType

from tabgan.exceptions import MissingDependencyError

__all__ = ["require"]


def require(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency.

    Parameters
    ----------
    module : str
        Dotted name of the module.
    extra : str
        Extra of the distribution that installs it.
    purpose : str
        What needs it, as the subject of a sentence: "Reading Parquet".

    Returns
    -------
    module : module

    Raises
    ------
    MissingDependencyError
        If the module cannot be imported.

    Examples
    --------
    >>> require("json", extra="arrow", purpose="This example").dumps([1])
    '[1]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingDependencyError(
            f"{purpose} needs the package {module.partition('.')[0]!r}, which cannot be imported "
            f'({error}). Install it with: pip install "tabular-gan[{extra}]"'
        ) from error

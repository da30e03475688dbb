"""A table as a prediction problem: features, target, task."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from tabgan.exceptions import InvalidParameterError, TableError
from tabgan.metrics._columns import EncodedTables, encode_tables

__all__ = ["Problem", "Rows", "area", "find_known", "prediction_problem", "problem_of"]

# Squares of larger numbers, and sums of these, may have no float.
LARGEST = 1e100
# Targets farther out than so many times the largest real one are as bad there.
BEYOND = 1e30


@dataclass(frozen=True)
class Rows:
    """Rows of one table: the numeric features, the levels of the others, and the target."""

    numbers: np.ndarray
    levels: np.ndarray
    target: np.ndarray

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: np.ndarray) -> "Rows":
        """Return the given rows."""
        return Rows(self.numbers[rows], self.levels[rows], self.target[rows])


@dataclass(frozen=True)
class Problem:
    """Features and target of every table.

    Attributes
    ----------
    task : {"classification", "regression"}
    n_levels : tuple of int
        Number of codes of each categorical feature.
    tables : dict of str to Rows
        By the names "real", "synthetic", "holdout". Rows without a target are left out.
    scale : float
        What numeric targets were divided by: 1 but for numbers whose squares have no float.
    """

    task: str
    n_levels: tuple[int, ...]
    tables: dict[str, Rows]
    scale: float = 1.0


def prediction_problem(
    real: Any, synthetic: Any, *, target: Hashable, holdout: Any, schema: Any, caller: str
) -> Problem:
    """Bring the tables to one form and set the target apart.

    The task is regression if the target is numeric, else classification.
    """
    if holdout is None:
        raise InvalidParameterError(
            f"The 'holdout' parameter of {caller} must be a table of unseen real rows to test on. "
            "Got None instead."
        )
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    if target not in encoded.columns or len(encoded.columns) < 2:
        raise InvalidParameterError(
            f"The 'target' parameter of {caller} must be one of two or more columns in use, "
            f"{list(encoded.columns)!r}. Got {target!r} instead."
        )
    return problem_of(encoded, target)


def problem_of(encoded: EncodedTables, target: Hashable) -> Problem:
    """Set the target apart in tables of one form."""
    is_regression = target in encoded.numeric
    tables = {name: _rows(encoded, name, target, is_regression) for name in encoded.tables}
    for name, rows in tables.items():
        if not len(rows):
            raise TableError(f"The {name} table has no row with a known {target!r}.")
    n_levels = tuple(
        size
        for name, size in zip(encoded.categorical, encoded.n_levels, strict=True)
        if name != target
    )
    if not is_regression:
        return Problem("classification", n_levels, tables)
    largest = float(np.abs(tables["real"].target).max()) or 1.0
    scale = 1.0 if 1 / LARGEST < largest < LARGEST else largest
    limit = BEYOND * (largest / scale)
    limited = {name: _limited(rows, scale, limit) for name, rows in tables.items()}
    return Problem("regression", n_levels, limited, scale)


def _limited(rows: Rows, scale: float, limit: float) -> Rows:
    """Return rows with targets in another unit, and none of them beyond what can be squared."""
    with np.errstate(over="ignore"):
        target = rows.target / scale
    return Rows(rows.numbers, rows.levels, target.clip(-limit, limit))


def find_known(encoded: EncodedTables, name: str, target: Hashable) -> np.ndarray:
    """Return the positions of a table's rows whose target is known."""
    if target in encoded.numeric:
        place = encoded.numeric.index(target)
        return np.flatnonzero(~np.isnan(encoded[name].numbers[:, place]))
    place = encoded.categorical.index(target)
    n_known = encoded.n_levels[place] - encoded.has_missing[place]
    return np.flatnonzero(encoded[name].levels[:, place] < n_known)


def area(labels: np.ndarray, probabilities: np.ndarray, classes: np.ndarray) -> float:
    """Return the area under the ROC curve, for several classes the mean of one against the rest.

    A class that the model never saw has probability 0. NaN if only one class is present.
    """
    present = np.unique(labels)
    if len(present) < 2:
        return float("nan")
    everything = np.zeros((len(labels), int(max(present.max(), classes.max())) + 1))
    everything[:, classes] = probabilities
    if len(present) == 2:
        margin = everything[:, present[1]] - everything[:, present[0]]
        return _binary_area(labels == present[1], margin)
    return float(np.mean([_binary_area(labels == c, everything[:, c]) for c in present]))


def _binary_area(is_positive: np.ndarray, scores: np.ndarray) -> float:
    """Return the area from the ranks of the positive rows, ties counted half."""
    n_positive = int(is_positive.sum())
    ranks = rankdata(scores)[is_positive].sum() - n_positive * (n_positive + 1) / 2
    return float(ranks / (n_positive * (len(scores) - n_positive)))


def _rows(encoded: EncodedTables, name: str, target: Hashable, is_regression: bool) -> Rows:
    """Return a table's features and target."""
    table = encoded[name]
    if is_regression:
        place = encoded.numeric.index(target)
        numbers = np.delete(table.numbers, place, axis=1)
        rows = Rows(numbers, table.levels, table.numbers[:, place])
    else:
        place = encoded.categorical.index(target)
        levels = np.delete(table.levels, place, axis=1)
        rows = Rows(table.numbers, levels, table.levels[:, place])
    return rows.take(find_known(encoded, name, target))

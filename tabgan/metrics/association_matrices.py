"""One association for every pair of columns: in the real table, in the synthetic one, how kept."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._association_sums import GroupedRows, pearson_matrix
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._drawn_cells import MISSING, DrawnCells, drawn_cells
from tabgan.metrics._jackknife import jackknife_groups
from tabgan.metrics._kept_association import SETS, Comparison, associations
from tabgan.metrics._results import MetricResult

__all__ = ["AssociationMatrices", "AssociationPair", "association_matrices"]

MAX_ROWS = 20_000
MAX_PAIR_CELLS = 12
# Exact ordering of the leaves takes the cube of the columns.
MAX_ORDERED_COLUMNS = 200
MEASURES = {
    (True, True): "Spearman's correlation",
    (False, False): "Cramer's V",
    (True, False): "correlation ratio",
    (False, True): "correlation ratio",
}


@dataclass(frozen=True, kw_only=True)
class AssociationPair:
    """A pair of columns and the cells to draw it with.

    Attributes
    ----------
    x, y : hashable
        Names of the columns.
    measure : str
        "Spearman's correlation", "correlation ratio" or "Cramer's V".
    real, synthetic, holdout : float or None
        The association in each table.
    difference : float
        Synthetic minus real; a column without variation has association 0.
    x_edges, y_edges : tuple of float or None
        Edges of the cells of a numeric column; the outer cells take what lies beyond.
    x_labels, y_labels : tuple of str or None
        Labels of the cells of another column.
    real_cells, synthetic_cells : array of shape (n_x_cells, n_y_cells)
        Shares of the rows in which no number is missing, at most 12 x 12 cells.
    """

    x: Hashable
    y: Hashable
    measure: str
    real: float
    synthetic: float
    holdout: float | None
    difference: float
    x_edges: tuple[float, ...] | None
    y_edges: tuple[float, ...] | None
    x_labels: tuple[str, ...] | None
    y_labels: tuple[str, ...] | None
    real_cells: np.ndarray
    synthetic_cells: np.ndarray


@dataclass(frozen=True, kw_only=True)
class AssociationMatrices(MetricResult):
    """The associations of all pairs of columns, and how much of them is kept.

    Attributes
    ----------
    low, high : float
        Two-sided 95 % interval of `value`, the share of the association that is kept.
    reference_low, reference_high : float or None
        The same for `reference`, what the holdout keeps.
    columns : tuple
        Names of the columns, those with like associations in the real table side by side.
    is_numeric : tuple of bool
        Which of them are numbers; two of these have Spearman's correlation, two others Cramer's V,
        a mixed pair the correlation ratio.
    real, synthetic, holdout : array of shape (n_columns, n_columns) or None
        Associations in this order. NaN for a column without variation, and on the diagonal.
    numeric_columns : tuple
        The numeric ones among `columns`.
    pearson_real, pearson_synthetic, pearson_holdout : array or None
        Pearson's correlations of these, for comparison.
    mean_difference, largest_difference : float
        Of |synthetic - real| over all pairs that vary in the real table.
    largest_pair : tuple of two names, or None
    holdout_mean_difference, holdout_largest_difference : float or None
        The same for the holdout.
    excess : float or None
        Mean |synthetic - holdout| minus mean |real - holdout| on equally many rows: about 0 for a
        fresh real sample.
    n_pairs : int
        Pairs that vary in the real table.
    n_rows : mapping of str to int
        Rows of each table in use.
    worst_pairs : tuple of AssociationPair
        Pairs of the largest differences, the worst first.
    """

    low: float
    high: float
    reference_low: float | None
    reference_high: float | None
    columns: tuple[Hashable, ...]
    is_numeric: tuple[bool, ...]
    real: np.ndarray
    synthetic: np.ndarray
    holdout: np.ndarray | None
    numeric_columns: tuple[Hashable, ...]
    pearson_real: np.ndarray
    pearson_synthetic: np.ndarray
    pearson_holdout: np.ndarray | None
    mean_difference: float
    largest_difference: float
    largest_pair: tuple[Hashable, Hashable] | None
    holdout_mean_difference: float | None
    holdout_largest_difference: float | None
    excess: float | None
    n_pairs: int
    n_rows: Mapping[str, int]
    worst_pairs: tuple[AssociationPair, ...]


def association_matrices(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    max_rows: int | None = MAX_ROWS,
    n_worst_pairs: int = 6,
) -> AssociationMatrices:
    """Measure the association of every pair of columns, and how much of it is kept.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
        As many rows of `real` and of it as the smaller has are used.
    schema : Schema, mapping of column to kind, or None, default=None
        Kinds "continuous", "integer", "datetime" and "duration" are numeric, the others are
        categorical, identifiers and text are left out. Columns not named are inferred from `real`.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw. They give `reference` and `excess`.
    random_state : int, Generator or None, default=None
        Draws the rows in use and the groups of the jackknife.
    max_rows : int or None, default=20000
        Use at most this many rows of each table. None means all.
    n_worst_pairs : int, default=6
        How many pairs to describe.

    Returns
    -------
    result : AssociationMatrices
        `value` is the share of the real association that is kept: 1 is best and what a fresh real
        sample reaches on average, about 0 for independent columns, below 0 where associations
        appear that are not real. NaN where the real table has none beyond chance, or fewer than
        40 rows.

    Notes
    -----
    Two numeric columns: Spearman's correlation. A numeric and another column: the correlation ratio
    of the mid-ranks on the levels, sqrt(1 - (1 - eta^2) (n - 1) / (n - K)) with K levels. Two
    others: Cramer's V with Bergsma's correction. The last two are corrected for the bias of many
    levels, and have no sign: permuted levels escape them, not :func:`tabgan.metrics.trend_error`. A
    missing cell is a level of its own; numbers are compared where they are known, by their ranks
    among the known values of their column.

    With D the difference of associations and r the real one, kept = 1 - sum(D^2 - v) /
    sum(r^2 - v') over all pairs, v and v' the sampling variances of D and r, so that neither many
    unrelated columns nor few rows blur it. The variances, and the interval (Student's t), are the
    jackknife's that leaves out each of 20 groups of rows in turn. The unsigned measures have a kink
    at 0 that it takes for variance, so for them r^2 - v' is the corrected square before it is cut
    at 0, and D^2 - v the product of the differences in two halves of the rows, mean of 10 halvings.

    References
    ----------
    Bergsma (2013), "A bias-correction for Cramer's V and Tschuprow's T", Journal of the Korean
    Statistical Society 42.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import association_matrices
    >>> x = np.random.default_rng(0).normal(size=400)
    >>> real = pd.DataFrame({"x": x, "y": x ** 3})
    >>> kinds = {"x": "continuous", "y": "continuous"}
    >>> turned = real.assign(y=-real["y"])
    >>> found = association_matrices(real, turned, schema=kinds, random_state=0)
    >>> found.largest_difference, found.value
    (2.0, -3.0)
    """
    _check_counts(max_rows, n_worst_pairs)
    encoded = encode_tables(schema, real=real, synthetic=synthetic, holdout=holdout)
    return find_association_matrices(encoded, root_seed(random_state), max_rows, n_worst_pairs)


def find_association_matrices(
    encoded: EncodedTables, seed: int, max_rows: int | None, n_worst_pairs: int
) -> AssociationMatrices:
    samples = _samples(encoded, seed, max_rows)
    found = {name: _matrices(table, seed, name) for name, table in samples.items()}
    columns, n_numeric = (*encoded.numeric, *encoded.categorical), len(encoded.numeric)
    full = {name: associations(matrices[-1], n_numeric) for name, matrices in found.items()}
    ours = Comparison.of(found["real"], found["synthetic"], n_numeric, len(samples["real"]))
    order = _clustered(full["real"])
    ordered = {name: matrix[np.ix_(order, order)] for name, matrix in full.items()}
    numeric = [place for place in order if place < n_numeric]
    pearson = {n: pearson_matrix(table.numbers[:, numeric]) for n, table in samples.items()}
    largest = [(columns[i], columns[j]) for i, j in ours.worst(1)]
    return AssociationMatrices(
        name="association_matrices",
        value=ours.kept,
        range=(-math.inf, math.inf),
        direction="higher",
        low=ours.interval[0],
        high=ours.interval[1],
        columns=tuple(columns[place] for place in order),
        is_numeric=tuple(place < n_numeric for place in order),
        real=ordered["real"],
        synthetic=ordered["synthetic"],
        holdout=ordered.get("holdout"),
        numeric_columns=tuple(columns[place] for place in numeric),
        pearson_real=pearson["real"],
        pearson_synthetic=pearson["synthetic"],
        pearson_holdout=pearson.get("holdout"),
        mean_difference=ours.mean,
        largest_difference=ours.largest,
        largest_pair=largest[0] if largest else None,
        n_pairs=len(ours.pairs),
        n_rows={name: len(table) for name, table in samples.items()},
        worst_pairs=_worst_pairs(encoded, full, ours.worst(n_worst_pairs)),
        **_reference(samples, found, seed, n_numeric),
    )


def _reference(
    samples: dict[str, EncodedTable], found: dict[str, np.ndarray], seed: int, n_numeric: int
) -> dict[str, Any]:
    """Return the attributes that a holdout gives."""
    names = (
        "reference",
        "reference_low",
        "reference_high",
        "holdout_mean_difference",
        "holdout_largest_difference",
        "excess",
    )
    if "holdout" not in found:
        return dict.fromkeys(names)
    size = len(samples["holdout"])
    theirs = Comparison.of(found["real"], found["holdout"], n_numeric, size)
    excess = _excess(samples, found, seed, n_numeric)
    values = (theirs.kept, *theirs.interval, theirs.mean, theirs.largest, excess)
    return dict(zip(names, values, strict=True))


def _samples(encoded: EncodedTables, seed: int, max_rows: int | None) -> dict[str, EncodedTable]:
    """Return random rows of each table in random order: as many real as synthetic ones."""
    most = min(len(encoded["real"]), len(encoded["synthetic"]))
    most = most if max_rows is None else min(most, max_rows)
    return {
        name: table.take(child_generator(seed, "rows", name).permutation(len(table))[:most])
        for name, table in encoded.tables.items()
    }


def _matrices(table: EncodedTable, seed: int, name: str) -> np.ndarray:
    """Return the associations of a table in `SETS` of its rows."""
    groups = jackknife_groups(len(table), child_generator(seed, "groups", name))
    return GroupedRows.of(table, groups).matrices(SETS)


def _excess(
    samples: dict[str, EncodedTable], found: dict[str, np.ndarray], seed: int, n_numeric: int
) -> float:
    """Return the difference of synthetic and holdout minus that of real and holdout."""
    size = len(samples["holdout"])
    means = []
    for name in ("synthetic", "real"):
        matrices = found[name]
        if len(samples[name]) > size:
            matrices = _matrices(samples[name].take(np.arange(size)), seed, name)
        means.append(Comparison.of(found["holdout"], matrices, n_numeric, 0).mean)
    return means[0] - means[1]


def _clustered(matrix: np.ndarray) -> list[int]:
    """Return an order of the columns that sets associated ones side by side."""
    n_columns = len(matrix)
    if n_columns < 3:
        return list(range(n_columns))
    distances = 1 - np.abs(np.nan_to_num(matrix))
    np.fill_diagonal(distances, 0.0)
    tree = linkage(
        squareform(distances, checks=False),
        method="average",
        optimal_ordering=n_columns <= MAX_ORDERED_COLUMNS,
    )
    return [int(place) for place in leaves_list(tree)]


def _worst_pairs(
    encoded: EncodedTables, full: dict[str, np.ndarray], pairs: list[tuple[int, int]]
) -> tuple[AssociationPair, ...]:
    """Return the pairs with what is needed to draw them."""
    columns = (*encoded.numeric, *encoded.categorical)
    tables = {name: encoded[name] for name in ("real", "synthetic")}
    cells = {
        place: drawn_cells(encoded, tables, columns[place], MAX_PAIR_CELLS)
        for place in sorted({place for pair in pairs for place in pair})
    }
    result = []
    for i, j in pairs:
        values = {name: float(matrix[i, j]) for name, matrix in full.items()}
        x, y = cells[i], cells[j]
        result.append(
            AssociationPair(
                x=columns[i],
                y=columns[j],
                measure=MEASURES[x.edges is not None, y.edges is not None],
                real=values["real"],
                synthetic=values["synthetic"],
                holdout=values.get("holdout"),
                difference=float(np.nan_to_num(values["synthetic"])) - values["real"],
                x_edges=None if x.edges is None else tuple(x.edges.tolist()),
                y_edges=None if y.edges is None else tuple(y.edges.tolist()),
                x_labels=x.labels,
                y_labels=y.labels,
                real_cells=_joint_shares(x, y, "real"),
                synthetic_cells=_joint_shares(x, y, "synthetic"),
            )
        )
    return tuple(result)


def _joint_shares(x: DrawnCells, y: DrawnCells, name: str) -> np.ndarray:
    """Return the shares in the joint cells of a table's rows without a missing number."""
    known = (x.codes[name] != MISSING) & (y.codes[name] != MISSING)
    keys = x.codes[name][known] * y.n_cells + y.codes[name][known]
    counts = np.bincount(keys, minlength=x.n_cells * y.n_cells)
    return counts.reshape(x.n_cells, y.n_cells) / max(len(keys), 1)


def _check_counts(max_rows: Any, n_worst_pairs: Any) -> None:
    """Refuse counts that are none."""
    if max_rows is not None and not (isinstance(max_rows, int) and max_rows >= 1):
        raise InvalidParameterError(
            f"The 'max_rows' parameter must be None or an integer of 1 or more. Got {max_rows!r} "
            "instead."
        )
    if not (isinstance(n_worst_pairs, int) and n_worst_pairs >= 0):
        raise InvalidParameterError(
            "The 'n_worst_pairs' parameter must be an integer of 0 or more. Got "
            f"{n_worst_pairs!r} instead."
        )

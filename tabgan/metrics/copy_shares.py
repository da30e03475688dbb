"""Shares of synthetic rows that are equal or very near to rows that the generator saw."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from tabgan.metrics._columns import EncodedTables, encode_tables
from tabgan.metrics._copy_search import CopySearch, RealTables
from tabgan.metrics._nearest import nearest_rows
from tabgan.metrics._results import MetricResult
from tabgan.metrics._row_keys import find_keys, row_keys, unique_keys

__all__ = [
    "CopyShare",
    "DcrShare",
    "ExactCopies",
    "dcr_share",
    "exact_copies",
    "near_copy_excess",
    "singleton_excess",
]

NEAR_QUANTILE = 0.01


@dataclass(frozen=True, kw_only=True)
class CopyShare(MetricResult):
    """A share of synthetic rows, beside the same share for the holdout.

    Attributes
    ----------
    share_real, share_holdout : float
        Share of the synthetic rows that meet the criterion with seen rows (mean over the parts),
        and with as many unseen ones. For an excess, `value` is their difference times `n_parts`.
    se : float
        Standard error; synthetic rows that repeat the same real row count as one observation.
    n_real, n_synthetic : int
        Rows searched (of the holdout and of each part), and synthetic rows looked up.
    n_parts : int
        Disjoint parts of the seen rows that were searched, each as large as the holdout.
    threshold : float or None
        Distance below which a row counts as near, in units of a differing level.
    """

    share_real: float
    share_holdout: float
    se: float
    n_real: int
    n_synthetic: int
    n_parts: int = 1
    threshold: float | None = None

    @property
    def upper(self) -> float:
        """Upper one-sided 95 % bound."""
        return self.value + float(norm.ppf(0.95)) * self.se


@dataclass(frozen=True, kw_only=True)
class DcrShare(MetricResult):
    """Share of synthetic rows whose nearest real row is one that the generator saw.

    Attributes
    ----------
    se : float
        Standard deviation under exchange of the two real tables: exact for one part of the seen
        rows, not too small for the mean over several.
    tie_share : float
        Share of the synthetic rows that are equally near to both tables.
    n_real, n_synthetic : int
        Rows searched (of the holdout and of each part), and synthetic rows looked up.
    n_parts : int
        Disjoint parts of the seen rows that were searched, each as large as the holdout.
    """

    se: float
    tie_share: float
    n_real: int
    n_synthetic: int
    n_parts: int = 1

    @property
    def upper(self) -> float:
        """Upper one-sided 95 % bound."""
        return self.value + float(norm.ppf(0.95)) * self.se


@dataclass(frozen=True, kw_only=True)
class ExactCopies(MetricResult):
    """Share of synthetic rows that equal a row that the generator saw.

    Attributes
    ----------
    holdout_value : float or None
        Share of the synthetic rows that equal a row of the holdout. None without one.
    holdout_reference : float or None
        Share of the seen rows that do: more synthetic ones means that the holdout was copied.
    """

    holdout_value: float | None = None
    holdout_reference: float | None = None


def dcr_share(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_synthetic: int | None = None,
    n_jobs: int | None = None,
) -> DcrShare:
    """Measure the share of synthetic rows that are nearer to a seen row than to any unseen one.

    See :func:`copying` for the parameters.

    Returns
    -------
    result : DcrShare
        `value` in 0 to 1, about .5 without copying, towards 1 with it.

    Notes
    -----
    All rows of both real tables are searched, of equal number. The distance is L1 on mid-ranks
    in the pool of both (0 to 1), and 1 for each differing level; a missing cell against a value
    counts 1. Ties are split equally among the tied rows. With w_j the share of synthetic rows whose
    nearest pooled row is j and N the size of the pool, the value is the sum of w_j over `real` and
    its variance, exact under exchange of the two tables, (N sum w_j^2 - 1) / (4 (N - 1)). Where
    `real` is longer than the holdout this is the mean over disjoint parts of it, up to five; their
    variances are averaged too, which the variance of a mean cannot exceed. It does not track the
    risk of membership inference.

    References
    ----------
    Yao, Krčo, Ganev & de Montjoye (2025), "The DCR Delusion: Measuring the Privacy Risk of
    Synthetic Data", arXiv 2505.01524.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import dcr_share
    >>> real, holdout = pd.DataFrame({"x": [1.5, 3.0]}), pd.DataFrame({"x": [2.0, 4.0]})
    >>> synthetic = pd.DataFrame({"x": [1.5, 1.5, 2.0, 2.5]})
    >>> dcr_share(real, synthetic, holdout=holdout, schema={"x": "continuous"}).value
    0.625
    """
    tables = RealTables.encode(real, synthetic, holdout, schema, random_state, "dcr_share")
    return find_dcr_share(CopySearch.run(tables, max_synthetic, n_jobs))


def near_copy_excess(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_synthetic: int | None = None,
    n_jobs: int | None = None,
) -> CopyShare:
    """Measure how many more synthetic rows are very near to seen rows than to unseen ones.

    See :func:`copying` for the parameters, and :func:`dcr_share` for the distance.

    Returns
    -------
    result : CopyShare
        `value` in -1 to 1, about 0 without copying; `threshold` is the distance called very near.

    Notes
    -----
    P(d(s, real) <= tau) - P(d(s, holdout) <= tau), tau the 1 % quantile of the distances from the
    holdout's rows (at most `max_synthetic` of them) to `real`. Where `real` is longer than the
    holdout this is the sum over disjoint parts of it, up to five, each against the holdout: the
    share of rows near to any of these seen rows, beyond that of as many unseen ones.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import near_copy_excess
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame(generator.normal(size=(100, 3))) for _ in range(2))
    >>> kinds = {0: "continuous", 1: "continuous", 2: "continuous"}
    >>> near_copy_excess(real, real, holdout=holdout, schema=kinds).value > 0.9
    True
    """
    tables = RealTables.encode(real, synthetic, holdout, schema, random_state, "near_copy_excess")
    return find_near_copy_excess(CopySearch.run(tables, max_synthetic, n_jobs), n_jobs)


def singleton_excess(
    real: Any, synthetic: Any, *, holdout: Any, schema: Any = None, random_state: Any = None
) -> CopyShare:
    """Measure how many more synthetic rows single out a seen row than an unseen one.

    See :func:`copying` for the parameters.

    Returns
    -------
    result : CopyShare
        `value` in -1 to 1, about 0 without copying.

    Notes
    -----
    A synthetic row singles out a real row if the two are equal, at the precision of `real`, in all
    columns or in all but one, and no other row of that real table has these values. Where `real`
    is longer than the holdout this is the sum over parts, as in :func:`near_copy_excess`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import singleton_excess
    >>> kinds = {"a": "categorical", "b": "categorical", "c": "categorical"}
    >>> real = pd.DataFrame({"a": list("xyz"), "b": list("xyz"), "c": list("xyz")})
    >>> holdout = real.apply(lambda column: column.str.upper())
    >>> synthetic = pd.DataFrame({"a": ["x", "q"], "b": ["x", "q"], "c": ["x", "q"]})
    >>> singleton_excess(real, synthetic, holdout=holdout, schema=kinds).value
    0.5
    """
    tables = RealTables.encode(real, synthetic, holdout, schema, random_state, "singleton_excess")
    return find_singleton_excess(tables)


def exact_copies(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> ExactCopies:
    """Measure the share of synthetic rows that equal a real row in every column.

    See :func:`copying` for the parameters; `holdout` may be left out, `random_state` is not used.

    Returns
    -------
    result : ExactCopies
        `value` in 0 to 1. `reference` is the share of the holdout's rows that equal a row of
        `real`: in a table of few levels equal rows are no copies.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import exact_copies
    >>> real = pd.DataFrame({"x": [1.5, 2.5], "side": ["a", "b"]})
    >>> synthetic = pd.DataFrame({"x": [1.5, 2.5], "side": ["a", "a"]})
    >>> exact_copies(real, synthetic, schema={"x": "continuous", "side": "categorical"}).value
    0.5
    """
    return find_exact_copies(
        encode_tables(schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout)
    )


def find_dcr_share(search: CopySearch) -> DcrShare:
    size = search.tables.size
    shares, variances, ties = [], [], []
    for found in search.found:
        n_pooled = len(found.weights)
        shares.append(float(found.weights[:size].sum()))
        squares = float((found.weights**2).sum())
        variances.append((n_pooled * squares - 1) / (4 * (n_pooled - 1)))
        ties.append(float(np.equal(*found.distances).mean()))
    return DcrShare(
        name="dcr_share",
        value=float(np.mean(shares)),
        range=(0.0, 1.0),
        direction="reference",
        reference=0.5,
        # The parts share the holdout: their errors may agree, so averaging takes nothing off.
        se=math.sqrt(max(float(np.mean(variances)), 0.0)),
        tie_share=float(np.mean(ties)),
        n_real=size,
        n_synthetic=len(search.synthetic),
        n_parts=len(shares),
    )


def find_near_copy_excess(search: CopySearch, n_jobs: int | None) -> CopyShare:
    between = nearest_rows(search.unseen, [search.seen], search.unit, n_jobs).distances[0]
    threshold = float(np.quantile(between, NEAR_QUANTILE))
    near = [np.array(found.distances) <= threshold for found in search.found]
    return _excess(
        "near_copy_excess",
        np.array([part[0] for part in near]),
        near[0][1],
        _nearest_of_all(search),
        search.tables.size,
        threshold / search.unit,
    )


def _nearest_of_all(search: CopySearch) -> np.ndarray:
    """Return a number for the real row nearest to each synthetic one, over all parts."""
    size = search.tables.size
    closest = np.array([np.min(found.distances, axis=0) for found in search.found])
    part = closest.argmin(axis=0)
    row = np.array([found.nearest for found in search.found])[part, np.arange(len(part))]
    # Rows of the holdout, searched with every part, are the same rows each time.
    return np.where(row < size, part * size + row, size - 1 - row)


def find_singleton_excess(tables: RealTables) -> CopyShare:
    synthetic = tables.encoded["synthetic"]
    keys = row_keys([*tables.parts, tables.holdout, synthetic])
    hits = np.zeros((len(tables.parts) + 1, len(synthetic)), bool)
    repeated = np.zeros(len(synthetic), np.uint64)
    for *searched, fake in keys.projections():
        for hit, table_keys in zip(hits, searched, strict=True):
            found = find_keys(fake, unique_keys(table_keys))
            repeated[found & ~hits.any(axis=0)] = fake[found & ~hits.any(axis=0)]
            hit |= found
    return _excess("singleton_excess", hits[:-1], hits[-1], repeated, tables.size, None)


def _excess(
    name: str,
    with_parts: np.ndarray,
    with_holdout: np.ndarray,
    cluster: np.ndarray,
    n_real: int,
    threshold: float | None,
) -> CopyShare:
    """Return the sum over parts of the difference of two shares; a cluster is one observation."""
    n_parts, n_rows = with_parts.shape
    signs = with_parts.sum(axis=0) - n_parts * with_holdout.astype(float)
    _, members = np.unique(cluster, return_inverse=True)
    sums = np.bincount(members, weights=signs) / n_rows
    return CopyShare(
        name=name,
        value=float(signs.mean()),
        range=(-float(n_parts), float(n_parts)),
        direction="reference",
        reference=0.0,
        share_real=float(with_parts.mean()),
        share_holdout=float(with_holdout.mean()),
        se=math.sqrt(float((sums**2).sum())),
        n_real=n_real,
        n_synthetic=n_rows,
        n_parts=n_parts,
        threshold=threshold,
    )


def find_exact_copies(encoded: EncodedTables) -> ExactCopies:
    names = list(encoded.tables)
    keys = dict(zip(names, row_keys(list(encoded.tables.values())).whole, strict=True))
    seen = np.unique(keys["real"])
    shares = {name: float(find_keys(keys[name], seen).mean()) for name in names[1:]}
    unseen = np.unique(keys["holdout"]) if "holdout" in keys else None
    of_holdout = [
        None if unseen is None else float(find_keys(keys[name], unseen).mean())
        for name in ("synthetic", "real")
    ]
    return ExactCopies(
        name="exact_copies",
        value=shares["synthetic"],
        range=(0.0, 1.0),
        direction="reference",
        reference=shares.get("holdout"),
        holdout_value=of_holdout[0],
        holdout_reference=of_holdout[1],
    )

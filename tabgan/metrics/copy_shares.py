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
        Share of the synthetic rows that meet the criterion with the seen rows, and with the unseen
        ones. For an excess, `value` is their difference.
    se : float
        Standard error; synthetic rows that repeat the same real row count as one observation.
    n_real, n_synthetic : int
        Rows searched (of each real table), and synthetic rows looked up.
    threshold : float or None
        Distance below which a row counts as near, in units of a differing level.
    """

    share_real: float
    share_holdout: float
    se: float
    n_real: int
    n_synthetic: int
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
        Standard deviation under exchange of the two real tables, exact.
    tie_share : float
        Share of the synthetic rows that are equally near to both tables.
    n_real, n_synthetic : int
        Rows searched (of each real table), and synthetic rows looked up.
    """

    se: float
    tie_share: float
    n_real: int
    n_synthetic: int

    @property
    def upper(self) -> float:
        """Upper one-sided 95 % bound."""
        return self.value + float(norm.ppf(0.95)) * self.se


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
    its variance, exact under exchange of the two tables, (N sum w_j^2 - 1) / (4 (N - 1)). It does
    not track the risk of membership inference.

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
    holdout's rows (at most `max_synthetic` of them) to `real`.

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
    columns or in all but one, and no other row of that real table has these values.

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
) -> MetricResult:
    """Measure the share of synthetic rows that equal a real row in every column.

    See :func:`copying` for the parameters; `holdout` may be left out, `random_state` is not used.

    Returns
    -------
    result : MetricResult
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
    n_real, weights = len(search.tables.real), search.found.weights
    n_pooled = len(weights)
    variance = (n_pooled * float((weights**2).sum()) - 1) / (4 * (n_pooled - 1))
    to_real, to_holdout = search.found.distances
    return DcrShare(
        name="dcr_share",
        value=float(weights[:n_real].sum()),
        range=(0.0, 1.0),
        direction="reference",
        reference=0.5,
        se=math.sqrt(max(variance, 0.0)),
        tie_share=float((to_real == to_holdout).mean()),
        n_real=n_real,
        n_synthetic=len(search.synthetic),
    )


def find_near_copy_excess(search: CopySearch, n_jobs: int | None) -> CopyShare:
    between = nearest_rows(search.unseen, [search.seen], search.unit, n_jobs).distances[0]
    threshold = float(np.quantile(between, NEAR_QUANTILE))
    near_real, near_holdout = (distance <= threshold for distance in search.found.distances)
    return _excess(
        "near_copy_excess",
        near_real,
        near_holdout,
        search.found.nearest,
        len(search.tables.real),
        threshold / search.unit,
    )


def find_singleton_excess(tables: RealTables) -> CopyShare:
    synthetic = tables.encoded["synthetic"]
    keys = row_keys([tables.real, tables.holdout, synthetic])
    hits = np.zeros((2, len(synthetic)), bool)
    repeated = np.zeros(len(synthetic), np.uint64)
    for seen, unseen, fake in keys.projections():
        for hit, table_keys in zip(hits, (seen, unseen), strict=True):
            found = find_keys(fake, unique_keys(table_keys))
            repeated[found & ~hits.any(axis=0)] = fake[found & ~hits.any(axis=0)]
            hit |= found
    return _excess("singleton_excess", hits[0], hits[1], repeated, len(tables.real), None)


def _excess(
    name: str,
    with_real: np.ndarray,
    with_holdout: np.ndarray,
    cluster: np.ndarray,
    n_real: int,
    threshold: float | None,
) -> CopyShare:
    """Return the difference of two shares; rows of one cluster are one observation."""
    n_rows = len(with_real)
    signs = with_real.astype(float) - with_holdout
    _, members = np.unique(cluster, return_inverse=True)
    sums = np.bincount(members, weights=signs) / n_rows
    return CopyShare(
        name=name,
        value=float(signs.mean()),
        range=(-1.0, 1.0),
        direction="reference",
        reference=0.0,
        share_real=float(with_real.mean()),
        share_holdout=float(with_holdout.mean()),
        se=math.sqrt(float((sums**2).sum())),
        n_real=n_real,
        n_synthetic=n_rows,
        threshold=threshold,
    )


def find_exact_copies(encoded: EncodedTables) -> MetricResult:
    names = list(encoded.tables)
    keys = dict(zip(names, row_keys(list(encoded.tables.values())).whole, strict=True))
    seen = np.unique(keys["real"])
    shares = {name: float(find_keys(keys[name], seen).mean()) for name in names[1:]}
    return MetricResult(
        name="exact_copies",
        value=shares["synthetic"],
        range=(0.0, 1.0),
        direction="reference",
        reference=shares.get("holdout"),
    )

"""Does the synthetic table repeat the rows and values that the generator saw?

All figures compare two real tables of one size: the rows that the generator saw (`real`) and rows
that it never saw (`holdout`). What is near to both is likeness; what is nearer to the seen ones is
copying. They find copying where there is some; they do not prove that there is no risk.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from tabgan._random import child_generator, root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._columns import EncodedTable, EncodedTables, encode_tables
from tabgan.metrics._nearest import Nearest, nearest_rows, rank_space
from tabgan.metrics._results import MetricResult
from tabgan.metrics._row_keys import find_keys, row_keys, unique_keys

__all__ = [
    "CopyShare",
    "CopyingResult",
    "DcrShare",
    "VerbatimValues",
    "copying",
    "dcr_share",
    "exact_copies",
    "near_copy_excess",
    "singleton_excess",
    "verbatim_values",
]

NEAR_QUANTILE = 0.01
MIN_UNIQUE_SHARE = 0.2


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


@dataclass(frozen=True, kw_only=True)
class VerbatimValues(MetricResult):
    """Share of the real table's unique values that occur in the synthetic one.

    Attributes
    ----------
    parts : mapping of column to float
        The share in each column looked at; empty if no column has enough unique values.
    parts_holdout : mapping of column to float
        The same with the holdout in place of the synthetic table.
    n_rows : int
        Rows of the synthetic table, and of the holdout, in use.
    """

    parts: Mapping[Hashable, float]
    parts_holdout: Mapping[Hashable, float]
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class CopyingResult:
    """All figures of copying, from one search."""

    dcr_share: DcrShare
    near_copy_excess: CopyShare
    singleton_excess: CopyShare
    exact_copies: MetricResult
    verbatim_values: VerbatimValues

    def to_dict(self) -> dict[str, Any]:
        """Return the results as plain JSON types, by name."""
        return {name: result.to_dict() for name, result in vars(self).items()}


def copying(
    real: Any,
    synthetic: Any,
    *,
    holdout: Any,
    schema: Any = None,
    random_state: Any = None,
    max_synthetic: int | None = None,
    n_jobs: int | None = None,
) -> CopyingResult:
    """Measure all figures of copying with one search of the real rows.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
    holdout : DataFrame or array
        Real rows that the generator never saw, best as many as `real` has: of the larger of the two
        a random part of equal size is searched, and copies of the rest are not found.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws rows where tables are larger than needed.
    max_synthetic : int or None, default=None
        Look up at most this many synthetic rows. None means all of them.
    n_jobs : int or None, default=None
        Threads. None means 1, -1 all cores.

    Returns
    -------
    result : CopyingResult
        One attribute a figure: `dcr_share`, `near_copy_excess`, `singleton_excess`, `exact_copies`,
        `verbatim_values`. See the functions of the same names.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import copying
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame(generator.normal(size=(100, 3))) for _ in range(2))
    >>> kinds = {0: "continuous", 1: "continuous", 2: "continuous"}
    >>> copies = copying(real, real, holdout=holdout, schema=kinds, random_state=0)
    >>> copies.exact_copies.value, copies.verbatim_values.value, round(copies.dcr_share.value, 6)
    (1.0, 1.0, 1.0)
    """
    tables = _RealTables.encode(real, synthetic, holdout, schema, random_state, "copying")
    search = _Search.run(tables, max_synthetic, n_jobs)
    return CopyingResult(
        dcr_share=_dcr_share(search),
        near_copy_excess=_near_copy_excess(search, n_jobs),
        singleton_excess=_singleton_excess(tables),
        exact_copies=_exact_copies(tables.encoded),
        verbatim_values=_verbatim_values(tables.encoded, tables.seed, MIN_UNIQUE_SHARE),
    )


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
    tables = _RealTables.encode(real, synthetic, holdout, schema, random_state, "dcr_share")
    return _dcr_share(_Search.run(tables, max_synthetic, n_jobs))


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
    holdout's rows to `real`.

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
    tables = _RealTables.encode(real, synthetic, holdout, schema, random_state, "near_copy_excess")
    return _near_copy_excess(_Search.run(tables, max_synthetic, n_jobs), n_jobs)


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
    tables = _RealTables.encode(real, synthetic, holdout, schema, random_state, "singleton_excess")
    return _singleton_excess(tables)


def exact_copies(
    real: Any, synthetic: Any, *, schema: Any = None, holdout: Any = None, random_state: Any = None
) -> MetricResult:
    """Measure the share of synthetic rows that equal a real row in every column.

    Parameters are those of :func:`copying`; `holdout` may be left out, `random_state` is not used.

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
    return _exact_copies(
        encode_tables(schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout)
    )


def verbatim_values(
    real: Any,
    synthetic: Any,
    *,
    schema: Any = None,
    holdout: Any = None,
    random_state: Any = None,
    min_unique_share: float = MIN_UNIQUE_SHARE,
) -> VerbatimValues:
    """Measure the share of the real table's unique numbers that occur in the synthetic table.

    Parameters
    ----------
    real, synthetic, schema, holdout, random_state
        As for :func:`copying`; `holdout` may be left out.
    min_unique_share : float, default=0.2
        Numeric columns are looked at if at least this share of their known values occur once.

    Returns
    -------
    result : VerbatimValues
        `value` in 0 to 1, the mean over the columns looked at, NaN if there is none. `reference` is
        the same with the holdout in place of the synthetic table, both of equal size: numbers of
        few digits occur again by themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.metrics import verbatim_values
    >>> real = pd.DataFrame({"pay": [1200.5, 1300.1, 1400.7, 1400.7]})
    >>> synthetic = pd.DataFrame({"pay": [1200.5, 1200.5, 1250.0, 1300.0]})
    >>> verbatim_values(real, synthetic, schema={"pay": "continuous"}).value
    0.5
    """
    if not 0.0 < min_unique_share <= 1.0:
        raise InvalidParameterError(
            "The 'min_unique_share' parameter must be above 0 and at most 1. Got "
            f"{min_unique_share!r} instead."
        )
    encoded = encode_tables(
        schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
    )
    return _verbatim_values(encoded, root_seed(random_state), min_unique_share)


@dataclass(frozen=True)
class _RealTables:
    """The tables in one form, the two real ones also cut to equal size."""

    encoded: EncodedTables
    real: EncodedTable
    holdout: EncodedTable
    seed: int

    @classmethod
    def encode(
        cls, real: Any, synthetic: Any, holdout: Any, schema: Any, random_state: Any, caller: str
    ) -> "_RealTables":
        if holdout is None:
            raise InvalidParameterError(
                f"The 'holdout' parameter of {caller} must be a table of real rows that the "
                "generator never saw. Got None instead. Without one, copying cannot be judged."
            )
        encoded = encode_tables(
            schema, same_decimals=True, real=real, synthetic=synthetic, holdout=holdout
        )
        seed = root_seed(random_state)
        size = min(len(encoded["real"]), len(encoded["holdout"]))
        seen, unseen = (_some_rows(encoded[n], size, seed, n) for n in ("real", "holdout"))
        return cls(encoded, seen, unseen, seed)


def _some_rows(table: EncodedTable, size: int | None, seed: int, name: str) -> EncodedTable:
    """Return `size` random rows, or the table itself if it has no more."""
    if size is None or len(table) <= size:
        return table
    return table.take(child_generator(seed, "rows", name).permutation(len(table))[:size])


@dataclass(frozen=True)
class _Search:
    """The real rows nearest to the synthetic ones, and what a further search needs."""

    tables: _RealTables
    synthetic: EncodedTable
    found: Nearest
    points: tuple[Any, Any]
    unit: int

    @classmethod
    def run(cls, tables: _RealTables, max_synthetic: int | None, n_jobs: int | None) -> "_Search":
        if max_synthetic is not None and max_synthetic < 1:
            raise InvalidParameterError(
                "The 'max_synthetic' parameter must be None or an integer of 1 or more. Got "
                f"{max_synthetic!r} instead."
            )
        synthetic = _some_rows(tables.encoded["synthetic"], max_synthetic, tables.seed, "synthetic")
        space = rank_space([tables.real, tables.holdout], [synthetic])
        points = (space.points(tables.real), space.points(tables.holdout))
        found = nearest_rows(space.points(synthetic), points, space.unit, n_jobs)
        return cls(tables, synthetic, found, points, space.unit)


def _dcr_share(search: _Search) -> DcrShare:
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


def _near_copy_excess(search: _Search, n_jobs: int | None) -> CopyShare:
    seen, unseen = search.points
    between = nearest_rows(unseen, [seen], search.unit, n_jobs).distances[0]
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


def _singleton_excess(tables: _RealTables) -> CopyShare:
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


def _exact_copies(encoded: EncodedTables) -> MetricResult:
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


def _verbatim_values(encoded: EncodedTables, seed: int, min_unique_share: float) -> VerbatimValues:
    others = [name for name in ("synthetic", "holdout") if name in encoded.tables]
    size = min(len(encoded[name]) for name in others)
    cut = {name: _some_rows(encoded[name], size, seed, name) for name in others}
    parts: dict[str, dict[Hashable, float]] = {"synthetic": {}, "holdout": {}}
    for position, column in enumerate(encoded.numeric):
        known = encoded["real"].numbers[:, position]
        known = known[~np.isnan(known)]
        once = unique_keys(known)
        if len(once) and len(once) >= min_unique_share * len(known):
            for name in others:
                parts[name][column] = float(np.isin(once, cut[name].numbers[:, position]).mean())
    means = {n: float(np.mean(list(p.values()))) if p else math.nan for n, p in parts.items()}
    return VerbatimValues(
        name="verbatim_values",
        value=means["synthetic"],
        range=(0.0, 1.0),
        direction="lower",
        reference=means["holdout"] if "holdout" in others else None,
        parts=parts["synthetic"],
        parts_holdout=parts["holdout"],
        n_rows=size,
    )

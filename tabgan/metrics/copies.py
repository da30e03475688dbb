"""Does the synthetic table repeat the rows and values that the generator saw?

All figures compare two real tables of one size: the rows that the generator saw (`real`) and rows
that it never saw (`holdout`). What is near to both is likeness; what is nearer to the seen ones is
copying. They find copying where there is some; they do not prove that there is no risk.
"""

from dataclasses import dataclass
from typing import Any

from tabgan.metrics._copy_search import CopySearch, RealTables
from tabgan.metrics.copy_shares import (
    CopyShare,
    DcrShare,
    ExactCopies,
    find_dcr_share,
    find_exact_copies,
    find_near_copy_excess,
    find_singleton_excess,
)
from tabgan.metrics.verbatim import MIN_UNIQUE_SHARE, VerbatimValues, find_verbatim_values

__all__ = ["CopyingResult", "copying"]


@dataclass(frozen=True, kw_only=True)
class CopyingResult:
    """All figures of copying, from one search.

    Attributes
    ----------
    dcr_share : DcrShare
        Share of synthetic rows nearer to seen rows than to unseen ones.
    near_copy_excess : CopyShare
        How many more synthetic rows are very near to seen rows than to unseen ones.
    singleton_excess : CopyShare
        How many more synthetic rows single out a seen row than an unseen one.
    exact_copies : ExactCopies
        Share of synthetic rows that equal a seen row.
    verbatim_values : VerbatimValues
        Share of the real table's unique numbers that occur in the synthetic table.
    """

    dcr_share: DcrShare
    near_copy_excess: CopyShare
    singleton_excess: CopyShare
    exact_copies: ExactCopies
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
        Real rows that the generator never saw, best as many as `real` has. Up to five disjoint
        random parts of `real` as large as it are searched; of seen rows beyond these, and where it
        is the larger table, of its own, only a random part is.
    schema : Schema, mapping of column to kind, or None, default=None
    random_state : int, Generator or None, default=None
        Draws rows where tables are larger than needed.
    max_synthetic : int or None, default=None
        Look up at most this many synthetic rows, and rows of the holdout for the threshold of near
        copies; time grows with their number times that of all real rows. None means all of them.
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
    tables = RealTables.encode(real, synthetic, holdout, schema, random_state, "copying")
    search = CopySearch.run(tables, max_synthetic, n_jobs)
    return CopyingResult(
        dcr_share=find_dcr_share(search),
        near_copy_excess=find_near_copy_excess(search, n_jobs),
        singleton_excess=find_singleton_excess(tables),
        exact_copies=find_exact_copies(tables.encoded),
        verbatim_values=find_verbatim_values(tables.encoded, tables.seed, MIN_UNIQUE_SHARE),
    )

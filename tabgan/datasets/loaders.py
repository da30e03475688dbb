"""Real tables for a first look: one that is bundled with scikit-learn, one fetched by it."""

import os
import warnings

import pandas as pd
from sklearn.datasets import fetch_openml, load_breast_cancer

from tabgan.exceptions import TableFileError

__all__ = ["fetch_adult", "load_demo"]


def load_demo() -> pd.DataFrame:
    """Load scikit-learn's breast-cancer table, which needs no network.

    Returns
    -------
    table : DataFrame of shape (569, 31)
        Thirty measurements, then "diagnosis" ("malignant" or "benign").

    References
    ----------
    W. Wolberg, O. Mangasarian, N. Street, W. Street (1993). Breast Cancer Wisconsin (Diagnostic).
    UCI Machine Learning Repository. doi:10.24432/C5DW2B.

    Examples
    --------
    >>> table = load_demo()
    >>> table.shape
    (569, 31)
    >>> {str(level): int(count) for level, count in table["diagnosis"].value_counts().items()}
    {'benign': 357, 'malignant': 212}
    """
    bundled = load_breast_cancer(as_frame=True)
    diagnosis = bundled.target.map(dict(enumerate(map(str, bundled.target_names))))
    return bundled.data.assign(diagnosis=diagnosis)


def fetch_adult(*, data_home: str | os.PathLike | None = None) -> pd.DataFrame:
    """Fetch the Adult census table from OpenML, once; later calls read the copy on disk.

    Parameters
    ----------
    data_home : path, default=None
        Folder of the copy. None is scikit-learn's own folder for data.

    Returns
    -------
    table : DataFrame of shape (48842, 15)
        The last column, "income", is "<=50K" or ">50K".

    Raises
    ------
    TableFileError
        If it is not on disk and cannot be fetched.

    References
    ----------
    B. Becker, R. Kohavi (1996). Adult. UCI Machine Learning Repository. doi:10.24432/C5XW20.

    Examples
    --------
    >>> fetch_adult().shape  # doctest: +SKIP
    (48842, 15)
    """
    try:
        with warnings.catch_warnings():
            # Each retry warns; the last failure says the same and is raised.
            warnings.simplefilter("ignore")
            fetched = fetch_openml(
                "adult", version=2, as_frame=True, data_home=data_home, n_retries=1
            )
    except OSError as error:
        raise TableFileError(
            f"Cannot fetch the table 'adult' from OpenML: {error}. Connect this machine to the "
            "network, or use the table that needs none: load_demo(), or `tabgan demo` without "
            "--data."
        ) from error
    return fetched.frame.rename(columns={"class": "income"})

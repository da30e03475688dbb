"""Read a saved estimator, whichever it is."""

import os
from typing import Any

from tabgan.archive import read_archive
from tabgan.estimators._persistence import estimator_from_state
from tabgan.estimators.baselines import GaussianCopula, IndependentColumns, NaiveBayes
from tabgan.estimators.tabular_gan import TabularGAN
from tabgan.estimators.tabular_vae import TabularVAE
from tabgan.exceptions import ArchiveError, TabganError

#: Estimators that can be saved, by the name that their archives carry.
_ESTIMATORS = {
    estimator.__name__: estimator
    for estimator in (TabularGAN, TabularVAE, IndependentColumns, GaussianCopula, NaiveBayes)
}


def load(path: str | os.PathLike[str], device: str = "auto") -> Any:
    """Read an estimator that `save` wrote.

    Parameters
    ----------
    path : str or path-like
        The file.
    device : str, default="auto"
        Where its networks go, whatever they were trained on: a torch device, or "auto" for the
        fastest there is.

    Returns
    -------
    TabularGAN, TabularVAE, IndependentColumns, GaussianCopula or NaiveBayes
        The fitted estimator; on the same kind of device its next sample is the one that the saved
        estimator would have drawn next.

    Raises
    ------
    ArchiveError
        If the file is not there, or is not a complete model.
    ArchiveVersionError
        If a newer version of tabgan wrote it.

    Notes
    -----
    Nothing in the file is ever executed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import tabgan
    >>> table = pd.DataFrame({"x": [1, 5, 8, 9] * 25, "y": list("ab") * 50})
    >>> path = Path(tempfile.mkdtemp()) / "model.tabgan"
    >>> model = tabgan.TabularGAN(max_steps=20, random_state=0).fit(table)
    >>> model.save(path)
    >>> tabgan.load(path).sample(4).equals(model.sample(4))
    True
    """
    manifest, arrays = read_archive(path, expected_format="tabgan-model")
    name = manifest.get("estimator")
    if name not in _ESTIMATORS:
        raise ArchiveError(
            f"The archive {os.fspath(path)!r} holds a {name!r}; this version of tabgan knows "
            f"{', '.join(_ESTIMATORS)}."
        )
    try:
        return estimator_from_state(_ESTIMATORS[name], manifest, arrays, device)
    except TabganError:
        raise
    except (
        ArithmeticError,
        AttributeError,
        IndexError,
        KeyError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as error:
        raise ArchiveError(
            f"The archive {os.fspath(path)!r} is damaged: {type(error).__name__}: {error}. "
            "Copy or save it again."
        ) from error

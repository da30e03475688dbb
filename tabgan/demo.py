"""Fit one table, and judge the synthetic rows beside real ones that the generator never saw."""

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tabgan._optional import require
from tabgan._random import child_generator, child_seed, root_seed
from tabgan.datasets import fetch_adult, load_demo
from tabgan.estimators import TabularGAN
from tabgan.exceptions import MissingDependencyError
from tabgan.metrics import copying, judge, logistic_c2st, shape_error, trend_error
from tabgan.report import SyntheticReport
from tabgan.table_files import write_table

__all__ = [
    "DEMO_TABLES",
    "DEMO_TARGETS",
    "DemoResult",
    "fidelity_figures",
    "format_figures",
    "run_demo",
]

DEMO_TABLES = {"breast-cancer": load_demo, "adult": fetch_adult}
"""Loaders of the tables that the demo can take, by name."""

DEMO_TARGETS = {"breast-cancer": "diagnosis", "adult": "income"}
"""Their columns to predict."""

# Copies are looked up for this many synthetic rows, so that a long table takes seconds.
_MOST_LOOKED_UP = 5000


@dataclass(frozen=True)
class DemoResult:
    """What the demo made.

    Attributes
    ----------
    model : TabularGAN
        Fitted on one half of the table.
    figures : DataFrame
        One row a figure, as :func:`fidelity_figures` returns it.
    files : tuple of Path
        The synthetic table, the model, the figures and the report on disk.
    without_report : str
        Why no report was written; empty if one was.
    """

    model: TabularGAN
    figures: pd.DataFrame
    files: tuple[Path, ...]
    without_report: str = ""


def run_demo(
    table: pd.DataFrame,
    folder: str | os.PathLike,
    *,
    target: Hashable | None = None,
    max_steps: int | str = "auto",
    refine: bool = True,
    device: str = "auto",
    random_state: Any = 0,
    verbose: int = 1,
) -> DemoResult:
    """Fit one half of a table, sample as many rows, and judge them beside the other half.

    Parameters
    ----------
    table : DataFrame
        The real rows.
    folder : path
        Made if it is not there; gets synthetic.csv, model.tabgan, fidelity.csv, and report.html
        where the extra "report" is installed.
    target : hashable or None, default=None
        The column that the report predicts. None: each column in turn.
    max_steps, refine, device
        As for :class:`tabgan.TabularGAN`.
    random_state : None, int, Generator or RandomState, default=0
        Seed of the halves, the fit and the sample.
    verbose : int, default=1
        Whether a progress bar is shown.

    Returns
    -------
    result : DemoResult
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    seed = root_seed(random_state)
    train, holdout = _halves(table, seed)
    model = TabularGAN(
        max_steps=max_steps,
        refine=refine,
        device=device,
        random_state=child_seed(seed, "demo", "fit"),
        verbose=verbose,
    ).fit(train)
    synthetic = model.sample(len(train))
    figures = fidelity_figures(train, synthetic, holdout, schema=model.schema_, random_state=seed)
    names = ("synthetic.csv", "model.tabgan", "fidelity.csv")
    files = tuple(folder / name for name in names)
    write_table(files[0], [synthetic], schema=model.schema_)
    model.save(files[1])
    write_table(files[2], [figures])
    report = SyntheticReport(
        train,
        synthetic,
        holdout=holdout,
        target=target,
        schema=model.schema_,
        estimator=model,
        random_state=seed,
        verbose=verbose,
    )
    try:
        # Without the page there is no use in what takes longest.
        require("jinja2", extra="report", purpose="The report")
        report.to_html(folder / "report.html")
    except MissingDependencyError as error:
        return DemoResult(model, figures, files, str(error))
    return DemoResult(model, figures, (*files, folder / "report.html"))


def fidelity_figures(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    schema: Any = None,
    random_state: Any = 0,
) -> pd.DataFrame:
    """Measure a synthetic table beside what a real holdout scores.

    Parameters
    ----------
    train : DataFrame
        The rows that the generator saw.
    synthetic : DataFrame
        The rows that it made.
    holdout : DataFrame
        Real rows that it never saw.
    schema : Schema, mapping or None, default=None
        What the columns are.
    random_state : None, int, Generator or RandomState, default=0
        Seed of the metrics.

    Returns
    -------
    figures : DataFrame
        Columns figure, synthetic, holdout ("what a real holdout scores") and meaning. Without
        XGBoost the row of the judge is left out.
    """
    options: Any = {"schema": schema, "holdout": holdout, "random_state": random_state}
    shape = shape_error(train, synthetic, **options)
    trend = trend_error(train, synthetic, **options)
    c2st = logistic_c2st(train, synthetic, **options)
    copies = copying(train, synthetic, max_synthetic=_MOST_LOOKED_UP, **options)
    dcr, near, verbatim = copies.dcr_share, copies.near_copy_excess, copies.verbatim_values
    rows = [
        ("shape error", shape.value, shape.reference, "distance of single columns; 0 is equal"),
        ("trend error", trend.value, trend.reference, "distance of pairs of columns; 0 is equal"),
        ("logistic test", c2st.value, c2st.reference, "1: a linear model cannot tell them apart"),
        *_judge_row(train, synthetic, options),
        ("nearer to seen rows", dcr.value, 0.5, "share of rows; above .5 they lean on seen rows"),
        ("near copies", near.value, 0.0, "excess over unseen rows; above 0 seen rows are copied"),
        ("verbatim values", verbatim.value, verbatim.reference, "unique seen numbers that recur"),
    ]
    names = ["figure", "synthetic", "holdout", "meaning"]
    figures = pd.DataFrame(rows, columns=names).dropna(subset="synthetic", ignore_index=True)
    return figures.astype({"synthetic": float, "holdout": float}).round(4)


def format_figures(figures: pd.DataFrame) -> str:
    """Return figures as an aligned text, words to the left.

    Parameters
    ----------
    figures : DataFrame
        From :func:`fidelity_figures`.

    Returns
    -------
    text : str
    """
    shown = figures.rename(columns={"holdout": "real holdout"})
    for name in ("figure", "meaning"):
        words = [name, *shown[name]]
        width = max(map(len, words))
        shown = shown.rename(columns={name: name.ljust(width)})
        shown[name.ljust(width)] = figures[name].str.ljust(width)
    lines = shown.to_string(index=False, float_format="{:.4f}".format).splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _judge_row(
    train: pd.DataFrame, synthetic: pd.DataFrame, options: dict[str, Any]
) -> list[tuple[str, float, float | None, str]]:
    """Return the figure of the boosted-tree judge, or none where XGBoost is not installed."""
    try:
        result = judge(train, synthetic, **options)
    except MissingDependencyError:
        return []
    meaning = "boosted trees tell synthetic from unseen rows; .5 is by chance"
    return [("tree judge, AUC", result.value, result.reference, meaning)]


def _halves(table: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cut a table into two random halves of equal size."""
    order = child_generator(seed, "demo", "halves").permutation(len(table))
    half = len(table) // 2
    train, holdout = np.sort(order[:half]), np.sort(order[half : 2 * half])
    return (
        table.iloc[train].reset_index(drop=True),
        table.iloc[holdout].reset_index(drop=True),
    )

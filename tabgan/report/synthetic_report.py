"""The report: one call, sections on demand, several forms."""

import json
import os
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pandas as pd

import tabgan
from tabgan._atomic import atomic_path
from tabgan._params import RANDOM_STATE, InstanceOf, Interval, check_parameters
from tabgan._progress import tqdm
from tabgan._random import root_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.report.context import Context
from tabgan.report.inputs import prepare_tables
from tabgan.report.page import frame_page, render_page
from tabgan.report.pieces import Section
from tabgan.report.sections import SECTIONS, TITLES, fill_overview
from tabgan.report.text import render_text

__all__ = ["SyntheticReport"]

MAX_ROWS = 50_000
CONSTRAINTS: dict[str, list] = {
    "n_neighbors": [Interval(int, 2)],
    "max_rows": [Interval(int, 2)],
    "n_jobs": [None, Interval(int)],
    "verbose": [Interval(int, 0), InstanceOf(bool)],
    "random_state": RANDOM_STATE,
}


class SyntheticReport:
    """Judge a synthetic table, from any generator, beside real rows that it never saw.

    Nothing is measured before it is asked for, and each section once.

    Parameters
    ----------
    real : DataFrame or array of shape (n_rows, n_columns)
        The rows that the generator saw.
    synthetic : DataFrame or array of shape (n_synthetic, n_columns)
        Columns are matched by name. What it lacks, and cells that do not fit, are findings.
    holdout : DataFrame, array or None, default=None
        Real rows that the generator never saw, best as many as `real` has. Without them fidelity is
        measured on halves of `real`, which is optimistic, and privacy cannot be judged.
    target : hashable or None, default=None
        The column to predict in the section on utility. None: each column in turn, on a budget.
    schema : Schema, mapping of column to kind, or None, default=None
        What the columns are; what it leaves out is inferred from `real`.
    estimator : object or None, default=None
        The fitted estimator, whose ``history_`` the section on training shows.
    n_neighbors : int, default=10
        Neighbours of the overlap and of the map, 2 or more.
    max_rows : int, default=50_000
        Use at most this many random rows of each table, 2 or more. Figures whose time grows with
        the square use fewer and say so; copies are searched for in all real rows.
    random_state : None, int, Generator or RandomState, default=None
        Draws everything that is drawn. The same number gives the same report.
    n_jobs : int or None, default=None
        Threads. None means all cores for the searches of neighbours and 1 for trees, which lose
        much time where other programs run; -1 means all cores. The report does not depend on it.
    verbose : int, default=0
        Whether a bar of sections is shown.

    Raises
    ------
    TableError
        If a table is empty or no table, if the holdout lacks columns, or if the real and the
        synthetic table have no column in common.
    SchemaError
        If the schema speaks of other columns, or calls text in a real table a number.
    InvalidParameterError
        If the target is no column of `real`, or another parameter is out of its range.

    Notes
    -----
    Verdicts look at the whole 95 % interval of a figure; docs/report.md lists the rules and the
    thresholds.

    Examples
    --------
    >>> from tabgan import SyntheticReport
    >>> from tabgan.datasets import make_known_table
    >>> train, holdout, fresh = (make_known_table(300, random_state=seed) for seed in range(3))
    >>> report = SyntheticReport(train, fresh, holdout=holdout, target="country", random_state=0)
    >>> report.section("privacy")["state"]
    'ok'
    >>> report.section("attacks")["state"]
    'absent'
    """

    def __init__(
        self,
        real: Any,
        synthetic: Any,
        *,
        holdout: Any = None,
        target: Hashable | None = None,
        schema: Any = None,
        estimator: Any = None,
        n_neighbors: int = 10,
        max_rows: int = MAX_ROWS,
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
        check_parameters("SyntheticReport", locals(), CONSTRAINTS)
        tables = prepare_tables(real, synthetic, holdout, schema=schema, target=target)
        self._context = Context(
            tables=tables,
            target=target,
            estimator=estimator,
            n_neighbors=n_neighbors,
            max_rows=max_rows,
            seed=root_seed(random_state),
            n_jobs=n_jobs,
        )
        self._sections: dict[str, Section] = {}
        self._verbose = verbose

    @property
    def seconds(self) -> dict[str, float]:
        """Time that each section computed so far took, in seconds, by name.

        What several sections share counts for the first that needs it.
        """
        return {name: section.seconds for name, section in self._sections.items()}

    def section(self, name: str) -> dict[str, Any]:
        """Return one section, computed if it is asked for the first time.

        Parameters
        ----------
        name : str
            "overview" (which computes all others), "columns", "correlations", "neighbors",
            "detection", "utility", "coverage", "privacy", "attacks" or "training".

        Returns
        -------
        section : dict
            With the keys id, title, state ("ok", "limited" or "absent"), notes, figures, tables and
            plots.

        Raises
        ------
        InvalidParameterError
            If there is no such section.
        """
        if name not in TITLES:
            raise InvalidParameterError(
                f"The 'name' parameter of section must be one of {', '.join(map(repr, TITLES))}. "
                f"Got {name!r} instead."
            )
        if name == "overview":
            self._compute_all()
        return self._section(name).to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the whole report as JSON types.

        Returns
        -------
        summary : dict
            With the keys format, version, tables (rows and columns of train, synthetic and holdout)
            and sections, a list in the order of the page.
        """
        self._compute_all()
        return {
            "format": 1,
            "version": tabgan.__version__,
            "tables": self._context.tables.sizes,
            "sections": [self._sections[name].to_dict() for name in TITLES],
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the whole report as JSON text.

        Parameters
        ----------
        indent : int or None, default=None
            Spaces of each level; None is one line.

        Returns
        -------
        text : str
        """
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, allow_nan=False)

    def to_frame(self) -> pd.DataFrame:
        """Return all figures as a table.

        Returns
        -------
        figures : DataFrame
            One row a figure, with the columns section, name, label, value, low, high, reference,
            good, bad, verdict, unit and meaning.
        """
        names = "name label value low high reference good bad verdict unit meaning".split()
        rows = [
            {"section": section["id"], **{name: figure[name] for name in names}}
            for section in self.to_dict()["sections"]
            for figure in section["figures"]
        ]
        numbers = dict.fromkeys(("value", "low", "high", "reference", "good", "bad"), float)
        return pd.DataFrame(rows, columns=["section", *names]).astype(numbers)

    def to_html(self, path: str | os.PathLike | None = None) -> str:
        """Return the report as one HTML page that needs nothing else, and perhaps write it.

        Parameters
        ----------
        path : path or None, default=None
            Where to write it; the file is complete or not there.

        Returns
        -------
        page : str

        Raises
        ------
        MissingDependencyError
            If jinja2 is not installed: ``pip install "tabular-gan[report]"``.
        """
        page = render_page(self.to_dict())
        if path is not None:
            with atomic_path(path) as partial:
                Path(partial).write_text(page, encoding="utf-8")
        return page

    def __str__(self) -> str:
        return render_text(self.to_dict())

    def __repr__(self) -> str:
        sizes = self._context.tables.sizes
        shown = ", ".join(
            f"{name}: {size['rows']:,} x {size['columns']}" if size else f"no {name}"
            for name, size in sizes.items()
        )
        return f"<SyntheticReport of {shown}; {len(self._sections)} of {len(TITLES)} sections>"

    def _repr_html_(self) -> str:
        return frame_page(self.to_html())

    def _compute_all(self) -> None:
        """Compute all sections that were not asked for before."""
        open_sections = [name for name in SECTIONS if name not in self._sections]
        is_silent = not (self._verbose and open_sections)
        with tqdm(total=len(open_sections), desc="report", disable=is_silent) as bar:
            for name in open_sections:
                bar.set_postfix_str(name)
                self._section(name)
                bar.update()
        self._section("overview")

    def _section(self, name: str) -> Section:
        """Return a section, computed once."""
        if name not in self._sections:
            if name == "overview":
                others = {other: self._sections[other] for other in SECTIONS}
                self._sections[name] = self._fill(
                    name, lambda context, section: fill_overview(context, section, others)
                )
            else:
                self._sections[name] = self._fill(name, SECTIONS[name])
        return self._sections[name]

    def _fill(self, name: str, fill: Callable[[Context, Section], None]) -> Section:
        """Fill an empty section and take the time."""
        section, start = Section(name, TITLES[name]), time.perf_counter()
        with section.attempt("A part of this section"):
            fill(self._context, section)
        section.seconds = round(time.perf_counter() - start, 3)
        return section

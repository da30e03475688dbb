"""What the sections share: the tables, the options, and results that several of them read."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from tabgan import metrics
from tabgan._random import child_generator, child_seed
from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._copy_search import part_sizes
from tabgan.report.inputs import Tables, some_rows
from tabgan.report.pieces import COMPUTATION_ERRORS

__all__ = ["Context"]

# Time of these grows with the square of the rows, or with many models; the notes state them.
JUDGE_ROWS = 20_000
NEIGHBOR_ROWS = 10_000
COVERAGE_ROWS = 5_000
LOOKED_UP_ROWS = 20_000
LEAST_LOOKED_UP_ROWS = 1_500
# Cells of real rows that looked-up rows may be compared with: about ten seconds of one core.
SEARCH_BUDGET = 2e10


T = TypeVar("T")


class computed_once(Generic[T]):
    """A property whose result, or the error that it ended with, is kept."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        kept = instance.__dict__
        if f"{self._name} error" in kept:
            raise kept[f"{self._name} error"]
        if self._name not in kept:
            try:
                kept[self._name] = self._function(instance)
            except COMPUTATION_ERRORS as error:
                kept[f"{self._name} error"] = error
                raise
        return kept[self._name]


@dataclass(frozen=True)
class Context:
    """The tables of a report and what was measured on them, each thing once.

    Attributes
    ----------
    tables : Tables
        All rows.
    target : hashable or None
    estimator : object or None
    n_neighbors, max_rows : int
    seed : int
    n_jobs : int or None
    """

    tables: Tables
    target: Hashable | None
    estimator: Any
    n_neighbors: int
    max_rows: int
    seed: int
    n_jobs: int | None

    @property
    def has_holdout(self) -> bool:
        """Whether real rows are there that the generator never saw."""
        return self.tables.holdout is not None

    @property
    def search_jobs(self) -> int:
        """Threads of the searches of neighbours: all cores, if nothing was said.

        Trees take one then: their libraries become many times slower where other programs run.
        """
        return -1 if self.n_jobs is None else self.n_jobs

    @property
    def holdout(self) -> pd.DataFrame:
        """All unseen rows, where there are any."""
        if self.tables.holdout is None:
            raise InvalidParameterError("Copying cannot be judged without a holdout.")
        return self.tables.holdout

    @cached_property
    def synthetic(self) -> pd.DataFrame:
        """The synthetic rows in use, no more than `max_rows`."""
        return some_rows(self.tables.synthetic, self.max_rows, self.seed, "synthetic")

    @cached_property
    def train(self) -> pd.DataFrame:
        """The seen rows in use: without a holdout a random half of the real table."""
        return self._real[0]

    @cached_property
    def unseen(self) -> pd.DataFrame:
        """The unseen rows in use: without a holdout the other half, which was seen."""
        return self._real[1]

    @cached_property
    def _real(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        holdout = self.tables.holdout
        if holdout is not None:
            return (
                some_rows(self.tables.real, self.max_rows, self.seed, "train"),
                some_rows(holdout, self.max_rows, self.seed, "holdout"),
            )
        real = self.tables.real
        order = child_generator(self.seed, "report halves").permutation(len(real))
        half = min(max(len(real) // 2, 1), self.max_rows)
        parts = np.sort(order[:half]), np.sort(order[-half:])
        first, second = (real.iloc[rows].reset_index(drop=True) for rows in parts)
        return first, second

    def measure(self, function: Callable[..., Any], **options: Any) -> Any:
        """Call a metric on the rows in use."""
        seed = child_seed(self.seed, "report", function.__name__)
        given = {"schema": self.tables.kinds, "holdout": self.unseen, "random_state": seed}
        return function(self.train, self.synthetic, **given | options)

    @property
    def even_rows(self) -> int:
        """How many rows of each table are compared where a figure depends on their number."""
        return min(len(self.train), len(self.synthetic), len(self.unseen))

    def measure_even(self, function: Callable[..., Any], **options: Any) -> Any:
        """Call a metric on equally many rows of each table, so that value and reference compare."""
        seed = child_seed(self.seed, "report", function.__name__)
        given = {"schema": self.tables.kinds, "random_state": seed, **self.cut(self.even_rows)}
        return function(given.pop("real"), given.pop("synthetic"), **given | options)

    @computed_once
    def overlap(self) -> metrics.NeighborOverlapResult:
        """The overlap of the nearest neighbours."""
        return self.measure(
            metrics.neighbor_overlap,
            n_neighbors=self.n_neighbors,
            max_rows=min(NEIGHBOR_ROWS, self.max_rows),
            n_jobs=self.search_jobs,
        )

    @computed_once
    def judged(self) -> metrics.JudgeResult:
        """The areas of the boosted trees."""
        return metrics.judge(
            **self.cut(JUDGE_ROWS),
            schema=self.tables.kinds,
            random_state=self.seed,
            n_jobs=self.n_jobs,
        )

    @computed_once
    def copying(self) -> metrics.CopyingResult:
        """The figures of copying: all real rows are searched, some synthetic ones looked up."""
        real, holdout = self.tables.real, self.holdout
        n_parts, size = part_sizes(len(real), len(holdout))
        return metrics.copying(
            real,
            self.synthetic,
            holdout=holdout,
            schema=self.tables.kinds,
            random_state=child_seed(self.seed, "report", "copying"),
            max_synthetic=self.looked_up(2 * n_parts * size),
            n_jobs=self.search_jobs,
        )

    def looked_up(self, n_searched: int) -> int:
        """Return for how many rows so many real rows may be searched."""
        allowed = SEARCH_BUDGET / (n_searched * len(self.tables.kinds))
        return int(np.clip(allowed, LEAST_LOOKED_UP_ROWS, LOOKED_UP_ROWS))

    def cut(self, n_rows: int) -> dict[str, pd.DataFrame]:
        """Return the rows in use of each table, no more than a number."""
        return {
            name: some_rows(table, n_rows, self.seed, f"cut {name}")
            for name, table in (
                ("real", self.train), ("synthetic", self.synthetic), ("holdout", self.unseen)
            )
        }  # fmt: skip

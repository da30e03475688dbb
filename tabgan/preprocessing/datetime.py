"""Dates, instants and durations: whole ticks of their resolution, coded as numbers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from tabgan.preprocessing.numeric import NumericCoder
from tabgan.preprocessing.phases import Calendar

__all__ = ["DatetimeCoder"]


@dataclass(frozen=True)
class DatetimeCoder:
    """Code datetime64 values by the ticks since an epoch, and timedelta64 values by their ticks.

    Parameters
    ----------
    unit : {"Y", "3M", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"}
        What a tick is, as NumPy names it.
    epoch : int
        Ticks from 1970 to the start of the column's own count: the turn of a year in the middle of
        the column, which keeps the numbers small, and exact, without telling a single row's value.
        Durations count from zero, or from the remainder that their grid leaves.
    inner : NumericCoder
        Coder of the ticks.
    is_span : bool, default=False
        Whether the values are durations.
    """

    unit: str
    epoch: int
    inner: NumericCoder
    is_span: bool = False

    @classmethod
    def fit(
        cls,
        values: np.ndarray,
        *,
        unit: str,
        low: Any = None,
        high: Any = None,
        all_levels: bool | None = None,
        coding: str = "clusters",
    ) -> tuple["DatetimeCoder", np.ndarray]:
        """Learn the coder; return it and the number of rows of each of its levels."""
        is_span = values.dtype.kind == "m"
        ticks = values.astype(f"{values.dtype.kind}8[{unit}]").astype(np.int64)
        distinct = np.unique(ticks)
        grid = max(1, int(np.gcd.reduce(np.diff(distinct)))) if len(distinct) > 2 else 1
        epoch = 0
        if len(ticks):
            if not is_span:
                middle = np.int64(distinct[len(distinct) // 2]).astype(f"M8[{unit}]")
                epoch = int(middle.astype("M8[Y]").astype(f"M8[{unit}]").astype(np.int64))
            # Shift the epoch so that all values are multiples of the grid.
            epoch += int(distinct[0] - epoch) % grid
        bounds = [None if b is None else int(_ticks(b, unit)) - epoch for b in (low, high)]
        inner, counts = NumericCoder.fit(
            ticks - epoch,
            grid=float(grid),
            low=bounds[0],
            high=bounds[1],
            all_levels=all_levels,
            coding=coding,
            calendar=None if is_span else Calendar(unit, epoch),
        )
        return cls(unit, epoch, inner, is_span), counts

    @property
    def dtype(self) -> np.dtype:
        """That of the values, in ticks."""
        return np.dtype(f"{'m' if self.is_span else 'M'}8[{self.unit}]")

    @property
    def level_values(self) -> np.ndarray:
        """Instants or durations that are levels, in order."""
        return self.from_ticks(self.inner.level_values)

    @property
    def n_clusters(self) -> int:
        """Number of clusters of instants without a level."""
        return self.inner.n_clusters

    def encode(
        self, values: np.ndarray, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the levels, int32, and the normal scores, float32, of instants."""
        return self.inner.encode(self.to_ticks(values), generator)

    def decode_normals(self, scores: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
        """Return the instants or durations of normal scores in clusters."""
        return self.from_ticks(self.inner.decode_normals(scores, clusters))

    def to_ticks(self, values: np.ndarray) -> np.ndarray:
        """Return instants or durations as ticks since the epoch, int64."""
        return values.astype(self.dtype).astype(np.int64) - self.epoch

    def from_ticks(self, ticks: np.ndarray) -> np.ndarray:
        """Return the instants or durations of ticks since the epoch."""
        return (ticks.astype(np.int64) + self.epoch).astype(self.dtype)


def _ticks(bound: Any, unit: str) -> np.int64:
    """Return a bound as ticks since 1970, or of its own length."""
    if isinstance(bound, pd.Period):
        return np.int64(bound.ordinal)
    if isinstance(bound, timedelta):
        return pd.Timedelta(bound).asm8.astype(f"m8[{unit}]").astype(np.int64)
    return pd.Timestamp(bound).asm8.astype(f"M8[{unit}]").astype(np.int64)

"""Class-conditional independence: naive Bayes, run forwards."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy.special import ndtri

from tabgan._params import InstanceOf, Interval
from tabgan.estimators.baselines._base import Baseline, CodeSampler
from tabgan.exceptions import ArchiveError, InvalidParameterError
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema

#: Classes of equal probability into which a continuous target is cut, all clusters together.
_BINS = 10
#: Most numbers that the tables of all classes may hold.
_LARGEST_TABLE = 50_000_000


@dataclass(frozen=True)
class Target:
    """The parts of the target column, and how they become classes and back.

    Parameters
    ----------
    column : int
        Its position in ``layout.columns``.
    level_part, normal_part : int or None
        Its parts.
    n_levels : int
        Levels without those of clusters, all of which are classes.
    n_clusters : int, default=0
        Clusters of the normal; each is cut into as many classes.
    """

    column: int
    level_part: int | None
    normal_part: int | None
    n_levels: int
    n_clusters: int = 0

    @classmethod
    def of_column(cls, column: int, layout: Layout) -> "Target":
        """The target at a position of ``layout.columns``."""
        level_part, normal_part = layout.parts_of(column)
        n_levels = 0 if level_part is None else layout.level_parts[level_part].n_levels
        n_clusters = 0 if normal_part is None else layout.normal_parts[normal_part].n_clusters
        if level_part is not None:
            n_levels -= n_clusters
        return cls(column, level_part, normal_part, n_levels, n_clusters)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.n_levels + self.n_clusters * self._n_bins

    @property
    def _n_bins(self) -> int:
        """Classes of one cluster."""
        return max(1, _BINS // max(1, self.n_clusters))

    def classes(self, codes: Codes) -> np.ndarray:
        """Class of each row: its level, or the bin of its normal."""
        classes = np.full(len(codes), self.n_levels)
        if self.level_part is not None:
            classes = codes.levels[:, self.level_part].astype(np.int64)
        if self.normal_part is None:
            return classes
        inner = ndtri(np.arange(1, self._n_bins) / self._n_bins)
        bins = np.searchsorted(inner, codes.normals[:, self.normal_part])
        clusters = classes - self.n_levels
        return np.where(clusters >= 0, self.n_levels + clusters * self._n_bins + bins, classes)

    def fill(
        self,
        classes: np.ndarray,
        levels: np.ndarray,
        normals: np.ndarray,
        rng: np.random.Generator,
    ) -> None:
        """Write the target's own parts of rows of these classes."""
        bins = np.maximum(classes - self.n_levels, 0)
        if self.level_part is not None:
            clusters = self.n_levels + bins // self._n_bins
            levels[:, self.level_part] = np.where(classes < self.n_levels, classes, clusters)
        if self.normal_part is not None:
            share = (bins % self._n_bins + rng.random(len(classes))) / self._n_bins
            normals[:, self.normal_part] = ndtri(np.clip(share, 1e-5, 1 - 1e-5))


@dataclass(frozen=True)
class BayesSampler(CodeSampler):
    """Draws a class, then every part by itself given the class.

    Parameters
    ----------
    layout : Layout
    target : Target or None
        None where no column is modelled.
    shares : array of shape (n_classes,)
    tables : array of shape (n_classes, n_levels)
        Probabilities of the levels of all parts, side by side.
    means, scales : array of shape (n_classes, n_normal_parts)
        Of the normals.
    """

    layout: Layout
    target: Target | None
    shares: np.ndarray
    tables: np.ndarray
    means: np.ndarray
    scales: np.ndarray

    def draw(self, n_rows: int, rng: np.random.Generator) -> Codes:
        levels = np.zeros((n_rows, self.layout.n_level_parts), dtype=np.int32)
        if self.target is None:
            return self.codes(levels, np.zeros((n_rows, self.layout.n_normal_parts)))
        classes = rng.choice(len(self.shares), n_rows, p=self.shares)
        offsets = self.layout.level_offsets
        for i, part in enumerate(self.layout.level_parts):
            table = np.cumsum(self.tables[:, offsets[i] : offsets[i + 1]], axis=1)
            table /= table[:, -1:]
            # One ascending list of all classes' tables, the first levels of a class above its
            # number.
            flat = (table + np.arange(len(table))[:, None]).ravel()
            found = np.searchsorted(flat, classes + rng.random(n_rows), side="right")
            levels[:, i] = np.clip(found - classes * part.n_levels, 0, part.n_levels - 1)
        deviates = rng.standard_normal((n_rows, self.layout.n_normal_parts))
        normals = self.means[classes] + self.scales[classes] * deviates
        self.target.fill(classes, levels, normals, rng)
        return self.codes(levels, normals)


class NaiveBayes(Baseline):
    """Draw a class, then every other column independently of the others given the class.

    The generative classifier of that name, run forwards: what ties the target to each single column
    is kept, and what ties other columns to each other only as far as the class explains it.

    Parameters
    ----------
    target : hashable or None, default=None
        The column that is the class: one that varies, is no identifier and does not follow from
        another. None takes the last of these. A column of continuous
        numbers is cut into ten classes of equal size.
    smoothing : float, default=1.0
        Rows with the distribution of the whole table that are added to each class, 0 or more.
    schema : None, Schema or mapping of column name to kind or Column, default=None
        What the columns are. None finds out; a mapping overrides the columns that it names.
    random_state : int, RandomState, Generator or None, default=None
        Seed of everything random. With an int, `fit` and the samples drawn after it repeat.

    Attributes
    ----------
    schema_ : Schema
        What the columns were found or declared to be.
    transformer_ : TableTransformer
        From tables to codes and back.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, when all are strings.

    See Also
    --------
    IndependentColumns : The same with a single class.

    Notes
    -----
    In a class of n rows a level with share f in the table and count c has the probability
    ``(c + smoothing f) / (n + smoothing)`` (the m-estimate [1]_); a normal part is Gaussian on the
    scale of the table's normal scores [2]_, with mean ``sum z / (n + smoothing)`` and, around it,
    variance ``(sum (z - mean)^2 + smoothing) / (n + smoothing)``, over the rows in which it counts.
    A class of very few rows is nearly those rows: this is a baseline and protects nobody.

    References
    ----------
    .. [1] B. Cestnik (1990). Estimating probabilities: a crucial task in machine learning. European
       Conference on Artificial Intelligence.
    .. [2] G. H. John, P. Langley (1995). Estimating continuous distributions in Bayesian
       classifiers. Uncertainty in Artificial Intelligence.

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.estimators import NaiveBayes
    >>> table = pd.DataFrame({"x": [1, 5, 5, 9] * 25, "y": list("aabb") * 25})
    >>> sample = NaiveBayes(target="y", smoothing=0.0, random_state=0).fit(table).sample(50)
    >>> sorted(sample[sample["y"] == "a"]["x"].unique().tolist())
    [1, 5]
    """

    _allowed_parameters: ClassVar = {
        **Baseline._allowed_parameters,
        "target": [None, InstanceOf(Hashable)],
        "smoothing": [Interval(float, 0)],
    }

    def __init__(
        self,
        target: Hashable = None,
        *,
        smoothing: float = 1.0,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        random_state: Any = None,
    ) -> None:
        self.target = target
        self.smoothing = smoothing
        self.schema = schema
        self.random_state = random_state

    def _check_table(self, table: pd.DataFrame) -> None:
        if self.target is None or self.target in table.columns:
            return
        names = {str(name): name for name in table.columns}
        near = get_close_matches(str(self.target), names, 1)
        hint = f"; did you mean {names[near[0]]!r}?" if near else ""
        raise InvalidParameterError(
            f"The 'target' parameter of NaiveBayes must be a column of the table. Got "
            f"{self.target!r} instead{hint or '; the columns are ' + ', '.join(list(names)[:10])}."
        )

    def _learn(self, codes: Codes, layout: Layout, seed: int) -> BayesSampler:
        target = self._find_target(layout)
        if target is None:
            nothing = np.zeros((0, 0))
            return BayesSampler(layout, None, np.zeros(0), nothing, nothing, nothing)
        return learn_classes(codes, layout, target, float(self.smoothing))

    def _find_target(self, layout: Layout) -> Target | None:
        """The parts of the target column; None if no column is modelled."""
        if self.target is None:
            return Target.of_column(layout.n_columns - 1, layout) if layout.n_columns else None
        if self.target not in layout.columns:
            raise InvalidParameterError(
                f"The 'target' parameter of NaiveBayes must be a column that varies. Got "
                f"{self.target!r} instead, which is constant, an identifier or derived from "
                "another column; name another."
            )
        target = Target.of_column(layout.columns.index(self.target), layout)
        if target.n_classes * layout.n_levels > _LARGEST_TABLE:
            raise InvalidParameterError(
                f"The 'target' parameter of NaiveBayes must be a column of fewer classes. Got "
                f"{self.target!r} with {target.n_classes:,} instead, whose tables would hold "
                f"{target.n_classes * layout.n_levels:,} numbers; name another."
            )
        return target

    def _sampler_to_state(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        sampler = self.sampler_
        column = None if sampler.target is None else sampler.target.column
        names = ("shares", "tables", "means", "scales")
        return {"target_column": column}, {name: getattr(sampler, name) for name in names}

    @classmethod
    def _sampler_from_state(
        cls, state: dict[str, Any], arrays: dict[str, np.ndarray], layout: Layout, device: str
    ) -> BayesSampler:
        column = state["target_column"]
        target = None if column is None else Target.of_column(int(column), layout)
        if target is not None:
            n_classes = target.n_classes
            wanted = {
                "shares": (n_classes,),
                "tables": (n_classes, layout.n_levels),
                "means": (n_classes, layout.n_normal_parts),
                "scales": (n_classes, layout.n_normal_parts),
            }
            for name, shape in wanted.items():
                if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
                    raise ArchiveError(
                        f"The archive's {name} have the shape {arrays[name].shape} instead of "
                        f"{shape}, or are not finite. Save the model anew."
                    )
        return BayesSampler(layout, target, **arrays)


def learn_classes(codes: Codes, layout: Layout, target: Target, smoothing: float) -> BayesSampler:
    """Count levels and average normals in each class."""
    classes = target.classes(codes)
    counts = np.bincount(classes, minlength=target.n_classes)
    tables = np.zeros((target.n_classes, layout.n_levels))
    for i, offset in enumerate(layout.level_offsets[:-1]):
        np.add.at(tables, (classes, offset + codes.levels[:, i]), 1.0)
    tables += np.where(counts[:, None] > 0, smoothing, 1.0) * layout.frequencies
    means = np.zeros((target.n_classes, layout.n_normal_parts))
    scales = np.ones_like(means)
    for j, part in enumerate(layout.normal_parts):
        rows = np.arange(len(codes))
        if part.gate is not None:
            rows = np.flatnonzero(codes.levels[:, part.gate[0]] >= part.gate[1])
        normals, own = codes.normals[rows, j].astype(np.float64), classes[rows]
        n_open = np.bincount(own, minlength=target.n_classes) + smoothing
        n_open = np.where(n_open > 0, n_open, 1.0)
        means[:, j] = np.bincount(own, normals, target.n_classes) / n_open
        squares = np.bincount(own, (normals - means[own, j]) ** 2, target.n_classes)
        scales[:, j] = np.sqrt((squares + smoothing) / n_open)
    return BayesSampler(layout, target, counts / len(codes), tables, means, scales)

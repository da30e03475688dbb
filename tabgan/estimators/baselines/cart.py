"""Sequential trees: each column drawn from the leaf of a tree on the columns before it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, ClassVar

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.utils.validation import check_is_fitted

from tabgan._params import Interval
from tabgan._random import child_seed
from tabgan.estimators.baselines._base import Baseline, CodeSampler
from tabgan.exceptions import ArchiveError
from tabgan.preprocessing import Codes, Layout
from tabgan.schema import Column, Schema

#: Levels of a part that a tree tells apart; the rarest others are one to it, and stay apart in its
#: leaves.
_MOST_CLASSES = 64


@dataclass(frozen=True)
class LeafValues:
    """A tree, and the training values of one part in each of its leaves.

    Parameters
    ----------
    tree : scikit-learn tree or None
        None is a single leaf.
    values : array of shape (n_rows,)
        Values of the training rows, leaf by leaf.
    starts, counts : array of shape (n_nodes,), int
        Where the values of each node begin, and how many there are.
    """

    tree: Any
    values: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    @classmethod
    def grow(
        cls, tree: Any, features: np.ndarray, response: np.ndarray, values: np.ndarray
    ) -> "LeafValues":
        """Fit `tree` to the response, and put the values into its leaves."""
        if not features.shape[1] or len(np.unique(response)) < 2:
            return cls(None, values, np.zeros(1, np.int64), np.array([len(values)]))
        leaves = tree.fit(features, response).apply(features)
        counts = np.bincount(leaves)
        order = np.argsort(leaves, kind="stable")
        return cls(tree, values[order], np.cumsum(counts) - counts, counts)

    def draw(self, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One training value for each row, from the leaf that the row falls into."""
        leaves = (
            np.zeros(len(features), np.int64) if self.tree is None else self.tree.apply(features)
        )
        places = (rng.random(len(features)) * self.counts[leaves]).astype(np.int64)
        return self.values[self.starts[leaves] + places]


@dataclass(frozen=True)
class CartSampler(CodeSampler):
    """Draws part after part.

    Parameters
    ----------
    layout : Layout
    steps : list of (bool, int, LeafValues)
        Whether it is a level part, its index, and what it is drawn from, in the order of drawing.
    """

    layout: Layout
    steps: list[tuple[bool, int, LeafValues]]

    def draw(self, n_rows: int, rng: np.random.Generator) -> Codes:
        levels = np.zeros((n_rows, self.layout.n_level_parts), dtype=np.int32)
        normals = np.zeros((n_rows, self.layout.n_normal_parts), dtype=np.float32)
        features = np.zeros((n_rows, len(self.steps)), dtype=np.float32)
        for n_drawn, (is_level, index, leaf_values) in enumerate(self.steps):
            drawn = leaf_values.draw(features[:, :n_drawn], rng)
            if is_level:
                levels[:, index] = drawn
            else:
                gate = self.layout.normal_parts[index].gate
                is_open = 1 if gate is None else levels[:, gate[0]] >= gate[1]
                drawn = normals[:, index] = drawn * is_open
            features[:, n_drawn] = drawn
        return self.codes(levels, normals)


class SequentialCART(Baseline):
    """Draw column after column, each from the leaves of a tree on the columns before it.

    The strong and forgotten one: close to the table in every measure of likeness, because what it
    draws are training values. It copies more than generators that smooth, so read its figures
    beside those on copying.

    Parameters
    ----------
    min_samples_leaf : int, default=5
        Least number of training rows in a leaf.
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
    tabgan.metrics.copying : Whether rows or values of the training table are copied.

    Notes
    -----
    The columns are drawn in the order of the table [1]_, the defaults are those of synthpop [2]_:
    the first column is a bootstrap; for every other one a classification tree (Gini) finds its
    level, or a regression tree its number, from all earlier columns, levels entering as ordered
    codes; then one training row of the leaf gives its value. Of a column of numbers with spikes or
    missing cells first the level is drawn, then the number from a tree of its own.

    References
    ----------
    .. [1] J. P. Reiter (2005). Using CART to generate partially synthetic public use microdata.
       Journal of Official Statistics 21(3).
    .. [2] B. Nowok, G. M. Raab, C. Dibben (2016). synthpop: bespoke creation of synthetic data in
       R. Journal of Statistical Software 74(11).

    Examples
    --------
    >>> import pandas as pd
    >>> from tabgan.estimators import SequentialCART
    >>> table = pd.DataFrame({"y": list("aabb") * 25, "x": [1, 5, 8, 9] * 25})
    >>> sample = SequentialCART(random_state=0).fit(table).sample(50)
    >>> sorted(sample[sample["y"] == "a"]["x"].unique().tolist())
    [1, 5]
    """

    _allowed_parameters: ClassVar = {
        **Baseline._allowed_parameters,
        "min_samples_leaf": [Interval(int, 1)],
    }

    def __init__(
        self,
        *,
        min_samples_leaf: int = 5,
        schema: Schema | Mapping[Hashable, str | Column] | None = None,
        random_state: Any = None,
    ) -> None:
        self.min_samples_leaf = min_samples_leaf
        self.schema = schema
        self.random_state = random_state

    def _learn(self, codes: Codes, layout: Layout, seed: int) -> CartSampler:
        steps: list[tuple[bool, int, LeafValues]] = []
        order = parts_in_order(layout)
        features = np.zeros((len(codes), len(order)), dtype=np.float32)
        for n_earlier, (is_level, index) in enumerate(order):
            options = {
                "min_samples_leaf": int(self.min_samples_leaf),
                "random_state": child_seed(seed, "tree", n_earlier) % 2**32,
            }
            rows: Any = slice(None)
            if is_level:
                tree: Any = DecisionTreeClassifier(**options)
                values = codes.levels[:, index]
                response = _frequent_levels(layout.level_parts[index].frequencies)[values]
            else:
                tree = DecisionTreeRegressor(**options)
                gate = layout.normal_parts[index].gate
                if gate is not None:
                    rows = codes.levels[:, gate[0]] >= gate[1]
                values = response = codes.normals[rows, index]
            grown = LeafValues.grow(tree, features[rows, :n_earlier], response, values)
            steps.append((is_level, index, grown))
            features[:, n_earlier] = (codes.levels if is_level else codes.normals)[:, index]
        return CartSampler(layout, steps)

    def save(self, path: str | PathLike[str]) -> None:
        """Refuse to write a file, which would hold rows of the table.

        Parameters
        ----------
        path : str or path-like
            Not used.

        Raises
        ------
        ArchiveError
            Always: the leaves hold training values row by row.
        """
        check_is_fitted(self, "sampler_")
        raise ArchiveError(
            "A SequentialCART cannot be saved: the leaves of its trees hold the rows of the table. "
            "Save a sample of it, or a TabularGAN, whose file holds no row."
        )


def parts_in_order(layout: Layout) -> list[tuple[bool, int]]:
    """All parts column by column, a level part before the normal part: (is level part, index)."""
    parts = [(part.column, False, i) for i, part in enumerate(layout.level_parts)]
    parts += [(part.column, True, j) for j, part in enumerate(layout.normal_parts)]
    return [(not is_normal, index) for _, is_normal, index in sorted(parts)]


def _frequent_levels(frequencies: np.ndarray) -> np.ndarray:
    """Class of each level: one each for the most frequent, a common one for the rest."""
    rank = np.empty(len(frequencies), dtype=np.int64)
    rank[np.argsort(-frequencies, kind="stable")] = np.arange(len(frequencies))
    return np.minimum(rank, _MOST_CLASSES - 1)

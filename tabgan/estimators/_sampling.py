"""Samples of a fitted generator, free or under conditions, whole or in pieces."""

from collections.abc import Iterator
from typing import Any

from tabgan._params import InstanceOf, check_parameters
from tabgan.estimators._conditioning import make_conditional_sampler, read_sample_conditions
from tabgan.estimators._drawing import decoded_blocks, decoded_conditional_blocks
from tabgan.estimators._table_generator import TableGenerator, check_count
from tabgan.sampling import Sampler
from tabgan.schema import is_frame


class RowSampling(TableGenerator):
    """Methods of estimators whose sampler has a conditional generator."""

    sampler_: Sampler

    def sample(
        self,
        n_samples: int = 1,
        *,
        conditions: Any = None,
        refine: bool | None = None,
        random_state: Any = None,
    ) -> Any:
        """Draw rows, freely or under conditions.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows, at least 1. With a DataFrame of conditions, rows of each of its rows.
        conditions : mapping, DataFrame or None, default=None
            A mapping asks the same of all rows. Its keys are columns, its values what they may be:
            a value; a list or set of values; `tabgan.Between(low, high)`; `tabgan.MISSING`; or a
            mapping of value to how many rows have it, counts if ints (with sum `n_samples`), shares
            if floats (with sum 1). A DataFrame is partial rows, one condition each, whose order is
            kept; None and NaN in it mean "not given", `tabgan.MISSING` asks for a missing cell.
        refine : bool or None, default=None
            Whether rows are picked from a larger pool, by the refiner and by the margins; False is
            several times faster. A model without a refiner (one of a table of under about 1,000
            rows, say) then picks by the margins alone. None does what the parameter `refine` of the
            estimator says.
        random_state : int, RandomState, Generator or None, default=None
            Seed of this sample. None gives each call after a fit the next sample of a sequence that
            is fixed by the seed of the fit.

        Returns
        -------
        DataFrame or array of shape (n_rows, n_columns)
            What was given to `fit`; a DataFrame has a RangeIndex. `n_rows` is `n_samples`, or that
            times the number of conditions in a DataFrame. The first rows do not depend on
            `n_samples`, except with counts, shares or a DataFrame.

        Raises
        ------
        InvalidParameterError
            If no row can meet the conditions, or the model was fitted with ``conditional=False``;
            while rows are drawn, if hardly any has what is asked of a sum, an ordered column or a
            field of a date.

        Warns
        -----
        ConditionWarning
            If the conditions were hardly ever seen together: rows are then a best effort.

        Notes
        -----
        Where free rows meet a condition often enough (one in 170), conditional rows are chosen
        among them, in bounded work; otherwise the generator completes what is given. Given cells
        come back as they are. Rows are picked by the refiner alone, since margins under a condition
        are not known; see docs/conditions.md.

        Examples
        --------
        >>> import pandas as pd
        >>> from tabgan import TabularGAN
        >>> table = pd.DataFrame({"x": [1, 5, 8, 9] * 25, "y": list("ab") * 50})
        >>> model = TabularGAN(max_steps=20, random_state=0).fit(table)
        >>> len(model.sample(5))
        5
        >>> model.sample(3, conditions={"y": "a"})["y"].tolist()
        ['a', 'a', 'a']
        >>> model.sample(conditions=pd.DataFrame({"y": ["b", "a"]}))["y"].tolist()
        ['b', 'a']
        """
        check_count("n_samples", n_samples)
        n_rows = int(n_samples)
        if is_frame(conditions):
            n_rows *= max(1, len(conditions))
        chunks = self.iter_sample(
            n_samples, n_rows, conditions=conditions, refine=refine, random_state=random_state
        )
        return next(chunks)

    def iter_sample(
        self,
        n_samples: int,
        chunk_rows: int = 65_536,
        *,
        conditions: Any = None,
        refine: bool | None = None,
        random_state: Any = None,
    ) -> Iterator[Any]:
        """Draw rows piece by piece, in bounded memory.

        Parameters
        ----------
        n_samples : int
            Number of rows in all, at least 1; with a DataFrame of conditions, of each of its rows.
        chunk_rows : int, default=65_536
            Rows of each piece; the last may be shorter. The rows do not depend on it.
        conditions : mapping, DataFrame or None, default=None
            As in `sample`.
        refine : bool or None, default=None
            As in `sample`.
        random_state : int, RandomState, Generator or None, default=None
            As in `sample`.

        Yields
        ------
        DataFrame or array of shape (chunk_rows, n_columns)
            The next rows. Each DataFrame has a RangeIndex that continues that of the one before.

        Examples
        --------
        >>> import pandas as pd
        >>> from tabgan import TabularGAN
        >>> table = pd.DataFrame({"x": [1, 5, 8, 9] * 25, "y": list("ab") * 50})
        >>> model = TabularGAN(max_steps=20, random_state=0).fit(table)
        >>> [len(piece) for piece in model.iter_sample(5, chunk_rows=2)]
        [2, 2, 1]
        """
        check_parameters("sample", {"refine": refine}, {"refine": [None, InstanceOf(bool)]})
        self._check_sizes(n_samples, chunk_rows)
        refine, n_rows = bool(self.refine if refine is None else refine), int(n_samples)
        asked = None
        if conditions is not None:  # first, so that a call that is refused is no sample
            asked = read_sample_conditions(self.sampler_, self.transformer_, conditions, n_rows)
        seed = self._start_sample(n_samples, chunk_rows, random_state)
        if asked is None:
            blocks = decoded_blocks(self.sampler_, self.transformer_, n_rows, seed, refine=refine)
        else:
            sampler = make_conditional_sampler(
                self.sampler_, self.transformer_, asked, n_rows, seed
            )
            n_rows = sampler.n_rows
            blocks = decoded_conditional_blocks(sampler, self.transformer_, refine=refine)
        return self._in_pieces(blocks, n_rows, chunk_rows)

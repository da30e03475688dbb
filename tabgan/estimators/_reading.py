"""What a fitted generator says of rows that it is shown: how real, and of which class."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import expit
from sklearn.utils.validation import check_is_fitted

from tabgan._params import RANDOM_STATE, Interval, check_parameters
from tabgan._random import child_seed, root_seed
from tabgan.estimators._table_generator import TableGenerator
from tabgan.exceptions import InvalidParameterError
from tabgan.sampling import ConditionalSampler, Sampler
from tabgan.schema import Schema, as_frame
from tabgan.schema.columns import SILENT_KINDS
from tabgan.schema.ties import tie_of

_BLOCK = 4096


class RowReading(TableGenerator):
    """Methods of estimators whose sampler has a refiner and a conditional generator."""

    sampler_: Sampler

    def log_density_ratio(self, X: Any) -> np.ndarray:
        """Estimate log(p_real / p_generated) of each row.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Rows with the columns of the fitted table.

        Returns
        -------
        ndarray of shape (n_rows,)
            Within +-8; 0 where the generator makes rows as often as they occur, below 0 where it
            makes too many.

        Raises
        ------
        InvalidParameterError
            If the model has no refiner: it was fitted with ``refine=False``, or on a table of
            under about 1,000 rows.

        Notes
        -----
        The refiner is a discriminator D that was trained with binary cross-entropy on as many real
        rows as rows of the finished, unrefined generator, so its optimum is p_real / (p_real +
        p_generated) [1]_ and its logit the log-ratio. Held-out rows have chosen a factor on the
        logit. The scores of the adversary that trained the generator are no such thing: a
        relativistic one is only defined up to a constant and judges pairs of rows, a Wasserstein
        critic is any function of bounded slope.

        References
        ----------
        .. [1] I. Goodfellow et al. (2014). Generative adversarial nets, proposition 1.
           arXiv:1406.2661.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from tabgan import TabularGAN
        >>> x = np.random.default_rng(0).normal(size=1200).round(2)
        >>> table = pd.DataFrame({"x": x, "y": x > 0})
        >>> model = TabularGAN(max_steps=50, random_state=0).fit(table)
        >>> model.log_density_ratio(table).shape
        (1200,)
        """
        check_is_fitted(self, "sampler_")
        sampler = self.sampler_
        if sampler.refiner is None:
            raise InvalidParameterError(
                "This model has no refiner, and so no estimate of how real a row is. Fit with "
                "refine=True, the default, on a table of at least 1,000 rows or so."
            )
        codes = self.transformer_.encode(as_frame(X))
        ratios = [np.zeros(0)]
        with torch.inference_mode():
            for start in range(0, len(codes), _BLOCK):
                part = codes.take(slice(start, start + _BLOCK))
                levels = torch.as_tensor(part.levels, device=sampler.device).long()
                normals = torch.as_tensor(part.normals, device=sampler.device)
                normals = normals * sampler.model.inputs.open_gates(levels)
                ratios.append(sampler.log_ratios(levels, normals).double().cpu().numpy())
        return np.concatenate(ratios)

    def discriminate(self, X: Any) -> np.ndarray:
        """Estimate the probability that each row is real and not generated.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Rows with the columns of the fitted table.

        Returns
        -------
        ndarray of shape (n_rows,)
            In (0, 1), for as many real as generated (unrefined) rows: ``1 / (1 + exp(-r))`` with r
            the `log_density_ratio`.

        Raises
        ------
        InvalidParameterError
            If the model has no refiner; see `log_density_ratio`.

        Examples
        --------
        >>> import numpy as np
        >>> import pandas as pd
        >>> from tabgan import TabularGAN
        >>> x = np.random.default_rng(0).normal(size=1200).round(2)
        >>> table = pd.DataFrame({"x": x, "y": x > 0})
        >>> model = TabularGAN(max_steps=50, random_state=0).fit(table)
        >>> model.discriminate(pd.DataFrame({"x": [1.0, 1.0], "y": [True, False]})).round().tolist()
        [1.0, 0.0]
        """
        return expit(self.log_density_ratio(X))

    def class_posterior(
        self, X: Any, target: Any, *, n_draws: int = 32, random_state: Any = 0
    ) -> pd.DataFrame:
        """Classify generatively: the probability of each level of a column, given the others.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Rows; columns may be left out, and None and NaN mean "not known". The target, if there,
            is not looked at. Numbers beyond the fitted ones count as the nearest, and levels that
            `min_level_count` protects as the merged level or, where there is none, as not known.
        target : hashable
            Name of the column: one whose values are levels, such as a category.
        n_draws : int, default=32
            Draws of noise that are averaged, at least 1.
        random_state : int, RandomState, Generator or None, default=0
            Seed of the noise.

        Returns
        -------
        DataFrame of shape (n_rows, n_levels)
            Probabilities, which sum to 1 in each row; its columns are the levels, its index that of
            `X`. Where a column from which the target follows is known, they are 0 and 1. A missing
            target is no level: where nothing else is possible, the row is NaN.

        Raises
        ------
        InvalidParameterError
            If the target is no column of levels, `X` has no other column or no row, or a row holds
            a level that fit never saw, in a column without protected levels.

        Notes
        -----
        The generator is given all known cells, and the soft-max of its target logits is averaged
        over noise: an estimate of p(target | others). It was not trained to classify; see
        docs/conditions.md for how it compares with models that were.

        Examples
        --------
        >>> import pandas as pd
        >>> from tabgan import TabularGAN
        >>> table = pd.DataFrame({"x": [1, 5, 8, 9] * 25, "y": list("ab") * 50})
        >>> model = TabularGAN(max_steps=20, random_state=0).fit(table)
        >>> posterior = model.class_posterior(table.head(3), "y")
        >>> posterior.columns.tolist(), bool((abs(posterior.sum(axis=1) - 1) < 1e-9).all())
        (['a', 'b'], True)
        """
        check_is_fitted(self, "sampler_")
        check_parameters(
            "class_posterior",
            {"n_draws": n_draws, "random_state": random_state},
            {"n_draws": [Interval(int, 1)], "random_state": RANDOM_STATE},
        )
        if not self.sampler_.model.is_conditional:
            raise InvalidParameterError(
                "This model was fitted with conditional=False; fit with conditional=True, the "
                "default, to classify."
            )
        if not isinstance(target, Hashable):
            raise InvalidParameterError(
                "The 'target' parameter of class_posterior must be the name of one column. Got "
                f"{target!r} instead."
            )
        classes = self.transformer_.classes(target)
        table = as_frame(X).drop(columns=[target], errors="ignore")
        if not table.size:
            raise InvalidParameterError(
                "The 'X' parameter of class_posterior must have rows, and columns beside the "
                f"target {target!r}. Got {len(table)} row(s) of columns {list(table.columns)!r}."
            )
        table = _telling_cells(table, self.schema_)
        conditions = self.transformer_.encode_conditions(table, strict=False)
        if conditions.computed:
            raise InvalidParameterError(
                "The 'X' parameter of class_posterior holds nothing but fields of dates, from "
                f"which {target!r} cannot be told; add other columns, such as the dates."
            )
        seed = child_seed(root_seed(random_state), "posterior")
        sampler = ConditionalSampler(self.sampler_, conditions, 1, seed)
        limits = conditions.level_limits(np.arange(len(table))).get(classes.position)
        chances = classes.chances(sampler.level_chances(classes.column, n_draws), limits)
        total = chances.sum(axis=1, keepdims=True)
        shares = np.divide(chances, total, out=np.full_like(chances, np.nan), where=total > 0)
        return pd.DataFrame(shares, index=table.index, columns=classes.values)


def _telling_cells(table: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The cells that can say anything of a target.

    Those of keys, texts, dropped columns and fields of dates say nothing more, and those of a sum
    or an order only beside all of their terms.
    """
    silent = [
        name
        for name, column in schema.items()
        if column.kind in SILENT_KINDS or column.computed_from is not None
    ]
    kept = table.drop(columns=[name for name in silent if name in table])
    for name, column in schema.items():
        tie = tie_of(name, column)
        if tie is None or not tie.has_remainder or name not in kept:
            continue
        terms = list(tie.signs)
        if not set(terms) <= set(kept.columns):
            kept = kept.drop(columns=name)
        else:
            kept[name] = kept[name].where(kept[terms].notna().all(axis=1))
    return kept if kept.shape[1] else table

"""A good figure counts only if it was not reached by copying rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tabgan.exceptions import InvalidParameterError
from tabgan.metrics._results import plain
from tabgan.metrics.copies import CopyingResult
from tabgan.metrics.judging import JudgeResult, upper_bound

__all__ = ["GateCheck", "GateResult", "copying_gate"]

# What a fresh real sample scores in expectation; 0 if not named.
CHANCE = {"dcr_share": 0.5}
LIMITS = {
    "dcr_share": 0.52,
    "near_copy_excess": 0.005,
    "singleton_excess": 0.002,
    "auc_gap": 0.02,
}


@dataclass(frozen=True, kw_only=True)
class GateCheck:
    """One condition of the gate: the upper 95 % bound of a figure must not exceed a limit.

    Attributes
    ----------
    name : str
        "dcr_share", "near_copy_excess", "singleton_excess" or "auc_gap".
    value : float
        Mean of the figure over the fits.
    upper : float
        Upper one-sided 95 % bound of that mean.
    limit : float
        What `upper` must not exceed.
    """

    name: str
    value: float
    upper: float
    limit: float

    @property
    def passed(self) -> bool:
        """Whether the bound is within the limit; an undefined bound is not."""
        return bool(self.upper <= self.limit)

    @property
    def shows_copying(self) -> bool:
        """Whether the figure is above its limit, and above that of a fresh sample for certain."""
        lower = 2 * self.value - self.upper
        return self.value > self.limit and lower > CHANCE.get(self.name, 0.0)


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """The conditions under which the judge's figure counts as fidelity.

    Attributes
    ----------
    checks : tuple of GateCheck
    n_fits : int
    passed : bool
    words : str
        "fidelity credited"; "fidelity not credited: copies rows", if a figure is above its limit
        and its lower 95 % bound above that of a fresh sample; else "fidelity not credited: too few
        rows or fits to exclude copying".
    """

    checks: tuple[GateCheck, ...]
    n_fits: int

    @property
    def passed(self) -> bool:
        """Whether all conditions hold."""
        return all(check.passed for check in self.checks)

    @property
    def words(self) -> str:
        """The verdict in words."""
        if self.passed:
            return "fidelity credited"
        if any(check.shows_copying for check in self.checks):
            return "fidelity not credited: copies rows"
        return "fidelity not credited: too few rows or fits to exclude copying"

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON types."""
        checks = [{**plain(check), "passed": check.passed} for check in self.checks]
        return {"checks": checks, "n_fits": self.n_fits, "passed": self.passed, "words": self.words}


def copying_gate(
    judgements: JudgeResult | Sequence[JudgeResult],
    copies: CopyingResult | Sequence[CopyingResult],
    *,
    n_directions: int = 2,
) -> GateResult:
    """Check that the judge's figure was not reached by copying rows.

    Parameters
    ----------
    judgements : JudgeResult or sequence of them
        One a fit.
    copies : CopyingResult or sequence of them
        One a fit, in the same order.
    n_directions : {1, 2}, default=2
        2 if fits were made on both halves of the table in turn, 1 if all share one holdout.

    Returns
    -------
    result : GateResult

    Notes
    -----
    All upper one-sided 95 % bounds must hold: DCR share at most .52, near-copy excess .005,
    singleton excess .002, AUC_H - AUC_T .02. A bound is that of the mean over fits, as in
    :func:`tabgan.metrics.summarize_judgements`. Small tables fail for lack of rows; the words say
    so.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from tabgan.metrics import copying, copying_gate, judge
    >>> generator = np.random.default_rng(0)
    >>> real, holdout = (pd.DataFrame(generator.normal(size=(200, 3))) for _ in range(2))
    >>> options = {"holdout": holdout, "schema": dict.fromkeys(range(3), "continuous"),
    ...     "random_state": 0}
    >>> result = copying_gate(judge(real, real, **options), copying(real, real, **options))
    >>> result.words
    'fidelity not credited: copies rows'
    """
    judged = [judgements] if isinstance(judgements, JudgeResult) else list(judgements)
    copied = [copies] if isinstance(copies, CopyingResult) else list(copies)
    if not judged or len(judged) != len(copied):
        raise InvalidParameterError(
            "The 'judgements' and 'copies' parameters of copying_gate must hold one result of each "
            f"for every fit. Got {len(judged)} and {len(copied)} instead."
        )
    figures = {
        "dcr_share": [(fit.dcr_share.value, fit.dcr_share.se) for fit in copied],
        "near_copy_excess": [(c.near_copy_excess.value, c.near_copy_excess.se) for c in copied],
        "singleton_excess": [(c.singleton_excess.value, c.singleton_excess.se) for c in copied],
        "auc_gap": [(fit.gap, fit.se_gap) for fit in judged],
    }
    checks = []
    for name, limit in LIMITS.items():
        values, errors = map(list, zip(*figures[name], strict=True))
        upper = upper_bound(values, errors, n_directions)
        checks.append(GateCheck(name=name, value=float(np.mean(values)), upper=upper, limit=limit))
    return GateResult(checks=tuple(checks), n_fits=len(judged))

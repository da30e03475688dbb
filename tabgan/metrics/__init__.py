"""Figures of a synthetic table beside those of an unseen real one.

Every metric is a function ``metric(real, synthetic, *, schema=None, holdout=None,
random_state=None)`` that returns a frozen result: the value, its range, its direction, its
reference (what a holdout scores) and the detail behind it.
"""

from tabgan.metrics._results import ErrorResult, MetricResult
from tabgan.metrics.association_matrices import (
    AssociationMatrices,
    AssociationPair,
    association_matrices,
)
from tabgan.metrics.associations import trend_error, trend_error_sdmetrics
from tabgan.metrics.authenticity import AuthenticityResult, authenticity
from tabgan.metrics.closest_distances import ClosestDistances, MedianEstimate, closest_distances
from tabgan.metrics.column_marginals import (
    ColumnMarginal,
    ColumnMarginals,
    OutsideCells,
    column_marginals,
)
from tabgan.metrics.copies import CopyingResult, copying
from tabgan.metrics.copy_shares import (
    CopyShare,
    DcrShare,
    ExactCopies,
    dcr_share,
    exact_copies,
    near_copy_excess,
    singleton_excess,
)
from tabgan.metrics.divergences import (
    ColumnDivergence,
    ColumnDivergences,
    column_divergences,
    cross_entropy,
    js_divergence,
    kl_divergence,
    wasserstein_distance,
)
from tabgan.metrics.excess import ErrorExcess, shape_excess, trend_excess
from tabgan.metrics.gate import GateCheck, GateResult, copying_gate
from tabgan.metrics.giveaways import ColumnGiveaway, Giveaways, giveaways
from tabgan.metrics.judging import JudgeResult, JudgeSummary, judge, summarize_judgements, tree_auc
from tabgan.metrics.logistic import logistic_c2st
from tabgan.metrics.margins import shape_error
from tabgan.metrics.neighbor_overlap import (
    NeighborOverlapResult,
    OverlapArm,
    OverlapEstimate,
    neighbor_overlap,
    overlap_of_points,
)
from tabgan.metrics.neighbourhoods import (
    PrecisionRecall,
    PrecisionRecallResult,
    alpha_precision,
    beta_recall,
    coverage,
    density,
    precision_recall,
)
from tabgan.metrics.overlap_regions import (
    OverlapRegion,
    RegionCondition,
    RegionsResult,
    least_mixed_regions,
)
from tabgan.metrics.paper_utility import GridUtility, utility_grid
from tabgan.metrics.parzen import (
    ParzenLikelihood,
    parzen_log_densities,
    parzen_log_likelihood,
)
from tabgan.metrics.prediction import UtilityResult, utility
from tabgan.metrics.utility_by_column import ColumnUtility, UtilityByColumn, utility_by_column
from tabgan.metrics.verbatim import VerbatimValues, verbatim_values

__all__ = [
    "AssociationMatrices",
    "AssociationPair",
    "AuthenticityResult",
    "ClosestDistances",
    "ColumnDivergence",
    "ColumnDivergences",
    "ColumnGiveaway",
    "ColumnMarginal",
    "ColumnMarginals",
    "ColumnUtility",
    "CopyShare",
    "CopyingResult",
    "DcrShare",
    "ErrorExcess",
    "ErrorResult",
    "ExactCopies",
    "GateCheck",
    "GateResult",
    "Giveaways",
    "GridUtility",
    "JudgeResult",
    "JudgeSummary",
    "MedianEstimate",
    "MetricResult",
    "NeighborOverlapResult",
    "OutsideCells",
    "OverlapArm",
    "OverlapEstimate",
    "OverlapRegion",
    "ParzenLikelihood",
    "PrecisionRecall",
    "PrecisionRecallResult",
    "RegionCondition",
    "RegionsResult",
    "UtilityByColumn",
    "UtilityResult",
    "VerbatimValues",
    "alpha_precision",
    "association_matrices",
    "authenticity",
    "beta_recall",
    "closest_distances",
    "column_divergences",
    "column_marginals",
    "copying",
    "copying_gate",
    "coverage",
    "cross_entropy",
    "dcr_share",
    "density",
    "exact_copies",
    "giveaways",
    "js_divergence",
    "judge",
    "kl_divergence",
    "least_mixed_regions",
    "logistic_c2st",
    "near_copy_excess",
    "neighbor_overlap",
    "overlap_of_points",
    "parzen_log_densities",
    "parzen_log_likelihood",
    "precision_recall",
    "shape_error",
    "shape_excess",
    "singleton_excess",
    "summarize_judgements",
    "tree_auc",
    "trend_error",
    "trend_error_sdmetrics",
    "trend_excess",
    "utility",
    "utility_by_column",
    "utility_grid",
    "verbatim_values",
    "wasserstein_distance",
]

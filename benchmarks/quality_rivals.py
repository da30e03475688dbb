"""Published and measured figures of other generators, to print beside ours.

The literature's figures are from the reprint in TabDLM (arXiv 2602.22586, tables 6, 7 and 11) of
TabSyn (arXiv 2310.09656) and TabDiff (arXiv 2410.20626); TabSyn is TabDiff's own run of it. Trend
is SDMetrics's, edges from each table apart, so it stands beside `trend_sdmetrics`.
"""

ORDER = ("adult", "default", "shoppers", "magic", "beijing")

SHAPE = {
    "CTGAN": (16.84, 16.83, 21.15, 9.81, 21.39),
    "TVAE": (14.22, 10.17, 24.51, 8.25, 19.16),
    "TabDDPM": (1.75, 1.57, 2.72, 1.01, 1.30),
    "TabSyn": (0.81, 1.01, 1.44, 1.03, 1.26),
    "TabDiff": (0.63, 1.24, 1.28, 0.78, 1.03),
}
TREND_SDMETRICS = {
    "CTGAN": (20.23, 26.95, 13.08, 7.00, 22.95),
    "TVAE": (14.15, 19.50, 18.67, 5.82, 18.01),
    "TabDDPM": (3.01, 4.89, 6.61, 1.70, 2.71),
    "TabSyn": (1.93, 2.81, 2.13, 0.88, 3.13),
    "TabDiff": (1.49, 2.55, 1.74, 0.76, 2.59),
}
UTILITY_GRID = {
    "real data": (0.927, 0.770, 0.926, 0.946, 0.423),
    "CTGAN": (0.886, 0.696, 0.875, 0.855, 0.902),
    "TVAE": (0.878, 0.724, 0.871, 0.887, 0.770),
    "TabDDPM": (0.907, 0.758, 0.918, 0.935, 0.592),
    "TabSyn": (0.909, 0.763, 0.914, 0.937, 0.580),
    "TabDiff": (0.912, 0.763, 0.921, 0.936, 0.555),
}
LOGISTIC = {"CTGAN": (0.59, 0.49, 0.75, 0.67, 0.75), "TabSyn": (0.999, 0.987, 0.974, 0.973, 0.960)}

# Quick judge on published samples of the same kind of halves: (AUC_H, AUC_T), None if not known.
JUDGE = {
    "adult": {
        "CART synthesis (copies)": (0.588, 0.502),
        "TabularARGN": (0.668, 0.649),
        "TabDDPM": (0.819, None),
        "TVAE": (0.930, None),
        "ARF": (0.973, None),
    },
    "default": {
        "CART synthesis (copies)": (0.665, 0.593),
        "TabularARGN": (0.950, None),
        "ARF": (0.994, None),
        "CTGAN": (1.000, None),
    },
    "shoppers": {
        "CART synthesis (copies)": (0.643, 0.496),
        "TabularARGN": (0.790, None),
        "ARF": (0.941, None),
    },
}


def literature_figures(table: str) -> dict[str, dict[str, float]]:
    """Return each rival's figures on a table, by our names: errors in per cent."""
    if table not in ORDER:
        return {}
    place = ORDER.index(table)
    columns = {
        "shape_error": SHAPE,
        "trend_sdmetrics": TREND_SDMETRICS,
        "utility_grid": UTILITY_GRID,
        "logistic": LOGISTIC,
    }
    rivals: dict[str, dict[str, float]] = {}
    for figure, published in columns.items():
        for rival, values in published.items():
            rivals.setdefault(rival, {})[figure] = values[place]
    return rivals


def judge_figures(table: str) -> dict[str, dict[str, float]]:
    """Return each rival's areas on a table, by our names."""
    rivals = {}
    for rival, (holdout, train) in JUDGE.get(table, {}).items():
        rivals[rival] = {"auc_holdout": holdout}
        if train is not None:
            rivals[rival]["auc_train"] = train
    return rivals

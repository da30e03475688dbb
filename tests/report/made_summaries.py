"""Summaries made by hand, in the form that a report gives to its page."""

import math
from typing import Any

import numpy as np

HOSTILE = "<img src=x onerror=alert(1)>"


def made_summary(n_columns: int = 15, *, hostile: bool = False, n_points: int = 600) -> dict:
    """Return a summary with every section and every kind of plot."""
    names = _names(n_columns, hostile)
    sections = [
        _section("overview", "Overview", figures=_answers(), tables=[_verdicts(names)]),
        _section("columns", "Columns", figures=_figures(), tables=[_columns(names)],
                 plots=[_marginals(names)], notes=[f"About {names[0]}."]),
        _section("correlations", "Correlations", figures=[_figure("kept", 0.91, 0.88, 0.94, 0.99,
                 0.95, 0.7, "look", "higher")], plots=[_correlation(names), _pairs(names)]),
        _section("neighbors", "Neighbours", plots=[_map(names, n_points), _overlap()]),
        _section("detection", "Detection", plots=[_detection(names)]),
        _section("utility", "Utility", state="limited",
                 notes=[f"The target {names[0]!r} has one class only."]),
        _section("coverage", "Coverage", figures=[_figure("alpha", 98.2, unit="%")]),
        _section("privacy", "Privacy", figures=[_copies()], plots=[_distances()]),
        _section("attacks", "Attacks", state="absent", notes=["They are not part of this."]),
        _section("training", "Training", plots=[_training()]),
    ]  # fmt: skip
    sizes = {"rows": 32561, "columns": n_columns}
    return {
        "format": 1,
        "version": "0.0.1",
        "tables": {"train": sizes, "synthetic": sizes, "holdout": {**sizes, "rows": 16281}},
        "sections": sections,
    }


def _names(n_columns: int, hostile: bool) -> list[str]:
    known = [
        "age", "workclass", "education level of the person asked, in years", "Größe (cm)",
        "収入レベル", "hours_per_week", "capital-gain",
    ]  # fmt: skip
    names = (known + [f"column_{number:03d}" for number in range(n_columns)])[:n_columns]
    return [HOSTILE, *names[1:]] if hostile else names


def _section(id: str, title: str, **parts: Any) -> dict:
    empty = {"state": "ok", "notes": [], "figures": [], "tables": [], "plots": []}
    return {"id": id, "title": title, **empty, **parts}


def _figure(name: str, value: float | None, low: float | None = None, high: float | None = None,
            reference: float | None = None, good: float | None = None, bad: float | None = None,
            verdict: str = "not judged", direction: str = "lower", unit: str = "",
            label: str = "") -> dict:  # fmt: skip
    meaning = f"What {name} is, said in one sentence for people who meet it for the first time."
    return {
        "name": name, "label": label or name.replace("_", " ").capitalize(), "value": value,
        "low": low, "high": high, "reference": reference, "good": good, "bad": bad,
        "verdict": verdict, "direction": direction, "unit": unit, "meaning": meaning,
    }  # fmt: skip


def _answers() -> list[dict]:
    verdicts = {"Fidelity": "look", "Utility": "good", "Copying": "no copying found"}
    return [
        _figure(name.lower(), None, verdict=word, label=name) for name, word in verdicts.items()
    ]


def _figures() -> list[dict]:
    return [
        _figure("shape_excess", 0.62, 0.4, 0.84, 0.0, 1.0, 5.0, "good", unit="points"),
        _figure("trend_excess", 7.3, 6.6, 8.0, 0.0, 2.0, 6.0, "bad", unit="points"),
        _figure("auc", 0.71, 0.2, 0.99, 0.5, 0.6, 0.8, "too little data"),
        _figure("js_divergence", 0.0123, reference=0.0004, unit="nats"),
        _figure("nothing", None),
    ]


def _copies() -> dict:
    return _figure("exact_copies", 0.01, 0.0, 0.03, 0.02, None, 0.52, "no copying found", unit="%")


def _verdicts(names: list[str]) -> dict:
    columns = [
        {"key": "figure", "label": "Figure", "kind": "text"},
        {"key": "value", "label": "Value", "kind": "number"},
        {"key": "share", "label": "Share", "kind": "share"},
        {"key": "verdict", "label": "Verdict", "kind": "verdict"},
    ]
    verdicts = ["good", "bad", "look", "too little data", "copying found", "not judged"]
    rows = [
        {"figure": f"{name} error", "value": value, "share": share, "verdict": verdict}
        for name, value, share, verdict in zip(
            (names * 6)[:6],
            [3, 0.25, None, -7.5, 12000, 1e-7],
            [0.5, 0.031, 0.0, None, 1, 0.001],
            verdicts,
            strict=True,
        )
    ]
    return {"id": "verdicts", "title": "What they rest on", "columns": columns, "rows": rows,
            "note": "Thresholds are starting values."}  # fmt: skip


def _columns(names: list[str]) -> dict:
    columns = [{"key": "column", "label": "Column", "kind": "text"}] + [
        {"key": key, "label": key.replace("_", " "), "kind": kind}
        for key, kind in (("shape_error", "share"), ("kl", "number"), ("js", "number"),
                          ("missing", "share"), ("coverage", "share"),
                          ("outside_the_real_range", "share"))
    ]  # fmt: skip
    rows = [
        {"column": name, "shape_error": 0.01 + 0.37 * (number % 7) / 7, "kl": 0.01 * number,
         "outside_the_real_range": None,
         "js": None if number % 5 == 4 else 0.002 * number, "missing": 0.0, "coverage": 1.0}
        for number, name in enumerate(names)
    ]  # fmt: skip
    return {"id": "columns", "title": "Every column", "columns": columns, "rows": rows, "note": ""}


def _marginals(names: list[str]) -> dict:
    panels = [_panel(name, number) for number, name in enumerate(names[:60])]
    return {"kind": "marginals", "id": "marginals", "title": "Distribution of every column",
            "alt": f"{len(panels)} columns; {names[0]} differs most: 3.1 %.",
            "panels": panels}  # fmt: skip


def _panel(name: str, number: int) -> dict:
    kind = number % 4
    n_cells = (24, 5, 12, 24)[kind]
    shares = {
        table: _shares(n_cells, shift, kind) for table, shift in
        (("real", 0.0), ("synthetic", 0.07), ("holdout", 0.01))
    }  # fmt: skip
    edges: list[float] | None = [17 + 3.25 * cell for cell in range(n_cells + 1)]
    labels: list[str] | None = None
    if kind == 2:
        labels = [f"{2001 + cell}-03-01" for cell in range(n_cells + 1)]
    elif kind in (1, 3):
        edges = None
        labels = [f"level {cell} of many & <more>" for cell in range(n_cells - 1)] + ["missing"]
    missing = {"real": 0.02, "synthetic": 0.035} if kind == 0 else {"real": 0.0, "synthetic": 0.0}
    return {"column": name, "numeric": edges is not None, "edges": edges, "tick_labels": labels,
            **shares, "missing": missing}  # fmt: skip


def _shares(n_cells: int, shift: float, kind: int) -> list[float]:
    places = np.linspace(0, 1, n_cells) - shift
    heights = np.exp(-12 * (places - 0.35) ** 2) if kind % 2 == 0 else np.exp(-4 * np.abs(places))
    return (heights / heights.sum()).tolist()


def _correlation(names: list[str]) -> dict:
    n = len(names)
    i, j = np.mgrid[0:n, 0:n]
    real = np.where(i == j, 1.0, np.cos((i + j) / 3.0) * np.exp(-np.abs(i - j) / 6.0))
    synthetic = np.where(i == j, 1.0, 0.8 * real)
    matrices = [matrix.round(4).tolist() for matrix in (real, synthetic)]
    if n > 3:
        matrices[0][3][1] = matrices[0][1][3] = None
    return {"kind": "correlation", "id": "matrices", "title": "Associations of all pairs",
            "alt": "Mean difference 0.031, largest 0.2 for age and workclass.", "columns": names,
            "real": matrices[0], "synthetic": matrices[1], "holdout_difference": 0.012,
            "measure": "Spearman, correlation ratio, Cramer's V"}  # fmt: skip


def _pairs(names: list[str]) -> dict:
    cells = np.outer(_shares(8, 0.0, 0), _shares(5, 0.0, 1))
    turned = np.outer(_shares(8, 0.2, 0), _shares(5, 0.0, 1))
    panel = {
        "x": names[0], "y": names[1], "kinds": ["numeric", "levels"], "real": cells.tolist(),
        "synthetic": turned.tolist(), "error": 0.123, "x_labels": None,
        "y_labels": ["Private", "Self-emp", "<b>Gov</b>", "missing", "other"],
        "x_edges": [17.0 + 9 * edge for edge in range(9)], "y_edges": None,
    }  # fmt: skip
    square = np.outer(_shares(12, 0.0, 0), _shares(12, 0.3, 0)).tolist()
    numbers = {**panel, "y": names[-1], "kinds": ["numeric", "numeric"], "real": square,
               "synthetic": square[::-1], "x_edges": [0.001 * e for e in range(13)],
               "y_edges": [1e6 * e for e in range(13)], "y_labels": None}  # fmt: skip
    return {"kind": "pairs", "id": "pairs", "title": "Pairs that differ most", "panels":
            [panel, numbers, panel],
            "alt": "Three pairs; age and workclass differ most: 12.3 %."}  # fmt: skip


def _map(names: list[str], n_points: int) -> dict:
    generator = np.random.default_rng(0)
    half = n_points // 2
    centres = generator.normal(size=(6, 2)) * 6
    points = centres[generator.integers(6, size=2 * half)] + generator.normal(size=(2 * half, 2))
    rows = [f"{names[0]}: {number}, {names[1]}: <i>Private</i>" for number in range(half)]
    return {"kind": "map", "id": "map", "title": "Map of real and synthetic rows",
            "alt": f"UMAP of {half} real and {half} synthetic rows; overlap in the plane 0.97.",
            "x": points[:, 0].round(3).tolist(), "y": points[:, 1].round(3).tolist(),
            "role": ["real"] * half + ["synthetic"] * half,
            "tooltip": ["real row"] * half + rows,
            "overlap": generator.uniform(0, 1.6, 2 * half).round(3).tolist()}  # fmt: skip


def _overlap() -> dict:
    values = [0.1 * step for step in range(11)]
    chance = [math.comb(10, step) / 2**10 for step in range(11)]
    skewed = [share * (1.6 - 0.12 * step) for step, share in enumerate(chance)]
    arms = [
        {"label": "unseen and synthetic", "value": 0.952, "low": 0.938, "high": 0.966, "se": 0.004},
        {"label": "unseen and seen: the floor", "value": 1.001, "low": 0.99, "high": 1.012,
         "se": 0.004},
        {"label": "seen and synthetic", "value": 0.957, "low": 0.94, "high": 0.972, "se": 0.004},
    ]  # fmt: skip
    return {"kind": "overlap", "id": "overlap", "title": "Overlap of the 10 nearest neighbours",
            "alt": "unseen and synthetic: 0.952 (0.938 to 0.966)", "arms": arms,
            "share_values": values, "observed_real": skewed, "observed_synthetic": skewed[::-1],
            "expected": chance}  # fmt: skip


def _detection(names: list[str]) -> dict:
    arms = [
        {"label": "unseen and synthetic", "value": 0.61, "low": 0.6, "high": 0.62},
        {"label": "unseen and seen: the floor", "value": 0.501, "low": 0.49, "high": 0.512},
        {"label": "seen and synthetic", "value": 0.6, "low": 0.59, "high": 0.61},
    ]
    importance = [
        {"column": name, "value": 0.03 / (place + 1) - 0.001, "low": 0.02 / (place + 1) - 0.003,
         "high": 0.04 / (place + 1), "named": place < 2}
        for place, name in enumerate(names)
    ]  # fmt: skip
    return {"kind": "detection", "id": "detection", "title": "Area under the ROC curve",
            "alt": "unseen and synthetic 0.61. Columns that give it away: two.", "arms": arms,
            "importance": importance, "threshold": 0.004}  # fmt: skip


def _distances() -> dict:
    edges = [0.05 * edge for edge in range(25)]
    return {"kind": "distances", "id": "distances", "title": "Distance to the closest seen row",
            "alt": "Median 0.41 of 5,000 synthetic rows, 0.43 of 5,000 unseen real rows.",
            "edges": edges, "synthetic": _shares(24, -0.05, 0), "holdout": _shares(24, 0.0, 0),
            "title_x": "distance, in units of a differing level"}  # fmt: skip


def _training() -> dict:
    steps = list(range(0, 2000, 50))
    series = [
        {"label": "Generator loss", "values": [0.7 + 0.3 * math.sin(s / 90) for s in steps]},
        {"label": "Discriminator loss", "values": [0.7 - 0.2 * math.cos(s / 70) for s in steps]},
        {"label": "Error on held-out rows",
         "values": [None if s % 100 else 0.4 * math.exp(-s / 600) for s in steps]},
    ]  # fmt: skip
    return {"kind": "training", "id": "training-losses", "title": "What the two players scored",
            "alt": "40 records over 1,950 steps. Generator loss ends at 0.7.", "steps": steps,
            "series": series, "best_step": 1500}  # fmt: skip

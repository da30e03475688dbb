"""Modes found and share of good rows on two mixtures of Gaussians, for every objective.

    python benchmarks/mixtures.py --seeds 0 1 2 3 4
    python benchmarks/mixtures.py --print

Each fit appends a row to benchmarks/results/mixtures.csv; what is there already is not run again.
The means over the seeds are printed as a table for docs/objectives.md.

Ring: 8 normals of standard deviation 0.02 on a circle of radius 2. Grid: 25 of standard deviation
0.05 at the points {-4, -2, 0, 2, 4}^2. Both are turned by 30 degrees: of the unturned grid,
independent columns would find every mode. A row is good within 3 standard deviations of the nearest
mode (98.9 % of real rows are). A mode is found if it has at least a tenth of its share of the rows,
good rows only. A generator that lost modes may have a high share of good rows: read both.
"""

import argparse
import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from tabgan import TabularGAN
from tabgan.objectives import OBJECTIVES

RESULTS = Path(__file__).resolve().parent / "results" / "mixtures.csv"
N_ROWS = 10_000
TURN_DEGREES = 30.0
MIXTURES = ("ring", "grid")
CONTROLS = ("real", "independent")
#: The whole of the default, and what is left of it when nothing is put right after training.
RECIPES: dict[str, dict[str, Any]] = {
    "uncalibrated": {"calibrate": False, "refine": False},
    "default": {},
}
#: The adversarial part alone but for the average of weights, on ranks over whole columns, with
#: smaller networks and batches and larger steps than the default's: two columns allow them, and
#: sharp edges need many steps.
SETTINGS = {
    "number_coding": "ranks",
    "max_steps": 2000,
    "batch_size": 128,
    "learning_rate": 5e-3,
    "generator_layers": (128, 128),
    "discriminator_layers": (128, 128),
    "noise_dim": 16,
    "conditional": False,
    "column_masking": False,
    "moment_weight": 0,
    "calibrate": False,
    "refine": False,
    "early_stopping": False,
    "device": "cpu",
}
FIELDS = ("mixture", "model", "seed", "modes", "n_modes", "good", "steps", "seconds")


def main() -> None:
    """Run what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    models = (*CONTROLS, *OBJECTIVES, *RECIPES)
    parser.add_argument("--mixtures", nargs="+", choices=MIXTURES, default=MIXTURES)
    parser.add_argument("--models", nargs="+", choices=models, default=models)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--print", action="store_true", help="run nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args()
    torch.set_num_threads(1)
    done = set() if not options.results.exists() else _done(options.results)
    for seed in options.seeds if not options.print else ():
        for mixture in options.mixtures:
            for model in options.models:
                if (mixture, model, seed) not in done:
                    row = run(mixture, model, seed)
                    append(row, options.results)
                    print(*row.values())
    print(markdown(pd.read_csv(options.results)))


def run(mixture: str, model: str, seed: int) -> dict[str, object]:
    """Fit one objective to one mixture, or make a control, and measure a sample."""
    modes, deviation = modes_of(mixture)
    rng = np.random.default_rng([seed, MIXTURES.index(mixture)])
    rows = draw(modes, deviation, rng)
    started, steps = time.perf_counter(), 0
    if model == "real":
        sample = draw(modes, deviation, rng)
    elif model == "independent":
        sample = np.column_stack([rng.permutation(column) for column in rows.T])
    else:
        if model in RECIPES:
            fitted = TabularGAN(random_state=seed, device="cpu", **RECIPES[model])
        else:
            fitted = TabularGAN(model, random_state=seed, **SETTINGS)
        fitted.fit(pd.DataFrame(rows, columns=["x", "y"]))
        sample, steps = fitted.sample(N_ROWS).to_numpy(), fitted.n_iter_
    found, good = measure(sample, modes, deviation)
    seconds = round(time.perf_counter() - started, 1)
    values = (mixture, model, seed, found, len(modes), round(good, 4), steps, seconds)
    return dict(zip(FIELDS, values, strict=True))


def modes_of(mixture: str) -> tuple[np.ndarray, float]:
    """Return the means of a turned mixture, (n_modes, 2), and the standard deviation."""
    if mixture == "ring":
        angles = np.arange(8) * np.pi / 4
        modes, deviation = 2 * np.column_stack([np.cos(angles), np.sin(angles)]), 0.02
    else:
        ticks = np.arange(-4.0, 5.0, 2.0)
        modes, deviation = np.array([(x, y) for x in ticks for y in ticks]), 0.05
    cos, sin = np.cos(np.radians(TURN_DEGREES)), np.sin(np.radians(TURN_DEGREES))
    return modes @ np.array([[cos, sin], [-sin, cos]]), deviation


def draw(modes: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """Draw rows of the mixture with equal weights."""
    chosen = rng.integers(len(modes), size=N_ROWS)
    return modes[chosen] + deviation * rng.standard_normal((N_ROWS, 2))


def measure(sample: np.ndarray, modes: np.ndarray, deviation: float) -> tuple[int, float]:
    """Return the number of modes found and the share of good rows."""
    distances = np.linalg.norm(sample[:, None] - modes[None], axis=2)
    is_good = distances.min(axis=1) <= 3 * deviation
    counts = np.bincount(distances.argmin(axis=1)[is_good], minlength=len(modes))
    return int((counts >= 0.1 * len(sample) / len(modes)).sum()), float(is_good.mean())


def append(row: dict[str, object], path: Path) -> None:
    """Append one row to the CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def markdown(results: pd.DataFrame) -> str:
    """Return the means over the seeds, one line a model."""
    lines = [
        "| model | ring: modes of 8 | good % | grid: modes of 25 | good % | seeds |",
        "|---|---|---|---|---|---|",
    ]
    for model in (*CONTROLS, *OBJECTIVES, *RECIPES):
        cells, n_seeds = [], 0
        for mixture in MIXTURES:
            runs = results[(results["model"] == model) & (results["mixture"] == mixture)]
            n_seeds = max(n_seeds, len(runs))
            modes, good = runs["modes"].mean(), 100 * runs["good"].mean()
            cells += [f"{modes:.1f}", f"{good:.1f}"] if len(runs) else ["", ""]
        if n_seeds:
            lines.append(f"| {model} | {' | '.join(cells)} | {n_seeds} |")
    return "\n".join(lines)


def _done(path: Path) -> set[tuple[str, str, int]]:
    results = pd.read_csv(path)
    return set(zip(results["mixture"], results["model"], results["seed"], strict=True))


if __name__ == "__main__":
    main()

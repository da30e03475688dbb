"""How far rows under conditions are from a law that is known.

    python benchmarks/conditional_law.py --rows 20000 --samples 300 1000

Fits `TabularGAN` with defaults on the table of `tests/estimators/law.py`. For each level of each
column without numbers it draws rows under that level, and compares every other column with the
exact conditional law (600,000 fresh rows): the total variation, and how much of it chance explains
at three standard errors, that of the drawn rows and of the learned ones that have the level.
"""

import argparse
import sys
import warnings
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tabgan import TabularGAN
from tabgan.exceptions import ConditionWarning
from tests.estimators.law import draw_law, meeting, total_variation

GIVEN = ("zone", "region", "paid", "grade", "tag")
REFERENCE_ROWS = 600_000


def main() -> None:
    """Fit once, and print a line for each number of rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000, help="that are learned")
    parser.add_argument("--samples", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConditionWarning)
    learned = draw_law(options.rows, 1)
    model = TabularGAN(random_state=options.seed).fit(learned)
    reference = draw_law(REFERENCE_ROWS, 2)
    for n_samples in options.samples:
        pairs = distances(model, learned, reference, n_samples)
        worst = pairs.loc[pairs["beyond"].idxmax()]
        print(
            f"{n_samples} rows a level: {(pairs['beyond'] > 0).sum()} of {len(pairs)} columns "
            f"beyond chance, at most by {worst['beyond']:.3f} ({worst['other']} given "
            f"{worst['column']}={worst['level']}); median {pairs['distance'].median():.3f}"
        )


def distances(
    model: TabularGAN, learned: pd.DataFrame, reference: pd.DataFrame, n_samples: int
) -> pd.DataFrame:
    """Total variation of each other column under each level, and what is beyond chance."""
    found = []
    for column in GIVEN:
        for level in reference[column].unique().tolist():
            sample = model.sample(n_samples, conditions={column: level}, random_state=3)
            expected = meeting(reference, {column: level})
            n_learned = len(meeting(learned, {column: level}))
            for other in reference.columns.drop(column):
                distance, chance = total_variation(sample[other], expected[other], n_learned)
                found.append((column, level, other, distance, distance - chance))
    return pd.DataFrame(found, columns=["column", "level", "other", "distance", "beyond"])


if __name__ == "__main__":
    main()

"""Unseen rows of adult of which some columns are given, and the rest is filled in.

    python benchmarks/partial_rows.py --model adult.tabgan

Judges the filled rows against other unseen rows, once as `sample` does it, and once with the
generator completing every row.
"""

import math
import sys
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from conditions import fitted, parse  # noqa: E402
from quality_tables import read_split  # noqa: E402
from recording import write_rows  # noqa: E402

from tabgan.exceptions import ConditionWarning  # noqa: E402
from tabgan.metrics import tree_auc  # noqa: E402
from tabgan.sampling import conditions as ways  # noqa: E402
from tabgan.sampling import pooling  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "partial_rows.csv"
FIELDS = ("given", "n_rows", "auc", "auc_completed", "seconds", "seconds_completed")
N_ROWS = 2000
GIVEN = (
    ["sex"],
    ["age", "sex"],
    ["age", "sex", "education"],
    ["income", "marital-status", "occupation", "sex"],
)


def main(arguments: list[str] | None = None) -> None:
    """Fit or load, fill and judge, print the figures and write the CSV."""
    options = parse(arguments, __doc__, RESULTS)
    split = read_split("adult", "judge", options.seed, 1)
    model = fitted(split.train, options)
    unseen, others = (split.holdout.iloc[i * N_ROWS : (i + 1) * N_ROWS] for i in (0, 1))
    rows = []
    for names in GIVEN:
        row = {"given": ", ".join(names), "n_rows": N_ROWS}
        for suffix, least in (("", None), ("_completed", math.inf)):
            usual = pooling.LEAST_MEETING, ways.LEAST_CANDIDATES
            if least is not None:
                pooling.LEAST_MEETING = ways.LEAST_CANDIDATES = least
            started = time.perf_counter()
            filled = model.sample(conditions=unseen[names], random_state=options.seed)
            row[f"seconds{suffix}"] = round(time.perf_counter() - started, 1)
            pooling.LEAST_MEETING, ways.LEAST_CANDIDATES = usual
            area = tree_auc(others, filled, schema=split.kinds, random_state=options.seed)
            row[f"auc{suffix}"] = round(area.value, 4)
        rows.append(row)
        print("  ".join(str(row[name]) for name in FIELDS), flush=True)
    write_rows(rows, options.results, FIELDS)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConditionWarning)
        main()

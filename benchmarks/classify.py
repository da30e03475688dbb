"""Generative classification beside naive Bayes and gradient boosting, on unseen rows.

    python benchmarks/classify.py --tables adult shoppers

Each learns one half of a table and predicts the target of 5,000 rows of the other.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.naive_bayes import CategoricalNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OrdinalEncoder

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_tables import Split, read_split  # noqa: E402
from recording import write_rows  # noqa: E402

import tabgan  # noqa: E402
from tabgan import TabularGAN  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "classify.csv"
FIELDS = ("table", "classifier", "n_rows", "accuracy", "auc", "log_loss", "seconds")
N_ROWS, N_BINS, SMALLEST = 5000, 20, 1e-6


def main(arguments: list[str] | None = None) -> None:
    """Measure every classifier on every table, print and write the CSV."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="+", default=["adult", "shoppers"])
    parser.add_argument("--models", type=Path, metavar="DIR", help="load fits, or keep them there")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args(arguments)
    rows = []
    for table in options.tables:
        split = read_split(table, "judge", 0, 1)
        for name, classify in CLASSIFIERS.items():
            rows.append(
                {"table": table, "classifier": name, **measure(classify, split, options, table)}
            )
            print("  ".join(str(rows[-1][field]) for field in FIELDS), flush=True)
    write_rows(rows, options.results, FIELDS)


def measure(classify: Any, split: Split, options: argparse.Namespace, table: str) -> dict[str, Any]:
    """Figures of one classifier; the positive class is the last level."""
    unseen = split.holdout.head(N_ROWS)
    started = time.perf_counter()
    chances = classify(split, unseen.drop(columns=split.target), options, table)
    seconds = time.perf_counter() - started
    truth = unseen[split.target].to_numpy()
    positive = chances.columns[-1]
    clipped = chances.clip(SMALLEST).div(chances.clip(SMALLEST).sum(axis=1), axis=0)
    return {
        "n_rows": len(unseen),
        "accuracy": round(accuracy_score(truth, chances.idxmax(axis=1)), 4),
        "auc": round(roc_auc_score(truth == positive, chances[positive]), 4),
        "log_loss": round(log_loss(truth, clipped.to_numpy(), labels=list(chances.columns)), 4),
        "seconds": round(seconds, 1),
    }


def generative(split: Split, rows: pd.DataFrame, options: Any, table: str) -> pd.DataFrame:
    """Ask the conditional generator."""
    path = None if options.models is None else options.models / f"{table}.tabgan"
    if path is not None and path.exists():
        model = tabgan.load(path)
    else:
        model = TabularGAN(random_state=0).fit(split.train)
        if path is not None:
            model.save(path)
    known = rows.copy()
    for name, column in model.schema_.items():  # a level that was never seen is not known
        if column.kind == "categorical" and name in known:
            known[name] = known[name].where(known[name].isin(column.levels))
    return model.class_posterior(known, split.target)


def naive_bayes(split: Split, rows: pd.DataFrame, options: Any, table: str) -> pd.DataFrame:
    """Multiply the frequencies of each column, numbers in bins of equal frequency."""
    numeric, categorical = columns_by_kind(split)
    coder = make_column_transformer(
        (
            KBinsDiscretizer(N_BINS, encode="ordinal", quantile_method="averaged_inverted_cdf"),
            numeric,
        ),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), categorical),
    )
    coded = coder.fit_transform(split.train).astype(int) + 1
    sizes = coded.max(axis=0) + 1
    model = CategoricalNB(min_categories=sizes).fit(coded, split.train[split.target])
    chances = model.predict_proba(coder.transform(rows).astype(int) + 1)
    return pd.DataFrame(chances, columns=model.classes_)


def boosting(split: Split, rows: pd.DataFrame, options: Any, table: str) -> pd.DataFrame:
    """Fit gradient-boosted trees, which model the target alone."""
    numeric, categorical = columns_by_kind(split)
    model = make_pipeline(
        make_column_transformer(
            (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), categorical),
            ("passthrough", numeric),
        ),
        HistGradientBoostingClassifier(
            categorical_features=list(range(len(categorical))), random_state=0
        ),
    )
    model.fit(split.train, split.train[split.target])
    return pd.DataFrame(model.predict_proba(rows), columns=model.classes_)


def columns_by_kind(split: Split) -> tuple[list[str], list[str]]:
    """Names of the numeric and of the categorical columns beside the target."""
    names = [name for name in split.train.columns if name != split.target]
    is_numeric = [split.kinds[name] == "continuous" for name in names]
    numeric = [name for name, is_number in zip(names, is_numeric, strict=True) if is_number]
    return numeric, [name for name in names if name not in numeric]


CLASSIFIERS = {"generative": generative, "naive Bayes": naive_bayes, "boosting": boosting}

if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        main()

"""The tables of the quality benchmark: where they come from and how they are split."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

DATA = Path(os.environ.get("TABGAN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
MODES = ("judge", "literature")


@dataclass(frozen=True)
class Facts:
    """What the literature says of a table: numeric columns, target, task."""

    numeric: tuple[str, ...]
    target: str
    task: str


FACTS = {
    "adult": Facts(
        ("age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"),
        "income",
        "classification",
    ),
    "default": Facts(
        (
            "LIMIT_BAL",
            "AGE",
            *(f"BILL_AMT{month}" for month in range(1, 7)),
            *(f"PAY_AMT{month}" for month in range(1, 7)),
        ),
        "default payment next month",
        "classification",
    ),
    "shoppers": Facts(
        (
            "Administrative",
            "Administrative_Duration",
            "Informational",
            "Informational_Duration",
            "ProductRelated",
            "ProductRelated_Duration",
            "BounceRates",
            "ExitRates",
            "PageValues",
            "SpecialDay",
        ),
        "Revenue",
        "classification",
    ),
    "magic": Facts(
        (
            "Length",
            "Width",
            "Size",
            "Conc",
            "Conc1",
            "Asym",
            "M3Long",
            "M3Trans",
            "Alpha",
            "Dist",
        ),
        "class",
        "classification",
    ),
    "beijing": Facts(("DEWP", "TEMP", "PRES", "Iws", "Is", "Ir", "pm2.5"), "pm2.5", "regression"),
}
BUNDLED = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "digits": datasets.load_digits,
}
TABLES = (*FACTS, *BUNDLED)


@dataclass(frozen=True)
class Split:
    """One table divided into the rows that the generator sees and those that it never sees."""

    train: pd.DataFrame
    holdout: pd.DataFrame
    kinds: dict[str, str]
    target: str
    task: str


def read_split(name: str, mode: str, seed: int, direction: int) -> Split:
    """Read a table and split it as the mode says.

    "literature": the published 90/10 split. "judge": random halves of the whole table by `seed`;
    direction 2 swaps them.
    """
    if name in BUNDLED:
        return _halves(*_read_bundled(name), seed, direction)
    facts = FACTS[name]
    train, test = (
        pd.read_csv(DATA / name / f"{part}.csv.gz", keep_default_na=False)
        for part in ("train", "test")
    )
    if mode == "literature":
        kinds = _kinds(train, facts)
        return Split(train, test, kinds, facts.target, facts.task)
    return _halves(pd.concat([train, test], ignore_index=True), facts, seed, direction)


def _read_bundled(name: str) -> tuple[pd.DataFrame, Facts]:
    table = BUNDLED[name](as_frame=True).frame
    return table, Facts(tuple(table.columns[:-1]), "target", "classification")


def _halves(table: pd.DataFrame, facts: Facts, seed: int, direction: int) -> Split:
    order = np.random.default_rng(seed).permutation(len(table))
    half = len(table) // 2
    parts = [
        table.iloc[rows].reset_index(drop=True) for rows in (order[:half], order[half : 2 * half])
    ]
    train, holdout = parts if direction == 1 else parts[::-1]
    return Split(train, holdout, _kinds(table, facts), facts.target, facts.task)


def _kinds(table: pd.DataFrame, facts: Facts) -> dict[str, str]:
    return {
        name: "continuous" if name in facts.numeric else "categorical" for name in table.columns
    }

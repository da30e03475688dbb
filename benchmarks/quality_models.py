"""What makes the synthetic tables of the quality benchmark: the estimators and three controls."""

import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pandas as pd

Outcome = tuple[pd.DataFrame, dict[str, Any]]


def fit_and_sample(
    model: str, train: pd.DataFrame, settings: dict[str, Any], seed: int, threads: int
) -> Outcome:
    """Return a synthetic table of as many rows as `train`, and what its making took.

    It is made in a process of its own, so that the peak of memory is that of this fit alone.
    """
    limits = {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    kept = {name: os.environ.get(name) for name in limits}
    os.environ.update(limits)
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            return executor.submit(_make, model, train, settings, seed, threads).result()
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _make(
    model: str, train: pd.DataFrame, settings: dict[str, Any], seed: int, threads: int
) -> Outcome:
    """Make the table; runs in the child process."""
    if model in CONTROLS:
        return CONTROLS[model](train, seed), {}
    import torch

    from tabgan import estimators

    torch.set_num_threads(threads)
    started = time.perf_counter()
    estimator = getattr(estimators, ESTIMATORS[model])
    generator = estimator(**{"random_state": seed, **settings}).fit(train)
    fitted = time.perf_counter()
    synthetic = generator.sample(len(train))
    sampled = time.perf_counter()
    record = {
        "fit_seconds": round(fitted - started, 1),
        "sample_seconds": round(sampled - fitted, 1),
        "peak_memory_mb": _peak_memory(),
        "n_iter": getattr(generator, "n_iter_", None),
    }
    return synthetic, record


def _peak_memory() -> int:
    """Return the largest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux KiB.
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


def _resample(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Draw rows of train with replacement: the plainest copier."""
    return train.sample(len(train), replace=True, random_state=seed, ignore_index=True)


def _shuffle(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Shuffle each column by itself: perfect margins, no ties between columns."""
    generator = np.random.default_rng(seed)
    orders = {name: generator.permutation(len(train)) for name in train.columns}
    return pd.DataFrame({name: train[name].to_numpy()[rows] for name, rows in orders.items()})


CONTROLS: dict[str, Callable[[pd.DataFrame, int], pd.DataFrame]] = {
    "resample": _resample,
    "shuffle": _shuffle,
}
ESTIMATORS = {
    "tabgan": "TabularGAN",
    "vae": "TabularVAE",
    "independent": "IndependentColumns",
    "copula": "GaussianCopula",
    "naive-bayes": "NaiveBayes",
    "cart": "SequentialCART",
}
MODELS = (*ESTIMATORS, *CONTROLS, "holdout")

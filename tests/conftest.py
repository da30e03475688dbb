"""Fixtures shared by all tests."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pandas as pd
import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("TABGAN_DATA", REPOSITORY.parent / "shared" / "data"))

# Deadlines measure the machine and not the code; fixed examples make a failure repeat.
hypothesis.settings.register_profile("tabgan", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("tabgan")


def read_shared(relative: str, **options: object) -> pd.DataFrame:
    """Read a CSV of the real tables, or skip the test and say why."""
    path = SHARED_DATA / relative
    if not path.exists():
        pytest.skip(f"no real table at {path}; set TABGAN_DATA to the folder that holds them")
    return pd.read_csv(path, **options)


@pytest.fixture(scope="session")
def shared_table() -> Callable[..., pd.DataFrame]:
    """Return the reader of real tables: ``shared_table("adult/train.csv.gz")``."""
    return read_shared


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a CUDA device where there is none."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))

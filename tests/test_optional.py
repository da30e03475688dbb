"""Optional dependencies are imported or explained."""

import math

import pytest

from tabgan._optional import require
from tabgan.exceptions import MissingDependencyError


def test_an_installed_module_is_returned() -> None:
    assert require("math", extra="arrow", purpose="Counting") is math


def test_a_missing_module_names_purpose_package_and_extra() -> None:
    with pytest.raises(MissingDependencyError) as caught:
        require("no_such_package.module", extra="arrow", purpose="Reading Parquet")
    assert str(caught.value).startswith("Reading Parquet needs the package 'no_such_package'")
    assert 'pip install "tabular-gan[arrow]"' in str(caught.value)
    assert isinstance(caught.value, ImportError)

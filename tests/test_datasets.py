"""Tables of known law, and loaders."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tabgan.datasets import KNOWN_LAW, fetch_adult, load_demo, make_known_table
from tabgan.exceptions import InvalidParameterError, TableFileError

N_ROWS = 40_000
# Shares and correlations of 40,000 rows lie within four standard errors.
TOLERANCE = 4 * 0.5 / np.sqrt(N_ROWS)


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    return make_known_table(N_ROWS, random_state=0)


def test_the_law_is_a_law() -> None:
    assert sum(KNOWN_LAW.city_shares.values()) == pytest.approx(1)
    assert sum(KNOWN_LAW.country_shares.values()) == pytest.approx(1)
    assert KNOWN_LAW.countries.keys() == KNOWN_LAW.city_shares.keys()


def test_city_shares_are_those_of_the_law(known: pd.DataFrame) -> None:
    shares = known["city"].value_counts(normalize=True)
    for city, share in KNOWN_LAW.city_shares.items():
        assert shares[city] == pytest.approx(share, abs=TOLERANCE)


def test_the_country_is_a_function_of_the_city(known: pd.DataFrame) -> None:
    assert (known["country"] == known["city"].map(KNOWN_LAW.countries)).all()


@pytest.mark.parametrize("country", list(KNOWN_LAW.height_means))
def test_each_country_has_its_normals_and_its_spike(known: pd.DataFrame, country: str) -> None:
    rows = known[known["country"] == country]
    tolerance = 4 / np.sqrt(len(rows))
    assert rows["height"].mean() == pytest.approx(KNOWN_LAW.height_means[country], abs=tolerance)
    assert rows["height"].std() == pytest.approx(1, abs=tolerance)
    assert rows["weight"].std() == pytest.approx(1, abs=tolerance)
    assert rows["height"].corr(rows["weight"]) == pytest.approx(
        KNOWN_LAW.correlation, abs=tolerance
    )
    zero_share = (rows["spend"] == 0).mean()
    assert zero_share == pytest.approx(KNOWN_LAW.zero_shares[country], abs=tolerance)
    positive = np.log(rows.loc[rows["spend"] > 0, "spend"])
    assert positive.var() == pytest.approx(0.5, abs=tolerance)


def test_the_spike_of_the_whole_table_is_the_mixture(known: pd.DataFrame) -> None:
    assert (known["spend"] == 0).mean() == pytest.approx(KNOWN_LAW.zero_share, abs=TOLERANCE)


def test_the_same_seed_draws_the_same_rows() -> None:
    first, again = (make_known_table(50, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(make_known_table(50, random_state=4))


@pytest.mark.parametrize("n_rows", [0, 1])
def test_few_rows_keep_the_columns(n_rows: int) -> None:
    assert make_known_table(n_rows, random_state=0).shape == (n_rows, 5)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(InvalidParameterError, match="'n_rows' parameter of make_known_table"):
        make_known_table(-1)


def test_the_demo_table_is_complete_and_readable() -> None:
    table = load_demo()
    assert table.shape == (569, 31)
    assert not table.isna().any(axis=None)
    assert set(table["diagnosis"]) == {"malignant", "benign"}
    # The tumours with the larger radius are the malignant ones: the names are on the right rows.
    radius = table.groupby("diagnosis")["mean radius"].mean()
    assert radius["malignant"] > radius["benign"] + 4


def test_no_network_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy"):
        # Nothing listens on the discard port, so that the connection is refused at once.
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(TableFileError, match=r"Cannot fetch the table 'adult' from OpenML.*demo"):
        fetch_adult(data_home=tmp_path)

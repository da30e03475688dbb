"""A table whose joint law is known in closed form.

It has one of each thing that a generator of tables must get right: a category, a column that is a
function of it, numbers that are tied to it and to each other, and a spike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tabgan._params import RANDOM_STATE, Interval, check_parameters
from tabgan._random import child_generator, root_seed

__all__ = ["KNOWN_LAW", "KnownLaw", "make_known_table"]


@dataclass(frozen=True)
class KnownLaw:
    """The law of the rows of :func:`make_known_table`.

    With the city drawn by its share and the country looked up,

    .. code-block:: text

        height = mean of the country + z1
        weight = correlation * z1 + sqrt(1 - correlation ** 2) * z2
        spend  = 0 with the probability of the country, else exp(weight / 2 + z3 / 2)

    where z1, z2 and z3 are independent standard normals. So height and weight are normals of
    standard deviation 1 in each country, and `correlation` is their correlation there.

    Attributes
    ----------
    city_shares : mapping of str to float
        Probability of each city; they sum to 1.
    countries : mapping of str to str
        Country of each city.
    height_means : mapping of str to float
        Mean of height in each country.
    correlation : float
        Correlation of height and weight in each country.
    zero_shares : mapping of str to float
        Probability in each country that spend is exactly 0.
    """

    city_shares: Mapping[str, float] = field(
        default_factory=lambda: {
            "Lyon": 0.3, "Nice": 0.25, "Porto": 0.2, "Faro": 0.15, "Oslo": 0.1
        }
    )  # fmt: skip
    countries: Mapping[str, str] = field(
        default_factory=lambda: {
            "Lyon": "France", "Nice": "France", "Porto": "Portugal", "Faro": "Portugal",
            "Oslo": "Norway",
        }
    )  # fmt: skip
    height_means: Mapping[str, float] = field(
        default_factory=lambda: {"France": 0.0, "Portugal": -1.5, "Norway": 2.0}
    )
    correlation: float = 0.8
    zero_shares: Mapping[str, float] = field(
        default_factory=lambda: {"France": 0.2, "Portugal": 0.6, "Norway": 0.4}
    )

    @property
    def country_shares(self) -> dict[str, float]:
        """Probability of each country."""
        shares = dict.fromkeys(self.height_means, 0.0)
        for city, share in self.city_shares.items():
            shares[self.countries[city]] += share
        return shares

    @property
    def zero_share(self) -> float:
        """Probability that spend is exactly 0, over all countries."""
        return sum(share * self.zero_shares[c] for c, share in self.country_shares.items())


KNOWN_LAW = KnownLaw()
"""The law that :func:`make_known_table` draws from."""


def make_known_table(n_rows: int = 1000, *, random_state: Any = None) -> pd.DataFrame:
    """Draw independent rows from :data:`KNOWN_LAW`.

    Parameters
    ----------
    n_rows : int, default=1000
        Number of rows, 0 or more.
    random_state : None, int, numpy.random.Generator or numpy.random.RandomState
        Seed of the rows.

    Returns
    -------
    table : DataFrame of shape (n_rows, 5)
        Columns city, country, height, weight (to three decimals) and spend (to two).

    Examples
    --------
    >>> table = make_known_table(5000, random_state=0)
    >>> list(table.columns)
    ['city', 'country', 'height', 'weight', 'spend']
    >>> bool((table["country"] == table["city"].map(KNOWN_LAW.countries)).all())
    True
    >>> bool(abs((table["spend"] == 0).mean() - KNOWN_LAW.zero_share) < 0.02)
    True
    """
    check_parameters(
        "make_known_table",
        {"n_rows": n_rows, "random_state": random_state},
        {"n_rows": [Interval(int, 0)], "random_state": RANDOM_STATE},
    )
    law, rng = KNOWN_LAW, child_generator(root_seed(random_state), "known_table")
    cities = np.array(list(law.city_shares))
    city = pd.Series(rng.choice(cities, size=n_rows, p=list(law.city_shares.values())))
    country = city.map(law.countries)
    z1, z2, z3 = rng.standard_normal((3, n_rows))
    weight = law.correlation * z1 + np.sqrt(1 - law.correlation**2) * z2
    is_zero = rng.random(n_rows) < country.map(law.zero_shares).to_numpy(dtype=float)
    # No positive spend may round to the spike.
    spend = np.maximum(np.exp(weight / 2 + z3 / 2), 0.01)
    return pd.DataFrame(
        {
            "city": city,
            "country": country,
            "height": (country.map(law.height_means).to_numpy(dtype=float) + z1).round(3),
            "weight": weight.round(3),
            "spend": np.where(is_zero, 0.0, spend).round(2),
        }
    )

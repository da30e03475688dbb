"""The first paper's own table: Parzen likelihood of images, every pixel a column.

    python benchmarks/mnist_parzen.py --model real kmeans
    python benchmarks/mnist_parzen.py --model original tabgan vae --max-time 1500 --picture out.png
    python benchmarks/mnist_parzen.py --data digits --model tabgan --set max_steps=500

Fits on the training images, draws 10,000, and measures the log-likelihood of the test images under
Gaussian kernels on them; the bandwidth is chosen on 1,000 validation images. See
benchmarks/README.md for the models, and docs/metrics.md for the measure.
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.cluster import MiniBatchKMeans
from sklearn.datasets import load_digits

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from quality_tables import DATA  # noqa: E402
from recording import append_row, machine, read_setting  # noqa: E402

from tabgan.metrics import ParzenLikelihood, parzen_log_likelihood  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "mnist_parzen.csv"
#: Published figures: mean log-likelihood and standard error (arXiv:1406.2661, table 1).
PUBLISHED = {
    "DBN": (138, 2),
    "Stacked CAE": (121, 1.6),
    "Deep GSN": (214, 1.1),
    "Adversarial nets": (225, 2),
}
#: Images that are drawn, and images of the grid.
N_SYNTHETIC, N_SHOWN = 10_000, 100
_FIELDS = (
    "data",
    "model",
    "settings",
    "seed",
    "log_likelihood",
    "se",
    "bandwidth",
    "n_test",
    "n_synthetic",
    "n_iter",
    "fit_seconds",
    "sample_seconds",
    "threads",
    "cpu",
    "cpu_count",
    "versions",
)


@dataclass(frozen=True)
class Images:
    """Images as rows of whole numbers, and the largest of these."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    largest: int

    @property
    def table(self) -> pd.DataFrame:
        """The training images, one column a pixel."""
        names = [f"pixel_{i}" for i in range(self.train.shape[1])]
        return pd.DataFrame(self.train, columns=names)

    def scaled(self, rows: Any) -> np.ndarray:
        """Rows with pixels in [0, 1]."""
        return np.asarray(rows, dtype=np.float64) / self.largest


def read_mnist() -> Images:
    """MNIST: the first 50,000 training images, the other 10,000 to validate, the test images."""
    train = _read_idx("train-images-reconstructed-idx3-ubyte.gz")
    return Images(train[:50_000], train[50_000:], _read_idx("t10k-images-idx3-ubyte.gz"), 255)


def read_digits() -> Images:
    """scikit-learn's 1,797 images of 64 pixels: 1,000 train, 300 validate, the rest test."""
    pixels = load_digits().data.astype(np.int16)
    pixels = pixels[np.random.default_rng(0).permutation(len(pixels))]
    return Images(pixels[:1000], pixels[1000:1300], pixels[1300:], 16)


def _read_idx(name: str) -> np.ndarray:
    content = gzip.decompress((DATA / "mnist" / name).read_bytes())
    pixels = np.frombuffer(content, np.uint8, offset=16)
    return pixels.reshape(int.from_bytes(content[4:8], "big"), -1).astype(np.int16)


READERS: dict[str, Callable[[], Images]] = {"mnist": read_mnist, "digits": read_digits}


def make_real(images: Images, options: argparse.Namespace) -> tuple[np.ndarray, dict[str, Any]]:
    """Training images themselves."""
    generator = np.random.default_rng(options.seed)
    n_rows = min(N_SYNTHETIC, len(images.train))
    return images.train[generator.choice(len(images.train), n_rows, replace=False)], {}


def make_kmeans(images: Images, options: argparse.Namespace) -> tuple[np.ndarray, dict[str, Any]]:
    """Centres of clusters of training images, by two passes of mini-batch k-means."""
    n_centres = min(N_SYNTHETIC, len(images.train) // 2)
    clusters = MiniBatchKMeans(
        n_centres,
        init="random",
        n_init=1,
        batch_size=n_centres,
        max_iter=2,
        reassignment_ratio=0,
        compute_labels=False,
        random_state=options.seed,
    )
    started = time.perf_counter()
    centres = clusters.fit(images.train.astype(np.float32)).cluster_centers_
    return centres, {"fit_seconds": time.perf_counter() - started}


def make_generated(
    images: Images, options: argparse.Namespace
) -> tuple[np.ndarray, dict[str, Any]]:
    """Images that an estimator draws."""
    import torch

    torch.set_num_threads(options.threads)
    started = time.perf_counter()
    model = estimator_of(options).fit(images.table)
    fitted = time.perf_counter()
    rows = model.sample(N_SYNTHETIC).to_numpy()
    times = {"fit_seconds": fitted - started, "sample_seconds": time.perf_counter() - fitted}
    return rows, {"n_iter": model.n_iter_, **times}


def estimator_of(options: argparse.Namespace) -> Any:
    """The estimator named by `--model`, with the settings of the command line."""
    from tabgan import TabularGAN, TabularVAE

    settings = {"random_state": options.seed, "max_time": options.max_time, **options.settings}
    if options.model == "original":  # the preset of Algorithm 1
        return TabularGAN.original(**settings)
    return {"tabgan": TabularGAN, "vae": TabularVAE}[options.model](**settings)


MAKERS = {
    "real": make_real,
    "kmeans": make_kmeans,
    "original": make_generated,
    "tabgan": make_generated,
    "vae": make_generated,
}


def main(arguments: list[str] | None = None) -> None:
    """Make and measure images by every model asked for."""
    options = parse(arguments)
    images = READERS[options.data]()
    for model in options.models:
        options.model = model
        rows, record = MAKERS[model](images, options)
        result = parzen_log_likelihood(
            images.scaled(images.test),
            images.scaled(rows),
            validation=images.scaled(images.validation),
        )
        append(result, record, options)
        print_result(result, record, options)
        if options.picture is not None:
            draw(images.scaled(rows[:N_SHOWN]), _picture_path(options))
    if options.data == "mnist":
        for name, (value, se) in PUBLISHED.items():
            print(f"published  {name:16} {value:8.1f} +- {se:.1f}")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=READERS, default="mnist")
    parser.add_argument("--model", nargs="+", choices=MAKERS, required=True, dest="models")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-time", type=float, metavar="SECONDS", help="of the training")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--picture", type=Path, metavar="PNG", help="draw a grid of the images")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="CSV")
    options = parser.parse_args(arguments)
    options.settings = dict(read_setting(text, parser) for text in options.settings)
    return options


def append(result: ParzenLikelihood, record: dict[str, Any], options: argparse.Namespace) -> None:
    """Append one row to the CSV."""
    given = {"max_time": options.max_time} if options.max_time else {}
    row = {
        "data": options.data,
        "model": options.model,
        "settings": json.dumps({**given, **options.settings}, default=str),
        "seed": options.seed,
        "log_likelihood": round(result.value, 2),
        "se": round(result.se, 2),
        "bandwidth": round(result.bandwidth, 4),
        "n_test": result.n_rows,
        "n_synthetic": result.n_kernels,
        **{name: round(value, 1) for name, value in record.items()},
        "threads": options.threads,
        **machine(),
    }
    append_row(row, options.results, _FIELDS)


def print_result(
    result: ParzenLikelihood, record: dict[str, Any], options: argparse.Namespace
) -> None:
    """Print one line."""
    details = ", ".join(f"{name} {value:,.0f}" for name, value in record.items())
    print(
        f"{options.data:10} {options.model:16} {result.value:8.1f} +- {result.se:.1f}, bandwidth "
        f"{result.bandwidth:.3f}, {result.n_kernels:,} kernels{', ' if details else ''}{details}",
        flush=True,
    )


def _picture_path(options: argparse.Namespace) -> Path:
    """The picture of one model; its name is added where there are several."""
    if len(options.models) == 1:
        return options.picture
    return options.picture.with_stem(f"{options.picture.stem}-{options.model}")


def draw(images: np.ndarray, path: Path) -> None:
    """Draw square images in a grid, dark on white."""
    import matplotlib.pyplot as plt

    side, n_across = round(images.shape[1] ** 0.5), round(len(images) ** 0.5)
    tiles = np.pad(images.reshape(-1, side, side), ((0, 0), (1, 1), (1, 1)))
    rows = tiles[: n_across**2].reshape(n_across, n_across, side + 2, side + 2)
    os.makedirs(path.parent, exist_ok=True)
    plt.imsave(path, rows.swapaxes(1, 2).reshape(n_across * (side + 2), -1), cmap="gray_r")


if __name__ == "__main__":
    main()

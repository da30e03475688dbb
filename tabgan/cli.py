"""The command line, ``tabgan demo | fit | sample | report | inspect``: it parses, calls, prints."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

import tabgan
from tabgan import _arguments as arguments
from tabgan._atomic import atomic_path, check_writable
from tabgan._optional import require
from tabgan.exceptions import InvalidParameterError, TabganError, TabganWarning
from tabgan.table_files import read_table, write_csv, write_table

__all__ = ["main"]

_CHUNK_ROWS = 65_536
_EXIT_ERROR, _EXIT_INTERRUPTED, _EXIT_BROKEN_PIPE = 1, 130, 141

_DESCRIPTION = """\
Learn a table and write rows that look like its own.

  tabgan demo                                    see it work on a bundled table
  tabgan fit people.csv --model people.tabgan    learn a table
  tabgan sample people.tabgan -n 1000 -o new.csv write new rows
  tabgan report real.csv new.csv -o report.html  judge rows, from any generator
  tabgan inspect people.tabgan                   see what was learned"""

_EXIT_CODES = """\
exit codes: 0 done, 1 an error (one line on stderr), 2 wrong usage, 130 interrupted"""

_FIT = """\
Learn a CSV or Parquet table and save the model as one file. The model holds no row of the table.

Put every column to be generated into the table, the target of a later prediction too. What each
column is (a number, a category, a date, an identifier, ...) is found out; `tabgan inspect TABLE`
shows it, and --schema-overrides changes it. In a CSV, text that is a number or a date ("1,234",
"5 %", "31/12/2024") is learned as such and comes back in the same form; codes with leading zeros
stay text. Ctrl-C ends training early, saves what was learned so far, and exits with 130.

examples:
  tabgan fit people.csv --model people.tabgan
  tabgan fit people.parquet --model people.tabgan --max-time 300 --seed 0
  tabgan fit people.csv --model people.tabgan --schema people.yaml
  tabgan fit people.csv --model people.tabgan --min-level-count 5
  tabgan fit people.csv --model people.tabgan --schema-overrides zip=categorical \\
      --schema-overrides note=dropped"""

_SAMPLE = """\
Write new rows in the form of the table that was learned: same columns, types and precision. The
same command writes the same rows again; another --seed writes others. Any number of rows needs
little memory: they are written in parts. With --condition all rows have what is asked for, and the
other columns follow.

examples:
  tabgan sample people.tabgan -n 10000 -o new.csv
  tabgan sample people.tabgan -n 500 -o new.csv --condition "city=Oslo|Bern" --condition age=30..40
  tabgan sample people.tabgan -n 10000000 -o new.parquet --no-refine
  tabgan sample people.tabgan -n 5 -o -"""

_REPORT = """\
Judge a synthetic table, from any generator, beside the real rows that it was made from: how like it
is, whether models trained on it predict, whether it repeats anybody's row. Prints the figures, and
writes a page with pictures. REAL are the rows that the generator saw; --holdout are real rows that
it never saw, best as many: without them likeness is flattered and privacy cannot be judged.

examples:
  tabgan report real.csv new.csv --holdout unseen.csv --target income -o report.html
  tabgan report real.csv new.csv --holdout unseen.csv --json report.json --max-rows 10000
  tabgan report real.csv new.csv --holdout unseen.csv --model people.tabgan -o report.html"""

_INSPECT = """\
Print the schema, the training and the size of a saved model; or the schema of a table, as `tabgan
fit` would find it out.

examples:
  tabgan inspect people.tabgan
  tabgan inspect people.csv
  tabgan inspect people.csv --save-schema people.yaml"""

_DEMO = """\
Fit one half of a real table, sample as many rows, and print their figures beside those of the other
half, which the generator never saw. Writes the synthetic rows, the model, the figures, and a report
with pictures where the extra "report" is installed.

examples:
  tabgan demo                 scikit-learn's breast-cancer table; needs no network
  tabgan demo --data adult    48,842 rows of a census, fetched once from OpenML"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, default=None
        Without the name of the program. None takes those of the process.

    Returns
    -------
    exit_code : int
        0 done, 1 an error, 130 interrupted. Wrong usage raises SystemExit with code 2.

    Examples
    --------
    >>> main(["inspect", "nowhere.csv"])
    1
    """
    options = _parser().parse_args(argv)
    with warnings.catch_warnings():
        warnings.simplefilter("default", TabganWarning)
        warnings.showwarning = _show_warning(warnings.showwarning)
        try:
            return options.run(options)
        except BrokenPipeError:
            # The reader has gone, as after `| head`: there is nobody left to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _EXIT_BROKEN_PIPE
        except (TabganError, OSError) as error:
            _tell(f"error: {error}")
            return _EXIT_ERROR
        except KeyboardInterrupt:
            _tell("interrupted")
            return _EXIT_INTERRUPTED


def _tell(message: str) -> None:
    """Print one line on stderr."""
    print(f"tabgan: {' '.join(message.split())}", file=sys.stderr)


def _show_warning(otherwise: Callable[..., Any]) -> Callable[..., None]:
    """Return a hook that prints the package's own warnings in one line."""

    def show(message: Warning | str, category: type[Warning], *place: Any) -> None:
        if issubclass(category, TabganWarning):
            _tell(f"warning: {message}")
        else:
            otherwise(message, category, *place)

    return show


def _fit(options: argparse.Namespace) -> int:
    from tabgan.inspection import describe_training, format_bytes

    check_writable(options.model)
    schema: Any = {} if options.schema is None else tabgan.Schema.load(options.schema)
    schema.update(options.schema_overrides)
    table = read_table(options.table)
    model = tabgan.TabularGAN(
        schema=schema or None,
        min_level_count=options.min_level_count,
        max_steps=options.max_steps,
        max_time=options.max_time,
        refine=options.refine,
        device=options.device,
        random_state=options.seed,
        verbose=0 if options.quiet else 1,
    ).fit(table)
    model.save(options.model)
    if not options.quiet:
        size = format_bytes(options.model.stat().st_size)
        print(f"Learned {len(table):,} rows of {table.shape[1]} columns.")
        print(f"Training: {describe_training(model)}.")
        print(f"Saved {options.model} ({size}).")
    return _EXIT_INTERRUPTED if model.stop_reason_ == "interrupted" else 0


def _sample(options: argparse.Namespace) -> int:
    if options.output != "-":
        check_writable(options.output)
    model = tabgan.load(options.model, device=options.device)
    chunks = model.iter_sample(
        options.n_rows,
        _CHUNK_ROWS,
        conditions=_conditions(options.condition, model.schema_),
        refine=None if options.refine else False,
        random_state=options.seed,
    )
    tables = _with_progress(map(pd.DataFrame, chunks), options.n_rows, quiet=options.quiet)
    if options.output == "-":
        write_csv(sys.stdout, tables, schema=model.schema_)
        sys.stdout.flush()
    else:
        write_table(options.output, tables, schema=model.schema_)
    return 0


def _conditions(pairs: Sequence[tuple[str, str]], schema: tabgan.Schema) -> dict | None:
    """Return the conditions of the command line as `sample` takes them, None for none."""
    from tabgan.preprocessing import condition_from_text

    names = {str(name): name for name in schema}
    conditions = {}
    for text, value in pairs:
        name = names.get(text, text)
        if name in conditions:
            raise InvalidParameterError(
                f"--condition names column {text!r} twice; for several values write "
                f"{text}=first|second."
            )
        known = name in schema
        conditions[name] = condition_from_text(value, schema[name]) if known else value
    return conditions or None


def _with_progress(
    tables: Iterable[pd.DataFrame], n_rows: int, *, quiet: bool
) -> Iterator[pd.DataFrame]:
    """Show a bar of rows while tables pass, on a terminal only."""
    with tqdm(total=n_rows, unit="row", desc="sample", disable=quiet or None) as bar:
        for table in tables:
            yield table
            bar.update(len(table))


def _report(options: argparse.Namespace) -> int:
    for path in (options.output, options.json):
        if path is not None:
            check_writable(path)
    if options.output is not None:
        require("jinja2", extra="report", purpose="The HTML page")
    model = None if options.model is None else tabgan.load(options.model, device="cpu")
    report = tabgan.SyntheticReport(
        read_table(options.real),
        read_table(options.synthetic),
        holdout=None if options.holdout is None else read_table(options.holdout),
        target=options.target,
        schema=None if model is None else model.schema_,
        estimator=model,
        max_rows=options.max_rows,
        random_state=options.seed,
        verbose=0 if options.quiet or not sys.stderr.isatty() else 1,
    )
    if options.output is not None:
        report.to_html(options.output)
    if options.json is not None:
        with atomic_path(options.json) as partial:
            partial.write_text(report.to_json(indent=2) + "\n", encoding="utf-8")
    if not options.quiet:
        print(report)
        written = [str(path) for path in (options.output, options.json) if path is not None]
        if written:
            print("\nWrote " + ", ".join(written) + ".")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    from tabgan.inspection import describe

    if options.save_schema is not None:
        check_writable(options.save_schema)
    print(describe(options.file, save_schema=options.save_schema))
    return 0


def _demo(options: argparse.Namespace) -> int:
    from tabgan.demo import DEMO_TABLES, DEMO_TARGETS, format_figures, run_demo

    result = run_demo(
        DEMO_TABLES[options.data](),
        options.output,
        target=DEMO_TARGETS[options.data],
        max_steps=options.max_steps,
        refine=options.refine,
        device=options.device,
        random_state=options.seed,
        verbose=0 if options.quiet else 1,
    )
    if not options.quiet:
        print(format_figures(result.figures))
        print("Wrote " + ", ".join(map(str, result.files)) + ".")
        if result.without_report:
            print(f"No report.html: {result.without_report}")
    return 0


def _parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="tabgan",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tabgan {tabgan.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    demo = commands.add_parser("demo", help="fit a real table and judge it", **_texts(_DEMO))
    fit = commands.add_parser("fit", help="learn a table and save the model", **_texts(_FIT))
    sample = commands.add_parser("sample", help="write new rows from a model", **_texts(_SAMPLE))
    report = commands.add_parser("report", help="judge synthetic rows", **_texts(_REPORT))
    inspect = commands.add_parser("inspect", help="describe a model or a table", **_texts(_INSPECT))
    runs = ((demo, _demo), (fit, _fit), (sample, _sample), (report, _report), (inspect, _inspect))
    for command, run in runs:
        command.set_defaults(run=run)
    _add_demo(demo)
    _add_fit(fit)
    _add_sample(sample)
    _add_report(report)
    inspect.add_argument("file", metavar="FILE", help="a model, or a CSV or Parquet table")
    inspect.add_argument(
        "--save-schema", type=Path, metavar="FILE",
        help="write the schema, to edit it for `tabgan fit --schema`; a .json or .yaml file",
    )  # fmt: skip
    return parser


def _texts(text: str) -> dict[str, Any]:
    """Return the description and the examples of a command's help."""
    description, _, examples = text.partition("\n\nexamples:")
    return {
        "description": description,
        "epilog": f"examples:{examples}\n\n{_EXIT_CODES}",
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }


def _add_fit(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", metavar="TABLE", help="a CSV or Parquet file")
    command.add_argument(
        "--model", required=True, type=Path, metavar="FILE", help="where to save the model"
    )
    command.add_argument(
        "--schema", type=Path, metavar="FILE",
        help="what the columns are: a file that `tabgan inspect --save-schema` wrote",
    )  # fmt: skip
    command.add_argument(
        "--schema-overrides",
        action="append",
        default=[],
        type=arguments.override,
        metavar="NAME=KIND",
        help="take column NAME as KIND: continuous, integer, boolean, categorical, datetime, "
        "constant, identifier, text or dropped; repeat it for more columns",
    )
    command.add_argument(
        "--min-level-count", type=arguments.count, default=1, metavar="N",
        help="protect the levels of categories that fewer than N rows have: their names are in no "
        "sample and not in the model (default: %(default)s, which keeps all)",
    )  # fmt: skip
    command.add_argument(
        "--max-time", type=arguments.seconds, metavar="SECONDS", help="end training after this time"
    )
    _add_training(command, default_seed=None)


def _add_sample(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a model that `tabgan fit` saved")
    command.add_argument(
        "-n", "--n-rows", required=True, type=arguments.count, metavar="N", help="number of rows"
    )
    command.add_argument(
        "-o", "--output", default="-", metavar="FILE",
        help="a .csv, .tsv or .parquet file; - is CSV on the standard output (default: -)",
    )  # fmt: skip
    command.add_argument(
        "--condition", action="append", default=[], type=arguments.condition, metavar="NAME=VALUE",
        help="ask this of column NAME: a value, several as in a|b, an interval as in 10..20 (one "
        "end may be left out), or nothing for a missing cell; repeat it for more columns",
    )  # fmt: skip
    command.add_argument("--seed", type=arguments.seed, metavar="N", help="number of this sample")
    _add_common(command)


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("real", metavar="REAL", help="the rows that the generator saw")
    command.add_argument("synthetic", metavar="SYNTHETIC", help="the rows to judge")
    command.add_argument("--holdout", metavar="FILE", help="real rows that it never saw")
    command.add_argument(
        "--target", metavar="NAME", help="column to predict (default: each column in turn)"
    )
    command.add_argument(
        "--model", metavar="FILE", help="a model of `tabgan fit`: its schema, and its training"
    )
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write a page with pictures"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    command.add_argument(
        "--max-rows", type=arguments.count, default=50_000, metavar="N",
        help="use at most N random rows of each table (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--seed", type=arguments.seed, default=0, metavar="N",
        help="seed of everything random (default: %(default)s)",
    )  # fmt: skip
    command.add_argument("--quiet", action="store_true", help="print nothing but errors")


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data", choices=["breast-cancer", "adult"], default="breast-cancer",
        help="the table (default: %(default)s)",
    )  # fmt: skip
    command.add_argument(
        "--output", default="tabgan-demo", metavar="DIR", help="folder (default: %(default)s)"
    )
    _add_training(command, default_seed=0)


def _add_training(command: argparse.ArgumentParser, *, default_seed: int | None) -> None:
    """Add the options of commands that train."""
    command.add_argument(
        "--max-steps", type=arguments.steps, default="auto", metavar="N",
        help="training steps; auto goes by the size of the table (default: auto)",
    )  # fmt: skip
    shown = "a fresh one" if default_seed is None else default_seed
    command.add_argument(
        "--seed", type=arguments.seed, default=default_seed, metavar="N",
        help=f"seed of everything random (default: {shown})",
    )  # fmt: skip
    _add_common(command)


def _add_common(command: argparse.ArgumentParser) -> None:
    """Add the options of every command that runs a network."""
    command.add_argument(
        "--no-refine", dest="refine", action="store_false",
        help="leave out the choice among generated rows: faster, and less like the table",
    )  # fmt: skip
    command.add_argument(
        "--device", default="auto", metavar="NAME",
        help="auto, cpu, cuda, mps, ... (default: the fastest there is)",
    )  # fmt: skip
    command.add_argument("--quiet", action="store_true", help="print nothing but errors")


if __name__ == "__main__":
    sys.exit(main())

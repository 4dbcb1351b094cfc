"""Object stores: what answers 500, never, slowly, short or wrong costs its own run only, and is said in a sentence.

    python scripts/reliability/object_stores.py                           # some minutes; needs moto and s3fs
    python scripts/reliability/object_stores.py --write docs/reliability.md

An S3 server of this machine is asked through a proxy that breaks its answers. It ends with 1 where another run waits,
where nothing is said, or where the store is not read again when it answers again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import checkout  # noqa: F401  before what it makes importable
from figures import add_write, finish, made_by, table
from stores.trials import LISTING_FAULTS, OBJECT_FAULTS, opened


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, breaks, asks, writes.

    Raises:
        SystemExit: a promise was not kept, or there is no S3 server here.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_write(parser)
    args = parser.parse_args(arguments)
    rows: list[tuple[object, ...]] = []
    failures: list[str] = []

    def note(name: str, failed: list[str], shown: str) -> None:
        rows.append((name, "; ".join(failed) or shown))
        failures.extend(f"{name}: {sentence}" for sentence in failed)
        print(*rows[-1], sep=": ", flush=True)

    with tempfile.TemporaryDirectory(prefix="rlboard-reliability-") as temporary:
        try:
            with opened(Path(temporary)) as trials:
                for number, (name, (fault, is_read_again)) in enumerate(OBJECT_FAULTS.items()):
                    failed = list(trials.object_fault(number, fault, is_read_again=is_read_again))
                    note(f"an object {name}", failed, trials.said)
                for name, (fault, is_told) in LISTING_FAULTS.items():
                    note(f"a listing {name}", list(trials.listing_fault(fault, is_told=is_told)), trials.said)
        except ImportError as error:
            sys.exit(f'{error}: pip install "tensorboard-plugin-rlboard[test]"')
    text = f"{made_by('python scripts/reliability/object_stores.py')}\n\n{table(('a store', 'what is said of its run'), rows)}"
    finish(args, "object stores", text, failures)


if __name__ == "__main__":
    main()

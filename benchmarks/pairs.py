"""How fast pairs and clips are made of a run, and audited: pairs a minute of one core.

    python benchmarks/pairs.py RUN [--each 4]

The run's shards are copied to a temporary folder, so that its own pairs stay as they are. No
speech is made and no codec asked, whatever the codec of the run is.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from datagen.pairs import make
from datagen.pairs.audit import audit


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--each", type=int, default=1, help="pairs of a respect in a dialogue")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(options.run / "shards", Path(name) / "shards")
        start = time.process_time()
        made = make.make(name, make.Wanted(each=options.each))
        seconds = time.process_time() - start
        start = time.process_time()
        problems = audit(Path(name) / make.FOLDER)
        checked = time.process_time() - start
    pairs, clips = made.pairs.total(), made.clips.total()
    print(f"{made.dialogues} dialogues: {pairs} pairs and {clips} clips in {seconds:.2f} CPU s")
    print(f"made    {60 * pairs / seconds:>10,.0f} pairs a CPU minute, clips with them")
    print(f"audited {60 * pairs / checked:>10,.0f} pairs a CPU minute, {len(problems)} problems")


if __name__ == "__main__":
    main()

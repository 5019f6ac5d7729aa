"""All benchmarks as one Markdown table: `python -m benchmarks`."""

from __future__ import annotations

import os
import platform

from benchmarks import answering, building, load, pages, startup


def main() -> None:
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}\n")
    print("| what | ratio | measured |\n| --- | --- | --- |")
    for rows in (
        startup.measure(),
        load.measure(0),
        load.measure(1024),
        building.measure(),
        pages.measure(),
        answering.measure(),
    ):
        print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()

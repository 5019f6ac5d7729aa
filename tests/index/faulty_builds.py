"""Builds that go wrong, each in a process of its own. Run by test_broken_builds.py, prints JSON lines.

    python faulty_builds.py kill-at-step CORPUS INDEX OUT
    python faulty_builds.py kill-at-file CORPUS INDEX OUT
    python faulty_builds.py full-disk CORPUS INDEX OUT FILE:BYTES...

Each child works on a copy of INDEX, in OUT/<number>. The parent opens analyzer and model once and
forks, because hundreds of interpreters would take minutes to start.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cookbook_search.analyze import open_analyzer
from cookbook_search.embed import open_embedder
from cookbook_search.errors import SnapshotError
from cookbook_search.index import build
from cookbook_search.parse import read_corpus

WATCHED = (
    "open",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.remove",
    "shutil.rmtree",
    "os.listdir",
    "os.scandir",
)


def main(mode: str, corpus_folder: Path, index: Path, out: Path, limits: list[str]) -> None:
    """Run the children of one mode and print what became of each."""
    analyzer = open_analyzer()
    embedder = open_embedder("bundled", analyzer)
    corpus, faults = read_corpus([corpus_folder])
    assert not faults

    def run(number: int, prepare: Callable[[Path, Callable[[str], None]], object]) -> bool:
        """Fork one build; True where it ended by itself."""
        root = out / str(number)
        shutil.copytree(index, root)
        receiver, sender = os.pipe()
        if not (child := os.fork()):
            os.close(receiver)
            try:
                report = prepare(root, lambda text: os.write(sender, text.encode()) and None)
                build(root, corpus, analyzer, embedder, report if callable(report) else None)
                os.write(sender, b"built")
            except SnapshotError as error:
                os.write(sender, f"SnapshotError: {error}".encode())
            except BaseException as error:  # the test wants to see any other
                os.write(sender, f"leaked {type(error).__name__}: {error}".encode())
            os._exit(0)
        os.close(sender)
        with os.fdopen(receiver, encoding="utf-8") as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        line = {"number": number, "killed": killed, "said": said}
        sys.stdout.write(json.dumps(line) + "\n")
        return not killed

    if mode == "full-disk":
        for number, limit in enumerate(limits):
            name, _, size = limit.rpartition(":")
            run(number, lambda root, _say, name=name, size=int(size): fill_disk_at(name, size, root))
        return
    prepare = kill_at_step if mode == "kill-at-step" else kill_at_file
    for number in range(1000):
        if run(number, lambda root, say, number=number: prepare(number, root, say)):
            return
    raise AssertionError("the build never came to its end")


def kill_at_step(at: int, _root: Path, say: Callable[[str], None]) -> Callable[[str, int, int], None]:
    """A progress callback that dies at the call number ``at``."""
    seen = 0

    def report(step: str, done: int, total: int) -> None:
        nonlocal seen
        if seen == at:
            say(f"{step} {done}/{total}")
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    return report


def kill_at_file(at: int, root: Path, say: Callable[[str], None]) -> None:
    """Die just before the index folder is touched for the time number ``at``."""
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event not in WATCHED or not str(arguments[0]).startswith(str(root)):
            return
        if seen == at:
            say(f"{event} {Path(str(arguments[0])).name}")
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    sys.addaudithook(hook)


def fill_disk_at(name: str, size: int, root: Path) -> None:
    """Let no file grow beyond ``size`` bytes from the moment on when this one is opened to write."""
    opened = (
        "fields-frequencies.npy" if name == "dense.faiss" else name
    )  # faiss opens its file unseen, after it

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not str(arguments[0]).startswith(str(root)) or "w" not in str(arguments[1]):
            return
        if Path(str(arguments[0])).name == opened:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max(size, 300) if opened != name else size,) * 2)

    sys.addaudithook(hook)


if __name__ == "__main__":
    main(sys.argv[1], *(Path(argument) for argument in sys.argv[2:5]), sys.argv[5:])

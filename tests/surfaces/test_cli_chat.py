"""`cookbook chat`: one question, a pipe, a terminal."""

from __future__ import annotations

import json
import os
import pty
import selectors
import subprocess
import sys
import time

import pytest

COMMAND = (sys.executable, "-c", "from cookbook_search.surfaces.cli import main; main()", "chat")
QUESTION = "Yritykset käyvät kerran eivätkä palaa"


@pytest.fixture
def chat(index, tmp_path):
    """Run the command; its exit status, output and errors."""

    def run(*arguments, typed=None):
        done = subprocess.run(
            [*COMMAND, "--index", index, *arguments],
            input=typed, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return run


def test_one_question(chat):
    code, out, err = chat(QUESTION)
    assert (code, err) == (0, "")
    assert "**" not in out
    assert "\x1b" not in out
    assert "[1]" in out
    assert "/reseptit/" in out or "/menetelmat/" in out or "/mittarit/" in out


def test_one_question_as_json(chat):
    code, out, _ = chat(QUESTION, "--json")
    assert code == 0
    assert json.loads(out)["citations"]


def test_a_refusal_is_exit_status_1_and_a_wrong_question_2(chat):
    assert chat("kerro vitsi")[0] == 1
    code, out, err = chat("???")
    assert (code, out) == (2, "")
    assert "no word" in err


def test_piped_lines_are_the_turns_of_one_conversation(chat):
    code, out, err = chat("--json", typed=f"{QUESTION}\n\n???\nkerro vaihe 2\n/new\nkerro vaihe 2\n")
    first, second, alone = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert "no word" in err
    assert second["query"].endswith(" kerro vaihe 2")
    assert second["citations"]
    assert not alone["citations"]
    assert first["language"] == "fi"


def read_until(terminal, wanted, seconds=60):
    """What the terminal shows until ``wanted`` is there."""
    shown = ""
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as waiting:  # `select` knows no descriptor beyond 1,023
        waiting.register(terminal, selectors.EVENT_READ)
        while wanted not in shown:
            assert time.monotonic() < deadline, shown
            if waiting.select(0.2):
                shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


def test_on_a_terminal_a_number_picks_a_suggestion(index, tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--index", str(index)],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, close_fds=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    try:
        assert "Ctrl-D" in read_until(ours, "> ")
        os.write(ours, f"{QUESTION}\n".encode())
        assert "  1 " in read_until(ours, "\r\n> ")
        os.write(ours, b"1\n")
        assert "[1]" in read_until(ours, "\r\n> ")
        os.write(ours, b"/quit\n")
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)

"""The errors: the drawn tree is the real one, and messages say what to do."""

import inspect
import re

import pytest

from cookbook_search import errors
from cookbook_search.errors import CookbookError, CorpusError, Fault, MeasurementError, MeasurementFault


def drawn_tree() -> dict[str, tuple[str, str]]:
    """Class name -> (parent, purpose) as the module's docstring draws it."""
    tree: dict[str, tuple[str, str]] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^((?:[│ ] {3})*(?:[├└]── )?)([A-Z]\w+)(?: {2,}(\S.*))?$", line)
        if match and line.split()[0] != "A":
            depth = len(match.group(1)) // 4
            parents[depth:] = [match.group(2)]
            tree[match.group(2)] = (parents[depth - 1] if depth else "Exception", match.group(3) or "")
    return tree


def raised_classes() -> dict[str, type[Exception]]:
    """Exceptions that the module defines."""
    return {
        name: kind
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == errors.__name__
    }


def test_the_drawn_tree_is_the_tree_of_the_classes() -> None:
    drawn = {name: parent for name, (parent, _) in drawn_tree().items()}

    assert drawn

    assert drawn == {name: kind.__bases__[0].__name__ for name, kind in raised_classes().items()}


def test_every_error_is_described_in_the_tree_and_by_its_class() -> None:
    undescribed = {name for name, (_, purpose) in drawn_tree().items() if not purpose}

    assert undescribed == {"CookbookError", "SnapshotError"}
    assert all(inspect.getdoc(kind) for kind in raised_classes().values())


WITH_FAULTS = (CorpusError, MeasurementError)


@pytest.mark.parametrize("kind", [kind for kind in raised_classes().values() if kind not in WITH_FAULTS])
def test_a_message_is_shown_as_it_was_written(kind: type[Exception]) -> None:
    assert issubclass(kind, CookbookError)
    assert str(kind("Run `cookbook index` first.")) == "Run `cookbook index` first."


def test_a_fault_is_shown_as_file_line_message_rule() -> None:
    assert str(Fault("reseptit/a.md", 7, "steps", "Number it.")) == "reseptit/a.md:7: Number it. [steps]"


def test_a_corpus_error_holds_its_faults_by_file_and_line() -> None:
    late = Fault("b.md", 1, "id", "x")
    second = Fault("a.md", 10, "id", "x")
    first = Fault("a.md", 9, "steps", "x")

    error = CorpusError([late, second, first])

    assert error.faults == [first, second, late]
    message = str(error)
    assert "3 fault(s)" in message
    assert "`cookbook check`" in message
    assert message.splitlines()[1:] == [str(first), str(second), str(late)]


@pytest.mark.parametrize(("count", "last"), [(20, "a.md:20: x [id]"), (21, "... and 1 more")])
def test_a_long_list_of_faults_is_cut_at_twenty(count: int, last: str) -> None:
    error = CorpusError([Fault("a.md", line, "id", "x") for line in range(1, count + 1)])

    assert str(error).splitlines()[-1] == last
    assert "a.md:20: x [id]" in str(error)
    assert "a.md:21: x [id]" not in str(error)
    assert len(error.faults) == count


def test_a_measurement_error_tells_that_nothing_was_stored_and_every_fault() -> None:
    faults = [MeasurementFault("note", "200", line=3), MeasurementFault("more", "7")]

    error = MeasurementError(faults)

    assert error.faults == faults
    assert str(error).startswith("Nothing was stored. Line 3 has a note")
    assert str(error).endswith("... and 7 more.")

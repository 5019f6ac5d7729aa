"""The documentation says what is so: settings, defaults, links and commands."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import typer

from cookbook_search.config import Settings
from cookbook_search.parse import slug
from cookbook_search.surfaces import cli

ROOT = Path(__file__).parents[1]
PAGES = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "corpus").glob("*.md")})
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def settings_table() -> dict[str, tuple[str, str]]:
    """Setting -> (meaning, default) as docs/settings.md tells them."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in SETTINGS.splitlines()]
    return {
        row[0].strip("`| "): (row[1], row[2].strip("| ").strip("`"))
        for row in rows
        if len(row) == 3 and row[0].startswith("`")
    }  # fmt: skip


def shown(default: object) -> str:
    """A default as the table writes it."""
    if isinstance(default, tuple):
        return json.dumps([str(item) for item in default])
    return str(default) or "empty"


def written_commands() -> list[tuple[Path, str, list[str]]]:
    """(page, command, its options) of every `cookbook ...` in code."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = re.findall(r"^```(?:sh|bash|console|shell)?\n(.*?)^```", text, flags=re.M | re.S)
        spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
        lines = [line for code in (*fences, *spans) for line in code.splitlines()]
        for line in lines:
            match = re.match(r"(?:\$ )?(?:\w+=\S+ )*(?:\S*/)?cookbook ([a-z][a-z|, ]*)(.*)", line)
            if match:
                names = [name for name in re.split(r"[|, ]+", match.group(1)) if name]
                listed = names if "|" in match.group(1) else names[:1]
                found += [(page, name, re.findall(r"--[a-z-]+", line)) for name in listed]
    return found


def commands() -> dict[str, set[str]]:
    """Command -> its options."""
    group = typer.main.get_command(cli.app)
    assert isinstance(group, cli.Commands)
    context = group.make_context("cookbook", [], resilient_parsing=True)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: options(command) for name, command in found.items() if command is not None}


def options(command: object) -> set[str]:
    """Options of a command, of a group those of its commands too."""
    own = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return own.union(*(options(below) for below in getattr(command, "commands", {}).values()))


def internal_links(page: Path) -> list[str]:
    """Targets of the links and pictures of a page that lie in the project."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    text = re.sub(r"`[^`\n]*`", "", text)
    targets = re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def test_every_setting_is_told_and_no_other() -> None:
    assert set(settings_table()) == {f"COOKBOOK_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_told_with_its_default(name: str) -> None:
    meaning, default = settings_table()[f"COOKBOOK_{name.upper()}"]

    assert meaning
    assert default == shown(Settings.model_fields[name].default)


@pytest.mark.parametrize(
    ("name", "choices"), [("ANALYZER", ("auto", "voikko", "simplemma")), ("LANGUAGE", ("fi", "sv", "en"))]
)
def test_the_choices_of_a_setting_are_told(name: str, choices: tuple[str, ...]) -> None:
    meaning, _ = settings_table()[f"COOKBOOK_{name}"]

    assert [choice for choice in choices if f"`{choice}`" not in meaning] == []


def test_the_example_file_can_be_used() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SETTINGS, flags=re.S)

    values = tomllib.loads(example)

    assert set(values) <= set(Settings.model_fields)
    assert Settings(**values).port == values["port"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_internal_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in internal_links(page):
        path, _, fragment = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            broken.append(target)
        elif fragment and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.M)
            if fragment not in {anchor for heading in headings for anchor in anchors(heading)}:
                broken.append(target)

    assert broken == []


def anchors(heading: str) -> set[str]:
    """Fragments that a heading may be reached by: on a code host, and on our pages."""
    plain = re.sub(r"[`*_]", "", heading).strip().lower()
    return {re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"), slug(plain)}


def test_the_commands_that_are_named_exist() -> None:
    known = commands()
    named = written_commands()

    assert {"index", "serve"} <= {name for _, name, _ in named}
    assert [(page.name, name) for page, name, _ in named if name not in known] == []


def test_the_options_that_are_named_exist() -> None:
    known = commands()

    strange = [
        (page.name, name, option)
        for page, name, options in written_commands()
        for option in options
        if option not in known.get(name, set()) | {"--help"}
    ]
    assert strange == []


def test_the_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`|\$ )make ([a-z-]+)", page.read_text(), flags=re.M)
    }

    assert {"serve", "test"} <= named
    assert named - targets == set()


def test_the_command_line_names_its_own_commands() -> None:
    (listed,) = re.findall(r"`cookbook ([^`]+)`", cli.__doc__ or "")

    assert {name.strip() for name in listed.split("|")} == set(commands())


def test_what_can_be_set_on_an_embedded_element_is_told() -> None:
    told = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    static = ROOT / "web" / "static"
    code = "\n".join(
        file.read_text("utf-8") for file in (static / "embed.js", *(static / "embed").glob("*.js"))
    )
    named = {
        "properties": set(re.findall(r"--cookbook-[a-z-]*[a-z]", code)),
        "parts": set(re.findall(r'part: "([a-z]+)"', code)),
        "attributes": set(re.findall(r'[gh](?:et|as)Attribute\("([a-z]+)"\)', code)),
    }

    assert min(map(len, named.values())) > 5
    strange = {name for names in named.values() for name in names if f"`{name}`" not in told}
    assert strange == set()

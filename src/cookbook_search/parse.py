"""Markdown files with front matter -> recipes, methods and metrics.

Nothing here judges quality (``check`` does); a file that cannot be read becomes faults, and the
other files are read all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from pydantic import BaseModel, BeforeValidator, RootModel, ValidationError

from cookbook_search.analyze import fold, normalise
from cookbook_search.errors import Fault
from cookbook_search.types import (
    LANGUAGES,
    AnyDocument,
    Corpus,
    Kind,
    Line,
    Localised,
    Method,
    Metric,
    Model,
    Phrasings,
    Recipe,
    Slug,
    Vocabulary,
)

FOLDERS: dict[str, Kind] = {"reseptit": "recipe", "menetelmat": "method", "mittarit": "metric"}
QUESTIONS = "kysymykset"
STATEMENTS = "rinnakkain"
VOCABULARY = "sanasto.yaml"
OUTSIDE = "ohi.yaml"
MAX_FILE_BYTES = 1_000_000
MAX_YAML_DEPTH = 20
PARSE_FORMAT = 2
"""Raised whenever the same file would give another document."""

_MODELS: dict[Kind, type[Recipe | Method | Metric]] = {"recipe": Recipe, "method": Method, "metric": Metric}
M = TypeVar("M", bound=BaseModel)
_READER_FIELDS = frozenset({"body", "body_line", "path", "digest", "questions", "statements"})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, down to the next heading."""

    level: int
    """2 for ``##``; 0 for text before the first heading."""
    headings: tuple[str, ...]
    """Path of headings, this one last."""
    anchor: str
    """Fragment of the heading on its page."""
    line: int
    """Line in the file, from 1."""
    tokens: tuple[Token, ...]
    """Block tokens under the heading."""

    @property
    def heading(self) -> str:
        """The heading itself, or an empty text before the first one."""
        return self.headings[-1] if self.headings else ""


def slug(heading: str) -> str:
    """Fragment for a heading: ``Näin mittaat`` -> ``nain-mittaat``."""
    letters = "".join(char if char.isalnum() else " " for char in fold(heading.lower()))
    return "-".join(letters.split()) or "osa"


def markdown() -> MarkdownIt:
    """CommonMark with tables and heading anchors; raw HTML stays text. Front matter is cut off before."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(anchors_plugin, max_level=6, slug_func=slug)


def sections(body: str, first_line: int = 1) -> list[Section]:
    """The sections of a Markdown body in reading order; ``first_line`` is where it begins."""
    found: list[Section] = []
    path: list[tuple[int, str]] = []
    level, anchor, line, inside = 0, "", first_line, list[Token]()

    def close() -> None:
        if level or inside:
            found.append(Section(level, tuple(text for _, text in path), anchor, line, tuple(inside)))

    tokens = iter(markdown().parse(body))
    for token in tokens:
        if token.type != "heading_open" or token.level:
            inside.append(token)
            continue
        close()
        heading = plain_text([next(tokens)])
        next(tokens)
        level, anchor, inside = int(token.tag[1]), str(token.attrs.get("id", "")), []
        line = first_line + (token.map or [0])[0]
        path = [(at, text) for at, text in path if at < level] + [(level, heading)]
    close()
    return found


def blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """Text of each paragraph, list item, table row and code block, as a reader sees it."""
    row: list[str] = []
    marker = ""
    in_cell = False
    for token in tokens:
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "• "
        elif token.type == "list_item_close":
            marker = ""  # the item held no text of its own
        elif token.type in {"td_open", "th_open", "td_close", "th_close"}:
            in_cell = token.type.endswith("open")
        elif token.type == "inline" and in_cell:
            row.append(_inline_text(token))
        elif token.type == "inline":
            yield marker + _inline_text(token)
            marker = ""
        elif token.type in {"fence", "code_block"}:
            name = token.info.partition(" ")[2].strip()
            yield "\n".join(part for part in (name, token.content.rstrip("\n")) if part)
        elif token.type == "tr_close":
            yield " | ".join(row)
            row = []


def plain_text(tokens: Sequence[Token]) -> str:
    """All the text of block tokens, blocks parted by a newline."""
    return "\n".join(text for text in blocks(tokens) if text.strip())


def links(tokens: Sequence[Token]) -> Iterator[tuple[str, str, int]]:
    """(target, text, line offset) of each link."""
    for token in tokens:
        for at, child in enumerate(token.children or ()):
            if child.type == "link_open":
                text = token.children[at + 1].content if token.children else ""
                yield str(child.attrs["href"]), text, (token.map or [0])[0]


def read_corpus(
    roots: Sequence[Path], known: Mapping[str, AnyDocument] | None = None
) -> tuple[Corpus, list[Fault]]:
    """Read every document under ``roots``; what cannot be read becomes a fault, never an exception.

    ``known`` (digest -> document) holds documents that were read before without faults; a file
    that has not changed since is not parsed again.
    """
    documents: list[AnyDocument] = []
    faults: list[Fault] = []
    vocabularies: list[Vocabulary] = []
    outsides: list[Phrasings] = []
    digest = hashlib.sha256(f"{PARSE_FORMAT}".encode())
    for root in roots:
        if not root.is_dir():
            faults.append(
                Fault(str(root), 1, "corpus", "The corpus folder does not exist; set COOKBOOK_CORPUS.")
            )
            continue
        vocabulary, vocabulary_faults = read_vocabulary(root)
        vocabularies.append(vocabulary)
        faults += vocabulary_faults
        outside, outside_faults = read_outside(root)
        outsides.append(outside)
        faults += outside_faults
        digest.update(f"{vocabulary.model_dump_json()}\0{outside.model_dump_json()}".encode())
        for path in document_paths(root):
            document, document_faults = read_document(path, root, known)
            faults += document_faults
            if document is not None:
                documents.append(document)
                digest.update(document.digest.encode())
        faults += _orphans(root)
    examples = {code: [text for outside in outsides for text in outside[code]] for code in LANGUAGES}
    outside = Phrasings.model_validate(examples)
    return Corpus(tuple(documents), _merge(vocabularies), digest.hexdigest(), outside), faults


def document_paths(root: Path) -> list[Path]:
    """Files of the corpus that hold documents, in a fixed order."""
    return [path for folder in FOLDERS for path in sorted((root / folder).glob("*.md"))]


def read_document(
    path: Path, root: Path, known: Mapping[str, AnyDocument] | None = None
) -> tuple[AnyDocument | None, list[Fault]]:
    """Read one file, its questions and statements; no document where a fault makes it unusable."""
    name = str(path.relative_to(root))
    text, faults = _read_text(path, name)
    if text is None:
        return None, faults
    front, body, body_line = _split(text)
    if front is None:
        return None, [
            Fault(name, 1, "front-matter", "Begin the file with front matter between two lines `---`.")
        ]
    question_text, question_faults = _read_beside(root, QUESTIONS, path.stem)
    statement_text, statement_faults = _read_beside(root, STATEMENTS, path.stem)
    faults += [*question_faults, *statement_faults]
    read = f"{PARSE_FORMAT}\0{text}\0{question_text or ''}\0{statement_text or ''}"
    digest = hashlib.sha256(read.encode()).hexdigest()
    before = (known or {}).get(digest)
    if before is not None and before.path == name and not faults:
        return before, []
    questions, question_faults = _read_questions(question_text, path.stem)
    statements, statement_faults = _read_statements(statement_text, path.stem)
    faults += [*question_faults, *statement_faults]
    kind = FOLDERS[path.parent.name]
    extra = {
        "body": body,
        "body_line": body_line,
        "path": name,
        "digest": digest,
        "questions": questions,
        "statements": statements,
    }
    document, model_faults = _validate(_MODELS[kind], front, name, 2, extra)
    faults += model_faults
    if document is not None and document.id != path.stem:
        faults.append(
            Fault(name, 2, "id", f"The id `{document.id}` differs from the file name; make them equal.")
        )
        document = None
    return document, faults


def read_vocabulary(root: Path) -> tuple[Vocabulary, list[Fault]]:
    """Read ``sanasto.yaml``; empty with a fault where it cannot be used."""
    text, faults = _read_text(root / VOCABULARY, VOCABULARY)
    if text is None:
        return Vocabulary(), faults
    vocabulary, faults = _validate(Vocabulary, text, VOCABULARY, 1, {})
    return vocabulary or Vocabulary(), faults


def read_outside(root: Path) -> tuple[Phrasings, list[Fault]]:
    """Read ``ohi.yaml``, questions that the corpus does not answer; empty where there is none."""
    if not (root / OUTSIDE).is_file():
        return Phrasings(), []
    text, faults = _read_text(root / OUTSIDE, OUTSIDE)
    if text is None:
        return Phrasings(), faults
    outside, faults = _validate(Phrasings, text, OUTSIDE, 1, {})
    return outside or Phrasings(), faults


def _one_line(text: object) -> object:
    return " ".join(normalise(text).split()) if isinstance(text, str) else text


class _Question(Model):
    style: str
    text: Annotated[Line, BeforeValidator(_one_line)]


class _Questions(Model):
    id: Slug
    fi: tuple[_Question, ...] = ()
    sv: tuple[_Question, ...] = ()
    en: tuple[_Question, ...] = ()


def _read_beside(root: Path, folder: str, stem: str) -> tuple[str | None, list[Fault]]:
    """Text of the document's file in a folder beside it; None where there is none."""
    path = root / folder / f"{stem}.yaml"
    if not path.is_file():
        return None, []
    return _read_text(path, f"{folder}/{path.name}")


def _read_questions(text: str | None, stem: str) -> tuple[Phrasings, list[Fault]]:
    if text is None:
        return Phrasings(), []
    name = f"{QUESTIONS}/{stem}.yaml"
    read, faults = _validate(_Questions, text, name, 1, {})
    if read is None:
        return Phrasings(), faults
    if read.id != stem:
        faults.append(
            Fault(name, 1, "id", f"The id `{read.id}` differs from the file name; make them equal.")
        )
    texts = {code: [question.text for question in getattr(read, code)] for code in LANGUAGES}
    return Phrasings.model_validate(texts), faults


class _Statements(RootModel[tuple[Localised, ...]]):
    pass


def _read_statements(text: str | None, stem: str) -> tuple[tuple[Localised, ...], list[Fault]]:
    if text is None:
        return (), []
    read, faults = _validate(_Statements, text, f"{STATEMENTS}/{stem}.yaml", 1, {})
    return read.root if read else (), faults


def _orphans(root: Path) -> Iterator[Fault]:
    stems = {path.stem for path in document_paths(root)}
    for folder in (QUESTIONS, STATEMENTS):
        for path in sorted((root / folder).glob("*.yaml")):
            if path.stem not in stems:
                yield Fault(
                    f"{folder}/{path.name}", 1, "dangling-id", f"No document has the id `{path.stem}`."
                )


def _read_text(path: Path, name: str) -> tuple[str | None, list[Fault]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [Fault(name, 1, "file", f"The file cannot be read: {error.strerror}.")]
    if len(content) > MAX_FILE_BYTES:
        return None, [Fault(name, 1, "file", f"The file is larger than {MAX_FILE_BYTES} bytes; split it.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, [Fault(name, line, "encoding", "The file is not UTF-8; save it as UTF-8.")]
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return None, [Fault(name, line, "encoding", "The file holds a NUL character; is it text?")]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(normalise(line) for line in lines), []


def _split(text: str) -> tuple[str | None, str, int]:
    """(front matter, body, line of the body); no front matter where the file has none."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 1
    for at in range(1, len(lines)):
        if lines[at].rstrip() == "---":
            return "\n".join(lines[1:at]), "\n".join(lines[at + 1 :]), at + 2
    return None, text, 1


def _validate(
    model: type[M], text: str, name: str, first_line: int, extra: dict[str, Any]
) -> tuple[M | None, list[Fault]]:
    """Parse YAML and check it against the model, with the line of each fault."""
    try:
        node, values = _load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be parsed"
        line = first_line + (mark.line if mark else 0)
        return None, [
            Fault(name, line, "yaml", f"The YAML is broken ({problem}); quote texts that hold `:` or `#`.")
        ]
    wanted, told = (list, "a list") if issubclass(model, RootModel) else (dict, "keys and values")
    if not isinstance(values, wanted) or node is None:
        return None, [Fault(name, first_line, "yaml", f"The YAML must be {told}.")]
    faults = [
        Fault(name, first_line, "schema", f"The key `{key}` is not allowed; remove it.")
        for key in values
        if extra and key in _READER_FIELDS
    ]
    faults += [
        Fault(name, first_line + line, "schema", f"The key `{key}` stands twice; keep one.")
        for key, line in _repeated_keys(node)
    ]
    if faults:
        return None, faults
    try:
        return model.model_validate(values | extra if isinstance(values, dict) else values), []
    except ValidationError as error:
        return None, [
            Fault(name, first_line + _line_of(node, fault["loc"]), "schema",
                  f"`{'.'.join(str(part) for part in fault['loc'])}`: {fault['msg']}.")
            for fault in error.errors()
        ]  # fmt: skip


def _load_yaml(text: str) -> tuple[yaml.Node | None, Any]:
    """Nodes and values. Raises YAMLError also for what would overwhelm the loader, and for no dates."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.AliasEvent) or depth > MAX_YAML_DEPTH:
            problem = "aliases are not allowed" if depth <= MAX_YAML_DEPTH else "it is nested too deep"
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    try:
        return node, yaml.load(text, Loader=yaml.CSafeLoader)
    except ValueError as error:  # a date or number that looks right and is not: 2026-02-30
        mark = next((s.start_mark for s in _scalars(node) if not _is_constructible(s)), None)
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=mark) from error


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in child if isinstance(child, tuple) else (child,):
            yield from _scalars(inner)


def _is_constructible(node: yaml.ScalarNode) -> bool:
    try:
        yaml.CSafeLoader("").construct_object(node)
    except ValueError:
        return False
    return True


def _repeated_keys(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line
            seen.add(key.value)
            yield from _repeated_keys(value)


def _line_of(node: yaml.Node, location: Sequence[int | str]) -> int:
    """Line, from 0, of the deepest node on the way to ``location``."""
    line = 0
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line


def _merge(vocabularies: Sequence[Vocabulary]) -> Vocabulary:
    """One vocabulary; where two corpora define an id, the first one's definition stands."""
    tags = {tag.id: tag for vocabulary in reversed(vocabularies) for tag in vocabulary.tags}
    terms = {term.id: term for vocabulary in reversed(vocabularies) for term in vocabulary.terms}
    allowed = tuple(dict.fromkeys(word for vocabulary in vocabularies for word in vocabulary.words))
    return Vocabulary(tags=tuple(tags.values()), terms=tuple(terms.values()), words=allowed)


def _inline_text(token: Token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" " if child.type == "softbreak" else "\n")
        elif child.type == "image" or child.type in {"text", "code_inline", "html_inline", "text_special"}:
            parts.append(child.content)
    return "".join(parts)

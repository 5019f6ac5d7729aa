"""Markdown files with front matter -> recipes, methods and metrics.

Nothing here judges quality (``check`` does); a file that cannot be read becomes faults, and the
other files are read all the same.
"""

from cookbook_search.parse.body import Section, blocks, links, markdown, plain_text, sections, slug
from cookbook_search.parse.corpus import (
    IMPRINT,
    OUTSIDE,
    VOCABULARY,
    document_paths,
    read_corpus,
    read_imprint,
    read_outside,
    read_vocabulary,
)
from cookbook_search.parse.document import FOLDERS, PARSE_FORMAT, QUESTIONS, STATEMENTS, read_document
from cookbook_search.parse.files import MAX_FILE_BYTES, read_text, split_front
from cookbook_search.parse.yaml_model import READER_FIELDS, load_yaml

__all__ = [
    "FOLDERS",
    "IMPRINT",
    "MAX_FILE_BYTES",
    "OUTSIDE",
    "PARSE_FORMAT",
    "QUESTIONS",
    "READER_FIELDS",
    "STATEMENTS",
    "VOCABULARY",
    "Section",
    "blocks",
    "document_paths",
    "links",
    "load_yaml",
    "markdown",
    "plain_text",
    "read_corpus",
    "read_document",
    "read_imprint",
    "read_outside",
    "read_text",
    "read_vocabulary",
    "sections",
    "slug",
    "split_front",
]

"""Snapshots: what is built is what is loaded, and no more is done than is needed."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import numpy as np
import pytest
from conftest_index import corpus_of
from kitchen import VOCABULARY, write_guest, write_recipe

import cookbook_search
from cookbook_search.chunk import chunks
from cookbook_search.errors import BuildRunning, NoSnapshot, SnapshotError, SnapshotMismatch
from cookbook_search.index import KIND_CODES, build, current_id, load
from cookbook_search.index import manifest as manifest_module
from cookbook_search.index.manifest import MANIFEST, read_manifest, write_manifest
from cookbook_search.index.snapshot import KEPT, embedding_text

"""Cookbooks that travel between cities: signed packs, the library of guests, plain pages, differences."""

from cookbook_search.pack.compare import DocumentChange, compare, compare_all
from cookbook_search.pack.fetching import fetch, is_url
from cookbook_search.pack.library import Installed, Library, open_library
from cookbook_search.pack.manifest import PackManifest
from cookbook_search.pack.packing import Pack, left_out, make_pack, open_pack, pack_of
from cookbook_search.pack.plain import PlainFolder, convert, is_corpus
from cookbook_search.pack.signature import fingerprint, new_key, read_key
from cookbook_search.pack.versions import matching, previous_of, read_version

__all__ = [
    "DocumentChange",
    "Installed",
    "Library",
    "Pack",
    "PackManifest",
    "PlainFolder",
    "compare",
    "compare_all",
    "convert",
    "fetch",
    "fingerprint",
    "is_corpus",
    "is_url",
    "left_out",
    "make_pack",
    "matching",
    "new_key",
    "open_library",
    "open_pack",
    "pack_of",
    "previous_of",
    "read_key",
    "read_version",
]

"""Cookbooks that travel between cities: signed packs, the library of guests, plain pages, differences."""

from cookbook_search.pack.fetching import fetch, is_url
from cookbook_search.pack.library import Installed, Library, open_library
from cookbook_search.pack.manifest import PackManifest
from cookbook_search.pack.packing import Pack, left_out, make_pack, open_pack
from cookbook_search.pack.signature import fingerprint, new_key, read_key

__all__ = [
    "Installed",
    "Library",
    "Pack",
    "PackManifest",
    "fetch",
    "fingerprint",
    "is_url",
    "left_out",
    "make_pack",
    "new_key",
    "open_library",
    "open_pack",
    "read_key",
]

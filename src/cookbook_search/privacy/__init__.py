"""Personal data out of free text before it is stored."""

from cookbook_search.privacy.mask import Masker

__all__ = ["Masker"]

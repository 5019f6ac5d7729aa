"""The cookbook on paper: book, booklets, cards and poster as tagged PDF."""

from cookbook_search.surfaces.print.editions import Printer, Size, in_order
from cookbook_search.surfaces.print.press import Purpose, to_pdf
from cookbook_search.surfaces.print.terms import index_of_terms

__all__ = ["Printer", "Purpose", "Size", "in_order", "index_of_terms", "to_pdf"]

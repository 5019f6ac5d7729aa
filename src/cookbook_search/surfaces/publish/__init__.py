"""A cookbook as files: pages, JSON and a search that runs in the browser, for any web server or a stick."""

from cookbook_search.surfaces.publish.site import Published, publish

__all__ = ["Published", "publish"]

"""How callers are known: API keys, sessions of people, the city's identity provider."""

from cookbook_search.access.keys import Keys
from cookbook_search.access.provider import Person, Provider, open_provider
from cookbook_search.access.sessions import Sessions, open_sessions

__all__ = ["Keys", "Person", "Provider", "Sessions", "open_provider", "open_sessions"]

"""Other cities' cookbooks on disk: added, updated and removed so that a reader finds the old or the new.

``<library>/<city>/CURRENT`` names the folder that is used, and on a second line the one before it,
which is kept so that changes can be shown; ``<library>/trust.json`` holds the public key of each
city that signs.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from cookbook_search.config import Settings
from cookbook_search.durable import replace_text, sync, sync_folder
from cookbook_search.errors import PackError, PackUntrusted
from cookbook_search.pack.archive import MANIFEST
from cookbook_search.pack.manifest import PackManifest, order, read_pack_manifest
from cookbook_search.pack.packing import Pack, prove, write_files
from cookbook_search.pack.signature import fingerprint, same_fingerprint
from cookbook_search.parse import read_corpus, read_imprint, slug

CURRENT, TRUST = "CURRENT", "trust.json"
_LEFTOVERS = (".adding-*", ".removed-*")


@dataclass(frozen=True, slots=True)
class Installed:
    """Another city's cookbook that `cookbook index` reads."""

    manifest: PackManifest
    folder: Path
    """A corpus folder."""
    previous: Path | None
    """That of the version before, as long as it is kept."""


@dataclass(frozen=True, slots=True)
class Library:
    """The cookbooks of other cities."""

    root: Path
    own_owners: Callable[[], frozenset[str]]
    """Owners of our own corpora, which nobody else may claim."""

    def installed(self) -> tuple[Installed, ...]:
        """All of them, by name of the city. Raises PackError where the folder cannot be read."""
        try:
            cities = sorted(path for path in self.root.iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise PackError(f"{self.root} cannot be read: {error.strerror}.") from error
        return tuple(found for city in cities if (found := _installed(city)) is not None)

    def find(self, owner: str) -> Installed:
        """The cookbook of this city. Raises PackError where none was added."""
        for found in self.installed():
            if slug(found.manifest.owner) == slug(owner):
                return found
        raise PackError(f"No cookbook of {owner} has been added; `cookbook list` shows those there are.")

    def add(
        self,
        pack: Pack,
        trust: str = "",
        allow_unsigned: bool = False,
        force: bool = False,
    ) -> Installed | None:
        """Add a pack, or put it in the place of an older one; None where it is there already.

        ``trust`` is the fingerprint that the city told by another way. Raises PackUntrusted,
        PackError; nothing has changed then.
        """
        with self._alone():
            keys = self._keys()
            self._admit(pack.manifest, keys, trust, allow_unsigned)
            city = self.root / slug(pack.manifest.owner)
            before = _installed(city)
            name = f"{pack.manifest.version}-{pack.manifest.digest[:12]}"
            if before is not None and before.folder.name == name:
                return None
            if before is not None and not force:
                _refuse_older(pack.manifest, before.manifest)
            self._place(pack, city / name)
            if pack.manifest.signer is not None:
                self._keep_keys(keys | {slug(pack.manifest.owner): pack.manifest.signer})
            kept = before.folder.name if before else ""
            replace_text(city / CURRENT, f"{name}\n{kept}\n")
            self._prune(city, {name, kept})
            found = _installed(city)
            assert found is not None
            return found

    def remove(self, owner: str, forget_key: bool = False) -> Installed | None:
        """Remove a city's cookbook with all its versions; with ``forget_key`` also who signs for it.

        None where no cookbook was there, only a key to forget. Raises PackError.
        """
        with self._alone():
            keys = self._keys()
            known = slug(owner) in keys
            try:
                found: Installed | None = self.find(owner)
            except PackError:
                if not (forget_key and known):
                    raise
                found = None
            if found is not None:
                _discard(found.folder.parent, self.root)
            if forget_key and known:
                self._keep_keys({city: key for city, key in keys.items() if city != slug(owner)})
            return found

    def _admit(self, manifest: PackManifest, keys: dict[str, str], trust: str, allow_unsigned: bool) -> None:
        """Raise PackError unless this signer may speak for this city."""
        owner = manifest.owner
        if slug(owner) in {slug(own) for own in self.own_owners()}:
            raise PackError(f"{owner} is the owner of your own cookbook; another pack cannot be it.")
        before = _installed(self.root / slug(owner))
        if before is not None and before.manifest.owner != owner:
            raise PackError(
                f"`{owner}` cannot be told from `{before.manifest.owner}`, which is here already."
            )
        pinned = keys.get(slug(owner))
        if pinned is not None and manifest.signer is None:
            raise PackUntrusted(
                f"{owner} signs its cookbook, but this one is not signed. Ask {owner} for the signed pack."
            )
        if pinned is not None and manifest.signer is not None and manifest.signer != pinned:
            raise PackUntrusted(
                f"{owner} has signed with another key before ({fingerprint(pinned)}); this pack has "
                f"{fingerprint(manifest.signer)}. Somebody may be posing as {owner}: call them. If they have "
                f'changed their key, run `cookbook remove "{owner}" --forget-key` and add the pack anew.'
            )
        if pinned is None and manifest.signer is None and not allow_unsigned:
            raise PackUntrusted(
                f"The pack is not signed: nobody vouches that it comes from {owner} and is unaltered. "
                "Ask for a signed one; or, where you know how it came to you, add it with --allow-unsigned."
            )
        if pinned is None and manifest.signer is not None and not same_fingerprint(trust, manifest.signer):
            told = fingerprint(manifest.signer)
            wrong = " That is not the fingerprint you gave." if trust else ""
            raise PackUntrusted(
                f"The pack is signed by a key that is not trusted here yet, {told}.{wrong} Ask {owner} for "
                f"the fingerprint by another way, such as the telephone; where it is the same, add the pack "
                f"with --trust {told}."
            )

    def _place(self, pack: Pack, folder: Path) -> None:
        """Write the files beside, prove them, and move them in one step to where nothing reads them yet."""
        staging = self.root / f".adding-{os.getpid()}"
        try:
            staging.mkdir()
            write_files(staging, pack.files)
            prove(pack, staging)
            (staging / MANIFEST).write_bytes(pack.manifest.to_bytes())
            sync_folder(staging)
            if folder.exists():
                _discard(folder, self.root)
            folder.parent.mkdir(exist_ok=True)
            staging.rename(folder)
            sync(folder.parent)
            sync(self.root)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _keys(self) -> dict[str, str]:
        """City -> public key."""
        try:
            keys = json.loads((self.root / TRUST).read_text(encoding="utf-8"))
            return {str(city): str(key) for city, key in keys.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError) as error:
            raise PackError(
                f"{self.root / TRUST} with the trusted keys cannot be read; restore it from a backup."
            ) from error

    def _keep_keys(self, keys: dict[str, str]) -> None:
        replace_text(self.root / TRUST, json.dumps(keys, indent=1, sort_keys=True) + "\n")

    def _prune(self, city: Path, kept: set[str]) -> None:
        for path in city.iterdir():
            if path.is_dir() and path.name not in kept:
                _discard(path, self.root)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process adds or removes meanwhile; what a killed one left behind is cleared away."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.root / ".lock", timeout=10):
                for pattern in _LEFTOVERS:
                    for path in self.root.glob(pattern):
                        shutil.rmtree(path, ignore_errors=True)
                yield
        except filelock.Timeout as error:
            raise PackError(f"Another command is changing {self.root}; wait until it ends.") from error
        except OSError as error:
            raise PackError(
                f"{self.root} cannot be written ({error.strerror or error}); the cookbooks in it stay."
            ) from error


def open_library(settings: Settings) -> Library:
    """The library of these settings; nothing is read or written yet."""
    return Library(settings.library, lambda: owners_of(settings.corpus))


def owners_of(corpora: Sequence[Path]) -> frozenset[str]:
    """The owners of our own corpora, of those that can be read."""
    owners: set[str] = set()
    for corpus in corpora:
        imprint, _ = read_imprint(corpus)
        if imprint is not None:
            owners.add(imprint.owner)
        else:
            owners |= {document.owner for document in read_corpus([corpus])[0].documents}
    return frozenset(owners)


def _installed(city: Path) -> Installed | None:
    """What the city's ``CURRENT`` names; None where adding it was cut short, or somebody else's folder."""
    try:
        name, _, before = (city / CURRENT).read_text(encoding="utf-8").strip().partition("\n")
        manifest = read_pack_manifest((city / name / MANIFEST).read_bytes())
    except (OSError, UnicodeDecodeError):
        return None
    previous = city / before if before and (city / before).is_dir() else None
    return Installed(manifest, city / name, previous)


def _refuse_older(new: PackManifest, old: PackManifest) -> None:
    if order(new.version) < order(old.version):
        raise PackError(
            f"The pack is version {new.version} of {new.owner}'s cookbook, older than {old.version}, "
            "which is here. Somebody may be feeding you an old one; where you want it, say --force."
        )
    if order(new.version) == order(old.version) and new.signer is not None and old.signer is not None:
        raise PackError(
            f"The pack has the same version {new.version} as the one that is here, but another content. "
            f"Ask {new.owner} for a pack with a newer version; where you want this one, say --force."
        )


def _discard(folder: Path, root: Path) -> None:
    """Take a folder out of use in one step, then delete it."""
    doomed = root / f".removed-{folder.name}-{os.getpid()}"
    folder.rename(doomed)
    sync(folder.parent)
    shutil.rmtree(doomed, ignore_errors=True)

"""Secrets that several images have in common: private keys, login keys, password hashes.

A key in one image is a weakness of that product; the same key in the images of two products means
that whoever opens one device can pose as, or log in to, the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from assay.checks.secrets.keys import is_program, named
from assay.inventory.image import Inventory
from assay.inventory.kind import Span
from assay.inventory.kinds.accounts import AccountsFacts
from assay.inventory.kinds.key import KeyFacts
from assay.inventory.passwords.scheme import HASHES
from assay.model.record import Record
from assay.model.tree import Node

SHORTEST_HASH = 12
"""Shorter password fields (old DES hashes have 13 characters) are no salted hashes."""


class Holder(Record):
    """Where one image has the secret: blob digest, path, offset and length in bytes."""

    image: str
    blob: str
    path: str
    offset: int
    length: int


class Shared(Record):
    """A secret that at least two images have, what it is, and where they have it.

    `sort` is `private-key`, `login-key` or `password-hash`; `digest` tells one from another (of
    keys the digest of the public half).
    """

    sort: str
    says: str
    digest: str
    holders: tuple[Holder, ...]

    @property
    def images(self) -> tuple[str, ...]:
        """The names of the images, sorted."""
        return tuple(sorted({holder.image for holder in self.holders}))


def shared_secrets(images: Mapping[str, Inventory]) -> tuple[Shared, ...]:
    """Return the secrets that at least two of *images* (by name) have, by sort and digest."""
    found: dict[tuple[str, str], list[tuple[str, Holder]]] = defaultdict(list)
    for name in sorted(images):
        for sort, digest, says, node, span in _secrets(images[name]):
            holder = Holder(
                image=name,
                blob=node.blob or "",
                path=node.path,
                offset=span.offset,
                length=span.length,
            )
            found[sort, digest].append((says, holder))
    several = []
    for sort, digest in sorted(found):
        entries = found[sort, digest]
        one = Shared(
            sort=sort,
            says=entries[0][0],
            digest=digest,
            holders=tuple(holder for _, holder in entries),
        )
        if len(one.images) > 1:
            several.append(one)
    return tuple(several)


def _secrets(image: Inventory) -> Iterator[tuple[str, str, str, Node, Span]]:
    """Yield sort, digest, words, node and span of the secrets of *image*."""
    for node, keys in image.of(KeyFacts):
        if is_program(image, node):
            continue  # vectors of self-tests are the same in every build of a library
        for key in keys.private:
            if key.spki and not key.encrypted:
                yield "private-key", key.spki, named(key), node, key.span
        for public in keys.public:
            if "authorized_keys" in node.name:
                says = f"{public.algorithm} key that may log in"
                yield "login-key", public.ssh, says, node, public.span
    for node, facts in image.of(AccountsFacts):
        program = is_program(image, node)
        for account in facts.accounts:
            if program and not account.name:
                continue  # the hash of a self-test
            field = account.field.text
            if account.scheme in HASHES and len(field) >= SHORTEST_HASH:
                said = f"password hash of {account.name or 'an account'} ({account.scheme})"
                yield "password-hash", field, said, node, account.field

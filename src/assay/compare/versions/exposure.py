"""What of two versions can be reached: services started at boot, accounts, outside hosts."""

from collections import defaultdict

from assay._kernel.value import Value
from assay.checks.accounts.files import can_log_in, is_orphan, passwd_entry, shadow_entry
from assay.checks.endpoints.addresses import endpoints_of
from assay.checks.services.inventory import kept_running, serves
from assay.compare.versions.pairing import Pairing, steady
from assay.compare.versions.records import Change, Entry, Section, Weight
from assay.compare.versions.sides import Side
from assay.inventory.image import Inventory
from assay.inventory.kinds.accounts import Account, AccountsFacts
from assay.inventory.passwords.scheme import HASHES
from assay.inventory.services import Service
from assay.model.tree import Node

MOST_FILES = 3


class _Login(Value):
    """An account: where it stands, how it reads, and whether a password or none opens it."""

    name: str
    where: str
    says: str
    opens: bool
    secret: str


def services_section(old: Side, new: Side) -> Section:
    """Return the programs kept running from boot on that came, went, or start differently."""
    mine, theirs = _services(old.image), _services(new.image)
    entries = [
        _service(name, (old, mine.get(name)), (new, theirs.get(name)))
        for name in sorted(mine.keys() | theirs.keys())
    ]
    found = tuple(one for one in entries if one is not None)
    alike = len(mine.keys() & theirs.keys()) - sum(one.change == "changed" for one in found)
    note = "" if mine and theirs else _missing_note(mine, theirs)
    return Section(
        name="services", title="Services started at boot", entries=found, same=alike, note=note
    )


def _services(image: Inventory) -> dict[str, Service]:
    found: dict[str, Service] = {}
    for named in kept_running(image).values():
        for name, service in named.items():
            found.setdefault(name, service)
    return found


def _missing_note(mine: dict[str, Service], theirs: dict[str, Service]) -> str:
    if not mine and not theirs:
        return "What starts at boot was not found in either version."
    which = "new" if mine else "old"
    return f"What starts at boot was not found in the {which} version: nothing can be told."


def _service(
    name: str, before: tuple[Side, Service | None], after: tuple[Side, Service | None]
) -> Entry | None:
    (old, was), (new, now) = before, after
    one = now or was
    if one is None:
        return None
    old_says, new_says = _start(was), _start(now)
    if was is not None and now is not None and old_says == new_says:
        return None
    reached = serves(new.image, now) if now is not None else serves(old.image, one)
    change: Change = "new" if was is None else "gone" if now is None else "changed"
    weight: Weight = "neutral"
    if reached and change != "changed":
        weight = "worse" if change == "new" else "better"
    elif reached and was is not None and now is not None and was.conditional != now.conditional:
        weight = "worse" if was.conditional else "better"
    return Entry(
        change=change,
        weight=weight,
        what=f"{name} ({one.role})" if one.role else name,
        old=old_says,
        new=new_says,
        where=one.node.inner,
        note="serves the network" if reached else "",
    )


def _start(service: Service | None) -> str:
    if service is None:
        return ""
    user = f" as {service.user}" if service.user != "root" else ""
    condition = ", on a condition in the script" if service.conditional else ""
    return f"`{service.line[:200]}`{user}{condition}"


def accounts_section(old: Side, new: Side, files: Pairing) -> Section:
    """Return the accounts that came, went, or are opened differently."""
    mine = {(files.place(path), one.name): one for path, one in _logins(old.image)}
    theirs = {(steady(path), one.name): one for path, one in _logins(new.image)}
    entries, alike = [], 0
    for place in sorted(mine.keys() | theirs.keys()):
        entry = _account(mine.get(place), theirs.get(place))
        if entry is None:
            alike += 1
        else:
            entries.append(entry)
    opening = sum(one.opens for one in theirs.values())
    note = f"{opening} of the new version's {len(theirs)} accounts are open to a password or none."
    return Section(
        name="accounts",
        title="Accounts",
        entries=tuple(entries),
        same=alike,
        note=note if theirs else "The new version states no accounts in files.",
    )


def _account(was: _Login | None, now: _Login | None) -> Entry | None:
    one = now or was
    if one is None or (was is not None and now is not None and _alike(was, now)):
        return None
    change: Change = "new" if was is None else "gone" if now is None else "changed"
    opened, opens = was is not None and was.opens, now is not None and now.opens
    weight: Weight = "neutral"
    if opened != opens:
        weight = "worse" if opens else "better"
    other = was is not None and now is not None and was.says == now.says
    return Entry(
        change=change,
        weight=weight,
        what=one.name,
        old=was.says if was else "",
        new=now.says if now else "",
        where=one.where,
        note="another password" if other else "",
    )


def _alike(was: _Login, now: _Login) -> bool:
    return (was.says, was.secret) == (now.says, now.secret)


def _logins(image: Inventory) -> list[tuple[str, _Login]]:
    found = []
    for node, facts in image.of(AccountsFacts):
        if facts.form == "group":
            continue
        for one in facts.accounts:
            beside = facts.form == "shadow" and passwd_entry(image, node, one) is not None
            if one.name and not beside and not is_orphan(image, node, one):
                found.append((node.path, _login(image, node, one)))
    return found


def _login(image: Inventory, node: Node, one: Account) -> _Login:
    shadow = shadow_entry(image, node, one) if one.scheme == "shadowed" else None
    held = shadow or one
    opens = held.scheme in HASHES | {"empty", "plain"} and can_log_in(one.shell)
    says = {"empty": "no password", "plain": "readable password"}.get(held.scheme, held.scheme)
    if held.scheme in HASHES:
        says = f"password ({held.scheme})"
    if held.attempt is not None and held.attempt.password is not None:
        says += ", a published default"
    if not can_log_in(one.shell):
        says += ", no session"
    if one.uid == 0:
        says += ", uid 0"
    return _Login(one.name, node.inner, says, opens, held.field.text)


def endpoints_section(old: Side, new: Side) -> Section:
    """Return the outside hosts that only one version names."""
    mine, theirs = _hosts(old.image), _hosts(new.image)
    came = [_host(host, "new", theirs[host]) for host in sorted(theirs.keys() - mine.keys())]
    went = [_host(host, "gone", mine[host]) for host in sorted(mine.keys() - theirs.keys())]
    return Section(
        name="endpoints",
        title="Outside hosts that it names",
        entries=tuple(came + went),
        same=len(mine.keys() & theirs.keys()),
        note="That a host is named does not mean that it is contacted.",
    )


def _hosts(image: Inventory) -> dict[str, dict[str, set[str]]]:
    """Return host -> scheme -> files that name it."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in endpoints_of(image):
        if not one.formatted:
            found[one.host][one.scheme].add(one.node.inner)
    return found


def _host(host: str, change: Change, schemes: dict[str, set[str]]) -> Entry:
    files = sorted(set().union(*schemes.values()))
    more = f" and {len(files) - MOST_FILES} more" if len(files) > MOST_FILES else ""
    return Entry(
        change=change,
        weight="neutral",
        what=f"{host} ({', '.join(sorted(schemes))})",
        where=", ".join(files[:MOST_FILES]) + more,
    )

"""Library functions that bring the input in, and files, whose content nobody outside can know.

A connection, a datagram, standard input, a variable of the request: each call that takes from
one gets the next message of the run's input. What comes from a file is a secret.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from assay._kernel.printable import printable
from assay.code.emulate.library.comparing import plain
from assay.code.emulate.machine import CONVERSATION, Ended, Machine
from assay.code.emulate.words import LENGTH, leaf_word, secret_word

Model = Callable[[Machine], int | None]
MOST_MESSAGES: Final = 6
LONGEST: Final = 4096
CONVERSATION_ITEM: Final = 5
EXACT: Final = 64
"""Up to so many bytes a reader that asks for them gets as many: a header of fixed size."""

TERMINALS: Final = ("/dev/tty", "/dev/stdin", "/dev/pts/", "/dev/console")
REQUEST: Final = ("QUERY_", "REQUEST_", "HTTP_", "CONTENT_", "PATH_INFO", "REMOTE_", "SCRIPT_")


def message(m: Machine, name: str) -> str:
    """Return the name of the next message that *name* takes; raises `Ended` after the last."""
    if m.goal in m.visited or m.goal | 1 in m.visited:
        raise Ended("the place was reached")
    number = m.taken.get(name, 0) + 1
    if sum(m.taken.values()) >= MOST_MESSAGES:
        raise Ended("the input is used up")
    m.taken[name] = number
    return f"{name} {number}"


def deliver(m: Machine, name: str, place: int, most: int, *, exact: bool) -> int:
    """Put the message *name* at *place*, at most *most* bytes; return its length as a Word."""
    data = m.given.message(name).content(min(most, LONGEST), m.given.filler, exact=exact)
    m.used[name] = data
    m.space.put(
        place,
        [leaf_word(byte, (name, offset), m.journal) for offset, byte in enumerate(data)],
    )
    return leaf_word(len(data), (name, LENGTH), m.journal)


def _take(m: Machine, name: str, place: int, most: int) -> int:
    found = message(m, name)
    length = deliver(m, found, place, most, exact=most <= EXACT)
    m.event(name, f"{int(length)} bytes of input, {found}")
    return length


def _receive(name: str) -> Model:
    def run(m: Machine) -> int:
        return _take(m, name, int(m.argument(1)), int(m.argument(2)))

    return run


def _receive_message(m: Machine) -> int:
    head = int(m.argument(1))
    vector = int(m.space.load(head + (16 if m.size == 8 else 8), m.size))
    place, most = m.space.load(vector, m.size), m.space.load(vector + m.size, m.size)
    return _take(m, "recvmsg", int(place), int(most))


def _read(m: Machine) -> int:
    handle, place, most = int(m.argument(0)), int(m.argument(1)), int(m.argument(2))
    if handle in m.files:
        return _from_file(m, m.files[handle], place, most)
    return _take(m, "read", place, most)


def _fread(m: Machine) -> int:
    place, size, count = (int(m.argument(number)) for number in range(3))
    stream = int(m.argument(3))
    if stream in m.files:
        return _from_file(m, m.files[stream], place, size * count) // max(size, 1)
    return _take(m, "fread", place, size * count) // max(size, 1)


def _line(place: int, size: int, stream: int) -> Model:
    """Return the reading of a line; the numbers are those of the arguments, -1 for none."""

    def run(m: Machine) -> int:
        target = int(m.argument(place))
        most = int(m.argument(size)) if size >= 0 else LONGEST
        file = int(m.argument(stream)) if stream >= 0 else 0
        if file in m.files:
            got = _from_file(m, m.files[file], target, most - 1, line=True)
            if got:
                m.space.store(target + got, 1, 0)
            return target if got else 0
        if most < 3:
            return 0
        _put_line(m, target, most)
        return target

    return run


def _put_line(m: Machine, target: int, most: int) -> int:
    """Put the next line of the input at *target*, its end and a zero behind it."""
    name = message(m, "line")
    length = int(deliver(m, name, target, most - 2, exact=False))
    m.space.put(target + length, b"\n\0")
    m.event("fgets", f"{length} bytes of input, {name}")
    return length + 1


def _getline(m: Machine) -> int:
    holder, room, file = (int(m.argument(number)) for number in (0, 1, 2))
    target = m.reserve(512)
    m.space.store(holder, m.size, target)
    m.space.store(room, m.size, 512)
    if file in m.files:
        got = _from_file(m, m.files[file], target, 500, line=True)
        m.space.store(target + got, 1, 0)
        return got or m.mask
    return _put_line(m, target, 500)


def next_line(m: Machine, stream: int) -> int:
    """Return where the next line of *stream* was put, ended by a zero; zero at its end."""
    target = m.reserve(512)
    if stream in m.files:
        got = _from_file(m, m.files[stream], target, 500, line=True)
        m.space.store(target + got, 1, 0)
        return target if got else 0
    _put_line(m, target, 500)
    return target


def _character(m: Machine) -> int:
    stream = int(m.argument(0))
    if stream in m.files:
        data, place = secret_text(m.files[stream]), m.memo.get(f"at {stream}", 0)
        m.memo[f"at {stream}"] = place + 1
        return secret_word(data[place], m.journal) if place < len(data) else m.mask
    return _next_character(m)


def _next_character(m: Machine) -> int:
    place = m.memo.get("characters", 0)
    if place >= 200:
        raise Ended("the input is used up")
    m.memo["characters"] = place + 1
    data = m.given.message("characters").content(200, m.given.filler, exact=False)
    m.used["characters"] = data
    if place >= len(data):
        return m.mask
    return leaf_word(data[place], ("characters", place), m.journal)


def _asked(m: Machine) -> int:
    """Read what a person types: a line in memory of its own."""
    target = m.reserve(256)
    name = message(m, "line")
    length = int(deliver(m, name, target, 200, exact=False))
    m.space.store(target + length, 1, 0)
    m.event("getpass", f"{length} bytes of input, {name}")
    return target


def _told(at: int, name: str) -> Model:
    """Return what stores a pointer to a text of the input where argument *at* says (PAM)."""

    def run(m: Machine) -> int:
        place = m.reserve(256)
        found = message(m, name)
        length = int(deliver(m, found, place, 200, exact=False))
        m.space.store(place + length, 1, 0)
        m.space.store(m.argument(at), m.size, place)
        m.event(name, f"{length} bytes of input, {found}")
        return 0

    return run


def _item(m: Machine) -> int:
    """Store an item of PAM: what asks a person is a function, all else a text of the input."""
    if int(m.argument(1)) != CONVERSATION_ITEM:
        return _told(2, "pam_get_item")(m) or 0
    place = m.reserve(16)
    m.space.store(place, m.size, CONVERSATION)
    m.space.store(m.argument(2), m.size, place)
    return 0


def _conversation(m: Machine) -> int:
    """Answer a question of PAM with a text of the input."""
    answers, text = m.reserve(64), m.reserve(256)
    found = message(m, "answer")
    length = int(deliver(m, found, text, 200, exact=False))
    m.space.store(text + length, 1, 0)
    m.space.store(answers, m.size, text)
    m.space.store(m.argument(2), m.size, answers)
    m.event("conversation", f"{length} bytes of input, {found}")
    return 0


def _hashed(m: Machine) -> int:
    """Return a password hash, which nobody can aim at."""
    place = m.reserve(64)
    m.space.put(place, [*(secret_word(byte, m.journal) for byte in secret_text("hash")[:24]), 0])
    return place


def _variable(m: Machine) -> int:
    """Return a variable of the environment: input where a web server sets it, else absent."""
    name = printable(plain(m.space.text(m.argument(0), 64)))
    if not name.startswith(REQUEST):
        return 0
    place = m.memo.get(f"variable {name}", 0)
    if not place:
        place = m.reserve(LONGEST + 16)
        m.memo[f"variable {name}"] = place
        length = int(deliver(m, f"variable {name}", place, LONGEST, exact=False))
        m.space.store(place + length, 1, 0)
        m.event("getenv", f"{name}: {length} bytes of input")
    return place


def secret_text(path: str) -> bytes:
    """Return what the file at *path* holds in a run: a line that nobody can know."""
    return hashlib.sha256(path.encode()).hexdigest()[:24].encode() + b"\n"


def _from_file(m: Machine, path: str, target: int, most: int, *, line: bool = False) -> int:
    """Put what is left of the file at *target*; return how many bytes, zero at its end."""
    data, place = secret_text(path), m.memo.get(f"of {path}", 0)
    part = data[place : place + max(0, most)]
    if len(part) < len(data) - place and line:
        part = part[:most]
    m.memo[f"of {path}"] = place + len(part)
    m.space.put(target, [secret_word(byte, m.journal) for byte in part])
    m.event("read", f"{len(part)} bytes of {path}, taken as unknown")
    return len(part)


def open_file(m: Machine, path: str, name: str, handle: int) -> int:
    """Let *handle* stand for the file at *path*; return it. A line to a person is input."""
    if not path.startswith(TERMINALS):
        m.files[handle] = path
    m.memo[f"of {path}"] = 0
    m.event(name, f'"{path}"')
    return handle


def _open(name: str, at: int = 0) -> Model:
    def run(m: Machine) -> int:
        path = printable(plain(m.space.text(m.argument(at), 200)))
        number = m.memo["opened"] = m.memo.get("opened", 99) + 1
        return open_file(m, path, name, number)

    return run


def _open_stream(name: str) -> Model:
    def run(m: Machine) -> int:
        path = printable(plain(m.space.text(m.argument(0), 200)))
        return open_file(m, path, name, m.reserve(64))

    return run


def _stream_of(m: Machine) -> int:
    """Return a stream over a handle: what is read from it is input, unless it is a file's."""
    handle, stream = int(m.argument(0)), m.reserve(64)
    if handle in m.files:
        m.files[stream] = m.files[handle]
    return stream


def _close(_m: Machine) -> int:
    return 0


def _at_end(m: Machine) -> int:
    path = m.files.get(int(m.argument(0)))
    return int(path is not None and m.memo.get(f"of {path}", 0) >= len(secret_text(path)))


MODELS: Final[dict[str, Model]] = {
    "recv": _receive("recv"),
    "__recv_chk": _receive("recv"),
    "recvfrom": _receive("recvfrom"),
    "__recvfrom_chk": _receive("recvfrom"),
    "SSL_read": _receive("SSL_read"),
    "BIO_read": _receive("BIO_read"),
    "gnutls_record_recv": _receive("gnutls_record_recv"),
    "mbedtls_ssl_read": _receive("mbedtls_ssl_read"),
    "wolfSSL_read": _receive("wolfSSL_read"),
    "recvmsg": _receive_message,
    "read": _read,
    "__read_chk": _read,
    "fread": _fread,
    "fread_unlocked": _fread,
    "fgets": _line(0, 1, 2),
    "fgets_unlocked": _line(0, 1, 2),
    "__fgets_chk": _line(0, 2, 3),
    "gets": _line(0, -1, -1),
    "getline": _getline,
    "getc": _character,
    "fgetc": _character,
    "_IO_getc": _character,
    "getchar": _next_character,
    "getpass": _asked,
    "readline": _asked,
    "getenv": _variable,
    "secure_getenv": _variable,
    "open": _open("open"),
    "open64": _open("open"),
    "__open_2": _open("open"),
    "__open64_2": _open("open"),
    "openat": _open("openat", 1),
    "creat": _open("creat"),
    "fopen": _open_stream("fopen"),
    "pam_get_user": _told(1, "pam_get_user"),
    "pam_get_authtok": _told(2, "pam_get_authtok"),
    "pam_get_item": _item,
    "conversation": _conversation,
    "crypt": _hashed,
    "crypt_r": _hashed,
    "fdopen": _stream_of,
    "fopen64": _open_stream("fopen"),
    "close": _close,
    "fclose": _close,
    "feof": _at_end,
    "ferror": _close,
}

"""ARM's floating-point and vector registers as far as they only carry bytes along.

Compilers clear and copy structures with them, and save them in prologues. Arithmetic ends a run.
"""

from assay.code.emulate.machine import Machine, unknown
from assay.code.emulate.processors.arm_data import PC, M, base
from assay.code.emulate.processors.vector_constants import vector_constant


def vector_operation(m: Machine, w: int) -> None:
    """Carry out a load, store or move of vector registers; raises `Ended` for all else."""
    if w & 0x0E000E00 == 0x0C000A00 and w & 0x0FE00000 != 0x0C400000:
        _load_or_store(m, w)
    elif w & 0x0FE00ED0 == 0x0C400A10:
        _two_registers(m, w)
    elif w & 0x0FE00F7F == 0x0E000A10:
        _one_register(m, w)
    elif w & 0xFEB80090 == 0xF2800010:
        _constant(m, w)
    elif w & 0xFF300000 in (0xF4000000, 0xF4200000):
        _structures(m, w)
    else:
        raise unknown(w)


def _words(w: int) -> tuple[int, int]:
    """Return the number of the first 32-bit half register and how many belong to one."""
    if w >> 8 & 1:
        return 2 * (w >> 18 & 16 | w >> 12 & 15), 2
    return (w >> 12 & 15) << 1 | w >> 22 & 1, 1


def _load_or_store(m: Machine, w: int) -> None:
    register = w >> 16 & 15
    first, size = _words(w)
    before, up, back = w >> 24 & 1, w >> 23 & 1, w >> 21 & 1
    start = int(base(m, register) if register == PC else m.registers[register])
    offset = 4 * (w & 0xFF)
    moved = start + offset if up else start - offset
    if before and not back:
        _run(m, w, first, size, moved)
        return
    _run(m, w, first, (w & 0xFF) & ~(size - 1), moved if not up else start)
    if back:
        m.registers[register] = moved & M


def _run(m: Machine, w: int, first: int, count: int, place: int) -> None:
    """Move *count* words between memory at *place* and half registers from *first* on."""
    # Pairs are 64-bit numbers: in big-endian memory their halves come the other way round.
    for number in range(first, first + count):
        address = place + 4 * (number - first) & M
        if w >> 20 & 1:
            m.extra[f"s{number}"] = m.space.load(address, 4)
        else:
            m.space.store(address, 4, m.extra.get(f"s{number}", 0))


def _two_registers(m: Machine, w: int) -> None:
    first = 2 * (w >> 1 & 16 | w & 15) if w >> 8 & 1 else (w & 15) << 1 | w >> 5 & 1
    for number, register in ((first, w >> 12 & 15), (first + 1, w >> 16 & 15)):
        if w >> 20 & 1:
            m.registers[register] = m.extra.get(f"s{number}", 0)
        else:
            m.extra[f"s{number}"] = m.registers[register]


def _one_register(m: Machine, w: int) -> None:
    number = (w >> 16 & 15) << 1 | w >> 7 & 1
    if w >> 20 & 1:
        m.registers[w >> 12 & 15] = m.extra.get(f"s{number}", 0)
    else:
        m.extra[f"s{number}"] = m.registers[w >> 12 & 15]


def _constant(m: Machine, w: int) -> None:
    """Fill a vector register with a small constant (VMOV, VMVN)."""
    kind, value = w >> 8 & 15, w >> 17 & 0x80 | w >> 12 & 0x70 | w & 15
    found = vector_constant(kind, value, inverted=bool(w >> 5 & 1))
    if found is None:
        raise unknown(w)
    first = 2 * (w >> 18 & 16 | w >> 12 & 15)
    for number in range(4 if w >> 6 & 1 else 2):
        m.extra[f"s{first + number}"] = found >> 32 * (number & 1) & M


def _structures(m: Machine, w: int) -> None:
    """Carry out VLD1 and VST1 of whole registers."""
    count = {7: 1, 10: 2, 6: 3, 2: 4}.get(w >> 8 & 15)
    if count is None:
        raise unknown(w)
    register, index = w >> 16 & 15, w & 15
    place = int(m.registers[register])
    first = 2 * (w >> 18 & 16 | w >> 12 & 15)
    loads = w >> 21 & 1
    _run(m, loads << 20, first, 2 * count, place)
    if index == 13:
        m.registers[register] = place + 8 * count & M
    elif index != PC:
        m.registers[register] = place + m.registers[index] & M

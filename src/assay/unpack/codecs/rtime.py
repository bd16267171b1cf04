"""Run-time compression of JFFS2.

Each byte is followed by how much of the text after its previous occurrence repeats.

Algorithm: Linux fs/jffs2/compr_rtime.c, described there in prose.
"""

from assay.unpack.codecs.failure import DecodeFailure


def _rtime(data: memoryview, _: str, most: int) -> bytes:
    positions = [0] * 256
    out = bytearray()
    for at in range(0, len(data) - 1, 2):
        if len(out) >= most:
            break
        value, repeat = data[at], data[at + 1]
        source = positions[value]
        out.append(value)
        positions[value] = len(out)
        if source + repeat <= len(out):
            out += out[source : source + repeat]
        else:
            for step in range(repeat):
                out.append(out[source + step])
    if len(out) != most:
        raise DecodeFailure(f"rtime data yields {len(out)} bytes, not {most}", bytes(out[:most]))
    return bytes(out)


DECODERS = {"rtime": _rtime}

"""Makes the committed samples with the real tools: lz4, lzop and zstd."""

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEXT = b"".join(b"line %d of the sample text\n" % number for number in range(400))
COMMANDS = {
    "frame.lz4": ["lz4", "-9", "-c"],
    "legacy.lz4": ["lz4", "-l", "-9", "-c"],
    "lzo1x.lzop": ["lzop", "-c"],
    "crc.lzop": ["lzop", "-c", "-C"],
    "checked.zst": ["zstd", "-c", "--check"],
    "plain.zst": ["zstd", "-c", "--no-check", "-19"],
}


def main() -> None:
    """Write every sample beside this file."""
    for name, command in COMMANDS.items():
        done = subprocess.run(command, input=TEXT, capture_output=True, check=True)
        (HERE / name).write_bytes(done.stdout)


if __name__ == "__main__":
    main()

"""angr's CFGFast on one program, for `code_index.py --angr`: run by a Python that has angr.

    PYTHON benchmarks/code_cfg.py FILE

Prints one line of JSON: the CPU seconds of loading and of CFGFast, and the functions found.
"""

import json
import logging
import sys
import time


def main() -> None:
    """Measure and print."""
    import angr  # noqa: PLC0415 - what importing it takes does not count

    logging.disable(logging.CRITICAL)
    started = time.process_time()
    project = angr.Project(sys.argv[1], auto_load_libs=False)
    graph = project.analyses.CFGFast(normalize=False)
    spent = time.process_time() - started
    own = [one for one in graph.functions.values() if not one.is_simprocedure]
    print(json.dumps({"seconds": spent, "functions": len(own)}))


if __name__ == "__main__":
    main()

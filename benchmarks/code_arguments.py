"""A generated program whose every call has known constant arguments.

Part of `code_accuracy.py`. The shapes vary: constants set early, in branches, in loops, kept in
variables over other calls, handed on as tail calls.
"""

from collections import Counter

from assay.code import CodeIndex
from assay.code.careful import constant_arguments

SHAPES = 8
COPIES = 12

_HEAD = """
#include <string.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <netinet/in.h>
extern int puts(const char *);
volatile int sink;
"""
_BODIES = (
    """int f{n}(const char *p) {{
return strcmp(p, "key-{n}-a") == 0 ? 1 : sink;
}}""",
    """int f{n}(const char *p) {{
if (p[0] == 3) sink = 4;
if (memcmp(p, "magic-{n}-b", {m}) == 0) return system("run-{n}-c");
return 0;
}}""",
    """int f{n}(const char *p) {{
int i, t = 0;
for (i = 0;
i < sink;
i++) t += strncmp(p + i, "loop-{n}-d", {m});
return t;
}}""",
    """int f{n}(int fd, struct sockaddr *a) {{
int on = 1;
if (bind(fd, a, {m}) < 0) return -1;
if (listen(fd, {k}) < 0) return -2;
return setsockopt(fd, 1, {m}, &on, 4);
}}""",
    """int f{n}(const char *p) {{
const char *name = "kept-{n}-e";
puts(p);
sink++;
puts(p + 1);
return strcmp(p, name);
}}""",
    """void f{n}(int x) {{
if (x > 5) {{ puts("many");
sink = 1;
}} else puts("few");
system("tail-{n}-f");
}}""",
    """int f{n}(const char *p, int x) {{
switch (x) {{ case 0: return strcmp(p, "case-{n}-g");
case 1: sink = 3;
return strcmp(p + 1, "case-{n}-h") + 2;
case 2: puts("two");
return 8;
case 3: return strcmp(p + sink, "case-{n}-j");
case 5: sink++;
puts(p);
return strcmp(p, "case-{n}-k");
}} return 9;
}}""",
    """int f{n}(int fd, char *b) {{
char t[{m}];
memset(t, {k}, {m});
return recv(fd, b, {w}, 64) + t[sink & 7];
}}""",
)


def _numbers(place: int) -> dict[str, int]:
    return {"n": place, "m": 24 + place % 40, "k": 1 + place % 100, "w": 1000 + 7 * place}


def generated_source() -> str:
    """Return the C text of the program."""
    lines = [_HEAD]
    names = []
    for place in range(SHAPES * COPIES):
        lines.append(_BODIES[place % SHAPES].format(**_numbers(place)))
        names.append(f"(void *)f{place}")
    lines.append(f"void *all[] = {{ {', '.join(names)} }};")
    lines.append("int main(int c, char **v) { return ((int (*)(char *, int))all[c])(v[0], 1); }")
    return "\n".join(lines) + "\n"


def _expected(calls: Counter[tuple[str, str]]) -> Counter[tuple[str, int, object]]:
    """Return (callee, argument number, constant) with how often it must be seen.

    *calls* are those that the compiler has left in the program.
    """
    wanted: Counter[tuple[str, int, object]] = Counter()
    for place in range(SHAPES * COPIES):
        shape = place % SHAPES
        number = _numbers(place)
        n, m, k, w = number["n"], number["m"], number["k"], number["w"]
        entries: tuple[tuple[str, int, object], ...] = (
            (("strcmp", 1, f"key-{n}-a".encode()),),
            (
                ("memcmp", 1, f"magic-{n}-b".encode()),
                ("memcmp", 2, m),
                ("system", 0, f"run-{n}-c".encode()),
            ),
            (("strncmp", 1, f"loop-{n}-d".encode()), ("strncmp", 2, m)),
            (("bind", 2, m), ("listen", 1, k), ("setsockopt", 1, 1), ("setsockopt", 2, m)),
            (("strcmp", 1, f"kept-{n}-e".encode()),),
            (("system", 0, f"tail-{n}-f".encode()),),
            tuple(("strcmp", 1, f"case-{n}-{letter}".encode()) for letter in "ghjk"),
            (("recv", 2, w), ("recv", 3, 64)),
        )[shape]
        wanted.update(entry for entry in entries if calls[(f"f{n}", entry[0])])
    return wanted


def wanted_arguments(
    found: CodeIndex, calls: Counter[tuple[str, str]]
) -> tuple[int, int, list[object]]:
    """Return how many constant arguments there are, how many were found, and which not."""
    wanted = _expected(calls)
    seen: Counter[tuple[str, int, object]] = Counter()
    for name in sorted({name for name, _, _ in wanted}):
        calls = found.calls_to(frozenset({name}))
        for number in range(4):
            for values in constant_arguments(found, calls, number):
                for value in values:
                    seen[(name, number, value)] += 1
                    text = found.string(value) if value > 0xFF else None
                    if text is not None:
                        seen[(name, number, text)] += 1
    hits = sum(min(count, seen[key]) for key, count in wanted.items())
    missed: list[object] = [
        key for key, count in sorted(wanted.items(), key=str) if seen[key] < count
    ]
    return sum(wanted.values()), hits, missed

"""Components from packages of languages: Python, Node, Lua, Java, Go modules, Rust crates."""

from collections.abc import Iterator

from assay.identify.sighting import Sighting
from assay.inventory.image import Inventory
from assay.inventory.kinds.build_information import BuildFacts
from assay.inventory.kinds.language_packages import LanguagePackage

METHOD = "language package"
BUILT = "build information"


# Keys carry the language's system, since `redis` of Python is not the server of that name.


def match(image: Inventory) -> Iterator[Sighting]:
    """Yield a sighting for every installed package and every module of a program."""
    for node, one in image.of(LanguagePackage):
        version = one.version.rpartition("-")[0] if one.system == "luarocks" else one.version
        yield Sighting(
            key=f"{one.system}:{one.name}",
            version=version or one.version,
            form="package",
            method=METHOD,
            confidence=950,
            node=node,
            span=one.span,
            licence=one.licence,
            package=f"{one.system}/{one.name}@{one.version}",
        )
    for node, built in image.of(BuildFacts):
        if built.compiler_span is not None:
            span = built.compiler_span
            yield Sighting("go", built.compiler, "partial-copy", BUILT, 950, node, span)
        for module in built.modules:
            yield Sighting(
                key=f"{module.system}:{module.name}",
                version=module.version,
                form="partial-copy",
                method=BUILT,
                confidence=950,
                node=node,
                span=module.span,
                package=f"{module.system}/{module.name}@{module.version}",
            )

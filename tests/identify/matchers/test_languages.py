"""Packages of languages become components under their own purl, apart from programs so named."""

from building import image_of

from assay.identify.components import identify
from assay.model.result import Component

METADATA = b"Metadata-Version: 2.1\nName: redis\nVersion: 4.3.4\nLicense: MIT\n\nText\nName: x\n"
NODE = b'{"name": "@scope/lib", "version": "1.2.3", "license": "ISC", "main": "x"}'
ROCK = b'package = "luasocket"\nversion = "3.0rc1-2"\ndescription = {\n  license = "MIT"\n}\n'
MAVEN = b"#Created\ngroupId=org.apache.x\nartifactId=Core\nversion=2.14.1\n"
MANIFEST = (
    b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.osgi.a;x=1\r\nBundle-Version: 4.2\r\n"
)


def found(files: dict[str, bytes]) -> dict[str, Component]:
    return {one.name: one for one in identify(image_of(files))}


def test_each_system() -> None:
    seen = found(
        {
            "/usr/lib/python3/dist-packages/redis-4.3.4.dist-info/METADATA": METADATA,
            "/srv/node_modules/@scope/lib/package.json": NODE,
            "/usr/lib/lua/rocks/luasocket-3.0rc1-2.rockspec": ROCK,
            "/a/META-INF/maven/org.apache.x/Core/pom.properties": MAVEN,
            "/b/META-INF/MANIFEST.MF": MANIFEST,
        }
    )
    assert {one.purl: (one.version, one.licence) for one in seen.values()} == {
        "pkg:pypi/redis@4.3.4": ("4.3.4", "MIT"),
        "pkg:npm/%40scope/lib@1.2.3": ("1.2.3", "ISC"),
        "pkg:luarocks/luasocket@3.0rc1-2": ("3.0rc1", "MIT"),
        "pkg:maven/org.apache.x/Core@2.14.1": ("2.14.1", ""),
        "pkg:maven/org.osgi.a@4.2": ("4.2", ""),
    }
    assert not any(one.cpe for one in seen.values())


def test_what_is_no_package() -> None:
    paths = {
        "/x.dist-info/METADATA": b"Name: a\nVersion: 1\n",
        "/node_modules/a/package.json": b'{"name": ["a"], "version": "1"}',
        "/node_modules/b/package.json": b'{"name": "b b", "version": "1"}',
        "/node_modules/c/package.json": b"[" * 100_000,
        "/node_modules/d/package.json": b'{"name": "d"',
        "/a.rockspec": b"package = name\n",
        "/META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n",
    }
    assert found(paths) == {}

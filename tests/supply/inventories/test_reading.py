import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from assay.errors import UnreadableInput
from assay.supply.inventories.items import NO_PLACE, Inventory, micro_degrees
from assay.supply.inventories.reading import read_inventory


def read(tmp_path: Path, text: str, name: str = "inventory") -> Inventory:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_inventory([path])


def test_columns_in_any_order_and_language_of_people(tmp_path: Path):
    found = read(
        tmp_path,
        "Lat,Longitude,Country,Made in,Manufacturer,Device Role,Qty,Install date,Hostname,MAC\n"
        "51.5,-0.127758,United Kingdom,China,Huawei,gNodeB,3,2020-03-01,gnb1,00:25:9e:00:00:01\n",
    )
    (item,) = found.items
    assert (item.id, item.vendor, item.domain, item.quantity) == (
        "gnb1", "Huawei", "mobile.5g.ran", 3
    )  # fmt: skip
    assert (item.country, item.produced_in, item.in_service) == ("GB", "CN", "2020-03-01")
    assert (item.latitude, item.longitude) == (51_500_000, -127_758)
    assert item.mac == "00:25:9e:00:00:01"


def test_what_cannot_be_read_is_reported_and_not_guessed(tmp_path: Path):
    found = read(
        tmp_path,
        "vendor,country,quantity,latitude,installed,role\nNokia,Narnia,-5,high,someday,cupboard\n",
    )
    (item,) = found.items
    assert (item.country, item.quantity, item.latitude, item.in_service, item.domain) == (
        "", 1, NO_PLACE, "", ""
    )  # fmt: skip
    assert item.domain_text == "cupboard"
    assert found.problem_count == 2


def test_the_csv_export_of_netbox(tmp_path: Path):
    found = read(
        tmp_path,
        "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type\n"
        "olt-1,Active,,Leeds,,R1,OLT,ZTE,C600\n",
    )
    (item,) = found.items
    assert (item.id, item.vendor, item.model, item.domain, item.site) == (
        "olt-1", "ZTE", "C600", "fixed.access.fibre", "Leeds"
    )  # fmt: skip


def test_the_api_of_netbox(tmp_path: Path):
    device = {
        "name": "core-1",
        "device_type": {"manufacturer": {"name": "Nokia"}, "model": "7750"},
        "role": {"name": "Core router"},
        "site": {"name": "Oslo", "latitude": 59.9, "longitude": 10.75},
        "custom_fields": {"in_service": "2019-01-01", "country": "Norway"},
    }
    found = read(tmp_path, json.dumps({"count": 2, "results": [device, 7]}))
    (item,) = found.items
    assert (item.vendor, item.model, item.domain, item.country) == ("Nokia", "7750", "core", "NO")
    assert item.latitude == 59_900_000
    assert found.problem_count == 1


def test_hardware_bills(tmp_path: Path):
    bom = {
        "bomFormat": "CycloneDX",
        "components": [
            {
                "type": "device",
                "name": "AP-1",
                "manufacturer": {"name": "Acme"},
                "properties": [
                    {"name": "internal:domain", "value": "access point"},
                    {"name": "cdx:device:quantity", "value": "4"},
                    {"name": "x:countryOfOrigin", "value": "VN"},
                ],
                "components": [
                    {"type": "device", "name": "module", "supplier": {"name": "Quectel"}}
                ],
            },
            {"type": "library", "name": "zlib"},
        ],
    }
    first, second = read(tmp_path, json.dumps(bom)).items
    assert (first.vendor, first.domain, first.quantity, first.produced_in) == (
        "Acme", "enterprise", 4, "VN"
    )  # fmt: skip
    assert second.vendor == "Quectel"


def test_lldp_in_both_forms(tmp_path: Path):
    tree = {
        "lldp": {
            "interface": [
                {"eth0": {"chassis": {"sw1": {"id": {"type": "mac", "value": "00:25:9e:1:2:3"},
                                              "descr": "Huawei Versatile Routing"}}}}
            ]
        }
    }  # fmt: skip
    (item,) = read(tmp_path, json.dumps(tree)).items
    assert (item.id, item.mac, item.described) == (
        "sw1", "00:25:9e:1:2:3", "Huawei Versatile Routing"
    )  # fmt: skip
    (item,) = read(
        tmp_path,
        "lldp.eth0.via=LLDP\nlldp.eth0.chassis.mac=00:25:9e:01:02:03\nlldp.eth0.chassis.name=sw2\n"
        "lldp.eth0.chassis.descr=Cisco IOS Software\n",
    ).items
    assert (item.id, item.mac, item.described) == ("sw2", "00:25:9e:01:02:03", "Cisco IOS Software")


def test_snmp_walks_by_name_and_by_number(tmp_path: Path):
    items = read(
        tmp_path,
        "LLDP-MIB::lldpRemChassisId.0.1.1 = Hex-STRING: 00 25 9E 11 22 33\n"
        "LLDP-MIB::lldpRemSysName.0.1.1 = STRING: far\n"
        '.1.0.8802.1.1.2.1.4.1.1.10.0.1.1 = STRING: "Juniper Networks, Inc. mx480"\n'
        "IP-MIB::ipNetToMediaPhysAddress.2.192.0.2.1 = STRING: 0:1b:21:aa:bb:cc\n"
        "SNMPv2-MIB::sysDescr.0 = STRING: ZXR10 router\n"
        "SNMPv2-MIB::sysUpTime.0 = Timeticks: (1) 0:00:00.01\n",
    ).items
    assert [(item.id, item.mac, item.described) for item in items] == [
        ("far", "00:25:9E:11:22:33", "Juniper Networks, Inc. mx480"),
        ("arp 2.192.0.2.1", "0:1b:21:aa:bb:cc", ""),
        ("system 0", "", "ZXR10 router"),
    ]


def test_arp_and_neighbour_tables(tmp_path: Path):
    items = read(
        tmp_path,
        "? (192.0.2.1) at 00:25:9e:00:00:01 [ether] on eth0\n"
        "192.0.2.2 dev eth0 lladdr 00:1b:21:aa:bb:cc REACHABLE\n"
        "Internet  192.0.2.3   5   0025.9e11.2233  ARPA   Vlan1\n"
        "192.0.2.4 dev eth0  FAILED\n"
        "192.0.2.5 0x1 0x0 00:00:00:00:00:00 * eth0\n",
    ).items
    assert [(item.id, item.mac) for item in items] == [
        ("192.0.2.1", "00:25:9e:00:00:01"),
        ("192.0.2.2", "00:1b:21:aa:bb:cc"),
        ("192.0.2.3", "0025.9e11.2233"),
    ]


def test_several_files_and_empty_ones(tmp_path: Path):
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("vendor,role\nNokia,core\n")
    two.write_text("")
    assert len(read_inventory([one, two, one]).items) == 2
    assert read_inventory([two]).items == ()


def test_documents_of_another_kind_are_refused(tmp_path: Path):
    for text in ('{"x": 1}', "{broken", "[" * 100_000):
        with pytest.raises(UnreadableInput):
            read(tmp_path, text)


def test_coordinates_without_floats():
    assert micro_degrees("51.5000001", 90) == 51_500_000
    assert micro_degrees("-0.1", 90) == -100_000
    for wrong in ("91", "1e5", "", "1.2.3", "north", "\u00b2"):
        assert micro_degrees(wrong, 90) == NO_PLACE


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80
)
@given(st.text(max_size=400))
def test_any_text_is_an_inventory_or_refused(tmp_path: Path, text: str):
    try:
        found = read(tmp_path, text.replace("\ud800", ""))
    except UnreadableInput:
        return
    assert all(item.quantity >= 1 for item in found.items)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["results", "components", "device_type", "lldp", "interface", "type"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_an_inventory_or_refused(tmp_path: Path, document: object):
    for wrapped in (document, {"bomFormat": "CycloneDX", "components": document}):
        try:
            read(tmp_path, json.dumps(wrapped))
        except UnreadableInput:
            continue

"""The hand annotation of the two sample pages: what must be found, with speaker, act, evidence."""

from typing import NamedTuple


class Item(NamedTuple):
    """One annotated statement: words of it, the speakers outermost first, acts, evidence class."""

    name: str
    words: str
    chain: tuple[str, ...]
    acts: tuple[str, ...]
    evidence: str


GLOBAL_TIMES = (
    Item("A1", "US pressure on allies to ban", ("foreign ministry",), ("characterise",), "none"),
    Item("A2", "The US move to pressure", ("Hua Chunying",), ("characterise",), "none"),
    Item("A3", "countries banning Huawei", ("Hua Chunying", "Mike Pompeo"), ("announce",), "none"),
    Item("A4", "it can't tolerate a foreign", ("Hua Chunying",), ("characterise",), "none"),
    Item("A5", "the only fault of Huawei", ("Hua Chunying",), ("characterise",), "none"),
    Item("A6", "by using its national resources", ("Hua Chunying",), ("characterise",), "none"),
    Item("A7", "the largest country of cyber", ("Hua Chunying",), ("allege",), "document"),
    Item(
        "A8", "there are loopholes", ("Hua Chunying", "Apple and Cisco"), ("admit",), "named-source"
    ),
    Item("A9", "carried out illegal spying", ("Hua Chunying",), ("allege",), "bare-assertion"),
    Item("A10", "there is no country reporting", ("Hua Chunying",), ("deny",), "none"),
    Item("A11", "No country has shown evidence", ("Hua Chunying",), ("deny",), "none"),
    Item("A12", "verified by British experts", ("Hua Chunying",), ("assert",), "institution"),
    Item("A13", "willing to sign treaties", ("Hua Chunying",), ("promise",), "none"),
    Item("A14", "Is there any US company", ("Hua Chunying",), ("ask",), "none"),
    Item("A15", "ridiculous for Pompeo", ("Hua Chunying",), ("characterise",), "none"),
    Item("A17", "The UK joins the US", ("Mike Pompeo",), ("announce",), "none"),
    Item("A18", "Telefonica, Telco Italia", ("Mike Pompeo",), ("announce", "assert"), "none"),
)
SPUTNIK = (
    Item("B1", "US Trying 'All Possible", ("China",), ("allege",), "none"),
    Item("B2", "Washington is trying", ("Lu Kang",), ("allege",), "none"),
    Item("B3", "We would very much like", ("Lu Kang",), ("demand",), "none"),
    Item("B4", "presented a real risk", ("Mike Pompeo",), ("allege",), "none"),
    Item("B5", "those allegations", ("China",), ("deny",), "none"),
    Item("B10", "of being sponsored by", ("Several countries",), ("allege",), "none"),
    Item("B12", "the accusations", ("Huawei",), ("deny",), "none"),
)
MEASURES = (
    ("A16", "ban", "UK", "Huawei equipment"),
    ("B6", "lawsuit", "Huawei", "National Defence Authorisation Act"),
    ("B7", "list-entry", "United States", "Huawei and its 70 affiliates"),
    ("B8", "licence-duty", "United States", "Huawei"),
    ("B9", "suspension", "Google", "Huawei"),
    (
        "B11",
        "procurement-exclusion",
        "Australia, Japan, New Zealand and the United States",
        "Huawei",
    ),
)

from pathlib import Path

import pytest

from assay.errors import UnreadableInput
from assay.supply.lists.importers.bis_entity_list import read
from assay.supply.lists.reading import ReadingReport

PAGE = """<html><table>
<tr><th>Country</th><th>Entity</th><th>License requirement</th><th>License review policy</th>
<th>Federal Register citation</th></tr>
<tr><td>CHINA, PEOPLE'S REPUBLIC OF</td><td>Quorvex Systems Co., Ltd., a.k.a., the following one
alias:<br>&mdash;QV Systems.<br>1 Some Road, Shenzhen, China.</td><td>For all items</td>
<td>Presumption of denial</td><td>84 FR 22963, 5/21/19. 85 FR 51603, 8/20/20.</td></tr>
<tr><td></td><td>Zebra Institute</td><td>All</td><td>Denial</td><td>62 FR 35334, 6/30/97</td></tr>
</table></html>"""


def test_countries_carry_over_and_the_first_citation_dates_the_listing(tmp_path: Path):
    path = tmp_path / "part744.html"
    path.write_text(PAGE)
    first, second = read(path, ReadingReport())
    assert [name.text for name in first.names] == ["Quorvex Systems Co., Ltd", "QV Systems"]
    assert (first.country, second.country) == ("CN", "CN")
    assert first.listings[0].since == "2019-05-21"
    assert first.listings[0].reference.startswith("84 FR 22963; 85 FR 51603")
    assert second.listings[0].since == "1997-06-30"


def test_a_page_without_the_table_is_refused(tmp_path: Path):
    path = tmp_path / "x.html"
    path.write_text("<p>nothing</p>")
    with pytest.raises(UnreadableInput):
        list(read(path, ReadingReport()))

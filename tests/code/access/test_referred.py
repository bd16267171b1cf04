"""The texts that code refers to are asked at once as they would be one by one."""

import pytest

from assay.code.access.gains import SENSITIVE, SENSITIVE_PARTS
from assay.code.access.referred import DIGIT, LOWER, ODD, PERCENT, SPACE, UPPER
from assay.code.access.words import AUTH_NAME, AUTH_NAME_PARTS, AUTH_PARTS, AUTH_TEXT


def test_texts_are_those_of_the_program(program):
    index = program("console")
    texts = index.network.referred
    assert len(texts)
    for number, place in enumerate(texts.places.tolist()):
        assert texts.text(number) == index.texts.text(place, 400)


def test_texts_that_hold_a_word(program):
    texts = program("console").network.referred
    every = [texts.text(number) for number in range(len(texts))]
    for words in ((b"Tr4pd00r",), (b"s", b"%"), (b"e\0",), (b"no such text",)):
        holding = texts.holding(words)
        assert holding == [
            number
            for number, text in enumerate(every)
            if any(word in text + b"\0" for word in words)
        ]
    lower = texts.holding((b"tr4pd00r",), lower=True)
    assert [every[number] for number in lower] == [b"Tr4pd00r#9"]


def test_traits_are_of_all_characters(program):
    texts = program("console").network.referred
    for number, traits in enumerate(texts.traits.tolist()):
        text = texts.text(number)
        assert bool(traits & SPACE) == (b" " in text)
        assert bool(traits & PERCENT) == (b"%" in text)
        assert bool(traits & LOWER) == any(97 <= one < 123 for one in text)
        assert bool(traits & UPPER) == any(65 <= one < 91 for one in text)
        assert bool(traits & DIGIT) == any(48 <= one < 58 for one in text)
        assert bool(traits & ODD) == any(not 32 <= one < 127 for one in text)


@pytest.mark.parametrize(
    "text",
    [
        b"/dev/mtd3", b"/proc/kcore", b"/etc/shadow", b"~/.rhosts", b"/x/authorized_keys", b"sh",
        b"#!/bin/sh\n", b"/bin/ash -c", b"a;sh;b", b"telnetd", b"utelnetd -l", b"nc -l", b"socat x",
        b"iptables -F", b"ip6tables -F", b"ebtables", b"nft list", b"insmod x.ko", b"crontab -r",
        b"adduser x", b"useradd x", b"chpasswd", b"sshd", b"dropbear", b"netcat",
    ],
)  # fmt: skip
def test_every_sensitive_text_holds_one_of_the_parts(text):
    assert SENSITIVE.search(text)
    assert any(part in text + b"\0" for part in SENSITIVE_PARTS)


@pytest.mark.parametrize(
    "text",
    [
        b"password", b"the pwd", b"login:", b"authentication", b"authorized", b"access denied",
        b"access granted", b"unauthorised", b"credentials", b"invalid user", b"/etc/shadow",
        b"530 no", b"401 no", b"230 yes", b"secret", b"passphrase", b"challenge", b"a token",
        b"session", b"signature", b"verified", b"verify", b"x.users", b"account", b"accounts",
        b"rejected", b"forbidden", b"permitted",
    ],
)  # fmt: skip
def test_every_text_about_access_holds_one_of_the_parts(text):
    assert AUTH_TEXT.search(text)
    assert any(part in text for part in AUTH_PARTS)


@pytest.mark.parametrize(
    "name",
    [
        "do_auth", "passwd_get", "checkpassword", "login_user", "logonUser", "verify_it",
        "credential_of", "pam_sm_open", "checkpw", "check_user", "checkUser", "check_pass",
        "_nss_files_get", "is_admin", "isadmin", "valid_user", "validuser", "access_check",
        "accesscheck", "acl_check",
    ],
)  # fmt: skip
def test_every_name_about_access_holds_one_of_the_parts(name):
    assert AUTH_NAME.search(name)
    assert any(part in name.lower().encode() for part in AUTH_NAME_PARTS)

"""Which names mean a secret, and which values are one."""

import pytest

from assay.inventory.secrecy import is_literal, is_secret_name


@pytest.mark.parametrize(
    "name",
    ["password", "admin_password", "http_passwd", "adslPwd", "wl0.1_wpa_psk", "usb.ftp.pwd",
     "wpa_passphrase", "PPPoE_Secret", "sys.userpass", "wep_key1", "api_key", "WPAPSK"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["password_file", "passwordLength", "wpapsk_crypto", "wpapsk_type", "device_password_id",
     "compass", "bypass", "key", "pwd_enable", "", "sort_key", "LOFDM_pwd_B", "passive"],
)  # fmt: skip
def test_names_that_hold_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("value", ["admin", "12345678", "S3cret!x", "jocIjPg0J9gAt8Vd"])
def test_literal_values(value: str) -> None:
    assert is_literal(value, "password")


@pytest.mark.parametrize(
    "value",
    ["", "ab", "$PASS", "${p}", "%s", "<password>", "your_password", "mypassword", "********",
     "password", "changeme_with_it", "SET_BY_SCRIPT", "none", "true", "/etc/key", "a b c",
     "$1$4ce6a0$8327Pr9kC9SH9S4b/oH4M1", "d41d8cd98f00b204e9800998ecf8427e", "pass:insta",
     "http_password", "@password@", "x" * 129],
)  # fmt: skip
def test_values_that_are_no_secret(value: str) -> None:
    assert not is_literal(value, "password")

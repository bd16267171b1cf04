"""The vocabulary of access: functions and texts that have to do with who may come in."""

import re
from typing import Final

from assay._kernel import lazy_re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HASHES: Final = _names(
    "crypt crypt_r crypt_ra crypt_rn bcrypt md5crypt pw_encrypt MD5_Final MD5Final md5_end"
    " SHA1_Final SHA256_Final SHA512_Final EVP_DigestFinal EVP_DigestFinal_ex"
    " mbedtls_md5_finish mbedtls_sha256_finish mbedtls_sha512_finish gcry_md_read"
    " wc_Sha256Final wc_Md5Final HMAC EVP_BytesToKey PKCS5_PBKDF2_HMAC crypto_pwhash MD5 SHA1"
    " SHA256 SHA512 sha256 md5 mbedtls_md5 mbedtls_sha256"
)
"""Functions that make a digest or a password hash."""

ACCOUNTS: Final = _names(
    "getspnam getspnam_r getspent sgetspent getpwnam getpwnam_r getpwuid getpwent fgetspent"
    " getpass getlogin pam_start pam_authenticate pam_acct_mgmt pam_get_user pam_get_authtok"
    " pam_get_item putpwent lckpwdf PAM_authenticate"
)
"""Functions that read accounts or ask for a password."""

VERIFIERS: Final[dict[str, int]] = {
    "pam_authenticate": 0,
    "crypt_checkpass": 0,
    "EVP_VerifyFinal": 1,
    "RSA_verify": 1,
    "crypto_pwhash_str_verify": 0,
    "EVP_DigestVerifyFinal": 1,
}
"""Functions whose result is the answer; the number stands for success."""

AUTH_TEXT: Final = lazy_re.compile(
    rb"passw|\bpwd\b|\blogin\b|authenti|authoriz|access (denied|granted)|denied|unauthori"
    rb"|credential|invalid user|shadow|\b530 |\b401 |\b230 |secret|passphrase|challenge"
    rb"|\btoken\b|session|signature|\bverif(?:y|ied|ication)|\.users\b|accounts?\b|\breject"
    rb"|forbidden|permitted"
)
"""Texts of functions that decide who may come in; to be asked of lower-case text."""

AUTH_PARTS: Final = tuple(
    b"passw|pwd|login|authenti|authoriz|denied|access granted|unauthori|credential|invalid user"
    b"|shadow|530 |401 |230 |secret|passphrase|challenge|token|session|signature|verif|.users"
    b"|account|reject|forbidden|permitted".split(b"|")
)
"""Each such text holds one of these."""

AUTH_NAME: Final = lazy_re.compile(
    r"(?:^|[_a-z])(auth|passwo?r?d|passwd|login|logon|verify|credential|pam_sm_|checkpw|check_?user"
    r"|check_?pass|_nss_\w+_get|is_?admin|valid_?user|access_?check|acl_check)",
    re.IGNORECASE,
)
"""Names of such functions."""

AUTH_NAME_PARTS: Final = tuple(
    b"auth passw login logon verify credential pam_sm_ checkpw check_user checkuser check_pass"
    b" checkpass nss_ admin valid_user validuser access_check accesscheck acl_check".split()
)
"""Each such name holds one of these, in lower case."""

SECRET_TEXT: Final = lazy_re.compile(
    rb"passw|pwd|secret|passphrase|psk|auth|token|credential|admin_?p|_key\b|shadow|pin\b|users?\b|accounts?\b|peers\b|session",
    re.IGNORECASE,
)
"""Names of settings and files that hold secrets."""

IDENTITIES: Final = _names("setuid seteuid setreuid setresuid setgid initgroups capset")
"""Functions that change who the process is."""

OPENERS: Final[dict[str, tuple[int, int]]] = {
    "fopen": (0, 1), "fopen64": (0, 1), "open": (0, 1), "open64": (0, 1), "creat": (0, -1),
}  # fmt: skip
"""Functions that open a file: the arguments with its name and the mode."""

CREDENTIAL_FILES: Final = lazy_re.compile(
    rb"^/etc/(passwd|shadow|group|sudoers|gshadow|securetty|hosts\.(allow|equiv))"
    rb"|/\.?ssh/authorized_keys|/authorized_keys|/\.rhosts|/dropbear/"
)
"""Files that say who may come in."""

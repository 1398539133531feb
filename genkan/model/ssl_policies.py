"""Security policies of TLS listeners: which versions and ciphers each one has, best first.

"Security policies for your Network Load Balancer". Left out, and so refused: the FIPS policies and
those with post-quantum key exchange, whose choice of TLS 1.3 suites and groups no server here
makes, and the one of 2015 with 3DES, which OpenSSL has no more.
"""

from dataclasses import dataclass

TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
)
_SECRECY = tuple(one for one in _CIPHERS if one.startswith("ECDHE"))
_GCM = tuple(one for one in _SECRECY if "GCM" in one)
_SHA2 = tuple(one for one in _CIPHERS if not one.endswith("-SHA"))
_SECRECY_SHA2 = tuple(one for one in _SECRECY if one in _SHA2)
_V10, _V11, _V12, _V13 = "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"


@dataclass(frozen=True, slots=True)
class SslPolicy:
    """`versions` have no gap; `ciphers` under OpenSSL's names, those of TLS 1.3 first."""

    versions: tuple[str, ...]
    ciphers: tuple[str, ...]


DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
SSL_POLICIES = {
    f"ELBSecurityPolicy-{name}": SslPolicy(versions, ciphers)
    for name, versions, ciphers in (
        ("2016-08", (_V10, _V11, _V12), _CIPHERS),
        ("TLS13-1-3-2021-06", (_V13,), TLS13),
        ("TLS13-1-2-Res-2021-06", (_V12, _V13), (*TLS13, *_GCM)),
        ("TLS13-1-2-2021-06", (_V12, _V13), (*TLS13, *_SECRECY_SHA2)),
        ("TLS13-1-2-Ext1-2021-06", (_V12, _V13), (*TLS13, *_SHA2)),
        ("TLS13-1-2-Ext2-2021-06", (_V12, _V13), (*TLS13, *_CIPHERS)),
        ("TLS13-1-1-2021-06", (_V11, _V12, _V13), (*TLS13, *_CIPHERS)),
        ("TLS13-1-0-2021-06", (_V10, _V11, _V12, _V13), (*TLS13, *_CIPHERS)),
        ("TLS-1-2-2017-01", (_V12,), _SHA2),
        ("TLS-1-2-Ext-2018-06", (_V12,), _CIPHERS),
        ("TLS-1-1-2017-01", (_V11, _V12), _CIPHERS),
        ("FS-2018-06", (_V10, _V11, _V12), _SECRECY),
        ("FS-1-1-2019-08", (_V11, _V12), _SECRECY),
        ("FS-1-2-2019-08", (_V12,), _SECRECY),
        ("FS-1-2-Res-2019-08", (_V12,), _SECRECY_SHA2),
        ("FS-1-2-Res-2020-10", (_V12,), _GCM),
    )
}

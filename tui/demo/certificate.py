"""A self-signed certificate for the loopback address, made anew for each run.

kubectl sends a token only over TLS, so the demo needs a certificate, and neither the standard library nor a
dependency of this project makes one. This is ECDSA over P-256 (FIPS 186-4) and just enough DER for one X.509
certificate (RFC 5280, RFC 5480). The key guards nothing: it lives in a temporary folder as long as the demo runs.
"""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

_Point = tuple[int, int] | None

_INTEGER, _BITS, _OCTETS, _OID, _UTF8, _TIME = 0x02, 0x03, 0x04, 0x06, 0x0C, 0x17
_SEQUENCE, _SET, _TRUE = 0x30, 0x31, b"\x01\x01\xff"

_EC_KEY = "2a8648ce3d0201"
_P256 = "2a8648ce3d030107"
_ECDSA_SHA256 = "2a8648ce3d040302"
_COMMON_NAME = "550403"
_SUBJECT_KEY, _KEY_USAGE, _ALT_NAME, _CONSTRAINTS, _AUTHORITY_KEY = "551d0e", "551d0f", "551d11", "551d13", "551d23"


def _add(a: _Point, b: _Point) -> _Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % _P == 0:
            return None
        slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, _P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, _P)
    x = (slope * slope - a[0] - b[0]) % _P
    return x, (slope * (a[0] - x) - a[1]) % _P


def _multiply(factor: int) -> tuple[int, int]:
    total: _Point = None
    addend: _Point = _G
    while factor:
        if factor & 1:
            total = _add(total, addend)
        addend = _add(addend, addend)
        factor >>= 1
    if total is None:
        raise ArithmeticError("a multiple of the order has no point")
    return total


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes((tag, length)) + body
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + body


def _integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(text: str) -> bytes:
    return _der(_OID, bytes.fromhex(text))


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return _der(_SEQUENCE, _oid(oid), _TRUE if critical else b"", _der(_OCTETS, value))


def _sign(message: bytes, key: int) -> bytes:
    digest = int.from_bytes(sha256(message).digest(), "big")
    while True:
        nonce = secrets.randbelow(_N - 1) + 1
        r = _multiply(nonce)[0] % _N
        s = pow(nonce, -1, _N) * (digest + r * key) % _N
        if r and s:
            return _der(_SEQUENCE, _integer(r), _integer(s))


def _pem(kind: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def _extensions(point: bytes) -> bytes:
    key_id = sha256(point).digest()[:20]
    names = _der(_SEQUENCE, _der(0x82, b"localhost"), _der(0x87, bytes((127, 0, 0, 1))))
    usage = _der(_BITS, bytes((2, 0b10000100)))  # digital signature, certificate signing
    return _der(
        _SEQUENCE,
        _extension(_CONSTRAINTS, _der(_SEQUENCE, _TRUE), critical=True),
        _extension(_KEY_USAGE, usage, critical=True),
        _extension(_ALT_NAME, names),
        _extension(_SUBJECT_KEY, _der(_OCTETS, key_id)),
        _extension(_AUTHORITY_KEY, _der(_SEQUENCE, _der(0x80, key_id))),
    )


def make_certificate() -> tuple[str, str]:
    """Make a key and a self-signed certificate for 127.0.0.1 and localhost, good for a year.

    Returns:
        Certificate and private key, both as PEM.
    """
    key = secrets.randbelow(_N - 1) + 1
    x, y = _multiply(key)
    point = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    now = datetime.now(UTC)
    times = [f"{moment:%y%m%d%H%M%SZ}".encode() for moment in (now - timedelta(days=1), now + timedelta(days=365))]
    name = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _oid(_COMMON_NAME), _der(_UTF8, b"gitops-tui demo"))))
    algorithm = _der(_SEQUENCE, _oid(_ECDSA_SHA256))
    body = _der(
        _SEQUENCE,
        _der(0xA0, _integer(2)),  # version 3
        _integer(secrets.randbits(64) | 1),
        algorithm,
        name,
        _der(_SEQUENCE, *(_der(_TIME, moment) for moment in times)),
        name,
        _der(_SEQUENCE, _der(_SEQUENCE, _oid(_EC_KEY), _oid(_P256)), _der(_BITS, b"\0" + point)),
        _der(0xA3, _extensions(point)),
    )
    certificate = _der(_SEQUENCE, body, algorithm, _der(_BITS, b"\0" + _sign(body, key)))
    private = _der(
        _SEQUENCE,
        _integer(1),
        _der(_OCTETS, key.to_bytes(32, "big")),
        _der(0xA0, _oid(_P256)),
        _der(0xA1, _der(_BITS, b"\0" + point)),
    )
    return _pem("CERTIFICATE", certificate), _pem("EC PRIVATE KEY", private)

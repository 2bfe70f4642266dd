"""Keys of zones, and the signatures that they keep."""

import pickle

import dns.dnssec
import dns.name
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.zones.keys import SigningKey, _as_numbers
from balancer.wire.dns.names import name_from_text

APEX = dns.name.from_text("gslb.net")


def test_keys_can_be_stored_and_handed_over(tmp_path, keys):
    key = SigningKey.generate()
    again = SigningKey.from_pem(key.to_pem())
    assert again.dnskey == key.dnskey
    assert pickle.loads(pickle.dumps(key)).sign(b"x") == key.sign(b"x")
    with pytest.raises(ValueError, match="PEM"):
        SigningKey.from_pem(b"no key")


def test_digest_is_what_dnspython_computes(keys, signed):
    [dnskey] = keys[APEX]
    zone = signed.zones.by_apex[name_from_text("gslb.net")]
    assert zone.key.digest(zone.apex) == dns.dnssec.make_ds(APEX, dnskey, 2).to_wire()


@given(st.tuples(*[st.integers(1, 2**256 - 1) | st.integers(1, 2**16)] * 2))
def test_a_signature_is_two_numbers_of_fixed_length(numbers):
    r, s = numbers
    fixed = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    assert _as_numbers(encode_dss_signature(r, s)) == fixed


def test_signatures_are_bounded(monkeypatch):
    monkeypatch.setattr("balancer.nameserver.zones.keys.MAX_SIGNATURES", 3)
    key = SigningKey.generate()
    for number in range(10):
        key.sign(bytes([number]))
        key.sign_once(bytes([number]))
    assert len(key._signatures) <= 3


def test_made_up_names_push_no_signature_out(monkeypatch):
    monkeypatch.setattr("balancer.nameserver.zones.keys.MAX_SIGNATURES", 3)
    key, made = SigningKey.generate(), []
    signature = key.sign(b"www")
    for number in [*range(10), 9]:
        key.sign(bytes([number]), begin=lambda: made.append(1))
    assert len(key._of_any_names) <= 3
    assert len(made) == 10
    assert list(key._signatures.values()) == [signature]

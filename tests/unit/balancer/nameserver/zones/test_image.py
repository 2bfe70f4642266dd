"""Names in flat buffers are those that went in."""

import pickle

from dns_strategies import names
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.zones.image import make_image

entries = st.dictionaries(names, st.binary(max_size=5), max_size=40)


@given(entries, names)
def test_looks_up_as_a_dictionary_does(given_entries, other):
    image = make_image(given_entries)
    assert {name: image.get(name) for name in given_entries} == given_entries
    assert image.get(other) == given_entries.get(other)
    assert list(image) == list(given_entries.items())
    assert len(image) == len(given_entries)


def test_nothing():
    assert make_image({}).get(b"\0") is None


def test_goes_through_buffers_that_are_not_copied():
    image = make_image({b"\1a\0": b"x" * 1000})
    buffers = []
    pickled = pickle.dumps(image, 5, buffer_callback=buffers.append)
    assert len(pickled) < 500
    again = pickle.loads(pickled, buffers=[bytes(each.raw()) for each in buffers])
    assert again.get(b"\1a\0") == b"x" * 1000
    assert list(pickle.loads(pickle.dumps(image, 5))) == list(image)

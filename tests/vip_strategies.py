"""Frames for the data plane as a strategy; `vip_frames` makes them."""

from hypothesis import strategies as st
from vip_frames import Address, FrameMaker


def frames(mac: bytes, addresses: list[Address]) -> st.SearchStrategy[bytes]:
    """Return frames to `mac`, for destinations given as version and integer."""
    randoms = st.randoms(use_true_random=False)
    return randoms.map(lambda random: FrameMaker(random, mac, addresses).frame())

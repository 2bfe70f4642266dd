"""What this machine can do: features of the kernel, and programs; found by trying."""

from .choose import (
    allowed_datapath,
    datapath_kind,
    decapsulation_kind,
    forwarding_kind,
    need_kernel,
    wan_kind,
)
from .kernel import probe_kernel
from .probe import probe_features
from .records import Feature, Features

__all__ = [
    "Feature",
    "Features",
    "allowed_datapath",
    "datapath_kind",
    "decapsulation_kind",
    "forwarding_kind",
    "need_kernel",
    "probe_features",
    "probe_kernel",
    "wan_kind",
]

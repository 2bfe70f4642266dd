"""What the lab uses of what is there: a pure function of the features, or a trial."""

from balancer.errors import ConfigError, Unsupported

from .kernel import GRE, NETEM, OPENVSWITCH, XDP_GENERIC, XDP_NATIVE, probe_kernel
from .records import Features

DATAPATHS = ("auto", "netdev", "system")


def wan_kind(features: Features | None = None) -> str:
    """Return "netem" where the kernel has it, else "relay"."""
    return "netem" if _found(NETEM, features) else "relay"


def datapath_kind(features: Features | None = None) -> str:
    """Return "system" for the kernel's Open vSwitch datapath, else "netdev"."""
    return "system" if _found(OPENVSWITCH, features) else "netdev"


def allowed_datapath(wanted: str) -> str:
    """Return the datapath for "auto", "netdev" or "system".

    Raises:
        ConfigError: there is no such datapath.
        Unsupported: "system" is asked for, and the kernel has none.
    """
    if wanted not in DATAPATHS:
        raise ConfigError(f"datapath: {wanted!r} is none of {', '.join(DATAPATHS)}")
    if wanted == "auto":
        return datapath_kind()
    if wanted == "system":
        need_kernel(OPENVSWITCH)
    return wanted


def need_kernel(name: str) -> None:
    """Raise Unsupported, with the cure, unless the kernel has feature `name` now."""
    kernel = probe_kernel(name)
    if not kernel.found:
        raise Unsupported(kernel.name, kernel.detail, kernel.cure)


def decapsulation_kind(features: Features | None = None) -> str:
    """Return "device" where the kernel has a GRE device, else "xdp"."""
    return "device" if _found(GRE, features) else "xdp"


def forwarding_kind(features: Features | None = None) -> str:
    """Return how XDP attaches: "native" or "generic".

    Raises:
        Unsupported: it does not attach at all.
    """
    if _found(XDP_NATIVE, features):
        return "native"
    if _found(XDP_GENERIC, features):
        return "generic"
    missing = probe_kernel(XDP_GENERIC)
    raise Unsupported("XDP", missing.detail, missing.cure)


def _found(name: str, features: Features | None) -> bool:
    """Look `name` up in `features`; without them, try it now."""
    if features is None:
        return probe_kernel(name).found
    return any(feature.found for feature in features if feature.name == name)

"""The kernel's features that the lab uses where they are, each found by a trial."""

import sys
from pathlib import Path

from .records import Feature
from .trial import Trial

NETEM = "netem"
HTB = "HTB"
OPENVSWITCH = "openvswitch datapath"
GRE = "GRE device"
XDP_NATIVE = "native XDP"
XDP_GENERIC = "generic XDP"
IPVS = "IPVS"
NFTABLES = "nftables"
USER_NAMESPACES = "user namespaces"

RELAY = "the relay"
QDISC = ("tc", "qdisc", "add", "dev", "lo", "root")
ASK_KERNEL = (sys.executable, "-I", str(Path(__file__).with_name("ask_kernel.py")))


def _trial(name: str, argv: tuple[str, ...], used_instead: str, cure: str) -> Trial:
    return Trial(argv, Feature(name, False, "", used_instead, cure))


def _modprobe(module: str) -> str:
    return f"a kernel that has it (Debian's own does): modprobe {module}"


def _kernel(version: str) -> str:
    return f"Linux {version} or newer with CONFIG_BPF_SYSCALL"


# HTB is not used by the lab; it tells a kernel without netem from one without tc.
TRIALS: tuple[Trial, ...] = (
    _trial(NETEM, (*QDISC, "netem", "delay", "1ms"), RELAY, _modprobe("sch_netem")),
    _trial(HTB, (*QDISC, "htb"), RELAY, _modprobe("sch_htb")),
    _trial(
        OPENVSWITCH,
        ("ovs-dpctl", "add-dp", "frontlab"),
        "Open vSwitch's userspace datapath",
        _modprobe("openvswitch"),
    ),
    _trial(
        GRE,
        ("ip", "tunnel", "add", "fl0", "mode", "gre", "local", "192.0.2.1"),
        "decapsulation by XDP",
        _modprobe("ip_gre"),
    ),
    _trial(XDP_NATIVE, (*ASK_KERNEL, "xdp-native"), XDP_GENERIC, _kernel("5.9")),
    _trial(XDP_GENERIC, (*ASK_KERNEL, "xdp-generic"), "", _kernel("5.9")),
    _trial(IPVS, (*ASK_KERNEL, "ipvs"), "our own balancer", _modprobe("ip_vs")),
    _trial(
        NFTABLES,
        (*ASK_KERNEL, "nftables"),
        "our own balancer",
        _modprobe("nf_tables"),
    ),
    _trial(
        USER_NAMESPACES,
        ("unshare", "--user", "--map-root-user", "true"),
        "root",
        "sysctl user.max_user_namespaces=10000",
    ),
)


def probe_kernel(name: str) -> Feature:
    """Return one feature by its name in this module, tried now."""
    return next(trial for trial in TRIALS if trial.missing.name == name).run()

"""The kernel's BPF from Python, for every data plane here: objects, maps, XDP."""

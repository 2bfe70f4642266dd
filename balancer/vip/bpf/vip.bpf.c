/* The balancer: what is sent to a VIP goes on to a backend, inside GRE. */
#include "balance.h"

SEC("xdp") int vip(struct xdp_md *ctx)
{
	return balance(ctx);
}

SEC("xdp/devmap") int split(struct xdp_md *ctx)
{
	return finish(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";

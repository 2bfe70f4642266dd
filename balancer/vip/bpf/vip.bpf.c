/* The balancer: what is sent to a VIP goes on to a backend, inside GRE. */
#include "balance.h"

SEC("xdp") int vip(struct xdp_md *ctx)
{
	return balance(ctx);
}

SEC("xdp/devmap") int split_head(struct xdp_md *ctx)
{
	return keep_head(ctx);
}

SEC("xdp/devmap") int split_tail(struct xdp_md *ctx)
{
	return keep_tail(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";

/* The backend's side: takes off what a balancer put before a packet. */
#include "take_off.h"

SEC("xdp") int decap(struct xdp_md *ctx)
{
	return take_off(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";

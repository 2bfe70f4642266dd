/* What makes two frames of one, for BPF_PROG_TEST_RUN: it takes no programs of device maps,
 * such as vip.bpf.c has.
 */
#include "split.h"

SEC("xdp") int head(struct xdp_md *ctx)
{
	return keep_head(ctx);
}

SEC("xdp") int tail(struct xdp_md *ctx)
{
	return keep_tail(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";

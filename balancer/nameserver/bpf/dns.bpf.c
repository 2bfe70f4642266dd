/* The nameserver's hot answers: what the tables hold is answered, the rest passes. */
#include "dns.h"

SEC("xdp") int dns(struct xdp_md *ctx)
{
	return answer_frame(ctx);
}

char _license[] SEC("license") = "Dual MIT/GPL";

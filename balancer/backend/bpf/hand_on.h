/* Sending a packet that is not ours on to another backend; hand_on.py. */
#pragma once

#include "../../vip/bpf/checksum.h"
#include "segment.h"

#define HOPS 64

/* Turn a frame with GRE and a key over IPv4 round; it keeps its length, and has no third
 * chance. Return the verdict.
 */
static __always_inline int
hand_on(struct xdp_md *ctx, struct ethhdr *ethernet, void *end, __be32 second)
{
	struct iphdr *ip = (void *)(ethernet + 1);
	__be32 *key = (void *)(ip + 1) + sizeof(struct gre_header);
	__u8 here[ETH_ALEN];

	if ((void *)(key + 1) > end)
		return count(XDP_DROP, MALFORMED);
	__builtin_memcpy(here, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, here, ETH_ALEN);
	ip->saddr = ip->daddr;
	ip->daddr = second;
	ip->ttl = HOPS;
	ip->check = 0;
	ip->check = fold(sum_words(ip, sizeof(*ip)));
	*key = 0;
	/* Not XDP_TX: see send.h of the balancer. */
	return count(bpf_redirect(ctx->ingress_ifindex, 0), HANDED_ON);
}

/* Answering a ping of a VIP; answer.py does the same. */
#pragma once

#include "checksum.h"
#include "encap.h"
#include "quote.h"

struct ping4 {
	struct iphdr ip;
	struct icmp_header icmp;
};

struct ping6 {
	struct ipv6hdr ip;
	struct icmp_header icmp;
};

/* Turn the Ethernet header; return it, or NULL when less than `wanted` octets follow. */
static __always_inline struct ethhdr *turn_ethernet(struct xdp_md *ctx, int wanted)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = cursor.at;

	if (cursor.at + sizeof(*ethernet) + wanted > cursor.end)
		return NULL;
	write_ethernet(ethernet, ethernet->h_proto);
	return ethernet;
}

/* Return 0, or -1 when the frame is too short, which it is not after parsing. */
static __always_inline int answer_ping4(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = turn_ethernet(ctx, sizeof(struct ping4));
	struct ping4 *ping = (void *)(ethernet + 1);
	__be32 source;
	__u16 old;

	if (!ethernet)
		return -1;
	source = ping->ip.saddr;
	ping->ip.saddr = ping->ip.daddr;
	ping->ip.daddr = source;
	old = *(__u16 *)&ping->ip.ttl;
	ping->ip.ttl = OUTER_TTL;
	ping->ip.check = replace_word(ping->ip.check, old, *(__u16 *)&ping->ip.ttl);
	ping->icmp.type = 0;
	ping->icmp.checksum = replace_word(ping->icmp.checksum, bpf_htons(8 << 8), 0);
	if (!ping->icmp.checksum)
		ping->icmp.checksum = 0xffff; /* 0 too, and right for zeros only */
	return 0;
}

static __always_inline int answer_ping6(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = turn_ethernet(ctx, sizeof(struct ping6));
	struct ping6 *ping = (void *)(ethernet + 1);
	struct in6_addr source;

	if (!ethernet)
		return -1;
	source = ping->ip.saddr;
	ping->ip.saddr = ping->ip.daddr;
	ping->ip.daddr = source;
	ping->ip.hop_limit = OUTER_TTL;
	ping->icmp.type = 129;
	ping->icmp.checksum = replace_word(ping->icmp.checksum, bpf_htons(128 << 8),
					   bpf_htons(129 << 8));
	return 0;
}

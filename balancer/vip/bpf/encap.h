/* Encapsulating: GRE without options over IPv4 (RFC 2784), the inner packet untouched. */
#pragma once

#include "checksum.h"
#include "options.h"
#include "parse.h"

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

#define OVERHEAD (sizeof(struct iphdr) + sizeof(struct gre_header))
#define DONT_FRAGMENT 0x4000
#define OUTER_TTL 64

static __always_inline void write_ethernet(struct ethhdr *ethernet, __be16 protocol)
{
	__u16 *destination = (__u16 *)ethernet->h_dest;
	__u16 *source = (__u16 *)ethernet->h_source;

#pragma unroll
	for (int i = 0; i < 3; i++) {
		destination[i] = options.gateway_mac[i];
		source[i] = options.mac[i];
	}
	ethernet->h_proto = protocol;
}

static __always_inline void
write_ipv4(struct iphdr *ip, __u8 protocol, __u32 length, __be32 source, __be32 destination)
{
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = bpf_htons(length);
	ip->frag_off = bpf_htons(DONT_FRAGMENT);
	ip->ttl = OUTER_TTL;
	ip->protocol = protocol;
	ip->saddr = source;
	ip->daddr = destination;
}

/* Return 0, or -1 when there is no room in front of the frame. */
static __always_inline int
encapsulate(struct xdp_md *ctx, const struct packet *packet, __be32 destination)
{
	struct cursor cursor;
	struct ethhdr *ethernet;
	struct iphdr *ip;
	struct gre_header *gre;

	if (bpf_xdp_adjust_head(ctx, 0 - (int)OVERHEAD))
		return -1;
	cursor = cursor_of(ctx);
	ethernet = cursor.at;
	ip = (void *)(ethernet + 1);
	gre = (void *)(ip + 1);
	if ((void *)(gre + 1) > cursor.end)
		return -1;
	write_ethernet(ethernet, bpf_htons(ETH_P_IP));
	write_ipv4(ip, IPPROTO_GRE, packet->length + OVERHEAD, options.source, destination);
	ip->tos = packet->tos;
	ip->check = fold(sum_words(ip, sizeof(*ip)));
	gre->flags = 0;
	gre->protocol = packet->flow.version == 4 ? bpf_htons(ETH_P_IP)
						  : bpf_htons(ETH_P_IPV6);
	return 0;
}

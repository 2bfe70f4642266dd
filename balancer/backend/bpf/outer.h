/* What a frame's outer header says of a tunnel; outer.py reads the same. */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>

#include "rules.h"

#define FRAGMENT_MASK 0x3fff
#define GRE_HAS_KEY 0x2000  /* RFC 2890 */

struct gre_header {
	__be16 flags;
	__be16 protocol;
};

struct outer {
	struct address source;
	__u32 length;    /* of the whole packet */
	__u8 mode;       /* enum forwarding */
	__u8 protocol;
	__u8 tos;
	bool is_plain;   /* without options, no fragment, long enough */
	bool is_certain; /* behind extension headers there may be anything */
};

/* What it is, by protocol and, for UDP, port; -1 for nothing of ours. */
static __always_inline int
mode_of(const struct iphdr *ip, const void *end, const struct outer *outer)
{
	const struct udphdr *udp = (const void *)(ip + 1);

	switch (ip->protocol) {
	case IPPROTO_GRE:
		return GRE;
	case IPPROTO_IPIP:
	case IPPROTO_IPV6:
		return IPIP;
	case IPPROTO_UDP:
		if (!outer->is_plain || outer->length < sizeof(*ip) + sizeof(*udp) ||
		    (void *)(udp + 1) > end || udp->dest != bpf_htons(GUE_PORT))
			return -1;
		return GUE;
	default:
		return -1;
	}
}

/* Return 0, or -1 when it is not encapsulated, or the stack's to judge. */
static __always_inline int parse_outer4(void *at, void *end, struct outer *outer)
{
	struct iphdr *ip = at;
	__u32 header_length;
	int mode;

	if ((void *)(ip + 1) > end || ip->version != 4)
		return -1;
	outer->length = bpf_ntohs(ip->tot_len);
	header_length = ip->ihl * 4;
	if (header_length < sizeof(*ip) || outer->length < header_length ||
	    outer->length > end - at)
		return -1;
	outer->is_plain = header_length == sizeof(*ip) &&
			  !(ip->frag_off & bpf_htons(FRAGMENT_MASK));
	mode = mode_of(ip, end, outer);
	if (mode < 0)
		return -1;
	if (mode == GRE && outer->length < sizeof(*ip) + sizeof(struct gre_header))
		outer->is_plain = false;
	outer->mode = mode;
	outer->is_certain = true;
	outer->protocol = ip->protocol;
	outer->tos = ip->tos;
	outer->source.version = 4;
	outer->source.words[0] = ip->saddr;
	return 0;
}

static __always_inline bool is_extension(__u8 kind)
{
	return kind == IPPROTO_HOPOPTS || kind == IPPROTO_ROUTING ||
	       kind == IPPROTO_FRAGMENT || kind == IPPROTO_AH || kind == IPPROTO_DSTOPTS;
}

static __always_inline int parse_outer6(void *at, void *end, struct outer *outer)
{
	struct ipv6hdr *ip = at;

	if ((void *)(ip + 1) > end || ip->version != 6)
		return -1;
	outer->length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	if (outer->length > end - at)
		return -1;
	outer->is_certain = ip->nexthdr == IPPROTO_GRE;
	if (!outer->is_certain && !is_extension(ip->nexthdr))
		return -1;
	outer->is_plain = outer->is_certain &&
			  outer->length >= sizeof(*ip) + sizeof(struct gre_header);
	outer->mode = GRE6;
	outer->protocol = ip->nexthdr;
	outer->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	outer->source.version = 6;
	__builtin_memcpy(outer->source.words, &ip->saddr, sizeof(outer->source.words));
	return 0;
}

/* Whether it is encapsulated in a mode that is taken off here. */
static __always_inline bool
parse_outer(void *at, void *end, __be16 protocol, struct outer *outer)
{
	if (protocol == bpf_htons(ETH_P_IP))
		return !parse_outer4(at, end, outer) && is_accepted(outer->mode);
	if (protocol == bpf_htons(ETH_P_IPV6) && is_accepted(GRE6))
		return !parse_outer6(at, end, outer) &&
		       (outer->is_certain || is_balancer(&outer->source));
	return false;
}

/* What stands between outer and inner IP header; payload.py reads the same. */
#pragma once

#include "udp.h"

struct payload {
	__be16 protocol;  /* the inner packet's EtherType */
	__u32 size;       /* of all that stands before it, but Ethernet */
	__be32 second;    /* who may have its connection if we have not, or 0 */
};

/* All of these return 0, or the reason why the packet is dropped. */
static __always_inline int
read_gre(void *at, void *end, __u32 start, bool may_have_key, struct payload *payload)
{
	struct gre_header *gre = at + start;
	__be32 *key = (void *)(gre + 1);

	if ((void *)key > end)
		return MALFORMED;
	payload->size = start + sizeof(*gre);
	if (may_have_key && gre->flags == bpf_htons(GRE_HAS_KEY)) {
		if ((void *)(key + 1) > end)
			return GRE_OPTIONS;
		payload->second = *key;
		payload->size += sizeof(*key);
	} else if (gre->flags) {
		return GRE_OPTIONS;
	}
	if (gre->protocol != bpf_htons(ETH_P_IP) && gre->protocol != bpf_htons(ETH_P_IPV6))
		return OTHER_PAYLOAD;
	payload->protocol = gre->protocol;
	return 0;
}

/* GUE's variant 1 is known by the inner packet's version. */
static __always_inline int
read_gue(const struct iphdr *ip, void *end, __u32 length, struct payload *payload)
{
	struct udphdr *udp = (void *)(ip + 1);
	__u8 *first = (void *)(udp + 1);
	__u32 segment = length - sizeof(*ip);

	if ((void *)first > end || bpf_ntohs(udp->len) != segment)
		return MALFORMED;
	if (udp->check && !is_sum_right(ip, end, segment))
		return BAD_CHECKSUM;
	if (segment == sizeof(*udp) || (void *)(first + 1) > end)
		return OTHER_PAYLOAD;
	payload->size = sizeof(*ip) + sizeof(*udp);
	switch (*first >> 4) {
	case 4:
		payload->protocol = bpf_htons(ETH_P_IP);
		return 0;
	case 6:
		payload->protocol = bpf_htons(ETH_P_IPV6);
		return 0;
	default:
		return OTHER_PAYLOAD;
	}
}

static __always_inline int
read_payload(void *at, void *end, const struct outer *outer, struct payload *payload)
{
	switch (outer->mode) {
	case IPIP:
		payload->size = sizeof(struct iphdr);
		payload->protocol = outer->protocol == IPPROTO_IPIP ? bpf_htons(ETH_P_IP)
								    : bpf_htons(ETH_P_IPV6);
		return 0;
	case GUE:
		if (!is_accepted(GUE) || at + sizeof(struct iphdr) > end)
			return MALFORMED;
		return read_gue(at, end, outer->length, payload);
	case GRE6:
		return read_gre(at, end, sizeof(struct ipv6hdr), false, payload);
	default:
		return read_gre(at, end, sizeof(struct iphdr), true, payload);
	}
}

/* EDNS0: an OPT record of version 0, alone or with a client subnet (RFC 7871). */
#pragma once

#include "parse.h"

static __always_inline __u32 family_bits(__be16 family)
{
	if (family == bpf_htons(FAMILY_IPV4))
		return 32;
	return family == bpf_htons(FAMILY_IPV6) ? 128 : 0;
}

/* Return whether the address has no bits behind the source prefix length. */
static __always_inline bool is_clean(const struct subnet *subnet)
{
	__u32 bits = subnet->source;

#pragma unroll
	for (__u32 i = 0; i < 4; i++) {
		__u32 kept = bits > 32 * i ? bits - 32 * i : 0;
		__u32 word = bpf_ntohl(subnet->address[i]);

		if (kept < 32 && (__u32)((__u64)word << kept))
			return false;
	}
	return true;
}

/* Read the one option, of `length` octets; return 0, or -1: it is for the server. */
static __always_inline int
read_subnet(struct xdp_md *ctx, struct query *query, __u32 offset, __u32 length)
{
	struct subnet *subnet = &query->subnet;
	__u32 octets;

	if (bpf_xdp_load_bytes(ctx, offset, subnet, SUBNET_HEAD))
		return -1;
	/* Who opts out, by source 0, is placed where the resolver is. */
	if (subnet->code != bpf_htons(OPTION_SUBNET) || !subnet->source || subnet->scope ||
	    subnet->source > family_bits(subnet->family))
		return -1;
	octets = bounded((subnet->source + 7) / 8, sizeof(subnet->address));
	if (length != SUBNET_HEAD + octets ||
	    bpf_ntohs(subnet->length) != length - OPTION_HEAD ||
	    bpf_xdp_load_bytes(ctx, offset + SUBNET_HEAD, subnet->address, octets) ||
	    !is_clean(subnet))
		return -1;
	query->option_length = length;
	return 0;
}

/* Read what is behind the question; return 0, or -1: it is for the server. */
static __always_inline int read_edns(struct xdp_md *ctx, struct query *query)
{
	__u32 offset = query->message + query->question_end;
	struct opt opt;
	__u32 length;

	if (!query->edns)
		return query->length == query->question_end ? 0 : -1;
	if (bpf_xdp_load_bytes(ctx, offset, &opt, sizeof(opt)))
		return -1;
	length = bpf_ntohs(opt.length);
	if (opt.root || opt.type != bpf_htons(TYPE_OPT) || opt.version ||
	    query->length != query->question_end + sizeof(opt) + length)
		return -1;
	query->dnssec_ok = opt.flags & bpf_htons(DNSSEC_OK);
	return length ? read_subnet(ctx, query, offset + sizeof(opt), length) : 0;
}

/* Congestion that the outer header tells of (RFC 6040 section 4.2); wire/ecn.py is the
 * same.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>

#include "../../vip/bpf/checksum.h"

#define ECN_MASK 3

enum ecn {
	NOT_ECT,
	ECT_1,
	ECT_0,
	CE,
};

/* Return what the inner header must say, or -1 when it cannot. */
static __always_inline int combine_ecn(__u8 outer, __u8 inner)
{
	if (outer == CE)
		return inner == NOT_ECT ? -1 : CE;
	if (outer == ECT_1 && inner == ECT_0)
		return ECT_1;
	return inner;
}

static __always_inline int tell_ecn4(struct iphdr *ip, __u8 outer)
{
	int told = combine_ecn(outer, ip->tos & ECN_MASK);
	__u16 old = *(__u16 *)ip;

	if (told < 0)
		return -1;
	ip->tos = (ip->tos & ~ECN_MASK) | told;
	if (*(__u16 *)ip != old)
		ip->check = replace_word(ip->check, old, *(__u16 *)ip);
	return 0;
}

/* The traffic class ends in the upper half of the second octet. */
static __always_inline int tell_ecn6(struct ipv6hdr *ip, __u8 outer)
{
	int told = combine_ecn(outer, ip->flow_lbl[0] >> 4 & ECN_MASK);

	if (told < 0)
		return -1;
	ip->flow_lbl[0] = (ip->flow_lbl[0] & ~(ECN_MASK << 4)) | told << 4;
	return 0;
}

/* Take over into the packet at `inner` what the outer header says; -1 if impossible. */
static __always_inline int tell_ecn(void *inner, void *end, __be16 protocol, __u8 outer)
{
	struct iphdr *ip = inner;
	struct ipv6hdr *ip6 = inner;

	if (protocol == bpf_htons(ETH_P_IP))
		return (void *)(ip + 1) > end ? -1 : tell_ecn4(ip, outer);
	return (void *)(ip6 + 1) > end ? -1 : tell_ecn6(ip6, outer);
}

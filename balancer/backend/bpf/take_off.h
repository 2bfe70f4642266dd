/* One packet at the backend: what a balancer put before it is taken off, and the rest is
 * left alone; strip.py does the same.
 */
#pragma once

#include "ecn.h"
#include "hand_on.h"
#include "payload.h"

#define SIZE_MASK 0x3c  /* outer headers are whole words, and fewer than 16 */

static __always_inline bool is_ours(const struct ethhdr *ethernet)
{
	const __u16 *destination = (const __u16 *)ethernet->h_dest;

	return destination[0] == options.mac[0] && destination[1] == options.mac[1] &&
	       destination[2] == options.mac[2];
}

/* Whether the inner packet at `inner` is sent to a VIP of this backend. */
static __always_inline bool is_for_vip(void *inner, void *end, __be16 protocol)
{
	struct iphdr *ip = inner;
	struct ipv6hdr *ip6 = inner;
	struct address destination = {};

	if (protocol == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip + 1) > end)
			return false;
		destination.version = 4;
		destination.words[0] = ip->daddr;
	} else {
		if ((void *)(ip6 + 1) > end)
			return false;
		destination.version = 6;
		__builtin_memcpy(destination.words, &ip6->daddr, sizeof(destination.words));
	}
	return bpf_map_lookup_elem(&vips, &destination);
}

/* Take `size` octets off, behind an Ethernet header that stays. */
static __always_inline int strip(struct xdp_md *ctx, struct ethhdr ethernet, __u32 size)
{
	void *data, *end;

	if (bpf_xdp_adjust_head(ctx, size))
		return count(XDP_DROP, MALFORMED);
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + sizeof(ethernet) > end)
		return count(XDP_DROP, MALFORMED);
	__builtin_memcpy(data, &ethernet, sizeof(ethernet));
	return count(XDP_PASS, DECAPSULATED);
}

static __always_inline int take_off(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data, inner_ethernet;
	struct outer outer = {};
	struct payload payload = {};
	void *at = ethernet + 1, *inner;
	enum sender sender;
	__u32 size;
	int refused;

	if (at > end || !is_ours(ethernet))
		return count(XDP_PASS, NOT_FOR_US);
	if (!parse_outer(at, end, ethernet->h_proto, &outer))
		return count(XDP_PASS, NOT_ENCAPSULATED);
	if (!outer.is_plain)
		return count(XDP_DROP, MALFORMED);
	sender = find_sender(&outer.source);
	if (sender == UNKNOWN)
		return count(XDP_DROP, STRANGER);
	refused = read_payload(at, end, &outer, &payload);
	if (refused)
		return count(XDP_DROP, refused);
	size = payload.size;
	/* The compiler knows that the mask changes nothing; the verifier does not. */
	barrier_var(size);
	size &= SIZE_MASK;
	inner = at + size;
	if (!is_for_vip(inner, end, payload.protocol))
		return count(XDP_DROP, NOT_A_VIP);
	if (options.hands_on && sender == BALANCER && is_peer(payload.second) &&
	    is_elsewhere(ctx, inner, end, payload.protocol))
		return hand_on(ctx, ethernet, end, payload.second);
	if (tell_ecn(inner, end, payload.protocol, outer.tos & ECN_MASK))
		return count(XDP_DROP, CE_DROPPED);
	inner_ethernet = *ethernet;
	inner_ethernet.h_proto = payload.protocol;
	return strip(ctx, inner_ethernet, size);
}

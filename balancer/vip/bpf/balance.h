/* One packet through the balancer, in the order of decide.py. */
#pragma once

#include "choose.h"
#include "count.h"
#include "encap.h"
#include "toobig.h"

/* Out of the interface that it came in by. Not XDP_TX: a veth loses those frames
 * unless its peer runs an XDP program, a redirect asks only for NAPI there.
 */
static __always_inline int send(struct xdp_md *ctx)
{
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

static __always_inline bool is_ours(const struct ethhdr *ethernet)
{
	const __u16 *destination = (const __u16 *)ethernet->h_dest;

	return destination[0] == options.mac[0] && destination[1] == options.mac[1] &&
	       destination[2] == options.mac[2];
}

/* Drop what is for a VIP's address; the rest is not for us to judge. */
static __always_inline int refuse(const struct packet *packet, __u32 reason)
{
	if (find_vip(packet, 0, 0))
		return count(XDP_DROP, reason);
	return count(XDP_PASS, NOT_A_VIP);
}

static __always_inline int answer_too_big(struct xdp_md *ctx, const struct packet *packet)
{
	int failed = packet->flow.version == 4 ? answer_ipv4(ctx, packet)
					       : answer_ipv6(ctx, packet);

	return failed ? count(XDP_DROP, NO_HEADROOM) : count(send(ctx), TOO_BIG);
}

static __always_inline int
forward(struct xdp_md *ctx, const struct packet *packet, const struct vip *vip)
{
	__u32 number, reason, vip_number = vip->number;
	struct backend *backend = choose(packet, vip, &number, &reason);

	if (!backend)
		return count(XDP_DROP, reason);
	if (encapsulate(ctx, packet, backend->address))
		return count(XDP_DROP, NO_HEADROOM);
	count_traffic(&vip_traffic, vip_number, packet->length);
	count_traffic(&backend_traffic, number, packet->length);
	return count(send(ctx), reason);
}

static __always_inline int balance_ip(struct xdp_md *ctx, struct cursor *cursor,
				      struct packet *packet)
{
	__u8 protocol = packet->flow.protocol;
	struct vip *vip;

	if (packet->fragment)
		return refuse(packet, FRAGMENT);
	if (packet->options)
		return refuse(packet, IPV4_OPTIONS);
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return refuse(packet, OTHER_PROTOCOL);
	if (parse_l4(cursor, packet))
		return refuse(packet, MALFORMED_L4);
	vip = find_vip(packet, packet->flow.ports >> 16, protocol);
	if (!vip)
		return refuse(packet, OTHER_PORT);
	if (packet->length + OVERHEAD > options.mtu)
		return answer_too_big(ctx, packet);
	return forward(ctx, packet, vip);
}

static __always_inline int balance(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct packet packet = {};

	if (!ethernet || !is_ours(ethernet))
		return count(XDP_PASS, NOT_FOR_US);
	switch (ethernet->h_proto) {
	case bpf_htons(ETH_P_IP):
		if (parse_ipv4(&cursor, &packet))
			return count(XDP_DROP, MALFORMED_IP);
		break;
	case bpf_htons(ETH_P_IPV6):
		if (parse_ipv6(&cursor, &packet))
			return count(XDP_DROP, MALFORMED_IP);
		break;
	default:
		return count(XDP_PASS, NOT_IP);
	}
	return balance_ip(ctx, &cursor, &packet);
}

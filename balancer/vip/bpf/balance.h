/* One packet through the balancer, in the order of decide.py. */
#pragma once

#include "choose.h"
#include "clamp.h"
#include "count.h"
#include "forward.h"
#include "nat.h"
#include "ping.h"
#include "sample.h"
#include "second.h"
#include "send.h"
#include "split.h"
#include "toobig.h"

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

/* Answer; but never an error, or a later fragment (RFC 1122 3.2.2). */
static __always_inline int
answer_too_big(struct xdp_md *ctx, const struct packet *packet, __u32 mtu)
{
	int failed;

	if (packet->error)
		return count(XDP_DROP, ICMP_QUOTE);
	if (packet->fragment & FRAGMENT_OFFSET)
		return count(XDP_DROP, FRAGMENT);
	if (!admit_answer())
		return count(XDP_DROP, ANSWER_LIMIT);
	failed = packet->flow.version == 4 ? answer_ipv4(ctx, packet, mtu)
					   : answer_ipv6(ctx, packet, mtu);
	return failed ? count(XDP_DROP, NO_HEADROOM) : count(send(ctx), TOO_BIG);
}

static __always_inline int answer_ping(struct xdp_md *ctx, const struct packet *packet)
{
	int failed;

	if (!find_vip(packet, 0, 0))
		return count(XDP_PASS, NOT_A_VIP);
	if (packet->options)
		return count(XDP_DROP, PING_OPTIONS);
	if (!admit_answer())
		return count(XDP_DROP, ANSWER_LIMIT);
	failed = packet->flow.version == 4 ? answer_ping4(ctx) : answer_ping6(ctx);
	return failed ? count(XDP_DROP, MALFORMED_L4) : count(send(ctx), PING);
}

/* Make the frame what goes on to the backend; return 0, or the reason why it cannot. */
static __always_inline int
hand_on(struct xdp_md *ctx, const struct cursor *cursor, struct packet *packet,
	const struct vip *vip, const struct backend *backend, __u32 number)
{
	if (is_used(NAT) && vip->forwarding == NAT)
		return translate(ctx, cursor, packet, vip, backend, number);
	if (is_used(GRE_KEY) && vip->forwarding == GRE_KEY)
		packet->second = find_second(packet, vip, number);
	return forward(ctx, packet, backend, vip->forwarding);
}

static __always_inline int
send_on(struct xdp_md *ctx, const struct cursor *cursor, struct packet *packet,
	const struct vip *vip)
{
	bool fits = packet->length <= vip->room;
	struct choice choice = { .reason = NO_BACKEND };
	struct backend *backend;
	int refused = 0;

	if (!fits && !can_split(packet, vip))
		return answer_too_big(ctx, packet, vip->room);
	backend = choose(packet, vip, &choice);
	if (!backend)
		return count(XDP_DROP, NO_BACKEND);
	take_sample(packet, &choice);
	if (fits)
		refused = hand_on(ctx, cursor, packet, vip, backend, choice.number);
	if (refused)
		return count(XDP_DROP, refused);
	count_traffic(&vip_traffic, vip->number, packet->length);
	count_traffic(&backend_traffic, choice.number, packet->length);
	if (!fits)
		return count(send_split(ctx, vip, choice.number), FRAGMENTED);
	return count(send(ctx), packet->error ? ICMP_ERROR : choice.reason);
}

static __always_inline int
balance_l4(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	struct vip *vip = NULL;
	int verdict;

	if (!is_balanced(packet->flow.protocol))
		return refuse(packet, OTHER_PROTOCOL);
	if (parse_l4(cursor, packet))
		return refuse(packet, MALFORMED_L4);
	if (is_to_us(packet)) {
		verdict = give_back(ctx, cursor, packet);
		if (verdict >= 0)
			return verdict;
	}
	if (packet->flow.ports >> 16)
		vip = find_vip_of(packet);
	if (!vip)
		return refuse(packet, OTHER_PORT);
	if (packet->syn && vip->mss)
		clamp_mss(cursor, packet, vip->mss);
	return send_on(ctx, cursor, packet, vip);
}

/* First fragments too go by the addresses alone, or the later ones would part. Without
 * ports in each of them they cannot be translated.
 */
static __always_inline int
balance_fragment(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	struct vip *vip = NULL;

	if (is_balanced(packet->flow.protocol))
		vip = find_vip(packet, 0, packet->flow.protocol);
	if (!vip || vip->forwarding == NAT)
		return refuse(packet, FRAGMENT);
	return send_on(ctx, cursor, packet, vip);
}

static __always_inline int
balance_icmp(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	struct icmp_header *icmp = parse_icmp(cursor, packet);
	struct vip *vip;
	int verdict;

	if (!icmp)
		return refuse(packet, MALFORMED_L4);
	if (is_ping(icmp, packet->flow.version))
		return answer_ping(ctx, packet);
	if (!is_error(icmp, packet->flow.version))
		return refuse(packet, OTHER_ICMP);
	if (take_quoted_flow(ctx, cursor, packet))
		return refuse(packet, ICMP_QUOTE);
	if (is_to_us(packet)) {
		verdict = give_back(ctx, cursor, packet);
		if (verdict >= 0)
			return verdict;
	}
	vip = find_vip_of(packet);
	if (!vip)
		return refuse(packet, ICMP_QUOTE);
	return send_on(ctx, cursor, packet, vip);
}

static __always_inline int
balance_ip(struct xdp_md *ctx, struct cursor *cursor, struct packet *packet)
{
	bool is_ipv4 = packet->flow.version == 4;

	if (is_martian(packet))
		return refuse(packet, MARTIAN);
	if (!packet->ttl)
		return refuse(packet, TTL_EXPIRED);
	if (!is_ipv4 && skip_extensions(ctx, cursor, packet))
		return refuse(packet, EXTENSIONS);
	if (packet->fragment)
		return balance_fragment(ctx, cursor, packet);
	if (packet->flow.protocol == (is_ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return balance_icmp(ctx, cursor, packet);
	return balance_l4(ctx, cursor, packet);
}

static __always_inline int balance(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct packet packet = {};
	__u32 room;

	if (!ethernet || !is_ours(ethernet))
		return count(XDP_PASS, NOT_FOR_US);
	room = cursor.end - cursor.at;
	switch (ethernet->h_proto) {
	case bpf_htons(ETH_P_IP):
		if (parse_ipv4(&cursor, &packet, room, false))
			return count(XDP_DROP, MALFORMED_IP);
		break;
	case bpf_htons(ETH_P_IPV6):
		if (parse_ipv6(&cursor, &packet, room, false))
			return count(XDP_DROP, MALFORMED_IP);
		break;
	default:
		return count(XDP_PASS, NOT_IP);
	}
	return balance_ip(ctx, &cursor, &packet);
}

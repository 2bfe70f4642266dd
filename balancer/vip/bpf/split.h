/* Two packets out of one that is too big to be encapsulated; split.py makes the same.
 *
 * A program gives out one frame for each that it got. So the frame is sent twice, by way
 * of a device map that has our interface two times, and a program that goes with the map
 * keeps the first half of one and the second half of the other. Until then the frame is
 * as it came, for it must fit the interface; what has to be known is put in place of its
 * Ethernet destination.
 *
 * A device has one queue for what is redirected to it, and takes the program of whatever
 * comes first for all that is in it. So everything goes out by way of the map as soon as
 * one VIP may be split, and both entries have the same program.
 */
#pragma once

#include "forward.h"

#define FRAGMENT_UNIT 8    /* octets, in which offsets count */
#define SPLIT_TYPE 0x88b5  /* an EtherType for local use (IEEE 802) */

struct split_mark {
	__u16 backend;   /* its number */
	__u16 units;     /* of the first half, behind its header */
	__u16 mode;      /* enum forwarding */
};

/* Octets that the largest packet that fits has behind its header. */
static __always_inline __u32 split_room(const struct vip *vip)
{
	return vip->room - sizeof(struct iphdr);
}

/* Whether a packet may be split, and two packets take all of it. Not with IPv4 options:
 * some of them belong into the first fragment alone.
 */
static __always_inline bool can_split(const struct packet *packet, const struct vip *vip)
{
	__u32 units = split_room(vip) / FRAGMENT_UNIT;
	__u32 rest = packet->length - sizeof(struct iphdr) - units * FRAGMENT_UNIT;

	if (vip->too_big != SPLIT || packet->error)
		return false;
	if (packet->dont_fragment || packet->options)
		return false;
	return rest <= split_room(vip) &&
	       (packet->fragment & FRAGMENT_OFFSET) + units <= FRAGMENT_OFFSET;
}

/* Have the frame sent twice; return the verdict. */
static __always_inline int
send_split(struct xdp_md *ctx, const struct vip *vip, __u32 backend)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct split_mark *mark;

	if (!ethernet)
		return XDP_ABORTED;
	mark = (struct split_mark *)ethernet->h_dest;
	mark->backend = backend;
	mark->units = split_room(vip) / FRAGMENT_UNIT;
	mark->mode = vip->forwarding;
	ethernet->h_proto = bpf_htons(SPLIT_TYPE);
	return bpf_redirect_map(&split_ports, 0, BPF_F_BROADCAST);
}

/* Write the inner header of a half whose packet is `length` octets. */
static __always_inline void
write_half(struct iphdr *ip, __u32 length, __u16 fragment)
{
	ip->tot_len = bpf_htons(length);
	ip->frag_off = bpf_htons(fragment);
	ip->check = 0;
	ip->check = fold(sum_words(ip, sizeof(*ip)));
}

/* Read the flow at a whole packet's header; fragments have no ports. */
static __always_inline int
parse_split_flow(const struct iphdr *ip, const void *end, struct packet *packet)
{
	const __u32 *ports = (const void *)(ip + 1);

	if ((void *)(ports + 1) > end)
		return -1;
	packet->flow.version = 4;
	packet->flow.source[0] = ip->saddr;
	packet->flow.destination[0] = ip->daddr;
	packet->flow.protocol = ip->protocol;
	if (!(ip->frag_off & bpf_htons(MORE_FRAGMENTS | FRAGMENT_OFFSET)))
		packet->flow.ports = *ports;
	return 0;
}

/* Parse a frame that `send_split` has sent: its mark, and the inner header. */
static __always_inline struct iphdr *
parse_split(struct xdp_md *ctx, struct split_mark *mark, struct packet *packet)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct iphdr *ip = cursor.at;

	if (!ethernet || (void *)(ip + 1) > cursor.end ||
	    parse_split_flow(ip, cursor.end, packet))
		return NULL;
	*mark = *(struct split_mark *)ethernet->h_dest;
	mark->units &= FRAGMENT_OFFSET;
	packet->length = bpf_ntohs(ip->tot_len);
	packet->tos = ip->tos;
	return ip;
}

/* Make a half what goes on to the backend; return the verdict. */
static __always_inline int forward_half(struct xdp_md *ctx, const struct packet *packet,
					const struct split_mark *mark)
{
	__u32 number = mark->backend;
	struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!backend || forward(ctx, packet, backend, mark->mode))
		return XDP_DROP;
	return XDP_PASS;
}

static __always_inline int keep_head(struct xdp_md *ctx)
{
	struct packet packet = {};
	struct split_mark mark;
	struct iphdr *ip = parse_split(ctx, &mark, &packet);
	int surplus;

	if (!ip)
		return XDP_DROP;
	packet.length = sizeof(*ip) + mark.units * FRAGMENT_UNIT;
	write_half(ip, packet.length, bpf_ntohs(ip->frag_off) | MORE_FRAGMENTS);
	surplus = ctx->data_end - ctx->data - sizeof(struct ethhdr) - packet.length;
	if (bpf_xdp_adjust_tail(ctx, 0 - surplus))
		return XDP_DROP;
	return forward_half(ctx, &packet, &mark);
}

static __always_inline int keep_tail(struct xdp_md *ctx)
{
	struct packet packet = {};
	struct split_mark mark;
	struct iphdr *ip = parse_split(ctx, &mark, &packet);
	struct cursor cursor;
	struct iphdr header;
	__u32 skipped;

	if (!ip)
		return XDP_DROP;
	skipped = mark.units * FRAGMENT_UNIT;
	packet.length -= skipped;
	write_half(ip, packet.length, bpf_ntohs(ip->frag_off) + mark.units);
	header = *ip;
	if (bpf_xdp_adjust_head(ctx, skipped))
		return XDP_DROP;
	cursor = cursor_of(ctx);
	ip = cursor.at + sizeof(struct ethhdr);
	if ((void *)(ip + 1) > cursor.end)
		return XDP_DROP;
	*ip = header;
	return forward_half(ctx, &packet, &mark);
}

/* Finish what goes out. Of a frame that is to be split both copies come one after the
 * other, and which of them keeps which half does not matter.
 */
static __always_inline int finish(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	__u32 first = 0, *turn;

	if (!ethernet || ethernet->h_proto != bpf_htons(SPLIT_TYPE))
		return XDP_PASS;
	turn = bpf_map_lookup_elem(&split_turn, &first);
	if (!turn)
		return XDP_DROP;
	*turn ^= 1;
	return *turn ? keep_head(ctx) : keep_tail(ctx);
}

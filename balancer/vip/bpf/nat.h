/* Translation: a flow has one of our ports towards its backend; decision/translate.py does the
 * same.
 */
#pragma once

#include "choose.h"
#include "count.h"
#include "encap.h"
#include "ports.h"
#include "quote.h"
#include "rewrite.h"
#include "send.h"

/* Return the five-tuple of a backend's answers to a flow, but for our port. */
static __always_inline struct flow_key
answer_of(const struct flow_key *flow, const struct backend *backend)
{
	struct flow_key answer = {
		.ports = flow->ports >> 16,
		.protocol = flow->protocol,
		.version = flow->version,
	};

	if (flow->version == 4) {
		answer.source[0] = backend->address;
		answer.destination[0] = options.source;
		return answer;
	}
#pragma unroll
	for (int i = 0; i < 4; i++) {
		answer.source[i] = backend->address6[i];
		answer.destination[i] = options.source6[i];
	}
	return answer;
}

/* Everything that is translated goes by way of the gateway, also what comes back. */
static __always_inline int to_gateway(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);

	if (!ethernet)
		return -1;
	write_ethernet(ethernet, ethernet->h_proto);
	return 0;
}

/* Make an error's quote a packet with these ends, and send the error to its source. */
static __always_inline void
rewrite_error(struct xdp_md *ctx, const struct cursor *cursor, const struct packet *packet,
	      const struct ends *ends)
{
	struct ends outer = { .source = ends->destination, .destination = ends->source };
	void *ip = (void *)(long)ctx->data + sizeof(struct ethhdr);
	struct icmp_header *icmp = packet->icmp;
	struct place quote = {
		.ip = icmp + 1,
		.l4 = cursor->at,
		.end = cursor->end,
		.l4_length = packet->l4_length,
	};
	__u64 delta, addresses, unused = 0;

	if ((void *)(icmp + 1) > cursor->end)
		return;
	delta = rewrite(&quote, &packet->flow, ends);
	addresses = put_addresses(ip, cursor->end, packet->flow.version, &outer, &unused);
	if (packet->flow.version == 6) /* whose checksum covers the addresses, too */
		delta += addresses;
	icmp->checksum = fold((__u16)~icmp->checksum + delta);
}

static __always_inline void
rewrite_packet(struct xdp_md *ctx, const struct cursor *cursor, const struct packet *packet,
	       const struct ends *ends)
{
	struct place place = {
		.ip = (void *)(long)ctx->data + sizeof(struct ethhdr),
		.l4 = cursor->at,
		.end = cursor->end,
		.l4_length = packet->l4_length,
	};

	rewrite(&place, &packet->flow, ends);
}

/* Make a packet to a VIP one from us to its backend; return 0, or the reason why not. */
static __always_inline int
translate(struct xdp_md *ctx, const struct cursor *cursor, const struct packet *packet,
	  const struct vip *vip, const struct backend *backend, __u32 number)
{
	struct flow_key answer = answer_of(&packet->flow, backend);
	struct flags flags = flags_of(cursor, packet);
	struct spare spare = {};
	__u32 now = now_ticks();
	struct translation *known = find_translation(&packet->flow, &answer, now, &spare);
	struct ends ends = { .source = answer.destination, .destination = answer.source };

	if (packet->icmp) {
		ends = (struct ends){ answer.source, answer.destination, answer.ports };
		if (!known)
			return ICMP_QUOTE;
		rewrite_error(ctx, cursor, packet, &ends);
		return to_gateway(ctx) ? NO_HEADROOM : 0;
	}
	if (known) {
		note_packet(known, after_client(known->seen, flags), now);
	} else {
		struct translation fresh = {
			.flow = packet->flow,
			.used = now,
			.seen = after_client(0, flags),
			.backend = number,
			.vip = vip->number,
		};

		if (take_port(&fresh, &answer, spare))
			return NO_PORT;
	}
	ends.ports = turn_ports(answer.ports);
	rewrite_packet(ctx, cursor, packet, &ends);
	return to_gateway(ctx) ? NO_HEADROOM : 0;
}

/* Whether a packet is to the address that we have towards backends. */
static __always_inline bool is_to_us(const struct packet *packet)
{
	__u32 different = packet->flow.destination[0] ^ options.source;

	if (!is_used(NAT))
		return false;
	if (packet->flow.version == 4)
		return !different;
	different = 0;
#pragma unroll
	for (int i = 0; i < 4; i++)
		different |= packet->flow.destination[i] ^ options.source6[i];
	return !different;
}

/* Send a backend's answer, or an error about what was sent to it, to the client as if
 * from the VIP; return a verdict, or -1 when there is no such flow.
 */
static __always_inline int
give_back(struct xdp_md *ctx, const struct cursor *cursor, const struct packet *packet)
{
	struct translation *known = bpf_map_lookup_elem(&translations, &packet->flow);
	struct ends ends;

	if (!known)
		return -1;
	count_returned(&vip_traffic, known->vip, packet->length);
	count_returned(&backend_traffic, known->backend, packet->length);
	ends = (struct ends){ known->flow.source, known->flow.destination, known->flow.ports };
	if (packet->icmp) {
		rewrite_error(ctx, cursor, packet, &ends);
	} else {
		struct flags flags = flags_of(cursor, packet);

		note_packet(known, after_backend(known->seen, flags), now_ticks());
		ends = (struct ends){ known->flow.destination, known->flow.source,
				      turn_ports(known->flow.ports) };
		rewrite_packet(ctx, cursor, packet, &ends);
	}
	if (to_gateway(ctx))
		return count(XDP_DROP, NO_HEADROOM);
	return count(send(ctx), packet->icmp ? ICMP_ERROR : RETURNED);
}

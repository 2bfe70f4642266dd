/* Translation: a flow has one of our ports towards its backend; nat/table.py and
 * nat/translate.py do the same.
 */
#pragma once

#include "choose.h"
#include "count.h"
#include "encap.h"
#include "quote.h"
#include "rewrite.h"
#include "send.h"

#define CANDIDATES 16      /* ports that a flow may have at one backend */

/* What has been seen of a connection; `Seen` in nat/connection.py is the same list. */
enum seen {
	SEEN_ANSWERED = 1,
	SEEN_OPEN = 2,
	SEEN_CLIENT_FIN = 4,
	SEEN_BACKEND_FIN = 8,
	SEEN_RESET = 16,
};

#define SEEN_CLOSED (SEEN_CLIENT_FIN | SEEN_BACKEND_FIN)

/* The candidates of a flow that has no port: 0 where there is none. */
struct spare {
	__u16 free;        /* a port that nobody has */
	__u16 over;        /* one whose flow has been silent for its lifetime */
};

/* Flags of TCP, none in UDP. */
struct flags {
	bool syn;
	bool fin;
	bool reset;
};

static __always_inline struct flags
flags_of(const struct cursor *cursor, const struct packet *packet)
{
	struct tcphdr *tcp = cursor->at;
	struct flags flags = {};

	if (packet->flow.protocol != IPPROTO_TCP || (void *)(tcp + 1) > cursor->end)
		return flags;
	flags.syn = tcp->syn;
	flags.fin = tcp->fin;
	flags.reset = tcp->rst;
	return flags;
}

/* A SYN begins another connection between the same ends. */
static __always_inline __u32 after_client(__u32 seen, struct flags flags)
{
	if (flags.syn)
		return 0;
	if (seen & SEEN_ANSWERED)
		seen |= SEEN_OPEN;
	if (flags.fin)
		seen |= SEEN_CLIENT_FIN;
	return flags.reset ? seen | SEEN_RESET : seen;
}

static __always_inline __u32 after_backend(__u32 seen, struct flags flags)
{
	seen |= SEEN_ANSWERED;
	if (flags.fin)
		seen |= SEEN_BACKEND_FIN;
	return flags.reset ? seen | SEEN_RESET : seen;
}

/* Ticks for which a flow may be silent and keep its port. */
static __always_inline __u32 lifetime(__u8 protocol, __u32 seen)
{
	if (protocol != IPPROTO_TCP)
		return options.datagram;
	if (seen & SEEN_RESET || (seen & SEEN_CLOSED) == SEEN_CLOSED)
		return options.closed;
	return seen & SEEN_OPEN ? options.open : options.half_open;
}

static __always_inline bool
is_over(__u8 protocol, const struct translation *known, __u32 now)
{
	return !is_recent(known->used, now, lifetime(protocol, known->seen));
}

static __always_inline bool is_same(const struct flow_key *one, const struct flow_key *other)
{
	const __u32 *a = (const __u32 *)one, *b = (const __u32 *)other;
	__u32 different = 0;

#pragma unroll
	for (unsigned int i = 0; i < sizeof(*one) / sizeof(*a); i++)
		different |= a[i] ^ b[i];
	return !different;
}

static __always_inline void set_our_port(struct flow_key *answer, __u16 port)
{
	answer->ports = (answer->ports & 0xffff) | (__u32)bpf_htons(port) << 16;
}

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

/* Return the translation of a flow, with its port in `answer`; NULL when it has none. Not
 * inline: among all the rest clang lays the loop out in a way that older kernels refuse.
 */
static __noinline struct translation *
find_translation(const struct flow_key *flow, struct flow_key *answer, __u32 now,
		 struct spare *spare)
{
	__u32 place = hash_flow(flow), step = place >> 16 | 1;
	struct translation *found;
	__u16 port;

	for (int i = 0; i < CANDIDATES; i++) {
		port = options.first_port + place % options.ports;
		set_our_port(answer, port);
		found = bpf_map_lookup_elem(&translations, answer);
		if (found && is_same(&found->flow, flow))
			return found;
		if (!found)
			spare->free = spare->free ?: port;
		else if (!spare->over && is_over(flow->protocol, found, now))
			spare->over = port;
		place += step;
	}
	return NULL;
}

/* Give a flow a port that nobody has, or one of a flow that is over; return 0, or -1. */
static __always_inline int
take_port(const struct translation *fresh, struct flow_key *answer, struct spare spare)
{
	struct translation *old;
	__u32 used;

	set_our_port(answer, spare.free);
	if (spare.free && !bpf_map_update_elem(&translations, answer, fresh, BPF_NOEXIST))
		return 0;
	set_our_port(answer, spare.over);
	if (!spare.over)
		return -1;
	old = bpf_map_lookup_elem(&translations, answer);
	if (!old)
		return -1;
	/* Another CPU may want it too. */
	used = old->used;
	if (__sync_val_compare_and_swap(&old->used, used, fresh->used) != used)
		return -1;
	*old = *fresh;
	return 0;
}

static __always_inline void note_packet(struct translation *known, __u32 seen, __u32 now)
{
	/* Not each packet: that would take the entry from another CPU's cache. */
	if (known->used != now)
		known->used = now;
	if (known->seen != seen)
		known->seen = seen;
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

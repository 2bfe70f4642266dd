/* One frame through the nameserver: answered, or passed on as it came. */
#pragma once

#include "choose.h"
#include "count.h"
#include "edns.h"
#include "question.h"
#include "reply.h"

static __always_inline bool is_ours(const struct ethhdr *ethernet)
{
	const __u16 *destination = (const __u16 *)ethernet->h_dest;

	return destination[0] == options.mac[0] && destination[1] == options.mac[1] &&
	       destination[2] == options.mac[2];
}

/* Whether a reply to the sender goes to one host, and not round in a circle. */
static __always_inline bool is_answerable(const struct query *query)
{
	const __u32 *source = query->source.address, *own = query->destination.address;
	__u32 first = bpf_ntohl(source[0]) >> 24;

	if (source[0] == own[0] && source[1] == own[1] && source[2] == own[2] &&
	    source[3] == own[3])
		return false;
	if (query->source.version == 4)
		return first != 0 && first != 127 && first < 224;
	return first != 0xff && (source[0] | source[1] | source[2]);
}

/* Out of the interface that it came in by; see the balancer's `send` for why. */
static __always_inline int send(struct xdp_md *ctx)
{
	return bpf_redirect(ctx->ingress_ifindex, 0);
}

static __always_inline int answer_query(struct xdp_md *ctx, struct query *query)
{
	__u32 reason = query->option_length ? ANSWERED_SUBNET : ANSWERED;
	struct question *question = find_question(query);
	struct answer *answer;
	int failed;

	if (!question)
		return count(XDP_PASS, NOT_HOT);
	if (question->is_signed && query->dnssec_ok)
		return count(XDP_PASS, SIGNED);
	answer = choose(query, question);
	if (!answer)
		return count(XDP_PASS, NOT_HOT);
	failed = write_reply(ctx, query, answer);
	if (failed)
		return count(failed > 0 ? XDP_PASS : XDP_ABORTED, NO_ROOM);
	count_answer(query, answer);
	return count(send(ctx), reason);
}

static __always_inline int
answer_udp(struct xdp_md *ctx, struct cursor *cursor, struct query *query, int room)
{
	struct udphdr *udp = parse_udp(cursor, query, room);

	if (!udp)
		return count(XDP_PASS, NOT_PLAIN_UDP);
	if (udp->dest != options.port ||
	    !bpf_map_lookup_elem(&listeners, &query->destination))
		return count(XDP_PASS, NOT_LISTENING);
	if (!udp->source || !is_answerable(query))
		return count(XDP_PASS, ODD_SOURCE);
	if (parse_header(cursor, query))
		return count(XDP_PASS, ODD_HEADER);
	if (read_question(ctx, query))
		return count(XDP_PASS, ODD_NAME);
	if (read_edns(ctx, query))
		return count(XDP_PASS, ODD_EDNS);
	return answer_query(ctx, query);
}

static __always_inline int answer_frame(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	struct query query = {};
	int room;

	if (!ethernet || !is_ours(ethernet))
		return count(XDP_PASS, NOT_FOR_US);
	switch (ethernet->h_proto) {
	case bpf_htons(ETH_P_IP):
		room = parse_ipv4(&cursor, &query);
		break;
	case bpf_htons(ETH_P_IPV6):
		room = parse_ipv6(&cursor, &query);
		break;
	default:
		return count(XDP_PASS, NOT_IP);
	}
	return answer_udp(ctx, &cursor, &query, room);
}

/* The reply, written over the query: the same question, the answer, the way back. */
#pragma once

#include "parse.h"

#define HOPS 64
#define DONT_FRAGMENT 0x4000

/* An OPT record with its option, padded to a power of two. */
struct own_edns {
	struct opt opt;
	struct subnet subnet;
	__u8 padding[29];
} __attribute__((packed));

static __always_inline void make_edns(struct own_edns *own, const struct query *query)
{
	own->opt.type = bpf_htons(TYPE_OPT);
	own->opt.size = bpf_htons(PAYLOAD_SIZE);
	own->opt.flags = query->dnssec_ok;
	own->opt.length = bpf_htons(query->option_length);
	own->subnet = query->subnet;
}

/* Have the frame `growth` octets longer at its front, and its head where it was. */
static __always_inline int
grow_at_front(struct xdp_md *ctx, const struct query *query, int growth)
{
	__u64 length = query->message + query->question_end;
	__u32 zero = 0;
	void *head = bpf_map_lookup_elem(&scratch, &zero);

	if (!head || growth < 0)
		return -1;
	length = bounded(length, MAX_HEAD);
	if (bpf_xdp_load_bytes(ctx, 0, head, length) ||
	    bpf_xdp_adjust_head(ctx, -growth))
		return -1;
	return bpf_xdp_store_bytes(ctx, 0, head, length);
}

/* Make the frame as long as the reply; return 0, or -1: it can only be as it is.
 *
 * Behind a frame there is sometimes no room (a socket's buffer is just as large as it
 * needs), before it there always is.
 */
static __always_inline int make_room(struct xdp_md *ctx, const struct query *query)
{
	int growth = query->message + query->length - (ctx->data_end - ctx->data);

	if (!bpf_xdp_adjust_tail(ctx, growth))
		return 0;
	return grow_at_front(ctx, query, growth);
}

/* Put records and OPT record behind the question; return their sum, or -1: no room. */
static __always_inline __s64
write_records(struct xdp_md *ctx, struct query *query, const struct answer *answer)
{
	__u32 end = query->question_end, length = answer->length;
	__u32 edns_length = query->edns ? sizeof(struct opt) + query->option_length : 0;
	struct own_edns own = {};
	__u64 sum = sum_at(end, answer->sum);

	if (length < 1 || length > MAX_RECORDS_OCTETS)
		return -1;
	query->length = end + length + edns_length;
	if (make_room(ctx, query))
		return -1;
	bpf_xdp_store_bytes(ctx, query->message + end, (void *)answer->records,
			    bounded(length, MAX_RECORDS_OCTETS));
	if (edns_length) {
		make_edns(&own, query);
		sum += sum_at(end + length, folded(sum_words(&own, sizeof(own))));
		bpf_xdp_store_bytes(ctx, query->message + end + length, &own,
				    bounded(edns_length, sizeof(own)));
	}
	return sum;
}

static __always_inline void turn_ethernet(struct ethhdr *ethernet)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, ethernet->h_dest, ETH_ALEN);
	__builtin_memcpy(ethernet->h_dest, ethernet->h_source, ETH_ALEN);
	__builtin_memcpy(ethernet->h_source, mac, ETH_ALEN);
}

/* Turn the IP header round; return the sum of its part in the UDP checksum, or -1. */
static __always_inline __s64
turn_ipv4(struct cursor *cursor, const struct query *query, __u32 udp_length)
{
	struct iphdr *ip = cursor->at;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	ip->saddr = query->destination.address[0];
	ip->daddr = query->source.address[0];
	ip->tos = 0;
	ip->ttl = HOPS;
	ip->id = 0;
	ip->frag_off = bpf_htons(DONT_FRAGMENT);
	ip->tot_len = bpf_htons(sizeof(*ip) + udp_length);
	ip->check = 0;
	ip->check = fold(sum_words(ip, sizeof(*ip)));
	cursor->at = ip + 1;
	return sum_words(&ip->saddr, 8);
}

static __always_inline __s64
turn_ipv6(struct cursor *cursor, const struct query *query, __u32 udp_length)
{
	struct ipv6hdr *ip = cursor->at;

	if ((void *)(ip + 1) > cursor->end)
		return -1;
	__builtin_memcpy(&ip->saddr, query->destination.address, 16);
	__builtin_memcpy(&ip->daddr, query->source.address, 16);
	ip->priority = 0;
	__builtin_memset(ip->flow_lbl, 0, sizeof(ip->flow_lbl));
	ip->hop_limit = HOPS;
	ip->payload_len = bpf_htons(udp_length);
	cursor->at = ip + 1;
	return sum_words(&ip->saddr, 32);
}

static __always_inline void
turn_header(struct header *header, const struct query *query, const struct answer *answer)
{
	header->flags[0] = RESPONSE | (header->flags[0] & RECURSION_DESIRED);
	header->flags[1] = 0;
	header->counts[0] = answer->counts[0];
	header->counts[1] = answer->counts[1];
	header->counts[2] = answer->counts[2] + query->edns;
}

/* Turn UDP and DNS headers round; `sum` is that of all that the checksum covers else. */
static __always_inline int turn_message(struct cursor *cursor, const struct query *query,
					const struct answer *answer, __u64 sum)
{
	struct udphdr *udp = cursor->at;
	struct header *header = (void *)(udp + 1);
	__be16 port;

	if ((void *)(header + 1) > cursor->end)
		return -1;
	turn_header(header, query, answer);
	port = udp->source;
	udp->source = udp->dest;
	udp->dest = port;
	udp->len = bpf_htons(sizeof(*udp) + query->length);
	udp->check = 0;
	sum += sum_words(udp, sizeof(*udp)) + sum_words(header, sizeof(*header));
	sum += udp->len + bpf_htons(IPPROTO_UDP) + query->question_sum;
	udp->check = fold(sum) ?: 0xffff;
	return 0;
}

/* Return 0; or 1 when there is no room, and the frame is as it was; or -1. */
static __always_inline int
write_reply(struct xdp_md *ctx, struct query *query, const struct answer *answer)
{
	__s64 sum = write_records(ctx, query, answer), addresses;
	struct cursor cursor = cursor_of(ctx);
	struct ethhdr *ethernet = parse_ethernet(&cursor);
	__u32 udp_length = sizeof(struct udphdr) + query->length;

	if (sum < 0)
		return 1;
	if (!ethernet)
		return -1;
	turn_ethernet(ethernet);
	addresses = query->source.version == 4 ? turn_ipv4(&cursor, query, udp_length)
					       : turn_ipv6(&cursor, query, udp_length);
	return addresses < 0 ? -1 : turn_message(&cursor, query, answer, sum + addresses);
}

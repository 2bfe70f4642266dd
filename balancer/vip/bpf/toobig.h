/* Answering a packet that does not fit when it is sent on: path MTU discovery. `mtu` is
 * that of the packet itself.
 *
 * ICMP fragmentation needed (RFC 1191) or ICMPv6 packet too big (RFC 4443 3.2), from the
 * VIP itself, quoting as much as the RFCs ask for: 576 octets in all (RFC 1812 4.3.2.3)
 * or 1280. A packet that is too big is longer than either, so the lengths are constants.
 */
#pragma once

#include "encap.h"

struct icmp_error {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 mtu;  /* in ICMP, two octets of zero and two of MTU: the same bytes */
};

struct answer4 {
	struct iphdr ip;
	struct icmp_error icmp;
};

struct answer6 {
	struct ipv6hdr ip;
	struct icmp_error icmp;
};

#define QUOTE4 (576 - sizeof(struct answer4))
#define QUOTE6 (1280 - sizeof(struct answer6))
#define CHUNK 512  /* bpf_csum_diff takes no more at once */

/* Make the frame Ethernet, `header` octets of new headers, `quote` of the packet. */
static __always_inline struct ethhdr *make_room(struct xdp_md *ctx, int header, int quote)
{
	int length = ctx->data_end - ctx->data;
	int wanted = sizeof(struct ethhdr) + quote;
	struct cursor cursor;

	if (bpf_xdp_adjust_tail(ctx, wanted - length))
		return NULL;
	if (bpf_xdp_adjust_head(ctx, 0 - header))
		return NULL;
	cursor = cursor_of(ctx);
	if (cursor.at + wanted + header > cursor.end)
		return NULL;
	return cursor.at;
}

static __always_inline __u64 sum_quote(void *quote, int length)
{
	__u64 sum = 0;

#pragma unroll
	for (int done = 0; done < length; done += CHUNK)
		sum += (__u32)bpf_csum_diff(NULL, 0, quote + done,
					    length - done < CHUNK ? length - done : CHUNK, 0);
	return sum;
}

static __always_inline int
answer_ipv4(struct xdp_md *ctx, const struct packet *packet, __u32 mtu)
{
	struct ethhdr *ethernet = make_room(ctx, sizeof(struct answer4), QUOTE4);
	struct answer4 *answer;
	struct ipv4_fields outer = {
		.protocol = IPPROTO_ICMP,
		.length = sizeof(*answer) + QUOTE4,
		.source = packet->flow.destination[0],
		.destination = packet->flow.source[0],
	};

	if (!ethernet)
		return -1;
	answer = (void *)(ethernet + 1);
	write_ethernet(ethernet, bpf_htons(ETH_P_IP));
	write_ipv4((__be32 *)&answer->ip, &outer);
	answer->icmp.type = 3;
	answer->icmp.code = 4;
	answer->icmp.checksum = 0;
	answer->icmp.mtu = bpf_htonl(mtu);
	answer->icmp.checksum = fold(sum_words(&answer->icmp, sizeof(answer->icmp)) +
				     sum_quote(answer + 1, QUOTE4));
	return 0;
}

static __always_inline int
answer_ipv6(struct xdp_md *ctx, const struct packet *packet, __u32 mtu)
{
	struct ethhdr *ethernet = make_room(ctx, sizeof(struct answer6), QUOTE6);
	const int payload = sizeof(struct icmp_error) + QUOTE6;
	struct answer6 *answer;

	if (!ethernet)
		return -1;
	answer = (void *)(ethernet + 1);
	write_ethernet(ethernet, bpf_htons(ETH_P_IPV6));
	__builtin_memset(answer, 0, sizeof(*answer));
	answer->ip.version = 6;
	answer->ip.payload_len = bpf_htons(payload);
	answer->ip.nexthdr = IPPROTO_ICMPV6;
	answer->ip.hop_limit = OUTER_TTL;
	__builtin_memcpy(&answer->ip.saddr, packet->flow.destination, 16);
	__builtin_memcpy(&answer->ip.daddr, packet->flow.source, 16);
	answer->icmp.type = 2;
	answer->icmp.mtu = bpf_htonl(mtu);
	/* The pseudo-header: both addresses, length and protocol (RFC 8200 8.1). */
	answer->icmp.checksum = fold(sum_words(&answer->ip.saddr, 32) +
				     bpf_htons(payload) + bpf_htons(IPPROTO_ICMPV6) +
				     sum_words(&answer->icmp, sizeof(answer->icmp)) +
				     sum_quote(answer + 1, QUOTE6));
	return 0;
}

/* Other addresses and ports in a packet, in place; nat/rewrite.py does the same.
 *
 * Checksums are changed, not made anew (RFC 1624): one that was wrong stays wrong.
 */
#pragma once

#include "checksum.h"
#include "parse.h"

#define TCP_CHECK 16
#define UDP_CHECK 6

/* What a packet's ends become. */
struct ends {
	const __u32 *source;
	const __u32 *destination;
	__u32 ports;       /* as in `struct flow_key` */
};

/* Ports the other way round. */
static __always_inline __u32 turn_ports(__u32 ports)
{
	return ports >> 16 | ports << 16;
}

/* Write a word, and add to `delta` what a checksum changes by that covers it. */
static __always_inline void put_word(__u32 *place, __u32 word, __u64 *delta)
{
	*delta += (__u32)~*place;
	*delta += word;
	*place = word;
}

/* Change a checksum, and add to `outer` what changes one that covers it. */
static __always_inline void put_check(__sum16 *check, __u64 delta, __u64 *outer)
{
	__sum16 changed = fold((__u16)~*check + delta);

	*outer += (__u16)~*check;
	*outer += changed;
	*check = changed;
}

/* Write the addresses of an IP header; return what checksums change by that cover them,
 * or 0 when the header is not there, which it is.
 */
static __always_inline __u64
put_addresses(void *at, void *end, __u8 version, const struct ends *ends, __u64 *outer)
{
	struct iphdr *ip = at;
	__u32 *words = at + 8;
	__u64 delta = 0;

	if (version == 4) {
		if ((void *)(ip + 1) > end)
			return 0;
		put_word(&ip->saddr, ends->source[0], &delta);
		put_word(&ip->daddr, ends->destination[0], &delta);
		put_check(&ip->check, delta, outer);
		return delta;
	}
	if ((void *)(words + 8) > end)
		return 0;
#pragma unroll
	for (int i = 0; i < 4; i++) {
		put_word(&words[i], ends->source[i], &delta);
		put_word(&words[4 + i], ends->destination[i], &delta);
	}
	return delta;
}

/* Change TCP's checksum, if there is so much of it. */
static __always_inline void
put_tcp_check(void *l4, void *end, __u64 delta, __u64 *outer)
{
	__sum16 *check = l4 + TCP_CHECK;

	if ((void *)(check + 1) <= end)
		put_check(check, delta, outer);
}

/* Change UDP's checksum, unless it is 0: then there is none (RFC 768). */
static __always_inline void
put_udp_check(void *l4, void *end, __u64 delta, __u64 *outer)
{
	__sum16 *check = l4 + UDP_CHECK;
	__sum16 changed;

	if ((void *)(check + 1) > end || !*check)
		return;
	changed = fold((__u16)~*check + delta);
	if (!changed)
		changed = 0xffff;
	*outer += (__u16)~*check;
	*outer += changed;
	*check = changed;
}

/* Where a packet's headers are, and how much there is of the second. */
struct place {
	void *ip;
	void *l4;
	void *end;         /* of the frame */
	__u32 l4_length;
};

/* Put other ends into a TCP or UDP packet; return what a checksum changes by that covers
 * all of it. Of a packet that is quoted there may be less than TCP's checksum.
 */
static __always_inline __u64 rewrite(const struct place *place, const struct flow_key *flow,
				     const struct ends *ends)
{
	__u64 outer = 0, delta, ports = 0;

	if (place->l4 + sizeof(struct udphdr) > place->end)
		return 0;
	delta = put_addresses(place->ip, place->end, flow->version, ends, &outer);
	outer += delta;
	put_word(place->l4, ends->ports, &ports);
	outer += ports;
	if (flow->protocol == IPPROTO_UDP)
		put_udp_check(place->l4, place->end, delta + ports, &outer);
	else if (place->l4_length >= TCP_CHECK + sizeof(__sum16))
		put_tcp_check(place->l4, place->end, delta + ports, &outer);
	return outer;
}

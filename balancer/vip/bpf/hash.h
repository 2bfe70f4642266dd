/* MurmurHash3 x86 32-bit of a five-tuple, seed 0; hashing/flow.py gives the same. */
#pragma once

#include "maps.h"

static __always_inline __u32 rotate_left(__u32 word, int bits)
{
	return word << bits | word >> (32 - bits);
}

static __always_inline __u32 murmur_mix(__u32 hash, __u32 word)
{
	word = rotate_left(word * 0xcc9e2d51, 15) * 0x1b873593;
	return rotate_left(hash ^ word, 13) * 5 + 0xe6546b64;
}

static __always_inline __u32 murmur_finish(__u32 hash, __u32 length)
{
	hash ^= length;
	hash = (hash ^ hash >> 16) * 0x85ebca6b;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35;
	return hash ^ hash >> 16;
}

static __always_inline __u32
murmur_addresses(const __u32 *source, const __u32 *destination, int words)
{
	__u32 hash = 0;

#pragma unroll
	for (int i = 0; i < words; i++)
		hash = murmur_mix(hash, source[i]);
#pragma unroll
	for (int i = 0; i < words; i++)
		hash = murmur_mix(hash, destination[i]);
	return hash;
}

/* All ten words of the key for IPv6; for IPv4 only the first word of each address. */
static __always_inline __u32 hash_with_ports(const struct flow_key *flow, __u32 ports)
{
	const __u32 *tail = (const __u32 *)&flow->protocol;
	bool is_ipv4 = flow->version == 4;
	__u32 hash = is_ipv4 ? murmur_addresses(flow->source, flow->destination, 1)
			     : murmur_addresses(flow->source, flow->destination, 4);

	hash = murmur_mix(hash, ports);
	hash = murmur_mix(hash, *tail);
	return murmur_finish(hash, is_ipv4 ? 16 : 40);
}

static __always_inline __u32 hash_flow(const struct flow_key *flow)
{
	return hash_with_ports(flow, flow->ports);
}

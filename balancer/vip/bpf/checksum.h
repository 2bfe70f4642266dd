/* The Internet checksum (RFC 1071). */
#pragma once

#include <linux/types.h>

static __always_inline __sum16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Return a checksum after one of its words changed (RFC 1624, equation 3). */
static __always_inline __sum16 replace_word(__sum16 check, __u16 old, __u16 new)
{
	return fold((__u32)(__u16)~check + (__u16)~old + new);
}

/* Of `length` octets, an even constant, already checked to be inside the packet. */
static __always_inline __u64 sum_words(const void *start, int length)
{
	const __u16 *word = start;
	__u64 sum = 0;

#pragma unroll
	for (int i = 0; i < length / 2; i++)
		sum += word[i];
	return sum;
}

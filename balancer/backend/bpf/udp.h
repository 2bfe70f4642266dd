/* The checksum of GUE's outer UDP header, where there is one. */
#pragma once

#include "../../vip/bpf/checksum.h"
#include "outer.h"

#define MAX_SUMMED 0x3fff  /* octets; longer ones are taken for wrong */
#define CHUNK 512          /* bpf_csum_diff takes no more at once */

/* Add up the part of `length` octets that its bit `size` stands for, if it has that. The
 * place follows from the bits above, so all ways to it are alike to the verifier.
 */
static __always_inline int sum_part(const void *start, const void *end, __u32 length,
				    __u32 size, __u64 *sum)
{
	const void *part = start + (length & MAX_SUMMED & ~(2 * size - 1));

	if (!(length & size))
		return 0;
	if (part + size > end)
		return -1;
#pragma unroll
	for (__u32 done = 0; done < size; done += CHUNK)
		*sum += (__u32)bpf_csum_diff(NULL, 0, (__be32 *)(part + done),
					     size < CHUNK ? size : CHUNK, 0);
	return 0;
}

/* The last octets, which are no whole word. */
static __always_inline int
sum_rest(const void *start, const void *end, __u32 length, __u64 *sum)
{
	const __u16 *half = start + (length & MAX_SUMMED & ~3);
	const __u8 *octet = start + (length & MAX_SUMMED & ~1);

	if (length & 2) {
		if ((void *)(half + 1) > end)
			return -1;
		*sum += *half;
	}
	if (length & 1) {
		if ((void *)(octet + 1) > end)
			return -1;
		*sum += bpf_htons(*octet << 8);
	}
	return 0;
}

/* Whether the checksum of `length` octets from the UDP header on is right. */
static __always_inline bool
is_sum_right(const struct iphdr *ip, const void *end, __u32 length)
{
	const void *udp = ip + 1;
	__u64 sum = (__u64)ip->saddr + ip->daddr + bpf_htons(IPPROTO_UDP) + bpf_htons(length);

	if (length > MAX_SUMMED)
		return false;
#pragma unroll
	for (__u32 size = (MAX_SUMMED + 1) / 2; size >= sizeof(__u32); size /= 2)
		if (sum_part(udp, end, length, size, &sum))
			return false;
	if (sum_rest(udp, end, length, &sum))
		return false;
	return !fold(sum);
}

/* Counting: every packet once by reason, every forwarded one also by VIP and backend. */
#pragma once

#include "maps.h"

/* Return `verdict`, with `reason` counted. */
static __always_inline int count(int verdict, __u32 reason)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &reason);

	if (counter)
		*counter += 1;
	return verdict;
}

/* Count what a backend answered by way of the balancer. */
static __always_inline void count_returned(void *map, __u32 number, __u32 bytes)
{
	struct traffic *traffic = bpf_map_lookup_elem(map, &number);

	if (!traffic)
		return;
	traffic->returned += 1;
	traffic->returned_bytes += bytes;
}

static __always_inline void count_traffic(void *map, __u32 number, __u32 bytes)
{
	struct traffic *traffic = bpf_map_lookup_elem(map, &number);

	if (!traffic)
		return;
	traffic->packets += 1;
	traffic->bytes += bytes;
}

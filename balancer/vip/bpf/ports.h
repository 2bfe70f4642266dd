/* The ports that translated flows have towards backends; nat/ports.py and nat/table.py. */
#pragma once

#include "connection.h"
#include "hash.h"

#define CANDIDATES 16      /* ports that a flow may have at one backend */

/* The candidates of a flow that has no port: 0 where there is none. */
struct spare {
	__u16 free;        /* a port that nobody has */
	__u16 over;        /* one whose flow has been silent for its lifetime */
};

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

/* The first of a flow's candidates follows from its hash, and the others from this. */
static __always_inline __u32 step_of(__u32 hash)
{
	return hash >> 16 | 1;
}

static __always_inline void set_candidate(struct flow_key *answer, __u32 place)
{
	set_our_port(answer, options.first_port + place % options.ports);
}

/* Put a flow's port into `answer` and return 1, or 0 when it has none; `place` is the
 * flow's hash. Not static: so it is verified by itself, once, and not anew with all that
 * can have come before it.
 */
__noinline int find_port(const struct flow_key *flow, __u32 place, struct flow_key *answer,
			 __u32 now, struct spare *spare)
{
	__u32 step = step_of(place);
	struct translation *found;
	struct flow_key key;
	__u16 port;

	if (!flow || !answer || !spare)
		return 0;
	key = *answer; /* Older kernels take no argument's memory for a key. */
	for (int i = 0; i < CANDIDATES; i++) {
		set_candidate(&key, place);
		port = bpf_ntohs(key.ports >> 16);
		found = bpf_map_lookup_elem(&translations, &key);
		if (found && is_same(&found->flow, flow)) {
			answer->ports = key.ports;
			return 1;
		}
		if (!found)
			spare->free = spare->free ?: port;
		else if (!spare->over && is_over(flow->protocol, found, now))
			spare->over = port;
		place += step;
	}
	return 0;
}

/* Return the translation of a flow, with its port in `answer`; NULL when it has none.
 * Most flows have their first candidate: those are spared a second look-up.
 */
static __always_inline struct translation *
find_translation(const struct flow_key *flow, struct flow_key *answer, __u32 now,
		 struct spare *spare)
{
	__u32 hash = hash_flow(flow);
	struct translation *found;

	set_candidate(answer, hash);
	found = bpf_map_lookup_elem(&translations, answer);
	if (found && is_same(&found->flow, flow))
		return found;
	if (!find_port(flow, hash, answer, now, spare))
		return NULL;
	return bpf_map_lookup_elem(&translations, answer);
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

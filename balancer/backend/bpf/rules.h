/* Whose packets are taken, in which modes, and for whom; `Rules` in strip.py. */
#pragma once

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../../vip/bpf/modes.h"
#include "reasons.h"

#define MAX_ADDRESSES 512

/* What is fixed before load; `OPTIONS` in decap.py has the same layout. */
struct options {
	__u16 mac[3];
	__u16 zero;
	__u32 encapsulations;  /* 1 << enum forwarding, of each that is taken off */
	__u32 hands_on;        /* whether there are peers */
};

const volatile struct options options = {};

struct address {
	__u32 words[4];  /* network order; IPv4 in the first */
	__u32 version;
};

/* Who may be an outer source. */
enum sender {
	UNKNOWN,
	BALANCER,
	PEER,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * MAX_ADDRESSES);
	__type(key, struct address);
	__type(value, enum sender);
} senders SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_ADDRESSES);
	__type(key, struct address);
	__type(value, __u32);
} vips SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* Return `verdict`, with `reason` counted. */
static __always_inline int count(int verdict, __u32 reason)
{
	__u64 *counter = bpf_map_lookup_elem(&counters, &reason);

	if (counter)
		*counter += 1;
	return verdict;
}

/* The verifier leaves out what is for modes that are not taken off. */
static __always_inline bool is_accepted(__u8 mode)
{
	return options.encapsulations & 1 << mode;
}

static __always_inline enum sender find_sender(const struct address *source)
{
	enum sender *sender = bpf_map_lookup_elem(&senders, source);

	return sender ? *sender : UNKNOWN;
}

static __always_inline bool is_balancer(const struct address *source)
{
	return find_sender(source) == BALANCER;
}

static __always_inline bool is_peer(__be32 address)
{
	struct address peer = { .words = { address }, .version = 4 };

	return find_sender(&peer) == PEER;
}

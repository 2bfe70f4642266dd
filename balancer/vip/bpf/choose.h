/* Choosing: the VIP of a packet, and the backend of its flow. */
#pragma once

#include "hash.h"
#include "parse.h"

/* The VIP at this address, port and protocol; 0 and 0 ask for the address alone. */
static __always_inline struct vip *
find_vip(const struct packet *packet, __be16 port, __u8 protocol)
{
	struct vip_key key = {
		.port = port,
		.protocol = protocol,
		.version = packet->flow.version,
	};

	__builtin_memcpy(key.address, packet->flow.destination, sizeof(key.address));
	return bpf_map_lookup_elem(&vips, &key);
}

/* Return the backend that the flow table remembers, or NULL; a dead one is none. */
static __always_inline struct backend *
find_tracked(const struct flow *flow, __u32 *number)
{
	struct backend *backend;

	if (!flow)
		return NULL;
	*number = flow->backend;
	backend = bpf_map_lookup_elem(&backends, number);
	return backend && backend->usable ? backend : NULL;
}

/* Return the backend of the flow's slot, or NULL when the table is empty. */
static __always_inline struct backend *
find_hashed(const struct flow_key *flow, const struct vip *vip, __u32 *number)
{
	__u32 place = vip->first_slot + hash_flow(flow) % vip->slots;
	struct slot *slot = bpf_map_lookup_elem(&slots, &place);

	if (!slot)
		return NULL;
	*number = slot->backend;
	return bpf_map_lookup_elem(&backends, number);
}

/* Remember the flow from its first packet that is no SYN: a SYN flood fills nothing. */
static __always_inline __u32
track(const struct packet *packet, const struct flow *known, __u32 number)
{
	struct flow flow = { .backend = number };

	if (packet->syn)
		return HASHED;
	if (bpf_map_update_elem(&flows, &packet->flow, &flow, BPF_ANY))
		return HASHED;
	return known ? REHASHED : INSERTED;
}

/* Return the flow's backend, its number and the reason; NULL when there is none. */
static __always_inline struct backend *
choose(const struct packet *packet, const struct vip *vip, __u32 *number, __u32 *reason)
{
	struct flow *known = bpf_map_lookup_elem(&flows, &packet->flow);
	struct backend *backend = find_tracked(known, number);

	*reason = TRACKED;
	if (backend)
		return backend;
	*reason = NO_BACKEND;
	backend = find_hashed(&packet->flow, vip, number);
	if (backend)
		*reason = track(packet, known, *number);
	return backend;
}

/* Choosing: the VIP of a packet, and the backend of its flow; choose.py does the same. */
#pragma once

#include "clock.h"
#include "hash.h"
#include "parse.h"

struct choice {
	__u32 number;
	__u32 reason;
};

/* The VIP at this address, port and protocol; 0 for a port asks for fragments', 0 and 0
 * for the address alone.
 */
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

/* Return the VIP of a packet of TCP or UDP, by its port or as one that has all others. */
static __always_inline struct vip *find_vip_of(const struct packet *packet)
{
	__be16 port = packet->flow.ports >> 16;
	struct vip *vip = find_vip(packet, port, packet->flow.protocol);

	if (vip || !port)
		return vip;
	return find_vip(packet, 0, packet->flow.protocol | OTHER_PORTS);
}

static __always_inline struct slot *
find_slot(const struct flow_key *flow, const struct vip *vip)
{
	/* No ports where clients go together; a branch would double the verifier's work. */
	__u32 ports = flow->ports & (vip->affinity - 1U);
	__u32 place = vip->first_slot + hash_with_ports(flow, ports) % vip->slots;

	return bpf_map_lookup_elem(&slots, &place);
}

/* Return a backend whose flows may still be sent to it, or NULL. */
static __always_inline struct backend *find_usable(__u32 number)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	return backend && backend->usable ? backend : NULL;
}

/* Remember the flow, which `known` says is in the table already or not, idle or not. */
static __always_inline __u32 remember(const struct packet *packet, struct flow *known,
				      bool fresh, __u32 number, __u32 now)
{
	struct flow flow = { .backend = number, .used = now };

	if (known) {
		*known = flow;
		return fresh ? REHASHED : INSERTED;
	}
	if (!admit_flow(now))
		return FLOODED;
	if (bpf_map_update_elem(&flows, &packet->flow, &flow, BPF_ANY))
		return HASHED;
	return INSERTED;
}

/* Return the backend of the slot's new flows, or NULL when the table is empty. */
static __always_inline struct backend *
find_owner(const struct slot *slot, struct choice *choice)
{
	choice->number = slot->backend;
	choice->reason = HASHED;
	return bpf_map_lookup_elem(&backends, &choice->number);
}

/* Return the backend that the flow table has for a flow, or NULL. */
static __always_inline struct backend *
find_tracked(const struct packet *packet, struct flow *known, __u32 now,
	     struct choice *choice)
{
	struct backend *backend = find_usable(known->backend);

	if (!backend)
		return NULL;
	choice->number = known->backend;
	choice->reason = TRACKED;
	/* Not each packet: that would take the entry from another CPU's cache. */
	if (known->used != now && !packet->error)
		known->used = now;
	return backend;
}

static __always_inline bool is_fresh(const struct flow *known, __u32 now)
{
	return known && is_recent(known->used, now, options.idle);
}

/* All flows are remembered, or those beyond their SYN. */
static __always_inline struct backend *
choose_tracked(const struct packet *packet, const struct vip *vip, struct choice *choice)
{
	struct flow *known = bpf_map_lookup_elem(&flows, &packet->flow);
	__u32 now = now_ticks();
	bool fresh = is_fresh(known, now);
	struct backend *backend = NULL;
	struct slot *slot;

	if (fresh)
		backend = find_tracked(packet, known, now, choice);
	if (backend)
		return backend;
	slot = find_slot(&packet->flow, vip);
	if (!slot)
		return NULL;
	backend = find_owner(slot, choice);
	if (backend && !packet->error && (!packet->syn || vip->tracking == ALL))
		choice->reason = remember(packet, known, fresh, choice->number, now);
	return backend;
}

/* Note that the slot's change still matters. UDP and errors prove no older flow. */
static __always_inline void
note_needed(const struct packet *packet, struct slot *slot, __u32 now)
{
	if (packet->flow.protocol == IPPROTO_TCP && !packet->error && slot->needed != now)
		slot->needed = now;
}

/* The slot changed: its new flows are remembered from their SYN on, and what is not
 * known must be older.
 */
static __always_inline struct backend *
choose_changed(const struct packet *packet, struct slot *slot, struct choice *choice)
{
	struct flow *known = bpf_map_lookup_elem(&flows, &packet->flow);
	__u32 now = now_ticks();
	bool fresh = is_fresh(known, now);
	struct backend *backend = NULL;

	if (fresh)
		backend = find_tracked(packet, known, now, choice);
	if (!fresh && !packet->syn)
		backend = find_usable(slot->previous);
	if (backend && !fresh) {
		choice->number = slot->previous;
		choice->reason = PREVIOUS;
	}
	if (backend) {
		if (!fresh || choice->number != slot->backend)
			note_needed(packet, slot, now);
		return backend;
	}
	backend = find_owner(slot, choice);
	if (backend && !packet->error && (packet->syn || fresh))
		choice->reason = remember(packet, known, fresh, choice->number, now);
	return backend;
}

/* Return the packet's backend, or NULL when there is none, and why that one. */
static __always_inline struct backend *
choose(const struct packet *packet, const struct vip *vip, struct choice *choice)
{
	struct slot *slot;

	if (vip->tracking == ESTABLISHED || vip->tracking == ALL)
		return choose_tracked(packet, vip, choice);
	slot = find_slot(&packet->flow, vip);
	if (!slot)
		return NULL;
	if (vip->tracking == CHANGED && slot->previous != NOBODY)
		return choose_changed(packet, slot, choice);
	return find_owner(slot, choice);
}

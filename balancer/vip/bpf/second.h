/* Who may have a flow that its backend has not; second.py does the same. */
#pragma once

#include "choose.h"

/* Return a backend's address, unless it is the chosen one or dead. */
static __always_inline __be32 address_of_other(__u32 number, __u32 chosen)
{
	struct backend *backend = find_usable(number);

	return backend && number != chosen ? backend->address : 0;
}

/* Return the address of the slot's other owner, or 0. Only what belongs to a connection
 * that there is can be somebody else's.
 */
static __always_inline __be32
find_second(const struct packet *packet, const struct vip *vip, __u32 chosen)
{
	struct slot *slot;
	__be32 second;

	if (packet->flow.protocol != IPPROTO_TCP || packet->syn || packet->fragment)
		return 0;
	slot = find_slot(&packet->flow, vip);
	if (!slot)
		return 0;
	second = address_of_other(slot->previous, chosen);
	return second ? second : address_of_other(slot->backend, chosen);
}

/* What is seen of a translated connection, and when it is over; nat/connection.py. */
#pragma once

#include "clock.h"
#include "parse.h"

/* What has been seen of a connection; `Seen` in nat/connection.py is the same list. */
enum seen {
	SEEN_ANSWERED = 1,
	SEEN_OPEN = 2,
	SEEN_CLIENT_FIN = 4,
	SEEN_BACKEND_FIN = 8,
	SEEN_RESET = 16,
};

#define SEEN_CLOSED (SEEN_CLIENT_FIN | SEEN_BACKEND_FIN)

/* Flags of TCP, none in UDP. */
struct flags {
	bool syn;
	bool fin;
	bool reset;
};

static __always_inline struct flags
flags_of(const struct cursor *cursor, const struct packet *packet)
{
	struct tcphdr *tcp = cursor->at;
	struct flags flags = {};

	if (packet->flow.protocol != IPPROTO_TCP || (void *)(tcp + 1) > cursor->end)
		return flags;
	flags.syn = tcp->syn;
	flags.fin = tcp->fin;
	flags.reset = tcp->rst;
	return flags;
}

/* A SYN begins another connection between the same ends. */
static __always_inline __u32 after_client(__u32 seen, struct flags flags)
{
	if (flags.syn)
		return 0;
	if (seen & SEEN_ANSWERED)
		seen |= SEEN_OPEN;
	if (flags.fin)
		seen |= SEEN_CLIENT_FIN;
	return flags.reset ? seen | SEEN_RESET : seen;
}

static __always_inline __u32 after_backend(__u32 seen, struct flags flags)
{
	seen |= SEEN_ANSWERED;
	if (flags.fin)
		seen |= SEEN_BACKEND_FIN;
	return flags.reset ? seen | SEEN_RESET : seen;
}

/* Ticks for which a flow may be silent and keep its port. */
static __always_inline __u32 lifetime(__u8 protocol, __u32 seen)
{
	if (protocol != IPPROTO_TCP)
		return options.datagram;
	if (seen & SEEN_RESET || (seen & SEEN_CLOSED) == SEEN_CLOSED)
		return options.closed;
	return seen & SEEN_OPEN ? options.open : options.half_open;
}

static __always_inline bool
is_over(__u8 protocol, const struct translation *known, __u32 now)
{
	return !is_recent(known->used, now, lifetime(protocol, known->seen));
}

static __always_inline void note_packet(struct translation *known, __u32 seen, __u32 now)
{
	/* Not each packet: that would take the entry from another CPU's cache. */
	if (known->used != now)
		known->used = now;
	if (known->seen != seen)
		known->seen = seen;
}

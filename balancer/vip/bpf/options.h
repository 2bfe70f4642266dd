/* What is fixed before the program is loaded; `Options` in options.py has the same layout. */
#pragma once

#include <stdbool.h>
#include <linux/types.h>

struct options {
	__be32 source;         /* of the outer header */
	__u32 mtu;             /* largest outer packet, in octets */
	__u16 mac[3];          /* ours */
	__u16 gateway_mac[3];  /* the next hop of everything that is sent */
	__u32 idle;            /* ticks after which an unused flow is unknown */
	__u32 window;          /* ticks in which rates are counted */
	__u32 new_flows;       /* most in a window, on each CPU */
	__u32 answers;         /* the same of ICMP packets sent */
	__u32 splits;          /* whether a VIP's packets may be split */
	__u32 samples;         /* most in a window, on each CPU; 0 is none at all */
	__u32 forwardings;     /* 1 << enum forwarding, of each mode that a VIP has */
	__be32 source6[4];     /* of the outer header in IPv6 */
	__u32 first_port;      /* of those that translated flows get */
	__u32 ports;           /* how many there are */
	__u32 open;            /* ticks for which a translated connection may be silent */
	__u32 half_open;
	__u32 closed;
	__u32 datagram;        /* the same of UDP */
};

/* The only read-only variable, so that it stands at offset 0 of .rodata. */
const volatile struct options options = {};

/* Whether any VIP has this mode; the verifier leaves out what is for others. */
static __always_inline bool is_used(__u8 forwarding)
{
	return options.forwardings & 1 << forwarding;
}

/* The tables that Python writes and the program reads; tables.py has the same layouts. */
#pragma once

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "modes.h"
#include "reasons.h"

#define MAX_VIPS 512
#define MAX_BACKENDS 4096
#define NOBODY 0xffff      /* in place of a backend's number */

/* Port and protocol 0 say that the address is a VIP's at all; port 0 with a protocol is
 * where its fragments go, which have no ports, and with OTHER_PORTS added to that, where
 * those ports go that no VIP names.
 */
#define OTHER_PORTS 0x80

struct vip_key {
	__u32 address[4];  /* network order; IPv4 in the first word */
	__be16 port;
	__u8 protocol;
	__u8 version;      /* 4 or 6 */
};

struct vip {
	__u32 first_slot;  /* of its pool's table */
	__u32 slots;       /* how many there are */
	__u32 number;      /* index of its traffic counter */
	__u8 tracking;     /* enum tracking */
	__u8 too_big;      /* enum too_big */
	__u16 room;        /* largest packet that fits when it is sent on */
	__u16 mss;         /* most that a SYN may offer; 0 leaves it */
	__u8 forwarding;   /* enum forwarding */
	__u8 affinity;     /* 1: a client's flows go together, 0: each by itself */
};

/* Which flows are remembered; `Tracking` in model.py is the same list. */
enum tracking {
	OFF,
	ALL,
	ESTABLISHED,
	CHANGED,
};

/* What is done with a packet that is too big; `TooBig` in model.py is the same list. */
enum too_big {
	ANSWER,
	SPLIT,
};

/* The map has eight octets for each entry anyway, so two fields more cost nothing. */
struct slot {
	__u16 backend;
	__u16 previous;    /* whose the slot's older flows are, or NOBODY */
	__u32 needed;      /* tick at which that mattered last */
};

struct backend {
	__be32 address;    /* outer destination, or what a packet's own becomes */
	__u32 usable;      /* 0: dead, its tracked flows are hashed anew */
	__be32 address6[4];  /* the same in IPv6; 0 when there is none */
	__u16 mac[3];      /* 0 when it is not known */
	__u16 zero;
};

/* The five-tuple; also what is hashed (hash.h). Fragments have 0 for both ports. */
struct flow_key {
	__u32 source[4];
	__u32 destination[4];
	__u32 ports;       /* source port, then destination port, as on the wire */
	__u8 protocol;
	__u8 version;
	__u8 zero[2];
};

struct flow {
	__u32 backend;
	__u32 used;        /* tick of its last packet */
};

/* Counted anew in each window, so as to bound what floods can do. */
struct rates {
	__u32 window;
	__u32 new_flows;
	__u32 answers;
	__u32 samples;
	__u64 created;     /* flows, in all windows: less those present, the evicted ones */
};

/* A packet for which the flow table had no backend. */
struct sample {
	struct flow_key flow;
	__u32 backend;
	__u32 reason;
	__u64 time_ns;     /* of the monotonic clock */
};

struct traffic {
	__u64 packets;
	__u64 bytes;       /* of inner packets */
	__u64 returned;    /* packets, of those that came back this way */
	__u64 returned_bytes;
};

/* A flow that is translated; the key says by which five-tuple its backend answers. */
struct translation {
	struct flow_key flow;  /* from the client to the VIP */
	__u32 used;        /* tick of the last packet of either side */
	__u16 backend;
	__u16 vip;         /* index of its traffic counter */
	__u32 seen;        /* enum seen, of connection.h */
};

/* Three for a VIP that has its address for itself, and as many while others come. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 6 * MAX_VIPS);
	__type(key, struct vip_key);
	__type(value, struct vip);
} vips SEC(".maps");

/* Two tables for each pool, one in use and one being written; sized before load. Python
 * writes them through a mapping: a system call for 65537 slots would take 16 ms.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

/* Sized before load. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows SEC(".maps");

/* Sized before load. Not an LRU: no flow's port may become another's while it is in use. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct flow_key);
	__type(value, struct translation);
} translations SEC(".maps");

/* Our own interface, twice, with the program that keeps one half (split.h). */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} split_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} split_turn SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rates);
} rates SEC(".maps");

/* Read now and then: about a thousand samples fit. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} samples SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REASONS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_VIPS);
	__type(key, __u32);
	__type(value, struct traffic);
} vip_traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct traffic);
} backend_traffic SEC(".maps");

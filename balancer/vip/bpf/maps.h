/* The tables that Python writes and the program reads; tables.py has the same layouts. */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "reasons.h"

#define TABLE_SIZE 65537   /* slots of one Maglev table */
#define MAX_VIPS 512
#define MAX_BACKENDS 4096

/* Port and protocol 0 say that the address is a VIP's at all. */
struct vip_key {
	__u32 address[4];  /* network order; IPv4 in the first word */
	__be16 port;
	__u8 protocol;
	__u8 version;      /* 4 or 6 */
};

struct vip {
	__u32 table;       /* its slots start at table * TABLE_SIZE */
	__u32 number;      /* index of its traffic counter */
};

struct backend {
	__be32 address;
	__u32 usable;      /* 0: dead, its tracked flows are hashed anew */
};

/* The five-tuple; also what is hashed (hash.h). */
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
};

struct traffic {
	__u64 packets;
	__u64 bytes;       /* of inner packets */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * MAX_VIPS);
	__type(key, struct vip_key);
	__type(value, struct vip);
} vips SEC(".maps");

/* Two tables for each pool, one in use and one being written; sized before load. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * TABLE_SIZE);
	__type(key, __u32);
	__type(value, __u32);
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

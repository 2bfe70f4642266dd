/* What is fixed before the program is loaded; `OPTIONS` in xdp/layouts.py is the same. */
#pragma once

#include <linux/types.h>

struct options {
	__u16 mac[3];  /* ours */
	__be16 port;
};

/* The only read-only variable, so that it stands at offset 0 of .rodata. */
const volatile struct options options = {};

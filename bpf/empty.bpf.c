// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* Does nothing at each change of a page counter: what the kernel takes for calling any handler there. Loaded by the
 * benchmark alone, to be compared with the probe. */
#include "kernel.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

SEC("tp_btf/rss_stat")
int empty(__u64 *ctx)
{
	(void)ctx;
	return 0;
}

// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* Counts the calls that map and unmap memory, and the futex waits that failed, of the processes in `states`, which is
 * the probe's own map. Attached only while single processes are watched: every call on the machine passes here. */
#include "kernel.h"
#include "record.h"
#include "state.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define TRY_AGAIN (-11)

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct rates);
} counted SEC(".maps");

static __always_inline struct rates *entry(void)
{
	__u32 pid = process_of((void *)bpf_get_current_task_btf(), true);
	struct rates *rates = bpf_map_lookup_elem(&counted, &pid);
	if (rates || !bpf_map_lookup_elem(&states, &pid))
		return rates;
	struct rates fresh = {};
	bpf_map_update_elem(&counted, &pid, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&counted, &pid);
}

SEC("tp_btf/sys_enter")
int enter(__u64 *ctx)
{
	long call = ctx[1];
	if (call != CALL_MMAP && call != CALL_MUNMAP && call != CALL_BRK && call != CALL_MADVISE)
		return 0;
	struct rates *rates = entry();
	if (!rates)
		return 0;
	if (call == CALL_MMAP)
		__sync_fetch_and_add(&rates->mmap, 1);
	else if (call == CALL_MUNMAP)
		__sync_fetch_and_add(&rates->munmap, 1);
	else if (call == CALL_BRK)
		__sync_fetch_and_add(&rates->brk, 1);
	else
		__sync_fetch_and_add(&rates->madvise, 1);
	return 0;
}

SEC("tp_btf/sys_exit")
int leave(__u64 *ctx)
{
	struct pt_regs *regs = (struct pt_regs *)ctx[0];
	if ((long)ctx[1] != TRY_AGAIN || REG_CALL(regs) != CALL_FUTEX)
		return 0;
	struct rates *rates = entry();
	if (rates)
		__sync_fetch_and_add(&rates->contended, 1);
	return 0;
}

// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* The same from the classic tracepoint, for kernels without type information: no kernel type is used here. It tells one
 * counter at a time and no registers, and only what a process does to its own memory. */
#include "kernel.h"
#include "record.h"
#include "state.h"
#include "emit.h"
#include "rest.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* /sys/kernel/tracing/events/kmem/rss_stat/format; the program compares before it attaches. `size` is bytes. */
struct rss_stat {
	__u64 common;
	__u32 mm_id;
	__u32 curr;
	__s32 member;
	__s64 size;
};

SEC("tp/kmem/rss_stat")
int classic(struct rss_stat *ctx)
{
	if (!ctx->curr || (ctx->member != ANON_PAGES && ctx->member != SHMEM_PAGES))
		return 0;
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct state *state = bpf_map_lookup_elem(&states, &pid);
	if (!state) {
		if (!config.everyone)
			return 0;
		struct state fresh = {};
		bpf_map_update_elem(&states, &pid, &fresh, BPF_NOEXIST);
		state = bpf_map_lookup_elem(&states, &pid);
		if (!state)
			return 0;
	}
	bool fresh = state->mm != ctx->mm_id;
	if (fresh)
		state->anon_pages = state->shmem_pages = 0;
	__u64 pages = ctx->size > 0 ? (__u64)ctx->size / config.page_bytes : 0;
	if (ctx->member == ANON_PAGES)
		state->anon_pages = pages;
	else
		state->shmem_pages = pages;
	__u64 held = state->anon_pages + state->shmem_pages;
	if (fresh) {
		anew(state, ctx->mm_id, held);
		return 0;
	}
	bool first = rested(state, held, ctx->member == SHMEM_PAGES);
	if (!worth(state, held, first))
		return 0;
	__u64 now = bpf_ktime_get_ns();
	struct record *record = afford(state, now) ? begin() : 0;
	if (!record)
		return 0;
	record->at_ns = now;
	record->pid = pid;
	record->tid = bpf_get_current_pid_tgid();
	record->anon = state->anon_pages * config.page_bytes;
	record->shmem = state->shmem_pages * config.page_bytes;
	settle(record, state, held, first);
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	if (!first)
		walk(ctx, record);
	send(record);
	return 0;
}

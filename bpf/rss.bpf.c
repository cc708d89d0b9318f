// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* Watches the memory of processes grow: kmem:rss_stat, as typed and as raw tracepoint. Both prototypes, (mm, member) and
 * that of 5.8 to 6.1 with a third argument, begin alike; the third is not used. */
#include "kernel.h"
#include "record.h"
#include "state.h"
#include "emit.h"
#include "rest.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define CHUNK 1024
/* More processors do without the short cut below. */
#define PROCESSORS 1024

/* The counter that a processor was last told of. Two cache lines each, so that none is shared wherever the map begins. */
struct glimpse {
	__u64 mm;
	__s64 pages;
	__u64 member;
	/* All events so far, by which the program notices a storm. */
	__u64 events;
	__u64 unused[12];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROCESSORS);
	__type(key, __u32);
	__type(value, struct glimpse);
} glimpses SEC(".maps");

/* Pages of one counter; may be below zero while parts of it are still on other processors. The index must be a constant
 * for the loader to place it. The verifier of the kernels with an array does not follow its elements' type: a copy. */
#define PAGES(typed, mm, at)                                                                         \
	(bpf_core_type_exists(struct mm_rss_stat)                                                    \
		 ? BPF_CORE_READ((struct mm_struct___array *)(mm), rss_stat.count[at].counter)       \
		 : LOAD(typed, mm, rss_stat[at].count))

static __always_inline __u64 bytes(__s64 pages)
{
	return pages > 0 ? pages * config.page_bytes : 0;
}

/* Copies the stack from its pointer upwards: at once if all of it can be read, else as far as it goes. The stack of the
 * first thread ends where the environment does; that of another ends at a page that cannot be read. */
static __always_inline void copy(struct record *record, __u64 end)
{
	__u64 size = STACK_BYTES;
	if (record->sp < end && end - record->sp < size)
		size = end - record->sp;
	if (!bpf_probe_read_user(record->stack, size, (void *)record->sp)) {
		record->copied = size;
		return;
	}
	__u64 at = 0;
	for (int turn = 0; turn < STACK_BYTES / CHUNK; turn++) {
		__u64 part = CHUNK - ((record->sp + at) & (CHUNK - 1));
		if (at > STACK_BYTES - CHUNK || bpf_probe_read_user(&record->stack[at], part, (void *)(record->sp + at)))
			break;
		at += part;
	}
	record->copied = at;
}

static __always_inline void registers(struct record *record, __u64 end)
{
	if (!bpf_core_enum_value_exists(enum bpf_func_id___probe, BPF_FUNC_task_pt_regs___probe))
		return;
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
	record->ip = REG_IP(regs);
	record->sp = REG_SP(regs);
	record->fp = REG_FP(regs);
	record->lr = REG_LR(regs);
	record->flags |= RECORD_REGISTERS;
	/* Where everybody is watched, these copies would cost as much as all the rest. */
	if (!config.everyone)
		copy(record, end);
}

/* A record; the first after a rest speaks of the rest alone and has no stack. */
static __always_inline void tell(void *ctx, struct mm_struct *mm, struct state *state, __u32 pid, bool own, bool first, bool typed)
{
	struct record *record = begin();
	if (!record)
		return;
	__s64 anon = PAGES(typed, mm, ANON_PAGES);
	__s64 shmem = PAGES(typed, mm, SHMEM_PAGES);
	__u64 held = (anon > 0 ? anon : 0) + (shmem > 0 ? shmem : 0);
	record->at_ns = bpf_ktime_get_ns();
	record->pid = pid;
	record->flags = RECORD_COUNTERS;
	record->anon = bytes(anon);
	record->shmem = bytes(shmem);
	record->file = bytes(PAGES(typed, mm, FILE_PAGES));
	record->swap = bytes(PAGES(typed, mm, SWAP_ENTRIES));
	record->virt = LOAD(typed, mm, total_vm) * config.page_bytes;
	settle(record, state, held, first);
	if (own) {
		record->tid = bpf_get_current_pid_tgid();
		bpf_get_current_comm(record->comm, sizeof(record->comm));
		if (!first) {
			registers(record, LOAD(typed, mm, env_end));
			walk(ctx, record);
		}
	} else {
		record->flags |= RECORD_EXTERNAL;
	}
	send(record);
}

static __always_inline int changed(void *ctx, struct mm_struct *mm, int member, bool typed)
{
	__u32 processor = bpf_get_smp_processor_id();
	struct glimpse *glimpse = bpf_map_lookup_elem(&glimpses, &processor);
	if (glimpse)
		glimpse->events++;
	if (member != ANON_PAGES && member != SHMEM_PAGES)
		return 0;
	__s64 pages = member == ANON_PAGES ? PAGES(typed, mm, ANON_PAGES) : PAGES(typed, mm, SHMEM_PAGES);
	/* Each page fault comes here, but the counter moves only once in a batch of them: most are done with at this point. */
	if (glimpse) {
		if (glimpse->mm == (__u64)mm && glimpse->pages == pages && glimpse->member == (__u64)member)
			return 0;
		glimpse->mm = (__u64)mm;
		glimpse->pages = pages;
		glimpse->member = member;
	}
	struct task_struct *current_task = typed ? (void *)bpf_get_current_task_btf() : (void *)bpf_get_current_task();
	bool own = LOAD(typed, current_task, mm) == mm;
	/* Another may touch the memory (reclaim, a fork that fills its child's); it belongs to its owner all the same.
	 * Kernels without memory control groups keep no owner. */
	struct task_struct *owner = bpf_core_field_exists(mm->owner) ? LOAD(typed, mm, owner) : (void *)0;
	if (!owner) {
		if (!own)
			return 0;
		owner = current_task;
	}
	__u32 pid = process_of(owner, typed);
	struct state *state = bpf_map_lookup_elem(&states, &pid);
	if (!state && (!config.everyone || !own || !pid))
		return 0;
	__s64 anon = PAGES(typed, mm, ANON_PAGES);
	__s64 shmem = PAGES(typed, mm, SHMEM_PAGES);
	__u64 held = (anon > 0 ? anon : 0) + (shmem > 0 ? shmem : 0);
	if (!state) {
		/* Most processes of a host are small and end soon: noting each of them would cost more than all the rest. */
		if (held < config.step_pages)
			return 0;
		struct state fresh = {};
		bpf_map_update_elem(&states, &pid, &fresh, BPF_NOEXIST);
		state = bpf_map_lookup_elem(&states, &pid);
		if (!state)
			return 0;
	}
	if (state->mm != (__u64)mm) {
		/* While it forks, a process fills memory that is not yet anybody's: only its own begins anew. */
		if (own)
			anew(state, (__u64)mm, held);
		return 0;
	}
	bool first = rested(state, held, 0);
	if (!worth(state, held, first) || !afford(state, bpf_ktime_get_ns()))
		return 0;
	tell(ctx, mm, state, pid, own, first, typed);
	return 0;
}

SEC("tp_btf/rss_stat")
int typed(__u64 *ctx)
{
	return changed(ctx, (struct mm_struct *)ctx[0], ctx[1], true);
}

SEC("raw_tp/rss_stat")
int raw(__u64 *ctx)
{
	return changed(ctx, (struct mm_struct *)ctx[0], ctx[1], false);
}

static __always_inline int forked(struct task_struct *parent, struct task_struct *child, bool typed)
{
	if (config.everyone || LOAD(typed, child, pid) != LOAD(typed, child, tgid))
		return 0;
	__u32 pid = process_of(parent, typed);
	if (!bpf_map_lookup_elem(&states, &pid))
		return 0;
	struct state fresh = {};
	pid = process_of(child, typed);
	if (pid)
		bpf_map_update_elem(&states, &pid, &fresh, BPF_ANY);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int typed_fork(__u64 *ctx)
{
	return forked((struct task_struct *)ctx[0], (struct task_struct *)ctx[1], true);
}

SEC("raw_tp/sched_process_fork")
int raw_fork(__u64 *ctx)
{
	return forked((struct task_struct *)ctx[0], (struct task_struct *)ctx[1], false);
}

/* The program is another: what the old one reached says nothing of it. */
static __always_inline int executed(struct task_struct *task, bool typed)
{
	__u32 pid = process_of(task, typed);
	struct state *state = bpf_map_lookup_elem(&states, &pid);
	if (state)
		state->mm = 0;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int typed_exec(__u64 *ctx)
{
	return executed((struct task_struct *)ctx[0], true);
}

SEC("raw_tp/sched_process_exec")
int raw_exec(__u64 *ctx)
{
	return executed((struct task_struct *)ctx[0], false);
}

/* Threads come and go; the process ends with its last one. */
static __always_inline int exited(struct task_struct *task, bool typed)
{
	if (typed ? task->signal->live.counter : BPF_CORE_READ(task, signal, live.counter))
		return 0;
	__u32 pid = process_of(task, typed);
	bpf_map_delete_elem(&states, &pid);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int typed_exit(__u64 *ctx)
{
	return exited((struct task_struct *)ctx[0], true);
}

SEC("raw_tp/sched_process_exit")
int raw_exit(__u64 *ctx)
{
	return exited((struct task_struct *)ctx[0], false);
}
